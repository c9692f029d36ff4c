"""Bodies without their Content-Encoding, never more than a limit of bytes of them in memory."""
import gzip
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO

import brotli  # type: ignore[import-untyped]  # ships no types

from crawler.items import Headers

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
LIMIT = 5_000_000
CHUNK = 65_536
# An honest answer has one, seldom two; each further one costs a pass over up to LIMIT bytes.
MOST_ENCODINGS = 3


class UndecodableBody(ValueError):
    """A body cannot be turned into the bytes that were meant."""


class TooLarge(UndecodableBody):
    """A body has more bytes than the limit, on the wire or decoded."""


class DamagedBody(UndecodableBody):
    """A body is not what its Content-Encoding says, or ends before its end."""


def encodings(headers: Headers) -> list[str]:
    """The encodings of a body, the outermost first; those that change nothing or that nobody knows are left out."""
    named = [name.strip().lower() for key, value in headers if key.lower() == "content-encoding" for name in value.split(",")]
    return [name for name in reversed(named) if name in DECODERS]


def decoded(body: bytes, headers: Headers, *, limit: int = LIMIT) -> bytes:
    """The body without its Content-Encoding; TooLarge beyond limit, DamagedBody where it does not decode to its end."""
    layers = encodings(headers) if body else []
    if len(layers) > MOST_ENCODINGS:
        raise DamagedBody(f"encoded {len(layers)} times")
    if len(body) > limit:
        raise TooLarge(f"more than {limit} bytes")
    for name in layers:
        body = _joined(_chunks(body, name), limit)
    return body


def beginning(body: bytes, headers: Headers, *, size: int) -> bytes:
    """The first size bytes of the body without its Content-Encoding, as many as can be had of a body that was cut."""
    for name in (encodings(headers) if body else [])[:MOST_ENCODINGS]:
        parts, length = [], 0
        try:
            for chunk in _chunks(body, name):
                parts.append(chunk)
                if (length := length + len(chunk)) >= size:
                    break
        except DamagedBody:
            if not parts:
                raise
        body = b"".join(parts)
    return body[:size]


def encoded(body: bytes, headers: Headers) -> bytes:
    """A body under the Content-Encoding that its headers name."""
    for name in reversed(encodings(headers) if body else []):
        body = ENCODERS[name](body)
    return body


def _joined(chunks: Iterator[bytes], limit: int) -> bytes:
    parts, length = [], 0
    for chunk in chunks:
        if (length := length + len(chunk)) > limit:
            raise TooLarge(f"more than {limit} bytes")
        parts.append(chunk)
    return b"".join(parts)


def _chunks(body: bytes, name: str) -> Iterator[bytes]:
    try:
        yield from DECODERS[name](body)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        raise DamagedBody(f"is not {name}: {error}") from error


def _inflated(body: bytes, window: int) -> Iterator[bytes]:
    while True:
        stream = zlib.decompressobj(window)
        yield stream.decompress(body, CHUNK)
        while not stream.eof:
            before = stream.unconsumed_tail
            chunk = stream.decompress(before, CHUNK)
            if not chunk and not before:
                raise EOFError("it ends too early")
            yield chunk
        body = stream.unused_data
        # Further members belong to the body, garbage after the last one does not: its checksum was right.
        if window <= zlib.MAX_WBITS or not body.startswith(b"\x1f\x8b"):
            return


def _gzip(body: bytes) -> Iterator[bytes]:
    return _inflated(body, zlib.MAX_WBITS | 16)


def _deflate(body: bytes) -> Iterator[bytes]:
    try:
        zlib.decompressobj().decompress(body, 1)
    except zlib.error:
        return _inflated(body, -zlib.MAX_WBITS)  # without the zlib header, as some servers send it
    return _inflated(body, zlib.MAX_WBITS)


def _brotli(body: bytes) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    chunk = stream.process(body, output_buffer_limit=CHUNK)
    while chunk or not stream.is_finished():
        if not chunk:
            raise EOFError("it ends too early")
        yield chunk
        chunk = b"" if stream.is_finished() else stream.process(b"", output_buffer_limit=CHUNK)


def _zstd(body: bytes) -> Iterator[bytes]:
    with zstd.ZstdFile(BytesIO(body)) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": partial(gzip.compress, mtime=0), "x-gzip": partial(gzip.compress, mtime=0), "deflate": zlib.compress,
    "br": brotli.compress, "zstd": zstd.compress}
