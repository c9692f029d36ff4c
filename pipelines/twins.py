"""Pages of one outlet that answer with one text: one article under several addresses, or no article at all."""
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.items import ArticleRead
from crawler.outlet import Outlet
from pipelines import due
from pipelines.compare.version import same
from pipelines.intake import Intake
from pipelines.read.address import bare
from storage import articles, outbox, pages
from storage.models import Article, Page, Reading

# Texts that are so alike are one article's: its print page leaves a line out, its mobile page adds one.
ALIKE = 0.9
# A wall is hardly longer, and whatever it is called on each of its pages; a text of this length is an article's.
LONG = 500
REASON = "same_text"


def alike(one: str, other: str) -> bool:
    """Whether two texts have nine words of ten in common."""
    words, others = Counter(one.split()), Counter(other.split())
    return 2 * (words & others).total() >= ALIKE * (words.total() + others.total())


def _names(url: str, claimed: str | None, outlet: Outlet) -> set[str]:
    """What a page may be called: its own address, and the one that it claims where that is an article's of its outlet."""
    urls = [url, claimed] if claimed and outlet.is_article(claimed) else [url]
    return {bare(each) for each in urls}


def _the_same(was: Reading, read: ArticleRead) -> bool:
    return same(was.text, read.text) and (was.title is None or read.title is None or same(was.title, read.title))


def related(session: Session, page: Page, read: ArticleRead) -> list[Page]:
    """The other pages of the outlet that may be of one article with a page; those that answer with the very text are among
    them, and those that redirect to it."""
    return pages.related(session, page, read.text_sha256, read.claimed_url if read.claimed_url != page.url else None)


def known_as(session: Session, outlet: Outlet, page: Page, read: ArticleRead) -> Article | None:
    """The article that a page which has none yet is another page of: one of the two claims the other's address, or both a third
    one's that is an article's, or the other redirects to this one; all on one outlet, the texts alike. Or the other is not
    there any more, and this one reads as it did."""
    mine = _names(page.url, read.claimed_url, outlet)
    for other in related(session, page, read):
        article = session.get(Article, other.article_id) if other.article_id is not None else None
        latest = articles.latest(session, article.id) if article is not None else None
        if article is None or latest is None or not alike(latest.reading.text or "", read.text):
            continue
        if mine & _names(other.url, latest.reading.claimed_url, outlet) or pages.leads_to(other, page.url):
            return article
        if (other.misses or other.state == "gone") and _the_same(latest.reading, read):
            return article
    return None


def same_text(session: Session, page: Page, read: ArticleRead, article: Article | None) -> list[Page]:
    """The other pages that answer with the very text and do not belong to the article: what two pages have shown before, and
    what one shows now, for a site may slip once. Those that are missing or redirect elsewhere do not count, since a text may
    have been moved; nor, where the text is long, those that show it under another headline: they are other articles."""
    title = read.title if len(read.text) >= LONG else None
    others = [other for other in pages.showing(session, page, read.text_sha256, title)
              if other.state in ("known", "quarantined") and other.misses == 0
              and (article is None or other.article_id != article.id)]
    return others if len(others) > 1 else [other for other in others if pages.shows(session, other, read.text_sha256, title)]


def quarantine(intake: Intake, page: Page, url: str, now: datetime) -> None:
    """Puts a page aside, whose text is also that of the page of this address."""
    reason = f"{REASON}: {url} answers with the same text"
    if intake.imported:
        due.imported(page, reason)
        return
    due.troubled(page, now, reason)
    page.state = "quarantined"


def doubt(intake: Intake, page: Page, others: Iterable[Page], now: datetime) -> None:
    """The article whose very text a page shows that was put aside may have moved there: whether it stands where it did is
    looked at next, once."""
    if intake.imported or page.tries > 1:
        return
    for other in others:
        if other.state == "known" and other.confirmed_at is not None and now - other.confirmed_at >= due.SOON:
            due.wanted(other, now)


def reject(session: Session, intake: Intake, others: Iterable[Page], read: ArticleRead, url: str, now: datetime) -> None:
    """What another page made of a text that is now another's too, and that no judgement has passed, does not count: its version
    is rejected, its alerts are dropped, and it is looked at again."""
    for other in others:
        latest = articles.latest(session, other.article_id) if other.article_id is not None else None
        if latest is None or latest.version.judgement != "open" or latest.reading.text_sha256 != read.text_sha256:
            continue
        latest.version.judgement = "rejected"
        outbox.drop_of_version(session, latest.version.id, f"{REASON}: {url} answers with the same text")
        quarantine(intake, other, url, now)
