"""How far something is, told on standard error: as a bar on a terminal, else in a line now and then."""
import time
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

LINE_SECONDS = 10.0


class Progress:
    """Call `say` as often as you like; a line is printed every ten seconds at the most."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bars = Bars(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                          console=console) if console.is_terminal else None
        self._tasks: dict[str, TaskID] = {}
        self._told = time.monotonic()

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bars:
            self._bars.stop()

    def say(self, what: str, done: int, total: int) -> None:
        """So many of so many are done."""
        if self._bars:
            if what not in self._tasks:
                self._tasks[what] = self._bars.add_task(what)
            self._bars.update(self._tasks[what], completed=done, total=max(done, total))
        elif time.monotonic() - self._told >= LINE_SECONDS:
            self._told = time.monotonic()
            click.echo(f"{what}: {done} of {max(done, total)}", err=True)
