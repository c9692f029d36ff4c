"""What the store says of articles that are not where they were, and what became of them."""
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage import threads
from storage.insert import put
from storage.models import Alert, Article, ArticleEvent, Page, Thread


@dataclass(frozen=True, slots=True)
class Others:
    """The other articles of an outlet that have a page which is not gone: how many there are, and how many of them stood since
    a time when they were known already."""

    known: int
    stood: int


def others(session: Session, page: Page, since: datetime) -> Others:
    """The others of a page's outlet, the article of the page itself left out."""
    stood = (Page.state == "known") & (Page.misses == 0) & (Page.confirmed_at > since) & (
        Page.confirmed_at > Article.first_seen_at)
    query = select(func.count(Article.id.distinct()), func.count(Article.id.distinct()).filter(stood)).select_from(Page).join(
        Article, Article.id == Page.article_id).where(Page.outlet == page.outlet, Page.kind == "article",
                                                      Page.state.not_in(("gone", "moved")))
    if page.article_id is not None:
        query = query.where(Article.id != page.article_id)
    return Others(*session.execute(query).one())


def pages_of(session: Session, page: Page) -> list[Page]:
    """The other pages of a page's article."""
    query = select(Page).where(Page.article_id == page.article_id, Page.id != page.id, Page.kind == "article")
    return list(session.scalars(query.order_by(Page.id))) if page.article_id is not None else []


def put_event(session: Session, article: Article, event: str, url: str, run_id: int, now: datetime, *,
              last_there_at: datetime | None, first_missing_at: datetime | None, capture_id: int | None) -> None:
    """Adds what became of an article."""
    seq = session.scalar(select(func.max(ArticleEvent.seq)).where(ArticleEvent.article_id == article.id)) or 0
    put(session, ArticleEvent, article_id=article.id, seq=seq + 1, event=event, url=url, run_id=run_id, seen_at=now,
        last_there_at=last_there_at, first_missing_at=first_missing_at, capture_id=capture_id)


def events(session: Session, article_id: int) -> list[ArticleEvent]:
    """What became of an article, in order."""
    return list(session.scalars(select(ArticleEvent).where(ArticleEvent.article_id == article_id).order_by(ArticleEvent.seq)))


def move(session: Session, article: Article, url: str) -> bool:
    """Gives an article another address of its own, and the threads that were called by the old one that name; False where the
    address is another article's, which keeps it."""
    if session.scalar(select(Article.id).where(Article.outlet == article.outlet, Article.url == url)) is not None:
        return False
    rename_threads(session, article, article.url, url)
    article.url = url
    return True


def rename_threads(session: Session, article: Article, old: str, new: str) -> None:
    """Gives an article's threads that are called by one address of it the name of another, where no other has it."""
    for thread in session.scalars(select(Thread).where(Thread.article_id == article.id, Thread.native_key == old)):
        if threads.get(session, thread.outlet, thread.system, new) is None:
            thread.native_key = new
    session.flush()


def drop_untold(session: Session, article: Article, reason: str) -> None:
    """The alerts that an article is gone which are in no mail yet are not told."""
    session.execute(update(Alert).where(
        Alert.article_id == article.id, Alert.event == "article_gone", Alert.state.in_(("pending", "held")),
        Alert.mail_id.is_(None)).values(state="dropped", reason=reason))


def told_gone(session: Session, article: Article) -> dict[str, list[Alert]]:
    """The alerts in a mail that an article is gone, since it was last found to be, by watch."""
    found: dict[str, list[Alert]] = {}
    if article.gone_at is not None:
        for alert in session.scalars(select(Alert).where(
                Alert.article_id == article.id, Alert.event == "article_gone", Alert.mail_id.is_not(None),
                Alert.made_at >= article.gone_at).order_by(Alert.id)):
            found.setdefault(alert.watch_id, []).append(alert)
    return found
