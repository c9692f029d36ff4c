"""What changed between two texts: blocks first, of which some only moved, then sentences, then words inside changed ones."""
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from pipelines.compare.align import ALIKE, SIGN, Budget, Match, alike, bag, gaps, likeness, matches
from pipelines.compare.version import keys, plain, same

Op = Literal["equal", "insert", "delete", "replace"]

# A sentence ends at its closing mark with what stands behind it, where a space and no small letter follows (an abbreviation)
# and no single letter stands before (an initial); the marks of Chinese need no space. Of a row of marks the first is tried.
SMALL = "a-zа-яёәғқңөұүһіўҳҷӣӯäöüßçñýžşıéèêàô"
SENTENCE_END = re.compile(rf"[.!?…。！？](?<![.!?…。！？].)(?:(?<=[.!?…])(?<!\b[^\W\d_].)[.!?…]*+[\"'”“’‘»«›)\]]*+\s++"
                          rf"(?![\"'«“„(]*+[{SMALL}])|(?<=[。！？])[。！？]*+[\"'”’»)\]」』）]*+\s*+)", re.DOTALL)
# Invisible characters and combining accents are parts of their words; the white space behind a word or mark goes with it.
LETTERS, WITHIN = rf"[^\W{SIGN}]", r"[\u00ad\u0300-\u036f\u200b-\u200d\u2060\ufeff]"
WORD = re.compile(rf"(?:\d+(?:[.,]\d+)+|{LETTERS}+(?:{WITHIN}+{LETTERS}*)*+|[{SIGN}]|\S)\s*|\s+")
# The share of a sentence's words that one which holds it has.
HELD = 0.9
# What is longer than this is no sentence, and is told as changed as a whole.
LONGEST = 200_000
HAS_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Operation:
    """A piece of the old text and what stands in its place in the new one. All old sides joined are the old text exactly, all
    new sides the new one; no two neighbours are both changes, unless one is a move, and an `equal` one may differ in typography
    alone. What only stands elsewhere is a delete at its old and an insert at its new place, both with one number as move."""

    op: Op
    old: str
    new: str
    move: int | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence of the old text and what became of it in the new one, an empty side where it is new or gone; stretches where
    nothing changed and blocks that moved are one pair however many sentences they have."""

    old: str
    new: str
    equal: bool = False
    move: int | None = None


def diff(old: str, new: str) -> tuple[Operation, ...]:
    """The operations that lead from old to new, in order."""
    return operations(pairs(old, new))


# --- sentences

def pairs(old: str, new: str) -> tuple[Pair, ...]:
    """The sentences of two texts side by side, in order."""
    if old == new:
        return (Pair(old, new, equal=True),) if old else ()
    lines, others = old.splitlines(keepends=True), new.splitlines(keepends=True)
    keys_of_lines, keys_of_others = keys(lines, others)
    (before, keys_before), (after, keys_after) = _blocks(lines, keys_of_lines), _blocks(others, keys_of_others)
    if " ".join(filter(None, keys_before)) == " ".join(filter(None, keys_after)):  # which are the plain forms of the texts
        return (Pair(old, new, equal=True),)
    found = tuple(_whole(_aligned(before, after, keys_before, keys_after, Budget())))
    # Without a space between them two words are one, though each piece is as it was.
    return found if any(not pair.equal for pair in found) else (Pair(old, new),)


def _aligned(old: Sequence[str], new: Sequence[str], before: Sequence[str], after: Sequence[str],
             budget: Budget) -> Iterator[Pair]:
    found = matches(before, after, budget)
    moved = _moves(before, after, found)
    numbers, numbered = {i: number for (i, _), number in moved.items()}, {j: number for (_, j), number in moved.items()}
    for (a, c), (gone, come) in zip((*found, (None, None)), gaps(found, len(old), len(new)), strict=True):
        if gone or come:
            yield from _gap([(old[i], numbers.get(i)) for i in gone], [(new[j], numbered.get(j)) for j in come], budget)
        if a is not None and c is not None:
            yield Pair(old[a], new[c], equal=True)


def _moves(old: Sequence[str], new: Sequence[str], found: Sequence[Match]) -> dict[Match, int]:
    """The blocks that stand elsewhere, with a number for each row of them that moved together."""
    there, here = {i for i, _ in found}, {j for _, j in found}
    left: dict[str, deque[int]] = defaultdict(deque)
    for i, key in enumerate(old):
        if i not in there:
            left[key].append(i)
    moved: dict[Match, int] = {}
    number, last = 0, (-2, -2)
    for j, key in enumerate(new):
        if j not in here and left.get(key) and HAS_WORD.search(key):
            i = left[key].popleft()
            number += last != (i - 1, j - 1)
            moved[i, j], last = number, (i, j)
    return moved


def _gap(old: Sequence[tuple[str, int | None]], new: Sequence[tuple[str, int | None]], budget: Budget) -> Iterator[Pair]:
    """A stretch where no block is as it was: its sentences, with the blocks that moved at their places between them."""
    told = _sentences([block for block, move in old if move is None], [block for block, move in new if move is None], budget)
    gone, come = deque(_places(old)), deque(_places(new))
    if not gone and not come:
        yield from told
        return
    at_old = at_new = 0
    for pair in told:
        yield from _due(gone, at_old, come, at_new)
        ends = at_old + len(pair.old), at_new + len(pair.new)
        if (gone and gone[0][0] < ends[0]) or (come and come[0][0] < ends[1]):
            # A sentence that was said across a block that moved: its sides can stand in their order only one by one.
            yield from _around(pair.old, gone, at_old, out=True)
            yield from _around(pair.new, come, at_new, out=False)
        else:
            yield pair
        at_old, at_new = ends
    yield from _due(gone, at_old, come, at_new)


def _places(blocks: Iterable[tuple[str, int | None]]) -> Iterator[tuple[int, str, int]]:
    """The blocks that moved, with how many characters of what stays stand before them."""
    at = 0
    for block, move in blocks:
        if move is not None:
            yield at, block, move
        else:
            at += len(block)


Moved = deque[tuple[int, str, int]]


def _due(gone: Moved, at_old: int, come: Moved, at_new: int) -> Iterator[Pair]:
    while gone and gone[0][0] <= at_old:
        _, block, move = gone.popleft()
        yield Pair(block, "", move=move)
    while come and come[0][0] <= at_new:
        _, block, move = come.popleft()
        yield Pair("", block, move=move)


def _around(text: str, moved: Moved, at: int, *, out: bool) -> Iterator[Pair]:
    done = 0
    while moved and moved[0][0] < at + len(text):
        place, block, move = moved.popleft()
        for piece, number in ((text[done:place - at], None), (block, move)):
            if piece:
                yield Pair(piece, "", move=number) if out else Pair("", piece, move=number)
        done = place - at
    if text[done:]:
        yield Pair(text[done:], "") if out else Pair("", text[done:])


def _sentences(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Pair]:
    before = [piece for block in old for piece in sentences(block)]
    after = [piece for block in new for piece in sentences(block)]
    keys_before, keys_after = _keys(before, after)
    found = matches(keys_before, keys_after, budget)
    told: list[Pair] = []
    for (a, c), (gone, come) in zip((*found, (None, None)), gaps(found, len(before), len(after)), strict=True):
        if gone or come:
            told += _otherwise(before[gone.start:gone.stop], after[come.start:come.stop],
                               keys_before[gone.start:gone.stop], keys_after[come.start:come.stop])
        if a is not None and c is not None:
            told.append(Pair(before[a], after[c], equal=True))
    return told


def _unspaced(keys: Sequence[str]) -> str:
    return "".join(keys).replace(" ", "")


def _otherwise(old: Sequence[str], new: Sequence[str], keys_old: Sequence[str], keys_new: Sequence[str]) -> list[Pair]:
    """The pairs of a stretch where no sentence is as it was: those that are said otherwise beside each other."""
    if old and new and _unspaced(keys_old) == _unspaced(keys_new) and same("".join(old), "".join(new)):
        return [Pair("".join(old), "".join(new), equal=True)]
    if len(old) == len(new) == 1:
        return [Pair(old[0], new[0])]
    found = alike(keys_old, keys_new)
    told: list[Pair] = []
    for (a, c), (gone, come) in zip((*found, (None, None)), gaps(found, len(old), len(new)), strict=True):
        if len(gone) == len(come) == 1:
            told.append(Pair(old[gone.start], new[come.start]))
        else:
            told += [Pair(old[i], "") for i in gone]
            told += [Pair("", new[j]) for j in come]
        if a is not None and c is not None:
            told.append(Pair(old[a], new[c]))
    return told


def _whole(told: Iterable[Pair]) -> Iterator[Pair]:
    """Neighbours where nothing changed as one, and neighbours that moved together."""
    for (equal, move), group in groupby(told, lambda pair: (pair.equal, pair.move)):
        if equal or move is not None:
            rows = list(group)
            old, new = "".join(pair.old for pair in rows), "".join(pair.new for pair in rows)
            if equal or not (old and new):
                yield Pair(old, new, equal, move)
            else:
                yield from (Pair(old, "", move=move), Pair("", new, move=move))
        else:
            yield from group


def _blocks(lines: Sequence[str], of_lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines, each with the empty ones below it, and the key of each."""
    rows: list[list[str]] = []
    found: list[str] = []
    for line, key in zip(lines, of_lines, strict=True):
        if rows and not (key and found[-1]):
            rows[-1].append(line)
            found[-1] = found[-1] or key
        else:
            rows.append([line])
            found.append(key)
    return ["".join(row) for row in rows], found


def sentences(block: str) -> list[str]:
    """The sentences of a block, each with the white space behind it."""
    ends = [found.end() for found in SENTENCE_END.finditer(block)]
    if not ends:
        return [block]
    pieces = [block[start:end] for start, end in zip([0, *ends], [*ends, len(block)], strict=True)]
    return pieces if pieces[-1] else pieces[:-1]


def _keys(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str]]:
    """What makes two pieces equal; white space alone is a piece of its own."""
    before, after = keys(old, new)
    return [key or " " for key in before], [key or " " for key in after]


# --- words

def operations(told: Iterable[Pair]) -> tuple[Operation, ...]:
    """The operations of the pairs: words inside changed sentences, whole sentences else."""
    budget = Budget()
    found: list[Operation] = []
    for pair in told:
        if pair.equal or pair.move is not None or not pair.old or not pair.new:
            found.append(Operation("equal" if pair.equal else _op(pair.old, pair.new), pair.old, pair.new, pair.move))
        else:
            found += _words(pair.old, pair.new, budget)
    return tuple(_merged(_trimmed(_merged(found))))


def _words(old: str, new: str, budget: Budget) -> list[Operation]:
    """The changed words of a changed sentence; what stands between two of them and is no word goes with them."""
    if max(len(old), len(new)) > LONGEST:
        return [Operation("replace", old, new)]
    before, after = WORD.findall(old), WORD.findall(new)
    keys_before, keys_after = _keys(before, after)
    if not _ends_alike(keys_before, keys_after) and not _wordwise(bag(plain(old)), bag(plain(new))):
        return [Operation("replace", old, new)]
    found: list[Operation] = []
    at = to = 0
    for a, c, size in _runs(matches(keys_before, keys_after, budget, unique=False), before, after):
        found += _between("".join(before[at:a]), "".join(after[to:c]))
        at, to = a + size, c + size
        found += _kept(before[a:at], after[c:to], last=at == len(before) and to == len(after))
    found = list(_merged(found))
    for place in range(1, len(found) - 1):
        if found[place].op == "equal" and not HAS_WORD.search(found[place].new + found[place].old):
            found[place] = replace(found[place], op="replace")
    if all(step.op == "equal" for step in found):
        return [Operation("replace", old, new)]
    return list(_merged(found))


def _ends_alike(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether the words with which two sentences begin and end alike are so much in common already."""
    most = min(len(old), len(new))
    begin = next((place for place in range(most) if old[place] != new[place]), most)
    most -= begin
    end = next((place for place in range(most) if old[-1 - place] != new[-1 - place]), most)
    alike = sum(map(str.isalnum, (*old[:begin], *old[len(old) - end:])))
    return 0 < ALIKE * (len(old) + len(new)) <= 2 * alike


def _runs(matched: Sequence[Match], old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Matches that follow each other as one, by their first places and how many they are: up to a word behind which only one
    side has a space, and at last none of them, behind all."""
    start, size = (0, 0), 0
    for a, c in matched:
        if size and (a, c) != (start[0] + size, start[1] + size):
            yield (*start, size)
            size = 0
        start, size = (a, c) if not size else start, size + 1
        if old[a] != new[c] and old[a][-1].isspace() != new[c][-1].isspace():
            yield (*start, size)
            size = 0
    if size:
        yield (*start, size)
    yield len(old), len(new), 0


def _wordwise(old: Counter[str], new: Counter[str]) -> bool:
    """Whether two sentences have so much in common that their words are compared; also where one holds the other."""
    return likeness(old, new) >= ALIKE or (old & new).total() >= HELD * min(old.total(), new.total()) > 0


def _between(old: str, new: str) -> list[Operation]:
    if not old and not new:
        return []
    return [Operation("equal" if same(old, new) else _op(old, new), old, new)]


def _kept(old: Sequence[str], new: Sequence[str], *, last: bool) -> list[Operation]:
    """Words that are there in both; where only one side has a space behind the last of them, the space is a change, but at a
    sentence's end."""
    one, other = "".join(old), "".join(new)
    bare, bare_other = one.rstrip(), other.rstrip()
    if last or (bare == one) == (bare_other == other) or not bare:
        return [Operation("equal", one, other)] if one else []
    return [Operation("equal", bare, bare_other), Operation(_op(one[len(bare):], other[len(bare_other):]),
                                                            one[len(bare):], other[len(bare_other):])]


def _trimmed(found: Iterable[Operation]) -> Iterator[Operation]:
    """The white space with which both sides of a change end is none of it."""
    for step in found:
        if step.op == "replace":
            space = _end(step.old, step.new)
            if 0 < space < min(len(step.old), len(step.new)):
                yield Operation("replace", step.old[:-space], step.new[:-space])
                yield Operation("equal", step.old[-space:], step.new[-space:])
                continue
        yield step


def _end(old: str, new: str) -> int:
    """How many characters of white space both texts end with alike."""
    number = 0
    while number < min(len(old), len(new)) and old[-1 - number] == new[-1 - number] and old[-1 - number].isspace():
        number += 1
    return number


def _merged(found: Iterable[Operation]) -> Iterator[Operation]:
    """Neighbouring changes as one, but for what moved."""
    for (changed, move), group in groupby(found, lambda step: (step.op != "equal", step.move)):
        rows = list(group)
        old, new = "".join(step.old for step in rows), "".join(step.new for step in rows)
        if move is not None and old and new:
            yield from rows
        else:
            yield Operation(_op(old, new) if changed else "equal", old, new, move)


def _op(old: str, new: str) -> Op:
    return "replace" if old and new else "delete" if old else "insert"


# --- blocks for alerts

def block_pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """The lines that differ between two texts, old beside new; None where one side has none. Lines are paired by likeness
    inside a changed stretch, so that a line put in before another does not shift them all; a line that only stands elsewhere
    is not told."""
    before, after = [plain(line) for line in old], [plain(line) for line in new]
    found = matches(before, after, Budget())
    moved = _moves(before, after, found)
    gone, come = {i for i, _ in moved}, {j for _, j in moved}
    told: list[tuple[str | None, str | None]] = []
    for rows, others in gaps(found, len(old), len(new)):
        told += _lines([old[i] for i in rows if i not in gone], [new[j] for j in others if j not in come])
    return told


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    found = alike([plain(line) for line in old], [plain(line) for line in new])
    for (a, c), (gone, come) in zip((*found, (None, None)), gaps(found, len(old), len(new)), strict=True):
        if len(gone) == len(come) == 1 and _letters_alike(old[gone.start], new[come.start]):
            yield old[gone.start], new[come.start]
        else:
            yield from ((old[i], None) for i in gone)
            yield from ((None, new[j]) for j in come)
        if a is not None and c is not None:
            yield old[a], new[c]


def _letters_alike(old: str, new: str) -> bool:
    """Whether two lines at one place, of few common words, have half of their letters in common all the same."""
    return SequenceMatcher(None, old, new, autojunk=False).quick_ratio() >= 0.5
