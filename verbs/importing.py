"""WARC files of others brought in: their records, in the order of their time, through the door that live pages go through."""
import asyncio
import hashlib
import secrets
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from rich.console import Console
from rich.status import Status

from crawler import outlet as outlets
from crawler import warc
from crawler.archive import Archive, opened
from crawler.decoding import TooLarge, UndecodableBody
from crawler.items import Exchange, Fetched, Found, Page, ReadValue, Seen, ThreadRead
from crawler.outlet import Outlet
from crawler.warc import Contents, Entry, Refused
from forget import outlet as forgetting
from forget.archive import NotForgotten
from pipelines.forgetting import Forgotten
from pipelines.intake import Intake
from pipelines.judgement import judge
from pipelines.names import names
from pipelines.noise import known as known_noise
from pipelines.read.address import absolute
from pipelines.read.children import MOST_READERS, Readers, at_once
from run_desk import Clock, RunDesk
from settings import Settings
from storage import forgotten, pages, runs
from storage.store import Store
from storage.writer import Writer
from verbs import documents
from verbs.reading import FileError

AHEAD = 2 * MOST_READERS
ALREADY = "already"
# What a site has besides pages; nobody would ask for it as an article.
PAGE_TYPES = ("text/html", "application/xhtml", "application/xml", "text/xml", "text/plain", "application/octet-stream")


def require_files(paths: Iterable[Path]) -> None:
    """FileError where one of them is no file."""
    for path in paths:
        if path.is_dir():
            raise FileError("this is a folder", file=str(path), remedy=f"name the files in it, such as {path / '*.warc.gz'}")
        if not path.is_file():
            raise FileError("there is no such file", file=str(path), remedy="name WARC files, plain or gzip")


def need(document: documents.Document, asked: Sequence[str], config: str) -> str | None:
    """What a person is to do where nothing was taken because the records are of outlets that were not asked for."""
    files = document["files"]
    foreign = sum(file["skipped"]["foreign"] for file in files)
    if not foreign or any(file["taken"] or file["skipped"][ALREADY] for file in files):
        return None
    return (f"nothing was taken: {foreign} record{'s are' if foreign > 1 else ' is'} of none of the outlets asked for "
            f"({', '.join(asked) or 'none'}); add their outlet to outlets in {config}")


class _RecordTime(Clock):
    """A clock that stands at the time of the record in hand."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def now(self) -> datetime:
        assert self.at is not None
        return self.at


@dataclass
class _Run:
    """One outlet's part of an import."""

    outlet: Outlet
    desk: RunDesk
    clock: _RecordTime
    redirected: set[tuple[str, datetime, str]]
    already: int = 0


class _Record(NamedTuple):
    """A record that is being read: which file's, whose, and what will be made of it."""

    file: "_File"
    run: _Run
    page: str
    exchange: Exchange
    fetched: Fetched
    key: tuple[str, datetime, str]
    value: "asyncio.Task[ReadValue]"


@dataclass
class _File:
    """A file to bring in, and what became of its records."""

    path: Path
    contents: Contents
    taken: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def document(self) -> documents.Document:
        reasons = self.skipped + Counter(dict(self.contents.skipped))
        return {"file": str(self.path), "records": self.contents.records, "taken": self.taken,
                "cut": self.contents.cut is not None,
                "skipped": {reason: reasons[reason] for reason in (*warc.REASONS, ALREADY)}}


class Importer:
    """One import by the holder of the store's lock; clock gives the time at which it is made."""

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], datetime], only: str | None = None) -> None:
        self.settings, self.store, self.clock = settings, store, clock
        wanted = settings.outlets if only is None else [only]
        self.outlets = [outlets.load(outlets.find(name, settings.outlets_dirs)) for name in wanted]
        self.archive = Archive(settings.archive, life=secrets.token_hex(4))
        self.processes = at_once()
        self.readers = Readers(self.processes, wall=settings.limits.reading.total_seconds())
        self.writer = Writer()
        self.names = names(settings.comments.names, settings.pseudonym_key())
        self.runs: dict[str, _Run] = {}
        self.under_way: deque[_Record] = deque()
        self.keys: set[tuple[str, datetime, str]] = set()

    async def bring_in(self, paths: Sequence[Path]) -> documents.Document:
        """Brings the files in and says what came of them; FileError where one is no WARC file, before anything is stored, or
        where the archive cannot be written."""
        with self.store.writing() as session:
            runs.close_open(session, self.clock(), "the process that began it ended without it")
        console = Console(stderr=True)
        with tempfile.TemporaryFile(dir=self.settings.data) as spool, console.status("looking …") as status:
            files = [await self._look(path, spool, status) for path in dict.fromkeys(paths)]
            for file in files:
                if file.contents.cut is not None:
                    console.print(_cut(file), highlight=False, markup=False, soft_wrap=True)
            try:
                await self._bring_in(files, spool, status)
            except Exception as error:  # the edge of the run: it is closed as failed, with the error in its row
                self._end("failed", [f"{type(error).__name__}: {error}"])
                if not isinstance(error, OSError):
                    raise
                raise FileError(f"the archive cannot be written: {error}", file=str(self.settings.archive),
                                remedy="mend that and run the import again: what is stored is not stored twice") from error
        self._end("done", [_cut(file) for file in files if file.contents.cut is not None])
        return self._document(files)

    async def _look(self, path: Path, spool: IO[bytes], status: Status) -> _File:
        status.update(f"looking at {path.name} …")
        try:
            return _File(path, await asyncio.to_thread(warc.contents, path, spool, self._refused, self.clock()))
        except (warc.NoWarc, OSError) as error:
            raise FileError(str(error), file=str(path), remedy="name WARC files, plain or gzip") from error

    def _refused(self, url: str) -> warc.Reason | None:
        page = absolute(url, url)
        if page is None:
            return "not_http"
        owner = self._owner(page)
        return "foreign" if owner is None else None if _is_article(owner, page) else "not_article"

    def _owner(self, page: str) -> Outlet | None:
        """The outlet whose article a page may be, else one whose host it is on."""
        owners = [outlet for outlet in self.outlets if outlet.owns(page)]
        return next((outlet for outlet in owners if _is_article(outlet, page)), owners[0] if owners else None)

    async def _bring_in(self, files: Iterable[_File], spool: IO[bytes], status: Status) -> None:
        order = sorted(((entry, file) for file in files for entry in file.contents.entries), key=lambda pair: pair[0].at)
        for number, (entry, file) in enumerate(order):
            status.update(f"{number} of {len(order)} records …")
            try:
                await self._begin(file, spool, entry)
            except Refused as refused:
                file.skipped[refused.reason] += 1
            if len(self.under_way) >= AHEAD:
                await self._finish()
        while self.under_way:
            await self._finish()
        await self.writer.do(self.archive.close)
        for run in self.runs.values():
            if (known := run.desk.intake.forgotten) is not None:
                left = await forgetting.again(self.settings.archive, self.store, run.outlet, known, self.readers.read,
                                              self.clock(), None)
                if left:
                    raise NotForgotten(left)

    async def _begin(self, file: _File, spool: IO[bytes], entry: Entry) -> None:
        """Has a record read, unless it is stored already."""
        page = absolute(entry.url, entry.url)
        owner = self._owner(page) if page is not None else None
        assert page is not None and owner is not None
        exchange = await asyncio.to_thread(warc.load, file.path, spool, entry)
        fetched = _fetched(exchange, page)
        run = self._run(owner)
        sha256 = hashlib.sha256(exchange.body).hexdigest()
        key = (page, exchange.at, sha256)
        if key in self.keys or await asyncio.to_thread(self._has, run, exchange, key):
            run.already += 1
            file.skipped[ALREADY] += 1
            return
        self.keys.add(key)
        run.desk.kills = 0  # here no site is kept waiting by pages that kill their readers
        self.under_way.append(_Record(file, run, page, exchange, fetched, key, asyncio.create_task(run.desk.read(fetched))))

    def _has(self, run: _Run, exchange: Exchange, key: tuple[str, datetime, str]) -> bool:
        if (exchange.url, *key[1:]) in run.redirected:
            return True
        with self.store.reading() as session:
            return pages.has_capture(session, run.outlet.id, *key)

    async def _finish(self) -> None:
        """Stores the oldest record that is being read."""
        record = self.under_way.popleft()
        value = await record.value
        if isinstance(value, Found | ThreadRead):
            record.file.skipped["not_article"] += 1
            return
        run, outlet = record.run, record.run.outlet
        kept = await run.desk.keep(record.exchange)
        run.clock.at = record.exchange.at
        page = await self.writer.do(partial(self._page, outlet.id, record.page))
        await run.desk.sink(Seen(page, "read", fetched=replace(record.fetched, kept=kept), value=value))
        record.file.taken += 1
        self.keys.discard(record.key)

    def _page(self, outlet: str, url: str) -> Page:
        """The page of a record, known and due now where it was not known before."""
        with self.store.writing() as session:
            pages.add(session, outlet, "article", [url], self.clock(), state="known")
            row = pages.at(session, outlet, url)
            assert row is not None
            return Page(row.id, row.url, "article")

    def _run(self, outlet: Outlet) -> _Run:
        if (run := self.runs.get(outlet.id)) is not None:
            return run
        with self.store.writing() as session:
            row = runs.begin(session, outlet.id, self.clock(), kind="import")
            assert row is not None  # the lock is ours, and all others were closed
            redirected = pages.redirected(session, outlet.id)
            marks = forgotten.marks(session, outlet.id)
            noise = known_noise(session, outlet.id)
        known = Forgotten(outlet.id, self.settings.forget_key(), self.names, marks) if marks else None
        intake = Intake(self.store, outlet, row.id, True, self.names, imported=True, forgotten=known, noise=noise)
        clock = _RecordTime()
        desk = RunDesk(intake, self.archive, self.settings.archive, self.readers, self.writer, clock)
        run = self.runs[outlet.id] = _Run(outlet, desk, clock, redirected)
        return run

    def _end(self, state: str, errors: list[str]) -> None:
        now = self.clock()
        with self.store.writing() as session:
            for run in self.runs.values():
                runs.end(session, run.desk.intake.run_id, now, state=state, requests=0, not_modified=0, errors=errors)
        judge(self.store, now, self.settings.mail.group_wait)

    def _document(self, files: Iterable[_File]) -> documents.Document:
        with self.store.reading() as session:
            return documents.imported(session, [file.document() for file in files],
                                      {run.desk.intake.run_id: run.already for run in self.runs.values()})


def _is_article(outlet: Outlet, page: str) -> bool:
    return outlet.is_article(page) and outlet.source_of(page) is None and page not in (outlet.home, f"{outlet.home}robots.txt")


def _fetched(exchange: Exchange, page: str) -> Fetched:
    """What the reader is given; Refused where it is no page, or too large."""
    try:
        fetched = opened(exchange, None, asked=page)
    except TooLarge as error:
        raise Refused("too_large") from error
    except UndecodableBody as error:
        raise Refused("damaged") from error
    kind = (fetched.header("Content-Type") or PAGE_TYPES[0]).strip().lower()
    if not kind.startswith(PAGE_TYPES):
        raise Refused("not_article")
    return fetched


def _cut(file: _File) -> str:
    return f"{file.path}: it is cut or damaged at byte {file.contents.cut}: what comes before is taken"
