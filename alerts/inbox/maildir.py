"""A maildir: messages lie in new/, or in cur/ where another program looked in; `S` in their names says that one was seen."""
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event

from alerts.inbox.errors import Unreadable
from alerts.inbox.letter import MOST_BYTES, Letter

INFO = ":2,"


@dataclass(frozen=True, slots=True)
class Maildir:
    """The mailbox in a folder that has `new` and `cur` in it."""

    folder: Path

    def look(self) -> str:
        """Says how many messages nobody has seen; Unreadable where they cannot be read, or not be moved."""
        names = self._unseen()
        for each in ("new", "cur"):
            if not os.access(self.folder / each, os.R_OK | os.W_OK | os.X_OK):
                raise Unreadable(f"{self.folder / each}: this user may not read and write it")
        return f"{self.folder}, unseen: {len(names)}"

    @contextmanager
    def open(self, most: int, stop: Event | None = None) -> Iterator[Iterator[Letter]]:
        """At most so many of the messages that nobody has seen, the oldest first. A file that cannot be read holds up no other:
        Unreadable comes after the last of them."""
        yield self._letters(most, stop)

    def _letters(self, most: int, stop: Event | None) -> Iterator[Letter]:
        trouble: tuple[Path, OSError] | None = None
        for file in self._unseen()[:most]:
            if stop is not None and stop.is_set():
                return
            try:
                with file.open("rb") as stream:
                    content = stream.read(MOST_BYTES)
            except FileNotFoundError:  # another program moved it just now; the next look finds it
                continue
            except OSError as error:
                trouble = file, error
                continue
            yield Letter(file.name, content, partial(self._mark, file))
        if trouble is not None:
            raise Unreadable(f"{trouble[0]}: {trouble[1].strerror}") from trouble[1]

    def _unseen(self) -> list[Path]:
        found = list[Path]()
        try:
            for each in ("new", "cur"):
                with os.scandir(self.folder / each) as entries:
                    found += (Path(entry.path) for entry in entries
                              if not entry.name.startswith(".") and "S" not in _flags(entry.name) and entry.is_file())
        except OSError as error:
            raise Unreadable(f"{error.filename}: {error.strerror}") from error
        return sorted(found, key=_age)

    def _mark(self, file: Path) -> None:
        """One rename, which is done or not begun."""
        name = file.name.partition(INFO)[0]
        flags = "".join(sorted(_flags(file.name) | {"S"}))
        try:
            file.rename(self.folder / "cur" / f"{name}{INFO}{flags}")
        except FileNotFoundError:  # another program moved it just now; it comes again, and what it says is done once
            return
        except OSError as error:
            raise Unreadable(f"{error.filename}: {error.strerror}") from error


def _flags(name: str) -> set[str]:
    return set(name.partition(INFO)[2])


def _age(file: Path) -> tuple[int, str]:
    """Names begin with the second in which the message came."""
    seconds = file.name.partition(".")[0]
    return int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 16 else 0, file.name
