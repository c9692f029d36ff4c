"""What a redesign did to an outlet's texts: the change that is to be taken out of two texts before they are compared."""
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from pipelines.compare.motion import WORD, Edit, Piece, Side, motion
from pipelines.compare.version import plain, same

__all__ = ["NO_BLAME", "Blame", "Edit", "Shape", "Side", "label", "masked"]

T = TypeVar("T")
Kind = Literal["label", "mask", "begin", "end", "first", "last", "any", "moved",
               "title begin", "title end", "title case", "title"]

FIGURES = re.compile(r"\d+(?:[\s.,:]\d+)*")
# A label is short: "Read also: …", "Photo: …"; what stands before a colon in a sentence is longer.
LABEL = re.compile(r"([^:]{2,30}:)\s*\S")
LABEL_WORDS = 4
# Lines with figures that are counters and dates are short; longer ones are sentences.
MASKED_CHARS = 80


def masked(line: str) -> str | None:
    """A short line with its figures masked; None where it has none or is no short line."""
    return FIGURES.sub("#", line) if len(line) <= MASKED_CHARS and FIGURES.search(line) else None


def label(line: str) -> str | None:
    """What a line begins with up to a colon, where that is a label of a few words."""
    found = LABEL.match(line)
    return found[1] if found and len(found[1].split()) <= LABEL_WORDS else None


@dataclass(frozen=True, slots=True)
class Shape:
    """Lines of one side that are known by their form or their place, not by their words.

    kind: label (they begin with text), mask (they are text but for their figures), begin and end (a line begins or ends with
    text), first and last (up to `most` lines before or behind all that stayed), any (wherever they stand), moved (the same line
    at another place), title begin, title end (the headline does), title case, title (whatever the headline says). No first,
    last or any line is longer than `chars`.
    """

    kind: Kind
    side: Side
    text: str = ""
    most: int = 0
    chars: int = 0

    def fits(self, piece: Piece) -> bool:
        """Whether a piece of an edit is of this form."""
        if piece.side != self.side:
            return False
        if self.kind in ("begin", "end"):
            return piece.part == self.kind and self.text in (piece.text, masked(piece.text))
        if piece.part != "line":
            return self.kind == "last" and piece.part == "end" and piece.place == "last"
        if self.kind == "label":
            return label(piece.text) == self.text
        if self.kind == "mask":
            return masked(piece.text) == self.text
        if self.kind == "any":
            return piece.alone and len(piece.text) <= self.chars
        return piece.place == self.kind and piece.nth <= self.most and len(piece.text) <= self.chars


@dataclass(frozen=True, slots=True)
class Blame:
    """What many changes of an outlet have in common. added and dropped are plain forms of lines that they put in or took
    out; shapes are other lines, by their form or place."""

    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.dropped or self.shapes)

    def __or__(self, other: "Blame") -> "Blame":
        """Both blames in one."""
        return Blame(_union(self.added, other.added), _union(self.dropped, other.dropped), _union(self.shapes, other.shapes))

    def without(self, side: Side, title: str, lines: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """The headline and the lines of one side without what is known by its words. Places need both sides: `leaves`."""
        blamed = set(self.dropped if side == "old" else self.added)
        labels = {shape.text for shape in self.shapes if shape.side == side and shape.kind == "label"}
        masks = {shape.text for shape in self.shapes if shape.side == side and shape.kind == "mask"}
        return self._title(side, title), tuple(
            line for line in lines
            if (text := plain(line)) not in blamed and label(text) not in labels and masked(text) not in masks)

    @property
    def by_words(self) -> "Blame":
        """What of the blame is known by words: it may be taken out of any later edit. Places and the like say something of an
        article's first change by a redesign alone; later an editor puts a paragraph there."""
        return replace(self, shapes=tuple(shape for shape in self.shapes if shape.text))

    @property
    def back(self) -> "Blame":
        """The blame of the way back: what was put in is taken out again."""
        return Blame(self.dropped, self.added,
                     tuple(replace(shape, side="new" if shape.side == "old" else "old") for shape in self.shapes))

    def leaves(self, edit: Edit) -> Edit:
        """The edit with the blamed change taken out of both sides; where nothing else changed both sides are the same. What is
        known by its words goes first: then it is seen what stands in whose place."""
        if not self:
            return edit
        for shapes, lines in ((self.by_words.shapes, True), ([shape for shape in self.shapes if not shape.text], False)):
            hit = [piece for piece in motion(edit).pieces
                   if (lines and self._has_line(piece)) or any(shape.fits(piece) for shape in shapes)]
            if any(shape.kind == "moved" for shape in shapes):
                hit += motion(edit).moved
            edit = _taken_out(edit, hit) if hit else edit
        old_title, new_title = self._leaves_title(edit)
        if (old_title, new_title) == (edit.old_title, edit.new_title):
            return edit
        return replace(edit, old_title=old_title, new_title=new_title)

    def explains(self, edit: Edit) -> bool:
        """Whether nothing of an edit is left once the blamed change is out of it."""
        left = self.leaves(edit)
        return same(left.old_title, left.new_title) and same("\n".join(left.old), "\n".join(left.new))

    def touches(self, edit: Edit) -> bool:
        """Whether the blamed change is in an edit."""
        return self.leaves(edit) != edit

    def _has_line(self, piece: Piece) -> bool:
        return piece.part == "line" and piece.text in (self.dropped if piece.side == "old" else self.added)

    def _title(self, side: Side, title: str) -> str:
        for shape in self.shapes:
            text = plain(title)
            if shape.side == side and shape.kind == "title end" and text.endswith(shape.text) and text != shape.text:
                title = text[:len(text) - len(shape.text)].strip()
            elif shape.side == side and shape.kind == "title begin" and text.startswith(shape.text) and text != shape.text:
                title = text[len(shape.text):].strip()
        return title

    def _leaves_title(self, edit: Edit) -> tuple[str, str]:
        if same(edit.old_title, edit.new_title):
            return edit.old_title, edit.new_title
        old, new = self._title("old", edit.old_title), self._title("new", edit.new_title)
        kinds = {shape.kind for shape in self.shapes}
        if "title" in kinds or ("title case" in kinds and plain(old).casefold() == plain(new).casefold()):
            return old, old
        return old, new

    def to_json(self) -> dict[str, Any]:
        """The blame as the hold's row keeps it."""
        return {"added": list(self.added), "dropped": list(self.dropped),
                "shapes": [[shape.kind, shape.side, shape.text, shape.most, shape.chars] for shape in self.shapes]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Blame":
        """The blame of a hold's row."""
        return cls(tuple(data.get("added", ())), tuple(data.get("dropped", ())),
                   tuple(Shape(*shape) for shape in data.get("shapes", ())))


def _taken_out(edit: Edit, pieces: Sequence[Piece]) -> Edit:
    """The edit without some of its pieces; where nothing else differs in a changed stretch, the new side is as the old."""
    moved = motion(edit)
    cut: dict[Side, dict[int, str | None]] = {"old": {}, "new": {}}
    for piece in pieces:
        text = cut[piece.side].get(piece.line, (moved.old if piece.side == "old" else moved.new)[piece.line])
        if piece.part == "line" or text is None:
            cut[piece.side][piece.line] = None
        elif piece.part == "begin":
            cut[piece.side][piece.line] = text.removeprefix(piece.text).strip()
        else:
            cut[piece.side][piece.line] = text.removesuffix(piece.text).strip()
    old: list[str] = []
    new: list[str] = []
    at = (0, 0)
    for region in moved.regions:
        before, after = _kept(edit.old, region.old, cut["old"]), _kept(edit.new, region.new, cut["new"])
        old += [*edit.old[at[0]:region.old[0]], *before]
        new += [*edit.new[at[1]:region.new[0]], *(before if _alike(before, after) else after)]
        at = (region.old[1], region.new[1])
    return replace(edit, old=(*old, *edit.old[at[0]:]), new=(*new, *edit.new[at[1]:]))


def _union(one: tuple[T, ...], other: tuple[T, ...]) -> tuple[T, ...]:
    return one + tuple(value for value in other if value not in one)


def _alike(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether lines have the same words, however they are cut into lines: what a redesign does to the marks between is its
    own."""
    return "".join(WORD.findall(plain(" ".join(old)))) == "".join(WORD.findall(plain(" ".join(new))))


def _kept(lines: Sequence[str], region: tuple[int, int], cut: dict[int, str | None]) -> list[str]:
    return [text for line in range(*region) if (text := cut.get(line, lines[line]))]


NO_BLAME = Blame()
