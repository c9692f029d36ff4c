"""Ten seeded kills and one firing of each failpoint; `make prove` does the rest."""
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from command import COMMAND, environment

from prove import failpoints, kills
from prove.life import Life
from prove.trial import Trial


@pytest.fixture(scope="session")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a newspaper whose backlog was read."""
    folder = tmp_path_factory.mktemp("life")
    with Life(folder, 1, articles=failpoints.ARTICLES):
        return folder


@pytest.fixture
def one(tmp_path: Path, read_once: Path) -> Iterator[Life]:
    folder = tmp_path / "life"
    shutil.copytree(read_once, folder)
    with Life(folder, 1, articles=failpoints.ARTICLES) as one:
        yield one


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_nothing_is_lost_and_nobody_is_told_twice_by_ten_kills(seed: int, tmp_path: Path) -> None:
    outcome = kills.run(tmp_path, Trial("sqlite", seed), None, kills=10)
    assert outcome.faults == []
    assert outcome.counts["mails"] >= 3


def test_every_failpoint_of_the_program_is_fired() -> None:
    assert failpoints.in_source() == {*failpoints.FAILPOINTS, *failpoints.SCHEMA}


@pytest.mark.parametrize("name", failpoints.FAILPOINTS)
def test_a_failpoint_fires_with_its_effect_before_or_after_it(name: str, one: Life) -> None:
    assert failpoints.fire(one, name) == []


@pytest.mark.parametrize("name", failpoints.SCHEMA)
def test_tables_are_made_whole_or_not_at_all(name: str, tmp_path: Path) -> None:
    def upgrade(**more: str) -> int:
        (tmp_path / "steppewire.toml").write_text("outlets = []\n", encoding="utf-8")
        return subprocess.run([*COMMAND, "--config", str(tmp_path / "steppewire.toml"), "db", "upgrade"],
                              env=environment() | more, check=False).returncode

    def tables() -> int:
        with closing(sqlite3.connect(tmp_path / "var" / "store.db")) as connection:
            found: int = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alert'").fetchone()[0]
            return found

    assert upgrade(STEPPEWIRE_FAILPOINT=name) == -9
    assert tables() == failpoints.SCHEMA[name]
    assert upgrade() == 0 and tables() == 1
