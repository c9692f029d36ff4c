"""Walls on a whole outlet: how many of its articles answered with one, and which are to be looked at again when it is gone."""
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from storage.models import Capture, Page, Reading, Run

# What an article's page says where a wall stands before it, and the answers that let nobody in.
SHUT = ("challenge", "consent")
REASONS = (*SHUT, "same_text")
STATUSES = (401, 403, 429)


@dataclass(frozen=True, slots=True)
class Walls:
    """Of a run: the articles that answered with a wall and those that stood. since_stood: those that answered with a wall since
    the last of the outlet's articles stood. words: what the walls are called."""

    walls: int
    stood: int
    since_stood: int
    words: str


def _walled(outlet: str, *which: ColumnElement[bool]) -> Select[int]:
    """The article pages that answered with a wall. Of one that was never an article only the first answer says something of
    the outlet: it may be a page that shows nothing else."""
    earlier = select(Capture.id).where(Capture.page_id == Page.id).order_by(Capture.id).limit(1).correlate(Page)
    return (select(Page.id).distinct().join(Capture, Capture.page_id == Page.id)
            .outerjoin(Reading, Reading.capture_id == Capture.id)
            .where(Page.outlet == outlet, Page.kind == "article",
                   or_(Reading.reason.in_(REASONS), Capture.status.in_(STATUSES)),
                   or_(Page.article_id.is_not(None), Capture.id == earlier.scalar_subquery()), *which))


def of_run(session: Session, run: Run) -> Walls:
    """What a run met of walls."""
    standing = (Page.outlet == run.outlet, Page.kind == "article", Page.state == "known")
    last: datetime | None = session.scalar(select(func.max(Page.confirmed_at, type_=Page.confirmed_at.type)).where(*standing))
    stood = session.scalars(select(func.count()).select_from(Page).where(*standing, Page.confirmed_at >= run.started_at)).one()
    in_run = session.scalars(_walled(run.outlet, Capture.run_id == run.id)).all()
    since = session.scalars(_walled(run.outlet, Capture.at > last) if last is not None else _walled(run.outlet)).all()
    reasons = session.execute(select(Reading.reason, Capture.status).select_from(Capture).outerjoin(
        Reading, Reading.capture_id == Capture.id).where(Capture.run_id == run.id, Capture.page_id.in_(in_run)).distinct())
    words = sorted({reason if reason in REASONS else f"status {status}" for reason, status in reasons})
    return Walls(len(in_run), stood, len(since), ", ".join(words))


def look_again(session: Session, outlet: str, at: datetime, limit: int | None = None) -> None:
    """Makes the known articles that answered with a wall when they were last looked at due by then, at most so many, the newest
    first."""
    trouble = or_(*(Page.reason.startswith(word) for word in (*REASONS, *(f"status {status}" for status in STATUSES))))
    which = select(Page.id).where(Page.outlet == outlet, Page.kind == "article", Page.state.in_(("known", "quarantined")),
                                  Page.tries > 0, trouble).order_by(Page.article_id.is_(None), Page.id.desc()).limit(limit)
    ids = session.scalars(which).all()
    for start in range(0, len(ids), 500):
        session.execute(update(Page).where(Page.id.in_(ids[start:start + 500]), Page.next_due_at > at).values(next_due_at=at))
