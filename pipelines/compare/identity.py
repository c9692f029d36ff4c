"""Which comment of a look is which known one.

Identity is the native id. Where one of the two has none, comments are matched in page order on (parent, author, time, text);
then the same without the text, which is an edit; then, where what it answered is gone, without the parent. Among equals only
their number is known. Times that are relative never enter.
"""
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.items import CommentRead
from pipelines.compare.fold import text_key
from pipelines.compare.version import plain

# As a parent's id: that of a comment that is new, under which no known one stands.
UNKNOWN = -1
# A comment that was moved frees those below it; deeper than this nobody moves anything at one stroke.
ROUNDS = 3
# Two readings of one text begin or end alike in so many characters: few enough for "Agreed", enough to tell many apart.
PART = 6


@dataclass(frozen=True, slots=True)
class Known:
    """A comment as the store has it; author as the store keeps names, text None where it is forgotten. last_read is the look
    that showed it last. missed_at is the time of the first complete look that did not show it, since it was last seen, and
    misses is how many complete looks were made from then on. comparable: the same reader saw it last, on the same page, under
    the same rules of identity as now; counted: as far as could be checked, the page's count was then off by as much as now.
    Only where it is both can a look miss it."""

    id: int
    native_id: str | None
    parent_id: int | None
    author: str | None
    posted: datetime | None
    text: str | None
    removed: bool
    missed_at: datetime | None
    first_seen: datetime | None = None
    missed_read: int | None = None
    misses: int = 0
    comparable: bool = True
    counted: bool = True
    forgotten: bool = False
    last_read: int = 0

    @property
    def told_apart(self) -> bool:
        """Whether an edit of it can be told from another comment in its place."""
        return self.native_id is not None or (self.author is not None and self.posted is not None)


@dataclass(frozen=True, slots=True)
class _One:
    """What of a comment is compared, known or read; text is plain, above the same of what it answers."""

    native_id: str | None
    author: str | None
    posted: datetime | None
    text: str
    above: Hashable = None

    @property
    def sure(self) -> bool:
        """Whether author and time tell it from others that are not equal."""
        return self.author is not None and self.posted is not None


Key = Callable[[_One], Hashable | None]
Fits = Callable[[_One, _One], bool]


def _all(one: _One) -> Hashable:
    return one.author, one.posted, one.text


def _all_and_above(one: _One) -> Hashable:
    return _all(one), one.above


def _telling(one: _One) -> Hashable | None:
    return _all(one) if one.sure or text_key(one.text) is not None else None


def _without_text(one: _One) -> Hashable | None:
    return (one.author, one.posted) if one.sure else None


def _without_time(one: _One) -> Hashable | None:
    return (one.author, one.text) if one.author is not None else None


def _one_without_id(old: _One, new: _One) -> bool:
    return old.native_id is None or new.native_id is None


def _both_without_id(old: _One, new: _One) -> bool:
    return old.native_id is None and new.native_id is None


def _one_without_author(old: _One, new: _One) -> bool:
    return old.author is None or new.author is None


def _any(_old: _One, _new: _One) -> bool:
    return True


class Matching:
    """Finds, for each comment read, the known one that it is: `found`. Each known one is found once; `free` are the others.
    Give the known ones in page order."""

    def __init__(self, known: Sequence[Known], read: Sequence[CommentRead], authors: Sequence[str | None]) -> None:
        self.read, self.found = read, list[Known | None]([None] * len(read))
        # One that stands is shown again rather than one that was removed.
        self.known = {old.id: old for old in known}
        self.free = {old.id: old for old in sorted(known, key=lambda old: old.removed)}
        self._shown: list[_One] | None = None
        self._authors, self._ones = authors, dict[int, _One]()

    def by_id(self) -> None:
        """By the native id; of two that a page gives one id the first has it."""
        by_native = {old.native_id: old for old in self.free.values() if old.native_id is not None}
        for place, one in enumerate(self.read):
            if one.native_id is not None and (old := by_native.pop(one.native_id, None)) is not None:
                self._is(place, old)

    def by_words(self, *, whole: bool = True) -> None:
        """Where one of the two has no id: what answers a comment after the comment itself, since who is answered counts. A look
        that is not whole may have seen it without that, or under its like."""
        if all(old.native_id is not None for old in self.free.values()) and all(one.native_id for one in self.read):
            return
        for _ in range(ROUNDS):
            below, like = defaultdict[int | None, list[Known]](list), dict[Hashable, deque[Known]]()
            for old in self.free.values():
                below[old.parent_id].append(old)
            for places in self._levels():
                parents = dict.fromkeys(self._parent(place) for place in places if self.found[place] is None)
                answers = [old for parent in parents for old in below[parent]]
                if answers:
                    self._by(places, answers, _all, _one_without_id)
                # Of two that are equal each may be taken for the other: then what answers one seems to answer the other.
                self._under_its_like(places, like)
                if answers:
                    self._by(places, answers, _without_text, _both_without_id)
                    # Of one that is forgotten there is nothing left but its place and its time.
                    self._by(places, answers, lambda one: one.posted, _one_without_id, forgotten=True)
            before = len(self.free)
            moved = [old for old in self.free.values()
                     if not whole or self._old(old).sure or old.parent_id is None or old.parent_id in self.free]
            self._by(range(len(self.read)), moved, _all, _one_without_id, anywhere=True)
            # What it answers may be gone, or on a page that is not read now or was not read then, and it was edited.
            self._by([place for place, one in enumerate(self.read) if one.parent is None],
                     [old for old in self.free.values() if old.parent_id in self.free], _without_text, _both_without_id,
                     anywhere=True)
            self._by(range(len(self.read)), [old for old in self.free.values() if old.parent_id is None], _without_text,
                     _both_without_id, anywhere=True)
            if len(self.free) == before:
                return

    def seen_otherwise(self) -> None:
        """What is left and was seen last under other rules, or by another reader: by author and time, or where all else is the
        same and says enough."""
        others = [old for old in self.free.values() if not old.comparable]
        for key in (_telling, _without_text) if others else ():
            self._by(range(len(self.read)), others, key, _any, anywhere=True)

    def whatever_its_id(self) -> None:
        """What is left, whatever its id and whom it answers, where all else is the same and says enough."""
        self._by(range(len(self.read)), self.free.values(), _telling, _any, anywhere=True)

    def under_other_rules(self) -> None:
        """What is left, whatever its id and whom it answers, by what else is known of it."""
        keys: tuple[tuple[Key, Fits], ...] = ((_telling, _any), (_without_time, _any),
                                              (lambda one: one.text or None, _one_without_author))
        for key, fits in keys:
            self._by(range(len(self.read)), self.free.values(), key, fits, anywhere=True)

    def of_the_same_bytes(self, order: Sequence[int]) -> None:
        """What is left of two readings of the same answers: by author and time; then where the text of one is in that of the
        other; then by the place between two comments that both readings have. order are the ids of the known ones in page
        order, none where it is not known any more."""
        self._by(range(len(self.read)), self.free.values(), _without_text, _any, anywhere=True)
        self._by_part_of_text()
        at = {old.id: place for place, old in enumerate(self.found) if old is not None}
        gap, begin = list[int](), 0
        for own in (*order, None) if order else ():
            if own in self.free:
                gap.append(own)
                continue
            if own is not None and own not in at:
                continue
            end = at[own] if own is not None else len(self.read)
            between = [place for place in range(begin, end) if self.found[place] is None]
            if len(between) == len(gap):
                for place, each in zip(between, gap, strict=True):
                    self._is(place, self.free[each])
            gap, begin = [], max(begin, end)

    def _by_part_of_text(self) -> None:
        """Where the text of one is in that of the other, and of no other one: a reader that takes a button or a name for a
        word of the comment, or does so no more."""
        for end in (slice(None, PART), slice(-PART, None)):
            old_texts, new_texts = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
            for old in self.free.values():
                old_texts[self._old(old).text].append(old.id)
            for place in range(len(self.read)):
                if self.found[place] is None:
                    new_texts[self._new(place).text].append(place)
            by_end = defaultdict[str, list[str]](list)
            for text in filter(None, old_texts):
                by_end[text[end]].append(text)
            claims, claimed = dict[str, list[str]](), defaultdict[str, list[str]](list)
            for new in new_texts:
                claims[new] = [text for text in by_end.get(new[end], ()) if text in new or new in text]
                for text in claims[new]:
                    claimed[text].append(new)
            for new, texts in claims.items():
                if len(texts) == 1 and len(claimed[texts[0]]) == 1:
                    for place, own in zip(new_texts[new], old_texts[texts[0]], strict=False):
                        self._is(place, self.free[own])

    def _is(self, place: int, old: Known) -> None:
        self.found[place] = old
        del self.free[old.id]

    def _old(self, old: Known) -> _One:
        if (one := self._ones.get(old.id)) is None:
            above = self.known.get(old.parent_id) if old.parent_id is not None else None
            one = self._ones[old.id] = _One(old.native_id, old.author, old.posted, plain(old.text or ""),
                                            (above.author, above.posted, plain(above.text or "")) if above else None)
        return one

    def _new(self, place: int) -> _One:
        if self._shown is None:
            texts = [(author, one.posted, plain(one.text)) for one, author in zip(self.read, self._authors, strict=True)]
            self._shown = [_One(one.native_id, *text, texts[one.parent] if one.parent is not None else None)
                           for one, text in zip(self.read, texts, strict=True)]
        return self._shown[place]

    def _levels(self) -> Iterator[list[int]]:
        """The places of the comments that answer nothing, then of those that answer these, and so on."""
        answers = defaultdict[int | None, list[int]](list)
        for place, one in enumerate(self.read):
            answers[one.parent].append(place)
        level = answers[None]
        while level:
            yield level
            level = sorted(below for place in level for below in answers[place])

    def _parent(self, place: int) -> int | None:
        above = self.read[place].parent
        if above is None:
            return None
        parent = self.found[above]
        return parent.id if parent is not None else UNKNOWN

    def _under_its_like(self, places: Iterable[int], like: dict[Hashable, deque[Known]]) -> None:
        """Matches the comments that are left with known ones that are equal and answer an equal one. like is made by the first
        that needs it."""
        for place in places:
            if self.found[place] is not None or (one := self._new(place)).above is None:
                continue
            if not like:
                for old in self.free.values():
                    like.setdefault(_all_and_above(self._old(old)), deque()).append(old)
            same = like.get(_all_and_above(one), deque())
            while same:
                old = same.popleft()
                if old.id in self.free and not old.forgotten and _one_without_id(self._old(old), one):
                    self._is(place, old)
                    break

    def _by(self, places: Iterable[int], known: Iterable[Known], key: Key, fits: Fits, *, anywhere: bool = False,
            forgotten: bool = False) -> None:
        """Matches each comment read with the first known one of the same key that fits, and that answers the same one unless it
        may be anywhere. forgotten: only known ones that are."""
        by_key = defaultdict[Hashable, deque[Known]](deque)
        for old in known:
            if old.id in self.free and old.forgotten == forgotten:
                by_key[(key(self._old(old)), None if anywhere else old.parent_id)].append(old)
        if not by_key:
            return
        for place in places:
            if self.found[place] is not None or (own := key(self._new(place))) is None:
                continue
            same = by_key.get((own, None if anywhere else self._parent(place)), ())
            if (first := next((old for old in same if fits(self._old(old), self._new(place))), None)) is not None:
                same.remove(first)  # type: ignore[union-attr]  # it was found in it
                self._is(place, first)
