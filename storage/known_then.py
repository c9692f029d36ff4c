"""What was known at a look of the past, by what is on record of it."""
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from storage.articles import JUDGED
from storage.happened import Look, Text
from storage.models import Capture, Change, Comment, CommentVersion, Hold, Noise, Page, Reading, Run, ThreadRead, Version

MISSING = (404, 410)


def article_at(session: Session, article: int, at: datetime) -> Text | None:
    """How an article read at a time; None where it had no version that was not rejected."""
    row = session.execute(
        select(Reading.title, Reading.text, Reading.language).join(Version, Version.capture_id == Reading.capture_id)
        .where(Version.article_id == article, Version.seen_at <= at, Version.judgement != "rejected",
               Reading.outcome == "clean").order_by(Version.seq.desc(), Reading.id).limit(1)).first()
    return Text.of(*row) if row else None


def read_at(session: Session, look: Look, reader: str) -> Text:
    """How the article read at a look, whether that was a version or not."""
    row = session.execute(select(Reading.title, Reading.text, Reading.language).where(
        Reading.capture_id == look.capture, Reading.reader == reader, Reading.outcome == "clean")).first()
    return Text.of(*row) if row else Text.of(None, None, None)


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
    return Text.of(*row) if row else None
