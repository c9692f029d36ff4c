"""What a campaign is made of: parts, each a list of trials that are repeated from their seeds."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing to be tried: kind is the row it is counted in, seed decides everything that is random in it."""

    kind: str
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial. counts are added up over the trials of a kind; faults say what went wrong, none that all is
    well."""

    counts: Mapping[str, int] = field(default_factory=dict)
    faults: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the campaign: what it promises, its trials, and how one of them is run; together: two at a time. events names
    the count that the upper bound is told of; summed: the counts of all kinds mean something together."""

    promise: str
    trials: Sequence[Trial]
    run: Callable[[Trial], Outcome]
    events: str = "trials"
    together: bool = True
    summed: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """A trial that was run, as it is remembered."""

    kind: str
    seed: int
    seconds: float
    counts: Mapping[str, int]
    faults: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def upper_bound(trials: int) -> float:
    """The largest chance of an event that `trials` tries without one still allow at 95 %: 1 - 0.05^(1/n), near 3/n."""
    return 1.0 - (1.0 - CONFIDENCE) ** (1.0 / trials)
