"""robots.txt, asked before every request and failing closed: where it cannot be had, nothing is crawled (RFC 9309)."""
from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin

from protego import Protego
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.decoding import UndecodableBody, beginning
from crawler.items import Exchange, HostState
from crawler.politeness import MOST_CRAWL_DELAY, Gate, Gates, unless
from crawler.refusal import DOWN, DeskFailed, Refusal, StayAway, Stopped, reason_of

if TYPE_CHECKING:
    from crawler.desk import Desk

# RFC 9309, 2.5: what lies beyond may be left unread; 2.4: no copy is used for longer.
MOST_BYTES = 500 * 1024
FRESH = timedelta(hours=24)


class Robots:
    """Lets a request pass if the robots.txt of its host does. A downloader middleware of Scrapy.

    2xx: its rules count. 4xx but 429: there is none, all may be crawled. All else, and no answer: nothing may be. The answer
    is kept for 24 hours in the host's state; that it could not be had holds for this run only.
    """

    def __init__(self, crawler: Crawler, desk: Desk, gates: Gates, user_agent: str, ending: asyncio.Event) -> None:
        self.crawler, self.desk, self.gates, self.ending = crawler, desk, gates, ending
        self.token = user_agent.split("/")[0].strip()
        self._known: dict[str, Protego | str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider: Any = crawler.spider
        robots = cls(crawler, spider.desk, spider.gates, crawler.settings["USER_AGENT"], spider.ending)
        crawler.signals.connect(robots.enough, signal=signals.bytes_received)
        return robots

    async def process_request(self, request: Request) -> None:
        if "robots_bytes" in request.meta:
            return
        rules = await self._rules(request.url)
        if isinstance(rules, str):
            raise Refusal(f"robots.txt cannot be had ({rules})", shut=rules not in DOWN)
        if not rules.can_fetch(request.url, self.token):
            raise Refusal("robots.txt forbids it", shut=True)

    async def _rules(self, url: str) -> Protego | str:
        """The rules of a URL's host, or why they cannot be had."""
        gate = self.gates.at(url)
        if gate.name not in self._known:
            # Another crawl may be asking, with a desk that takes long.
            await unless(self.ending, gate.robots.acquire())
            try:
                if gate.name not in self._known:
                    self._known[gate.name] = await self._learnt(gate, url)
            finally:
                gate.robots.release()
        return self._known[gate.name]

    async def _learnt(self, gate: Gate, url: str) -> Protego | str:
        state, why = await gate.state(self.desk), ""
        if not self._fresh(state):
            state, why = await self._asked(gate, urljoin(url, "/robots.txt"))
        if state.robots is None:
            return why
        rules = await asyncio.to_thread(Protego.parse, state.robots)
        gate.crawl_delay = min(rules.crawl_delay(self.token) or 0.0, MOST_CRAWL_DELAY)
        return rules

    def _fresh(self, state: HostState) -> bool:
        return (state.robots is not None and state.robots_at is not None
                and timedelta() <= self.desk.now() - state.robots_at < FRESH)

    async def _asked(self, gate: Gate, url: str) -> tuple[HostState, str]:
        # The size has its own limit here: the beginning of a huge robots.txt counts, so that it may not be refused whole.
        request = Request(url, callback=NO_CALLBACK, dont_filter=True, meta={"robots_bytes": 0, "download_maxsize": 0})
        text: str | None = None
        try:
            answer = await self.crawler.engine.download_async(request)
            status, why = answer.status, f"status {answer.status}"
            if 200 <= status < 300:
                text = _text(answer)
            elif 400 <= status < 500 and status != 429:  # too many requests: that is no word about robots.txt
                text = ""
        except (DeskFailed, Stopped, StayAway):
            raise
        except Exception as error:  # noqa: BLE001  # whatever went wrong: without an answer nothing of the host is crawled
            status, why = 0, reason_of(error)
        state = await gate.remember(self.desk, robots=text, robots_status=status, robots_at=self.desk.now())
        return state, why

    def enough(self, data: bytes, request: Request) -> None:
        """Ends the download of a robots.txt once its part that counts is there."""
        if "robots_bytes" in request.meta:
            request.meta["robots_bytes"] += len(data)
            if request.meta["robots_bytes"] > MOST_BYTES:
                raise StopDownload(fail=False)


def _text(answer: Response) -> str:
    assert answer.request is not None
    exchange: Exchange = answer.request.meta["exchange"]
    try:
        body = beginning(exchange.body, exchange.headers, size=MOST_BYTES)
    except UndecodableBody as error:
        raise Refusal(reason_of(error)) from error
    return body.decode("utf-8", "replace").removeprefix("\ufeff").replace("\0", "")
