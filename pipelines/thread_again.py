"""A thread's last answers read again by another reader than before: what it reads otherwise is no event."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crawler.items import ThreadRead as Look
from pipelines.compare.fold import text_key
from pipelines.compare.identity import Known
from pipelines.compare.thread import same_bytes
from pipelines.intake import Intake
from pipelines.take_thread import comment_values, put_comments
from storage import looks, pages, runs, threads
from storage.insert import put_many
from storage.looks import LightRow
from storage.models import Capture, CommentVersion, Thread, ThreadRead

# A comment that was missed once was shown by an earlier look than the last: so many of them are read again.
MOST = 3


@dataclass(frozen=True, slots=True)
class StaleLook:
    """An earlier look at a thread whose comments another reader read last: its answers in order, each with the address that was
    asked."""

    read_id: int
    captures: tuple[tuple[Capture, str], ...]


@dataclass(frozen=True, slots=True)
class Again:
    """What a reader makes of all the answers of an earlier look, as one thread."""

    read_id: int
    reader: str
    look: Look


def stale_looks(intake: Intake, page_id: int, reader: Callable[[datetime], str]) -> tuple[StaleLook, ...]:
    """The looks at the threads of a page's article whose answers are to be read again, the newest first: the last that showed
    comments, and those that showed last what has been missed since. reader names who would read a page that was fetched
    then."""
    with intake.store.reading() as session:
        page = pages.one(session, page_id)
        found = list[StaleLook]()
        for thread, commented in looks.owned(session, page.article_id) if page.article_id is not None else ():
            last = looks.last_look(session, thread.id, page_id) if commented and thread.state != "replaced" else None
            if last is None:
                continue
            wanted = {last.id, *looks.missing_since(session, thread.id)}
            # What it showed may have been read again since by another reader than the look itself, and now again by that one.
            readers = looks.readers(session, wanted)
            stale = [one.read for one in looks.by_id(session, wanted).values()
                     if one.page_id == page_id and readers.get(one.read.id, set()) - {reader(one.read.at)}]
            found += [StaleLook(one.id, tuple(looks.captures_of(session, one)))
                      for one in sorted(stale, key=lambda one: one.id, reverse=True)[:MOST]]
        return tuple(found)


def take_again(intake: Intake, again: Sequence[Again], now: datetime) -> None:
    """Brings what is known of threads up to date with what the present reader makes of earlier looks, without an event: texts,
    ids and who answers whom; of the last look also comments that only it finds. What it does not find stays as it is, and no
    look of its misses it."""
    for one in again:
        with intake.store.writing() as session:
            runs.require_open(session, intake.run_id)
            _take(session, intake, one, now)


def _take(session: Session, intake: Intake, one: Again, now: datetime) -> None:
    read, comments = session.get_one(ThreadRead, one.read_id), one.look.comments
    rows = looks.light(session, read.thread_id)
    shown = [row for row in rows if row.last_read_id == one.read_id]
    if not comments or not shown:
        return
    authors = [intake.names(intake.outlet.id, comment.author) for comment in comments]
    is_last = max(row.last_read_id for row in rows) == one.read_id
    matched = same_bytes([_known(row) for row in rows], {row.id for row in shown}, comments, authors, is_last=is_last)
    by_id, own = {row.id: row for row in rows}, {row.id for row in shown}
    ids = {place: old.id for place, old in enumerate(matched) if old is not None}
    taken = {row.native_id for row in rows}
    new = [place for place, old in enumerate(matched) if old is None and not comments[place].deleted] if is_last else []
    values = dict[int, dict[str, Any]]()
    for place in new:
        native_id = comments[place].native_id if comments[place].native_id not in taken else None
        taken.add(native_id)
        values[place] = {"thread_id": read.thread_id, "native_id": native_id, "reader": one.reader, "state": "standing",
                         "first_seen_at": read.at, "last_seen_at": read.at, "last_read_id": read.id,
                         **comment_values(comments[place], intake.names, intake.outlet.id)}
    put_comments(session, values, comments, ids)
    answers = {place: capture.id for place, (capture, _) in enumerate(looks.captures_of(session, read))}
    put_many(session, CommentVersion, [
        {"comment_id": ids[place], "seq": 1, "event": "posted", "text": comments[place].text, "reader": one.reader,
         "capture_id": answers.get(comments[place].page, read.capture_id), "run_id": intake.run_id, "seen_at": now,
         "after_read_id": None, "before_read_id": read.id, "guess": False} for place in new])
    for place, old in enumerate(matched):
        if old is None or old.id not in own:
            continue
        comment, row = comments[place], by_id[old.id]
        change: dict[str, Any] = {"reader": one.reader, "position": comment.position}
        if comment.parent is None or comment.parent in ids:
            change |= {"depth": comment.depth, "parent_source": comment.parent_source,
                       "parent_id": ids[comment.parent] if comment.parent is not None else None}
        if row.forgotten_at is None and not comment.deleted:
            change |= {"text": comment.text, "text_key": text_key(comment.text), "author": authors[place],
                       "posted_at": comment.posted, "posted_raw": comment.posted_raw, "certainty": comment.certainty}
        if comment.native_id is not None and comment.native_id not in taken:
            change["native_id"] = comment.native_id
            taken.add(comment.native_id)
        looks.change(session, [old.id], change)
    _rename(session, intake, read.thread_id, one.look)


def _rename(session: Session, intake: Intake, thread_id: int, look: Look) -> None:
    thread = session.get_one(Thread, thread_id)
    system, key = look.system or thread.system, look.native_key or thread.native_key
    if (system, key) != (thread.system, thread.native_key) and threads.get(session, intake.outlet.id, system, key) is None:
        thread.system, thread.native_key = system, key
        session.flush()


def _known(row: LightRow) -> Known:
    return Known(row.id, row.native_id, row.parent_id, row.author, row.posted_at, row.text, row.state == "removed", None,
                 forgotten=row.forgotten_at is not None)
