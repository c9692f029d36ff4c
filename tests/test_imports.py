"""The rule of imports: who may know whom."""
import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("alerts", "cli", "commands", "crawler", "demo", "failpoint", "forget", "health", "logs", "pipelines", "replay",
         "run_desk", "scheduler", "settings", "storage", "verbs", "web", "worker", "worker_main", "worker_process",
         "wrong_setting")
# What each room may import of ours besides itself; a name stands for all below it.
MAY = {
    "failpoint": (), "logs": (), "crawler": (), "storage": (), "settings": ("wrong_setting",), "demo": (), "worker_process": (),
    "wrong_setting": (),
    "health": ("storage",), "run_desk": ("crawler", "pipelines", "storage"),
    "pipelines": ("crawler.api", "crawler.items", "crawler.outlet", "storage"),
    "alerts": ("storage", "pipelines.compare.diff"),
    "web": ("storage", "alerts.feed", "alerts.public", "alerts.text", "alerts.token"),
    "forget": ("alerts.answering", "alerts.message", "alerts.public", "crawler", "pipelines", "storage"),
    "replay": ROOMS, "scheduler": ROOMS, "worker": ROOMS, "worker_main": ROOMS, "verbs": ROOMS, "cli": ROOMS,
    "commands": ROOMS,
}
FILES = sorted(file for room in ROOMS for file in (*ROOT.glob(f"{room}.py"), *ROOT.glob(f"{room}/**/*.py")))


def imported(file: Path) -> set[str]:
    """The modules that a file imports; of `from a import b` both a and a.b, as b may be a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide the room"
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def within(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_room_imports_only_what_it_may(file: Path) -> None:
    room = file.relative_to(ROOT).parts[0].removesuffix(".py")
    for name in imported(file):
        if any(within(name, each) for each in ROOMS):
            assert any(within(name, each) for each in (room, "failpoint", "logs", *MAY[room])), f"{room} may not import {name}"


@pytest.mark.parametrize("file", [file for file in FILES if file.name == "__init__.py"], ids=str)
def test_a_package_s_init_is_empty(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("file", [file for file in FILES if file.relative_to(ROOT).parts[0] == "pipelines"], ids=str)
def test_what_understands_pages_knows_no_crawler_framework(file: Path) -> None:
    assert not any(within(name, "scrapy") or within(name, "twisted") for name in imported(file))


def test_settings_are_read_in_the_wiring_only() -> None:
    readers = {file.relative_to(ROOT).parts[0].removesuffix(".py") for file in FILES
               if any(within(name, "settings") for name in imported(file))}
    assert readers == {"replay", "scheduler", "verbs", "worker", "worker_main"}
