"""Articles that are not where they were: missing, gone, moved, and back again."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.items import Seen
from pipelines import due, twins
from pipelines.intake import Intake
from pipelines.match import watch as watching
from pipelines.take_thread import Told
from pipelines.telling import tell, whole
from storage import absences, articles, pages
from storage.models import Article, Page
from storage.passage import Passage
from storage.watches import WatchRow

# That so many others stand shows that the outlet answers as it does; of one with few, that half of them do.
HEALTHY = 3
BACK = "the article stands again"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page's article before a look: no article for a page that never was one."""

    article: Article | None
    latest: articles.Latest | None
    watches: Sequence[WatchRow]


def missed(session: Session, intake: Intake, page: Page, known: Known, now: datetime, reason: str | None,
           capture_id: int | None) -> None:
    """A page answered that it is not there: by its status, in words, or by sending an article's readers to a page that is
    none."""
    due.missed(page, now)
    page.reason = reason
    if page.state == "gone":
        return
    if page.article_id is not None:
        page.state = "known"
    _look_elsewhere(session, page, known, now)
    # What is gone stays so, also where something else stood here for a while.
    gone = known.article is not None and known.article.state == "gone"
    if gone or (due.is_gone(page, now) and _is_healthy(session, page)):
        _gone(session, intake, page, known, now, capture_id)


def _is_healthy(session: Session, page: Page) -> bool:
    """Whether enough other articles of the outlet stood since a page was first missing: only then does its absence mean
    something."""
    assert page.missing_since is not None
    others = absences.others(session, page, page.missing_since)
    return others.stood >= max(1, min(HEALTHY, -(-others.known // 2)))


def _look_elsewhere(session: Session, page: Page, known: Known, now: datetime) -> None:
    """Where a missing page's article may stand is looked at next: at its other pages, and at those that were put aside since
    they show its text."""
    elsewhere = absences.pages_of(session, page) if page.misses == 1 or due.is_gone(page, now) else []
    if page.article_id is not None and known.latest is not None and known.latest.reading.text_sha256 is not None:
        elsewhere += [other for other in pages.showing(session, page, known.latest.reading.text_sha256)
                      if other.state == "quarantined"]
    for other in elsewhere:
        due.wanted(other, now)


def _gone(session: Session, intake: Intake, page: Page, known: Known, now: datetime, capture_id: int | None) -> None:
    page.state = "gone"
    page.next_due_at = due.again(page, now)
    if known.article is None or known.latest is None:
        return
    article = session.get_one(Article, known.article.id)
    others = absences.pages_of(session, page)
    heir = next((other for other in others if other.state == "known" and other.misses == 0 and other.confirmed_at is not None
                 and page.missing_since is not None and other.confirmed_at > page.missing_since), None)
    if article.state == "gone":
        return
    if heir is not None:
        if article.url == page.url:
            _move(session, intake, article, page, heir, now, capture_id)
        return
    if article.url != page.url and any(other.url == article.url and other.state == "known" for other in others):
        return  # its own page is missing, and not gone yet
    article.state, article.gone_at = "gone", now
    absences.put_event(session, article, "gone", page.url, intake.run_id, now, last_there_at=page.confirmed_at,
                       first_missing_at=page.missing_since, capture_id=capture_id)
    old = whole(intake, known.latest.reading)
    tell(session, intake, article, [
        Told("article_gone", f"gone:{article.id}:{intake.run_id}", watch, passage)
        for watch in known.watches if watch.reads(known.latest.reading.language)
        and (passage := watching.vanished(watch, old))], now)


def redirected(session: Session, intake: Intake, seen: Seen, page: Page, known: Known, now: datetime,
               capture_id: int | None) -> None:
    """A redirect to another page changes no identity: when every article redirects to the home page, nothing collapses. To a
    page of the outlet that is no article, it is a miss of one that was; to another article's address, that is looked at, and is
    this article if it reads so."""
    url, reason = seen.url_now or "", pages.moved_to(seen.url_now)
    to_article = intake.outlet.is_article(url)
    if page.article_id is not None and not to_article and intake.outlet.owns(url):
        missed(session, intake, page, known, now, reason, capture_id)
        return
    again = page.state == "moved" and page.reason == reason
    if page.article_id is not None and not to_article:
        due.troubled(page, now, reason)  # to another outlet, which may be a wall
        page.state = "moved"
        return
    page.state, page.reason, page.next_due_at, page.doubt = "moved", reason, now + due.MOVED, True
    if not to_article:
        return
    pages.add(session, intake.outlet.id, "article", [url], now)
    target = pages.at(session, intake.outlet.id, url)
    if target is None or page.article_id is None:
        return
    article = session.get_one(Article, page.article_id)
    if article.url == page.url and article.state != "gone":
        article.state = "moved"
    if again:
        return
    if target.article_id is None or target.article_id == article.id:
        if target.state != "new":
            due.wanted(target, now)
    elif article.url == page.url and _reads_as(session, target.article_id, known):
        # Both are known by now, each with a history of its own.
        absences.put_event(session, article, "moved", url, intake.run_id, now, last_there_at=page.confirmed_at,
                           first_missing_at=page.missing_since, capture_id=capture_id)


def _reads_as(session: Session, article_id: int, known: Known) -> bool:
    other = articles.latest(session, article_id)
    return other is not None and known.latest is not None and twins.alike(other.reading.text or "",
                                                                          known.latest.reading.text or "")


def stands(session: Session, intake: Intake, article: Article, page: Page, watches: Sequence[WatchRow], new: watching.Text,
           now: datetime, capture_id: int) -> list[Told]:
    """An article stands at a page, which is its own from now on if the one that was is not there; what the watches are to hear
    of that."""
    own = pages.at(session, article.outlet, article.url) if article.url != page.url else None
    if own is not None and (own.state in ("gone", "moved") or own.misses):
        _move(session, intake, article, own, page, now, capture_id)
    elif article.state == "gone":
        absences.put_event(session, article, "back", page.url, intake.run_id, now, last_there_at=page.confirmed_at,
                           first_missing_at=page.missing_since, capture_id=capture_id)
    told = _back(session, intake, article, watches, new) if article.state == "gone" else []
    article.state, article.gone_at = "standing", None
    return told


def _move(session: Session, intake: Intake, article: Article, old: Page, page: Page, now: datetime,
          capture_id: int | None) -> None:
    if absences.move(session, article, page.url):
        absences.put_event(session, article, "moved", page.url, intake.run_id, now, last_there_at=old.confirmed_at,
                           first_missing_at=old.missing_since, capture_id=capture_id)


def _back(session: Session, intake: Intake, article: Article, watches: Sequence[WatchRow], new: watching.Text) -> list[Told]:
    """Who was told that an article is gone hears that it is back, whatever it reads now; who was not told hears nothing."""
    absences.drop_untold(session, article, BACK)
    gone = absences.told_gone(session, article)
    told = list[Told]()
    for watch in watches:
        heard = [alert for alert in gone.get(watch.id, ()) if alert.recipient in watch.recipients]
        if heard:
            words = Passage.from_json(heard[0].passage).words
            told.append(Told("article_back", f"back:{article.id}:{intake.run_id}", watch,
                             watching.appeared(watch, new) or Passage(new.title, words, ()),
                             recipients=tuple(dict.fromkeys(alert.recipient for alert in heard))))
    return told
