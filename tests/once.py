"""What is costly to make and only looked at: made once a run, whichever of the test processes needs it first."""
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command import COMMAND, environment


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder of that name that `make` filled once for all processes of this run, and in which nobody may write."""
    own = factory.getbasetemp()
    # Each process of pytest-xdist has a folder of its own in that of the run.
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, made = run / f"once-{name}", run / f"once-{name}.made"
    with (run / f"once-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def once_told(factory: pytest.TempPathFactory, name: str, make: Callable[[], Any]) -> Any:
    """What `make` returned, of which JSON keeps everything, once for all processes of this run; each has its own copy."""
    def write(folder: Path) -> None:
        (folder / "told.json").write_text(json.dumps(make()), encoding="utf-8")

    return json.loads((once(factory, name, write) / "told.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Played:
    """The demo's folder after step 4, and the document that the demo printed."""

    folder: Path
    document: dict[str, Any]

    @property
    def config(self) -> Path:
        return self.folder / "steppewire.toml"


def _play(folder: Path) -> None:
    installed = Path(sys.executable).with_name("steppewire")
    command = [str(installed)] if installed.exists() else COMMAND
    ended = subprocess.run([*command, "demo", "--once", "--steps", "4", "--json", "--data", str(folder / "demo")],
                           capture_output=True, text=True, check=False, timeout=300, env=environment())
    assert ended.returncode == 0, ended.stderr
    (folder / "document.json").write_text(ended.stdout, encoding="utf-8")


def demo_played(factory: pytest.TempPathFactory) -> Played:
    """A copy of the caller's own of the demo as the installed command played it; its settings name no folder but their own."""
    made, own = once(factory, "demo", _play), factory.mktemp("played") / "demo"
    shutil.copytree(made / "demo", own)
    return Played(own, json.loads((made / "document.json").read_text(encoding="utf-8")))
