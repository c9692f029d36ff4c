"""The frontier: which pages of an outlet are known, and when each is due."""
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, or_, select, union, update
from sqlalchemy.orm import Session, aliased

from storage.captures import Reader
from storage.insert import insert
from storage.models import Article, Capture, Page, Reading, Run, Thread
from storage.walls import SHUT

# So many addresses tell what an outlet's are like.
MANY = 5000


def add(session: Session, outlet: str, kind: str, urls: Iterable[str], now: datetime, *,
        found_on: int | None = None, due: datetime | None = None, state: str = "new", article: int | None = None) -> list[int]:
    """Adds the pages that are not known yet, with the source that they were found on or the article that they are of, due at
    once if nothing else is said; the ids of those added."""
    rows = [{"outlet": outlet, "kind": kind, "url": url, "state": state, "found_at": now, "next_due_at": due or now,
             "found_on_id": found_on, "article_id": article}
            for url in urls]
    if not rows:
        return []
    new = insert(session.get_bind().dialect.name, Page)
    return list(session.scalars(new.on_conflict_do_nothing().returning(Page.id), rows))


def get(session: Session, ids: Iterable[int]) -> list[Page]:
    """The pages with these ids, in the order of the ids."""
    return list(session.scalars(select(Page).where(Page.id.in_(list(ids))).order_by(Page.id)))


_ONE = select(Page).where(Page.id == bindparam("id"))
_HELD = _ONE.with_for_update()


def one(session: Session, page_id: int) -> Page:
    """The page with this id."""
    return session.scalars(_ONE, {"id": page_id}).one()


def held(session: Session, page_id: int) -> Page:
    """The page with this id, which nobody else changes until this transaction ends."""
    return session.scalars(_HELD, {"id": page_id}).one()


def at(session: Session, outlet: str, url: str) -> Page | None:
    """The page with this address; None where it is not known."""
    return session.scalar(select(Page).where(Page.outlet == outlet, Page.url == url))


def ids_at(session: Session, outlet: str, urls: Iterable[str]) -> dict[str, int]:
    """The ids of the pages with these addresses, as far as they are known."""
    rows = session.execute(select(Page.url, Page.id).where(Page.outlet == outlet, Page.url.in_(list(urls))))
    return dict(rows.all())


def only_imported(session: Session, page: Page) -> bool:
    """Whether a page was brought in by an import and has never been seen to stand on its site."""
    if page.confirmed_at is not None or page.state == "new":
        return False
    return page.state == "known" or session.scalar(select(Capture.id).join(Run, Run.id == Capture.run_id).where(
        Capture.page_id == page.id, Run.kind == "import").limit(1)) is not None


def stood_last(session: Session, page: Page) -> datetime | None:
    """When a page was last seen to show an article, on its site or in a record that was imported; None where it never was."""
    read: datetime | None = session.scalar(select(func.max(Capture.at)).join(Reading, Reading.capture_id == Capture.id).where(
        Capture.page_id == page.id, Reading.outcome == "clean"))
    return max((at for at in (read, page.confirmed_at) if at is not None), default=None)


def has_capture(session: Session, outlet: str, url: str, moment: datetime, sha256: str) -> bool:
    """Whether an answer of this time and with this body is kept of a page already."""
    return session.scalar(select(Capture.id).join(Page, Page.id == Capture.page_id).where(
        Page.outlet == outlet, Page.url == url, Capture.at == moment, Capture.sha256 == sha256).limit(1)) is not None


def redirected(session: Session, outlet: str) -> set[tuple[str, datetime, str]]:
    """The answers that are kept of an outlet's pages and came from another address than was asked: address, time and body."""
    query = (select(Capture.final_url, Capture.at, Capture.sha256).join(Page, Page.id == Capture.page_id)
             .where(Page.outlet == outlet, Capture.final_url != Page.url))
    return {(url, moment, sha256) for url, moment, sha256 in session.execute(query)}


def below(session: Session, source_id: int) -> list[Page]:
    """The sources that were found on a source: the sitemaps of an index."""
    return list(session.scalars(select(Page).where(Page.found_on_id == source_id, Page.kind == "source").order_by(Page.id)))


def due_sources(session: Session, outlet: str, now: datetime) -> list[Page]:
    """The sources that are due, the oldest due first."""
    return list(session.scalars(select(Page).where(Page.outlet == outlet, Page.next_due_at <= now, Page.kind == "source")
                                .order_by(Page.next_due_at, Page.id)))


def due_articles(session: Session, outlet: str, now: datetime, limit: int, *, new: bool) -> list[Page]:
    """The pages of articles that are due, those that were found last first: of new ones, or of those that were looked at."""
    which = (Page.kind == "article") & (Page.state == "new" if new else Page.state != "new")
    return list(session.scalars(select(Page).where(Page.outlet == outlet, Page.next_due_at <= now, which)
                                .order_by(Page.id.desc()).limit(limit)))


def quarantined_urls(session: Session, outlet: str) -> list[tuple[str, datetime]]:
    """The addresses of pages that were looked at and never were an article's, the last ones found, and when they were; none of
    those that were not shown: they may be articles behind a wall."""
    shut = or_(*(func.coalesce(Page.reason, "").startswith(word) for word in (*SHUT, "status")))
    return [(row.url, row.found_at) for row in session.execute(
        select(Page.url, Page.found_at).where(Page.outlet == outlet, Page.kind == "article", Page.state == "quarantined",
                                              Page.article_id.is_(None), ~shut).order_by(Page.id.desc()).limit(MANY))]


def article_urls(session: Session, outlet: str) -> list[str]:
    """The addresses of an outlet's articles, the last ones found."""
    return list(session.scalars(select(Page.url).where(Page.outlet == outlet, Page.kind == "article",
                                                       Page.article_id.is_not(None)).order_by(Page.id.desc()).limit(MANY)))


def is_new_due(session: Session, outlet: str, now: datetime) -> bool:
    """Whether a source or a new article of an outlet is due."""
    return session.scalar(select(Page.id).where(
        Page.outlet == outlet, Page.next_due_at <= now,
        (Page.kind == "source") | (Page.kind == "article") & (Page.state == "new")).limit(1)) is not None


def due_count(session: Session, outlet: str, now: datetime) -> int:
    """How many pages of articles are due."""
    return session.scalars(select(func.count()).select_from(Page).where(
        Page.outlet == outlet, Page.next_due_at <= now, Page.kind == "article")).one()


_LOOKS = select(func.count()).select_from(Page).where(
    Page.outlet == bindparam("outlet"), Page.next_due_at >= bindparam("begin"), Page.next_due_at < bindparam("end"),
    Page.id != bindparam("page"), Page.article_id.in_(select(Thread.article_id)))


def looks_between(session: Session, page: Page, begin: datetime, end: datetime) -> int:
    """How many other pages of a page's outlet, of articles with a thread, are due from one time to another."""
    return session.scalars(_LOOKS, {"outlet": page.outlet, "page": page.id, "begin": begin, "end": end}).one()


def unlooked(session: Session, outlet: str) -> list[Page]:
    """The sitemaps that an index of the outlet's file named and that were never looked at, since that run ended before."""
    index = aliased(Page)
    return list(session.scalars(
        select(Page).join(index, index.id == Page.found_on_id)
        .where(Page.outlet == outlet, Page.kind == "source", Page.state == "new", Page.tries == 0, index.found_on_id.is_(None))
        .order_by(Page.id)))


def make_due(session: Session, outlet: str, now: datetime) -> None:
    """Makes every page of an outlet due that would be later; of its sources only those that its file names, and none that is
    asked for with its article."""
    named = (Page.kind == "source") & (Page.state != "gone") & Page.found_on_id.is_(None)
    session.execute(update(Page).where(Page.outlet == outlet, Page.next_due_at > now, (Page.kind == "article") | named)
                    .values(next_due_at=now))


def drop_sources_but(session: Session, outlet: str, urls: Iterable[str], never: datetime) -> None:
    """Sources that the outlet's file no longer names are never due again; those that it names again are. Sitemaps found in
    an index stay."""
    named = list(urls)
    session.execute(update(Page).where(Page.outlet == outlet, Page.kind == "source", Page.url.not_in(named),
                                       Page.found_on_id.is_(None))
                    .values(next_due_at=never, state="gone", reason="no longer in the outlet's file"))
    session.execute(update(Page).where(Page.outlet == outlet, Page.kind == "source", Page.url.in_(named), Page.state == "gone")
                    .values(next_due_at=Page.found_at, state="new", reason=None))


def next_due(session: Session, outlet: str) -> datetime | None:
    """When the next page of an outlet is due; None where it has none."""
    return session.scalar(select(func.min(Page.next_due_at)).where(Page.outlet == outlet, Page.kind != "thread"))


def last_announced(session: Session, outlet: str) -> datetime | None:
    """When one of the sources that the outlet's file names last answered as it should; None where none ever did."""
    return session.scalar(select(func.max(Page.confirmed_at)).where(
        Page.outlet == outlet, Page.kind == "source", Page.found_on_id.is_(None), Page.state != "gone"))


def _showing(*with_title: ColumnElement[bool]) -> Select[int]:
    # Made once: putting such a question together takes longer than asking it, and it is asked of every new page. For ids, as
    # there are seldom any.
    with_it = select(Capture.page_id).join(Reading, Reading.capture_id == Capture.id).where(
        Reading.text_sha256 == bindparam("text"), *with_title)
    return select(Page.id).where(Page.outlet == bindparam("outlet"), Page.kind == "article", Page.id != bindparam("page"),
                                 Page.id.in_(with_it))


_SHOWING, _SHOWING_TITLED = _showing(), _showing((Reading.title == bindparam("title")) | Reading.title.is_(None))


def showing(session: Session, page: Page, text_sha256: str, title: str | None = None) -> list[Page]:
    """The other article pages of a page's outlet that have ever answered with a text: under this title or none, if one is
    given."""
    asked = {"outlet": page.outlet, "page": page.id, "text": text_sha256}
    return _with_ids(session, *((_SHOWING, asked) if title is None else (_SHOWING_TITLED, asked | {"title": title})))


def _with_ids(session: Session, query: Select[int], asked: dict[str, Any]) -> list[Page]:
    ids = session.connection().scalars(query, asked).all()
    return get(session, ids) if ids else []


def shows(session: Session, page: Page, text_sha256: str, title: str | None = None) -> bool:
    """Whether a page answered with a text when it was last read: under this title or none, if one is given."""
    last = session.execute(select(Reading.text_sha256, Reading.title).join(Capture, Reading.capture_id == Capture.id).where(
        Capture.page_id == page.id).order_by(Capture.id.desc(), Reading.id.desc()).limit(1)).first()
    return last is not None and last.text_sha256 == text_sha256 and (title is None or last.title in (title, None))


# A union, for which either database looks into the index of each part; of an "or" they may look at each page of the outlet.
_ANY = union(
    select(Capture.page_id).join(Reading, Reading.capture_id == Capture.id).where(Reading.text_sha256 == bindparam("text")),
    select(Page.id).where(Page.outlet == bindparam("outlet"), Page.url == bindparam("claimed")),
    select(Page.id).join(Article, Article.id == Page.article_id).where(Article.outlet == bindparam("outlet"),
                                                                       Article.claimed_url == bindparam("url")),
    # The state is no parameter: with one SQLite would not see that the index is of use.
    select(Page.id).where(Page.outlet == bindparam("outlet"), Page.state == literal_column("'moved'"),
                          Page.reason == bindparam("moved")))
_RELATED = select(Page.id).where(Page.outlet == bindparam("outlet"), Page.kind == "article", Page.id != bindparam("page"),
                                 Page.id.in_(_ANY))


def related(session: Session, page: Page, text_sha256: str, claimed_url: str | None) -> list[Page]:
    """The other article pages of a page's outlet that may be of one article with it: the one that it claims to be, those that
    have ever answered with this text, those of the articles that claim to be the page, and those that redirect to it."""
    found = _with_ids(session, _RELATED, {"outlet": page.outlet, "url": page.url, "page": page.id, "claimed": claimed_url,
                                          "text": text_sha256, "moved": moved_to(page.url)})
    return sorted(found, key=lambda other: (other.url != claimed_url, other.id))


def another_stands(session: Session, page: Page, url: str) -> bool:
    """Whether the page of this address is another one than this and stands. One that is missing stands until it is gone, but
    not beside a page that has no article yet: its article may have moved there."""
    return page.url != url and session.scalar(select(Page.id).where(
        Page.outlet == page.outlet, Page.url == url, Page.state == "known",
        *((Page.misses == 0,) if page.article_id is None else ()))) is not None


def leads_to(page: Page, url: str) -> bool:
    """Whether a page redirects to an address."""
    return page.state == "moved" and page.reason == moved_to(url)


def moved_to(url: str | None) -> str:
    """The reason of a page that redirects to an address."""
    return f"redirects to {url}"


def quarantined_in(session: Session, run_id: int) -> list[Page]:
    """The pages that a run quarantined."""
    return list(session.scalars(select(Page).where(Page.state == "quarantined", Page.id.in_(
        select(Capture.page_id).where(Capture.run_id == run_id))).order_by(Page.url)))


def look_again(session: Session, outlet: str, reader: Reader, now: datetime, which: Iterable[int] | None = None) -> int:
    """Makes quarantined pages due at once and unconditionally whose newest answer this reader has read as an article since: of
    the outlet, or of those with these ids; how many."""
    newest = select(func.max(Capture.id)).where(Capture.page_id == Page.id).correlate(Page).scalar_subquery()
    clean = select(Reading.id).join(Capture, Capture.id == Reading.capture_id).where(
        Capture.id == newest, Reading.reader == reader, Reading.outcome == "clean").exists()
    query = select(Page).where(Page.outlet == outlet, Page.kind == "article", Page.state == "quarantined",
                               Page.next_due_at > now, clean).order_by(Page.id).with_for_update()
    found = list(session.scalars(query.where(Page.id.in_(list(which))) if which is not None else query))
    for page in found:
        page.doubt, page.etag, page.last_modified, page.next_due_at = True, None, None, now
    return len(found)
