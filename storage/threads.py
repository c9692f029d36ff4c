"""Threads of comments: what is known of them, and their history."""
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BindParameter, Select, bindparam, case, func, select, union
from sqlalchemy.orm import Session

from storage.models import Article, Comment, CommentVersion, Edition, Reading, Thread, ThreadRead, Version

CommentState = Literal["standing", "edited", "removed"]


@dataclass(frozen=True, slots=True)
class CommentTotals:
    """Comments of a whole store: edited ones are standing too."""

    standing: int
    edited: int
    removed: int


@dataclass(frozen=True, slots=True)
class Pace:
    """What tells how often an article's thread is to be looked at: when the article was found, when it last changed, and what
    it says of its publication; when its thread was last read, and whether both of its last looks were incomplete; the times of
    its newest comments, the newest first."""

    first_seen_at: datetime
    changed_at: datetime
    read_at: datetime
    published: datetime | None = None
    partial: bool = False
    newest: tuple[datetime, ...] = ()


_GET = select(Thread).where(Thread.outlet == bindparam("outlet"), Thread.system == bindparam("system"),
                           Thread.native_key == bindparam("native_key"))


def get(session: Session, outlet: str, system: str, native_key: str) -> Thread | None:
    """The thread under its outlet's own name for it."""
    return session.scalar(_GET, {"outlet": outlet, "system": system, "native_key": native_key})


def retire(session: Session, article_id: int, seq: int) -> None:
    """The threads of an article whose address another story took with a version: what becomes of them is no longer seen, and
    their names are free for the threads of that story."""
    for thread in session.scalars(select(Thread).where(Thread.article_id == article_id, Thread.state != "replaced")):
        thread.native_key, thread.state = f"{thread.native_key} until version {seq}", "replaced"
    session.flush()


def put_back(session: Session, thread_id: int, native_key: str) -> None:
    """A thread that was retired is shown again, under this name; the one that had it meanwhile is retired in its stead."""
    thread = session.get_one(Thread, thread_id)
    other = get(session, thread.outlet, thread.system, native_key)
    retired, thread.native_key = thread.native_key, f"{native_key} as it was"
    session.flush()
    if other is not None:
        other.native_key, other.state = retired, "replaced"
        session.flush()
    thread.native_key, thread.state = native_key, "open"
    session.flush()


# Their times tell a thread's pace: enough for bursts, few enough to forget them.
NEWEST = 4
# The states of a thread that is not read: nothing of it can be looked for.
UNREAD = ("none", "unsupported")
INCOMPLETE = {"partial", "error"}


def _pace() -> Select[Any]:
    # What a comment says of its own time goes before when we met it, except for a day without its hour and for the future.
    at = case((Comment.certainty.in_(("exact", "local")) & (Comment.posted_at < Comment.first_seen_at), Comment.posted_at),
              else_=Comment.first_seen_at)
    asked: BindParameter[int] = bindparam("ids", expanding=True)
    shown = union(select(Thread.article_id, Thread.id.label("thread_id")).where(Thread.article_id.in_(asked)),
                  select(Edition.article_id, Edition.thread_id).where(Edition.article_id.in_(asked))).subquery()
    said = select(shown.c.article_id, at.label("at"), func.row_number().over(
        partition_by=shown.c.article_id, order_by=at.desc()).label("place")).join(
        Comment, Comment.thread_id == shown.c.thread_id).subquery()
    read_at, last, before = (
        select(column).where(ThreadRead.thread_id == shown.c.thread_id).order_by(ThreadRead.id.desc()).offset(place).limit(1)
        .correlate(shown).scalar_subquery()
        for column, place in ((ThreadRead.at, 0), (ThreadRead.state, 0), (ThreadRead.state, 1)))
    changed = select(func.max(Version.seen_at)).where(Version.article_id == Article.id).correlate(Article).scalar_subquery()
    published = (select(func.min(Reading.published)).join(Version, Version.capture_id == Reading.capture_id)
                 .where(Version.article_id == Article.id).correlate(Article).scalar_subquery())
    return (select(Article.id, Article.first_seen_at, changed, read_at, published, last, before, said.c.at).select_from(shown)
            .join(Article, Article.id == shown.c.article_id)
            .outerjoin(said, (said.c.article_id == Article.id) & (said.c.place <= NEWEST))
            .order_by(Article.id, said.c.place))


_PACE = _pace()


def paces(session: Session, article_ids: Iterable[int]) -> dict[int, Pace]:
    """The pace of those of the articles that have a thread that is read, by their ids."""
    found: dict[int, Pace] = {}
    for own, *times, state, before, at in session.execute(_PACE, {"ids": list(article_ids)}):
        if state is None or state in UNREAD:
            continue
        pace = found.get(own) or Pace(*times)
        found[own] = replace(pace, newest=(*pace.newest, at) if at is not None else pace.newest,
                             partial=pace.partial or {state, before} <= INCOMPLETE)
    return found


def last_read(session: Session, thread_id: int) -> ThreadRead | None:
    """The newest look at a thread."""
    return session.scalar(select(ThreadRead).where(ThreadRead.thread_id == thread_id).order_by(ThreadRead.id.desc()).limit(1))


def totals(session: Session) -> CommentTotals:
    """How many comments stand, were edited, were removed."""
    changed = select(CommentVersion.id).where(CommentVersion.comment_id == Comment.id,
                                              CommentVersion.event == "edited").exists()
    standing = Comment.state == "standing"
    return CommentTotals(*session.execute(select(
        func.count().filter(standing), func.count().filter(standing & changed), func.count().filter(Comment.state == "removed"))
        .select_from(Comment)).one())


def read_totals(session: Session) -> tuple[int, int]:
    """How many looks at threads were complete, and how many were not."""
    complete, every = session.execute(select(func.count().filter(ThreadRead.state == "complete"), func.count())
                                      .select_from(ThreadRead)).one()
    return complete, every - complete
