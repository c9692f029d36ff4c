"""Addresses that lie: ways to make a crawl connect to what is inside, each tried against a real forbidden server.

Run as a module it prints the cases. A way that is blocked made no connection; beside every door stands a control, the same
door with the guard taken out, which must be reached: else the way would prove nothing.
"""
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from w3lib.url import safe_url_string

from crawler import run
from crawler.archive import Archive
from crawler.guard import Guard
from crawler.outlet import Outlet, Source
from crawler.politeness import Gates
from tests.crawler.proxy import Proxy
from tests.crawler.scripted import HOST, Answer, Reactor, Site, World, listing, outlet_of
from tests.prove.case import Case, each, in_child, show
from tests.prove.wide import PUBLIC, Reading, Wide

HOME = f"http://{HOST}"
SECRET = "a-secret-of-this-machine"
HTML, XML = (("Content-Type", "text/html"),), (("Content-Type", "application/xml"),)

SPELLINGS = [
    "localhost", "localhost.", "LOCALHOST", "any.localhost", "127.0.0.1", "127.0.0.1.", "2130706433", "017700000001",
    "0177.0.0.1", "0x7f.1", "0x7f000001", "127.1", "127.0.1", "127.255.255.254", "0", "0.0.0.0", "[::1]", "[::]",
    "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[fd00::1]", "[fe80::1]",
    "ⓛocalhost", "127。0。0。1", "１２７.0.0.1", "127.0.0.1\\@steppe.example", "steppe.example@127.0.0.1",
    "steppe.example:80@127.0.0.1", "steppe.example%2f@127.0.0.1", "127.0.0.1#@steppe.example", "127.0.0.1?@steppe.example",
    "127.0.0.1\t", "inside.example", "both.example", "reversed.example", "linklocal.example", "mapped.example"]
NAMES = {"inside.example": [["10.0.0.1"]], "both.example": [["93.184.216.35", "10.0.0.1"]],
         "reversed.example": [["fd00::1", "93.184.216.35"]], "linklocal.example": [["169.254.169.254"]],
         "mapped.example": [["::ffff:127.0.0.1"]], "turning.example": [[PUBLIC], ["127.0.0.1"]],
         "turning.late": [[PUBLIC], [PUBLIC], ["127.0.0.1"]]}
FEW = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "inside.example"]


def _to(url: str, status: int = 302) -> Answer:
    return Answer(status=status, headers=(("Location", url),))


def _page(text: str, *headers: tuple[str, str]) -> dict[str, Answer]:
    said = f"<html><head><title>News</title></head><body><article><p>{'Some news of the steppe. ' * 30}</p>{text}</article>"
    return {"/rss": listing("/a", home=HOME), "/a": Answer(said.encode(), headers=(*HTML, *headers))}


def _rss(url: str) -> Answer:
    item = f"<item><title>News</title><link>{url.replace('&', '&amp;')}</link></item>"
    return Answer(f"<rss version='2.0'><channel><title>S</title>{item}</channel></rss>".encode(), headers=XML)


def _map(url: str, kind: str = "urlset", entry: str = "url") -> Answer:
    return Answer(f"<{kind}><{entry}><loc>{url.replace('&', '&amp;')}</loc></{entry}></{kind}>".encode(), headers=XML)


Door = Callable[[str], dict[str, Answer]]
# What a site of ours says so that we go to an address.
DOORS: dict[str, Door] = {
    "a link to an article": lambda url: {"/rss": listing(url, home="")},
    "a redirect of an article": lambda url: {"/rss": listing("/a", home=HOME), "/a": _to(url)},
    "a redirect of a source": lambda url: {"/rss": _to(url)},
    "a redirect of robots.txt": lambda url: {"/robots.txt": _to(url)},
    "a sitemap in a sitemap": lambda url: {"/rss": listing(sources=[url], home="")},
    "an item of a feed": lambda url: {"/rss": _rss(url)},
    "an entry of a sitemap": lambda url: {"/rss": _map(url)},
    "an entry of a sitemap index": lambda url: {"/rss": _map(url, "sitemapindex", "sitemap")},
    "a second redirect": lambda url: {"/rss": listing("/a", home=HOME), "/a": _to("/b", 301), "/b": _to(url, 308)},
    "a redirect of a sitemap in a sitemap": lambda url: {"/rss": listing(sources=["/m"], home=HOME), "/m": _to(url, 307)},
}
# What a page may say that nobody should go to; there is no control for these.
WORDS: dict[str, Door] = {
    "the canonical address": lambda url: _page(f'<link rel="canonical" href="{url}">'),
    "og:url and AMP": lambda url: _page(f'<meta property="og:url" content="{url}"><link rel="amphtml" href="{url}">'),
    "a meta refresh": lambda url: _page(f'<meta http-equiv="refresh" content="0; url={url}">'),
    "a Refresh header": lambda url: _page("", ("Refresh", f"0; url={url}")),
    "Link, Content-Location and Alt-Svc headers": lambda url: _page(
        "", ("Link", f'<{url}>; rel="canonical"'), ("Content-Location", url), ("Alt-Svc", f'h2="{urlsplit(url).netloc}"')),
    "images and frames": lambda url: _page(f'<img src="{url}"><iframe src="{url}"></iframe><script src="{url}"></script>'),
    "the base of its links": lambda url: _page(f'<base href="{url}"><a href="/x">x</a>'),
    "an entity of its sitemap": lambda url: {"/rss": Answer(
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "{url}">]><urlset><url><loc>&x;</loc></url></urlset>'.encode(), headers=XML)},
}
ODD = ["file://{secret}", "file://localhost{secret}", "FILE://{secret}", "data:text/html,x", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
       "javascript:x", "//127.0.0.1/", "///127.0.0.1/", "\\\\127.0.0.1\\", "http:127.0.0.1", "http:///127.0.0.1",
       "http://127.0.\t0.1/", "http://127.0.0.1\n/", " http://127.0.0.1/", "view-source:http://127.0.0.1/"]


@dataclass(frozen=True)
class Way:
    """A way inside: what the site says, the target's address, and what is particular about the outlet and this machine."""

    answers: dict[str, Answer]
    url: str
    source: str = f"{HOME}/rss"
    egress: bool = False
    environment: bool = False
    guarded: bool = True
    pages: tuple[str, ...] = ()
    names: dict[str, list[list[str]]] = field(default_factory=lambda: dict(NAMES))


def ways() -> dict[str, Way]:
    """Every way by its name; the controls among them are those that are not guarded."""
    found: dict[str, Way] = {}
    for host in SPELLINGS:
        found[f"a source at {host!r}"] = Way({}, f"http://{host}/rss", source=f"http://{host}/rss")
    for door, answers in DOORS.items():
        for host in SPELLINGS if door in ("a link to an article", "a redirect of an article") else FEW:
            url = f"http://{host}/inside"
            found[f"{door} to {host!r}"] = Way(answers(url), url)
        found[f"{door} to https"] = Way(answers("https://127.0.0.1/"), "https://127.0.0.1/")
        for port in (22, 25, 6379):
            found[f"{door} to port {port} of the outlet"] = Way(answers(f"{HOME}:{port}/"), f"{HOME}:{port}/")
        found[f"control: {door}"] = Way(answers("http://127.0.0.1/inside"), "http://127.0.0.1/inside", guarded=False)
    for word, answers in WORDS.items():
        found[f"{word}: 127.0.0.1"] = Way(answers("http://127.0.0.1/inside"), "http://127.0.0.1/inside")
    for odd in ODD:
        found[f"a page at {odd!r}"] = Way({"/rss": listing(home=HOME)}, odd, pages=(odd,))
        found[f"a redirect to {odd!r}"] = Way(DOORS["a redirect of an article"](odd.strip()), odd)
    for host, url in (("turning.example", "http://turning.example/b"), ("turning.late", "http://turning.late/b")):
        home = f"http://{host}"
        answers = {"/rss": listing("/a", "/b", home=home)} | {path: Answer(b"x" * 99, length=False) for path in ("/a", "/b")}
        answers["/robots.txt"] = Answer(status=404, length=False)  # the connection ends: the next one asks for the name again
        found[f"a name that turns: {host}"] = Way(answers, url, source=f"{home}/rss")
    found["control: a name that turns"] = Way(answers, url, source=f"{home}/rss", guarded=False)
    found["the proxies of the environment"] = Way({"/rss": listing("/a", home=HOME)}, HOME, environment=True)
    for host in SPELLINGS:
        found[f"through the outlet's proxy to {host!r}"] = Way(
            DOORS["a link to an article"](f"http://{host}/"), f"http://{host}/", egress=True)
        found[f"through a tunnel of the outlet's proxy to {host!r}"] = Way(
            DOORS["a redirect of an article"](f"https://{host}/"), f"https://{host}/", egress=True)
    for port in (22, 25, 6379):
        found[f"through the outlet's proxy to port {port}"] = Way(
            DOORS["a link to an article"](f"{HOME}:{port}/"), f"{HOME}:{port}/", egress=True)
    found["control: the outlet's proxy"] = Way(DOORS["a link to an article"]("http://127.0.0.1/"), "http://127.0.0.1/",
                                               egress=True, guarded=False)
    return found


# --- a trial

class Unguarded(Guard):
    """For the controls."""

    def check(self, host: str, port: int) -> None:
        """Everything is allowed."""

    async def check_for_proxy(self, host: str, port: int, resolver: object) -> None:
        """Everything is allowed."""


class Carrying(dict[str, int]):
    """A proxy's world in which every target it does not know leads inside."""

    def __init__(self, known: dict[str, int], inside: int) -> None:
        super().__init__(known)
        self.inside = inside

    def __contains__(self, target: object) -> bool:
        return True

    def __missing__(self, target: str) -> int:
        return self.inside


def _outlet(site: Site, way: Way, proxy: Proxy) -> Outlet:
    """Every host of the way is the outlet's own, so that nothing but the guard stands before it."""
    hosts = {HOST}
    for url in (way.url, way.source):
        for spelt in (url, safe_url_string(url)):
            try:
                hosts.add(urlsplit(spelt).hostname or HOST)
            except ValueError:  # no address at all
                continue
    return outlet_of(site, home=f"{HOME}/", hosts=(), connect=None, egress=proxy.url if way.egress else None,
                     source=()).model_copy(update={"hosts": tuple(hosts), "source": (
                         Source(kind="rss", url=way.source),)})


def trial(reactor: Reactor, name: str, way: Way) -> Case:
    """Tries a way and asks the forbidden server whether anybody came."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (secret := folder / "secret").write_text(SECRET)
        site = stack.enter_context(_serving())
        wide = stack.enter_context(Wide(reactor, site))
        wide.names.table |= {host: [list(found) for found in answers] for host, answers in way.names.items()}
        world = Carrying({f"{HOST}:80": site.port}, wide.forbidden.port)
        proxy = stack.enter_context(Proxy(world))
        wide.open["127.0.0.1", proxy.server_address[1]] = proxy.server_address[1]
        site.answers |= {path: _filled(answer, secret) for path, answer in way.answers.items()}
        if way.environment:
            names = [f"{name}_proxy" for name in ("http", "https", "all")]
            inside = f"http://127.0.0.1:{wide.forbidden.port}"
            stack.enter_context(patch.dict(os.environ, {each: inside for name in names for each in (name, name.upper())}))
        if not way.guarded:
            stack.enter_context(patch.object(run, "Guard", Unguarded))
        outlet = _outlet(site, way, proxy)
        archive = Archive(folder / "archive", "life1")
        stack.callback(archive.close)
        memory = Reading(outlet, archive, datetime.now(timezone.utc))
        for page in way.pages:
            memory.page(page.replace("{secret}", str(secret)))
        World(reactor, site, outlet, memory, Gates()).crawl(seconds=20, timeout=5)
        came = wide.forbidden.connections()
        known = any(SECRET.encode() in exchange.body for exchange, _ in memory.kept) or SECRET in repr(memory.fetched)
        begun = bool(memory.events) and (way.source != f"{HOME}/rss" or site.accepted > 0)
    observed = f"reached: {came} connections" if came else "a file was read" if known else "block" if begun else "not tried"
    expected = "block" if way.guarded else "reached"
    return Case(name, expected, observed, observed.startswith(expected))


def _filled(answer: Answer, secret: Path) -> Answer:
    headers = tuple((key, value.replace("{secret}", str(secret))) for key, value in answer.headers)
    return Answer(answer.body, answer.status, headers, length=answer.length)


@contextmanager
def _serving() -> Iterator[Site]:
    import threading

    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield site
    site.shutdown()
    thread.join()
    site.server_close()


def cases() -> list[Case]:
    """Every way tried, in a process of its own."""
    return in_child("tests.prove.addresses")


def main() -> None:
    reactor = Reactor()
    try:
        show(each({name: partial(trial, reactor, name, way) for name, way in ways().items()}))
    finally:
        reactor.end()


if __name__ == "__main__":
    main()
