"""How a thread's next look follows its own rate of new comments.

The rate is told by the last comments: j of them since t say j / (now - t) an hour, and the article's own beginning counts as
one, so that a thread without any is taken to get one as late again as it is old (the nearest-neighbour estimate of a point
process; Loftsgaarden and Quesenberry 1965). The liveliest of these estimates counts, since comments come in bursts and what is
taken down goes soon after it was posted. The wait is then the time in which one comment is expected, within bounds.
"""
from datetime import datetime, timedelta
from itertools import accumulate

from sqlalchemy.orm import Session

from crawler.outlet import Outlet, Threads
from storage import pages
from storage.models import Page
from storage.threads import Pace

# No longer than the shortest wait: whoever was looked at in a slot is not looked at again in it, so that what is due in a slot
# is all that will be looked at in it.
SLOT = timedelta(minutes=10)
# An article gets most of its comments in so short a time, and of those that are taken down a third goes within half an hour.
EAGER = timedelta(hours=6)
# After that no wait is longer than so large a part of the article's age: the waits of a silent thread grow like its silence.
OF_AGE = 4
# An article whose date is so much older than its finding was old when it was found; of the others the date may lack the hour.
OLD = timedelta(days=1)
# The parts of a slot's looks that may be taken: by pages in doubt, whose second look has to come soon, by articles in their
# first hours, and by all others, which would else have taken the place of the young ones days before.
ALL, MOST, HALF = 1.0, 0.9, 0.5


def is_young(pace: Pace, now: datetime) -> bool:
    """Whether an article is in its first hours."""
    return now - _since(pace, now) < EAGER


def _since(pace: Pace, now: datetime) -> datetime:
    since = min(now, pace.first_seen_at)
    return pace.published if pace.published is not None and since - pace.published > OLD else since


def wait(pace: Pace, threads: Threads, now: datetime) -> timedelta | None:
    """How long a thread may be left alone; None where nothing has come for so long that it has no rhythm any more."""
    since = _since(pace, now)
    times = sorted((min(now, max(since, at)) for at in pace.newest), reverse=True)
    if now - max((*times, since)) >= threads.until:
        return None
    expected = min((now - at) / number for number, at in enumerate((*times, since), 1))
    slowest = threads.slowest if is_young(pace, now) else max(threads.slowest, (now - since) / OF_AGE)
    return max(threads.soonest, min(expected, slowest))


def rung(outlet: Outlet, changed: datetime, now: datetime) -> tuple[int, datetime]:
    """The step of the outlet's ladder that a text has reached that last changed then, and when the look of that step is,
    however many other looks there were."""
    changed = min(changed, now)
    for step, after in enumerate(accumulate(outlet.recheck)):
        if changed + after > now:
            return step, changed + after
    return len(outlet.recheck) - 1, now + outlet.recheck[-1]


def turn(session: Session, outlet: Outlet, page: Page, wanted: datetime, part: float) -> datetime:
    """When a look that is wanted then can be made: in its slot of ten minutes, or in the first one after it of which not so
    large a part is taken."""
    first = slot = wanted.replace(minute=wanted.minute // 10 * 10, second=0, microsecond=0)
    while (taken := pages.looks_between(session, page, slot, slot + SLOT)) >= (room := _room(outlet, slot, part)):
        slot += SLOT
    return wanted if slot == first else slot + SLOT * taken / room


def _room(outlet: Outlet, slot: datetime, part: float) -> int:
    """How many looks this part of a slot is, so that those of a day are that part of a day's."""
    looks = int(outlet.threads.looks * part)
    number = slot.hour * 6 + slot.minute // 10
    return looks * (number + 1) // 144 - looks * number // 144
