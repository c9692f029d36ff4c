"""A passage cut into stretches: what was taken out or put in, and inside them the watched words."""
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from alerts.text import lines
from pipelines.compare.diff import diff
from storage.passage import Part, Spans

Change = Literal["same", "out", "in"]

# An ordinary paragraph is shown whole; of a longer stretch where nothing was changed and nothing is watched, both ends.
SAME_CHARACTERS = 800
CHANGED_CHARACTERS = 2000
SIDE_CHARACTERS = 6000
# Comparing words takes a time that grows with the square of the text: two times 2,000 strange words took 2.3 s.
COMPARED_CHARACTERS = 5000
LEFT_OUT = " […] "
# An excerpt is not cut within a word that ends or begins so near.
WORD_CHARACTERS = 20
# The scripts of which most are written without spaces begin here.
UNSPACED = "\u2e80"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, watched if it is one of the watch's words."""

    text: str
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring pieces that were all kept, taken out or put in."""

    change: Change
    pieces: tuple[Piece, ...]


def whole(text: str, spans: Spans) -> tuple[Stretch, ...]:
    """A text in which nothing was changed."""
    return _stretches([("same", text)], spans)


def compared(part: Part) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
    """Both sides of a part that has both: in the old one what was taken out, in the new one what was put in."""
    old: list[tuple[Change, str]] = []
    new: list[tuple[Change, str]] = []
    for before, after, equal in _changes(part.old or "", part.new or ""):
        old.append(("same" if equal else "out", before))
        new.append(("same" if equal else "in", after))
    return _stretches(old, part.old_spans), _stretches(new, part.new_spans)


def excerpt(text: str, spans: Spans, characters: int) -> tuple[Stretch, ...]:
    """About so many characters of a text around the first watched word, which is in it."""
    return _excerpt([("same", text)], spans, characters)


def excerpts(part: Part, characters: int) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
    """Of both sides of a part that has both: together about so many characters around their first watched words, else around
    what was changed. What lies between the first and the last change is told as changed as a whole."""
    old: list[tuple[Change, str]] = []
    new: list[tuple[Change, str]] = []
    for before, after, equal in _ends(part.old or "", part.new or ""):
        old.append(("same" if equal else "out", before))
        new.append(("same" if equal else "in", after))
    return _excerpt(old, part.old_spans, characters // 2), _excerpt(new, part.new_spans, characters // 2)


def window(text: str, start: int, end: int, characters: int) -> tuple[int, int]:
    """Where about so many characters of a text begin and end that hold what stands from start to end, a third of them before
    it; between words, where it has any."""
    if len(text) <= characters * 5 // 4:
        return 0, len(text)
    first = max(0, min(start, len(text)) - characters // 3)
    # A watched phrase is shown whole, but for one as long as a page.
    last = min(len(text), max(first + characters, min(end, first + 4 * characters)))
    if first and 0 <= (space := text.find(" ", first, start)) <= first + WORD_CHARACTERS:
        first = space + 1
    if last < len(text) and (space := text.rfind(" ", max(end, last - WORD_CHARACTERS), last)) > 0:
        last = space
    return first, last


def _excerpt(changes: Sequence[tuple[Change, str]], spans: Spans, characters: int) -> tuple[Stretch, ...]:
    text = "".join(piece for _, piece in changes)
    about = min(spans, default=None)
    if about is None:
        changed = next((place for place, (change, _) in enumerate(changes) if change != "same"), 0)
        about = (at := sum(len(piece) for _, piece in changes[:changed])), at
    first, last = window(text, *about, characters)
    cut: list[tuple[Change, str]] = [("same", LEFT_OUT.lstrip())] if first else []
    shift = len(LEFT_OUT.lstrip() if first else "") - first
    at = 0
    for change, piece in changes:
        cut.append((change, piece[max(0, first - at):max(0, last - at)]))
        at += len(piece)
    if last < len(text):
        cut.append(("same", LEFT_OUT.rstrip()))
    inside = tuple((max(start, first) + shift, min(end, last) + shift) for start, end in spans if start < last and end > first)
    return _stretches([(change, piece) for change, piece in cut if piece], inside)


def _changes(old: str, new: str) -> Iterator[tuple[str, str, bool]]:
    if max(len(old), len(new)) > COMPARED_CHARACTERS:
        yield from _ends(old, new)
        return
    for operation in diff(old, new):
        yield operation.old, operation.new, operation.op == "equal"


def _ends(old: str, new: str) -> Iterator[tuple[str, str, bool]]:
    """What both texts begin with, all between, and what both end with: where comparing their words would take too long."""
    begin = _between_words(old, new, _alike(old, new))
    end = _between_words(old[begin:][::-1], new[begin:][::-1], _alike(old[begin:][::-1], new[begin:][::-1]))
    yield old[:begin], new[:begin], True
    yield old[begin:len(old) - end], new[begin:len(new) - end], False
    yield old[len(old) - end:], new[len(new) - end:], True


def _between_words(one: str, other: str, at: int) -> int:
    """Where the word begins in which two texts that are alike until there begin to differ; of scripts with spaces only."""
    if not any(text[at:at + 1].isalnum() for text in (one, other)):
        return at
    begin = at
    while begin and at - begin < WORD_CHARACTERS and one[begin - 1].isalnum() and one[begin - 1] < UNSPACED:
        begin -= 1
    return begin


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike; by halves, as a step a character takes long for long texts."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if one[least:middle] == other[least:middle] else (least, middle - 1)
    return least


def _stretches(changes: Iterable[tuple[Change, str]], spans: Spans) -> tuple[Stretch, ...]:
    return tuple(Stretch(change, tuple(piece for _, piece in pieces))
                 for change, pieces in groupby(_pieces(changes, _merged(spans)), key=lambda pair: pair[0]))


def _pieces(changes: Iterable[tuple[Change, str]], spans: Spans) -> Iterator[tuple[Change, Piece]]:
    at, room = 0, SIDE_CHARACTERS
    for change, text in changes:
        for start, end, watched in _cuts(at, at + len(text), spans):
            if room <= 0:
                yield "same", Piece(LEFT_OUT)
                return
            shown = _shown(text[start - at:end - at], SAME_CHARACTERS if change == "same" else CHANGED_CHARACTERS)
            room -= len(shown)
            yield change, Piece(lines(shown), watched)
        at += len(text)


def _merged(spans: Spans) -> Spans:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def _cuts(start: int, end: int, spans: Spans) -> Iterator[tuple[int, int, bool]]:
    """The range cut where watched words begin and end; the spans do not overlap."""
    for first, last in ((max(first, start), min(last, end)) for first, last in spans):
        if first < last:
            if start < first:
                yield start, first, False
            yield first, last, True
            start = last
    if start < end:
        yield start, end, False


def _shown(text: str, limit: int) -> str:
    """The text, or both its ends where it is longer than limit."""
    return text if len(text) <= limit else text[:limit // 2].rstrip() + LEFT_OUT + text[-(limit // 2):].lstrip()
