"""What a run may still ask of its outlet today: a number of requests per outlet and UTC day, for whatever they are."""
from datetime import datetime, timedelta, timezone

from sqlalchemy.orm import Session

from pipelines.intake import Intake
from storage import runs

# This part of a day's requests is left to new articles: what is found last must not find the day used up by looks at old ones.
FOR_NEW = 10


def begin_of_day(now: datetime) -> datetime:
    """The beginning of the UTC day."""
    return now.astimezone(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


def left(session: Session, intake: Intake, now: datetime) -> int:
    """How many requests are left of the day's: those of earlier runs are counted as they were made, in this one each page that
    was handed out is one."""
    used = runs.requests_since(session, intake.outlet.id, begin_of_day(now), but=intake.run_id) + intake.standing.asked
    return max(0, intake.outlet.budget - used)


def reserved(intake: Intake, now: datetime) -> int:
    """How many of them are kept for what is new: the looks at sources that are still to come today, and a tenth for new
    articles."""
    outlet, rest = intake.outlet, begin_of_day(now) + timedelta(days=1) - now
    looks = int(rest / outlet.every) * sum(len(source.urls) for source in outlet.source)
    return looks + outlet.budget // FOR_NEW


def used_up(budget: int, pages: int) -> str:
    """Why pages that are due are not fetched, for the run's errors."""
    return f"the day's budget of {budget} requests leaves no room for {pages} pages that are due: they wait for tomorrow"
