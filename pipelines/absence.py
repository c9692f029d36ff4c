"""Articles that are not where they were: missing, gone, moved, and back again."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.items import Seen
from pipelines import due
from pipelines.intake import Intake
from pipelines.match import watch as watching
from pipelines.take_thread import Told
from pipelines.telling import tell, text
from storage import articles, pages
from storage.models import Article, Page
from storage.watches import WatchRow


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page's article before a look: None for a page that never was one."""

    article: Article | None
    latest: articles.Latest | None
    watches: Sequence[WatchRow]


def missed(session: Session, intake: Intake, page: Page, known: Known, now: datetime, reason: str | None) -> None:
    """A page answered that it is not there."""
    due.missed(page, now)
    page.reason = reason
    if page.state != "gone" and due.is_gone(page, now) and pages.shown_since(session, intake.outlet.id, page.missing_since):
        _gone(session, intake, page, known, now)


def _gone(session: Session, intake: Intake, page: Page, known: Known, now: datetime) -> None:
    page.state, page.next_due_at = "gone", now + due.MOVED
    if known.article is None or known.latest is None:
        return
    article = session.get_one(Article, known.article.id)
    article.state, article.gone_at = "gone", now
    old = text(intake, known.latest.reading)
    tell(session, intake, article, [
        Told("article_gone", f"gone:{article.id}:{intake.run_id}", watch, passage)
        for watch in known.watches if (passage := watching.vanished(watch, old))], now)


def redirected(session: Session, intake: Intake, seen: Seen, page: Page, now: datetime) -> None:
    """A redirect to another page is an outcome and changes no identity: when every article redirects to the home page,
    nothing collapses."""
    page.state, page.reason, page.next_due_at, page.doubt = "moved", pages.moved_to(seen.url_now), now + due.MOVED, True
    if seen.url_now and intake.outlet.is_article(seen.url_now):
        pages.add(session, intake.outlet.id, "article", [seen.url_now], now)
        if page.article_id is not None:
            session.get_one(Article, page.article_id).state = "moved"
