"""Fixtures that every room's tests share: a store on each of both databases, and a clock that stands."""
import gc
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import compiled
import pytest
from postgres import Postgres, server

from storage.store import Store

if TYPE_CHECKING:
    from past import Past

    from tests.crawler.scripted import Reactor

# What the tests start, the worker above all, is the tree under test and not an installed copy.
os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
compiled.share()
NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is marked `long_on_postgresql` runs on SQLite in every run, and on PostgreSQL with -m long."""
    for item in items:
        if item.get_closest_marker("long_on_postgresql") and "postgresql" in item.callspec.params.values():
            item.add_marker("long")


def pytest_collection_finish() -> None:
    """What was loaded stays: it is not looked through for garbage again and again, which is a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


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
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        yield (url := postgres.database())
        postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def made_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with its tables made, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "store.db")
        yield f"sqlite:///{tmp_path / 'store.db'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        yield (url := postgres.database(request.getfixturevalue("postgres_template")))
        postgres.drop(url)


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
