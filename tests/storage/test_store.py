"""The store: migrations, the lock, times, and what it says when it cannot be used."""
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from postgres import Postgres
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError, StatementError

from storage.models import Host, Page
from storage.store import Store, StoreError, StoreLocked


def test_the_migrations_make_exactly_the_models_tables(store: Store) -> None:
    with store.engine.connect() as connection:
        command.check(store._alembic(connection))
        head = ScriptDirectory.from_config(store._alembic(connection)).get_current_head()
    assert store.revision() == store.newest_revision() == head


def test_upgrading_twice_changes_nothing(store: Store, now: datetime) -> None:
    with store.writing() as session:
        session.add(Host(name="a.example", robots_at=now))
    store.upgrade()
    with store.reading() as session:
        assert session.scalars(select(Host.name)).all() == ["a.example"]


def test_a_time_comes_back_as_the_same_moment_in_utc(store: Store) -> None:
    at = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=5)))
    with store.writing() as session:
        session.add(Host(name="a.example", robots_at=at))
    with store.reading() as session:
        found = session.scalars(select(Host.robots_at)).one()
    assert found == at and found.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="has no time zone"), store.writing() as session:
        session.add(Host(name="a.example", robots_at=datetime(2026, 3, 2)))  # noqa: DTZ001  the case under test


def test_a_row_that_another_refers_to_cannot_be_deleted(store: Store, now: datetime) -> None:
    with store.writing() as session:
        page = Page(outlet="paper", url="https://a.example/", kind="source", found_at=now, next_due_at=now)
        session.add(page)
        session.flush()
        session.add(Page(outlet="paper", url="https://a.example/1", kind="article", found_at=now, next_due_at=now,
                         found_on_id=page.id))
    with pytest.raises(IntegrityError), store.writing() as session:
        session.execute(delete(Page).where(Page.kind == "source"))
    with store.reading() as session:
        assert session.scalars(select(Page.kind).order_by(Page.id)).all() == ["source", "article"]


def test_an_error_of_the_database_shows_none_of_the_values(store: Store) -> None:
    for _ in range(2):
        try:
            with store.writing() as session:
                session.execute(insert(Host).values(name="what a reader wrote"))
        except IntegrityError as error:
            assert "what a reader wrote" not in str(error).partition("DETAIL")[0]
            break
    else:
        pytest.fail("there is no error to look at")


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing() as session:
        session.add(Host(name="a.example"))
        session.flush()
        raise RuntimeError
    with store.reading() as session:
        assert session.scalars(select(Host)).all() == []


def test_the_lock_is_held_by_one_and_given_back(store_url: str) -> None:
    store, other = Store(store_url), Store(store_url)
    with store.lock() as lock:
        assert lock.still_held()
        with pytest.raises(StoreLocked, match="another steppewire holds"), other.lock():
            pass
        holder = other.holder()
        assert holder is not None and holder.pid == os.getpid()
    with other.lock():
        pass
    assert store.holder() is None
    for each in (store, other):
        each.engine.dispose()


def test_a_lock_goes_with_the_process_that_held_it(store_url: str) -> None:
    code = "import os, sys; from storage.store import Store; s = Store(sys.argv[1]); l = s.take_lock(); os._exit(9)"
    assert subprocess.run([sys.executable, "-P", "-c", code, store_url], check=False).returncode == 9
    store = Store(store_url)
    with store.lock():
        pass
    store.engine.dispose()


def test_a_lock_whose_connection_is_lost_is_no_longer_held(postgres: Postgres) -> None:
    store = Store(postgres.database())
    with store.lock() as lock:
        holder = store.holder()
        postgres.say("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        assert holder is not None and not lock.still_held()
    store.engine.dispose()


def test_a_writer_waits_for_another_instead_of_failing(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.upgrade()
    code = """if True:
        import sys, time
        from storage.models import Host
        from storage.store import Store
        with Store(sys.argv[1]).writing() as session:
            session.add(Host(name="first"))
            session.flush()
            print("writing", flush=True)
            time.sleep(0.5)
    """
    with subprocess.Popen([sys.executable, "-P", "-c", code, str(store.url)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"writing\n"
        with store.writing() as session:
            assert session.scalars(select(Host.name)).all() == ["first"]
            session.add(Host(name="second"))
    store.engine.dispose()


@pytest.mark.parametrize(("url", "words"), [
    ("mysql://localhost/x", "neither sqlite nor postgresql"),
    ("not a url", "Could not parse"),
    ("sqlite:////nowhere/at/all/store.db", "does not exist"),
    ("postgresql://127.0.0.1:9/x", "cannot be reached"),
])
def test_a_database_that_cannot_be_used_is_named_with_the_reason(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        Store(url).ping()


def test_a_store_of_a_newer_schema_is_refused(store: Store) -> None:
    with store.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreError, match="newer than this program's"):
        store.check_revision()
