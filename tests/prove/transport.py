"""Answers that lie or fail on the wire, each served to a crawl by a scripted site. Run as a module it prints the cases.

The words: store, the article was read; quar, it was not and its bytes lie in the archive with a reason beside; stop, it was
given up with a reason; each of the last two only where the rest of the crawl went on. Tries are counted in the site's own log.
"""
import gzip
import inspect
import itertools
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import brotli

from crawler.archive import Archive, load
from crawler.items import ArticleRead, Report
from crawler.outlet import Source
from crawler.politeness import Gates
from crawler.run import crawl
from tests.crawler.scripted import HOME, HOST, Answer, Reactor, Site, World, listing, outlet_of
from tests.prove.case import Case, each, in_child, show
from tests.prove.kept_etag import looks_until_found
from tests.prove.wide import Reading, Wide

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
TEXT = "<p>The railway to the border was opened on Monday by two ministers and a brass band of eleven people, in the rain.</p>"
HTML = ("Content-Type", "text/html; charset=utf-8")
BROKEN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def news(number: int = 0, **how: Any) -> Answer:
    title = f"News {number}"
    body = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{TEXT * 4}</article></body></html>"
    return Answer(body.encode(), **{"headers": (HTML,), **how})


@dataclass
class Stage:
    """A site, a desk and a crawl for one trial: /a is what is tried, /b an honest article beside it."""

    world: World

    @property
    def site(self) -> Site:
        return self.world.site

    def crawl(self, answer: Answer | list[Answer], **limits: float) -> Report:
        self.site.answers |= {"/rss": listing("/a", "/b"), "/a": answer, "/b": news(1)}
        return self.world.crawl(**limits)

    def again(self) -> None:
        """Ten minutes later, all that was before is forgotten."""
        self.world.later(timedelta(minutes=10))
        self.world.memory.pages.clear()
        self.world.memory.kept.clear()
        self.site.log.clear()

    def word(self, path: str = "/a") -> str:
        """What came of an article."""
        seen = self.world.memory.outcome(path)
        if seen.outcome == "read" and isinstance(seen.value, ArticleRead):
            return "store"
        if path != "/b" and self.word("/b") != "store":
            return "the rest of the crawl did not go on"
        reason = seen.reason or (f"{seen.value.reason}" if seen.value else seen.outcome)
        reason = re.split(r": | for ", reason)[0]
        kept = [kept for exchange, kept in self.world.memory.kept if exchange.url == HOME + path and exchange.body]
        if kept and any(self._whole(each) for each in kept):
            return f"quar({reason})"
        return f"stop({reason})"

    def _whole(self, kept: Any) -> bool:
        try:
            return bool(load(self.world.memory.archive.folder, kept).body)
        except ValueError:  # it cannot be decoded: that is what it is there for
            return (self.world.memory.archive.folder / kept.file).stat().st_size > kept.offset

    def tries(self, path: str = "/a") -> int:
        return self.site.paths().count(path)


@contextmanager
def staged(reactor: Reactor, **keys: Any) -> Iterator[Stage]:
    import threading

    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    with tempfile.TemporaryDirectory() as folder:
        outlet, archive = outlet_of(site, **keys), Archive(Path(folder), "life1")
        yield Stage(World(reactor, site, outlet, Reading(outlet, archive, NOW), Gates()))
        archive.close()
    site.shutdown()
    thread.join()
    site.server_close()


# --- bodies

def _bomb(megabytes: int) -> Iterator[bytes]:
    return itertools.repeat(b"\0" * 1_000_000, megabytes)


def _gzip_bomb(megabytes: int) -> bytes:
    import zlib

    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([*(packer.compress(part) for part in _bomb(megabytes)), packer.flush()])


def _brotli_bomb(megabytes: int) -> bytes:
    packer = brotli.Compressor(quality=9, lgwin=24)
    return b"".join([*(packer.process(part) for part in _bomb(megabytes)), packer.finish()])


def _peak(reset: bool = False) -> int:
    """The most memory this process has had since the last reset, in kB."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])  # type: ignore[index]  # Linux has it


def _encoded(stage: Stage, name: str, body: bytes) -> str:
    stage.crawl(news())  # what every crawl takes is in memory by now
    stage.again()
    before = _peak(reset=True)
    stage.crawl(Answer(body, headers=(HTML, ("Content-Encoding", name))))
    more = (_peak() - before) // 1024
    return f"{stage.word()}, {stage.tries()} try" + (", less than 40 MB more" if more < 40 else f", {more} MB more")


def gzip_bomb(stage: Stage) -> str:
    return _encoded(stage, "gzip", _gzip_bomb(200))


def brotli_bomb(stage: Stage) -> str:
    return _encoded(stage, "br", _brotli_bomb(200))


def double_bomb(stage: Stage) -> str:
    return _encoded(stage, "gzip, br", brotli.compress(_gzip_bomb(200)))


def garbage_tail(stage: Stage) -> str:
    stage.crawl(Answer(gzip.compress(news().body) + b"garbage", headers=(HTML, ("Content-Encoding", "gzip"))))
    return stage.word()


def garbage_tail_wrong_sum(stage: Stage) -> str:
    body = bytearray(gzip.compress(news().body))
    body[-8] ^= 1
    stage.crawl(Answer(bytes(body) + b"garbage", headers=(HTML, ("Content-Encoding", "gzip"))))
    return stage.word()


def empty_body(stage: Stage) -> str:
    stage.crawl(Answer(headers=(HTML,)))
    kept = [exchange.url for exchange, _ in stage.world.memory.kept]  # there is no body to keep, but the exchange itself
    return stage.word().replace("stop", "quar" if f"{HOME}/a" in kept else "nothing kept")


# --- time

def _slow(stage: Stage, answer: Answer) -> str:
    """With the limit shortened to a second; the one that holds without a word must be 30 seconds at most."""
    usual = inspect.signature(crawl).parameters["timeout"].default
    began = time.monotonic()
    stage.crawl(answer, timeout=1)
    in_time = usual <= 30 and time.monotonic() - began < 10
    return f"{stage.word()}, {stage.tries()} try, {'in time' if in_time else 'too late'}"


def slow_headers(stage: Stage) -> str:
    return _slow(stage, Answer(raw=BROKEN + b"X-Long: " + b"x" * 500, drip=0.05))


def slow_body(stage: Stage) -> str:
    return _slow(stage, Answer(raw=BROKEN + b"Content-Length: 5000\r\n\r\n" + b"x" * 5000, drip=0.2))


# --- what is cut

def _cut(stage: Stage, answer: Answer) -> str:
    """Served once, and then the whole article; and to another crawl always."""
    stage.crawl([answer, news()])
    healed = f"{stage.word()} at try {stage.tries()}"
    stage.again()
    stage.crawl(answer)
    return f"{healed}; always: {stage.word()}, {stage.tries()} tries"


def too_long_a_length(stage: Stage) -> str:
    return _cut(stage, Answer(raw=BROKEN + b"Content-Length: 99999\r\n\r\n" + news().body))


def cut_chunks(stage: Stage) -> str:
    return _cut(stage, Answer(raw=BROKEN + b"Transfer-Encoding: chunked\r\n\r\n200\r\n" + news().body[:300]))


def reset_in_the_body(stage: Stage) -> str:
    return _cut(stage, news(cut=100, reset=True))


# --- heads

def long_head(stage: Stage) -> str:
    head = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 190) for number in range(1000))
    stage.crawl(Answer(raw=b"HTTP/1.1 200 OK\r\n" + head + b"Content-Length: 1\r\n\r\nx"))
    return stage.word()


def long_chain(stage: Stage) -> str:
    stage.site.answers |= {f"/hop{number}": Answer(status=302, headers=(("Location", f"/hop{number + 1}"),))
                           for number in range(1000)}
    stage.crawl(Answer(status=302, headers=(("Location", "/hop0"),)))
    return f"{stage.word()} after {stage.tries() + sum(path.startswith('/hop') for path in stage.site.paths())} requests"


def from_https_to_http(stage: Stage) -> str:
    stage.site.answers["/plain"] = news()
    stage.crawl(Answer(status=302, headers=(("Location", f"http://{HOST}/plain"),)))
    return f"{stage.word()}, {stage.tries('/plain')} followed"


def no_content(stage: Stage, status: int = 204) -> str:
    stage.crawl(Answer(status=status))
    return stage.word()


def not_modified(stage: Stage) -> str:
    return no_content(stage, 304)


# --- staying away

def _stay(stage: Stage, told: str) -> str:
    stage.crawl(Answer(status=503, headers=(("Retry-After", told),)))
    state = stage.world.memory.hosts[HOST]
    stay = f"{(state.retry_at - NOW) / timedelta(hours=1):g} h" if state.retry_at else "no stay"
    stage.world.gates = Gates()
    asked = len(stage.site.log)
    for hour in range(26):
        stage.world.memory.now = NOW + timedelta(hours=hour, seconds=1)
        stage.world.crawl()
        if len(stage.site.log) > asked:
            return f"{stay}, asked again in hour {hour}"
    return f"{stay}, not asked again in a day"


def stay_as_date(stage: Stage) -> str:
    return _stay(stage, format_datetime(NOW + timedelta(hours=2), usegmt=True))


def stay_as_far_date(stage: Stage) -> str:
    return _stay(stage, format_datetime(NOW + timedelta(days=900), usegmt=True))


def stay_negative(stage: Stage) -> str:
    return _stay(stage, "-1")


def stay_endless(stage: Stage) -> str:
    return _stay(stage, "1000000000000")


def stay_nonsense(stage: Stage) -> str:
    return _stay(stage, "abc")


# --- a host that is away, or half there

class Flapping(dict[str, Any]):
    """Answers of a site that fails every other request, whatever it is for."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__(answers)
        self.count = itertools.count()

    def get(self, path: str, default: Any = None) -> Any:
        if path.startswith("/"):
            return super().get(path, Answer(status=404)) if next(self.count) % 2 else Answer(status=503)
        return default  # the look-up with the host comes first


def flapping(stage: Stage) -> str:
    """What is stored after a few runs, and whether the outlet looked away twice in a row: of one such run nobody is told."""
    paths = [f"/n{number}" for number in range(10)]
    stage.site.answers = Flapping({"/rss": listing(*paths), **{path: news(place) for place, path in enumerate(paths)}})
    stage.world.outlet = stage.world.outlet.model_copy(update={"concurrency": 1})
    away, stored = list[bool](), set[str]()
    for _ in range(6):
        away.append(stage.world.crawl().state in ("failed", "blocked"))
        stored |= {seen.page.url for seen in stage.world.memory.seen if isinstance(seen.value, ArticleRead)}
        stage.world.later(timedelta(minutes=15))
    twice = any(one and other for one, other in itertools.pairwise(away))
    return f"{len(stored)} of {len(paths)} stored, {'' if twice else 'never '}away twice in a row"


def no_such_name(stage: Stage) -> str:
    refused = Site()
    refused.server_close()
    down = stage.world.crawl(outlet=stage.world.outlet.model_copy(update={"connect": refused.address}))
    unknown = stage.world.outlet.model_copy(update={"connect": None, "home": "http://nowhere.example/", "hosts": (
        "nowhere.example",), "source": (Source(kind="rss", url="http://nowhere.example/rss"),)})
    stage.world.memory.outlet = unknown
    stage.world.memory.pages.clear()
    with Wide(stage.world.reactor, stage.site) as wide:
        report = stage.world.crawl(outlet=unknown)
        made = len(wide.dialled)
    as_down = report.state == down.state and "the host is unknown" in report.errors[0]
    return f"{'as down' if as_down else report}, {made} connections"


def kept_etag(stage: Stage) -> str:
    looks = looks_until_found(stage.world)
    return "found by a full fetch" if looks <= 10 else f"not found in {looks} looks"


# --- robots.txt

def robots_fails(stage: Stage) -> str:
    stage.site.answers["/robots.txt"] = Answer(status=500)
    report = stage.crawl(news())
    asked = set(stage.site.paths()) - {"/robots.txt"}
    return f"{asked or 'nothing'} crawled, {'reported' if 'robots.txt' in report.errors[0] else report}"


def _robots(stage: Stage, body: bytes, *forbidden: str) -> str:
    stage.site.answers["/robots.txt"] = Answer(body)
    stage.crawl(news())
    state = stage.world.memory.hosts[HOST]
    assert state.robots is not None
    told = stage.word("/a") if "/a" not in forbidden else f"/a {stage.word('/a')}"
    return f"{told}, {'at most' if len(state.robots) <= 500 * 1024 else 'more than'} 500 KiB kept"


def robots_huge(stage: Stage) -> str:
    rules = b"User-agent: *\nDisallow: /a\n" + b"# padding\n" * 1_000_000 + b"Disallow: /b\n"
    return _robots(stage, rules, "/a")


def robots_binary(stage: Stage) -> str:
    return _robots(stage, bytes(range(256)) * 4000)


def robots_html(stage: Stage) -> str:
    return _robots(stage, b"<!DOCTYPE html><html><body><h1>Not found</h1></body></html>")


def robots_slow_guest(stage: Stage) -> str:
    stage.site.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 99999\nDisallow: /")
    stage.crawl(news())
    return f"{stage.world.gates.at(HOME).crawl_delay:g} s"


CUT = "store at try 2; always: stop(the answer was cut off), 3 tries"
# By the numbers of the list of hostile inputs: what is tried, the outcome that is expected, and how it is tried.
TRIALS: dict[str, tuple[str, Callable[[Stage], str]]] = {
    "1. a gzip bomb of 200 MB": ("quar(too_large), 1 try, less than 40 MB more", gzip_bomb),
    "2. a brotli bomb": ("quar(too_large), 1 try, less than 40 MB more", brotli_bomb),
    "4. a bomb encoded twice": ("quar(too_large), 1 try, less than 40 MB more", double_bomb),
    "5. gzip with a garbage tail": ("store", garbage_tail),
    "5. gzip with a garbage tail and a wrong checksum": ("quar(damaged)", garbage_tail_wrong_sum),
    "7. slow headers": ("stop(timed out), 1 try, in time", slow_headers),
    "8. a slow body, 5 bytes a second": ("stop(timed out), 1 try, in time", slow_body),
    "10. a Content-Length that is too long": (CUT, too_long_a_length),
    "11. chunks that are cut": (CUT, cut_chunks),
    "13. a reset in the body": (CUT, reset_in_the_body),
    "14. 200 KB of headers": ("stop(its headers are too large)", long_head),
    "16. a chain of 1,000 redirects": ("stop(too many redirects) after 6 requests", long_chain),
    "17. a redirect from https to http": ("stop(redirects from https to http), 0 followed", from_https_to_http),
    "19. 503 with Retry-After as a date": ("2 h, asked again in hour 2", stay_as_date),
    "19. 503 with Retry-After as a far date": ("24 h, asked again in hour 24", stay_as_far_date),
    "20. Retry-After: -1": ("no stay, asked again in hour 0", stay_negative),
    "20. Retry-After: 10^12": ("24 h, asked again in hour 24", stay_endless),
    "20. Retry-After: abc": ("no stay, asked again in hour 0", stay_nonsense),
    "22. every other request fails": ("10 of 10 stored, never away twice in a row", flapping),
    "23. a name that is not in the DNS": ("as down, 0 connections", no_such_name),
    "25. status 200 with an empty body": ("quar(empty)", empty_body),
    "26. 204": ("stop(status 204)", no_content),
    "26. 304 to an unconditional request": ("stop(status 304 to an unconditional request)", not_modified),
    "28. an ETag that stays while a source changes": ("found by a full fetch", kept_etag),
    "29. robots.txt answers 500": ("nothing crawled, reported", robots_fails),
    "31. robots.txt of 10 MB": ("/a stop(robots.txt forbids it), at most 500 KiB kept", robots_huge),
    "31. robots.txt is binary": ("store, at most 500 KiB kept", robots_binary),
    "31. robots.txt is HTML": ("store, at most 500 KiB kept", robots_html),
    "32. Crawl-delay: 99999": ("60 s", robots_slow_guest),
}


def trial(reactor: Reactor, name: str) -> Case:
    """Tries one of them."""
    expected, how = TRIALS[name]
    with staged(reactor) as stage:
        observed = how(stage)
    return Case(name, expected, observed, observed == expected)


def cases() -> list[Case]:
    """All of them tried, in a process of its own."""
    return in_child("tests.prove.transport")


def main() -> None:
    reactor = Reactor()
    try:
        show(each({name: partial(trial, reactor, name) for name in TRIALS}))
    finally:
        reactor.end()


if __name__ == "__main__":
    main()
