"""What the crawl worker does: many crawls at a time, told by the daemon.

Down its standard input come JSON lines: {"run": 17, "outlet": "24kg", "now": "2026-03-02T06:00:00Z", "at": 4711.3} starts a
crawl, at being the machine's monotonic time when it was now; {"stop": true} ends the worker when the pages in hand are
finished, the end of the file at once. Up its standard output go {"ended": 17} and, each second, {"beat": n}, each with how
many readers were "killed" in this life. Every fact is in the store: a lost line costs one tick.
"""
import asyncio
import json
import logging
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeVar

import failpoint
import logs
from crawler import outlet as outlets
from crawler.archive import Archive, holds_same, load
from crawler.decoding import UndecodableBody
from crawler.desk import Desk
from crawler.items import ArticleRead, Exchange, Fetched, HostState, Kept, Nothing, Page, ReadValue, Report, Seen, SourceSeen
from crawler.outlet import Outlet
from crawler.politeness import Gates
from crawler.run import crawl
from pipelines.intake import Intake
from pipelines.names import names
from pipelines.plan import plan
from pipelines.read.children import Readers
from pipelines.read.door import reader_name
from pipelines.reading import read_before
from pipelines.take_in import confirm, stale_head, take_in
from settings import Settings
from storage import hosts, runs
from storage.models import Host
from storage.store import Store
from storage.writer import Writer

logger = logging.getLogger("steppewire.worker")

STOP_SECONDS = 6.0
KILLS_DEGRADE = 3
CONFIRM_BATCH = 100
# The reader's trouble rather than the page's: it may be ours.
READER_TROUBLE = ("killed", "timeout", "error", "unread")
# A job that holds the one writer thread for so long will not end: no beat is given any more, and the daemon ends the worker.
STUCK_SECONDS = 60.0

T = TypeVar("T")


class Clock:
    """The daemon's time: what it said, plus the machine's monotonic time since, which all its processes share."""

    def __init__(self, now: datetime, at: float | None = None) -> None:
        self._said, self._at = now, time.monotonic() if at is None else at

    def now(self) -> datetime:
        return self._said + timedelta(seconds=time.monotonic() - self._at)


@dataclass
class RunDesk:
    """The desk of one run: its crawl's way to the archive, the readers and the store."""

    intake: Intake
    archive: Archive
    folder: Path
    readers: Readers
    writer: Writer
    clock: Clock
    kills: int = 0
    confirmed: list[int] = field(default_factory=list)
    # The addresses of pages of which nothing has been read: there is nothing to look up of them.
    fresh: set[str] = field(default_factory=set)

    @property
    def desk(self) -> Desk:
        return Desk(self.plan, self.keep, self.read, self.sink, self.host, self.clock.now)

    async def plan(self, seen: SourceSeen | None) -> tuple[Page, ...]:
        planned = await self._write(partial(plan, self.intake, seen, self.clock.now()))
        if seen is not None and seen.reason is not None:
            logger.warning("the source failed: %s", seen.reason, extra={"page": seen.page.url})
        self.fresh.update(page.url for page in planned if page.fresh)
        return planned

    async def keep(self, exchange: Exchange) -> Kept:
        return await self.writer.do(partial(self.archive.keep, self.intake.outlet.id, exchange), rest=False)

    async def read(self, fetched: Fetched) -> ReadValue:
        if self.kills >= KILLS_DEGRADE:
            return Nothing("unread", reader_name(self.intake.outlet, fetched.at), "three pages of this run killed their reader")
        fresh = (fetched.asked or fetched.url) in self.fresh
        if not fresh and (before := await asyncio.to_thread(self._read_before, fetched, threadless=True)) is not None:
            return before
        value = await self.readers.read(fetched, self.intake.outlet)
        if isinstance(value, Nothing) and value.reason in ("killed", "timeout"):
            self.kills += 1
        return value

    def _read_before(self, fetched: Fetched, *, threadless: bool) -> ArticleRead | None:
        """Equal bytes are not read twice; a look at a thread is more than its values, so a page with one is always read."""
        return read_before(self.intake.store, self.intake.outlet, fetched,
                           lambda kept: holds_same(self.folder, kept, fetched), threadless=threadless)

    async def sink(self, seen: Seen) -> None:
        if seen.outcome == "unchanged":
            self.confirmed.append(seen.page.id)
            if len(self.confirmed) >= CONFIRM_BATCH:
                await self.flush()
            return
        again = await self._read_head_again(seen) if isinstance(seen.value, ArticleRead) and not seen.page.fresh else None
        await self._write(partial(take_in, self.intake, seen, self.clock.now(), head_again=again))
        _tell_of(seen)

    async def host(self, name: str, state: HostState | None) -> HostState:
        def exchange() -> HostState:
            if state is not None:
                with self.intake.store.writing() as session:
                    hosts.put(session, Host(name=name, robots=state.robots, robots_status=state.robots_status,
                                            robots_at=state.robots_at, retry_at=state.retry_at))
                return state
            with self.intake.store.reading() as session:
                host = hosts.get(session, name)
                return HostState(name, host.robots, host.robots_status, host.robots_at, host.retry_at)

        return await self.writer.do(exchange)

    async def flush(self) -> None:
        """Writes what has only been counted so far."""
        page_ids, self.confirmed = self.confirmed, []
        if page_ids:
            await self._write(partial(confirm, self.intake, page_ids, self.clock.now()))

    async def _write(self, job: Callable[[], T]) -> T:
        def after_the_evidence() -> T:
            self.archive.sync()
            return job()

        return await self.writer.do(after_the_evidence)

    async def _read_head_again(self, seen: Seen) -> ArticleRead | None:
        """Like is compared with like: where an older reader had read the latest version, its bytes are read again."""
        look = partial(stale_head, self.intake, seen.page.id, partial(reader_name, self.intake.outlet))
        stale = await self.writer.do(look, rest=False)
        if stale is None:
            return None
        kept = Kept(stale.capture.file, stale.capture.offset, stale.capture.sha256)
        try:
            fetched = await self.writer.do(partial(load, self.folder, kept, asked=seen.page.url))
        except UndecodableBody as damage:
            # What the older reader made of it is all there is to compare with.
            logger.error("the latest version cannot be read again: %s", damage, extra={"page": seen.page.url})
            return None
        # It may be there already and not the newest: the outlet's file was changed and changed back.
        before = await asyncio.to_thread(self._read_before, fetched, threadless=False)
        value = before or await self.readers.read(fetched, self.intake.outlet)
        return value if isinstance(value, ArticleRead) else None


def _tell_of(seen: Seen) -> None:
    """A line for a page that came to anything but content; what it came to is in the store by then."""
    here = {"page": seen.page.url}
    if seen.outcome == "failed":
        logger.warning("the page failed: %s", seen.reason, extra=here)
    elif seen.outcome == "missing":
        logger.info("the page is missing", extra=here)
    elif seen.outcome == "moved":
        logger.info("the page redirects to another: %s", seen.url_now, extra=here)
    elif isinstance(seen.value, Nothing):
        level = logging.WARNING if seen.value.reason in READER_TROUBLE else logging.INFO
        logger.log(level, "the page is quarantined: %s: %s", seen.value.reason, seen.value.note, extra=here)


class Worker:
    """The crawls of one worker's life."""

    def __init__(self, settings: Settings, readers: Readers, up: IO[str]) -> None:
        self.settings, self.readers, self.up = settings, readers, up
        self.store = Store(self.settings.database_url)
        self.archive = Archive(self.settings.archive, life=secrets.token_hex(4))
        self.writer, self.gates, self.stopping = Writer(), Gates(), asyncio.Event()
        self.names = names(self.settings.comments.names, self.settings.pseudonym_key())
        self.crawls: set[asyncio.Task[None]] = set()

    async def serve(self, down: asyncio.StreamReader) -> None:
        """Runs until it is told to stop; the end of the input ends the process at once. Its readers are started."""
        beats = asyncio.create_task(self._beat())
        while line := await down.readline():
            said = json.loads(line)
            if said.get("stop"):
                self.stopping.set()
                await asyncio.wait({asyncio.create_task(self._finish())}, timeout=STOP_SECONDS)
                beats.cancel()
                os._exit(0)
            task = asyncio.create_task(self._run(
                said["run"], said["outlet"], Clock(datetime.fromisoformat(said["now"]), said["at"])))
            self.crawls.add(task)
            task.add_done_callback(self.crawls.discard)
        os._exit(1)

    async def _finish(self) -> None:
        while self.crawls:
            await asyncio.wait(set(self.crawls))
        await self.writer.do(self.archive.close)

    async def _beat(self) -> None:
        number = 0
        while True:
            if self.writer.busy_seconds < STUCK_SECONDS:
                self._say({"beat": number})
            number += 1
            await asyncio.sleep(self.settings.limits.beat.total_seconds())

    def _say(self, document: dict[str, Any]) -> None:
        self.up.write(json.dumps(document | {"killed": self.readers.killed}) + "\n")
        self.up.flush()

    async def _run(self, run_id: int, outlet_id: str, clock: Clock) -> None:
        logs.about(run=run_id, outlet=outlet_id)
        try:
            outlet = outlets.load(outlets.find(outlet_id, self.settings.outlets_dirs))
            report = await self._crawl(run_id, outlet, clock)
        except Exception as error:  # the edge of the loop: the run is closed as failed, with the error in its row
            logger.exception("the run failed")
            report = Report("failed", 0, 0, (f"{type(error).__name__}: {error}",))
        try:
            await self.writer.do(partial(self._end, run_id, clock, report))
        except Exception:  # the daemon finds the run still open and closes it as died
            logger.exception("the run could not be closed")
        self._say({"ended": run_id})

    async def _crawl(self, run_id: int, outlet: Outlet, clock: Clock) -> Report:
        with self.store.reading() as session:
            backlog, newest = runs.get(session, [run_id])[0].backlog, runs.backlog_to(session, outlet.id)
        intake = Intake(self.store, outlet, run_id, backlog, self.names, newest)
        desk = RunDesk(intake, self.archive, self.settings.archive, self.readers, self.writer, clock)
        limits = self.settings.limits
        report = await crawl(outlet, desk.desk, gates=self.gates, user_agent=self.settings.user_agent, stop=self.stopping,
                             seconds=limits.crawl.total_seconds(), timeout=limits.answer.total_seconds())
        await desk.flush()
        return report

    def _end(self, run_id: int, clock: Clock, report: Report) -> None:
        with self.store.writing() as session:
            runs.end(session, run_id, clock.now(), state=report.state, requests=report.requests,
                     not_modified=report.not_modified, errors=report.errors)
            failpoint.reach("run.ending")
        failpoint.reach("run.ended")
