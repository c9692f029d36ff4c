"""A thread as it was known against a thread as it was read: what was posted, edited, removed, restored, and whether the whole
of it is hidden, shown, closed or opened.

Only what two complete looks did not show, while the article stood, was removed. What takes many comments away at once is more
often a page that is broken or built anew than a hand that takes each away, so it has to be seen oftener and for longer; what
takes all of them is one event of the thread.
"""
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.items import CommentRead, ThreadRead
from pipelines.compare.identity import Known, Matching
from pipelines.compare.version import same

# Two complete looks that far apart must miss a comment before it counts as removed.
REMOVAL_APART = timedelta(minutes=10)
# Over half of so many comments at once are too many to be believed so soon: it takes three looks, an hour, and a count.
MASS = 5
MASS_LOOKS = 3
MASS_APART = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a thread, its comments in page order. blank_at is the time of the first look that showed nothing of it,
    since a comment was last seen, blank_read that look. other_rules: its system or its name has changed, and with them the
    rules of identity. main: the look is at the page of its own article, not at another edition's. as_before: the last look was
    as incomplete, by the same count."""

    comments: tuple[Known, ...] = ()
    hidden: bool = False
    closed: bool = False
    blank_at: datetime | None = None
    blank_read: int | None = None
    other_rules: bool = False
    main: bool = True
    as_before: bool = False


NO_PAST = Past()


@dataclass(frozen=True, slots=True)
class ThreadChange:
    """matched holds, for each comment of the read in page order, the known comment it is, or None for a posted one. edited,
    restored and posted are indexes into it; guesses are posted ones that may be edits. missing are known ones that a complete
    look does not show, removed those of them that are now removed. events are the thread's own: hidden, shown, closed, opened.
    doubt says that the thread should be looked at again soon."""

    matched: tuple[Known | None, ...] = ()
    posted: tuple[int, ...] = ()
    edited: tuple[int, ...] = ()
    restored: tuple[int, ...] = ()
    missing: tuple[Known, ...] = ()
    removed: tuple[Known, ...] = ()
    guesses: frozenset[int] = frozenset()
    events: tuple[str, ...] = ()
    doubt: bool = False


def is_blank(look: ThreadRead) -> bool:
    """Whether a look shows nothing of a thread, and nothing says that something should be there."""
    return not look.comments and look.state in ("complete", "closed", "none")


def compare(past: Past, look: ThreadRead, authors: Sequence[str | None], now: datetime) -> ThreadChange:
    """What a look at a thread changes. authors are the look's own, as the store keeps names."""
    standing = [old for old in past.comments if not old.removed and not old.forgotten]
    flips = _flips(past, look)
    # That the only comment is gone is said by a count of none; that its place is gone says more.
    if is_blank(look) and standing and not (len(standing) == 1 and look.state == "complete"):
        # What another reader saw last may be all there still.
        if past.hidden or not past.main or not any(old.comparable for old in standing):
            return ThreadChange(events=flips)
        hidden = past.blank_at is not None and now - past.blank_at >= REMOVAL_APART
        return ThreadChange(events=(*flips, "hidden") if hidden else flips, doubt=not hidden)
    matched = _matched(past, look, authors)
    here = [not comment.deleted for comment in look.comments]
    told = [old is not None and not old.forgotten and there for old, there in zip(matched, here, strict=True)]
    posted = tuple(place for place, old in enumerate(matched) if old is None and here[place])
    restored = tuple(place for place, old in enumerate(matched) if old is not None and old.removed and told[place])
    edited = tuple(place for place, old in enumerate(matched) if old is not None and not old.removed and told[place]
                   and old.comparable and old.text != (new := look.comments[place].text) and not same(old.text, new))
    shown = {old.id for old, there in zip(matched, here, strict=True) if old is not None and there}
    gone = [old for old in standing if old.id not in shown]
    change = ThreadChange(
        tuple(matched), posted, edited, restored, guesses=_guesses(gone, matched, posted, look.comments, authors),
        events=(*(("shown",) if past.hidden and past.main and any(here) else ()), *flips),
        doubt=look.state in ("partial", "error") and not past.as_before)
    if look.state != "complete" or not past.main:
        return change
    called_deleted = {old.id for old, there in zip(matched, here, strict=True) if old is not None and not there}
    return _missed(change, [old for old in gone if old.comparable and old.counted], standing, called_deleted, look, now)


def _matched(past: Past, look: ThreadRead, authors: Sequence[str | None]) -> list[Known | None]:
    """Which known comment each of a look is. Where all were read and most have lost their ids, these are no ids any more."""
    matching = Matching(past.comments, look.comments, authors)
    matching.by_id()
    matching.by_words(whole=look.state == "complete")
    standing = [old for old in past.comments if not old.removed]
    matching.seen_otherwise()
    if past.other_rules:
        matching.under_other_rules()
    elif look.state == "complete" and _mass(sum(old.id in matching.free for old in standing), len(standing)):
        matching.whatever_its_id()
    return matching.found


def same_bytes(known: Sequence[Known], shown: Set[int], read: Sequence[CommentRead], authors: Sequence[str | None], *,
               is_last: bool) -> list[Known | None]:
    """Which known comment each is that another reader finds in the answers of an earlier look. shown are the ids of those that
    it was the last to show; others may have been in it too, and some may have been read again already. is_last: none was looked
    at since, so that the known ones stand in its order."""
    matching = Matching(known, read, authors)
    matching.by_id()
    matching.by_words()
    matching.under_other_rules()
    for old in known:
        if old.id not in shown:
            matching.free.pop(old.id, None)
    matching.of_the_same_bytes([old.id for old in known] if is_last else ())
    return matching.found


def _mass(lost: int, of: int) -> bool:
    return lost == of > 1 or (of >= MASS and lost * 2 > of)


def _lost(gone: Sequence[Known], standing: Sequence[Known], at: datetime) -> set[int]:
    """Those of the comments that are not shown that were too many at once to be missed at a time, none where they were not.
    Only what was known before counts: new comments in their stead do not make it less."""
    lost = {old.id for old in gone if old.first_seen is None or old.first_seen < at}
    return lost if _mass(len(lost), sum(old.first_seen is None or old.first_seen < at for old in standing)) else set()


def _missed(change: ThreadChange, gone: Sequence[Known], standing: Sequence[Known], called_deleted: set[int],
            look: ThreadRead, now: datetime) -> ThreadChange:
    """The change with what a complete look does not show."""
    quiet = [old for old in gone if old.id not in called_deleted]
    counting = [old for old in standing if old.comparable and old.counted]
    since = min((old.missed_at or now for old in quiet), default=now)
    mass = _lost(quiet, counting, since)
    for at in {old.missed_at or now for old in quiet}:
        mass |= _lost([old for old in quiet if (old.missed_at or now) == at],
                      [old for old in counting if (old.missed_at or now) >= at], at)

    def is_removed(old: Known) -> bool:
        if old.missed_at is None:
            return False
        if old.id in mass:
            return look.declared is not None and old.misses + 1 >= MASS_LOOKS and now - old.missed_at >= MASS_APART
        return now - old.missed_at >= REMOVAL_APART

    removed = tuple(old for old in gone if is_removed(old))
    # Without a count there is nothing to wait for.
    waited = bool(mass) and look.declared is None and now - since >= MASS_APART
    return ThreadChange(change.matched, change.posted, change.edited, change.restored, tuple(gone), removed, change.guesses,
                        change.events, doubt=len(removed) < len(gone) and not waited)


def _flips(past: Past, look: ThreadRead) -> tuple[str, ...]:
    """That a page takes no comment any more is said by it; that it takes them again only by one that was read to its end."""
    closed = look.closed or look.state == "closed"
    if not past.main or closed == past.closed or not (closed or (look.state == "complete" and not is_blank(look))):
        return ()
    return ("closed" if closed else "opened",)


def _guesses(gone: Sequence[Known], matched: Sequence[Known | None], posted: Sequence[int], read: Sequence[CommentRead],
             authors: Sequence[str | None]) -> frozenset[int]:
    """The posted comments that may be edits of one that is not shown: nothing tells the two apart."""
    places = {(old.parent_id, old.author, old.posted) for old in gone if not old.told_apart}
    found = set[int]()
    for place in posted if places else ():
        comment = read[place]
        parent = matched[comment.parent] if comment.parent is not None else None
        if comment.native_id is None and (parent.id if parent else None, authors[place], comment.posted) in places:
            found.add(place)
    return frozenset(found)
