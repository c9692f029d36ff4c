"""A seeded kill of each process and one firing of a failpoint of each kind; `make prove` does the rest."""
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from command import said, steppewire
from once import once

from prove import failpoints, kills
from prove.life import Life
from prove.trial import Trial

# One of each kind, by where it stands: the daemon's runs, the archive, a reader, the store of a page, a mail, its sending.
QUICK = ("run.begun", "page.taken", "mail.frozen")


def read_once(folder: Path) -> None:
    """Reads the backlog of a newspaper in the folder."""
    with Life(folder, 1, articles=failpoints.ARTICLES):
        pass


@pytest.fixture
def one(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    folder = tmp_path / "life"
    shutil.copytree(once(tmp_path_factory, "life", read_once), folder)
    with Life(folder, 1, articles=failpoints.ARTICLES) as one:
        yield one


@pytest.mark.parametrize("number", [3, pytest.param(10, marks=pytest.mark.long)])
def test_nothing_is_lost_and_nobody_is_told_twice_by_kills(number: int, tmp_path: Path) -> None:
    outcome = kills.run(tmp_path, Trial("sqlite", 1), None, kills=number)
    assert outcome.faults == []
    assert outcome.counts["mails"] >= 3 and all(outcome.counts[which] for which in ("daemon", "worker", "reader"))


def test_every_failpoint_of_the_program_is_fired() -> None:
    assert failpoints.in_source() == {*failpoints.FAILPOINTS, *failpoints.SCHEMA, *failpoints.FORGETTING, *failpoints.DECIDING,
                                      *failpoints.READING}


@pytest.mark.parametrize("name", [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in failpoints.FAILPOINTS])
def test_a_failpoint_fires_with_its_effect_before_or_after_it(name: str, one: Life) -> None:
    assert failpoints.fire(one, name) == []


@pytest.mark.parametrize("name", failpoints.SCHEMA)
def test_tables_are_made_whole_or_not_at_all(name: str, tmp_path: Path) -> None:
    def tables() -> int:
        with closing(sqlite3.connect(tmp_path / "var" / "store.db")) as connection:
            found: int = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alert'").fetchone()[0]
            return found

    config = tmp_path / "steppewire.toml"
    config.write_text("outlets = []\n", encoding="utf-8")
    assert steppewire("--config", config, "db", "upgrade", more={"STEPPEWIRE_FAILPOINT": name}).returncode == -9
    assert tables() == failpoints.SCHEMA[name]
    assert said("--config", config, "db", "upgrade").returncode == 0 and tables() == 1
