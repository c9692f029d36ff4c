"""What is to be forgotten: the marks that refuse it, the comments and where they stand, and the taking out of tables."""
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from storage.insert import insert
from storage.models import (
    Alert,
    Article,
    Capture,
    Comment,
    CommentVersion,
    Forgotten,
    Mail,
    Page,
    Reading,
    Run,
    Thread,
    ThreadCapture,
    ThreadRead,
    Version,
)
from storage.store import Store

# An entry that refuses nothing: up to which capture the archive was gone through.
SWEPT = "swept"
REASON = "forgotten"
# No more than a database takes in one question.
CHUNK = 500
# A plain text without what is a comment's; None where nothing of it is.
Cut = Callable[[str], str | None]
V = TypeVar("V", int, str)


@dataclass(frozen=True, slots=True)
class Stored:
    """A comment that is to be forgotten, with its thread and all texts that it has had."""

    comment: Comment
    thread: Thread
    url: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A capture that was read in looks at a thread, or is one of an article, and the address of its page."""

    capture: Capture
    url: str
    thread: Thread | None


# --- marks

def outlets(session: Session) -> list[str]:
    """The outlets of which something is to be forgotten."""
    return list(session.scalars(select(Forgotten.outlet).where(Forgotten.kind != SWEPT).distinct().order_by(Forgotten.outlet)))


def marks(session: Session, outlet: str) -> frozenset[str]:
    """What of an outlet is to be refused."""
    return frozenset(session.scalars(select(Forgotten.mark).where(Forgotten.outlet == outlet, Forgotten.kind != SWEPT)))


def put_marks(session: Session, outlet: str, kind: str, new: Iterable[str], now: datetime) -> None:
    """Keeps marks; one that is there stays."""
    if rows := [{"outlet": outlet, "kind": kind, "mark": mark, "at": now} for mark in new]:
        table = Forgotten.metadata.tables[Forgotten.__tablename__]
        session.execute(insert(session.get_bind().dialect.name, table).on_conflict_do_nothing(), rows)


def swept(session: Session, outlet: str) -> int:
    """Up to which capture the archive was gone through."""
    return int(session.scalar(select(Forgotten.mark).where(Forgotten.outlet == outlet, Forgotten.kind == SWEPT)) or 0)


def put_swept(session: Session, outlet: str, capture: int, now: datetime) -> None:
    """Keeps up to which capture the archive was gone through."""
    row = session.scalar(select(Forgotten).where(Forgotten.outlet == outlet, Forgotten.kind == SWEPT))
    if row is None:
        session.add(Forgotten(outlet=outlet, kind=SWEPT, mark=str(capture), at=now))
    else:
        row.mark, row.at = str(capture), now


# --- what there is of them

def of_authors(session: Session, outlet: str, is_author: Callable[[str], bool]) -> list[int]:
    """The comments of an outlet whose author, as it is kept, is one of those."""
    kept = session.scalars(select(Comment.author).join(Thread, Thread.id == Comment.thread_id)
                           .where(Thread.outlet == outlet, Comment.author.is_not(None)).distinct())
    names = [name for name in kept if name is not None and is_author(name)]
    return [each for some in _chunks(names) for each in session.scalars(
        select(Comment.id).join(Thread, Thread.id == Comment.thread_id)
        .where(Thread.outlet == outlet, Comment.author.in_(some)).order_by(Comment.id))]


def by_native(session: Session, article: int, native_id: str) -> list[int]:
    """The comments of an article's threads that the page knows by this id."""
    return list(session.scalars(select(Comment.id).join(Thread, Thread.id == Comment.thread_id)
                                .where(Thread.article_id == article, Comment.native_id == native_id)))


def stored(session: Session, ids: Iterable[int]) -> list[Stored]:
    """The comments with these ids."""
    found = list[Stored]()
    for some in _chunks(sorted(set(ids))):
        texts: dict[int, list[str]] = {}
        for own, said in session.execute(select(CommentVersion.comment_id, CommentVersion.text).where(
                CommentVersion.comment_id.in_(some), CommentVersion.text.is_not(None)).order_by(CommentVersion.id)):
            texts.setdefault(own, []).append(said or "")
        rows = session.execute(select(Comment, Thread, Article.url).join(Thread, Thread.id == Comment.thread_id)
                               .join(Article, Article.id == Thread.article_id).where(Comment.id.in_(some)).order_by(Comment.id))
        found += [Stored(comment, thread, url, tuple(dict.fromkeys(filter(None, (*texts.get(comment.id, ()), comment.text)))))
                  for comment, thread, url in rows]
    return found


def looks(session: Session, outlet: str, threads: Collection[int], after: int = 0) -> list[Look]:
    """The captures after one that were read in looks at threads: those named, or in which a comment is forgotten; and all those
    of an import, whose threads may not have been taken in."""
    forgotten = select(Comment.thread_id).where(Comment.forgotten_at.is_not(None))
    wanted = or_(Thread.id.in_(list(threads)), Thread.id.in_(forgotten)) if threads else Thread.id.in_(forgotten)
    found: dict[int, Look] = {}
    for by in (ThreadRead.capture_id, ThreadCapture.capture_id):
        query = select(Capture, Page.url, Thread).join(Page, Page.id == Capture.page_id)
        query = (query.join(ThreadRead, ThreadRead.capture_id == Capture.id) if by is ThreadRead.capture_id else
                 query.join(ThreadCapture, ThreadCapture.capture_id == Capture.id)
                 .join(ThreadRead, ThreadRead.id == ThreadCapture.thread_read_id))
        rows = session.execute(query.join(Thread, Thread.id == ThreadRead.thread_id)
                               .where(Thread.outlet == outlet, Capture.id > after, wanted))
        found |= {capture.id: Look(capture, url, thread) for capture, url, thread in rows}
    imported = session.execute(select(Capture, Page.url).join(Page, Page.id == Capture.page_id)
                               .join(Run, Run.id == Capture.run_id)
                               .where(Page.outlet == outlet, Capture.id > after, Run.kind == "import"))
    found |= {capture.id: Look(capture, url, None) for capture, url in imported if capture.id not in found}
    return [found[own] for own in sorted(found)]


def of_files(session: Session, outlet: str, after: int = 0) -> dict[str, dict[int, tuple[int, str]]]:
    """The files that the captures after one lie in, each with all captures in it: where each begins, its id and its page."""
    new = select(Capture.file).join(Page, Page.id == Capture.page_id).where(Page.outlet == outlet, Capture.id > after)
    found: dict[str, dict[int, tuple[int, str]]] = {}
    for file, offset, own, url in session.execute(
            select(Capture.file, Capture.offset, Capture.id, Page.url).join(Page, Page.id == Capture.page_id)
            .where(Capture.file.in_(new))):
        found.setdefault(file, {})[offset] = (own, url)
    return found


def newest_capture(session: Session, outlet: str) -> int:
    """The last capture of an outlet; 0 where there is none."""
    return session.scalar(select(func.max(Capture.id)).join(Page, Page.id == Capture.page_id)
                          .where(Page.outlet == outlet)) or 0


# --- what is done

def point(session: Session, file: str, new: str, moved: Mapping[int, int], redacted: Collection[int], now: datetime) -> None:
    """Has the captures of a file lie in another: each where moved says, and those that were changed say since when."""
    rows = session.execute(select(Capture.id, Capture.offset).where(Capture.file == file)).all()
    changes = [{"own": own, "to": moved.get(offset, offset), "when": now if offset in redacted else None}
               for own, offset in rows]
    if changes:
        table = Capture.metadata.tables[Capture.__tablename__]
        when = func.coalesce(bindparam("when", type_=table.c.redacted_at.type), table.c.redacted_at)
        session.connection().execute(update(table).where(table.c.id == bindparam("own")).values(
            file=new, offset=bindparam("to"), redacted_at=when), changes)


def erase(session: Session, comments: Sequence[Stored], tombstones: Mapping[int, str], now: datetime) -> int:
    """Takes text and author of comments out of their rows, for good; how many versions had a text. tombstones: the ids of
    those that have none of their own."""
    versions = 0
    for some in _chunks([each.comment.id for each in comments]):
        own = CommentVersion.comment_id.in_(some)
        versions += session.scalar(select(func.count()).select_from(CommentVersion).where(
            own, CommentVersion.text.is_not(None))) or 0
        session.execute(update(CommentVersion).where(own).values(text=None), execution_options={"synchronize_session": False})
        session.execute(update(Comment).where(Comment.id.in_(some)).values(
            author=None, text=None, text_key=None, posted_raw=None, forgotten_at=func.coalesce(
                Comment.forgotten_at, bindparam("now", now, type_=Comment.forgotten_at.type))),
            execution_options={"synchronize_session": False})
    for own_id, native_id in tombstones.items():
        session.execute(update(Comment).where(Comment.id == own_id).values(native_id=native_id),
                        execution_options={"synchronize_session": False})
    return versions


def alerts_of(session: Session, comments: Iterable[int], articles: Iterable[int]) -> tuple[list[Alert], list[Alert]]:
    """The alerts of comments, and those of these articles and their whole threads."""
    own = {each.id: each for some in _chunks(list(comments)) for each in session.scalars(
        select(Alert).join(CommentVersion, CommentVersion.id == Alert.comment_version_id)
        .where(CommentVersion.comment_id.in_(some)))}
    others = [each for some in _chunks(list(articles)) for each in session.scalars(
        select(Alert).where(Alert.article_id.in_(some), Alert.comment_version_id.is_(None)))]
    return list(own.values()), others


def withdraw(alert: Alert, word: str) -> None:
    """Takes the comment out of its alert; one that waits for its mail is dropped."""
    parts = [part | {side: None if part[side] is None else word for side in ("old", "new")} | {"old_spans": [], "new_spans": []}
             for part in alert.passage["parts"]]
    alert.passage = alert.passage | {"parts": parts, "author": None}
    if alert.state in ("pending", "held") and alert.mail_id is None:
        alert.state, alert.reason = "dropped", REASON


def scrub_alert(alert: Alert, cut: Callable[[str, str], str | None], word: str) -> bool:
    """Takes out of an alert of an article, or of its whole thread, what is a comment's; whether there was any. cut is also told
    of which field a text is."""
    parts, changed = list(alert.passage["parts"]), False
    for place, part in enumerate(parts):
        for side in ("old", "new"):
            if part[side] is not None and (left := cut(part["field"], part[side])) is not None:
                parts[place] = part = part | {side: left or word, f"{side}_spans": []}
                changed = True
    if changed:
        alert.passage = alert.passage | {"parts": parts}
    return changed


def unmailed_of(session: Session, captures: Iterable[int]) -> list[Alert]:
    """The alerts of the versions that captures showed which are in no mail."""
    return [each for some in _chunks(sorted(captures)) for each in session.scalars(
        select(Alert).join(Version, Version.id == Alert.version_id)
        .where(Version.capture_id.in_(some), Alert.mail_id.is_(None)))]


def readings_of(session: Session, captures: Iterable[int]) -> list[Reading]:
    """The clean readings of captures."""
    return [each for some in _chunks(sorted(captures)) for each in session.scalars(
        select(Reading).where(Reading.capture_id.in_(some), Reading.outcome == "clean"))]


def scrub_reading(reading: Reading, cut: Cut, is_name: Callable[[str], bool]) -> bool:
    """Takes out of a reading what had come in from a comment; whether there was any. Its digest is that of what is left."""
    text = cut(reading.text or "")
    # The key of a text that is cut would tell of what it was.
    blocks = [block if (left := cut(block["text"])) is None else {"kind": block["kind"], "text": left}
              for block in reading.blocks]
    blocks = [block for block in blocks if block["text"]]
    captions = [each for each in reading.captions if cut(each) is None]
    authors = [each for each in reading.authors if not is_name(each)]
    if text is None and (blocks, captions, authors) == (reading.blocks, reading.captions, reading.authors):
        return False
    if text is not None:
        before, after = ({line.strip() for line in each.split("\n")} for each in (reading.text or "", text))
        reading.text, reading.text_sha256 = text, hashlib.sha256(text.encode()).hexdigest()
        # The line with the author's name beside a comment is gone with it.
        blocks = [block for block in blocks if block["text"].strip() not in before - after]
    reading.blocks, reading.captions, reading.authors = blocks, captions, authors
    return True


def mails_of(session: Session, alerts: Iterable[Alert]) -> list[Mail]:
    """The mails that alerts went into."""
    return [session.get_one(Mail, own) for own in sorted({alert.mail_id for alert in alerts if alert.mail_id is not None})]


def wipe(store: Store) -> None:
    """Writes anew what the database keeps of rows that are no more: on SQLite the whole file, on PostgreSQL these tables."""
    raw = store.engine.raw_connection()
    try:
        cursor = raw.cursor()
        if store.is_sqlite:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if (cursor.fetchone() or (1,))[0]:
                raise StillRead(f"another process reads {store}: its log still holds what was there")
        else:
            raw.rollback()
            raw.driver_connection.autocommit = True  # type: ignore[union-attr]  # it is psycopg's
            cursor.execute("VACUUM (FULL) comment, comment_version, alert, mail, reading")
        cursor.close()
    finally:
        raw.invalidate()


class StillRead(RuntimeError):
    """The database cannot be written anew while another process reads it."""

    kind = "store"
    remedy = "end what reads it, then run `steppewire forget` once more: without an option it ends what was begun"


def unnamed(session: Session, archive: Path, file: Path) -> bool:
    """Whether no capture lies in a file."""
    return session.scalar(select(Capture.id).where(Capture.file == str(file.relative_to(archive))).limit(1)) is None


def _chunks(values: Sequence[V]) -> Iterator[list[V]]:
    return (list(values[start:start + CHUNK]) for start in range(0, len(values), CHUNK))
