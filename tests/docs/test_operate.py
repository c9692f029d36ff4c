"""What docs/operate.md tells the operator to type can be typed."""
import re
import shlex
import shutil
import sqlite3
import subprocess
import tomllib
from contextlib import closing
from pathlib import Path

import click
import pytest
from command import ROOT

from cli import steppewire
from settings import Settings

TEXT = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
SHELL = re.findall(r"```sh\n(.*?)```", TEXT, re.S)
LINES = [line for block in SHELL for line in block.splitlines()]
TOML = re.findall(r"```toml\n(.*?)```", TEXT, re.S)
VERBS = [line[found.end():] for line in LINES if (found := re.search(r"(^|/bin/|exec steppewire )steppewire (?=[-a-z])", line))
         and not line.startswith(("useradd", "cp", "systemctl"))]


def test_there_is_something_to_look_at() -> None:
    assert (len(SHELL), len(TOML)) == (17, 8) and len(VERBS) >= 6


@pytest.mark.parametrize("block", SHELL, ids=lambda block: block.split("\n")[0][:30])
def test_a_shell_example_parses(block: str) -> None:
    ended = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False, timeout=10)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("block", TOML, ids=lambda block: block.split("\n")[0][:30])
def test_a_settings_example_is_settings(block: str) -> None:
    Settings(**tomllib.loads(block))


@pytest.mark.parametrize("words", VERBS)
def test_a_verb_is_one_that_the_program_takes(words: str) -> None:
    first, *more = shlex.split(re.sub(r"^--config \S+ ", "", words))
    command = steppewire.commands[first]
    while isinstance(command, click.Group):
        command = command.commands[more.pop(0)]
    command.make_context(first, more)


# The backup is made by SQLite's own program, which is no requirement of ours: without it there is nothing to try.
@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="sqlite3 is not installed")
def test_the_backup_has_what_the_store_has_also_while_it_is_written(tmp_path: Path) -> None:
    line, = (line for line in LINES if line.startswith("sqlite3 store.db"))
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as store:
        store.executescript("PRAGMA journal_mode=WAL; CREATE TABLE page (url TEXT); INSERT INTO page VALUES ('here');")
        store.execute("BEGIN IMMEDIATE")
        store.execute("INSERT INTO page VALUES ('not committed')")
        subprocess.run(shlex.split(line.replace("/var/backups", str(tmp_path))), check=True, cwd=tmp_path, timeout=30)
    with closing(sqlite3.connect(tmp_path / "steppewire-store.db")) as copy:
        assert copy.execute("SELECT url FROM page").fetchall() == [("here",)]


def test_every_file_it_names_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target
    for name in ("etc/steppewire.service", "etc/steppewire.toml", "compose.yaml", "requirements.txt"):
        assert name in TEXT and (ROOT / name).exists()


def test_every_figure_it_names_is_one() -> None:
    source = (ROOT / "health" / "metrics.py").read_text(encoding="utf-8")
    for name in set(re.findall(r"steppewire_[a-z_]+", TEXT)):
        assert f'"{name.removesuffix("_total")}"' in source, name
