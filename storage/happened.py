"""What happened to articles and comments since a time, one by one, as it was matched with the watches then. Texts come as they
are asked for and are not kept."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from storage.articles import JUDGED
from storage.models import (
    Article,
    ArticleEvent,
    Capture,
    Change,
    Comment,
    CommentVersion,
    Page,
    Reading,
    Run,
    Thread,
    ThreadEvent,
    ThreadRead,
    Version,
)

# Rows that are held at a time: a text may be long.
AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class Text:
    """An article's title, text and language, as one reader read them."""

    title: str
    text: str
    language: str | None

    @classmethod
    def of(cls, title: str | None, text: str | None, language: str | None) -> "Text":
        """A reading's columns."""
        return cls(title or "", text or "", language)


@dataclass(frozen=True, slots=True)
class Look:
    """The look at which something was seen: its run, when that began and ended, the run's hold, and the article's capture."""

    article: int
    outlet: str
    url: str
    seen_at: datetime
    run: int
    began_at: datetime
    ended_at: datetime
    hold: int | None
    capture: int


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """A version that counts, beside the one that it was compared with; before is None where there was none. figures are the
    columns of its change, None where it has none; hold is the one that decided about it, released whether as it is."""

    look: Look
    id: int
    seq: int
    text: Text
    before: Text | None
    figures: dict[str, Any] | None
    hold: int | None
    released: bool


@dataclass(frozen=True, slots=True)
class CommentSeen:
    """A version of a comment, with the text before it."""

    look: Look
    comment: int
    thread: int
    thread_read: int
    seq: int
    event: str
    author: str | None
    text: str | None
    before: str | None
    reader: str


@dataclass(frozen=True, slots=True)
class ArticleHappened:
    """What became of a whole article: gone, back or moved."""

    look: Look
    event: str


@dataclass(frozen=True, slots=True)
class ThreadHappened:
    """What became of a whole thread."""

    look: Look
    id: int
    thread: int
    thread_read: int
    event: str
    reader: str


_FIGURES = tuple(column.key for column in Change.__table__.columns
                 if column.key not in ("version_id", "before_id", "reader", "redesign"))
_RUN = (Run.id, Run.started_at, func.coalesce(Run.ended_at, Run.started_at, type_=Run.started_at.type), Run.hold_id)
_LOOK = 9


def _look(row: Any) -> Look:
    return Look(*row[:_LOOK])


def _of(seen_at: Any, capture: Any) -> tuple[Any, ...]:
    """The columns of a look."""
    return Article.id, Article.outlet, Article.url, seen_at, *_RUN, capture


def _rows(session: Session, query: Any) -> Iterator[Any]:
    yield from session.execute(query.execution_options(yield_per=AT_A_TIME))


def versions(session: Session, since: datetime) -> Iterator[VersionSeen]:
    """The versions of crawls that count and are not an accepted redesign's alone, the oldest first."""
    yield from _changed(session, since)
    yield from _unchanged(session, since)


def _changed(session: Session, since: datetime) -> Iterator[VersionSeen]:
    """Those that were compared with one before them, both as the reader of then read them."""
    before, new, old = aliased(Version), aliased(Reading), aliased(Reading)
    query = (select(*_of(Version.seen_at, Version.capture_id), Version.id, Version.seq, Version.hold_id, Version.judgement,
                    new.title, new.text, new.language, old.title, old.text, old.language,
                    *(getattr(Change, name) for name in _FIGURES))
             .join(Change, Change.version_id == Version.id).join(before, before.id == Change.before_id)
             .join(Run, Run.id == Version.run_id).join(Article, Article.id == Version.article_id)
             .join(new, (new.capture_id == Version.capture_id) & (new.reader == Change.reader) & (new.outcome == "clean"))
             .join(old, (old.capture_id == before.capture_id) & (old.reader == Change.reader) & (old.outcome == "clean"))
             .where(Version.seen_at >= since, Version.judgement.in_(JUDGED), Run.kind == "crawl", ~Change.redesign)
             .order_by(Version.id))
    for row in _rows(session, query):
        version, seq, hold, judgement, *texts = row[_LOOK:_LOOK + 10]
        yield VersionSeen(_look(row), version, seq, Text.of(*texts[:3]), Text.of(*texts[3:]),
                          dict(zip(_FIGURES, row[_LOOK + 10:], strict=True)), hold, judgement == "released")


def _unchanged(session: Session, since: datetime) -> Iterator[VersionSeen]:
    """Those that are compared with none; of a store of long ago those whose change was not measured, too."""
    earlier, first, was = aliased(Version), aliased(Reading), aliased(Reading)

    def reading(capture: Any) -> Any:
        return (select(func.min(Reading.id)).where(Reading.capture_id == capture, Reading.outcome == "clean")
                .scalar_subquery())

    before = (select(earlier.capture_id).where(earlier.article_id == Version.article_id, earlier.seq < Version.seq,
                                               earlier.judgement != "rejected")
              .order_by(earlier.seq.desc()).limit(1).correlate(Version).scalar_subquery())
    old = aliased(Capture)
    query = (select(*_of(Version.seen_at, Version.capture_id), Version.id, Version.seq, Version.hold_id, Version.judgement,
                    first.title, first.text, first.language, was.title, was.text, was.language, old.id)
             .join(Run, Run.id == Version.run_id).join(Article, Article.id == Version.article_id)
             .join(first, first.id == reading(Version.capture_id)).outerjoin(old, old.id == before)
             .outerjoin(was, was.id == reading(old.id))
             .where(Version.seen_at >= since, Version.judgement.in_(JUDGED), Run.kind == "crawl",
                    ~select(Change.version_id).where(Change.version_id == Version.id).exists()).order_by(Version.id))
    for row in _rows(session, query):
        version, seq, hold, judgement, *texts, known = row[_LOOK:]
        before_it = Text.of(*texts[3:]) if known is not None else None
        yield VersionSeen(_look(row), version, seq, Text.of(*texts[:3]), before_it, None, hold, judgement == "released")


def comments(session: Session, since: datetime) -> Iterator[CommentSeen]:
    """The versions of comments that judged crawls saw, the oldest first."""
    earlier = aliased(CommentVersion)
    before = (select(earlier.text).where(earlier.comment_id == CommentVersion.comment_id, earlier.seq < CommentVersion.seq,
                                         earlier.text.is_not(None)).order_by(earlier.seq.desc()).limit(1)
              .correlate(CommentVersion).scalar_subquery())
    query = (select(*_of(CommentVersion.seen_at, ThreadRead.capture_id), Comment.id, Thread.id, ThreadRead.id,
                    CommentVersion.seq, CommentVersion.event, Comment.author, CommentVersion.text, before,
                    CommentVersion.reader)
             .join(Comment, Comment.id == CommentVersion.comment_id).join(Thread, Thread.id == Comment.thread_id)
             .join(Run, Run.id == CommentVersion.run_id)
             .join(ThreadRead, (ThreadRead.thread_id == Thread.id) & (ThreadRead.run_id == Run.id)
                   & (ThreadRead.at == CommentVersion.seen_at))
             .join(Capture, Capture.id == ThreadRead.capture_id).join(Page, Page.id == Capture.page_id)
             .join(Article, Article.id == func.coalesce(Page.article_id, Thread.article_id))
             .where(CommentVersion.seen_at >= since, Run.kind == "crawl", Run.judgement != "open")
             .order_by(CommentVersion.id))
    for row in _rows(session, query):
        yield CommentSeen(_look(row), *row[_LOOK:])


def of_articles(session: Session, since: datetime) -> list[ArticleHappened]:
    """What became of whole articles, each one's in order, as judged crawls saw it."""
    query = (select(*_of(ArticleEvent.seen_at, func.coalesce(ArticleEvent.capture_id, 0)), ArticleEvent.event)
             .join(Article, Article.id == ArticleEvent.article_id).join(Run, Run.id == ArticleEvent.run_id)
             .where(ArticleEvent.seen_at >= since, Run.kind == "crawl", Run.judgement != "open")
             .order_by(ArticleEvent.article_id, ArticleEvent.seq))
    return [ArticleHappened(_look(row), row[_LOOK]) for row in session.execute(query)]


def of_threads(session: Session, since: datetime, *events: str) -> list[ThreadHappened]:
    """Some of what became of whole threads, as judged crawls saw it, the oldest first."""
    look = aliased(ThreadRead)
    query = (select(*_of(ThreadEvent.seen_at, look.capture_id), ThreadEvent.id, Thread.id, look.id, ThreadEvent.event,
                    look.reader)
             .join(Thread, Thread.id == ThreadEvent.thread_id).join(Run, Run.id == ThreadEvent.run_id)
             .join(look, (look.thread_id == Thread.id) & (look.run_id == Run.id) & (look.at == ThreadEvent.seen_at))
             .join(Capture, Capture.id == look.capture_id).join(Page, Page.id == Capture.page_id)
             .join(Article, Article.id == func.coalesce(Page.article_id, Thread.article_id))
             .where(ThreadEvent.seen_at >= since, ThreadEvent.event.in_(events), Run.kind == "crawl", Run.judgement != "open")
             .order_by(ThreadEvent.id))
    return [ThreadHappened(_look(row), *row[_LOOK:]) for row in session.execute(query)]


def texts(session: Session) -> Iterator[str]:
    """All texts that are stored: of articles with their titles, and of comments."""
    for row in _rows(session, select(Reading.title, Reading.text).where(Reading.outcome == "clean")):
        yield f"{row[0] or ''}\n{row[1] or ''}"
    for row in _rows(session, select(CommentVersion.text).where(CommentVersion.text.is_not(None))):
        yield row[0]
