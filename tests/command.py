"""The real command line, in a process of its own or in this one."""
import io
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NoReturn

import pytest

import logs

COMMAND = [sys.executable, "-P", "-c", "from cli import main; main()"]
ROOT = Path(__file__).parents[1]


def environment() -> dict[str, str]:
    """This process's environment, with the tree under test before any installed copy, and nothing of ours set."""
    plain = {key: value for key, value in os.environ.items() if key not in ours()}
    return plain | {"PYTHONPATH": str(ROOT)}


def ours() -> list[str]:
    """The variables of this process's environment that are ours."""
    return [key for key in os.environ if key.startswith("STEPPEWIRE_")]


def steppewire(*arguments: str | Path, cwd: Path | None = None, given: str = "",
               more: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a verb to its end in a process of its own; needed for signals, and to see that a new process does as it should."""
    return subprocess.run([*COMMAND, *map(str, arguments)], input=given, capture_output=True, text=True, cwd=cwd, check=False,
                          timeout=300, env=environment() | (more or {}))


def said(*arguments: str | Path, cwd: Path | None = None, given: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a verb to its end by the command's own `main` in this process: a new one takes a second to load what it needs. The
    process is afterwards as it was; a verb that does not end fails."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code: Any = 0
    with _as_it_was() as patch, redirect_stdout(out), redirect_stderr(err), _ended_in_time():
        from cli import main

        for key in ours():
            patch.delenv(key)
        patch.setattr(sys, "argv", ["steppewire", *map(str, arguments)])
        patch.setattr(sys, "stdin", io.StringIO(given))
        if cwd is not None:
            patch.chdir(cwd)
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]  # as made above
    return subprocess.CompletedProcess([*map(str, arguments)], code, *texts)


@contextmanager
def _as_it_was() -> Iterator[pytest.MonkeyPatch]:
    """Undoes what a verb does to its process: how it logs, and what becomes of exceptions that nobody catches."""
    root, quiet = logging.getLogger(), [logging.getLogger(name) for name in logs.QUIET]
    with pytest.MonkeyPatch.context() as patch:
        for of, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook"), (logs, "_format")):
            patch.setattr(of, name, getattr(of, name))
        handlers, levels = root.handlers, [(logger, logger.level) for logger in (root, *quiet)]
        root.handlers = []  # else they would be closed
        try:
            yield patch
        finally:
            logging.captureWarnings(False)
            root.handlers = handlers
            for logger, level in levels:
                logger.setLevel(level)


@contextmanager
def _ended_in_time(seconds: float = 120) -> Iterator[None]:
    def late(*_: object) -> NoReturn:
        raise TimeoutError("the verb has not ended")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def document(*arguments: str | Path, cwd: Path | None = None, code: int = 0) -> dict[str, Any]:
    """The document that a verb prints with --json, in a process of its own; it must end with this code."""
    return _document(steppewire(*arguments, "--json", cwd=cwd), code)


def told(*arguments: str | Path, cwd: Path | None = None, code: int = 0) -> dict[str, Any]:
    """The document that a verb prints with --json, in this process; it must end with this code."""
    return _document(said(*arguments, "--json", cwd=cwd), code)


def _document(ended: subprocess.CompletedProcess[str], code: int) -> dict[str, Any]:
    assert ended.returncode == code, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def lines(file: Path) -> Sequence[dict[str, Any]]:
    """The documents of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
