"""Comments forgotten for good: taken out of the archive, and out of every table, and refused when they are met again."""
import asyncio
import gzip
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

import failpoint
from alerts.message import write
from crawler import redaction
from crawler.archive import Record, load, record
from crawler.decoding import LIMIT, UndecodableBody, beginning, decoded, encoded
from crawler.items import ArticleRead, CommentRead, Fetched, Kept, ReadValue, ThreadRead
from crawler.outlet import Outlet
from pipelines import redact
from pipelines.forgetting import WITHDRAWN, Forgotten, tombstone
from pipelines.names import folded
from pipelines.read.screen import GZIP, unpacked
from pipelines.redact import LONG, Place, Source, letters
from storage import forgotten as stored
from storage import outbox
from storage.forgotten import Look, Stored
from storage.models import Mail, Thread
from storage.store import Store

Read = Callable[[Fetched, Outlet | None], Awaitable[ReadValue]]
# What is told as it goes: of what, how much is done, of how much.
Say = Callable[[str, int, int], None]


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


@dataclass(frozen=True, slots=True)
class Composer:
    """What a mail is made anew with: the address of the reading room and the outlets' names."""

    public_url: str | None
    names: Mapping[str, str]


@dataclass
class Done:
    """What was, or in a dry run would be, taken out; versions, alerts, mails, captures and files are those that held some of
    it. refused is how many marks now refuse what they are of."""

    comments: list[Stored] = field(default_factory=list)
    versions: int = 0
    alerts: int = 0
    mails: int = 0
    captures: int = 0
    files: int = 0
    left: list[Left] = field(default_factory=list)
    refused: int = 0


@dataclass
class _Said:
    """What pages show of one comment."""

    texts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


# --- the archive

class Archived:
    """One outlet's part of the archive. own has, of each capture that was changed, what its article says itself; only look: it
    finds and writes nothing."""

    def __init__(self, archive: Path, store: Store, outlet: Outlet | None, forgotten: Forgotten, read: Read, now: datetime, *,
                 only_look: bool = False) -> None:
        self.archive, self.store, self.outlet, self.forgotten, self.read = archive, store, outlet, forgotten, read
        self.now, self.only_look = now, only_look
        self.said: dict[str, _Said] = {}
        self.own: dict[int, ArticleRead] = {}
        self.threads: dict[int, Thread] = {}
        self.captures = self.files = 0
        self.left: list[Left] = []

    def known(self, comments: Iterable[tuple[str, Stored]], name: str | None) -> None:
        """What the store knows of comments, by their marks, and the name by which their author is to be forgotten."""
        for mark, each in comments:
            said = self.said.setdefault(mark, _Said())
            said.texts |= set(each.texts)
            # A pseudonym stands on no page.
            said.names |= {name} if name is not None else {each.comment.author} - {None, ""}  # type: ignore[arg-type]

    async def look(self, looks: Sequence[Look], say: Callable[[int, int], None]) -> None:
        """Learns from the pages themselves what they show of what is to be forgotten: a name whose pseudonym alone is kept, a
        text that it had between two looks."""
        for number, look in enumerate(looks, 1):
            if look.thread is not None:
                self.threads[look.capture.id] = look.thread
            kept = Kept(look.capture.file, look.capture.offset, look.capture.sha256)
            try:
                fetched = await asyncio.to_thread(load, self.archive, kept, asked=look.url)
            except UndecodableBody:
                continue  # what can be had of it is looked for in its file
            value = await self.read(fetched, self.outlet)
            for place, mark in self._met(value, look.thread, look.url).items():
                said, comment = self.said.setdefault(mark, _Said()), _comments(value)[place]
                said.texts |= {comment.text} - {"", WITHDRAWN}
                said.names |= {comment.author or ""} - {"", WITHDRAWN}
            say(number, len(looks))

    def _met(self, value: ReadValue, thread: Thread | None, url: str) -> dict[int, str]:
        """Which comments of a page are to be forgotten, by their places, with their marks."""
        look = value.thread if isinstance(value, ArticleRead) else value
        if not isinstance(look, ThreadRead):
            return {}
        system, key = (thread.system, thread.native_key) if thread is not None else (look.system or "", look.native_key or url)
        marks = {place: self.forgotten.refuses(system, key, comment) for place, comment in enumerate(look.comments)}
        return {place: mark for place, mark in marks.items() if mark is not None}

    async def go_through(self, files: Mapping[str, Mapping[int, tuple[int, str]]], say: Callable[[int, int], None]) -> None:
        """Takes what is known of it out of every record of these files, also of those that no capture names. files: the
        captures in each, where each begins, with the page's address."""
        words = {word for said in self.said.values() for text in (*said.texts, *said.names) if (word := redact.telling(text))}
        for number, (file, named) in enumerate(sorted(files.items()), 1):
            path = self.archive / file
            if path.exists() and words:
                await self._file(path, file, named, words)
            say(number, len(files))

    async def _file(self, path: Path, file: str, named: Mapping[int, tuple[int, str]], words: Collection[str]) -> None:
        bodies: dict[int, bytes] = {}
        rest = await asyncio.to_thread(redaction.rest, path)
        if rest is not None and any(offset >= rest for offset in named):
            self.left.append(Left(file, rest, "the file is damaged there, and what follows could not be looked through: see "
                                              "what `steppewire verify` says of it"))
        for offset in await asyncio.to_thread(_hits, path, words):
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
        chosen, last, note = await self._places(Source(text), fetched, back, self.threads.get(own or 0), url or exchange.url)
        if own is not None and isinstance(last, ArticleRead):
            self.own[own] = last
        if not chosen:
            return None, note
        body = back(Source(text).without(chosen))
        return encoded(gzip.compress(body, mtime=0) if zipped else body, exchange.headers), note

    async def _places(self, source: Source, fetched: Fetched, back: Callable[[str], bytes], thread: Thread | None,
                      url: str) -> tuple[list[Place], ReadValue, str | None]:
        """Where what is to be forgotten stands; what is then read, and why it is still there, if it is.

        Whose a text or a name is, is told by reading the page without it: it is the comment's where the comment then has lost
        it, and another's where something else has. What nobody reads is the comment's where it is long, or text and name stand
        side by side.
        """
        before = await self.read(fetched, self.outlet)
        met = self._met(before, thread, url)

        async def without(places: Iterable[Place]) -> ReadValue:
            return await self.read(replace(fetched, body=back(source.without(places))), self.outlet)

        sure, doubtful = await asyncio.to_thread(self._candidates, source)
        if not sure and not met:
            return [], before, None
        value = await without(sure)
        if _rest(value, met) == _rest(before, met) and self._is_clear(value, met):
            return sure, value, None
        chosen = []
        for place in redact.apart((*sure, *(doubtful if met else ()))):
            value = await without([place])
            if _touched(before, value, met) or (place in sure and _rest(value, met) == _rest(before, met)):
                chosen.append(place)
        value = await without(chosen) if chosen else before
        return chosen, value, None if self._is_clear(value, met) else "a comment that is to be forgotten is still read there"

    def _candidates(self, source: Source) -> tuple[list[Place], list[Place]]:
        sure, doubtful = list[Place](), list[Place]()
        for said in self.said.values():
            names = redact.apart(place for name in said.names for place in source.words(name))
            near = set[Place]()
            for text in said.texts:
                for place in source.whole(text):
                    beside = source.beside(place, names)
                    near.update(beside)
                    (sure if beside or len(letters(text)) >= LONG else doubtful).append(place)
            sure += near
            doubtful += [place for place in names if place not in near]
        return redact.apart(sure), redact.apart(doubtful)

    def _is_clear(self, value: ReadValue, met: Mapping[int, str]) -> bool:
        """Whether nothing is read any more in the places of what is to be forgotten."""
        read = _comments(value)
        for place, mark in met.items():
            said = self.said[mark]
            if place >= len(read) or folded(read[place].author or "") in map(folded, said.names):
                return False
            if letters(read[place].text) in map(letters, said.texts):
                return False
        return True


def _hits(path: Path, words: Collection[str]) -> list[int]:
    """Where the answers begin that may hold one of these words."""
    found = []
    for offset, answer in redaction.answers(path):
        try:
            body = decoded(answer.exchange.body, answer.exchange.headers)
        except UndecodableBody:
            body = _beginning(answer)
        kind = next((value for name, value in answer.exchange.headers if name.lower() == "content-type"), None)
        if redact.may_hold(redact.opened(unpacked(body), kind)[0], words):
            found.append(offset)
    return found


def _beginning(answer: Record) -> bytes:
    """What can be had of a body that was cut, or is none of what it says."""
    try:
        return beginning(answer.exchange.body, answer.exchange.headers, size=LIMIT)
    except UndecodableBody:
        return b""


def _comments(value: ReadValue) -> tuple[CommentRead, ...]:
    look = value.thread if isinstance(value, ArticleRead) else value
    return look.comments if isinstance(look, ThreadRead) else ()


def _rest(value: ReadValue, met: Collection[int]) -> ReadValue:
    """What is read but for text and author of what is to be forgotten."""
    def blank(look: ThreadRead) -> ThreadRead:
        return replace(look, comments=tuple(replace(comment, author=None, text="") if place in met else comment
                                            for place, comment in enumerate(look.comments)))

    if isinstance(value, ArticleRead):
        return replace(value, thread=blank(value.thread))
    return blank(value) if isinstance(value, ThreadRead) else value


def _touched(before: ReadValue, after: ReadValue, met: Collection[int]) -> bool:
    """Whether what is to be forgotten is read otherwise than it was."""
    old, new = _comments(before), _comments(after)
    return len(old) == len(new) and any((old[place].author, old[place].text) != (new[place].author, new[place].text)
                                        for place in met)


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


def _all_files(archive: Path, outlet: str) -> Iterator[str]:
    """The files of an outlet, also those that no capture names."""
    for file in (archive / outlet).rglob(f"*{redaction.SUFFIX}"):
        yield str(file.relative_to(archive))


async def again(archive: Path, store: Store, outlet: Outlet, forgotten: Forgotten, read: Read, now: datetime,
                closed: Path | None) -> list[Left]:
    """Goes through what was kept of an outlet since this was last done; closed is the file that it was kept in. Nobody writes
    to the outlet's files meanwhile."""
    def look() -> tuple[int, list[Look], dict[str, dict[int, tuple[int, str]]]]:
        finish(archive, store, outlet.id)
        with store.reading() as session:
            after = stored.swept(session, outlet.id)
            return (stored.newest_capture(session, outlet.id), stored.looks(session, outlet.id, (), after),
                    stored.of_files(session, outlet.id, after))

    newest, looks, files = await asyncio.to_thread(look)
    if closed is not None:
        files.setdefault(str(closed.relative_to(archive)), {})
    work = Archived(archive, store, outlet, forgotten, read, now)
    await work.look(looks, lambda *_: None)
    await work.go_through(files, lambda *_: None)

    def keep() -> None:
        with store.writing() as session:
            stored.put_swept(session, outlet.id, newest, now)

    await asyncio.to_thread(keep)
    return work.left


# --- all of it

@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be forgotten of one outlet: a reader by name, or comments by their ids, or nothing new: then what was begun is
    brought to its end."""

    outlet: str
    author: str | None = None
    comments: tuple[int, ...] = ()


async def forget(archive: Path, store: Store, outlet: Outlet | None, asked: Asked, forgotten: Forgotten, read: Read,
                 composer: Composer, now: datetime, say: Say, *, only_look: bool = False) -> Done:
    """Forgets what is asked of one outlet, by the holder of the store's lock; forgotten has the marks that there are. Whatever
    ends it, nothing is lost, and the same call brings it to its end."""
    done = Done()
    if not only_look:
        await asyncio.to_thread(finish, archive, store, asked.outlet)
    with store.reading() as session:
        done.comments = stored.stored(session, asked.comments)
    marks = [(_mark(forgotten, each), each) for each in done.comments]
    author = {forgotten.author(asked.author)} if asked.author is not None else set[str]()
    forgotten = replace(forgotten, marks={*forgotten.marks, *author, *(mark for mark, _ in marks)})
    with store.reading() as session:
        looks = stored.looks(session, asked.outlet, {each.thread.id for each in done.comments})
        files = stored.of_files(session, asked.outlet)
        newest = stored.newest_capture(session, asked.outlet)
    work = Archived(archive, store, outlet, forgotten, read, now, only_look=only_look)
    work.known(marks, asked.author)
    await work.look(looks, partial(say, f"{asked.outlet}: looks"))
    await work.go_through({**{file: {} for file in _all_files(archive, asked.outlet)}, **files},
                          partial(say, f"{asked.outlet}: files"))
    done.captures, done.files, done.left = work.captures, work.files, work.left
    done.refused = len(forgotten.marks)
    tables = partial(_tables, done, work, composer, now)
    if only_look:
        with store.reading() as session:
            tables(session)
            session.rollback()
        return done
    with store.writing() as session:
        tables(session)
        stored.put_marks(session, asked.outlet, "author", author, now)
        stored.put_marks(session, asked.outlet, "comment", (mark for mark, _ in marks), now)
        if forgotten.marks:
            stored.put_swept(session, asked.outlet, newest, now)
        done.versions = stored.erase(session, done.comments, _tombstones(marks), now)
        failpoint.reach("forgotten.erasing")
    failpoint.reach("forgotten.erased")
    return done


def _mark(forgotten: Forgotten, each: Stored) -> str:
    comment = each.comment
    return forgotten.comment(each.thread.system, each.thread.native_key, comment.native_id, comment.author, comment.posted_at,
                             each.texts[0] if each.texts else "")


def _tombstones(marks: Iterable[tuple[str, Stored]]) -> dict[int, str]:
    """The ids by which comments without one of their own are known from now on."""
    met, found = Counter[str](), dict[int, str]()
    for mark, each in marks:
        met[mark] += 1
        if each.comment.native_id is None:
            found[each.comment.id] = tombstone(mark, met[mark])
    return found


def _tables(done: Done, work: Archived, composer: Composer, now: datetime, session: Session) -> None:
    """Takes out of alerts, readings and mails what a comment has left there."""
    texts = {text for said in work.said.values() for text in said.texts}
    names = {name for said in work.said.values() for name in said.names}
    known, quoted = {letters(name) for name in names}, {letters(text) for text in texts if any(
        letters(text) in letters(read.text) for read in work.own.values())}
    with session.no_autoflush:
        own, others = stored.alerts_of(session, [each.comment.id for each in done.comments],
                                       {each.thread.article_id for each in done.comments})
        for alert in own:
            stored.withdraw(alert, WITHDRAWN)
        leaked = [text for text in texts if len(letters(text)) >= LONG and letters(text) not in quoted]
        changed = [alert for alert in others
                   if stored.scrub_alert(alert, lambda text: redact.cut(text, leaked, names), WITHDRAWN)]
        for reading in stored.readings_of(session, work.own):
            itself = work.own[reading.capture_id]
            inside = letters(itself.text)
            foreign = [text for text in texts if letters(text) not in inside]
            authors = known - set(map(letters, itself.authors))
            stored.scrub_reading(reading, partial(redact.cut, texts=foreign, names=names), partial(_is_one, authors))
        mails = stored.mails_of(session, [*own, *changed])
    done.alerts, done.mails = len(own) + len(changed), len(mails)
    done.versions = sum(len(each.texts) for each in done.comments)
    if not work.only_look:
        session.flush()
        for mail in mails:
            mail.bytes = _without(session, mail, composer)
            mail.redacted_at = now


def _is_one(known: Collection[str], name: str) -> bool:
    return letters(name) in known


def _without(session: Session, mail: Mail, composer: Composer) -> bytes:
    """A mail as it would have been made of what its alerts say now; Message-ID and date are those that it has."""
    sender = str(message_from_bytes(mail.bytes)["From"])
    return write(outbox.told_by(session, mail.id), mail.made_at, sender=sender, public_url=composer.public_url,
                 names=composer.names).bytes
