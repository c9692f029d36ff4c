"""The frontier's side of a run: what to fetch, and what a source announced, in one transaction."""
from datetime import datetime

from sqlalchemy.orm import Session

import failpoint
from crawler.items import Page, PageKind, SourceSeen
from pipelines import due
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
        return tuple(_asked(page) for page in (*pages.unlooked(session, outlet.id),
                                               *pages.due(session, outlet.id, now, PER_RUN)))
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
    return tuple(_asked(row) for row in (*pages.get(session, new), *pages.below(session, page.id)))


def _asked(page: models.Page) -> Page:
    kind: PageKind = "source" if page.kind == "source" else "article"
    etag, last_modified = (None, None) if page.doubt else (page.etag, page.last_modified)
    return Page(page.id, page.url, kind, etag, last_modified, fresh=page.state == "new")


def _validators(seen: SourceSeen) -> tuple[str | None, str | None]:
    assert seen.fetched is not None
    return seen.fetched.header("ETag"), seen.fetched.header("Last-Modified")
