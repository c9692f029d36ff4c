"""What was measured, as the runner keeps it and the report tells it."""
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Run:
    """One repetition of one competitor. seconds are those of its process from start to end, inner those without its start;
    texts is how many of the pages gave a text, marks how many gave the word that is their own; site_cpu is the processor time
    that the site took for it, in seconds."""

    who: str
    repetition: int
    pages: int
    seconds: float
    inner: float
    texts: int
    marks: int
    site_cpu: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        return cls(**told)


def rate(runs: Sequence[Run]) -> float:
    """Pages a second, the start of the processes counted: the median of the repetitions."""
    return median(run.pages / run.seconds for run in runs)


def inner_rate(runs: Sequence[Run]) -> float:
    """Pages a second without the start of the processes: the median of the repetitions."""
    return median(run.pages / run.inner for run in runs if run.inner > 0)
