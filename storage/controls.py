"""What a run found that may be a change of the whole outlet, and which known articles could tell."""
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from storage.losses import MANY_COMMENTS
from storage.models import Article, Capture, Comment, Page, Run, ThreadEvent, ThreadRead, Version


def stirred(session: Session, run_id: int) -> bool:
    """Whether a run wrote a version of a known article, met the absence of one, or lost a thread: it is hidden, or a look at
    all of it found none of its comments, or less than half of five or more."""
    edit = select(Version.id).where(Version.run_id == run_id, Version.seq > 1)
    missed = select(Page.id).join(Capture, Capture.page_id == Page.id).where(
        Capture.run_id == run_id, Page.article_id.is_not(None), Page.misses > 0, Page.state == "known")
    lost = select(ThreadEvent.id).where(ThreadEvent.run_id == run_id, ThreadEvent.event == "hidden")
    standing = select(func.count()).select_from(Comment).where(
        Comment.thread_id == ThreadRead.thread_id, Comment.state == "standing").correlate(ThreadRead).scalar_subquery()
    few = or_((ThreadRead.seen == 0) & (standing > 0), (ThreadRead.seen * 2 < standing) & (standing >= MANY_COMMENTS))
    thinned = select(ThreadRead.id).where(ThreadRead.run_id == run_id, ThreadRead.state.not_in(("partial", "error")), few)
    return any(session.scalar(query.limit(1)) is not None for query in (edit, missed, lost, thinned))


def _known(session: Session, outlet: str, run_id: int) -> tuple[ColumnElement[bool], ...]:
    """What makes a page that of an article known before the run."""
    begun = session.scalars(select(Run.started_at).where(Run.id == run_id)).one()
    return (Page.outlet == outlet, Page.kind == "article", Page.state == "known", Article.first_seen_at < begun)


def looked(session: Session, outlet: str, since: datetime, run_id: int) -> int:
    """How many articles known before a run were looked at since a time and stood."""
    return session.scalars(
        select(func.count(Article.id.distinct())).select_from(Page).join(Article, Article.id == Page.article_id)
        .where(*_known(session, outlet, run_id), Page.confirmed_at >= since)).one()


def others(session: Session, outlet: str, since: datetime, run_id: int) -> list[int]:
    """A page of each article known before a run that was not looked at since a time, in the order of their ids."""
    at = func.max(Page.confirmed_at, type_=Page.confirmed_at.type)
    rows = session.execute(
        select(func.min(Page.id)).join(Article, Article.id == Page.article_id)
        .where(*_known(session, outlet, run_id), Page.missing_since.is_(None)).group_by(Article.id)
        .having(or_(at.is_(None), at < since)).order_by(func.min(Page.id)))
    return [own for own, in rows]
