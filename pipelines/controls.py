"""Controls: known articles looked at only to see whether the whole outlet has changed."""
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from crawler.items import Page
from pipelines import budget
from pipelines.intake import Intake
from pipelines.plan import handed
from storage import controls as known
from storage import models, pages

# So many articles tell a change of the outlet from one of a few articles, and are a minute's work at a request in some seconds.
CONTROLS = 10
# What was looked at within so long says how the outlet is now.
FRESH = timedelta(hours=1)


def controls(intake: Intake, now: datetime, random: Random) -> tuple[Page, ...]:
    """The pages to fetch for that, once all else of the run is done: none where the run found nothing that may be the outlet's
    change, else articles drawn at random until ten were looked at within the hour, those that are looked at anyhow among
    them."""
    with intake.store.writing() as session:
        return handed(intake, _drawn(session, intake, now, random))


def _drawn(session: Session, intake: Intake, now: datetime, random: Random) -> list[models.Page]:
    if intake.imported or not known.stirred(session, intake.run_id):
        return []
    outlet, since = intake.outlet.id, now - FRESH
    wanted = CONTROLS - known.looked(session, outlet, since, intake.run_id)
    room = min(wanted, budget.left_to(session, intake, now))
    if room <= 0:
        return []
    others = known.others(session, outlet, since, intake.run_id)
    return pages.get(session, random.sample(others, min(room, len(others))))
