"""Addresses without end that lead to no article, a calendar's or a filter's: of each shape only a few are asked for."""
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy.orm import Session

from pipelines import budget
from pipelines.intake import Intake
from storage import pages, runs
from storage.models import Page

# A shape of which so many pages were looked at and led to no article, and to one so many times more seldom (the first of pages
# that all say the same is taken for one), is a trap; of it so many more a day are tried.
PROOF, SELDOM, FEW = 50, 10, 10
LATER = timedelta(days=7)
DIGIT = re.compile(r"\d")


def shape(url: str) -> str:
    """What addresses have in common that differ in figures, in the name of the page or in the values of a query: the parts of
    the path, those with a figure and the last one masked, and the names in the query."""
    parts = urlsplit(url)
    *folders, last = [part for part in parts.path.split("/") if part] or [""]
    masked = ["#" if DIGIT.search(part) else part for part in folders] + ["#" if DIGIT.search(last) else "*" if last else ""]
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return "/".join(["", *masked]) + ("?" + "&".join(names) if names else "")


def kept_out(session: Session, intake: Intake, new: Sequence[Page], now: datetime) -> list[Page]:
    """Of new pages those that are to be asked for. The others are put off for a week, because hardly any of their shape was an
    article, and the run's row says so. Articles among a shape's few free all of its addresses. Of an outlet that has no article
    yet nothing is put off: it may be its wall, or our reading, that hides them."""
    outlet = intake.outlet.id
    nowhere = pages.quarantined_urls(session, outlet) if new else []
    looked = Counter(shape(url) for url, _ in nowhere)
    if not any(number >= PROOF for number in looked.values()):
        return list(new)
    articles = Counter(shape(url) for url in pages.article_urls(session, outlet))
    if not articles:
        return list(new)
    today = Counter(shape(url) for url, found_at in nowhere if found_at >= budget.begin_of_day(now))
    asked: list[Page] = []
    put_off: list[Page] = []
    for page in new:
        own = shape(page.url)
        if looked[own] >= max(PROOF, articles[own] * SELDOM + 1) and today[own] >= FEW:
            page.next_due_at, page.reason = now + LATER, f"waits for a week: hardly any address like {own} was an article"
            put_off.append(page)
        else:
            today[own] += 1
            asked.append(page)
    _say(session, intake.run_id, put_off)
    return asked


def _say(session: Session, run_id: int, put_off: Sequence[Page]) -> None:
    """Says in a run's row what was put off, a sentence for each shape."""
    if put_off:
        run = runs.get(session, [run_id])[0]
        run.errors = [*run.errors, *(
            f"{number} new addresses like {each} wait for a week: hardly any of {PROOF} or more of their shape was an article"
            for each, number in Counter(shape(page.url) for page in put_off).items())]
