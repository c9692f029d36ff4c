"""docs/cli.md against the commands."""
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from command import ROOT, environment

from cli import steppewire

DOCS = ROOT / "docs"
TEXT = (DOCS / "cli.md").read_text(encoding="utf-8")


def verbs(group: click.Group = steppewire) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its words."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from ((f"{name} {below}", inner) for below, inner in verbs(command))
        else:
            yield name, command


def generate(docs: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, docs / "generate.py", *arguments], capture_output=True, text=True, check=False,
                          timeout=60, env=environment())


def test_the_help_texts_in_it_are_the_commands_own() -> None:
    ended = generate(DOCS, "--check")
    assert ended.returncode == 0, ended.stderr


def test_a_stale_one_is_told_and_left_as_it_is_until_it_is_written_anew(tmp_path: Path) -> None:
    shutil.copy(DOCS / "generate.py", tmp_path)
    file = tmp_path / "cli.md"
    file.write_text(TEXT.replace("steppewire demo --once", "steppewire demo --twice"), encoding="utf-8")
    stale = generate(tmp_path, "--check")
    assert (stale.returncode, stale.stderr.split(":")[0]) == (1, "docs/cli.md is stale")
    assert file.read_text(encoding="utf-8") != TEXT
    assert generate(tmp_path).returncode == 0
    assert file.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(("verb", "command"), list(verbs()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_verb_teaches_with_an_example_that_it_takes(verb: str, command: click.Command) -> None:
    _, _, example = (command.help or "").partition("Example: ")
    words = shlex.split(example.partition("&&")[0])
    assert words[:1 + len(verb.split())] == ["steppewire", *verb.split()]
    command.make_context(verb, words[1 + len(verb.split()):])


def test_every_file_it_points_to_is_there() -> None:
    links = set(re.findall(r"\]\(([^)]+)\)", TEXT))
    assert len(links) > 10
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_every_file_that_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = {*re.findall(r"\]\(([^)]+)\)", text), *re.findall(r"`([a-z][\w./]*(?:/|\.py|\.toml|\.md))`", text)}
    assert len(named) > 20
    named -= {"outlets/ID.toml", "native.py", "smtp.py"}  # the operator's own; and two named after their folder
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
