"""Fixtures that every room's tests share: a store on each of both databases, and a clock that stands."""
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from postgres import Postgres, server

from storage.store import Store

if TYPE_CHECKING:
    from past import Past

    from tests.crawler.scripted import Reactor

# What the tests start, the worker above all, is the tree under test and not an installed copy.
os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def reactor() -> "Iterator[Reactor]":
    from tests.crawler.scripted import Reactor  # it loads Scrapy

    reactor = Reactor()
    yield reactor
    reactor.end()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with server() as postgres:
        yield postgres


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
def made_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with its tables made, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "store.db")
        return f"sqlite:///{tmp_path / 'store.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.database(request.getfixturevalue("postgres_template"))


@pytest.fixture
def store(made_url: str) -> Iterator[Store]:
    """A store with its tables made, once on SQLite and once on PostgreSQL."""
    store = Store(made_url)
    yield store
    store.engine.dispose()


@pytest.fixture
def past(store: Store, tmp_path: Path, now: datetime, reactor: "Reactor") -> "Iterator[Past]":
    """An empty past, after the outlet's first run."""
    from desk import Desk
    from past import Past

    desk = Desk(store, now)
    past = Past(desk, tmp_path, reactor.have_readers())
    desk.begin()
    desk.next_run()
    yield past
    past.archive.close()
