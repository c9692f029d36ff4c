"""Files read as the daemon would read them: the same children, the same code, no store and no network."""
import asyncio
import gzip
import json
import os
import sys
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from crawler import outlet as outlets
from crawler.items import Fetched
from crawler.outlet import Outlet
from pipelines.read.children import Readers
from pipelines.read.door import reader_name
from settings import Settings
from verbs import documents

LARGEST = 64 * 2**20  # of an unpacked file: what is more than the door reads is refused there, with its reason
AHEAD = 16


class FileError(ValueError):
    """A file, or a line that names one, cannot be read."""

    kind = "file"
    key: str | None = None
    value: Any = None

    def __init__(self, message: str, *, file: str | None, key: str | None = None, value: Any = None, remedy: str) -> None:
        super().__init__(message)
        self.message, self.file, self.key, self.value, self.remedy = message, file, key, value, remedy


@dataclass(frozen=True, slots=True)
class Request:
    """One page to read; outlet "none" reads it as nobody's."""

    file: str
    url: str | None = None
    outlet: str | None = None
    content_type: str | None = None
    at: datetime | None = None


class Outlets:
    """The outlets that the settings' folders and the shipped one hold."""

    def __init__(self, settings: Settings) -> None:
        self._folders = settings.outlets_dirs
        self._known = [outlets.load(outlets.find(name, self._folders)) for name in outlets.known(self._folders)]

    def of(self, request: Request) -> Outlet | None:
        """The outlet that is named, else the one whose host the URL has."""
        if request.outlet == "none":
            return None
        if request.outlet is not None:
            return outlets.load(outlets.find(request.outlet, self._folders))
        return next((each for each in self._known if request.url and each.owns(request.url)), None)


async def answer(settings: Settings, request: Request) -> dict[str, Any]:
    """The document of one page."""
    return await _answer(Outlets(settings), Readers(1), request)


async def answer_both(settings: Settings, old: Request, new: Request) -> tuple[dict[str, Any], dict[str, Any]]:
    """The documents of two articles; FileError where one is none."""
    known, readers = Outlets(settings), Readers(2)
    first, second = await asyncio.gather(_answer(known, readers, old), _answer(known, readers, new))
    for request, document in ((old, first), (new, second)):
        if document["outcome"] != "clean":
            raise FileError(f"this is no article: {document['reason']}: {document['note']}", file=request.file,
                            remedy="name two copies of an article's page")
    return first, second


def opened(file: Path) -> TextIO:
    """A file of lines to be answered, standard input for `-`; what is no UTF-8 is replaced, so that it spoils its own line
    only. FileError where it cannot be had."""
    if str(file) == "-":
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        return sys.stdin
    try:
        return file.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise FileError(f"the lines cannot be read: {error.strerror}", file=str(file),
                        remedy="name a file with a line for each page, or - for standard input") from error


async def answer_lines(settings: Settings, lines: Iterable[str], say: Callable[[dict[str, Any]], None]) -> int:
    """Answers each line {"file", "url", "outlet"?, "at"?} in order; a bad one with an error in its place. The exit code."""
    known, readers = Outlets(settings), Readers(os.cpu_count() or 1)
    under_way: deque[asyncio.Task[dict[str, Any]]] = deque()
    bad = False

    async def finish() -> None:
        nonlocal bad
        document = await under_way.popleft()
        bad = bad or "error" in document
        say(document)

    for line in lines:
        if line.strip():
            under_way.append(asyncio.create_task(_answer_line(known, readers, line)))
        if len(under_way) >= AHEAD:
            await finish()
    while under_way:
        await finish()
    return 1 if bad else 0


async def _answer_line(known: Outlets, readers: Readers, line: str) -> dict[str, Any]:
    try:
        return await _answer(known, readers, _request(line))
    except (FileError, outlets.OutletError) as error:
        document = documents.error(error)
        try:
            document["error"]["file"] = json.loads(line)["file"]
        except (ValueError, KeyError, TypeError):
            document["error"]["file"] = None
        return document


def _request(line: str) -> Request:
    remedy = 'write {"file": "page.html", "url": "https://…"}'
    try:
        data = json.loads(line)
    except ValueError as error:
        raise FileError(f"the line is not JSON: {error}", file=None, remedy=remedy) from error
    if not isinstance(data, dict) or not isinstance(data.get("file"), str):
        raise FileError("the line names no file", file=None, key="file", remedy=remedy)
    for key in data:
        if key not in ("file", "url", "outlet", "content_type", "at") or not isinstance(data[key], str | None):
            raise FileError("this key is unknown, or its value no text", file=data["file"], key=key, value=data[key],
                            remedy=remedy)
    at = None
    if data.get("at"):
        try:
            at = datetime.fromisoformat(data["at"])
        except ValueError as error:
            raise FileError("this is no time", file=data["file"], key="at", value=data["at"],
                            remedy="write 2026-03-02T06:00:00Z") from error
        at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return Request(data["file"], data.get("url"), data.get("outlet"), data.get("content_type"), at)


async def _answer(known: Outlets, readers: Readers, request: Request) -> dict[str, Any]:
    body = _bytes(request.file)
    outlet = known.of(request)
    headers = (("Content-Type", request.content_type),) if request.content_type else ()
    fetched = Fetched(request.url or "", 200, headers, body, request.at or datetime.now(timezone.utc))
    value = await readers.read(fetched, outlet)
    return documents.read(request.file, request.url, value, reader_name(outlet, fetched.at))


def _bytes(name: str) -> bytes:
    file = Path(name)
    try:
        if file.suffix != ".gz":
            return file.read_bytes()
        with gzip.open(file) as stream:
            return stream.read(LARGEST)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise FileError(f"cannot be read: {error}", file=name, remedy="name a readable file, plain or gzip") from error
