"""The demo, played once by the installed command: what the documents say is held against its store and its answers."""
import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command import COMMAND, environment

from cli import main


@dataclass(frozen=True, slots=True)
class Played:
    """The demo's folder after step 4, and the document that the demo printed. Nobody writes there."""

    folder: Path
    document: dict[str, Any]

    @property
    def config(self) -> Path:
        return self.folder / "steppewire.toml"


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("played")
    installed = Path(sys.executable).with_name("steppewire")
    command = [str(installed)] if installed.exists() else COMMAND
    ended = subprocess.run([*command, "demo", "--once", "--steps", "4", "--json", "--data", str(folder)], capture_output=True,
                           text=True, check=False, timeout=300, env=environment())
    assert ended.returncode == 0, ended.stderr
    return Played(folder, json.loads(ended.stdout))


@dataclass(frozen=True, slots=True)
class Said:
    """How a verb ended, and what it printed."""

    code: int
    out: str
    err: str


def say(*arguments: str | Path) -> Said:
    """Runs a verb to its end by the command's own `main`, in this process: a new one takes seconds to import what it needs."""
    out, err = io.StringIO(), io.StringIO()
    code: Any = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["steppewire", *map(str, arguments)])
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    return Said(code, out.getvalue(), err.getvalue())
