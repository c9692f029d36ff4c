"""What the program says on stderr: a line an event, as text or as JSON, with the run, the outlet and the page it is about.

Sites write parts of these lines: whatever is in them, a line stays one line and no line can be forged. A line is written in one
piece that the kernel does not mix with those of other processes, and is shortened where it would be longer than that.
"""
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

FORMATS = ("text", "json")
VARIABLE = "STEPPEWIRE_LOG_FORMAT"
# PIPE_BUF of Linux: a longer line could be mixed with another process's.
LONGEST = 4096
# They tell of every request and every migration at INFO.
QUIET = ("alembic", "scrapy", "trafilatura", "twisted")
# They log from whatever task comes by, such as one in which garbage is collected: what that is about, their lines are not.
ELSEWHERE = ("asyncio", "twisted")
_format = "text"
Facts = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Place:
    """What a line is about: a run, an outlet, the address of a page; None where it is about none."""

    run: int | None = None
    outlet: str | None = None
    page: str | None = None


_place: ContextVar[Place] = ContextVar("place", default=Place())  # noqa: B039  it is frozen


def about(**place: Any) -> None:
    """Says of all that this task logs from here on what run, outlet or page it is about."""
    _place.set(replace(_place.get(), **place))


def choose(name: str) -> None:
    """Decides on "text" or "json"; before `begin`."""
    global _format
    _format = name


def chosen() -> str:
    """The format that was decided on."""
    return _format


def begin(level: int) -> None:
    """Has this process log from a level on: its own lines, warnings, and exceptions that nobody catches."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(as_json if _format == "json" else as_text))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda caught: _uncaught(caught.exc_type, caught.exc_value, caught.exc_traceback)
    sys.unraisablehook = lambda caught: _uncaught(caught.exc_type, caught.exc_value, caught.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    logging.getLogger("steppewire").critical("an exception that nobody caught: %s", kind.__name__,
                                             exc_info=(kind, error, trace) if error is not None else None)


class Lines(logging.Formatter):
    """Makes a line of each record, by `as_text` or `as_json`."""

    def __init__(self, draw: Callable[[Facts], str]) -> None:
        super().__init__()
        self._draw = draw

    def format(self, record: logging.LogRecord) -> str:
        facts, line = self._facts(record), ""
        while True:
            line = self._draw(facts)
            longest = max(("error", "message", "page"), key=lambda name: len(str(facts.get(name, ""))))
            value = str(facts.get(longest, ""))
            if len(line.encode(errors="backslashreplace")) < LONGEST or len(value) < 80:
                return line
            # Of a traceback the end says most: where it happened, and what.
            facts[longest] = f"{value[:len(value) // 6]} […] {value[len(value) // 2:]}"

    def _facts(self, record: logging.LogRecord) -> Facts:
        facts: Facts = {"time": f"{datetime.fromtimestamp(record.created, timezone.utc):%Y-%m-%dT%H:%M:%S.%fZ}",
                        "level": record.levelname, "logger": record.name, "message": _message(record),
                        "pid": record.process or os.getpid()}
        place = _place.get() if record.name not in ELSEWHERE else Place()
        if isinstance(record.args, Mapping) and (url := getattr(record.args.get("request"), "url", None)):
            place = replace(place, page=url)  # Scrapy names the request that its line is about
        for name in ("run", "outlet", "page"):
            if (value := getattr(record, name, None) or getattr(place, name)) is not None:
                facts[name] = str(value)
        if record.exc_info and record.exc_info[0] is not None:
            facts["error"] = self.formatException(record.exc_info)
        return facts


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  a library's message that does not fit its arguments is still said
        return f"{record.msg} {record.args}"


def as_json(facts: Facts) -> str:
    """One JSON object, in ASCII: what a terminal or a reader of lines could take for more than a character is escaped."""
    return json.dumps(facts)


def as_text(facts: Facts) -> str:
    """A line for people; the lines of a traceback are set in below it, as no first line is."""
    place = ", ".join(f"{name} {plain(str(facts[name]))}" for name in ("run", "outlet", "page") if name in facts)
    line = f"{facts['time']} {facts['level']} {facts['logger']}[{facts['pid']}]: {plain(str(facts['message']))}"
    trace = "".join(f"\n    {plain(each)}" for each in str(facts.get("error", "")).split("\n") if each)
    return f"{line} ({place}){trace}" if place else line + trace


def plain(text: str) -> str:
    """A text on one line, with escapes in the place of all that a terminal would obey instead of print."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
