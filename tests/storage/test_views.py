"""The views for analysts: there after every migration, whatever it does to the tables below, and quick on many comments."""
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session
from talk import Talk

from storage.models import Comment, CommentVersion
from storage.store import Store
from storage.views import VIEWS

# These are about articles: tests/storage/test_article_views.py.
ARTICLES = ("edit", "headline", "passage", "disappeared_article", "held_edit")
COMMENTS = [view for view in VIEWS if view not in ARTICLES]

BATCH = '''
import sqlalchemy as sa
from alembic import op

revision = "{next}"
down_revision = "{last}"
branch_labels = depends_on = None


def upgrade():
    for table in ("article", "thread", "thread_read", "comment", "comment_version"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("more", sa.Integer(), nullable=False, server_default="7"))
    with op.batch_alter_table("comment") as comment:
        comment.alter_column("text", existing_type=sa.Text(), type_=sa.String())
'''


def filled(session: Session, now: datetime, comments: int) -> None:
    """Two articles with comments in turn: every third edited, every fifth removed, of those with a text_key every fifth with
    one of a few."""
    talks = [Talk(session, f"https://a.example/{number}", now) for number in range(2)]
    for talk in talks:
        talk.look(now)
        talk.look(now + timedelta(hours=1))
    every = range(1, comments + 1)
    session.connection().execute(Comment.metadata.tables["comment"].insert(), [
        {"id": number, "thread_id": talks[number % 2].thread, "text": f"Comment {number}", "reader": "r", "position": number,
         "depth": 0, "state": "standing" if number % 5 else "removed", "first_seen_at": now, "last_seen_at": now,
         "last_read_id": talks[number % 2].looks[1], "author": f"reader-{number % 500}",
         "text_key": None if number % 4 == 0 else f"key-{number if number % 5 else number % 3}"} for number in every])
    session.connection().execute(CommentVersion.metadata.tables["comment_version"].insert(), [
        {"comment_id": number, "seq": seq, "event": event, "text": f"Comment {number}", "reader": "r", "guess": False,
         "run_id": talks[number % 2].run, "capture_id": talks[number % 2].capture, "seen_at": now,
         "after_read_id": talks[number % 2].looks[0], "before_read_id": talks[number % 2].looks[1]}
        for number in every for seq, event in enumerate(
            ["posted"] + ["edited"] * (number % 3 == 0) + ["removed"] * (number % 5 == 0), 1)])


def rows(store: Store) -> dict[str, int]:
    with store.reading() as session:
        return {view: session.execute(text(f"SELECT count(*) FROM {view}")).scalar_one() for view in COMMENTS}


def test_a_new_store_has_all_views(store: Store) -> None:
    assert sorted(inspect(store.engine).get_view_names()) == sorted(VIEWS)


def test_a_migration_that_makes_the_tables_anew_leaves_the_views_as_they_were(store: Store, now: datetime,
                                                                             tmp_path: Path) -> None:
    with store.writing() as session:
        filled(session, now, 60)
    before, last = rows(store), store.newest_revision()
    following = f"{int(last) + 1:04}"
    (tmp_path / f"{following}_more.py").write_text(BATCH.format(next=following, last=last), encoding="utf-8")
    with store.engine.connect() as connection:
        config = store._alembic(connection)
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", f"{config.get_main_option('script_location')}/versions\n{tmp_path}")
        command.upgrade(config, "head")
    assert store.revision() == following
    with store.reading() as session:
        assert session.execute(text("SELECT DISTINCT more FROM comment")).scalars().all() == [7]
    assert rows(store) == before and all(before.values())


def test_an_older_schema_than_the_newest_has_no_views(store_url: str) -> None:
    store = Store(store_url)
    with store.engine.connect() as connection:
        command.upgrade(store._alembic(connection), "0004")
    assert inspect(store.engine).get_view_names() == []
    store.upgrade()
    assert sorted(inspect(store.engine).get_view_names()) == sorted(VIEWS)
    store.engine.dispose()


@pytest.mark.parametrize("view", COMMENTS)
def test_a_view_looks_up_the_past_of_a_comment_in_the_index(view: str, store: Store, now: datetime) -> None:
    with store.writing() as session:
        filled(session, now, 5000)
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    explain = "EXPLAIN QUERY PLAN" if store.is_sqlite else "EXPLAIN"
    with store.reading() as session:
        plan = [str(row[-1]).strip() for row in session.execute(text(f"{explain} SELECT * FROM {view}"))]
    past = [line for line in plan if "past" in line]
    assert bool(past) == (view in ("current_thread", "removed_comment"))
    if store.is_sqlite or view == "removed_comment":  # PostgreSQL reads the edits once and looks into a hash of them
        assert not any(line.lstrip("-> ").startswith(("SCAN", "Seq Scan")) for line in past), plan
