"""The frontier's side of a run: what to fetch, and what a source announced, in one transaction."""
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

import failpoint
from crawler.items import Page, PageKind, SourceSeen
from pipelines import budget, due, traps
from pipelines.intake import Intake, capture
from storage import models, pages, runs

# More than any outlet publishes between two runs; what is left is due in the next one.
PER_RUN = 2000


def plan(intake: Intake, seen: SourceSeen | None, now: datetime) -> tuple[Page, ...]:
    """The pages to fetch now. Without seen: all that are due. With seen: commits the source's capture, its validators and the
    pages found on it, and returns the articles that are new and the sitemaps below it; validators kept any earlier would mean
    304 for ever after a crash."""
    with intake.store.writing() as session:
        pages_to_fetch = _planned(session, intake, seen, now)
        failpoint.reach("listing.taking")
    failpoint.reach("listing.taken")
    return pages_to_fetch


def _planned(session: Session, intake: Intake, seen: SourceSeen | None, now: datetime) -> tuple[Page, ...]:
    runs.require_open(session, intake.run_id)
    outlet = intake.outlet
    if seen is None:
        urls = [url for source in outlet.source for url in source.urls]
        pages.add(session, outlet.id, "source", urls, now)
        pages.drop_sources_but(session, outlet.id, urls, due.NEVER)
        return handed(intake, _due(session, intake, now))
    page = session.get_one(models.Page, seen.page.id)
    capture(session, intake, page.id, seen.fetched)
    if seen.reason is not None:
        due.troubled(page, now, seen.reason)
        page.next_due_at = max(page.next_due_at, now + outlet.every)
    else:
        due.announced(page, outlet, now)
    if page.found_on_id is not None:
        page.next_due_at = due.NEVER  # a sitemap of an index is looked at whenever the index is
    if seen.reason is not None:
        return ()
    new: list[int] = []
    if seen.found is not None:
        page.etag, page.last_modified = _validators(seen)
        new = pages.add(session, outlet.id, "article", [link.url for link in seen.found.links], now, found_on=page.id)
        pages.add(session, outlet.id, "source", seen.found.sources, now, found_on=page.id, due=due.NEVER)
    below, room = pages.below(session, page.id), budget.left_to(session, intake, now)
    found = traps.kept_out(session, intake, pages.get(session, new), now)
    fitting = [*found[:max(0, room - len(below))], *below][:room]
    if out := len(found) + len(below) - len(fitting):
        budget.told(session, intake, out, now, always=False)
    return handed(intake, fitting)


def _due(session: Session, intake: Intake, now: datetime) -> list[models.Page]:
    """What is due and finds room in the day's budget: sources, then new articles, then known ones, the newest first; of what
    finds none the run's row tells. Known ones that are missing find room, and are left to the end of the run, when it is known
    whether others stand."""
    outlet = intake.outlet.id
    room = budget.left_to(session, intake, now)
    found = [*pages.unlooked(session, outlet), *pages.due_sources(session, outlet, now)][:room]
    sources = len(found)
    fresh = pages.due_articles(session, outlet, now, min(PER_RUN, room - len(found)), new=True)
    found += traps.kept_out(session, intake, fresh, now)
    rest = min(PER_RUN - (len(found) - sources), room - len(found) - budget.reserved(intake.outlet, now))
    known = pages.due_articles(session, outlet, now, max(0, rest), new=False)
    intake.standing.missing = tuple(page.id for page in known if page.misses > 0)
    intake.standing.asked += len(intake.standing.missing)
    found += known
    out = min(PER_RUN, pages.due_count(session, outlet, now)) - (len(found) - sources)
    if out > 0:
        budget.told(session, intake, out, now, always=not found)
    return [page for page in found if page.id not in intake.standing.missing]


def handed(intake: Intake, found: Sequence[models.Page]) -> tuple[Page, ...]:
    """The pages as the crawler fetches them; they count for the day's budget."""
    intake.standing.asked += len(found)
    return tuple(asked(page) for page in found)


def asked(page: models.Page) -> Page:
    """A page as the crawler fetches it."""
    kind: PageKind = "source" if page.kind == "source" else "article"
    etag, last_modified = (None, None) if page.doubt else (page.etag, page.last_modified)
    return Page(page.id, page.url, kind, etag, last_modified, fresh=page.state == "new")


def _validators(seen: SourceSeen) -> tuple[str | None, str | None]:
    assert seen.fetched is not None
    return seen.fetched.header("ETag"), seen.fetched.header("Last-Modified")
