"""The operator hears once of what needs a person, and a monitor as long as nothing does: by the wire, and by the daemon."""
import asyncio
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from command import told
from daemon import daemon, wait
from here import Here
from newspaper import Line, Newspaper

from demo.server import Answer, Server
from storage import outbox
from tests.crawler.scripted import Reactor

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OPERATOR = "operator@x.example"


class Operated(Newspaper):
    """A newspaper whose operator has a mail address and a monitor."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        super().__init__(folder, articles=1, database=database)
        self.monitor = Server(lambda _request: Answer(b"OK"))
        self.operator = 'after = "1h"'

    def write(self) -> None:
        super().write()
        with self.config.open("a", encoding="utf-8") as config:
            config.write(f'\n[operator]\nmail = "{OPERATOR}"\nheartbeat_url = "{self.monitor.url}/ping"\n{self.operator}\n')

    def needs_told(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails() if mail["To"] == OPERATOR]


@pytest.fixture
def paper(tmp_path: Path, store_url: str) -> Iterator[Operated]:
    paper = Operated(tmp_path, store_url)
    with paper.monitor, paper:
        yield paper


@pytest.fixture
def monitored(tmp_path: Path) -> Iterator[Operated]:
    """Where it is not the store that tells."""
    paper = Operated(tmp_path)
    with paper.monitor, paper:
        yield paper


def rounds(line: Line, later: timedelta = timedelta(0), times: int = 1) -> None:
    """The daemon's mail rounds, without its other ones."""
    async def turn() -> None:
        for step in (line.wire.compose, line.wire.deliver, line.wire.notify, line.wire.heartbeat):
            await step(line.now)
        if line.wire._beating is not None:
            await line.wire._beating

    line.now += later
    for _ in range(times):
        line.runner.run(turn())


def turning(line: Line) -> None:
    """As the daemon's rounds report that they turn."""
    for name in ("crawl", "mail"):
        line.wire.health.begins(name, 60)
        line.wire.health.turns(name)
        line.wire.health.finished(name, None)


def test_an_outlet_that_fails_is_told_after_its_time_and_once(paper: Operated, reactor: Reactor) -> None:
    with Here(paper, reactor) as line:
        line.crawl()
        rounds(line)
        paper.hold = lambda _request: (_ for _ in ()).throw(ConnectionError)  # every connection breaks
        line.crawl("paper0", later=HOUR)
        rounds(line, times=3)
        assert paper.needs_told() == []
        rounds(line, HOUR, times=3)
        need, = paper.needs_told()
        assert need.startswith("Steppewire needs you: The outlet paper0 fails: ")
        rounds(line, 3 * HOUR, times=3)
        assert len(paper.needs_told()) == 1
    mail, = told("--config", paper.config, "mail", "list")["mails"]
    assert (mail["watch"], mail["recipient"], mail["state"]) == (None, OPERATOR, "sent")


def test_a_pass_by_hand_tells_the_operator_nothing(paper: Operated, reactor: Reactor) -> None:
    paper.operator = 'after = "0s"'
    paper.write()
    paper.hold = lambda _request: (_ for _ in ()).throw(ConnectionError)
    with Here(paper, reactor) as line:
        line.crawl()
        line.crawl("paper0", later=HOUR)
        with line.store.reading() as session:
            assert outbox.list_mails(session) == []


def test_a_notice_that_cannot_be_sent_makes_no_other_notice(paper: Operated, reactor: Reactor) -> None:
    with Here(paper, reactor) as line:
        paper.hold = lambda _request: (_ for _ in ()).throw(ConnectionError)
        line.crawl()
        paper.sink.__exit__(None, None, None)
        try:
            rounds(line)
            rounds(line, 2 * HOUR)
            for _ in range(12):
                rounds(line, 24 * HOUR, times=2)
            with line.store.reading() as session:
                row, = outbox.list_mails(session)
            assert (row.watch, row.state) == (None, "waiting")
        finally:
            paper.sink.__enter__()


def test_the_monitor_is_asked_as_long_as_nothing_needs_a_person(
        monitored: Operated, reactor: Reactor, caplog: pytest.LogCaptureFixture) -> None:
    paper = monitored
    paper.operator = 'after = "1h"\nheartbeat_every = "500ms"'
    paper.write()
    with Here(paper, reactor) as line:
        rounds(line)
        assert paper.monitor.hits == []  # the rounds do not turn
        turning(line)
        line.crawl()
        rounds(line, times=3)
        assert [(hit.method, hit.path) for hit in paper.monitor.hits] == [("GET", "/ping")]
        time.sleep(0.6)
        rounds(line)
        assert len(paper.monitor.hits) == 2
        paper.monitor.answer = lambda _request: Answer(status=500)
        time.sleep(0.6)
        rounds(line)
        assert "the monitor of heartbeat_url was not reached: status 500" in caplog.text and "/ping" not in caplog.text
        paper.hold = lambda _request: (_ for _ in ()).throw(ConnectionError)
        line.crawl("paper0", later=HOUR)
        time.sleep(0.6)
        rounds(line)
        assert len(paper.monitor.hits) == 3


def test_a_monitor_that_hangs_holds_up_no_mail(monitored: Operated, reactor: Reactor) -> None:
    monitored.monitor.delay = 3.0
    with Here(monitored, reactor) as line:
        async def turn() -> float:
            turning(line)
            await line.wire.notify(line.now)
            began = time.monotonic()
            await line.wire.heartbeat(line.now)
            await asyncio.sleep(0)
            return time.monotonic() - began

        assert line.runner.run(turn()) < 1.0
        assert line.wire._beating is not None and not line.wire._beating.done()


def test_the_daemon_tells_the_operator_and_the_monitor(monitored: Operated) -> None:
    paper = monitored
    paper.operator = 'after = "1s"\nheartbeat_every = "200ms"\n[limits]\nafter_death = "1s"'
    paper.write()
    with daemon(paper) as process:
        wait("the monitor's first signs of life", lambda: len(paper.monitor.hits) >= 3)
        file = paper.folder / "outlets" / "paper0.toml"
        file.write_text("colour = 1\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
        wait("the operator's mail", lambda: len(paper.needs_told()) == 1)
        asked = len(paper.monitor.hits)
        time.sleep(2)
        assert len(paper.needs_told()) == 1 and len(paper.monitor.hits) <= asked + 1
        assert "is left out" in paper.needs_told()[0]
        assert process.end(signal.SIGTERM) == 0
