"""docs/data.md against the models and the demo's store: every table, every column, every state, every query."""
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from command import ROOT
from once import Played
from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, String, inspect, text
from sqlalchemy.types import TIMESTAMP, Float

from storage.models import Base, UtcDateTime, WrittenJson
from storage.store import Store
from storage.views import VIEWS

TEXT = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
HEAD = "| column | type | what it says |\n|---|---|---|\n"
KINDS = {Integer: "integer", Boolean: "boolean", UtcDateTime: "time", JSON: "JSON", WrittenJson: "JSON", LargeBinary: "bytes",
         String: "text", Float: "number"}
# The types that PostgreSQL gives the columns of a view.
VIEW_KINDS = {"integer": Integer, "boolean": Boolean, "time": TIMESTAMP, "text": String, "number": Float}
# Nobody of the demo writes one text under two articles, it behaves like itself, and its edits leave headlines and length alone;
# tests/storage/test_article_views.py reckons the answers of these.
EMPTY = ("near_identical", "edit", "headline", "disappeared_article", "held_edit")
TABLES = Base.metadata.tables
COLUMNS = [column for table in TABLES.values() for column in table.columns]
# Columns whose values are words of the program's own; `system` and `reason` have words of the world's as well.
WORDS = ["article.state", "page.kind", "page.state", "run.kind", "run.state", "run.judgement", "reading.outcome",
         "version.judgement", "article_event.event", "hold.decision", "thread.system", "thread_read.state",
         "comment.parent_source", "comment_version.event", "watch.origin", "mail.state", "attempt.outcome", "alert.event",
         "alert.state"]
# Where the command line prints the same states.
PROMISED = {"article.state": ("article-list", "articles", "state"), "run.state": ("crawl", "runs", "state"),
            "version.judgement": ("article-show", "versions", "judgement"), "alert.state": ("alert-list", "alerts", "state"),
            "alert.event": ("alert-list", "alerts", "event"), "mail.state": ("mail-list", "mails", "state")}


def sections() -> dict[str, list[list[str]]]:
    """The rows of each section's table by the section's heading."""
    found: dict[str, list[list[str]]] = {}
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        before, is_table, table = body.partition(HEAD)
        if is_table:
            assert before.strip(), f"{heading} says nothing of itself"
            found[heading] = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()]
    return found


def cell(column: Column[object]) -> str:
    return next(row[2] for row in sections()[column.table.name] if row[0] == column.name)


def words(column: str) -> set[str]:
    """The words in code marks in what is said of a column."""
    table, name = column.split(".")
    return set(re.findall(r"`([^`]+)`", cell(TABLES[table].columns[name])))


def queries() -> list[str]:
    return re.findall(r"```sql\n(.*?)```", TEXT, flags=re.DOTALL)


def opened(played: Played) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"file:{played.folder / 'store.db'}?mode=ro", uri=True))


def test_every_table_has_a_section_and_every_column_a_row_and_no_other_has() -> None:
    assert {table: [row[0] for row in rows] for table, rows in sections().items() if table not in VIEWS} == {
        name: [column.name for column in table.columns] for name, table in TABLES.items()}


def test_every_view_has_a_section_and_its_columns_and_their_types_are_those_that_it_says(store: Store) -> None:
    found = inspect(store.engine)
    assert set(found.get_view_names()) == set(VIEWS)
    for view in VIEWS:
        columns, rows = found.get_columns(view), sections()[view]
        assert [column["name"] for column in columns] == [row[0] for row in rows]
        for column, (name, kind, said) in zip(columns, rows, strict=True):
            kind, _, target = kind.partition(" → ")
            assert said.endswith(".") and (not target or target in map(str, COLUMNS))
            assert store.is_sqlite or isinstance(column["type"], VIEW_KINDS[kind]), (view, name, column["type"])


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_column_s_type_and_the_column_it_points_to_are_the_models_own(column: Column[object]) -> None:
    kind = next(word for type_, word in KINDS.items() if isinstance(column.type, type_))
    target = "".join(f" → {key.target_fullname}" for key in column.foreign_keys)
    row = next(row for row in sections()[column.table.name] if row[0] == column.name)
    assert row[1] == kind + target
    assert len(row) == 3 and row[2].endswith(".")


@pytest.mark.parametrize("column", [column for column in COLUMNS if column.nullable], ids=str)
def test_what_null_means_is_said_of_every_column_that_may_be_null(column: Column[object]) -> None:
    assert re.search(r"\bnull: ", cell(column))


@pytest.mark.parametrize("column", WORDS)
def test_every_word_that_the_demo_s_store_holds_is_explained(column: str, played: Played) -> None:
    table, name = column.split(".")
    with opened(played) as store:
        held = {value for value, in store.execute(f'SELECT DISTINCT "{name}" FROM "{table}"') if value is not None}
    assert held <= words(column)


@pytest.mark.parametrize("column", PROMISED)
def test_the_states_are_those_of_the_command_line(column: str) -> None:
    schema, rows, key = PROMISED[column]
    items = json.loads((ROOT / "docs" / "schemas" / f"{schema}.json").read_text(encoding="utf-8"))["properties"][rows]["items"]
    assert words(column) - {"run.judgement"} == set(items["properties"][key]["enum"])


@pytest.mark.parametrize("query", queries(), ids=range(len(queries())))
def test_a_query_finds_something_in_the_demo_s_store(query: str, played: Played) -> None:
    with opened(played) as store:
        assert store.execute(query).fetchall() or any(f"FROM {view}\n" in query for view in EMPTY)


def test_every_query_runs_on_both_databases(store: Store) -> None:
    assert queries()
    with store.reading() as session:
        for query in queries():
            assert session.execute(text(query)).all() == []


def test_what_is_said_of_the_data_folder_is_in_it(played: Played) -> None:
    names = {path.name for path in played.folder.iterdir()}
    assert {"store.db", "archive", "pseudonym.key"} <= names
    file: Path
    file, = (played.folder / "archive").rglob("*.warc.gz")
    assert re.fullmatch(r"steppe/\d{4}/\d\d/[^/]+", str(file.relative_to(played.folder / "archive")))
