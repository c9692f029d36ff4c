"""An analyst who reads for long; `make prove PART=store` also stops the server."""
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from prove import store as trials
from prove.trial import Trial
from storage.store import LOG_BYTES, Store


@pytest.mark.long
def test_crawls_go_on_beside_a_reader_who_stays(tmp_path: Path) -> None:
    outcome = trials.analyst(tmp_path, Trial("analyst sqlite", 1), None, changes=3)
    assert outcome.faults == []


def test_the_log_that_a_long_reader_made_long_is_cut_once_the_reader_has_gone(tmp_path: Path) -> None:
    store, log = Store(f"sqlite:///{tmp_path / 'store.db'}"), tmp_path / "store.db-wal"

    def write(megabytes: int) -> None:
        for _ in range(megabytes):
            with store.writing() as session:
                session.execute(text("INSERT INTO large VALUES (zeroblob(1000000))"))

    with store.writing() as session:
        session.execute(text("CREATE TABLE large (bytes BLOB)"))
    reader = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM large").fetchone()
    write(24)
    assert log.stat().st_size > LOG_BYTES
    reader.close()
    write(8)
    assert log.stat().st_size <= LOG_BYTES
    store.engine.dispose()
