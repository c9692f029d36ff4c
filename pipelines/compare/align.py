"""Which pieces of one text are pieces of another: in order, in a time that is bounded whatever the texts are."""
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

# A word; a figure with its separators is one, and so is each sign of a script that puts no spaces between words.
SIGN = "\u2e80-\u2fff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORDS = re.compile(rf"\d+(?:[.,]\d+)*|[^\W{SIGN}]+|[{SIGN}]")
# Below this share of words in common two sentences are two sentences; word by word their diff is confetti.
ALIKE = 0.4
# A word that stands in more sentences than this of a changed stretch says nothing about which of them is meant.
COMMON = 12
# What matching longest stretches first may cost at most, and all of it in one diff; a step takes about 0.1 µs.
MOST_STEPS = 400_000
ALL_STEPS = 6_000_000
# Where unique pieces part a stretch, and parts of it again, this often; a text of any sense is done after two or three.
DEEPEST = 12

Match = tuple[int, int]


class Budget:
    """How many steps a diff has left; what is too dear is told as changed as a whole."""

    def __init__(self, steps: int = ALL_STEPS) -> None:
        self.steps = steps

    def pay(self, steps: int) -> bool:
        """Whether it is affordable, which is then paid."""
        if steps > min(MOST_STEPS, self.steps):
            return False
        self.steps -= steps
        return True


def matches(old: Sequence[str], new: Sequence[str], budget: Budget, *, unique: bool = True) -> list[Match]:
    """The places of pieces that both have, rising on both sides: equal ends first, then the pieces that are there once on each
    side, and between these what difflib finds. Without unique difflib comes first, which is better for short stretches."""
    found: list[Match] = []
    todo = [(0, len(old), 0, len(new), 0)]
    while todo:
        a, b, c, d, depth = todo.pop()
        while a < b and c < d and old[a] == new[c]:
            found.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            found.append((b, d))
        if a == b or c == d:
            continue
        if not unique and (short := _longest_first(old, new, (a, b, c, d), budget)) is not None:
            found += short
            continue
        anchors = _rising(_unique(old, new, (a, b, c, d))) if depth < DEEPEST else []
        if not anchors:
            found += (_longest_first(old, new, (a, b, c, d), budget) or []) if unique else []
            continue
        found += anchors
        for (i, j), (k, m) in zip([(a - 1, c - 1), *anchors], [*anchors, (b, d)], strict=True):
            todo.append((i + 1, k, j + 1, m, depth + 1))
    return sorted(found)


def _unique(old: Sequence[str], new: Sequence[str], stretch: tuple[int, int, int, int]) -> list[Match]:
    a, b, c, d = stretch
    before, after = Counter(old[a:b]), Counter(new[c:d])
    places = {new[place]: place for place in range(c, d) if after[new[place]] == 1}
    return [(place, places[old[place]]) for place in range(a, b) if before[old[place]] == 1 and old[place] in places]


def _rising(pairs: Sequence[Match]) -> list[Match]:
    """The longest row of pairs that rises on both sides, out of pairs in the order of the first."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(tails, place)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(place)
            ends.append(number)
        else:
            tails[at], ends[at] = place, number
    row, number = [], ends[-1] if ends else -1
    while number >= 0:
        row.append(pairs[number])
        number = before[number]
    return row[::-1]


def _longest_first(old: Sequence[str], new: Sequence[str], stretch: tuple[int, int, int, int],
                   budget: Budget) -> list[Match] | None:
    """What difflib finds, None where that may take too long: in each step it looks at all pairs of equal pieces."""
    a, b, c, d = stretch
    before, after = Counter(old[a:b]), Counter(new[c:d])
    equal = sum(number * after[piece] for piece, number in before.items())
    if not equal:
        return []
    if not budget.pay((b - a + equal) * min(b - a, d - c)):
        return None
    blocks = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False).get_matching_blocks()
    return [(a + i + step, c + j + step) for i, j, size in blocks for step in range(size)]


def alike(old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """Which of the old sentences are said otherwise in which of the new ones, rising on both sides; both in plain form."""
    if not old or not new:
        return []
    before, after = [bag(text) for text in old], [bag(text) for text in new]
    places: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(after):
        for word in words:
            places[word].append(place)
    pairs = []
    for place, words in enumerate(before):
        shared: Counter[int] = Counter()
        for word in words:
            if len(where := places.get(word, ())) <= COMMON:
                shared.update(where)
        best = [(likeness(words, after[other]), -abs(other - place), other) for other, _ in shared.most_common(3)]
        if best and max(best)[0] >= ALIKE:
            pairs.append((place, max(best)[2]))
    return _rising(pairs)


def bag(text: str) -> Counter[str]:
    """The words of a plain text, with how often each is there."""
    return Counter(WORDS.findall(text))


def likeness(old: Counter[str], new: Counter[str]) -> float:
    """The share of words in common, from 0 to 1."""
    if len(old) > len(new):
        old, new = new, old
    shared = sum(min(number, new[word]) for word, number in old.items() if word in new)
    return 2 * shared / ((old.total() + new.total()) or 1)


def gaps(found: Sequence[Match], old: int, new: int) -> Iterator[tuple[range, range]]:
    """The places before each match and after the last."""
    a = c = 0
    for b, d in (*found, (old, new)):
        yield range(a, b), range(c, d)
        a, c = b + 1, d + 1
