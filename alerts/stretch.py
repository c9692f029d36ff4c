"""A passage cut into stretches: what was taken out or put in, and inside them the watched words."""
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, takewhile
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


def _changes(old: str, new: str) -> Iterator[tuple[str, str, bool]]:
    if max(len(old), len(new)) <= COMPARED_CHARACTERS:
        for operation in diff(old, new):
            yield operation.old, operation.new, operation.op == "equal"
        return
    # Too long to compare word by word: what both begin with, what both end with, and all between them.
    begin = _alike(old, new)
    end = _alike(old[begin:][::-1], new[begin:][::-1])
    yield old[:begin], new[:begin], True
    yield old[begin:len(old) - end], new[begin:len(new) - end], False
    yield old[len(old) - end:], new[len(new) - end:], True


def _alike(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


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
