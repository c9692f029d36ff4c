"""The demo, played once by the installed command: what the documents say is held against its store and its answers."""
import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from once import Played, demo_played

from cli import main


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The demo after step 4, in which nobody writes."""
    return demo_played(tmp_path_factory)


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
