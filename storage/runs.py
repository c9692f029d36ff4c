"""Runs: an open one is its outlet's lease, its id the token that every transaction of its crawl shows."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, bindparam, case, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage import watches
from storage.models import Alert, Capture, CommentVersion, Page, Reading, Run, Version

T = TypeVar("T")


class RunEnded(RuntimeError):
    """The run was closed by somebody else; what it still brings is not taken."""


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What a run brought."""

    articles_new: int
    versions_new: int
    posted: int
    edited: int
    removed: int
    restored: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How many answers a run kept, and how many of them could not be read as articles."""

    captures: int
    unread: int


def begin(session: Session, outlet: str, now: datetime, kind: str = "crawl") -> Run | None:
    """Opens a run; None where the outlet has an open one. Until one of its crawls has ended, an outlet's finds are backlog."""
    ended = session.scalar(_crawls(select(Run.id), outlet).where(Run.state.in_(("done", "degraded"))).limit(1))
    run = Run(outlet=outlet, kind=kind, started_at=now, backlog=ended is None, errors=[])
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:
        return None
    return run


def backlog_to(session: Session, outlet: str) -> int | None:
    """The newest page that an outlet had when the first of its crawls came to an end, and with it the finding of its backlog;
    None where none has. An id and no time: a clock may be set back."""
    newest: int | None = session.scalar(_crawls(select(Run.newest_page), outlet).where(
        Run.state.in_(("done", "degraded"))).order_by(Run.id).limit(1))
    return newest


def _crawls(query: Select[T], outlet: str) -> Select[T]:
    """Of an outlet's runs those that say how it is: an import says nothing of its site."""
    return query.where(Run.outlet == outlet, Run.kind == "crawl")


# Columns and no object of the session: it is asked for every page.
_STATE = select(Run.state).where(Run.id == bindparam("id")).with_for_update(read=True)


def require_open(session: Session, run_id: int) -> None:
    """Holds a run open until this transaction ends; RunEnded where it is closed."""
    state = session.connection().scalar(_STATE, {"id": run_id})
    if state != "open":
        raise RunEnded(f"run {run_id} is not open")


def end(session: Session, run_id: int, now: datetime, *, state: str, requests: int, not_modified: int,
        errors: Sequence[str]) -> None:
    """Closes a run with its report; its errors join those that it has."""
    require_open(session, run_id)
    run = session.get_one(Run, run_id)
    run.state, run.ended_at, run.requests, run.not_modified, run.errors = (
        state, now, requests, not_modified, [*run.errors, *errors])
    run.newest_page = session.scalar(select(func.max(Page.id)).where(Page.outlet == run.outlet))


def close_open(session: Session, now: datetime, reason: str, ids: Sequence[int] | None = None) -> list[int]:
    """Closes open runs as died for a reason: all of them, or those with these ids; the ids closed."""
    which = select(Run).where(Run.state == "open") if ids is None else select(Run).where(Run.state == "open", Run.id.in_(ids))
    dead = list(session.scalars(which))
    for run in dead:
        run.state, run.ended_at, run.errors = "died", now, [*run.errors, reason]
    return [run.id for run in dead]


def open_runs(session: Session) -> dict[str, int]:
    """The open runs: outlet to id."""
    return dict(session.execute(select(Run.outlet, Run.id).where(Run.state == "open")).all())


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A run that ended or died and that nobody has judged."""

    id: int
    outlet: str
    kind: str
    started_at: datetime
    ended_at: datetime


def unjudged(session: Session) -> list[Unjudged]:
    """The runs that are to be judged, the oldest first."""
    return [Unjudged(*row) for row in session.execute(
        select(Run.id, Run.outlet, Run.kind, Run.started_at, func.coalesce(Run.ended_at, Run.started_at,
                                                                           type_=Run.started_at.type))
        .where(Run.state != "open", Run.judgement == "open").order_by(Run.id))]


def to_judge(session: Session, run_id: int) -> Run | None:
    """The run, which nobody else judges until this transaction ends; None where somebody has."""
    return session.scalar(select(Run).where(Run.id == run_id, Run.judgement == "open").with_for_update())


def passed(session: Session, run_id: int, mail_at: datetime) -> None:
    """What a run brought and nobody has judged counts, and its alerts may be mailed from a time on, or when their watch is next
    told after it."""
    session.execute(update(Version).where(Version.run_id == run_id, Version.judgement == "open").values(judgement="passed"))
    session.execute(update(Alert).where(Alert.run_id == run_id, Alert.state == "pending", Alert.mail_at.is_(None))
                    .values(mail_at=mail_at))
    watches.postpone(session, mail_at)


def requests_since(session: Session, outlet: str, since: datetime, *, but: int) -> int:
    """How many requests the outlet's crawls that ended since then have made, this one left out; of one that died, which has no
    count, how many answers it kept."""
    kept = select(func.count()).where(Capture.run_id == Run.id).correlate(Run).scalar_subquery()
    made = case((Run.state == "died", kept), else_=Run.requests)
    return int(session.scalar(_crawls(select(func.sum(made)), outlet).where(
        func.coalesce(Run.ended_at, Run.started_at, type_=Run.started_at.type) >= since, Run.id != but)) or 0)


def errors_since(session: Session, outlet: str, since: datetime) -> list[str]:
    """The errors of the outlet's crawls that began since then."""
    return [each for errors in session.scalars(_crawls(select(Run.errors), outlet).where(Run.started_at >= since))
            for each in errors]


def fetched(session: Session) -> int:
    """How many answers the open runs have kept so far."""
    return session.scalars(select(func.count()).select_from(Capture).join(Run, Run.id == Capture.run_id)
                           .where(Run.state == "open")).one()


def get(session: Session, ids: Sequence[int]) -> list[Run]:
    """The runs with these ids, in their order."""
    found = {run.id: run for run in session.scalars(select(Run).where(Run.id.in_(ids)))}
    return [found[each] for each in ids if each in found]


def last(session: Session, outlet: str) -> Run | None:
    """The newest crawl of an outlet that has ended."""
    return session.scalar(_crawls(select(Run), outlet).where(Run.state != "open").order_by(Run.id.desc()).limit(1))


def newest_id(session: Session, outlet: str) -> int:
    """The id of the outlet's newest run, 0 where it has none."""
    return session.scalar(select(func.max(Run.id)).where(Run.outlet == outlet)) or 0


def judged_after(session: Session, outlet: str, run_id: int) -> int | None:
    """The first run of the outlet after another one, once it is judged."""
    return session.scalar(select(Run.id).where(Run.outlet == outlet, Run.id > run_id, Run.judgement != "open")
                          .order_by(Run.id).limit(1))


def last_whole(session: Session, outlet: str) -> Run | None:
    """The newest crawl of an outlet that came to its own end."""
    return session.scalar(_crawls(select(Run), outlet).where(Run.state.not_in(("open", "died")))
                          .order_by(Run.id.desc()).limit(1))


def last_ok(session: Session, outlet: str) -> datetime | None:
    """When a crawl of the outlet last ended as done."""
    return session.scalar(_crawls(select(func.max(Run.ended_at)), outlet).where(Run.state == "done"))


def in_a_row(session: Session, outlet: str, *states: str) -> int:
    """How many of the outlet's newest ended crawls ended in one of these states, up to 5."""
    newest = session.scalars(_crawls(select(Run.state), outlet).where(Run.state != "open").order_by(Run.id.desc()).limit(5))
    count = 0
    for state in newest:
        if state not in states:
            break
        count += 1
    return count


def newest_time(session: Session) -> datetime | None:
    """The newest time at which a run began or ended; None where there was none."""
    latest: datetime | None = session.scalar(select(func.max(func.coalesce(Run.ended_at, Run.started_at,
                                                                           type_=Run.started_at.type))))
    return latest


def counts(session: Session, run_id: int) -> RunCounts:
    """What a run brought, counted from its rows."""
    first, every = session.execute(select(func.count().filter(Version.seq == 1), func.count()).select_from(Version)
                                   .where(Version.run_id == run_id, Version.judgement != "rejected")).one()
    events = dict(session.execute(select(CommentVersion.event, func.count()).where(CommentVersion.run_id == run_id)
                                  .group_by(CommentVersion.event)).all())
    return RunCounts(first, every, *(events.get(event, 0) for event in ("posted", "edited", "removed", "restored")))


def kept(session: Session, run_id: int) -> Kept:
    """What a run kept, counted from its rows."""
    unread = Reading.outcome == "no_text"
    return Kept(*session.execute(
        select(func.count(Capture.id.distinct()), func.count(Capture.id.distinct()).filter(unread)).select_from(Capture)
        .outerjoin(Reading, Reading.capture_id == Capture.id).where(Capture.run_id == run_id)).one())
