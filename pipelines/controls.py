"""What a run looks at last: controls, known articles that only tell whether the whole outlet has changed, and missing pages."""
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from crawler.items import Page
from pipelines import budget
from pipelines.intake import Intake
from pipelines.plan import asked, handed
from storage import controls as known
from storage import models, pages

# So many articles tell a change of the outlet from one of a few articles, and are a minute's work at a request in some seconds.
CONTROLS = 10
# What was looked at within so long says how the outlet is now.
FRESH = timedelta(hours=1)


def controls(intake: Intake, now: datetime, random: Random) -> tuple[Page, ...]:
    """The pages to fetch once all else of the run is done. No controls where the run found nothing that may be the outlet's
    change, else articles drawn at random until ten were looked at within the hour, those that are looked at anyhow among
    them; then the pages that are missing and due."""
    with intake.store.writing() as session:
        missing = pages.get(session, intake.standing.missing)
        drawn = _drawn(session, intake, now, random, stirred=any(map(_stirs, missing)))
        return (*handed(intake, drawn), *map(asked, missing))


def _stirs(page: models.Page) -> bool:
    """Whether a missing page is a known article's that is not gone yet."""
    return page.state == "known" and page.article_id is not None


def _drawn(session: Session, intake: Intake, now: datetime, random: Random, *, stirred: bool) -> list[models.Page]:
    if intake.imported or not (stirred or known.stirred(session, intake.run_id)):
        return []
    outlet, since = intake.outlet.id, now - FRESH
    wanted = CONTROLS - known.looked(session, outlet, since, intake.run_id)
    room = min(wanted, budget.left_to(session, intake, now))
    if room <= 0:
        return []
    others = [page for page in known.others(session, outlet, since, intake.run_id) if page not in intake.standing.missing]
    return pages.get(session, random.sample(others, min(room, len(others))))
