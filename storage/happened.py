"""What happened to articles and comments since a time, one by one, as it was matched with the watches then. Texts come as they
are asked for and are not kept."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from storage.articles import JUDGED
from storage.models import (
    Article,
    ArticleEvent,
    Capture,
    Change,
    Comment,
    CommentVersion,
    Hold,
    Noise,
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
MISSING = (404, 410)


@dataclass(frozen=True, slots=True)
class Text:
    """An article's title, text and language, as one reader read them."""

    title: str
    text: str
    language: str | None


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


def _rows(session: Session, query: Select[Any]) -> Iterator[Row[Any]]:
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
        yield VersionSeen(_look(row), version, seq, _text(*texts[:3]), _text(*texts[3:]),
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
        yield VersionSeen(_look(row), version, seq, _text(*texts[:3]), _text(*texts[3:]) if known is not None else None, None,
                          hold, judgement == "released")


def _text(title: str | None, text: str | None, language: str | None) -> Text:
    return Text(title or "", text or "", language)


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


# --- what was known at a look

def article_at(session: Session, article: int, at: datetime) -> Text | None:
    """How an article read at a time; None where it had no version that was not rejected."""
    row = session.execute(
        select(Reading.title, Reading.text, Reading.language).join(Version, Version.capture_id == Reading.capture_id)
        .where(Version.article_id == article, Version.seen_at <= at, Version.judgement != "rejected",
               Reading.outcome == "clean").order_by(Version.seq.desc(), Reading.id).limit(1)).first()
    return _text(*row) if row else None


def read_at(session: Session, look: Look, reader: str) -> Text:
    """How the article read at a look, whether that was a version or not."""
    row = session.execute(select(Reading.title, Reading.text, Reading.language).where(
        Reading.capture_id == look.capture, Reading.reader == reader, Reading.outcome == "clean")).first()
    return _text(*row) if row else _text(None, None, None)


def standing_comments(session: Session, thread: int, at: datetime, *, but_now: bool = False) -> list[str]:
    """The texts of a thread's comments that stood at a time, or (but_now) before it."""
    until = CommentVersion.seen_at < at if but_now else CommentVersion.seen_at <= at
    stood: dict[int, str | None] = {}
    for comment, event, text in session.execute(
            select(CommentVersion.comment_id, CommentVersion.event, CommentVersion.text)
            .join(Comment, Comment.id == CommentVersion.comment_id).where(Comment.thread_id == thread, until)
            .order_by(Comment.position, CommentVersion.comment_id, CommentVersion.seq)):
        stood[comment] = None if event == "removed" else text if text is not None else stood.get(comment)
    return [text for text in stood.values() if text is not None]


def was_backlog(session: Session, look: Look, newest: int | None) -> bool:
    """Whether an article that had no version before a look was there before its outlet was watched; newest is the newest page
    that the outlet had then. One that was announced and not there before has appeared since."""
    run_backlog, page = session.execute(
        select(Run.backlog, Capture.page_id).join(Capture, Capture.run_id == Run.id).where(Capture.id == look.capture)).one()
    if run_backlog or newest is None or page > newest:
        return bool(run_backlog)
    return session.scalar(select(Capture.id).where(
        Capture.page_id == page, Capture.id < look.capture, Capture.status.in_(MISSING)).limit(1)) is None


def first_look_at_thread(session: Session, thread: int, thread_read: int) -> bool:
    """Whether nobody had looked at a thread before."""
    return session.scalar(select(ThreadRead.id).where(
        ThreadRead.thread_id == thread, ThreadRead.id < thread_read).limit(1)) is None


def first_look_at_article(session: Session, look: Look) -> bool:
    """Whether an article had no version before a look that counted."""
    return session.scalar(select(Version.id).where(
        Version.article_id == look.article, Version.capture_id < look.capture, Version.judgement != "rejected")
        .limit(1)) is None


def newly_understood(session: Session, thread: int, thread_read: int, look: Look, reader: str) -> bool:
    """Whether a look is the first that shows comments of a thread, and its article's page was read by another reader before."""
    known = session.scalar(select(CommentVersion.id).join(Comment, Comment.id == CommentVersion.comment_id).where(
        Comment.thread_id == thread, CommentVersion.before_read_id < thread_read).limit(1))
    if known is not None:
        return False
    page = select(Capture.page_id).where(Capture.id == look.capture).scalar_subquery()
    last = session.scalar(select(Reading.reader).join(Capture, Capture.id == Reading.capture_id).where(
        Capture.page_id == page, Capture.id < look.capture, Reading.outcome == "clean")
        .order_by(Capture.id.desc(), Reading.id).limit(1))
    return last not in (None, reader)


def only_imported(session: Session) -> set[int]:
    """The captures by which crawls saw first what imports had brought in: what became of it meanwhile is no news."""
    first = (select(Capture.page_id, func.min(Capture.id).label("capture")).join(Run, Run.id == Capture.run_id)
             .join(Reading, Reading.capture_id == Capture.id).where(Run.kind == "crawl", Reading.outcome == "clean")
             .group_by(Capture.page_id).subquery())
    return set(session.scalars(
        select(first.c.capture).join(Capture, Capture.page_id == first.c.page_id).join(Run, Run.id == Capture.run_id)
        .where(Run.kind == "import", Capture.id < first.c.capture)))


def missing_at(session: Session, outlet: str, since: datetime, until: datetime) -> tuple[int, int]:
    """How many articles of an outlet were not there when they were last looked at within a time, and how many answered at all;
    those that answered that nothing had changed left no record."""
    last = (select(Page.article_id, func.max(Capture.id).label("capture")).join(Capture, Capture.page_id == Page.id)
            .where(Page.outlet == outlet, Page.kind == "article", Page.article_id.is_not(None), Capture.at >= since,
                   Capture.at <= until).group_by(Page.article_id).subquery())
    missing, looked = session.execute(
        select(func.count().filter(Capture.status.in_(MISSING)), func.count()).select_from(last)
        .join(Capture, Capture.id == last.c.capture)).one()
    return missing, looked


def counting_seq(session: Session, look: Look) -> tuple[int | None, bool]:
    """The number of the version that an article became at a look, None where it was none; and whether what was told then
    counts."""
    row = session.execute(select(Version.seq, Version.judgement).where(
        Version.article_id == look.article, Version.capture_id == look.capture)).first()
    return (row[0], row[1] in JUDGED) if row else (None, True)


def noise_at(session: Session, outlet: str, at: datetime) -> tuple[tuple[str, str], ...]:
    """The rules of an outlet's noise that counted at a time."""
    return tuple((kind, key) for kind, key in session.execute(
        select(Noise.kind, Noise.key).where(Noise.outlet == outlet, Noise.learned_at <= at,
                                            Noise.forgotten_at.is_(None) | (Noise.forgotten_at > at)).order_by(Noise.id)))


def holds(session: Session) -> dict[int, Hold]:
    """All holds by their ids."""
    return {hold.id: hold for hold in session.scalars(select(Hold).order_by(Hold.id))}


def first_of_hold(session: Session, hold: int, article: int) -> Text | None:
    """How an article read before the first of its changes that a hold held."""
    old, before = aliased(Reading), aliased(Version)
    row = session.execute(
        select(old.title, old.text, old.language).join(before, before.capture_id == old.capture_id)
        .join(Change, (Change.before_id == before.id) & (Change.reader == old.reader))
        .join(Version, Version.id == Change.version_id)
        .where(Version.hold_id == hold, Version.article_id == article, old.outcome == "clean")
        .order_by(Version.seq).limit(1)).first()
    return _text(*row) if row else None
