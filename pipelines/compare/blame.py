"""What a redesign did to an outlet's texts: the change that is to be taken out of two texts before they are compared."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipelines.compare.version import plain

Side = Literal["old", "new"]


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
class Blame:
    """What many changes of an outlet have in common. added and dropped are plain forms of lines that they put in or took
    out."""

    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.dropped)

    def without(self, side: Side, title: str, lines: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """The headline and the lines of one side with the blamed change taken out."""
        blamed = set(self.dropped if side == "old" else self.added)
        return title, tuple(line for line in lines if plain(line) not in blamed)

    def touches(self, edit: Edit) -> bool:
        """Whether the blamed change is in an edit."""
        return (self.without("old", edit.old_title, edit.old) != (edit.old_title, edit.old)
                or self.without("new", edit.new_title, edit.new) != (edit.new_title, edit.new))

    def to_json(self) -> dict[str, Any]:
        """The blame as the hold's row keeps it."""
        return {"added": list(self.added), "dropped": list(self.dropped)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Blame":
        """The blame of a hold's row."""
        return cls(tuple(data.get("added", ())), tuple(data.get("dropped", ())))


NO_BLAME = Blame()
