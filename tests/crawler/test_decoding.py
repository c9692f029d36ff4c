"""Bodies without their Content-Encoding."""
import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd

from crawler.decoding import DamagedBody, TooLarge, beginning, decoded

PLAIN = bytes(random.Random(1).choices(b"abcdefghij <>/", k=300_000))


def raw_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(body) + stream.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress), "x-gzip": ("x-gzip", gzip.compress), "zlib": ("deflate", zlib.compress),
    "deflate": ("deflate", raw_deflate), "brotli": ("br", lambda body: brotli.compress(body, quality=4)),
    "zstd": ("zstd", zstd.compress), "upper case": ("GZIP", gzip.compress),
    "two members": ("gzip", lambda body: gzip.compress(body[:100]) + gzip.compress(body[100:])),
    "two frames": ("zstd", lambda body: zstd.compress(body[:100]) + zstd.compress(body[100:])),
    "two encodings": ("gzip, br", lambda body: brotli.compress(gzip.compress(body), quality=4))}


def under(name: str) -> tuple[tuple[str, str], ...]:
    return (("content-encoding", name),)


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("plain", [PLAIN, b"a", b""])
def test_every_encoding_that_we_accept_is_undone(kind: str, plain: bytes) -> None:
    name, encode = ENCODERS[kind]
    assert decoded(encode(plain), under(name)) == plain
    assert decoded(b"", under(name)) == b""


@pytest.mark.parametrize("kind", ENCODERS)
def test_a_body_that_was_cut_anywhere_is_damaged_and_its_beginning_can_be_had(kind: str) -> None:
    name, encode = ENCODERS[kind]
    wire = encode(PLAIN)
    for end in (1, 5, len(wire) // 2, len(wire) * 2 // 3, len(wire) - 1):
        with pytest.raises(DamagedBody):
            decoded(wire[:end], under(name))
    found = beginning(wire[:len(wire) * 2 // 3], under(name), size=100_000)
    assert found
    assert PLAIN.startswith(found)
    assert beginning(wire, under(name), size=1000) == PLAIN[:1000]


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_what_is_something_else_is_damaged(name: str) -> None:
    for body in (b"<html>no such thing</html>" * 50, b"\0"):
        with pytest.raises(DamagedBody):
            decoded(body, under(name))


def test_garbage_after_a_whole_gzip_body_is_no_damage_and_a_wrong_checksum_is() -> None:
    wire = gzip.compress(PLAIN)
    assert decoded(wire + b"garbage", under("gzip")) == PLAIN
    with pytest.raises(DamagedBody):
        decoded(wire[:-8] + b"\0\0\0\0" + wire[-4:], under("gzip"))


@pytest.mark.parametrize("name", ["identity", "none", "utf-8", ""])
def test_an_encoding_that_nobody_knows_changes_nothing(name: str) -> None:
    assert decoded(PLAIN, under(name)) == PLAIN


def test_bombs_end_at_the_limit_in_time_and_in_memory() -> None:
    zeros = bytes(100_000_000)
    bombs = [("gzip", gzip.compress(zeros, 1)), ("br", brotli.compress(zeros, quality=4)), ("zstd", zstd.compress(zeros)),
             ("deflate", zlib.compress(zeros, 1)), ("gzip, br", brotli.compress(gzip.compress(zeros, 9), quality=4))]
    del zeros
    for name, wire in bombs:
        tracemalloc.start()
        with pytest.raises(TooLarge):
            decoded(wire, under(name))
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
        tracemalloc.stop()
    with pytest.raises(DamagedBody, match="encoded 9 times"):
        decoded(b"x", under(", ".join(["gzip"] * 9)))
    with pytest.raises(TooLarge):
        decoded(b"12345", (), limit=4)
    assert decoded(b"1234", (), limit=4) == b"1234"
