"""The demo: a folder with everything in it, the replica outlet and a mail sink that run, and the clock of a scripted life.

    DIR/steppewire.toml  DIR/outlets/steppe.toml    written anew at each start, for the ports of this one
    DIR/site/script.json                            what happens at each step (demo/script.py says how it is told)
    DIR/site/log.jsonl                              what was asked of the site, a line a request (demo/site.py)
    DIR/site/shows  DIR/site/step                   the step that the site shows; the last one that was played to its end
    DIR/mails/*.eml  DIR/mails/log.jsonl            what the sink got (demo/sink.py)
"""
import fcntl
import json
import tomllib
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from types import TracebackType
from typing import Self

from demo.life import LAST, START, STEP, begins
from demo.script import script
from demo.sink import MailSink
from demo.site import Site

__all__ = ["AGAIN", "LAST", "PASSES", "START", "STEP", "Demo"]

OUTLET = Path(__file__).with_name("steppe.toml")
CONFIG = Path(__file__).with_name("steppewire.toml")
# A removed comment must be absent from two reads ten minutes apart, a gone article three times over a day or more.
PASSES = (timedelta(0), timedelta(minutes=15), timedelta(hours=25))
AGAIN = timedelta(hours=36)


def _write(file: Path, text: str) -> None:
    """Writes a file so that a reader finds the old one or the new one, whole."""
    part = file.with_name(f"{file.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)


def _number(file: Path) -> int | None:
    return int(file.read_text(encoding="utf-8")) if file.exists() else None


class DemoRuns(RuntimeError):
    """Another demo runs in the folder; nothing of it was touched."""

    kind = "failure"


class Demo:
    """A demo in a folder while its `with` block runs; config is the settings to read, site_url where the outlet answers.

    What is in the folder stays, and a demo goes on where it stopped: step is the last step that was played to its end. A
    step that was broken off is shown again at the next start, and is to be played again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "steppewire.toml"
        self._site: Site | None = None
        self._running = ExitStack()

    @property
    def site(self) -> Site:
        """The outlet's server, while the demo runs."""
        if self._site is None:
            raise RuntimeError("the demo does not run")
        return self._site

    @property
    def site_url(self) -> str:
        """http://127.0.0.1:PORT, while the demo runs."""
        return self.site.url

    @property
    def step(self) -> int | None:
        """The last step that was played to its end; None before the first."""
        return _number(self.folder / "site" / "step")

    def __enter__(self) -> Self:
        for name in ("outlets", "site", "mails"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with ExitStack() as started:
            alone = started.enter_context((self.folder / "site" / "lock").open("w"))
            try:
                fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise DemoRuns(f"another demo runs in {self.folder}: end it, or name another folder") from error
            sink = started.enter_context(MailSink(self.folder / "mails"))
            self._site = started.enter_context(
                Site(step=_number(self.folder / "site" / "shows") or 0, log=self.folder / "site" / "log.jsonl"))
            config = Template(CONFIG.read_text(encoding="utf-8")).substitute(mail_port=sink.port)
            _write(self.config, config)
            _write(self.folder / "outlets" / "steppe.toml",
                   Template(OUTLET.read_text(encoding="utf-8")).substitute(site=self._site.url))
            watches = tomllib.loads(config)["watch"]
            told = script([int(after.total_seconds()) for after in PASSES], watches)
            _write(self.folder / "site" / "script.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")
            self._running = started.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._running.close()
        self._site = None

    async def play(self, step: int, one_pass: Callable[[datetime], Awaitable[None]]) -> None:
        """Shows a step and has it looked at: one_pass is called with each moment of PASSES after its beginning."""
        self.site.step = step
        _write(self.folder / "site" / "shows", f"{step}\n")
        for after in PASSES:
            await one_pass(begins(step) + after)
        _write(self.folder / "site" / "step", f"{step}\n")

    async def again(self, one_pass: Callable[[datetime], Awaitable[None]]) -> None:
        """Has the step that is shown looked at once more, later than all its passes: nothing has changed."""
        await one_pass(begins(self.site.step) + AGAIN)
