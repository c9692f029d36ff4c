"""Runs: the lease of an outlet, and what counts as its backlog; on both databases."""
from datetime import datetime

from storage import runs
from storage.store import Store


def test_what_an_outlet_shows_is_backlog_until_one_of_its_runs_was_done(store: Store, now: datetime) -> None:
    backlog = []
    for state in ("failed", "blocked", "degraded", "failed"):
        with store.writing() as session:
            run = runs.begin(session, "steppe", now)
            assert run is not None
            backlog.append(run.backlog)
            session.flush()
            runs.end(session, run.id, now, state=state, requests=1, not_modified=0, errors=[])
    assert backlog == [True, True, True, False]
