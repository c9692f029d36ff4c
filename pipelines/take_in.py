"""A page that was seen, taken in: compared and matched outside any transaction, then written in one."""
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

import failpoint
from crawler.items import ArticleRead, Fetched, Nothing, Seen
from pipelines import absence, due, further, reading, twins
from pipelines.compare.change import Statistics, measure
from pipelines.intake import Intake, capture
from pipelines.known_thread import KnownThread, looked_at, of_another_story
from pipelines.match import watch as watching
from pipelines.read.comments.join import joined
from pipelines.take_thread import ThreadTaken, Told, compared, overtaken, write_thread
from pipelines.telling import tell, text, whole
from pipelines.thread_again import Again, take_again
from storage import absences, articles, holds, pages, readings, runs, threads
from storage.articles import NO_ASIDE, Aside
from storage.insert import made, put
from storage.models import Article, Change, Page, Sighting, Version
from storage.passage import Passage
from storage.watches import WatchRow

RETURNED = "the article reads again as it did before"


class _Overtaken(Exception):
    """Another version was written since this one was compared."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What the store knows of a page before it is taken in. backlog: it stood before its outlet was watched, and is read for
    the first time. overtaken: what is known of the article is newer; overtaken_thread: what is known of its thread. other:
    the page is one more of an article that has another of its own. was: the id of the article that the page had. supposed: it
    was not asked for, and has to be once the page is held. aside: what a text may be besides the latest version."""

    article: Article | None
    latest: articles.Latest | None
    threads: tuple[KnownThread, ...]
    watches: tuple[WatchRow, ...]
    backlog: bool
    other: bool = False
    was: int | None = None
    overtaken: bool = False
    overtaken_thread: bool = False
    supposed: bool = False
    aside: Aside = NO_ASIDE

    @property
    def known(self) -> absence.Known:
        return absence.Known(self.article, self.latest, self.watches)


@dataclass(frozen=True, slots=True)
class _Change:
    """What an article's text is to its latest version: for each watch that is to hear of it event and passage, and what the
    change is made of, None where there is nothing before it. seen: the version whose text it is again, which is not the latest;
    returned: what waits for a person after that one is no more. retired: another story is there, and the article's threads are
    not its."""

    changed: bool
    passages: tuple[tuple[WatchRow, str, Passage], ...] = ()
    statistics: Statistics | None = None
    threads: tuple[ThreadTaken, ...] = ()
    seen: int | None = None
    returned: bool = False
    retired: bool = False


def stale_head(intake: Intake, page_id: int, reader: Callable[[datetime], str]) -> articles.Latest | None:
    """The article's latest version where an older reader read it: its bytes are then read again first. reader names who would
    read a page that was fetched then."""
    with intake.store.reading() as session:
        page = pages.one(session, page_id)
        latest = articles.latest(session, page.article_id) if page.article_id is not None else None
    return latest if latest is not None and latest.reading.reader != reader(latest.capture.at) else None


def confirm(intake: Intake, page_ids: Iterable[int], now: datetime) -> None:
    """Notes that pages answered 304: they stand, and no record is left of it."""
    with intake.store.writing() as session:
        runs.require_open(session, intake.run_id)
        confirmed = pages.get(session, page_ids)
        paces = threads.paces(session, {page.article_id for page in confirmed if page.article_id is not None})
        for page in confirmed:
            due.stood(page, intake.outlet, now, changed=False)
            if (pace := paces.get(page.article_id or 0)) is not None:
                due.paced(session, page, intake.outlet, now, pace)
        failpoint.reach("unchanged.taking")
    failpoint.reach("unchanged.taken")


def take_in(intake: Intake, seen: Seen, now: datetime, *, head_again: ArticleRead | None = None,
            threads_again: Sequence[Again] = ()) -> None:
    """Takes in one page of a run: its capture, reading, version, comments, alerts, validators and due time in one transaction,
    which checks that the run is open and that the latest version is the one compared with, else begins again.

    head_again is what this reader makes of the latest version's bytes, where an older reader had read them (stale_head);
    threads_again of those of earlier looks at its thread (stale_looks), which are taken in first.
    """
    if not intake.imported:
        take_again(intake, [_unforgotten(intake, one, seen.page.url) for one in threads_again], now)
    seen = _whole(intake, seen)
    supposed = _supposed(intake, seen)
    while True:
        before = supposed or _before(intake, seen)
        own = replace(intake, backlog=True) if before.backlog else intake
        change = (_compare(own, seen.value, seen.page.url, before, now, head_again)
                  if isinstance(seen.value, ArticleRead) else None)
        try:
            with own.store.writing() as session:
                runs.require_open(session, intake.run_id)
                page = pages.held(session, seen.page.id)
                if isinstance(seen.value, ArticleRead) and change is not None:
                    if before.supposed and not _as_supposed(session, intake, page, seen.value, before):
                        raise _Overtaken
                    _article(session, own, seen, seen.value, page, before, change, now, head_again)
                else:
                    _no_article(session, own, seen, page, before, now)
                failpoint.reach("page.taking")
            failpoint.reach("page.taken")
            return
        except _Overtaken:
            supposed = None


def _whole(intake: Intake, seen: Seen) -> Seen:
    """What was seen of an article with all pages of its thread as one, and without what is to be forgotten."""
    if not isinstance(seen.value, ArticleRead):
        return seen
    assert seen.fetched is not None
    thread = joined(seen.value.thread, seen.thread_pages, _own(seen))
    if intake.forgotten is not None:
        thread = intake.forgotten.without(thread, seen.page.url)
    return replace(seen, value=replace(seen.value, thread=thread))


def _unforgotten(intake: Intake, again: Again, url: str) -> Again:
    return again if intake.forgotten is None else replace(again, look=intake.forgotten.without(again.look, url))


def _own(seen: Seen) -> tuple[str, ...]:
    """The addresses of an article's own page."""
    return (seen.page.url, seen.fetched.url) if seen.fetched is not None else (seen.page.url,)


def _supposed(intake: Intake, seen: Seen) -> _Before | None:
    """What is known of a page of which nothing was read yet: nothing but the watches. None where it has to be asked for."""
    if (intake.imported or not seen.page.fresh or intake.standing.watches is None
            or not isinstance(seen.value, ArticleRead) or seen.value.thread.system is not None):
        return None
    return _Before(None, None, (), intake.standing.watches, _is_backlog(intake, seen.page.id), supposed=True)


def _as_supposed(session: Session, intake: Intake, page: Page, value: ArticleRead, before: _Before) -> bool:
    """Whether nothing was read of a page indeed, no other page may be of one article with it, and the watches are the same."""
    return ((page.state, page.article_id, page.missing_since) == ("new", None, None)
            and not twins.related(session, page, value)
            and intake.watches(session) == before.watches)


def _is_backlog(intake: Intake, page_id: int) -> bool:
    """Whether a page that has no version was there before its outlet was watched."""
    return intake.backlog or (intake.backlog_to is not None and page_id <= intake.backlog_to)


def _before(intake: Intake, seen: Seen) -> _Before:
    with intake.store.reading() as session:
        page = pages.one(session, seen.page.id)
        article = session.get(Article, page.article_id) if page.article_id is not None else None
        if article is None and isinstance(seen.value, ArticleRead):
            article = twins.known_as(session, intake.outlet, page, seen.value)
        latest = articles.latest(session, article.id) if article is not None else None
        aside = _aside(session, latest, seen.value)
        other = article is not None and pages.another_stands(session, page, article.url)
        if other and latest is not None and isinstance(seen.value, ArticleRead) and not twins.alike(
                latest.reading.text or "", seen.value.text):
            article, latest, other = None, None, False  # it has become another story's
        known = (looked_at(session, intake.outlet.id, article, page, seen.value, other=other)
                 if isinstance(seen.value, ArticleRead) else ())
        # One that was announced and not there has appeared since.
        backlog = _is_backlog(intake, page.id) if latest is None and page.missing_since is None else intake.backlog
        if not intake.imported:
            intake.standing.watches = intake.watches(session)
            # What became of a page between an import and our first look at it is no news.
            standing = () if pages.only_imported(session, page) else intake.standing.watches
            return _Before(article, latest, known, standing, backlog, other, page.article_id, aside=aside)
        assert seen.fetched is not None
        at, stood = seen.fetched.at, pages.stood_last(session, page)
        looked = (*(one.looked_at for one in known), page.confirmed_at)
        return _Before(article, latest, known, (), backlog, other, page.article_id, overtaken=stood is not None and at <= stood,
                       overtaken_thread=any(each is not None and at <= each for each in looked))


def _aside(session: Session, latest: articles.Latest | None, value: object) -> Aside:
    """What a text that is not the latest version's may be the same as."""
    if latest is None or not isinstance(value, ArticleRead) or (
            latest.reading.text_sha256 == value.text_sha256 and latest.reading.title == value.title):
        return NO_ASIDE
    return articles.aside(session, latest.version)


# --- pages that are no article this time

def _no_article(session: Session, intake: Intake, seen: Seen, page: Page, before: _Before, now: datetime) -> None:
    capture_id = capture(session, intake, page.id, seen.fetched)
    if seen.outcome == "read" and isinstance(seen.value, Nothing):
        assert capture_id is not None
        nothing = seen.value
        readings.write(session, [reading.row(capture_id, nothing)])
        reason = f"{nothing.reason}: {nothing.note}" if nothing.note else nothing.reason
        if intake.imported:
            due.imported(page, reason)
            return
        if nothing.reason == "not_found" and page.article_id is not None:
            absence.missed(session, intake, page, before.known, now, reason, capture_id)
            return
        due.troubled(page, now, reason)
        page.state = "quarantined"
    elif seen.outcome == "missing":
        absence.missed(session, intake, page, before.known, now, seen.reason, capture_id)
    elif seen.outcome == "moved":
        absence.redirected(session, intake, seen, page, before.known, now, capture_id)
    else:
        due.troubled(page, now, seen.reason)


# --- an article

def _compare(intake: Intake, read: ArticleRead, page_url: str, before: _Before, now: datetime,
             head_again: ArticleRead | None) -> _Change:
    url = before.article.url if before.article is not None else page_url
    watches_of = [watch for watch in before.watches if watch.reads(read.language)]

    def at(known: Sequence[KnownThread]) -> tuple[ThreadTaken, ...]:
        return tuple(compared(intake, one, read, url, watches_of, now, another_reader=head_again is not None)
                     for one in known)

    taken = () if before.overtaken_thread else at(before.threads)
    if before.overtaken:
        return _Change(False, threads=taken)
    old = (head_again or before.latest.reading) if before.latest is not None else None
    # What an article's print page leaves out is no edit: its own page tells.
    if old is not None and (before.other or intake.noise.same(old.title, old.text, read.title, read.text)):
        return _Change(False, threads=taken)

    def again(version: articles.Latest | None) -> bool:
        return version is not None and intake.noise.same(version.reading.title, version.reading.text, read.title, read.text)

    aside = before.aside
    # What stood before a fault and is put back is none, also where the fault proved to be no more than noise.
    for version in (aside.rejected if not again(aside.stood) else None, aside.head):
        if version is not None and again(version):
            return _Change(False, threads=taken, seen=version.version.id, returned=version is aside.head)
    if old is None and intake.backlog:
        return _Change(True, threads=taken)
    was, new = (text(intake, old), text(intake, read)) if old is not None else (None, whole(intake, read))
    statistics = measure(was.title, "\n".join(was.lines), new.title, "\n".join(new.lines)) if was is not None else None
    anew = statistics is not None and statistics.replaced
    passages: list[tuple[WatchRow, str, Passage]] = []
    for watch in watches_of:
        if was is None or statistics is None:
            passages += [(watch, "article_new", found) for found in (watching.appeared(watch, new),) if found is not None]
        elif (told := watching.of_edit(watch, was, new, statistics)) is not None:
            passages.append((watch, *told))
    threads_now = of_another_story(before.threads, read, url) if anew and not intake.imported else before.threads
    retired = threads_now != before.threads
    return _Change(True, tuple(passages), statistics, at(threads_now) if retired else taken, retired=retired)


def _article(session: Session, intake: Intake, seen: Seen, read: ArticleRead, page: Page, before: _Before, change: _Change,
             now: datetime, head_again: ArticleRead | None) -> None:
    assert seen.fetched is not None
    capture_id = capture(session, intake, page.id, seen.fetched)
    assert capture_id is not None
    if page.article_id != before.was:
        raise _Overtaken
    article = before.article and session.get_one(Article, before.article.id)
    # That no other page has to do with one of which so much is supposed was asked.
    if change.changed and not before.supposed and (others := twins.same_text(session, page, read, article)):
        twins.reject(session, intake, others, read, page.url, now)
        readings.write(session, [reading.row(capture_id, read) | {"outcome": "quarantined", "reason": twins.REASON}])
        twins.quarantine(intake, page, others[0].url, now)
        twins.doubt(intake, page, others, now)
        return
    known = article is not None
    first = article.url if article is not None else page.url
    back = (absence.stands(session, intake, article, page, before.watches, whole(intake, read), now, capture_id)
            if article is not None and not before.other and not intake.imported else [])
    article = _own_article(session, intake, page, article, before.other, read, now)
    newest = articles.latest(session, article.id) if known else None
    if (newest.version.id if newest else None) != (before.latest.version.id if before.latest else None):
        raise _Overtaken
    if intake.imported:
        due.imported(page)
    elif any(thread.change.doubt for thread in change.threads):
        due.doubted(page, now)
    else:
        due.stood(page, intake.outlet, now, changed=change.changed)
        # That a page of several did not change says nothing of the thread's others.
        page.etag, page.last_modified = (None, None) if seen.thread_pages else _validators(seen.fetched)
    if change.retired:
        threads.retire(session, article.id, articles.next_seq(session, article.id))
    if any(overtaken(session, intake, thread.known) for thread in change.threads):
        raise _Overtaken
    again = [reading.row(newest.capture.id, head_again)] if head_again is not None and newest is not None else []
    readings.write(session, [*again, reading.row(capture_id, read)])
    if again and head_again is not None and newest is not None:
        # It may have been there before another reader's, which was shown since.
        readings.show(session, articles.hidden(session, newest.capture.id, head_again.reader))
    told = list(back)
    version = None
    if change.changed:
        version = put(session, Version, article_id=article.id, run_id=intake.run_id, capture_id=capture_id, seen_at=now,
                      seq=articles.next_seq(session, article.id) if known else 1)
        told += [Told(event, f"version:{version}", watch, passage) for watch, event, passage in change.passages]
        if change.statistics is not None and newest is not None:
            put(session, Change, version_id=version, before_id=newest.version.id, reader=read.reader,
                **asdict(change.statistics))
    elif newest is not None and not before.other and not before.overtaken:
        put(session, Sighting, capture_id=capture_id, version_id=change.seen or newest.version.id)
    if newest is not None and change.returned and not holds.returned(session, newest.version, RETURNED):
        raise _Overtaken
    if change.threads:
        captures = {0: capture_id, **further.kept(session, intake, article.id, page, seen, now)}
        for thread in change.threads:
            told += write_thread(session, intake, article, read, thread, captures, now)
        pace = threads.paces(session, [article.id]).get(article.id) if not intake.imported else None
        if pace is not None:
            due.paced(session, page, intake.outlet, now, pace, doubt=any(thread.change.doubt for thread in change.threads))
    if newest is not None and newest.version.judgement == "held" and not change.returned:
        page.doubt, page.etag, page.last_modified = True, None, None  # until it is decided, each look is at all of it
    if article.url != first:
        absences.rename_threads(session, article, first, article.url)  # one that is new was called by the old address
    tell(session, intake, article, told, now, version)


def _own_article(session: Session, intake: Intake, page: Page, article: Article | None, other: bool, read: ArticleRead,
                 now: datetime) -> Article:
    if article is None:
        article = made(session, Article, outlet=intake.outlet.id, url=page.url, claimed_url=read.claimed_url, first_seen_at=now)
    else:
        if not other and (article.claimed_url is None or not intake.imported):
            article.claimed_url = read.claimed_url
    page.article_id = article.id
    return article


def _validators(fetched: Fetched) -> tuple[str | None, str | None]:
    # A redirect's own validators are not those of the page that it leads to.
    if fetched.asked is not None and urlsplit(fetched.asked).path != urlsplit(fetched.url).path:
        return None, None
    return fetched.header("ETag"), fetched.header("Last-Modified")
