"""What a look at a thread has to know, and what it writes of comments that are known: columns and many rows at once."""
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from storage.models import (
    Article,
    Capture,
    Comment,
    CommentVersion,
    Edition,
    Page,
    Thread,
    ThreadCapture,
    ThreadEvent,
    ThreadRead,
)

COMMENT = Comment.metadata.tables[Comment.__tablename__]
# Looks that could be checked against a count. One of nothing says nothing of what is shown otherwise.
CHECKED = (ThreadRead.declared.is_not(None) & (ThreadRead.seen > 0)
           & ((ThreadRead.state == "complete") | ThreadRead.off.is_not(None)))
# More ids at once than either database takes as the parameters of one statement would be too many.
AT_ONCE = 10_000


class LightRow(NamedTuple):
    """What of a comment's row says what it is now."""

    id: int
    native_id: str | None
    parent_id: int | None
    parent_source: str | None
    author: str | None
    posted_at: datetime | None
    posted_raw: str | None
    certainty: str | None
    state: str
    text: str | None
    reader: str
    depth: int
    position: int
    likes: int | None
    dislikes: int | None
    first_seen_at: datetime
    last_read_id: int
    missed_read_id: int | None
    forgotten_at: datetime | None


@dataclass(frozen=True, slots=True)
class LookRow:
    """A look at a thread, and the page that it was at."""

    read: ThreadRead
    page_id: int


def light(session: Session, thread_id: int) -> list[LightRow]:
    """The thread's comments as they are now, in page order; none of their versions is looked at."""
    columns = [getattr(Comment, name) for name in LightRow._fields]
    return [LightRow(*row) for row in session.execute(
        select(*columns).where(Comment.thread_id == thread_id).order_by(Comment.position, Comment.id))]


def owned(session: Session, article_id: int) -> list[tuple[Thread, bool]]:
    """The article's own threads and those that it shows as another edition of theirs, and whether each has had comments; those
    that have first, the newest before the others."""
    theirs = select(Edition.thread_id).where(Edition.article_id == article_id)
    has = select(Comment.id).where(Comment.thread_id == Thread.id).exists()
    return [(thread, commented) for thread, commented in session.execute(
        select(Thread, has).where((Thread.article_id == article_id) | Thread.id.in_(theirs))
        .order_by(has.desc(), Thread.id.desc()))]


def of_twins(session: Session, outlet: str, system: str, urls: Collection[str]) -> list[Thread]:
    """The threads of a system under the outlet's articles at these addresses."""
    return list(session.scalars(
        select(Thread).distinct().join(Article, Article.id == Thread.article_id).outerjoin(Page, Page.article_id == Article.id)
        .where(Thread.outlet == outlet, Thread.system == system, Thread.state != "replaced",
               Article.url.in_(urls) | Page.url.in_(urls))
        .order_by(Thread.id)))


def native_ids(session: Session, thread_id: int) -> set[str]:
    """The page's own ids of the thread's comments."""
    return {own for own in session.scalars(select(Comment.native_id).where(Comment.thread_id == thread_id)) if own is not None}


def last_look(session: Session, thread_id: int, page_id: int) -> ThreadRead | None:
    """The newest look at a thread on a page that showed a comment."""
    return session.scalar(
        select(ThreadRead).join(Capture, Capture.id == ThreadRead.capture_id)
        .where(ThreadRead.thread_id == thread_id, Capture.page_id == page_id, ThreadRead.seen > 0)
        .order_by(ThreadRead.id.desc()).limit(1))


def missing_since(session: Session, thread_id: int) -> set[int]:
    """The looks that were the last to show comments that have been missed once since."""
    return set(session.scalars(select(Comment.last_read_id).where(
        Comment.thread_id == thread_id, Comment.state == "standing", Comment.missed_read_id.is_not(None))))


def readers(session: Session, read_ids: Collection[int]) -> dict[int, set[str]]:
    """Who read last the comments that these looks were the last to show, by the looks."""
    found: dict[int, set[str]] = {}
    for read_id, reader in session.execute(
            select(Comment.last_read_id, Comment.reader).distinct().where(Comment.last_read_id.in_(read_ids))):
        found.setdefault(read_id, set()).add(reader)
    return found


def by_id(session: Session, read_ids: Collection[int]) -> dict[int, LookRow]:
    """These looks by their ids."""
    found = session.execute(select(ThreadRead, Capture.page_id).join(Capture, Capture.id == ThreadRead.capture_id)
                            .where(ThreadRead.id.in_(read_ids)))
    return {read.id: LookRow(read, page_id) for read, page_id in found}


def complete_since(session: Session, thread_id: int, page_id: int, read_id: int) -> list[int]:
    """The complete looks at a thread on a page that showed comments, from one of them on, in order."""
    return list(session.scalars(
        select(ThreadRead.id).join(Capture, Capture.id == ThreadRead.capture_id)
        .where(ThreadRead.thread_id == thread_id, ThreadRead.id >= read_id, ThreadRead.state == "complete", ThreadRead.seen > 0,
               Capture.page_id == page_id).order_by(ThreadRead.id)))


def last_complete(session: Session, thread_id: int, *, shown: bool) -> int | None:
    """The last complete look at a thread; shown: that showed a comment."""
    query = select(func.max(ThreadRead.id)).where(ThreadRead.thread_id == thread_id, ThreadRead.state == "complete")
    return session.scalar(query.where(ThreadRead.seen > 0) if shown else query)


def first_blank(session: Session, thread_id: int, page_id: int, after: int, states: Collection[str]) -> ThreadRead | None:
    """The first look at a thread on a page after another look that showed no comment and was of one of these states."""
    return session.scalar(
        select(ThreadRead).join(Capture, Capture.id == ThreadRead.capture_id)
        .where(ThreadRead.thread_id == thread_id, ThreadRead.id > after, ThreadRead.seen == 0, ThreadRead.state.in_(states),
               Capture.page_id == page_id).order_by(ThreadRead.id).limit(1))


def last_checked(session: Session, outlet: str, system: str, limit: int) -> list[ThreadRead]:
    """The outlet's last looks at threads of a system that could be checked against a count, the newest first."""
    return list(session.scalars(
        select(ThreadRead).join(Thread, Thread.id == ThreadRead.thread_id)
        .where(Thread.outlet == outlet, Thread.system == system, CHECKED).order_by(ThreadRead.id.desc()).limit(limit)))


def events(session: Session, thread_id: int) -> list[ThreadEvent]:
    """What happened to a thread as a whole, in order."""
    return list(session.scalars(select(ThreadEvent).where(ThreadEvent.thread_id == thread_id).order_by(ThreadEvent.seq)))


def captures_of(session: Session, read: ThreadRead) -> list[tuple[Capture, str]]:
    """The answers that a look read, in order, each with the address that was asked."""
    further = session.execute(
        select(Capture, Page.url).join(ThreadCapture, ThreadCapture.capture_id == Capture.id)
        .join(Page, Page.id == Capture.page_id).where(ThreadCapture.thread_read_id == read.id).order_by(ThreadCapture.seq))
    own = session.execute(select(Capture, Page.url).join(Page, Page.id == Capture.page_id).where(Capture.id == read.capture_id))
    return [(capture, url) for rows in (own, further) for capture, url in rows]


def last_seqs(session: Session, comment_ids: Sequence[int]) -> dict[int, int]:
    """The number of the newest version of each of these comments."""
    found = dict[int, int]()
    for start in range(0, len(comment_ids), AT_ONCE):
        found.update(session.execute(
            select(CommentVersion.comment_id, func.max(CommentVersion.seq)).group_by(CommentVersion.comment_id)
            .where(CommentVersion.comment_id.in_(comment_ids[start:start + AT_ONCE]))).all())
    return found


def guessed_in(session: Session, read_ids: Collection[int]) -> set[tuple[int, int | None]]:
    """The looks among these in which comments appeared that may be edits, each with whom they answer."""
    rows = session.execute(
        select(CommentVersion.before_read_id, Comment.parent_id).join(Comment, Comment.id == CommentVersion.comment_id)
        .where(CommentVersion.before_read_id.in_(read_ids), CommentVersion.event == "posted", CommentVersion.guess))
    return {(read_id, parent_id) for read_id, parent_id in rows}


def change(session: Session, comment_ids: Sequence[int], values: dict[str, Any]) -> None:
    """Gives these comments the same values."""
    for start in range(0, len(comment_ids), AT_ONCE):
        session.connection().execute(
            update(COMMENT).where(COMMENT.c.id.in_(comment_ids[start:start + AT_ONCE])).values(values))


def change_each(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Gives each comment values of its own; `own` is its id, and all name the same columns."""
    if rows:
        names = [name for name in rows[0] if name != "own"]
        session.connection().execute(
            update(COMMENT).where(COMMENT.c.id == bindparam("own")).values({name: bindparam(f"{name}_") for name in names}),
            [{"own": row["own"], **{f"{name}_": row[name] for name in names}} for row in rows])


def move(session: Session, comment_ids: Sequence[int], by: int, values: dict[str, Any]) -> None:
    """Moves comments by so many places on their page, and gives them the same values: each row is written once."""
    change(session, comment_ids, values | ({"position": COMMENT.c.position + by} if by else {}))
