"""How we behave as a guest: one gate per host, conditional requests, and staying away when we are asked to."""
from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request

from crawler.items import HostState, Page
from crawler.refusal import StayAway, Stopped

if TYPE_CHECKING:
    from crawler.desk import Desk

LONGEST_STAY = timedelta(hours=24)
MOST_CRAWL_DELAY = 60.0
DEFAULT_PORTS = {"http": 80, "https": 443}


class Gate:
    """The one way to a host for all crawls of a worker, in the order of asking.

    The strictest of the outlets that share the host decides how many requests may be under way and how many seconds lie
    between two starts; robots.txt's Crawl-delay counts like one of them. Belongs to one event loop.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.crawl_delay = 0.0
        self.robots = asyncio.Lock()
        self._limits: dict[str, tuple[int, float]] = {}
        self._state: HostState | None = None
        self._first = asyncio.Lock()
        self._left = asyncio.Event()
        self._under_way = 0
        self._started = -math.inf

    def limit(self, outlet: str, concurrency: int, delay: float) -> None:
        """Holds the gate to an outlet's limits as long as the worker lives: a neighbour's next crawl is bound by them too."""
        self._limits[outlet] = (concurrency, delay)

    @asynccontextmanager
    async def turn(self, desk: Desk, ending: asyncio.Event) -> AsyncIterator[None]:
        """The time of one request, from when it may start until its answer is there.

        Stopped once the run is ending; StayAway while the host has asked us to stay away, also where it did so meanwhile.
        """
        await self._stay_away(desk)
        await unless(ending, self._enter())
        try:
            await self._stay_away(desk)
            yield
        finally:
            self._under_way -= 1
            self._left.set()

    async def heed(self, desk: Desk, told: str) -> bool:
        """Remembers the Retry-After of an answer; whether it asks us to stay away. Call it in the turn of its request: the
        next one must not start before."""
        now = desk.now()
        if wait := stay(told, now):
            await self.remember(desk, retry_at=now + wait)
        return bool(wait)

    async def _stay_away(self, desk: Desk) -> None:
        until = (await self.state(desk)).retry_at
        # A time further off than the longest stay was written under a clock that has since been set back.
        if until and desk.now() < until <= desk.now() + LONGEST_STAY:
            raise StayAway(f"asked to stay away until {until:%Y-%m-%d %H:%M:%S} UTC", shut=True)

    async def _enter(self) -> None:
        async with self._first:
            while self._under_way >= min((most for most, _ in self._limits.values()), default=1):
                self._left.clear()
                await self._left.wait()
            while (wait := self._started + self._delay() - monotonic()) > 0:
                await asyncio.sleep(wait)
            self._started = monotonic()
            self._under_way += 1

    def _delay(self) -> float:
        return max(self.crawl_delay, *(delay for _, delay in self._limits.values()), 0.0)

    async def state(self, desk: Desk) -> HostState:
        """What is remembered of the host."""
        if self._state is None:
            known = await desk.host(self.name, None)
            self._state = self._state or known
        return self._state

    async def remember(self, desk: Desk, **changes: Any) -> HostState:
        """Changes what is remembered of the host, here and for later lives."""
        self._state = replace(await self.state(desk), **changes)
        return await desk.host(self.name, self._state)


async def unless(ending: asyncio.Event, entering: Coroutine[Any, Any, Any]) -> None:
    """Waits for entering; Stopped once the run is ending."""
    if ending.is_set():
        entering.close()
        raise Stopped("the run is ending")
    entry, alarm = asyncio.ensure_future(entering), asyncio.ensure_future(ending.wait())
    try:
        await asyncio.wait((entry, alarm), return_when=asyncio.FIRST_COMPLETED)
        if not entry.done():
            raise Stopped("the run is ending")
        entry.result()
    finally:
        entry.cancel()
        alarm.cancel()


class Gates:
    """The gates of all hosts, shared by every crawl of a worker."""

    def __init__(self) -> None:
        self._gates: dict[str, Gate] = {}

    def at(self, url: str) -> Gate:
        """The gate of a URL's host: of its name, with the port where that is not the usual one."""
        name = host_of(url)
        return self._gates.setdefault(name, Gate(name))


def host_of(url: str) -> str:
    """The name under which a URL's host is remembered, such as "example.org" or "example.org:8080"."""
    parts = urlsplit(url)
    name = (parts.hostname or "").rstrip(".")
    return f"{name}:{parts.port}" if parts.port not in (None, DEFAULT_PORTS.get(parts.scheme)) else name


class ConditionalGet:
    """Asks for a page only if it changed, where the page has validators. A downloader middleware of Scrapy."""

    def process_request(self, request: Request) -> None:
        page: Page | None = request.meta.get("page")
        if page and page.etag:
            request.headers["If-None-Match"] = page.etag
        if page and page.last_modified:
            request.headers["If-Modified-Since"] = page.last_modified


def stay(told: str, now: datetime) -> timedelta:
    """How long a Retry-After, in seconds or as an HTTP date, asks us to stay away: 0 to 24 hours, 0 where it says nothing."""
    told = told.strip()
    if told.isascii() and told.isdigit():
        return min(timedelta(seconds=int(told[:9])), LONGEST_STAY)
    try:
        until = parsedate_to_datetime(told)
    except (ValueError, TypeError, OverflowError):
        return timedelta()
    if until.tzinfo is None:
        until = until.replace(tzinfo=now.tzinfo)
    return min(max(until - now, timedelta()), LONGEST_STAY)
