"""What came and what went in one edit: whole lines, and the beginnings and ends of lines that else stayed."""
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from pipelines.compare.version import plain

Side = Literal["old", "new"]
Part = Literal["line", "begin", "end"]
Place = Literal["first", "last", "inside"]

# A word, or one ideograph: what two texts have in common is counted in them.
WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+")
# So many words in a row are the same passage; fewer (“of the”) stand in any two texts.
PASSAGE = 3
# Of a line that stayed at least this share of its words is found on the other side, or so many: a teaser keeps the first words
# of a long paragraph.
STAYED, STAYED_WORDS = 0.25, 8
# What stands behind a word and is the sentence's own.
CLOSING = " .,;:!?\"')]+。，、！？；：」』）》"
# Above so many pairs of words (about a second) changed lines are not looked into.
MOST_PAIRS = 4_000_000


@dataclass(frozen=True, slots=True)
class Edit:
    """One version of a known article beside the version before it: headlines and texts, a line a block."""

    version: int
    article: int
    old_title: str
    new_title: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A line, or the beginning or end of one, that one side has and the other has not. text is in plain form; place says
    whether it stands before all that stayed, after all of it or between, nth its distance from that edge, from 1; alone,
    whether nothing of the other side stands in its stead."""

    side: Side
    line: int
    part: Part
    text: str
    place: Place
    nth: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Region:
    """Lines [start, end) of both sides that are not the same, line by line."""

    old: tuple[int, int]
    new: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Motion:
    """An edit looked into: its plain lines, where they differ, and the pieces that came (side new) or went (side old)."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    regions: tuple[Region, ...]
    pieces: tuple[Piece, ...]

    @property
    def moved(self) -> list[Piece]:
        """The lines that stand at another place, on both sides."""
        lines = [piece for piece in self.pieces if piece.part == "line"]
        both = {piece.text for piece in lines if piece.side == "old"} & {piece.text for piece in lines if piece.side == "new"}
        return [piece for piece in lines if piece.text in both]


@lru_cache(maxsize=4096)
def motion(edit: Edit) -> Motion:
    """What came and went in an edit. A paragraph that was split, merged or moved within a changed stretch word by word is not
    in it."""
    old, new = tuple(map(plain, edit.old)), tuple(map(plain, edit.new))
    regions, found = [], []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            regions.append(Region((a, b), (c, d)))
            found.append(_inside(old, new, regions[-1]))
    pieces = [piece for one, other in found for piece in (*one, *other)]
    return Motion(old, new, tuple(regions), tuple(_placed(pieces, "old", len(old)) + _placed(pieces, "new", len(new))))


def _inside(old: Sequence[str], new: Sequence[str], region: Region) -> tuple[list[Piece], list[Piece]]:
    before, after = _words(old, *region.old), _words(new, *region.new)
    kept: tuple[dict[int, list[tuple[int, int]]], dict[int, list[tuple[int, int]]]] = ({}, {})
    if len(before) * len(after) <= MOST_PAIRS:
        matcher = SequenceMatcher(None, [word for word, _, _ in before], [word for word, _, _ in after], autojunk=False)
        for block in matcher.get_matching_blocks():
            if block.size >= min(PASSAGE, len(before), len(after)) and block.size:
                for spans, words, start in ((kept[0], before, block.a), (kept[1], after, block.b)):
                    for _, line, span in words[start:start + block.size]:
                        spans.setdefault(line, []).append(span)
    one = _pieces("old", old, region.old, before, kept[0])
    other = _pieces("new", new, region.new, after, kept[1])
    lines = [any(piece.part == "line" for piece in side) for side in (one, other)]
    return ([_alone(piece, not lines[1]) for piece in one], [_alone(piece, not lines[0]) for piece in other])


def _words(lines: Sequence[str], start: int, end: int) -> list[tuple[str, int, tuple[int, int]]]:
    return [(found[0], line, found.span()) for line in range(start, end) for found in WORD.finditer(lines[line])]


def _pieces(side: Side, lines: Sequence[str], region: tuple[int, int], words: list[tuple[str, int, tuple[int, int]]],
            kept: dict[int, list[tuple[int, int]]]) -> list[Piece]:
    counts: dict[int, int] = {}
    for _, line, _ in words:
        counts[line] = counts.get(line, 0) + 1
    pieces = []
    for line in range(*region):
        text, spans = lines[line], kept.get(line, [])
        if not text:
            continue
        if not spans or len(spans) < min(STAYED * counts[line], STAYED_WORDS):
            pieces.append(Piece(side, line, "line", text, "inside", 0, True))
            continue
        # The marks that close the sentence before, or open the one behind, are the line's own.
        begin, end = text[:min(spans)[0]].rstrip(" \"'([").lstrip(), text[max(spans)[1]:].lstrip(CLOSING).rstrip()
        if WORD.search(begin):
            pieces.append(Piece(side, line, "begin", begin, "inside", 0, True))
        if end:
            pieces.append(Piece(side, line, "end", end, "inside", 0, True))
    return pieces


def _alone(piece: Piece, alone: bool) -> Piece:
    return Piece(piece.side, piece.line, piece.part, piece.text, piece.place, piece.nth, alone)


def _placed(pieces: Sequence[Piece], side: Side, count: int) -> list[Piece]:
    own = [piece for piece in pieces if piece.side == side]
    gone = {piece.line for piece in own if piece.part == "line"}
    stayed = [line for line in range(count) if line not in gone]
    placed = []
    for piece in own:
        place: Place = "inside"
        nth = 0
        if stayed and piece.line < stayed[0]:
            place, nth = "first", piece.line + 1
        elif stayed and (piece.line > stayed[-1] or (piece.part == "end" and piece.line == stayed[-1])):
            place, nth = "last", count - piece.line
        placed.append(Piece(side, piece.line, piece.part, piece.text, place, nth, piece.alone))
    return placed


def title_ends(old: str, new: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """What two headlines have before and behind what they share: the two beginnings and the two ends, in plain form."""
    before, after = plain(old), plain(new)
    one, other = WORD.findall(before), WORD.findall(after)
    block = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    if not block.size:
        return ("", ""), (before, after)
    spans = [[found.span() for found in WORD.finditer(text)] for text in (before, after)]
    first, last = (spans[0][block.a][0], spans[1][block.b][0]), (spans[0][block.a + block.size - 1][1],
                                                                 spans[1][block.b + block.size - 1][1])
    return (before[:first[0]], after[:first[1]]), (before[last[0]:], after[last[1]:])
