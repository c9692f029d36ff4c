"""The worker: evidence before words, pages that kill their readers, and that it never outlives its daemon."""
import asyncio
import io
import os
import signal
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from command import environment
from daemon import daemon, wait
from newspaper import Newspaper
from sqlalchemy import event

import settings
import worker
from crawler.archive import Archive
from crawler.items import Exchange, Fetched, Found, Link, Nothing, ReadValue, SourceSeen
from crawler.outlet import Outlet
from pipelines.intake import Intake
from pipelines.names import names
from pipelines.read.children import Readers
from run_desk import Clock, RunDesk
from storage import runs
from storage.store import Store
from storage.writer import Writer
from verbs.starter import make_key
from worker_process import WorkerProcess

HOME = "https://steppe.example"
OUTLET = Outlet.model_validate({"id": "steppe", "name": "Steppe", "home": f"{HOME}/",
                                "source": [{"kind": "rss", "url": f"{HOME}/rss"}]})


class Deadly:
    """Readers that every page kills."""

    def __init__(self) -> None:
        self.asked = 0

    async def read(self, _fetched: Fetched, _outlet: Outlet) -> ReadValue:
        self.asked += 1
        return Nothing("killed", "a test", "its reader died twice")


def desk(store: Store, folder: Path, now: datetime, readers: Any = None) -> RunDesk:
    """The desk of a run that has begun."""
    with store.writing() as session:
        run = runs.begin(session, "steppe", now)
        assert run is not None
        session.flush()
        intake = Intake(store, OUTLET, run.id, run.backlog, names("drop", b""))
    return RunDesk(intake, Archive(folder / "archive", "life"), folder / "archive", readers, Writer(), Clock(now))


def test_records_are_on_disk_before_the_store_names_them(store: Store, tmp_path: Path, now: datetime) -> None:
    one = desk(store, tmp_path, now)
    dirty: list[bool] = []

    async def look() -> None:
        source, = await one.plan(None)
        kept = await one.keep(Exchange(source.url, (), 200, (), b"<rss/>", now))
        assert [file.dirty for file in one.archive._files.values()] == [True]
        event.listen(store.engine, "commit", lambda _: dirty.extend(file.dirty for file in one.archive._files.values()))
        fetched = Fetched(source.url, 200, (), b"<rss/>", now, kept=kept)
        await one.plan(SourceSeen(source, Found((Link(f"{HOME}/a"),)), fetched))

    asyncio.run(look())
    assert dirty == [False]


def test_three_pages_that_kill_their_reader_leave_the_rest_unread(store: Store, tmp_path: Path, now: datetime) -> None:
    readers = Deadly()
    one = desk(store, tmp_path, now, readers)

    async def read() -> list[ReadValue]:
        return [await one.read(Fetched(f"{HOME}/{number}", 200, (), b"x", now)) for number in range(5)]

    found = asyncio.run(read())
    assert [each.reason for each in found if isinstance(each, Nothing)] == ["killed"] * 3 + ["unread"] * 2
    assert readers.asked == 3


def test_a_worker_may_begin_before_the_key_of_pseudonyms_is_made(tmp_path: Path) -> None:
    (tmp_path / "steppewire.toml").write_text('data = "."', encoding="utf-8")
    one = worker.Worker(settings.load(tmp_path / "steppewire.toml"), Readers(1), io.StringIO())
    make_key(tmp_path / "pseudonym.key")
    assert (one.names("steppe", "Aigul") or "").startswith("reader-")


# --- a worker of one's own

@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "steppewire.toml"
    file.write_text('outlets = []\n[comments]\nnames = "drop"\n[limits]\nbeat = "10ms"\n', encoding="utf-8")
    return file


def test_a_worker_whose_writer_is_stuck_gives_no_beat(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that never ends is cut short here: the limit is a second's fraction."""
    monkeypatch.setattr(worker, "STUCK_SECONDS", 0.1)
    up, free = io.StringIO(), threading.Event()

    async def beats() -> tuple[int, int, int]:
        one = worker.Worker(settings.load(config), Readers(1), up)
        beating = asyncio.create_task(one._beat())
        stuck = asyncio.create_task(one.writer.do(lambda: free.wait(30)))
        while one.writer.busy_seconds < 0.2:
            await asyncio.sleep(0.01)
        before = len(up.getvalue())
        await asyncio.sleep(0.2)
        during = len(up.getvalue())
        free.set()
        await stuck
        while one.writer.busy_seconds:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        beating.cancel()
        one.store.engine.dispose()
        return before, during, len(up.getvalue())

    before, during, after = asyncio.run(beats())
    assert before == during < after


def test_a_worker_whose_daemon_died_before_it_could_ask_to_die_with_it_ends(config: Path) -> None:
    command = [sys.executable, "-P", "-c", "from worker_main import main; main()", str(config), "1", "text", "30"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment()) as process:
        try:
            assert process.wait(timeout=20) == 1
            assert process.stdout is not None and process.stdout.read() == b""
        finally:
            process.kill()


def test_a_worker_without_a_run_is_ended_at_once_and_no_line_tells_of_it(config: Path,
                                                                         caplog: pytest.LogCaptureFixture) -> None:
    async def stopped() -> int | None:
        async with WorkerProcess(config) as one:
            process = one._process
        assert process is not None and one.pid is None
        return process.returncode

    assert asyncio.run(stopped()) == -signal.SIGKILL
    assert caplog.text == ""


def test_a_worker_that_hangs_dies_with_its_daemon(tmp_path: Path) -> None:
    with Newspaper(tmp_path) as paper, daemon(paper) as running:
        wait("the first articles", lambda: paper.asked("/news/") >= 1 and bool(running.children()))
        hung, = running.children()
        os.kill(hung, signal.SIGSTOP)
        try:
            running.end(signal.SIGKILL)
            wait("the end of its worker", lambda: not Path(f"/proc/{hung}").exists())
        finally:
            if Path(f"/proc/{hung}").exists():
                os.kill(hung, signal.SIGKILL)
