"""What one outlet is to forget, forgotten for good: in the archive and in every table, and refused when it is met again."""
import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

import failpoint
from crawler.outlet import Outlet
from forget.archive import Archived, Left, all_files, finish
from forget.page import Read, Words
from forget.tables import Composer, Traces
from pipelines.forgetting import Forgotten, tombstone
from storage import forgotten as stored
from storage.forgotten import Look, Stored
from storage.store import Store

# What is told as it goes: of what, how much is done, of how much.
Say = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be forgotten of one outlet: a reader by name, or comments by their ids, or nothing new: then what was begun is
    brought to its end."""

    outlet: str
    author: str | None = None
    comments: tuple[int, ...] = ()


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
    words = Words(outlet, forgotten, read)
    words.known(marks, asked.author)
    work = Archived(archive, store, words, now, only_look=only_look)
    await work.look(looks, partial(say, f"{asked.outlet}: looks"))
    await work.go_through({**{file: {} for file in all_files(archive, asked.outlet)}, **files},
                          partial(say, f"{asked.outlet}: files"))
    done.captures, done.files, done.left = work.captures, work.files, work.left
    done.refused = len(forgotten.marks)
    done.versions = sum(len(each.texts) for each in done.comments)
    traces = Traces(done.comments, words.texts, words.names, work.own)

    def tables(session: Session) -> None:
        done.alerts, done.mails = traces.take_out(session, composer, now, only_look=only_look)

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
    work = Archived(archive, store, Words(outlet, forgotten, read), now)
    await work.look(looks, lambda *_: None)
    await work.go_through(files, lambda *_: None)

    def keep() -> None:
        with store.writing() as session:
            stored.put_swept(session, outlet.id, newest, now)

    await asyncio.to_thread(keep)
    return work.left


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
