"""What an outlet's runs lost, articles and threads, and which alerts tell of that."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from storage.holds import parts
from storage.models import (
    Alert,
    Article,
    Capture,
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

# Alerts of these may be those of a whole outlet that lost them.
LOSSES = ("article_gone", "thread_hidden", "comment_removed")
# A thread that lost so many comments in one look, and more than half of those it had, lost them at once.
MANY_COMMENTS = 5


@dataclass(frozen=True, slots=True)
class Lost:
    """What was told of one run's losses and is in no mail: gone are the articles that are gone, threads the articles whose
    threads lost all, or most, of their comments."""

    gone: frozenset[int] = frozenset()
    threads: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.gone or self.threads)


def lost(session: Session, run_id: int) -> Lost:
    """The losses that alerts of a run tell of."""
    told = session.execute(select(Alert.event, Alert.article_id).distinct().where(
        Alert.run_id == run_id, Alert.event.in_(LOSSES), Alert.state == "pending", Alert.mail_id.is_(None))).all()
    gone = frozenset(article for event, article in told if event == "article_gone")
    talked = {article for event, article in told if event != "article_gone"}
    return Lost(gone, frozenset(talked & lost_threads(session, Run.id == run_id)) if talked else frozenset())


def lost_threads(session: Session, *which: ColumnElement[bool]) -> set[int]:
    """The articles of which a thread was hidden, or lost most of its comments in one run."""
    hidden = session.scalars(
        select(Thread.article_id).join(ThreadEvent, ThreadEvent.thread_id == Thread.id).join(Run, Run.id == ThreadEvent.run_id)
        .where(ThreadEvent.event == "hidden", *which))
    standing = (select(func.count()).select_from(Comment).where(Comment.thread_id == Thread.id, Comment.state == "standing")
                .correlate(Thread).scalar_subquery())
    emptied = session.execute(
        select(Thread.article_id, func.count(), standing).join(Comment, Comment.thread_id == Thread.id)
        .join(CommentVersion, CommentVersion.comment_id == Comment.id).join(Run, Run.id == CommentVersion.run_id)
        .where(CommentVersion.event == "removed", *which).group_by(Thread.id, Thread.article_id, Run.id))
    return {*hidden, *(article for article, removed, left in emptied if removed >= MANY_COMMENTS and removed > left)}


def missing(session: Session, outlet: str, since: datetime, until: datetime) -> set[int]:
    """The articles of an outlet that were looked at within a time and are not there; the old address of one that moved is no
    loss."""
    return set(session.scalars(
        select(Page.article_id).distinct().join(Capture, Capture.page_id == Page.id)
        .join(Article, (Article.id == Page.article_id) & (Article.url == Page.url))
        .where(Page.outlet == outlet, Page.kind == "article", Page.misses > 0, Capture.at >= since, Capture.at <= until)))


def threads_looked(session: Session, outlet: str, since: datetime, until: datetime) -> set[int]:
    """The articles of an outlet whose threads were looked at within a time."""
    return set(session.scalars(select(Thread.article_id).distinct().join(ThreadRead, ThreadRead.thread_id == Thread.id).where(
        Thread.outlet == outlet, ThreadRead.at >= since, ThreadRead.at <= until)))


def of_crawls(outlet: str, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Which runs are an outlet's crawls that ended within a time."""
    return Run.outlet == outlet, Run.kind == "crawl", Run.ended_at >= since, Run.ended_at <= until


def gone_since(session: Session, outlet: str, since: datetime) -> int:
    """How many articles of an outlet are gone since a time."""
    return session.scalars(select(func.count()).select_from(Article).where(
        Article.outlet == outlet, Article.state == "gone", Article.gone_at >= since)).one()


def hold_losses(session: Session, run_id: int, losses: Lost) -> None:
    """Has the alerts of a run's losses wait for a person."""
    for events, articles in ((LOSSES[:1], losses.gone), (LOSSES[1:], losses.threads)):
        for some in parts(articles):
            session.execute(update(Alert).where(
                Alert.run_id == run_id, Alert.event.in_(events), Alert.article_id.in_(some), Alert.state == "pending",
                Alert.mail_id.is_(None)).values(state="held", mail_at=None))


def headlines(session: Session, article_ids: Iterable[int], number: int) -> list[tuple[int, str, str]]:
    """The first of some articles, each with its address and its newest headline."""
    found = []
    for article in session.scalars(select(Article).where(Article.id.in_(sorted(article_ids)[:number])).order_by(Article.id)):
        title = session.scalar(
            select(Reading.title).join(Version, Version.capture_id == Reading.capture_id)
            .where(Version.article_id == article.id, Reading.outcome == "clean")
            .order_by(Version.seq.desc(), Reading.id.desc()).limit(1))
        found.append((article.id, article.url, title or ""))
    return found
