"""Sightings: which version a look found unchanged; written by the stage, and of stores of old by the migration."""
from datetime import timedelta
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from desk import Desk, article
from sqlalchemy import select, text

from crawler.items import Nothing
from storage.models import Reading, Version


def sightings(desk: Desk) -> list[tuple[int, int]]:
    with desk.store.reading() as session:
        return [tuple(row) for row in session.execute(
            text("SELECT sighting.capture_id, seq FROM sighting JOIN version ON version.id = version_id ORDER BY 1"))]


def _migration(desk: Desk) -> Any:
    with desk.store.engine.connect() as connection:
        found = ScriptDirectory.from_config(desk.store._alembic(connection)).get_revision("0007")
    assert found is not None
    return found.module


def test_a_look_says_which_version_it_found_unchanged(desk: Desk) -> None:
    for said in ("«One».", '"One".', "Two.", "Two.", "«One»."):
        desk.see(article(said))
        desk.now += timedelta(hours=1)
    assert sightings(desk) == [(2, 1), (4, 2)]
    assert [(row.seq, row.capture_id) for row in desk.rows(Version)] == [(1, 1), (2, 3), (3, 5)]


def test_a_look_that_finds_no_article_or_another_page_s_text_is_no_sighting(desk: Desk) -> None:
    desk.see(article("One.", "Two."))
    desk.see(Nothing("challenge", reader="reader-1"))
    desk.miss()
    assert sightings(desk) == []


def test_a_store_of_old_has_the_sightings_that_the_stage_would_have_written(desk: Desk) -> None:
    for path, said in (("/a/1", "One."), ("/a/2", "Three."), ("/a/1", "One."), ("/a/1", "Two."), ("/a/2", "Three."),
                       ("/a/1", "Two."), ("/a/1", "One."), ("/a/1", "One.")):
        desk.see(article(said), path)
        desk.now += timedelta(hours=1)
    desk.see(Nothing("challenge", reader="reader-1"))
    written = sightings(desk)
    assert len(written) == 4
    with desk.store.writing() as session:
        session.execute(text("DELETE FROM sighting"))
        session.execute(text(_migration(desk).SIGHTINGS))
    assert sightings(desk) == written


def test_the_blocks_of_a_store_of_old_get_the_keys_that_the_stage_gives(desk: Desk) -> None:
    said = "«Ёлка» — это ‘да’\u200b  cafe\u0301  „x‟ ― y − `z´ ‹q›."
    desk.see(article("One.", said))
    desk.see(article("Two.", said))
    given = [row.blocks for row in desk.rows(Reading)]
    assert [len({block["key"] for block in blocks}) for blocks in given] == [2, 2] and given[0][1] == given[1][1]
    with desk.store.writing() as session:
        for row in session.scalars(select(Reading)):
            row.blocks = [{"kind": block["kind"], "text": block["text"]} for block in row.blocks]
    with desk.store.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        _migration(desk)._keys()
    assert [row.blocks for row in desk.rows(Reading)] == given
