"""/healthz and /metrics as a monitor, a hostile client and an operator meet them."""
import json
import logging
import signal
import socket
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from command import steppewire
from daemon import daemon, wait
from newspaper import Newspaper
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from health.life import Health
from health.listen import MOST_THREADS, Listener
from health.metrics import Counted, Metrics


def ask(port: int, path: str, host: str = "127.0.0.1", method: str = "GET") -> tuple[int, str]:
    request = urllib.request.Request(f"http://{host}:{port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(paper: Newspaper, address: str) -> None:
    with paper.config.open("a", encoding="utf-8") as file:
        file.write(f'[operator]\nlisten = "{address}"\n')


def figures(port: int) -> dict[str, float]:
    """Every sample, by its name and the values of its labels."""
    status, text = ask(port, "/metrics")
    assert status == 200
    return {" ".join((sample.name, *sample.labels.values())): sample.value
            for family in text_string_to_metric_families(text) for sample in family.samples}


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener("127.0.0.1:0", Health(), CollectorRegistry())
    yield listener
    listener.close()


# --- a real daemon

def test_a_daemon_tells_its_health_and_its_figures(tmp_path: Path) -> None:
    with Newspaper(tmp_path, articles=3) as paper:
        paper.stories["/news/0"].comments.append(("c1", "A railway at last!"))
        port = free_port()
        listening(paper, f"127.0.0.1:{port}")
        with daemon(paper) as running:
            wait("its port", lambda: any("watching" in line for line in running.lines()))
            wait("its first rounds", lambda: ask(port, "/healthz")[0] == 200)
            document = json.loads(ask(port, "/healthz")[1])
            assert (document["ok"], document["reason"]) == (True, None)
            wait("its first run", lambda: any("the run is done" in line for line in running.lines()))
            found = figures(port)
            assert running.end(signal.SIGTERM) == 0
        with pytest.raises(OSError):
            ask(port, "/healthz")
    assert {name: found[f"steppewire_{name}"] for name in ("articles", "versions", "comments", "healthy", "alerts_pending",
                                                           "mails_waiting", "mails_dead")} == {
        "articles": 3, "versions": 3, "comments": 1, "healthy": 1, "alerts_pending": 0, "mails_waiting": 0, "mails_dead": 0}
    assert (found["steppewire_outlets ok"], found["steppewire_runs_total done"]) == (1, 1)
    assert (found["steppewire_requests_total"], found["steppewire_not_modified_total"]) == (5, 0)
    assert 0 < found["steppewire_outlet_last_ok_age_seconds paper0"] < 60
    assert found["steppewire_round_finished_timestamp_seconds mail"] > time.time() - 60
    assert {"steppewire_up_info 0.1.0", "steppewire_worker_restarts_total", "steppewire_readers_killed_total",
            "process_resident_memory_bytes"} <= set(found)


def test_a_daemon_whose_store_does_not_answer_is_not_well(tmp_path: Path) -> None:
    with Newspaper(tmp_path) as paper:
        port = free_port()
        listening(paper, f"127.0.0.1:{port}")
        with daemon(paper):
            wait("its first rounds", lambda: _is_well(port))
            with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as connection:
                connection.execute("ALTER TABLE mail RENAME TO other")
            wait("the end of its health", lambda: not _is_well(port))
            status, text = ask(port, "/healthz")
            assert status == 503 and json.loads(text)["reason"].startswith("the store does not answer: ")


def _is_well(port: int) -> bool:
    try:
        return ask(port, "/healthz")[0] == 200
    except OSError:
        return False


def test_a_port_that_is_taken_is_told_at_the_start_with_file_key_and_value(tmp_path: Path) -> None:
    with Newspaper(tmp_path) as paper, closing(socket.create_server(("127.0.0.1", 0))) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        listening(paper, address)
        ended = steppewire("--config", paper.config, "run")
        assert ended.returncode == 2 and "Traceback" not in ended.stderr
        for word in (str(paper.config), "operator.listen", address, "free port"):
            assert word in ended.stderr


# --- the listener alone

@pytest.mark.parametrize("address", ["127.0.0.1:99999", "203.0.113.7:0", "[2001:db8::1]:0"])
def test_an_address_that_is_not_ours_cannot_be_listened_at(address: str) -> None:
    with pytest.raises(OSError):
        Listener(address, Health(), CollectorRegistry())


def test_it_answers_at_an_ipv6_address(caplog: pytest.LogCaptureFixture) -> None:
    listener = Listener("[::1]:0", Health(), CollectorRegistry())
    assert ask(listener.port, "/healthz", "[::1]")[0] == 503
    listener.close()
    assert caplog.text == ""


def test_an_address_that_others_reach_is_allowed_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Listener("0.0.0.0:0", Health(), CollectorRegistry()).close()
    assert "open to all who reach 0.0.0.0:0" in caplog.text


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/", 404), ("GET", "/healthz/x", 404), ("GET", "/healthz?x=1", 503), ("POST", "/healthz", 501),
    ("DELETE", "/metrics", 501), ("HEAD", "/healthz", 501)])
def test_nothing_else_is_answered(listener: Listener, method: str, path: str, status: int) -> None:
    assert ask(listener.port, path, method=method)[0] == status


@pytest.mark.parametrize("asked", [b"GET /" + b"x" * 9000, b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 3000 + b"\r\n"])
def test_a_request_that_is_too_long_is_cut_off(listener: Listener, asked: bytes) -> None:
    with closing(socket.create_connection(("127.0.0.1", listener.port), timeout=3)) as client:
        client.sendall(asked)
        assert _ended(client)
    assert ask(listener.port, "/healthz")[0] == 503


def _ended(client: socket.socket) -> bool:
    try:
        return client.recv(12) in (b"", b"HTTP/1.0 431")
    except ConnectionError:
        return True


def test_clients_that_dawdle_are_ended_after_five_seconds_and_no_more_than_eight_are_there(listener: Listener) -> None:
    began = time.monotonic()
    threads = threading.active_count()
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(socket.create_connection(("127.0.0.1", listener.port), timeout=9)))
                   for _ in range(MOST_THREADS)]
        more = stack.enter_context(closing(socket.create_connection(("127.0.0.1", listener.port), timeout=9)))
        assert _ended(more) and time.monotonic() - began < 3
        assert threading.active_count() <= threads + MOST_THREADS
        for _ in range(4):
            time.sleep(1)
            for each in clients:
                each.sendall(b"G")
        assert all(_ended(each) for each in clients)
    assert 4 < time.monotonic() - began < 8
    assert ask(listener.port, "/healthz")[0] == 503


# --- counting

def test_the_store_is_counted_once_however_many_ask_and_a_failure_leaves_the_other_figures() -> None:
    calls = 0

    def count() -> Counted:
        nonlocal calls
        calls += 1
        raise OSError("away")

    registry = Metrics(Health(), "1", count).registry()
    listener = Listener("127.0.0.1:0", Health(), registry)
    try:
        found = [figures(listener.port) for _ in range(5)]
    finally:
        listener.close()
    assert calls == 1
    assert found[-1]["steppewire_count_failures_total"] == 1 and found[-1]["steppewire_healthy"] == 0


def test_who_asks_while_the_store_is_counted_does_not_wait() -> None:
    going, gone = threading.Event(), threading.Event()

    def count() -> Counted:
        going.set()
        gone.wait(10)
        raise OSError("away")

    metrics = Metrics(Health(), "1", count)
    first = threading.Thread(target=_all, args=(metrics.collect,))
    first.start()
    assert going.wait(5)
    began = time.monotonic()
    _all(metrics.collect)
    assert time.monotonic() - began < 1
    gone.set()
    first.join()


def _all(collect: Callable[[], Iterator[object]]) -> None:
    list(collect())
