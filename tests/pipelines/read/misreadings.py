"""Readers for the children that do what hostile pages make readers do. They say what they saw in a note."""
import os
import resource
import sys
import time
from pathlib import Path
from unittest import mock

from crawler.items import Fetched, Nothing, ReadValue
from crawler.outlet import Outlet
from pipelines.read import door

HANGS = 30.0


def hang(fetched: Fetched, _: Outlet | None) -> Nothing:
    """Does not come back from a page that says hang within any time that it is given; it leaves the file that is the page's
    address behind, if one is."""
    began = time.monotonic()
    if fetched.url.startswith("/"):
        Path(fetched.url).touch()
    while fetched.body == b"hang" and time.monotonic() - began < HANGS:
        time.sleep(0.01)
    return Nothing("read", "x", str(os.getpid()))


def die(fetched: Fetched, _: Outlet | None) -> Nothing:
    """Dies, once where the address is that of a file to be left behind."""
    left = Path(fetched.url)
    if fetched.body == b"once" and left.exists():
        return Nothing("read", "x", str(os.getpid()))
    left.write_text("died")
    os.abort()


def devour(_: Fetched, __: Outlet | None) -> Nothing:
    """Wants two gibibytes."""
    return Nothing("read", "x", str(len(bytearray(2 << 30))))


def limits(_: Fetched, __: Outlet | None) -> Nothing:
    """Uses processor time; says its limits and what it has used."""
    while time.process_time() % 2 < 1.5:
        pass
    soft = [resource.getrlimit(limit)[0] for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_CORE)]
    return Nothing("read", "x", " ".join(map(str, [*soft, int(time.process_time())])))


def parent(_: Fetched, __: Outlet | None) -> Nothing:
    """Says whose child it is."""
    return Nothing("read", "x", f"{os.getpid()} {os.getppid()}")


def loaded(_: Fetched, __: Outlet | None) -> Nothing:
    """Says who it is, and whether what reads articles was loaded before."""
    return Nothing("read", "x", f"{os.getpid()} {'pipelines.read.article' in sys.modules}")


def shout(_: Fetched, __: Outlet | None) -> Nothing:
    """Says more on its stderr than a pipe holds, past Python, as a C library does."""
    for _line in range(2000):
        os.write(2, b"x" * 1000)
    return Nothing("read", "x", str(os.getpid()))


def uncut(fetched: Fetched, outlet: Outlet | None) -> ReadValue:
    """Reads a page as the door does, but takes no comments out of it."""
    from pipelines.read import article  # the others tell what a child has loaded by itself

    with mock.patch.object(article, "cut_comments", lambda _tree, _named: None), mock.patch.object(
            article, "cut", lambda _elements: None):
        return door.read(fetched, outlet)
