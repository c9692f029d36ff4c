"""A thread as it is shown: its looks, its events, and its comments with their past, which are read piece by piece."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.models import Article, Comment, CommentVersion, Edition, Thread, ThreadEvent, ThreadRead
from storage.threads import CommentState

# So many comments are read at once: a few hundred kilobytes of text.
PIECE = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment stands in the tree of its thread. name is unique among all comments of the article: the page's own id, or
    at- and its position; parent is the name of the comment that it answers."""

    comment: int
    name: str
    parent: str | None
    depth: int
    removed: bool


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a comment, or of a whole thread, with the times of the two looks between which it happened."""

    seq: int
    event: str
    text: str | None
    after: datetime | None
    before: datetime
    guess: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """A comment as it is now, and its events in order."""

    comment: Comment
    events: tuple[Event, ...]

    @property
    def state(self) -> CommentState:
        """removed, edited (it has had more than one text), or standing."""
        if self.comment.state == "removed":
            return "removed"
        return "edited" if any(event.event == "edited" for event in self.events) else "standing"


def threads_of(session: Session, article_id: int) -> list[Thread]:
    """The threads shown under an article, of which it may be one edition only; the one that was looked at last is the first."""
    looked = select(func.max(ThreadRead.id)).where(ThreadRead.thread_id == Thread.id).scalar_subquery()
    shared = select(Edition.thread_id).where(Edition.article_id == article_id)
    return list(session.scalars(select(Thread).where(or_(Thread.article_id == article_id, Thread.id.in_(shared)))
                                .order_by(func.coalesce(looked, 0).desc(), Thread.id)))


def articles_of(session: Session, threads: Sequence[Thread]) -> list[Article]:
    """All articles under which the threads are shown."""
    ids = [thread.id for thread in threads]
    shared = select(Edition.article_id).where(Edition.thread_id.in_(ids))
    return list(session.scalars(select(Article).where(or_(
        Article.id.in_([thread.article_id for thread in threads]), Article.id.in_(shared))).order_by(Article.id)))


def looks(session: Session, threads: Sequence[int], limit: int) -> list[ThreadRead]:
    """The newest looks at threads, the newest first."""
    return list(session.scalars(select(ThreadRead).where(ThreadRead.thread_id.in_(threads))
                                .order_by(ThreadRead.id.desc()).limit(limit)))


def happened(session: Session, threads: Sequence[int]) -> list[tuple[int, Event]]:
    """What happened to whole threads, in order, each with its thread."""
    after, before = aliased(ThreadRead), aliased(ThreadRead)
    rows = session.execute(
        select(ThreadEvent, after.at, before.at).join(before, before.id == ThreadEvent.before_read_id)
        .outerjoin(after, after.id == ThreadEvent.after_read_id).where(ThreadEvent.thread_id.in_(threads))
        .order_by(ThreadEvent.id))
    return [(event.thread_id, Event(event.seq, event.event, None, start, end)) for event, start, end in rows]


def places(session: Session, threads: Sequence[int]) -> list[Place]:
    """All comments that ever were in threads, each above those that answer it, and else in the order of the page."""
    rows = session.execute(
        select(Comment.id, Comment.parent_id, Comment.native_id, Comment.position, Comment.state)
        .where(Comment.thread_id.in_(threads)).order_by(Comment.thread_id, Comment.position, Comment.id)).all()
    names = _names([(key, native, position, state == "removed") for key, _, native, position, state in rows])
    removed = {key for key, *_, state in rows if state == "removed"}
    answers: dict[int | None, list[int]] = {}
    for key, parent, *_ in rows:
        answers.setdefault(parent if parent in names else None, []).append(key)
    found: dict[int, Place] = {}

    def walk(top: int) -> None:
        below: list[tuple[int, int | None]] = [(top, None)]
        while below:
            key, parent = below.pop()
            if key not in found:
                above = found[parent] if parent is not None else None
                name, depth = (above.name, above.depth + 1) if above else (None, 0)
                found[key] = Place(key, names[key], name, depth, key in removed)
                below += [(answer, key) for answer in reversed(answers.get(key, ()))]

    # What the topmost ones leave are rings of comments that answer each other: the first of a ring counts as topmost.
    for top in (*answers.get(None, ()), *(key for key, *_ in rows)):
        walk(top)
    return list(found.values())


def _names(rows: Sequence[tuple[int, str | None, int, bool]]) -> dict[int, str]:
    """The name of each comment by its id. The page's own ids come first; where two comments would have one name, as one that
    stands and one that was removed from the same place, the later one's says its id as well."""
    taken: set[str] = set()
    names: dict[int, str] = {}
    for key, native, position, _ in sorted(rows, key=lambda row: (row[1] is None, row[3], row[0])):
        name = native if native is not None else f"at-{position}"
        while name in taken:
            name = f"{name}.{key}"
        taken.add(name)
        names[key] = name
    return names


def pasts(session: Session, comments: Sequence[int]) -> Iterator[Past]:
    """Comments with their past, in the order asked for."""
    for start in range(0, len(comments), PIECE):
        piece = comments[start:start + PIECE]
        after, before = aliased(ThreadRead), aliased(ThreadRead)
        events: dict[int, list[Event]] = {}
        for version, began, ended in session.execute(
                select(CommentVersion, after.at, before.at).join(before, before.id == CommentVersion.before_read_id)
                .outerjoin(after, after.id == CommentVersion.after_read_id).where(CommentVersion.comment_id.in_(piece))
                .order_by(CommentVersion.comment_id, CommentVersion.seq)):
            events.setdefault(version.comment_id, []).append(
                Event(version.seq, version.event, version.text, began, ended, version.guess))
        known = {comment.id: comment for comment in session.scalars(select(Comment).where(Comment.id.in_(piece)))}
        yield from (Past(known[key], tuple(events.get(key, ()))) for key in piece)


def first_seen(session: Session, threads: Sequence[int], since: datetime) -> int:
    """How many comments of threads were first seen after a time."""
    return session.scalars(select(func.count()).select_from(Comment).where(
        Comment.thread_id.in_(threads), Comment.first_seen_at > since)).one()


def edited(session: Session, threads: Sequence[int]) -> int:
    """How many comments of threads stand and have had more than one text."""
    changed = select(CommentVersion.id).where(CommentVersion.comment_id == Comment.id, CommentVersion.event == "edited")
    return session.scalars(select(func.count()).select_from(Comment).where(
        Comment.thread_id.in_(threads), Comment.state == "standing", changed.exists())).one()
