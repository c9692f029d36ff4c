"""The evidence of a thread of several pages: each further answer is a capture of a page that is asked for with its article."""
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.items import Seen
from pipelines import due
from pipelines.intake import Intake, capture
from storage import pages
from storage.models import Page


def kept(session: Session, intake: Intake, article_id: int, page: Page, seen: Seen, now: datetime) -> dict[int, int]:
    """Adds the captures of the further answers of an article's thread; the capture of each by its place, from 1, as far as it
    was answered. page is the article's own, which may have been asked for once more."""
    answered = {place: each for place, each in enumerate(seen.thread_pages, 1) if each.fetched is not None}
    urls = sorted({each.url for each in answered.values()} - {page.url})
    pages.add(session, intake.outlet.id, "thread", urls, now, due=due.NEVER, state="known", article=article_id)
    ids = pages.ids_at(session, intake.outlet.id, urls) | {page.url: page.id}
    found = {place: capture(session, intake, ids[each.url], each.fetched) for place, each in answered.items()}
    return {place: capture_id for place, capture_id in found.items() if capture_id is not None}
