"""Whether the daemon lives: its rounds turn, the store answers, the lock is held. What needs a person is another matter."""
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Protocol

# A round that takes longer than this, and than ten times its interval, hangs.
LEAST_SECONDS = 60.0
INTERVALS = 10


class Workers(Protocol):
    """The daemon's crawl workers, counted: started, and readers that died or were killed in them."""

    started: int
    killed: int


@dataclass(frozen=True, slots=True)
class Round:
    """A kind of round: most is how many seconds it may take without a sign, sign the monotonic time of the last sign;
    finished_at and seconds are of the last one that ended (None before), trouble says why the store did not answer in it."""

    most: float
    sign: float
    began: float | None = None
    finished_at: datetime | None = None
    seconds: float = 0.0
    trouble: str | None = None


class Health:
    """What the rounds report and what follows from it; any thread may ask."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lost: str | None = None
        self.since = datetime.now(timezone.utc)
        self.rounds: dict[str, Round] = {}
        self.faults: Counter[str] = Counter()
        self.letters: Counter[str] = Counter()
        self.workers: Workers | None = None

    def begins(self, name: str, every: float, at_a_time: float = 0.0) -> None:
        """A kind of round will turn from now on, `every` so many seconds; one thing in it may take `at_a_time` seconds."""
        most = max(LEAST_SECONDS, INTERVALS * every) + at_a_time
        self.rounds = self.rounds | {name: Round(most, self._monotonic())}

    def turns(self, name: str) -> None:
        """A round begins."""
        now = self._monotonic()
        self.rounds[name] = replace(self.rounds[name], began=now, sign=now)

    def sign(self, name: str) -> None:
        """A long round gets on; without rounds (a pass by hand) it says nothing."""
        if name in self.rounds:
            self.rounds[name] = replace(self.rounds[name], sign=self._monotonic())

    def finished(self, name: str, trouble: str | None) -> None:
        """A round has ended; trouble says why the store did not answer in it, None where it did."""
        now, last = self._monotonic(), self.rounds[name]
        self.rounds[name] = replace(last, sign=now, finished_at=datetime.now(timezone.utc), trouble=trouble,
                                    seconds=now - (now if last.began is None else last.began))

    def lost(self, why: str) -> None:
        """The daemon does no more: it lost its lock, or ends."""
        self._lost = self._lost or why

    def wrong(self) -> str | None:
        """Why the daemon does not do its work, in one sentence; None where it does."""
        if (stuck := self.stuck()) is not None:
            return stuck
        rounds = self.rounds.values()
        if not rounds or any(each.began is None for each in rounds):
            return "it is starting"
        trouble = next((each.trouble for each in rounds if each.trouble is not None), None)
        return f"the store does not answer: {trouble}" if trouble is not None else None

    def stuck(self) -> str | None:
        """Why the daemon should be started anew, in one sentence; None where that would not help. A store that does not answer
        is asked again by the same daemon."""
        if self._lost is not None:
            return self._lost
        now = self._monotonic()
        for name, each in self.rounds.items():
            if now - each.sign > each.most:
                return f"the {name} round has given no sign for {now - each.sign:.0f} s"
        return None
