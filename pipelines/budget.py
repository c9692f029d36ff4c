"""What a run may still ask of its outlet today: a number of requests per outlet and UTC day, for whatever they are."""
from datetime import datetime, timedelta, timezone

from sqlalchemy.orm import Session

from crawler.outlet import Outlet
from pipelines.intake import Intake
from storage import pages, runs

# This part of a day's requests is left to new articles: what is found last must not find the day used up by looks at old ones.
FOR_NEW = 10
# And no more than this part to sources, however often they are looked at: else known articles would never be looked at again.
FOR_SOURCES = 2


def begin_of_day(now: datetime) -> datetime:
    """The beginning of the UTC day."""
    return now.astimezone(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


def left(session: Session, outlet: Outlet, now: datetime, run_id: int = 0, asked: int = 0) -> int:
    """How many requests are left of the day's: those of earlier runs are counted as they were made, in the run of this id each
    page that was asked for is one."""
    return max(0, outlet.budget - asked - runs.requests_since(session, outlet.id, begin_of_day(now), but=run_id))


def left_to(session: Session, intake: Intake, now: datetime) -> int:
    """How many of them are left to a run under way."""
    return left(session, intake.outlet, now, intake.run_id, intake.standing.asked)


def has_room(session: Session, outlet: Outlet, now: datetime) -> bool:
    """Whether any page that is due finds room today: else a run would begin, do nothing, and begin again."""
    room = left(session, outlet, now)
    if room <= 0:
        return False
    return (pages.is_new_due(session, outlet.id, now)
            or (room > reserved(outlet, now) and pages.due_count(session, outlet.id, now) > 0))


def reserved(outlet: Outlet, now: datetime) -> int:
    """How many of them are kept for what is new: the looks at sources that are still to come today, half of the day's at the
    most, and a tenth for new articles."""
    rest = begin_of_day(now) + timedelta(days=1) - now
    looks = int(rest / outlet.every) * sum(len(source.urls) for source in outlet.source)
    return min(looks, outlet.budget // FOR_SOURCES) + outlet.budget // FOR_NEW


def told(session: Session, intake: Intake, waiting: int, now: datetime, *, always: bool) -> None:
    """Says in the run's row that so many pages that are due find no room: once a day is enough, unless it has to be said."""
    said = f"the day's budget of {intake.outlet.budget} requests leaves no room for"
    if always or not any(each.startswith(said) for each in runs.errors_since(session, intake.outlet.id, begin_of_day(now))):
        run = runs.get(session, [intake.run_id])[0]
        which = f"{waiting} pages that are due: they wait" if waiting > 1 else "1 page that is due: it waits"
        run.errors = [*run.errors, f"{said} {which}, until tomorrow at the latest"]
