"""An outlet's part of the archive, gone through for what is to be forgotten, and its files written anew without it."""
import asyncio
import gzip
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import failpoint
from crawler import redaction
from crawler.archive import Record, load, record
from crawler.decoding import LIMIT, UndecodableBody, beginning, decoded, encoded
from crawler.items import ArticleRead, Fetched, Kept
from forget import tables
from forget.page import Words
from pipelines import redact
from pipelines.read.screen import GZIP, unpacked
from pipelines.redact import Source
from storage import forgotten as stored
from storage.forgotten import Look
from storage.models import Thread
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Left:
    """A place of the archive that may still hold what was to be forgotten, and why it does."""

    file: str
    offset: int
    note: str


class NotForgotten(RuntimeError):
    """Something that was to be forgotten is in the archive still."""

    kind = "failure"

    def __init__(self, left: Sequence[Left]) -> None:
        super().__init__("; ".join(f"the record at {each.offset} of {each.file}: {each.note}" for each in left))


class Archived:
    """One outlet's part of the archive. own has, of each capture that was looked at or changed, what its article says itself;
    only look: it finds and writes nothing."""

    def __init__(self, archive: Path, store: Store, words: Words, now: datetime, *, only_look: bool = False) -> None:
        self.archive, self.store, self.words, self.now, self.only_look = archive, store, words, now, only_look
        self.own: dict[int, ArticleRead] = {}
        self.threads: dict[int, Thread] = {}
        self.captures = self.files = 0
        self.left: list[Left] = []

    async def look(self, looks: Sequence[Look], say: Callable[[int, int], None]) -> None:
        """Learns from the pages themselves what they show of what is to be forgotten."""
        for number, look in enumerate(looks, 1):
            if look.thread is not None:
                self.threads[look.capture.id] = look.thread
            kept = Kept(look.capture.file, look.capture.offset, look.capture.sha256)
            try:
                fetched = await asyncio.to_thread(load, self.archive, kept, asked=look.url)
            except UndecodableBody:
                continue  # what can be had of it is looked for in its file
            value = await self.words.learn(fetched, look.thread, look.url)
            if isinstance(value, ArticleRead):
                self.own[look.capture.id] = value
            say(number, len(looks))

    async def go_through(self, files: Mapping[str, Mapping[int, tuple[int, str]]], say: Callable[[int, int], None]) -> None:
        """Takes what is known of it out of every record of these files, also of those that no capture names. files: the
        captures in each, where each begins, with the page's address."""
        telling = {word for text in (*self.words.texts, *self.words.names) if (word := redact.telling(text))}
        for number, (file, named) in enumerate(sorted(files.items()), 1):
            path = self.archive / file
            if path.exists() and telling:
                await self._file(path, file, named, telling)
            say(number, len(files))

    async def _file(self, path: Path, file: str, named: Mapping[int, tuple[int, str]], telling: Collection[str]) -> None:
        bodies: dict[int, bytes] = {}
        rest = await asyncio.to_thread(redaction.rest, path)
        if rest is not None and any(offset >= rest for offset in named):
            self.left.append(Left(file, rest, "the file is damaged there, and what follows could not be looked through: see "
                                              "what `steppewire verify` says of it"))
        for offset in await asyncio.to_thread(_hits, path, telling):
            own, url = named.get(offset, (None, None))
            with path.open("rb") as stream:
                stream.seek(offset)
                answer = record(stream)
            body, note = await self._redacted(answer, url, own)
            if note is not None:
                self.left.append(Left(file, offset, note))
            if body is not None:
                bodies[offset] = body
        if not bodies and (rest is None or any(offset >= rest for offset in named)):
            return
        self.captures += sum(offset in named for offset in bodies)
        self.files += 1
        if not self.only_look:
            await asyncio.to_thread(self._rewrite, path, file, named, bodies)

    def _rewrite(self, path: Path, file: str, named: Mapping[int, tuple[int, str]], bodies: Mapping[int, bytes]) -> None:
        moved = redaction.rewrite(path, bodies, named, self.now)
        new = str(redaction.successor(path).relative_to(self.archive))
        with self.store.writing() as session:
            stored.point(session, file, new, moved, bodies, self.now)
            # Once the page is without them nothing tells any more what of its readings is theirs.
            own = {of: self.own[of] for offset, (of, _) in named.items() if offset in bodies and of in self.own}
            tables.scrub_read(session, own, self.words.texts, self.words.names)
            failpoint.reach("redacted.pointing")
        failpoint.reach("redacted.pointed")
        redaction.remove(path)
        failpoint.reach("redacted.removed")

    async def _redacted(self, answer: Record, url: str | None, own: int | None) -> tuple[bytes | None, str | None]:
        """The body of an answer without what is to be forgotten, encoded as it was; None where it holds none of it. And why
        some of it is still there, if any is."""
        exchange = answer.exchange
        try:
            plain = decoded(exchange.body, exchange.headers)
        except UndecodableBody:
            plain = await asyncio.to_thread(_beginning, answer)
        zipped, body = plain.startswith(GZIP), unpacked(plain)
        fetched = Fetched(exchange.url, exchange.status, exchange.headers, body, exchange.at,
                          asked=url if url != exchange.url else None)
        text, back = redact.opened(body, fetched.header("Content-Type"))
        source, thread = Source(text), self.threads.get(own or 0)
        chosen, last, note = await self.words.places(source, fetched, back, thread, url or exchange.url)
        if own is not None and isinstance(last, ArticleRead):
            self.own[own] = last
        if not chosen:
            return None, note
        body = back(source.without(chosen))
        return encoded(gzip.compress(body, mtime=0) if zipped else body, exchange.headers), note


def _hits(path: Path, telling: Collection[str]) -> list[int]:
    """Where the answers begin that may hold one of these words."""
    found = []
    for offset, answer in redaction.answers(path):
        try:
            body = decoded(answer.exchange.body, answer.exchange.headers)
        except UndecodableBody:
            body = _beginning(answer)
        kind = next((value for name, value in answer.exchange.headers if name.lower() == "content-type"), None)
        if redact.may_hold(redact.opened(unpacked(body), kind)[0], telling):
            found.append(offset)
    return found


def _beginning(answer: Record) -> bytes:
    """What can be had of a body that was cut, or is none of what it says."""
    try:
        return beginning(answer.exchange.body, answer.exchange.headers, size=LIMIT)
    except UndecodableBody:
        return b""


def finish(archive: Path, store: Store, outlet: str) -> None:
    """Deletes what an end in the midst of writing files anew has left: an old one whose captures lie in its successor, or a
    successor that they never came to lie in."""
    folder = archive / outlet
    for part in folder.rglob(f"*{redaction.PART}"):
        redaction.remove(part)
    for file in sorted(folder.rglob(f"*{redaction.SUFFIX}")):
        new = redaction.successor(file)
        if new.exists():
            with store.reading() as session:
                old_is_named = not stored.unnamed(session, archive, file)
            redaction.remove(new if old_is_named else file)


def all_files(archive: Path, outlet: str) -> Iterator[str]:
    """The files of an outlet, also those that no capture names."""
    for file in (archive / outlet).rglob(f"*{redaction.SUFFIX}"):
        yield str(file.relative_to(archive))
