"""A real daemon in a process of its own, and what tests ask of it."""
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from command import COMMAND, environment
from newspaper import Newspaper

import settings
from verbs import checking
from verbs.checking import settle

# What waits for a round of the daemon waits for no second.
QUICK = {"STEPPEWIRE_LIMITS__TICK": "200ms", "STEPPEWIRE_LIMITS__MAIL_TICK": "300ms"}


def children(pid: int) -> list[int]:
    """The process ids of a process's children, those that ended and were not asked for among them; none where it is gone."""
    found = list[int]()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, task.read_text(encoding="utf-8").split())
    return found


class Daemon:
    """A daemon that was started, its process, and what it and its children have written on stderr so far."""

    def __init__(self, process: "subprocess.Popen[str]", said: Any) -> None:
        self.process, self._said = process, said

    @property
    def pid(self) -> int:
        return self.process.pid

    def lines(self) -> list[str]:
        """The lines on stderr so far; an unfinished last one is left out."""
        text = self._all()
        return text[:text.rfind("\n") + 1].split("\n")[:-1]

    def _all(self) -> str:
        # Not by reading on: the place in the file is the daemon's too.
        return os.pread(self._said.fileno(), 1 << 26, 0).decode()

    def children(self) -> list[int]:
        """The process ids of its children: the worker."""
        return children(self.pid)

    def family(self) -> list[int]:
        """The process ids of all that it started and that these started: the worker and its readers."""
        found, left = list[int](), self.children()
        while left:
            found.append(left.pop())
            left += children(found[-1])
        return found

    def end(self, number: int, within: float = 7.0) -> int:
        """Sends a signal; the exit code, which must come in time."""
        self.process.send_signal(number)
        return self.process.wait(timeout=within)


@contextmanager
def daemon(paper: Newspaper, *more: str, environ: dict[str, str] | None = None) -> Iterator[Daemon]:
    """A daemon of the newspaper's settings, with quick rounds, while the block runs; `more` are options of `run`. What it said
    on stderr is shown when a test fails."""
    command = [*COMMAND, "--config", str(paper.config), "run", *more]
    with (TemporaryFile() as said,
          subprocess.Popen(command, stderr=said, text=True, env=environment() | QUICK | (environ or {})) as process):
        running = Daemon(process, said)
        try:
            yield running
        finally:
            if process.poll() is None:
                process.kill()
            sys.stderr.write(running._all())


def wait(what: str, until: Callable[[], bool], every: float = 0.1) -> None:
    """Waits until something holds, looking every so many seconds; a minute is far more than any of it takes."""
    for _ in range(int(60 / every)):
        if until():
            return
        time.sleep(every)
    raise AssertionError(f"waited in vain: {what}")


def status(paper: Newspaper) -> dict[str, Any]:
    """What `status` prints as JSON."""
    read = settings.load(paper.config)
    store = settle(read, str(paper.config))
    try:
        return checking.status(read, store, datetime.now(timezone.utc))
    finally:
        store.engine.dispose()
