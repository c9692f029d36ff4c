"""What a service manager hears, by a real socket that stands in for systemd's."""
import asyncio
import os
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from daemon import daemon, wait
from newspaper import Newspaper

from health.life import Health
from health.notify import Manager


class Ear:
    """A service manager's socket; heard are the assignments so far, each with the time it came at."""

    def __init__(self, address: str) -> None:
        self.address, self.heard = address, list[tuple[float, str]]()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.setblocking(False)

    def listen(self) -> list[str]:
        try:
            while True:
                self.heard += [(time.monotonic(), line) for line in self._socket.recv(4096).decode().split("\n")]
        except BlockingIOError:
            return [line for _, line in self.heard]

    def since(self, moment: float) -> list[str]:
        self.listen()
        return [line for at, line in self.heard if at >= moment]

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["file", "abstract"])
def ear(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ear]:
    ear = Ear(str(tmp_path / "notify") if request.param == "file" else f"@steppewire-{os.getpid()}")
    yield ear
    ear.close()


def test_a_manager_hears_that_a_daemon_is_ready_lives_and_stops_and_of_no_child(tmp_path: Path, ear: Ear) -> None:
    with Newspaper(tmp_path, articles=1) as paper:
        environ = {"NOTIFY_SOCKET": ear.address, "WATCHDOG_USEC": "1500000"}
        with daemon(paper, environ=environ) as running:
            wait("its readiness", lambda: "READY=1" in ear.listen())
            assert any("watching" in line for line in running.lines())
            wait("five signs of life", lambda: ear.listen().count("WATCHDOG=1") >= 5)
            wait("its worker", lambda: bool(running.children()))
            for child in running.family():
                assert b"NOTIFY_SOCKET" not in Path(f"/proc/{child}/environ").read_bytes()
            assert running.end(signal.SIGTERM) == 0
    heard = ear.listen()
    assert heard.index("READY=1") < heard.index("WATCHDOG=1") and "STATUS=watching 1 outlets" in heard
    assert heard[-2:] == ["STOPPING=1", "STATUS=stopping"]
    signs = [at for at, line in ear.heard if line == "WATCHDOG=1"]
    assert sorted(later - earlier for earlier, later in pairwise(signs))[len(signs) // 2] < 0.75


def test_a_daemon_that_hangs_gives_its_watchdog_no_sign_and_one_whose_store_does_not_answer_does(tmp_path: Path) -> None:
    environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1500000"}
    database = closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None))
    with (closing(Ear(environ["NOTIFY_SOCKET"])) as ear, Newspaper(tmp_path, articles=1) as paper,
          daemon(paper, environ=environ) as running, database as store):
        wait("a sign of life", lambda: "WATCHDOG=1" in ear.listen())
        store.execute("ALTER TABLE alert RENAME TO other")
        wait("the trouble", lambda: any(line.startswith("STATUS=the store does not answer") for line in ear.listen()))
        moment = time.monotonic()
        time.sleep(2)
        assert "WATCHDOG=1" in ear.since(moment)  # to start it anew would not help
        store.execute("ALTER TABLE other RENAME TO alert")
        wait("another sign of life", lambda: "WATCHDOG=1" in ear.since(moment))
        running.process.send_signal(signal.SIGSTOP)
        ear.listen()
        moment = time.monotonic()
        time.sleep(2)
        assert ear.since(moment) == []


def test_a_round_that_hangs_is_no_sign_of_life_while_the_rest_of_the_daemon_runs(tmp_path: Path) -> None:
    now = 0.0
    health = Health(lambda: now)
    health.begins("crawl", 1.0)
    health.turns("crawl")
    with closing(Ear(str(tmp_path / "notify"))) as ear:
        manager = Manager({"NOTIFY_SOCKET": ear.address, "WATCHDOG_USEC": "300000"})

        async def live() -> None:
            nonlocal now
            told = asyncio.create_task(manager.hears(health, lambda: "watching"))
            await asyncio.sleep(0.5)
            now = 61.0
            await asyncio.sleep(0.2)
            ear.heard.clear()
            ear.listen()
            ear.heard.clear()
            await asyncio.sleep(0.5)
            told.cancel()

        asyncio.run(live())
        assert set(ear.listen()) == {"STATUS=the crawl round has given no sign for 61 s"}


def test_without_a_manager_nothing_is_said_and_one_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    manager = Manager({})
    assert not manager.there and manager.watchdog is None
    manager.say("READY=1")
    Manager({"NOTIFY_SOCKET": str(tmp_path / "none")}).say("READY=1")


@pytest.mark.parametrize(("given", "seconds"), [
    ({"WATCHDOG_USEC": "3000000"}, 3.0), ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "7"}, 3.0),
    ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "8"}, None), ({"WATCHDOG_USEC": "soon"}, None), ({}, None)])
def test_a_watchdog_that_is_another_process_s_is_none(given: dict[str, str], seconds: float | None) -> None:
    assert Manager({"NOTIFY_SOCKET": "/x"} | given, pid=7).watchdog == seconds


def test_what_is_said_stays_one_assignment_a_line(tmp_path: Path) -> None:
    with closing(Ear(str(tmp_path / "notify"))) as ear:
        Manager({"NOTIFY_SOCKET": ear.address}).say("STATUS=away\nREADY=1")
        assert ear.listen() == ["STATUS=away READY=1"]


def test_a_daemon_that_a_manager_started_waits_for_a_database_server_that_is_away(tmp_path: Path) -> None:
    with Newspaper(tmp_path, database="postgresql://127.0.0.1:9/none") as paper, closing(Ear(str(tmp_path / "notify"))) as ear:
        with daemon(paper, environ={"NOTIFY_SOCKET": ear.address}) as running:
            wait("that it says so", lambda: any(line.startswith("STATUS=waiting for the store: ") for line in ear.listen()))
            assert "EXTEND_TIMEOUT_USEC=20000000" in ear.listen() and running.process.poll() is None
        with daemon(paper) as running:
            assert running.process.wait(timeout=60) == 2
