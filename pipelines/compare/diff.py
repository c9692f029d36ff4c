"""What changed between two texts: sentences first, then words inside the changed ones."""
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from pipelines.compare.version import plain, same

Op = Literal["equal", "insert", "delete", "replace"]

# A sentence ends at its closing mark with what stands behind it, or at the end of a line.
SENTENCE = re.compile(r"[^\n.!?…。！？]*(?:[.!?…。！？]+[\"'”’»)\]]*[^\S\n]*|\n+|$)")
WORD = re.compile(r"\w+|\s+|[^\w\s]")
# Below this share of words in common two sentences are two sentences; word by word their diff is confetti.
ALIKE = 0.4
# The time of a comparison grows with the product of the lengths: so many pairs take about a second.
MOST_PAIRS = 4_000_000


@dataclass(frozen=True, slots=True)
class Operation:
    """A piece of the old text and what stands in its place in the new one. All old sides joined are the old text exactly, all
    new sides the new one; no two neighbours are both changes, and an `equal` one may differ in typography alone."""

    op: Op
    old: str
    new: str


def diff(old: str, new: str) -> tuple[Operation, ...]:
    """The operations that lead from old to new, in order."""
    return tuple(_merged(list(_operations(_pieces(SENTENCE, old), _pieces(SENTENCE, new), inside=True))))


def _pieces(pattern: re.Pattern[str], text: str) -> list[str]:
    return [piece for piece in pattern.findall(text) if piece]


def _operations(old: Sequence[str], new: Sequence[str], *, inside: bool) -> Iterator[Operation]:
    for tag, a, b, c, d in _matcher(old, new).get_opcodes():
        before, after = "".join(old[a:b]), "".join(new[c:d])
        if tag == "replace" and inside:
            yield from _words(before, after)
        elif tag == "replace" and same(before, after):
            yield Operation("equal", before, after)
        else:
            yield Operation(tag, before, after)


def _words(old: str, new: str) -> list[Operation]:
    """The changed words of changed sentences; what stands between two of them and is no word goes with them."""
    before, after = _pieces(WORD, old), _pieces(WORD, new)
    if len(before) * len(after) > MOST_PAIRS or _matcher(before, after).ratio() < ALIKE:
        return [Operation("replace", old, new)]
    found = list(_operations(before, after, inside=False))
    for place in range(1, len(found) - 1):
        if found[place].op == "equal" and not re.search(r"\w", found[place].new + found[place].old):
            found[place] = Operation("replace", found[place].old, found[place].new)
    return list(_merged(found))


def _merged(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Neighbouring changes as one."""
    for changed, group in groupby(operations, lambda operation: operation.op != "equal"):
        pieces = list(group)
        old, new = "".join(piece.old for piece in pieces), "".join(piece.new for piece in pieces)
        yield Operation(_op(old, new) if changed else "equal", old, new)


def _op(old: str, new: str) -> Op:
    return "replace" if old and new else "delete" if old else "insert"


def _matcher(old: Sequence[str], new: Sequence[str]) -> "SequenceMatcher[str]":
    return SequenceMatcher(None, [_key(piece) for piece in old], [_key(piece) for piece in new], autojunk=False)


def _key(piece: str) -> str:
    """What makes two pieces equal; white space alone is a piece of its own."""
    return plain(piece) or " "


def block_pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """The lines that differ between two texts, old beside new; None where one side has none. Lines are paired by likeness
    inside a changed stretch, so that a line put in before another does not shift them all."""
    matcher = SequenceMatcher(None, [plain(line) for line in old], [plain(line) for line in new], autojunk=False)
    pairs: list[tuple[str | None, str | None]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            pairs += _paired(list(old[a:b]), list(new[c:d]))
    return pairs


def _paired(old: list[str], new: list[str]) -> list[tuple[str | None, str | None]]:
    pairs: list[tuple[str | None, str | None]] = []
    rest = list(new)
    for line in old:
        likeness = [SequenceMatcher(None, line, other, autojunk=False).quick_ratio() for other in rest]
        if rest and max(likeness) >= 0.5:
            best = likeness.index(max(likeness))
            pairs += [(None, other) for other in rest[:best]]
            pairs.append((line, rest[best]))
            del rest[:best + 1]
        else:
            pairs.append((line, None))
    return pairs + [(None, other) for other in rest]
