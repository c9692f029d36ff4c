"""Threads of comments: what is known of them, and their history."""
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from storage.models import Article, Comment, CommentVersion, Thread, ThreadRead

CommentState = Literal["standing", "edited", "removed"]


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A comment with its versions in order."""

    comment: Comment
    versions: tuple[CommentVersion, ...]

    @property
    def state(self) -> CommentState:
        """removed, edited (it has had more than one text), or standing."""
        if self.versions[-1].event == "removed":
            return "removed"
        return "edited" if sum(version.event in ("posted", "edited") for version in self.versions) > 1 else "standing"

    @property
    def text(self) -> str:
        """The last text it had."""
        return next((version.text for version in reversed(self.versions) if version.text is not None), "")


@dataclass(frozen=True, slots=True)
class CommentTotals:
    """Comments of a whole store: edited ones are standing too."""

    standing: int
    edited: int
    removed: int


_GET = select(Thread).where(Thread.outlet == bindparam("outlet"), Thread.system == bindparam("system"),
                           Thread.native_key == bindparam("native_key"))


def get(session: Session, outlet: str, system: str, native_key: str) -> Thread | None:
    """The thread under its outlet's own name for it."""
    return session.scalar(_GET, {"outlet": outlet, "system": system, "native_key": native_key})


def answers(session: Session, comment_id: int, parent_id: int) -> None:
    """Keeps that a comment answers another."""
    session.execute(update(Comment).where(Comment.id == comment_id).values(parent_id=parent_id),
                    execution_options={"synchronize_session": False})


def of_article(session: Session, article_id: int) -> list[Thread]:
    """The article's threads."""
    return list(session.scalars(select(Thread).where(Thread.article_id == article_id).order_by(Thread.id)))


def last_read(session: Session, thread_id: int) -> ThreadRead | None:
    """The newest look at a thread."""
    return session.scalar(select(ThreadRead).where(ThreadRead.thread_id == thread_id).order_by(ThreadRead.id.desc()).limit(1))


def read_times(session: Session, thread_id: int) -> dict[int, datetime]:
    """When each look at a thread was: id to time."""
    query = select(ThreadRead.id, ThreadRead.at).where(ThreadRead.thread_id == thread_id)
    return dict(session.execute(query).all())


def comments(session: Session, thread_id: int) -> list[CommentRow]:
    """The thread's comments in page order, each with its versions."""
    versions: dict[int, list[CommentVersion]] = {}
    for version in session.scalars(
            select(CommentVersion).join(Comment, Comment.id == CommentVersion.comment_id)
            .where(Comment.thread_id == thread_id).order_by(CommentVersion.comment_id, CommentVersion.seq)):
        versions.setdefault(version.comment_id, []).append(version)
    found = session.scalars(select(Comment).where(Comment.thread_id == thread_id).order_by(Comment.position, Comment.id))
    return [CommentRow(comment, tuple(versions[comment.id])) for comment in found]


def totals(session: Session) -> CommentTotals:
    """How many comments stand, were edited, were removed."""
    rows = [row for thread in session.scalars(select(Thread.id).join(Article, Article.id == Thread.article_id))
            for row in comments(session, thread)]
    states = [row.state for row in rows]
    return CommentTotals(sum(state != "removed" for state in states), states.count("edited"), states.count("removed"))


def read_totals(session: Session) -> tuple[int, int]:
    """How many looks at threads were complete, and how many were not."""
    complete, every = session.execute(select(func.count().filter(ThreadRead.state == "complete"), func.count())
                                      .select_from(ThreadRead)).one()
    return complete, every - complete


def last_seq(session: Session, comment_id: int) -> int:
    """The number of a comment's newest version."""
    return session.scalars(select(func.max(CommentVersion.seq)).where(CommentVersion.comment_id == comment_id)).one()
