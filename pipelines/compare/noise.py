"""Lines that change at every look at an outlet's pages, and so say nothing when they change."""
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.compare.version import same


@dataclass(frozen=True, slots=True)
class Noise:
    """What an outlet's own history says of its noise; each rule a kind and a key, as the table `noise` has them."""

    rules: tuple[tuple[str, str], ...] = ()

    def without(self, lines: Sequence[str]) -> tuple[str, ...]:
        """The lines of a text that count when two texts are compared."""
        return tuple(lines)

    def same(self, old_title: str | None, old: str | None, new_title: str | None, new: str | None) -> bool:
        """Whether two articles say the same, noise aside."""
        if not same(old_title, new_title):
            return False
        return same(old, new) or same("\n".join(self.without((old or "").split("\n"))),
                                      "\n".join(self.without((new or "").split("\n"))))


NO_NOISE = Noise()
