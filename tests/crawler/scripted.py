"""Test equipment: a scripted site on 127.0.0.1, a desk that keeps everything in memory, and the reactor of the test process."""
import asyncio
import json
import socket
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, TypeVar

from crawler.archive import Archive
from crawler.desk import Desk
from crawler.items import (
    ArticleRead,
    Exchange,
    Fetched,
    Found,
    HostState,
    Kept,
    Link,
    Nothing,
    Page,
    ReadValue,
    Report,
    Seen,
    SourceSeen,
)
from crawler.outlet import Outlet, Source
from crawler.politeness import Gates
from crawler.run import crawl
from pipelines.read.children import Readers

T = TypeVar("T")
USER_AGENT = "Steppewire/0.1 (+https://example.org/bot)"
HOST = "steppe.example"
HOME = f"https://{HOST}"


# --- the site

@dataclass(frozen=True)
class Answer:
    """What a path answers: `cut` sends only that many bytes of the body, `reset` ends the connection by RST, `raw` is sent
    as it is instead of everything else, `delay` passes first and `delay_after` before the connection is closed; with `drip` its
    bytes come one by one, that many seconds apart, until the client has gone."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    delay_after: float = 0.0
    cut: int | None = None
    reset: bool = False
    length: bool = True
    raw: bytes | None = None
    drip: float = 0.0


@dataclass(frozen=True)
class Asked:
    host: str
    path: str
    headers: dict[str, str]
    status: int


class Site(ThreadingHTTPServer):
    """A web site: `answers` by path, or by host and path; a list is given one after the other, its last one for ever."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Answer | list[Answer]] = {"/robots.txt": Answer(status=404)}
        self.log: list[Asked] = []
        self.accepted = self.in_flight = self.most_in_flight = 0
        self.lock = threading.Lock()
        self.resets: set[socket.socket] = set()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.accepted += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        if request in self.resets:
            request.close()  # without saying good-bye first
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The client went away: that is what some tests are about."""

    def paths(self, *, status: int | None = None) -> list[str]:
        return [asked.path for asked in self.log if status in (None, asked.status)]

    def answer(self, host: str, path: str) -> Answer:
        found = self.answers.get(host + path, self.answers.get(path, Answer(status=404)))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each body waits 40 ms for the client to acknowledge its headers
    server: Site

    def do_GET(self) -> None:
        site = self.server
        host = self.headers.get("Host", "")
        with site.lock:
            site.in_flight += 1
            site.most_in_flight = max(site.most_in_flight, site.in_flight)
            answer = site.answer(host, self.path)
            tag = dict(answer.headers).get("ETag")
            if tag and self.headers.get("If-None-Match") == tag:
                answer = Answer(status=304, headers=answer.headers, delay=answer.delay)
            headers = {name.lower(): value for name, value in self.headers.items()}
            site.log.append(Asked(host, self.path, headers, answer.status))
        time.sleep(answer.delay)
        with site.lock:  # counted off before the last byte, else the next request would be seen beside this one
            site.in_flight -= 1
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        if answer.raw is not None:
            for place in range(len(answer.raw)) if answer.drip else ():
                self.wfile.write(answer.raw[place:place + 1])
                time.sleep(answer.drip)
            if not answer.drip:
                self.wfile.write(answer.raw)
        else:
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if answer.length and answer.status != 304:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[:answer.cut])
        self.wfile.flush()
        time.sleep(answer.delay_after)
        self.close_connection = self.close_connection or answer.cut is not None or not answer.length or answer.raw is not None
        if answer.reset:
            time.sleep(0.05)  # the client has what was sent: a reset may throw it away
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.server.resets.add(self.connection)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def listing(*paths: str, sources: Sequence[str] = (), etag: str | None = None, home: str = HOME) -> Answer:
    """A source, as the reader of these tests understands it."""
    body = json.dumps({"links": [home + path for path in paths], "sources": [home + path for path in sources]}).encode()
    return Answer(body, headers=(("ETag", etag),) if etag else ())


def article(text: str = "Some text", etag: str | None = None, **how: Any) -> Answer:
    headers = (("Content-Type", "text/html"), *((("ETag", etag),) if etag else ()))
    return Answer(f"<p>{text}</p>".encode(), headers=headers, **how)


# --- the desk

@dataclass
class Memory:
    """A desk's side of a crawl, in memory: pages, hosts, and all that happened in its order."""

    outlet: Outlet
    archive: Archive
    now: datetime
    pages: dict[str, Page] = field(default_factory=dict)
    hosts: dict[str, HostState] = field(default_factory=dict)
    events: list[tuple[str, str]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    sources: list[SourceSeen] = field(default_factory=list)
    kept: list[tuple[Exchange, Kept]] = field(default_factory=list)
    fetched: list[Fetched] = field(default_factory=list)
    values: dict[str, ReadValue] = field(default_factory=dict)
    on: dict[str, Callable[[Any], Awaitable[None]]] = field(default_factory=dict)
    others: Sequence[str] = ()  # what is to be looked at once all else is done

    def page(self, url: str, kind: Any = "article") -> Page:
        return self.pages.setdefault(url, Page(len(self.pages) + 1, url, kind))

    def desk(self) -> Desk:
        return Desk(plan=self.plan, keep=self.keep, read=self.read, sink=self.sink, host=self.host, controls=self.controls,
                    now=lambda: self.now)

    async def controls(self) -> tuple[Page, ...]:
        await self._tell("controls", "", None)
        return tuple(self.page(url) for url in self.others)

    async def _tell(self, what: str, url: str, value: Any) -> None:
        self.events.append((what, url))
        if what in self.on:
            await self.on[what](value)

    async def plan(self, seen: SourceSeen | None) -> tuple[Page, ...]:
        if seen is None:
            await self._tell("plan", "", None)
            for source in self.outlet.source:
                for url in source.urls:
                    self.page(url, "source")
            return tuple(sorted(self.pages.values(), key=lambda page: page.kind != "source"))
        await self._tell("plan", seen.page.url, seen)
        self.sources.append(seen)
        self._confirm(seen.page, seen.fetched)
        found = seen.found or Found(())
        return (*(self.page(link.url) for link in found.links), *(self.page(url, "source") for url in found.sources))

    def _confirm(self, page: Page, fetched: Fetched | None) -> None:
        if fetched and fetched.status == 200:
            self.pages[page.url] = replace(page, etag=fetched.header("ETag"), last_modified=fetched.header("Last-Modified"))

    async def keep(self, exchange: Exchange) -> Kept:
        await self._tell("keep", exchange.url, exchange)
        kept = self.archive.keep(self.outlet.id, exchange)
        self.kept.append((exchange, kept))
        return kept

    async def read(self, fetched: Fetched) -> ReadValue:
        await self._tell("read", fetched.url, fetched)
        self.fetched.append(fetched)
        if fetched.url in self.values:
            return self.values[fetched.url]
        if not fetched.body.startswith(b"{"):
            text = fetched.body.decode("utf-8", "replace")
            return ArticleRead(None, text, (), "0" * 64, "test/1") if text else Nothing("empty", "test/1")
        found = json.loads(fetched.body)
        return Found(tuple(Link(url) for url in found["links"]), tuple(found["sources"]))

    async def sink(self, seen: Seen) -> None:
        await self._tell("sink", seen.page.url, seen)
        self.seen.append(seen)
        if seen.outcome == "read":
            self._confirm(seen.page, seen.fetched)

    async def host(self, name: str, state: HostState | None) -> HostState:
        await self._tell("host", name, state)
        if state:
            self.hosts[name] = state
        return self.hosts.get(name, HostState(name))

    def outcome(self, path: str) -> Seen:
        """The one outcome of an article in all crawls so far."""
        found = [seen for seen in self.seen if seen.page.url == HOME + path]
        assert len(found) == 1, [(seen.page.url, seen.outcome) for seen in self.seen]
        return found[0]


# --- the reactor

class Reactor:
    """The asyncio reactor in a thread of its own: it can be installed once in a process and never started again."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.readers: Future[None] | None = None
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,))
        self.thread.start()
        started.wait()

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        from twisted.internet import asyncioreactor

        asyncioreactor.install(self.loop)
        from twisted.internet import reactor

        self.reactor: Any = reactor
        self.reactor.callWhenRunning(started.set)
        self.reactor.run(installSignalHandlers=False)
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, T], *, seconds: float = 60) -> T:
        """Runs a coroutine on the reactor's loop and returns its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def have_readers(self) -> Self:
        """Has the children that pages are read in started once, for all that is read on this loop."""
        async def live() -> None:
            await Readers(1).start()
            started.set()
            await asyncio.Event().wait()  # they live as long as this task

        if self.readers is None:
            started = threading.Event()
            self.readers = asyncio.run_coroutine_threadsafe(live(), self.loop)
            assert started.wait(60)
        return self

    async def _end_readers(self) -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def end(self) -> None:
        if self.readers is not None:
            self.run(self._end_readers())
        self.reactor.callFromThread(self.reactor.stop)
        self.thread.join()


@dataclass
class World:
    """An outlet at steppe.example whose requests go to the site, its desk, and the gates of a worker."""

    reactor: Reactor
    site: Site
    outlet: Outlet
    memory: Memory
    gates: Gates

    def crawl(self, *, outlet: Outlet | None = None, **limits: float) -> Report:
        return self.reactor.run(self.crawling(outlet=outlet, **limits))

    async def crawling(self, *, outlet: Outlet | None = None, stop: asyncio.Event | None = None, **limits: float) -> Report:
        return await crawl(outlet or self.outlet, self.memory.desk(), gates=self.gates, user_agent=USER_AGENT,
                           stop=stop or asyncio.Event(), **limits)

    def later(self, time: timedelta) -> None:
        """The clock goes on, and a new worker remembers only what its desk does."""
        self.memory.now += time
        self.gates = Gates()
        self.memory.seen.clear()
        self.memory.sources.clear()


def outlet_of(site: Site, *, name: str = "steppe", **keys: Any) -> Outlet:
    values = {"id": name, "name": "Steppe", "home": f"{HOME}/", "delay": 0.0, "concurrency": 2, "connect": site.address,
              "source": (Source(kind="rss", url=f"{HOME}/rss"),), **keys}
    return Outlet(**values)
