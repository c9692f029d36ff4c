"""Whether an outlet behaves unlike itself: what many articles changed at once is a redesign, a wall or a fault, and no edit."""
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.compare.blame import NO_BLAME, Blame, Edit


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks at known articles: how many articles were looked at, and how many of them had changed."""

    looked: int
    changed: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """held are the versions that are to wait for a person, none where reason is None; blame is what they have in common."""

    reason: str | None = None
    blame: Blame = NO_BLAME
    held: frozenset[int] = frozenset()


PASSED = Verdict()


def judge(edits: Sequence[Edit], recent: Sequence[Edit], controls: Looks, habit: Looks) -> Verdict:
    """The verdict on a run. edits are the run's own; recent are those of the outlet's runs of the last two days that passed;
    controls are the articles that were looked at in the last hour, the run's own among them; habit is the same of the last
    thirty days by single looks."""
    return PASSED
