"""Migrations: whole or not at all, and no row is lost by them."""
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from command import COMMAND, environment
from sqlalchemy import text

from storage.store import Store

# What the first schema may hold: a mail, the alert that is in it, and all that these refer to.
AT = "'2026-03-02 06:00:00'"
ROWS = (
    f"INSERT INTO watch (id, origin, words, recipients, outlets, since) VALUES ('rails', 'config', '[]', '[]', '[]', {AT})",
    "INSERT INTO article (id, outlet, url, state, first_seen_at)"
    f" VALUES (1, 'paper', 'https://a.example/', 'standing', {AT})",
    "INSERT INTO run (id, outlet, kind, state, judgement, backlog, started_at, requests, not_modified, errors)"
    f" VALUES (1, 'paper', 'crawl', 'done', 'passed', false, {AT}, 1, 0, '[]')",
    "INSERT INTO mail (id, watch_id, recipient, message_id, subject, bytes, state, made_at, due_at)"
    f" VALUES (1, 'rails', 'a@example.org', '<1@a.example>', 'News', 'x', 'sent', {AT}, {AT})",
    f"INSERT INTO attempt (id, mail_id, at, outcome) VALUES (1, 1, {AT}, 'sent')",
    "INSERT INTO alert (id, watch_id, recipient, event, subject, article_id, run_id, passage, made_at, state, mail_id)"
    f" VALUES (1, 'rails', 'a@example.org', 'article_new', 'version-1', 1, 1, '{{}}', {AT}, 'mailed', 1)",
)


def first_schema(url: str) -> Store:
    """A store as the first release made it, with a row of each kind."""
    store = Store(url)
    with store.engine.connect() as connection:
        command.upgrade(store._alembic(connection), "0001")
    with store.writing() as session:
        for statement in ROWS:
            session.connection().exec_driver_sql(statement)
    return store


def counts(store: Store) -> list[int]:
    with store.reading() as session:
        return [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in ("mail", "attempt", "alert")]


def upgrade(folder: Path, url: str, **more: str) -> int:
    (folder / "steppewire.toml").write_text(f'outlets = []\ndatabase = "{url}"\n', encoding="utf-8")
    return subprocess.run([*COMMAND, "--config", str(folder / "steppewire.toml"), "db", "upgrade"], env=environment() | more,
                          check=False, stderr=sys.stderr).returncode


@pytest.mark.parametrize("failpoint", ["schema.upgrading", "schema.upgraded"])
def test_a_migration_that_was_killed_is_done_or_not_begun_and_no_row_is_lost(failpoint: str, store_url: str,
                                                                            tmp_path: Path) -> None:
    store = first_schema(store_url)
    assert upgrade(tmp_path, store_url, STEPPEWIRE_FAILPOINT=failpoint) == -9
    assert store.revision() == ("0001" if failpoint == "schema.upgrading" else Store.newest_revision())
    assert counts(store) == [1, 1, 1]
    assert upgrade(tmp_path, store_url) == 0
    assert (store.revision(), counts(store)) == (Store.newest_revision(), [1, 1, 1])
    store.engine.dispose()


# A thread as schema 0004 holds it: one comment edited, an answer to it removed, and an answer to that.
THREAD = (
    f"INSERT INTO page (id, outlet, url, kind, state, found_at, misses, doubt, tries, recheck_step, next_due_at)"
    f" VALUES (1, 'paper', 'https://a.example/', 'article', 'known', {AT}, 0, false, 0, 0, {AT})",
    "INSERT INTO capture (id, page_id, run_id, at, status, final_url, file, \"offset\", sha256)"
    f" VALUES (1, 1, 1, {AT}, 200, 'https://a.example/', 'f', 0, '0')",
    "INSERT INTO thread (id, outlet, system, native_key, article_id) VALUES (1, 'paper', 'native', 'a.example/', 1)",
    *(f"INSERT INTO thread_read (id, thread_id, run_id, capture_id, reader, at, seen, state)"
      f" VALUES ({number}, 1, 1, 1, 'reader {number}', {AT}, 3, 'complete')" for number in (1, 2)),
    *(f"INSERT INTO comment (id, thread_id, native_id, parent_id, position, first_seen_at, last_seen_at, last_read_id)"
      f" VALUES ({number}, 1, 'c{number}', {parent}, {number}, {AT}, {AT}, {look})"
      for number, parent, look in ((1, "NULL", 2), (2, "1", 1), (3, "2", 2))),
    *(f"INSERT INTO comment_version (comment_id, seq, event, text, reader, capture_id, run_id, seen_at, before_read_id)"
      f" VALUES ({comment}, {seq}, '{event}', {said}, 'reader 1', 1, 1, {AT}, 1)" for comment, seq, event, said in (
          (1, 1, "posted", "'One.'"), (1, 2, "edited", "'One, mended.'"), (2, 1, "posted", "'Two.'"), (2, 2, "removed", "NULL"),
          (3, 1, "posted", "'Three.'"))),
)


def test_comments_of_an_older_schema_stand_in_their_rows_as_they_were_last(store_url: str) -> None:
    store = Store(store_url)
    with store.engine.connect() as connection:
        command.upgrade(store._alembic(connection), "0004")
    with store.writing() as session:
        for statement in (*ROWS, *THREAD):
            session.connection().exec_driver_sql(statement)
    store.upgrade()
    with store.reading() as session:
        found = session.execute(text("SELECT state, text, depth, reader FROM comment ORDER BY id")).all()
    assert found == [("standing", "One, mended.", 0, "reader 2"), ("removed", "Two.", 1, "reader 1"),
                     ("standing", "Three.", 2, "reader 2")]
    store.engine.dispose()
