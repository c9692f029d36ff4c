"""When a page is looked at again."""
from datetime import datetime, timedelta, timezone

from sqlalchemy.orm import Session

from crawler.outlet import Outlet
from pipelines import rhythm
from storage.models import Page
from storage.threads import Pace

SOON = timedelta(minutes=10)  # in doubt, and the least time between two looks that say a comment is removed
LATEST = timedelta(days=1)  # the longest that trouble puts a page off
GONE_AFTER = timedelta(days=1)
GONE_MISSES = 3
MOVED = timedelta(days=30)
# Some servers keep the ETag when the page changes: every so many looks in a row one asks for all of it.
FULL_SOURCE = 10
NEVER = datetime(9999, 1, 1, tzinfo=timezone.utc)  # not by itself: with the page that leads to it
RARE = timedelta(days=7)  # an article that is looked at so seldom is always asked for whole


def stood(page: Page, outlet: Outlet, now: datetime, *, changed: bool) -> None:
    """The page answered and nothing about it is in doubt: the next step of the outlet's ladder, the first after a change."""
    page.recheck_step = 0 if changed else page.recheck_step + 1
    wait = outlet.recheck[min(page.recheck_step, len(outlet.recheck) - 1)]
    page.next_due_at = now + wait
    _answered(page, now)
    page.doubt = wait >= RARE


def paced(session: Session, page: Page, outlet: Outlet, now: datetime, pace: Pace, *, doubt: bool = False) -> None:
    """The page that stood, or is in doubt, has a thread that is read: its next look is when the thread's pace or the ladder
    wants it, whichever is earlier, as far as the outlet's looks go round. In doubt it is soon; at its pace, if the look before
    was incomplete as well. Once a week it is asked for whole."""
    page.recheck_step, wanted = rhythm.rung(outlet, pace.changed_at, now)
    if (wait := rhythm.wait(pace, outlet.threads, now)) is not None:
        wanted = min(wanted, now + wait)
    soon = doubt and not pace.partial
    part = rhythm.ALL if soon else rhythm.MOST if rhythm.is_young(pace, now) else rhythm.HALF
    page.next_due_at = rhythm.turn(session, outlet, page, now + SOON if soon else wanted, part)
    page.doubt = doubt or page.next_due_at - pace.read_at >= RARE


def doubted(page: Page, now: datetime) -> None:
    """The page answered, but something about it is in doubt: soon again, unconditionally."""
    _answered(page, now)
    page.doubt, page.etag, page.last_modified = True, None, None
    page.next_due_at = now + SOON


def troubled(page: Page, now: datetime, reason: str | None) -> None:
    """The page could not be had or made no sense: later and later, at the latest after a day."""
    page.tries += 1
    page.reason, page.doubt = reason, True
    page.next_due_at = now + min(SOON * 2 ** min(page.tries - 1, 8), LATEST)


def missed(page: Page, now: datetime) -> None:
    """The page answered that it is not there."""
    page.missing_since = page.missing_since or now
    page.misses += 1
    page.doubt, page.etag, page.last_modified = True, None, None
    page.next_due_at = again(page, now)


def again(page: Page, now: datetime) -> datetime:
    """When a page that is missing is looked at again: soon while it may be a slip; once only the day has to pass, no oftener
    than that needs; later and later while too few others stand. One that is gone, after as long again as it has been away."""
    assert page.missing_since is not None
    if page.state == "gone":
        return now + min(max(now - page.missing_since, GONE_AFTER), MOVED)
    if page.misses < GONE_MISSES - 1:
        return now + SOON
    wait: timedelta = SOON * 2 ** min(max(page.misses - GONE_MISSES, 0), 8)
    return max(now + min(wait, LATEST), page.missing_since + GONE_AFTER)


def wanted(page: Page, now: datetime) -> None:
    """Something new is known that bears on a page: it is looked at next, unconditionally."""
    page.doubt, page.etag, page.last_modified = True, None, None
    page.next_due_at = min(page.next_due_at, now)


def is_gone(page: Page, now: datetime) -> bool:
    """Whether a missing page has been missing often and long enough to be gone."""
    return page.misses >= GONE_MISSES and page.missing_since is not None and now - page.missing_since >= GONE_AFTER


def imported(page: Page, reason: str | None = None) -> None:
    """A record of the page was brought in: it is looked at when it is due, and what a look of ours said of it stands. Without
    one it is known, or, for a reason, quarantined until a record of it reads clean."""
    if page.confirmed_at is None and page.tries == 0 and page.state in ("new", "known", "quarantined"):
        doubtful = reason if page.article_id is None else None
        page.state, page.reason = "quarantined" if doubtful else "known", doubtful


def announced(page: Page, outlet: Outlet, now: datetime) -> None:
    """A source answered: again after the outlet's time for sources."""
    _answered(page, now)
    page.recheck_step += 1
    page.doubt = page.recheck_step % FULL_SOURCE == FULL_SOURCE - 1
    page.next_due_at = now + outlet.every


def _answered(page: Page, now: datetime) -> None:
    page.confirmed_at, page.missing_since, page.misses, page.tries, page.reason = now, None, 0, 0, None
    page.state = "known"
