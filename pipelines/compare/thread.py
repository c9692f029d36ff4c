"""A thread as it was known against a thread as it was read: what was posted, edited, removed, restored.

Identity is the native id. Without one, comments are matched in page order on (parent, author, time, text); then the same
without the text is an edit; what is left was posted or removed.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.items import CommentRead, ThreadRead
from pipelines.compare.version import same

# Two complete looks that far apart must miss a comment before it counts as removed.
REMOVAL_APART = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Known:
    """A comment as the store has it; author as the store keeps names. missed_at is the time of the first complete look that
    did not show it, since it was last seen."""

    id: int
    native_id: str | None
    parent_id: int | None
    author: str | None
    posted: datetime | None
    text: str
    removed: bool
    missed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ThreadChange:
    """matched holds, for each comment of the read in page order, the known comment it is, or None for a posted one. edited and
    restored are indexes into it. missing are known ones that a complete look does not show, removed those of them that are now
    removed. doubt says that the thread should be looked at again soon."""

    matched: tuple[Known | None, ...]
    posted: tuple[int, ...] = ()
    edited: tuple[int, ...] = ()
    restored: tuple[int, ...] = ()
    missing: tuple[Known, ...] = ()
    removed: tuple[Known, ...] = ()
    doubt: bool = False


def compare(known: Sequence[Known], read: ThreadRead, authors: Sequence[str | None], now: datetime) -> ThreadChange:
    """What a look at a thread changes. authors are the read's own, as the store keeps names. Only a complete look can miss a
    comment; a look that shows none, or less than half of five or more, is doubted and removes nothing."""
    matched = _match(known, read.comments, authors)
    posted = tuple(place for place, old in enumerate(matched) if old is None and not read.comments[place].deleted)
    restored = tuple(place for place, old in enumerate(matched)
                     if old is not None and old.removed and not read.comments[place].deleted)
    edited = tuple(place for place, old in enumerate(matched)
                   if old is not None and not old.removed and not read.comments[place].deleted
                   and not same(old.text, read.comments[place].text))
    shown = {old.id for place, old in enumerate(matched) if old is not None and not read.comments[place].deleted}
    gone = [old for old in known if old.id not in shown and not old.removed]
    if read.state != "complete":
        return ThreadChange(tuple(matched), posted, edited, restored, doubt=read.state in ("partial", "error"))
    standing = sum(not old.removed for old in known)
    if gone and (len(gone) == standing > 1 or (standing >= 5 and len(gone) * 2 > standing)):
        return ThreadChange(tuple(matched), posted, edited, restored, doubt=True)
    removed = tuple(old for old in gone if old.missed_at is not None and now - old.missed_at >= REMOVAL_APART)
    return ThreadChange(tuple(matched), posted, edited, restored, tuple(gone), removed, doubt=len(removed) < len(gone))


def _match(known: Sequence[Known], read: Sequence[CommentRead], authors: Sequence[str | None]) -> list[Known | None]:
    by_native = {old.native_id: old for old in known if old.native_id is not None}
    matched: list[Known | None] = [by_native.pop(comment.native_id, None) if comment.native_id is not None else None
                                   for comment in read]
    free = [old for old in known if old.native_id is None]
    for with_text in (True, False):
        for place, comment in enumerate(read):
            if matched[place] is not None or comment.native_id is not None:
                continue
            parent = _parent(matched, comment)
            found = next((old for old in free if _alike(old, comment, authors[place], parent, with_text)), None)
            if found is not None:
                matched[place] = found
                free.remove(found)
    return matched


def _parent(matched: Sequence[Known | None], comment: CommentRead) -> int | None:
    parent = matched[comment.parent] if comment.parent is not None else None
    return parent.id if parent is not None else None


def _alike(old: Known, comment: CommentRead, author: str | None, parent_id: int | None, with_text: bool) -> bool:
    if (old.parent_id, old.author, old.posted) != (parent_id, author, comment.posted):
        return False
    if with_text:
        return same(old.text, comment.text)
    # Without an author and a time nothing says that two texts are one comment: an edit is then removed and posted.
    return author is not None and comment.posted is not None
