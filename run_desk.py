"""The desk of one run: what a crawl hands over is kept, read and taken in here, in that order."""
import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

from crawler.archive import Archive, holds_same, load
from crawler.decoding import UndecodableBody
from crawler.desk import Desk
from crawler.further import thread_page
from crawler.items import (
    ArticleRead,
    Exchange,
    Fetched,
    HostState,
    Kept,
    Nothing,
    Page,
    ReadValue,
    Seen,
    SourceSeen,
    ThreadPage,
)
from pipelines.controls import controls
from pipelines.intake import Intake
from pipelines.plan import plan
from pipelines.read.children import Readers
from pipelines.read.comments.join import joined
from pipelines.read.door import reader_name
from pipelines.reading import read_before
from pipelines.take_in import confirm, stale_head, take_in
from pipelines.thread_again import Again, StaleLook, stale_looks
from storage import hosts
from storage.models import Host
from storage.writer import Writer

logger = logging.getLogger("steppewire.worker")

KILLS_DEGRADE = 3
CONFIRM_BATCH = 100
# The reader's trouble rather than the page's: it may be ours.
READER_TROUBLE = ("killed", "timeout", "error", "unread")

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
        return Desk(self.plan, self.keep, self.read, self.sink, self.host, self.controls, self.clock.now)

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
        known = isinstance(seen.value, ArticleRead) and not seen.page.fresh
        again = await self._read_head_again(seen) if known else None
        threads_again = await self._read_threads_again(seen) if known else ()
        await self._write(partial(take_in, self.intake, seen, self.clock.now(), head_again=again, threads_again=threads_again))
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

    async def controls(self) -> tuple[Page, ...]:
        await self.flush()  # what answered 304 was looked at too
        random = Random(self.intake.run_id)  # noqa: S311  drawn so that nobody has chosen, not so that nobody can guess
        return await self._write(partial(controls, self.intake, self.clock.now(), random))

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


    async def _read_threads_again(self, seen: Seen) -> tuple[Again, ...]:
        """The same of the last looks at the article's thread: all of their answers are read again, or none."""
        stale = await self.writer.do(partial(stale_looks, self.intake, seen.page.id, partial(reader_name, self.intake.outlet)),
                                     rest=False)
        again = [await self._look_again(look, seen.page.url) for look in stale]
        return tuple(one for one in again if one is not None)

    async def _look_again(self, look: StaleLook, url: str) -> Again | None:
        answers = list[tuple[str, Fetched, ReadValue]]()
        for capture, asked in look.captures:
            kept = Kept(capture.file, capture.offset, capture.sha256)
            try:
                fetched = await self.writer.do(partial(load, self.folder, kept, asked=asked))
            except UndecodableBody as damage:
                logger.error("an earlier look at the thread cannot be read again: %s", damage, extra={"page": url})
                return None
            answers.append((asked, fetched, await self.readers.read(fetched, self.intake.outlet)))
        (_, first, value), *further = answers
        if not isinstance(value, ArticleRead):
            return None
        asked_before = {url}
        pages = list[ThreadPage]()
        for asked, fetched, read in further:
            # What was asked for twice was the first page, once more at the end.
            pages.append(replace(thread_page(asked, fetched, read), again=asked in asked_before))
            asked_before.add(asked)
        return Again(look.read_id, value.reader, joined(value.thread, pages, (url, first.url)))


def _tell_of(seen: Seen) -> None:
    """A line for a page that came to anything but content; what it came to is in the store by then."""
    here = {"page": seen.page.url}
    for one in seen.thread_pages:
        if one.reason is not None:
            logger.warning("a further page of its thread could not be had: %s: %s", one.url, one.reason, extra=here)
    if seen.outcome == "failed":
        logger.warning("the page failed: %s", seen.reason, extra=here)
    elif seen.outcome == "missing":
        logger.info("the page is missing", extra=here)
    elif seen.outcome == "moved":
        logger.info("the page redirects to another: %s", seen.url_now, extra=here)
    elif isinstance(seen.value, Nothing):
        level = logging.WARNING if seen.value.reason in READER_TROUBLE else logging.INFO
        logger.log(level, "the page is quarantined: %s: %s", seen.value.reason, seen.value.note, extra=here)
