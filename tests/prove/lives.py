"""Lives of a thread, in hundreds: `make test` lives forty of them."""
from datetime import datetime, timezone
from pathlib import Path

from prove.trial import Outcome, Trial
from storage.store import Store
from tests.lives.watcher import faults

BEGIN = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
# So many seeds a trial share a store, each an outlet of its own.
LIVES = 25
TRIALS = 16


def run(folder: Path, trial: Trial, database: str | None) -> Outcome:
    """Lives the lives of a trial's seeds; a fault for each that is told otherwise than it was."""
    store = Store(database or f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    found = [fault for seed in range(trial.seed * LIVES, (trial.seed + 1) * LIVES) for fault in faults(store, BEGIN, seed)]
    store.engine.dispose()
    return Outcome({"lives": LIVES}, found)
