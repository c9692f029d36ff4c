"""A WARC file of the archive gone through from start to end: whether one whole member of gzip follows the other."""
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

CHUNK = 64 * 1024
MAGIC = b"\x1f\x8b\x08"
BEGIN = b"WARC/"


class _Cut(Exception):
    """The file ends inside a member."""


def faults(file: Path, named: int) -> Iterator[tuple[int, str]]:
    """Where in a file a member of gzip should begin and none does that can be unpacked whole, and what is wrong there. named is
    where the last record begins that a capture names: what is cut behind it was left by a kill and is no fault, nor are zeros
    at the end. OSError where the file cannot be read."""
    with file.open("rb") as stream:
        start: int | None = 0
        while start is not None:
            try:
                end = _end(stream, start)
            except _Cut:
                if start > named:
                    return
                yield start, f"the record at {start} is not whole"
                end = None
            except zlib.error:
                begun = _at(stream, start, len(MAGIC)) == MAGIC
                yield start, (f"the record at {start} cannot be unpacked, or its checksum is wrong" if begun
                              else f"what stands at {start} is no record")
                end = None
            else:
                if end == start:
                    return
            start = end if end is not None else _next(stream, start + 1)


def whole(stream: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Where each whole member of gzip begins and ends, from the first up to where none follows."""
    start = 0
    while True:
        try:
            end = _end(stream, start)
        except (_Cut, zlib.error):
            return
        if end == start:
            return
        yield start, end
        start = end


def _end(stream: IO[bytes], start: int) -> int:
    """Where the member ends that begins at start; start itself where nothing or only zeros follow."""
    stream.seek(start)
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    raw = stream.read(CHUNK)
    read = len(raw)
    if not raw.strip(b"\0"):
        while raw := stream.read(CHUNK):
            if raw.strip(b"\0"):
                raise zlib.error("zeros")
        return start
    while not inflate.eof:
        if not raw:
            raise _Cut
        inflate.decompress(raw, CHUNK)
        raw = inflate.unconsumed_tail
        if not raw and not inflate.eof:
            raw = stream.read(CHUNK)
            read += len(raw)
    return start + read - len(inflate.unused_data)


def _next(stream: IO[bytes], start: int) -> int | None:
    """Where the next member begins that holds a record, at start or behind it."""
    while len(held := _at(stream, start, CHUNK)) >= len(MAGIC):
        at = held.find(MAGIC)
        while at >= 0:
            if _at(stream, start + at, CHUNK, inflated=True).startswith(BEGIN):
                return start + at
            at = held.find(MAGIC, at + 1)
        start += len(held) - len(MAGIC) + 1
    return None


def _at(stream: IO[bytes], start: int, size: int, *, inflated: bool = False) -> bytes:
    """The bytes at a place, or the first ones that they unpack to; none where they do not."""
    stream.seek(start)
    raw = stream.read(size)
    if not inflated:
        return raw
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(raw, len(BEGIN))
    except zlib.error:
        return b""
