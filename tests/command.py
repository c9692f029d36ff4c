"""The real command line in a process of its own."""
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-P", "-c", "from cli import main; main()"]
ROOT = Path(__file__).parents[1]


def environment() -> dict[str, str]:
    """This process's environment, with the tree under test before any installed copy, and nothing of ours set."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("STEPPEWIRE_")}
    return plain | {"PYTHONPATH": str(ROOT)}


def steppewire(*arguments: str | Path, cwd: Path | None = None, given: str = "",
               more: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a verb to its end."""
    return subprocess.run([*COMMAND, *map(str, arguments)], input=given, capture_output=True, text=True, cwd=cwd, check=False,
                          timeout=300, env=environment() | (more or {}))


def document(*arguments: str | Path, cwd: Path | None = None, code: int = 0) -> dict[str, Any]:
    """The document that a verb prints with --json; it must end with this code."""
    ended = steppewire(*arguments, "--json", cwd=cwd)
    assert ended.returncode == code, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def lines(file: Path) -> Sequence[dict[str, Any]]:
    """The documents of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
