"""A WARC file of the archive written anew, where something of it is to be forgotten: all other records byte for byte."""
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path

import failpoint
from crawler import members
from crawler.archive import UNREADABLE, Record, record, redacted, sync

SUFFIX = ".warc.gz"
NAME = re.compile(r"(?P<stem>.*?)(?:-r(?P<number>\d+))?\.warc\.gz")
PART = ".part"


def answers(file: Path) -> Iterator[tuple[int, Record]]:
    """The records of answers in a file, each with the place where it begins, up to where no whole record follows."""
    with file.open("rb") as stream:
        for start, end in members.whole(stream):
            stream.seek(start)
            member = stream.read(end - start)
            try:
                found = record(BytesIO(member))
            except UNREADABLE:
                continue  # a note on the file, or a request: neither holds a body
            if found.head.get_header("WARC-Type") == "response":
                yield start, found


def rest(file: Path) -> int | None:
    """Where something begins behind the last whole record: what a kill has left, or damage; None where nothing does."""
    with file.open("rb") as stream:
        end = stream.seek(max((end for _, end in members.whole(stream)), default=0))
        return end if stream.read(1) else None


def successor(file: Path) -> Path:
    """What a file is called when it has been written anew."""
    found = NAME.fullmatch(file.name)
    assert found is not None, file
    return file.with_name(f"{found['stem']}-r{int(found['number'] or 0) + 1}{SUFFIX}")


def rewrite(file: Path, bodies: Mapping[int, bytes], named: Collection[int], at: datetime) -> dict[int, int]:
    """Writes the file's successor, on disk when it returns: the same records, and other bodies in those that begin at these
    places. What is not whole goes with it where a record that is named stands in it or behind it, else it was left by a kill
    and is left out. Where each record that is named begins now."""
    new, part, moved, end = successor(file), successor(file).with_suffix(PART), dict[int, int](), 0
    with file.open("rb") as stream, part.open("wb") as out:
        for start, end in members.whole(stream):
            stream.seek(start)
            member = stream.read(end - start)
            moved[start] = out.tell()
            out.write(redacted(record(BytesIO(member)), bodies[start], at) if start in bodies else member)
        if behind := [start for start in named if start >= end]:
            moved |= {start: start - end + out.tell() for start in behind}
            stream.seek(end)
            shutil.copyfileobj(stream, out)
        out.flush()
        os.fsync(out.fileno())
    failpoint.reach("redacted.writing")
    part.rename(new)
    sync(new.parent)
    failpoint.reach("redacted.written")
    return moved


def remove(file: Path) -> None:
    """Deletes a file that no capture names any more."""
    file.unlink(missing_ok=True)
    sync(file.parent)
