"""Stored bytes through the same door: captures read again by the reader of today, and the archive held against the store."""
import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from crawler import members
from crawler import outlet as outlets
from crawler.archive import DamagedRecord, check, holds_same, load
from crawler.decoding import DamagedBody, TooLarge
from crawler.items import ArticleRead, Fetched, Kept, Nothing, ReadValue
from crawler.outlet import Outlet, OutletError
from crawler.redirect import same_page
from pipelines import reading
from pipelines.read import door
from pipelines.read.children import MOST_READERS, Readers, at_once
from settings import Settings
from storage import captures, pages, readings
from storage.captures import CaptureRow, TextRow
from storage.models import Capture
from storage.store import Store
from storage.writer import Writer

AHEAD = 2 * MOST_READERS
# What a kill loses is read again: as many pages as are read in a second or two.
BATCH = 20
CHUNK = 100

# What is told as it goes: of what, how much is done, of how much.
Say = Callable[[str, int, int], None]
R = TypeVar("R", CaptureRow, TextRow)


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is not as it was kept: a capture's record, or the text of one of its readings. harm is one of the
    archive's, or other_text."""

    capture: Capture
    url: str
    harm: str
    note: str
    reading: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A place of a file of the archive where no whole record stands, and should; of no capture."""

    file: str
    offset: int
    note: str


@dataclass
class Reread:
    """What came of reading one outlet's captures again. already: this reader had read them before; moved: they are redirects to
    another page, which are not read; left: why none of them was read, and whether that needs a person."""

    outlet: str
    reader: str | None = None
    captures: int = 0
    already: int = 0
    clean: int = 0
    no_text: int = 0
    moved: int = 0
    made_due: int = 0
    damaged: list[Damage] = field(default_factory=list)
    left: OutletError | None = None
    mistake: bool = False

    @property
    def done(self) -> int:
        return self.already + self.clean + self.no_text + self.moved + len(self.damaged)


# --- reading again

async def reprocess(settings: Settings, store: Store, names: Sequence[str], since: datetime | None,
                    now: Callable[[], datetime], say: Say) -> list[Reread]:
    """Reads the captures of article pages that the reader of today has not read: of the outlets named, else of all that have
    any.

    It writes readings, and makes due at once the quarantined pages that now read as articles; nothing else. Whatever ends it,
    what it has written stays, and called again it goes on from there. OutletError where a named outlet has no file.
    """
    with store.reading() as session:
        wanted = names or captures.outlets(session)
    known = [_outlet(settings, name, named=bool(names)) for name in wanted]
    readers = Readers(at_once(), wall=settings.limits.reading.total_seconds())
    writer = Writer()
    for outlet, tally in known:
        await _Outlet(settings.archive, store, outlet, tally, readers, writer, since, now).run(say)
    return [tally for _, tally in known]


def _outlet(settings: Settings, name: str, *, named: bool) -> tuple[Outlet | None, Reread]:
    try:
        file = outlets.find(name, settings.outlets_dirs)
    except OutletError as error:
        if named:
            raise
        return None, Reread(name, left=error, mistake=name in settings.outlets)
    try:
        return outlets.load(file), Reread(name)
    except OutletError as error:
        if named:
            raise
        return None, Reread(name, left=error, mistake=True)


class _Outlet:
    """The reading again of one outlet's captures."""

    def __init__(self, archive: Path, store: Store, outlet: Outlet | None, tally: Reread, readers: Readers,
                 writer: Writer, since: datetime | None, now: Callable[[], datetime]) -> None:
        self.archive, self.store, self.outlet, self.tally, self.readers = archive, store, outlet, tally, readers
        self.writer, self.since, self.now = writer, since, now
        self.batch: list[readings.Row] = []
        self.pages: set[int] = set()

    async def run(self, say: Say) -> None:
        tally = self.tally
        names = door.readers(self.outlet) if self.outlet else []
        reader = captures.reader_of_the_day(names) if names else None
        tally.reader = names[-1][1] if names else None
        tally.captures, tally.already = await self.writer.do(partial(self._count, reader))
        if self.outlet is None or reader is None:
            return
        under_way = deque[tuple[CaptureRow, asyncio.Task[ReadValue | Damage | None]]]()
        try:
            async for row in self._unread(reader):
                under_way.append((row, asyncio.create_task(self._read(row, self.outlet))))
                if len(under_way) >= AHEAD:
                    await self._finish(under_way, reader, say)
            while under_way:
                await self._finish(under_way, reader, say)
            await self._write(reader)
            while await self.writer.do(partial(self._show, reader)):
                pass
            await self.writer.do(partial(self._look_again, reader, None))
        finally:
            for _, task in under_way:
                task.cancel()
            await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)
            await self._write(reader)

    async def _unread(self, reader: captures.Reader) -> AsyncIterator[CaptureRow]:
        after = 0
        while rows := await self.writer.do(partial(self._next, reader, after)):
            for row in rows:
                yield row
            after = rows[-1].capture.id

    async def _finish(self, under_way: deque[tuple[CaptureRow, asyncio.Task[ReadValue | Damage | None]]],
                      reader: captures.Reader, say: Say) -> None:
        """Takes in the first of the pages under way."""
        row, task = under_way[0]
        self._tell(row, await task)
        under_way.popleft()
        if len(self.batch) >= BATCH:
            await self._write(reader)
        say(self.tally.outlet, self.tally.done, self.tally.captures)

    def _count(self, reader: captures.Reader | None) -> tuple[int, int]:
        with self.store.reading() as session:
            return captures.count(session, self.tally.outlet, reader, self.since)

    def _next(self, reader: captures.Reader, after: int) -> list[CaptureRow]:
        with self.store.reading() as session:
            return captures.unread(session, self.tally.outlet, reader, self.since, after=after, limit=CHUNK)

    async def _read(self, row: CaptureRow, outlet: Outlet) -> ReadValue | Damage | None:
        """What the reader makes of a capture; None for a redirect to another page, which a crawl does not read either."""
        capture = row.capture
        if capture.final_url != row.url and not same_page(row.url, capture.final_url):
            return None
        try:
            fetched = await asyncio.to_thread(load, self.archive, _kept(capture), asked=row.url)
            before = await asyncio.to_thread(self._read_before, outlet, fetched)
        except DamagedRecord as damage:
            return Damage(capture, row.url, damage.harm, str(damage))
        except TooLarge as error:
            return Nothing("too_large", door.reader_name(outlet, capture.at), str(error))
        except DamagedBody as error:
            return Nothing("damaged", door.reader_name(outlet, capture.at), str(error))
        return before or await self.readers.read(fetched, outlet)

    def _read_before(self, outlet: Outlet, fetched: Fetched) -> ArticleRead | None:
        return reading.read_before(self.store, outlet, fetched, lambda kept: holds_same(self.archive, kept, fetched),
                                    threadless=False)

    def _tell(self, row: CaptureRow, value: ReadValue | Damage | None) -> None:
        tally = self.tally
        if value is None:
            tally.moved += 1
        elif isinstance(value, Damage):
            tally.damaged.append(value)
        elif isinstance(value, ArticleRead):
            tally.clean += 1
            self.batch.append(reading.row(row.capture.id, value))
            self.pages.add(row.capture.page_id)
        else:
            tally.no_text += 1
            reader = door.reader_name(self.outlet, row.capture.at)
            nothing = value if isinstance(value, Nothing) else Nothing("not_article", reader)
            self.batch.append(reading.row(row.capture.id, nothing))

    async def _write(self, reader: captures.Reader) -> None:
        batch, self.batch = self.batch, []
        seen, self.pages = self.pages, set()
        if batch:
            await self.writer.do(partial(self._keep, batch))
        if seen:
            await self.writer.do(partial(self._look_again, reader, seen))

    def _keep(self, batch: list[readings.Row]) -> None:
        with self.store.writing() as session:
            readings.write(session, batch)

    def _show(self, reader: captures.Reader) -> int:
        """Shows what this reader had read before another did: the outlet's file was changed and changed back."""
        with self.store.writing() as session:
            hidden = captures.outshone(session, self.tally.outlet, reader, self.since, CHUNK)
            readings.show(session, hidden)
            return len(hidden)

    def _look_again(self, reader: captures.Reader, which: set[int] | None) -> None:
        # In a transaction of its own: one that waits for a page must hold nothing that the page's run may wait for. What an end
        # between the two leaves undone is done when all has been read.
        with self.store.writing() as session:
            self.tally.made_due += pages.look_again(session, self.tally.outlet, reader, self.now(), which)


# --- holding the archive against the store

@dataclass
class Verified:
    """What was held against the digests that the store has, and what is not as it was kept."""

    captures: int = 0
    readings: int = 0
    files: int = 0
    damaged: list[Damage] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def verify(archive: Path, store: Store, say: Say) -> Verified:
    """Computes anew the digest of every capture's body, from the archive, and of every clean reading's text, from the store;
    and goes once through every file that a capture names, the records that are no capture's included."""
    found, files = Verified(), dict[str, int]()
    with store.reading() as session:
        total, texts = captures.totals(session)
    # In the order in which they were made, which is each file's: the disk reads ahead, and no damage hides what follows it.
    for row in _every(store, captures.every):
        found.captures += 1
        files[row.capture.file] = max(row.capture.offset, files.get(row.capture.file, 0))
        try:
            check(archive, _kept(row.capture))
        except DamagedRecord as damage:
            found.damaged.append(Damage(row.capture, row.url, damage.harm, str(damage)))
        say("captures", found.captures, total)
    told = {(each.capture.file, each.capture.offset) for each in found.damaged}
    gone = {each.capture.file for each in found.damaged if each.harm in ("no_file", "unreadable")}
    for file, last in files.items():
        found.files += 1
        if file not in gone:
            found.faults += [fault for fault in _faults(archive, file, last) if (fault.file, fault.offset) not in told]
        say("files", found.files, len(files))
    for text in _every(store, captures.texts):
        found.readings += 1
        if hashlib.sha256((text.text or "").encode()).hexdigest() != text.sha256:
            found.damaged.append(Damage(text.capture, text.url, "other_text",
                                        f"the text of reading {text.id} is another than was written", text.id))
        say("readings", found.readings, texts)
    return found


def _faults(archive: Path, file: str, last: int) -> Iterator[Fault]:
    try:
        for offset, note in members.faults(archive / file, last):
            yield Fault(file, offset, f"{file}: {note}")
    except OSError as error:
        yield Fault(file, 0, f"{file} cannot be read: {error.strerror or error}")


def _every(store: Store, following: Callable[..., list[R]]) -> Iterator[R]:
    """All rows of a query, some at a time, so that neither the memory nor one long transaction holds them."""
    after = 0
    while True:
        with store.reading() as session:
            rows = following(session, after=after, limit=CHUNK)
        if not rows:
            return
        yield from rows
        after = rows[-1].id


def _kept(capture: Capture) -> Kept:
    return Kept(capture.file, capture.offset, capture.sha256)
