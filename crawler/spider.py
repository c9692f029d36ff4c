"""One thin spider for all outlets: requests and callbacks only; the desk says what to fetch and takes what came of it."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

import logs
from crawler.archive import unsealed
from crawler.decoding import LIMIT, TooLarge
from crawler.guard import Guard
from crawler.items import ArticleRead, Exchange, Fetched, Found, Nothing, Page, Seen, SourceSeen, ThreadPage, ThreadRead
from crawler.outlet import Outlet
from crawler.politeness import Gates
from crawler.redirect import same_page
from crawler.refusal import WORDS, DeskFailed, Offsite, Refusal, Stopped, reason_of
from crawler.tally import Tally
from crawler.thread import Threads

if TYPE_CHECKING:
    from crawler.desk import Desk

# A sitemap of sitemaps of sitemaps: deeper ones are met only where there is no end to them.
DEEPEST = 3
REFUSING = (401, 403, 429)
# The reader died of the page, which says nothing of the page's content.
READER_DIED = ("killed", "timeout", "error")
# What stands before a page and is not the page: a browser is to prove itself, or a visitor to consent.
WALLS = ("challenge", "consent")
WALLED = (403, 429, 503)


class OutletSpider(Spider):
    """Fetches what the desk's plan names, each page once, and hands each outcome to the desk."""

    name = "outlet"

    def __init__(self, *, outlet: Outlet, desk: Desk, gates: Gates, guard: Guard, tally: Tally, ending: asyncio.Event) -> None:
        super().__init__()
        self.outlet, self.desk, self.gates, self.guard, self.tally, self.ending = outlet, desk, gates, guard, tally, ending
        self._asked: set[int] = set()
        self._threads = Threads(outlet, desk, tally, ending, self._download)
        # How many requests have not come to an end, and whether there are none.
        self._open, self._idle = 0, asyncio.Event()
        self._idle.set()

    async def start(self) -> AsyncIterator[Request]:
        if not self.ending.is_set():
            async for request in self._requests(await self.desk.plan(None), 0):
                yield request
            await self._all_done()
        if not self.ending.is_set():
            async for request in self._requests(await self.desk.controls(), 0):
                yield request

    async def _all_done(self) -> None:
        """Waits until every request has come to its end, or the crawl ends."""
        waiting = [asyncio.ensure_future(event.wait()) for event in (self._idle, self.ending)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()

    @contextmanager
    def _ends(self) -> Iterator[None]:
        """What is done inside is the end of a request."""
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()

    async def _requests(self, pages: Sequence[Page], depth: int) -> AsyncIterator[Request]:
        self.tally.planned(page for page in pages if page.id not in self._asked and depth <= DEEPEST)
        for page in pages:
            if page.id in self._asked or self.ending.is_set():
                continue
            self._asked.add(page.id)
            if page.kind == "source" and depth > DEEPEST:
                self.tally.trouble(page.url, f"a sitemap more than {DEEPEST} levels deep")
                continue
            try:
                request = Request(page.url, self.source if page.kind == "source" else self.article, errback=self.lost,
                                  dont_filter=True, priority=int(page.kind == "source"), meta={"page": page, "level": depth})
            except ValueError:
                async for other in self._failed(page, depth, "not a web address"):
                    yield other
                continue
            self._open += 1
            self._idle.clear()
            yield request

    async def _download(self, request: Request) -> Response:
        return await self.crawler.engine.download_async(request)

    # --- answers

    async def source(self, response: Response) -> AsyncIterator[Request]:
        with self._ends():
            async for request in self._source(response):
                yield request

    async def _source(self, response: Response) -> AsyncIterator[Request]:
        page, exchange, fetched, reason = self._answer(response)
        value = await self.desk.read(fetched) if fetched and (not reason or exchange.status in WALLED) else None
        walled = isinstance(value, Nothing) and value.reason in WALLS
        if isinstance(value, Nothing) and (walled or not reason):
            reason = f"{value.reason}: {value.note}" if value.note else value.reason
        elif isinstance(value, ArticleRead | ThreadRead) and not reason:
            reason = "an article where a list of articles should be"
        if reason:
            self.tally.failed(page, reason, shut=walled or exchange.status in REFUSING)
        else:
            self.tally.had(page)
        seen = SourceSeen(page, value if isinstance(value, Found) and not reason else None, fetched, reason)
        async for request in self._requests(await self.desk.plan(seen), response.meta["level"] + 1):
            yield request

    async def article(self, response: Response) -> None:
        with self._ends():
            await self._article(response)

    async def _article(self, response: Response) -> None:
        page, exchange, fetched, reason = self._answer(response)
        url_now = response.url
        if exchange.status in (404, 410):
            self.tally.had(page)
            seen = Seen(page, "missing", fetched=fetched)
        elif reason and fetched is not None and exchange.status == HTTPStatus.OK:
            self.tally.failed(page, reason)
            nothing = (Nothing("too_large", reader="crawler", note=f"as sent or unpacked it has more than {LIMIT:,} bytes")
                       if reason == WORDS[TooLarge] else Nothing("damaged", reader="crawler", note=reason))
            seen = Seen(page, "read", fetched=fetched, value=nothing)
        elif fetched is not None and exchange.status in WALLED and isinstance(
                value := await self.desk.read(fetched), Nothing) and value.reason in WALLS:
            self.tally.failed(page, f"{reason}: {value.note}", shut=True)
            seen = Seen(page, "read", fetched=fetched, value=value)
        elif reason:
            self.tally.failed(page, reason, shut=exchange.status in REFUSING)
            seen = Seen(page, "failed", fetched=fetched, reason=reason)
        elif "redirect_urls" in response.meta and not same_page(page.url, url_now):
            self.tally.moved(page, url_now)
            seen = Seen(page, "moved", fetched=fetched, url_now=url_now)
        elif fetched is None:
            self.tally.had(page)
            seen = Seen(page, "unchanged")
        else:
            seen = await self._read(page, fetched)
        await self.desk.sink(seen)

    async def _read(self, page: Page, fetched: Fetched) -> Seen:
        value = await self.desk.read(fetched)
        if isinstance(value, Found | ThreadRead):
            what = "articles" if isinstance(value, Found) else "comments"
            value = Nothing("not_article", reader="crawler", note=f"it is a list of {what}")
        if isinstance(value, Nothing) and value.reason in READER_DIED:
            self.tally.trouble(page.url, f"could not be read: {value.reason}")
        self.tally.had(page)
        further: tuple[ThreadPage, ...] = ()
        if isinstance(value, ArticleRead) and value.thread.wanted:
            further = await self._threads.follow(page, fetched, value.thread)
            logs.about(page=page.url)
        return Seen(page, "read", fetched=fetched, value=value, thread_pages=further)

    def _answer(self, response: Response) -> tuple[Page, Exchange, Fetched | None, str | None]:
        """The page that was asked for, the last exchange, what is to be read of it, and the reason why nothing is: without
        either the page is unchanged. A body that cannot be opened is kept and empty."""
        page, exchange, kept = response.meta["page"], response.meta["exchange"], response.meta["kept"]
        logs.about(page=page.url)
        if exchange.status == 304:
            conditional = page.etag or page.last_modified
            self.tally.not_modified += bool(conditional)
            return page, exchange, None, None if conditional else "status 304 to an unconditional request"
        reason = None if exchange.status == 200 else f"status {exchange.status}"
        fetched, damage = unsealed(exchange, kept, asked=page.url)
        return page, exchange, fetched, reason or (reason_of(damage) if damage else None)

    async def lost(self, failure: Failure) -> AsyncIterator[Request]:
        """No answer: the network failed, or the request was not made."""
        with self._ends():
            async for request in self._lost(failure):
                yield request

    async def _lost(self, failure: Failure) -> AsyncIterator[Request]:
        error, request = failure.value, failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        assert error is not None
        page, depth = request.meta["page"], request.meta["level"]
        logs.about(page=page.url)
        if isinstance(error, Stopped | DeskFailed):
            return
        left = isinstance(error, Offsite) and "redirect_urls" in request.meta and not same_page(page.url, request.url)
        if left and page.kind == "article":
            self.tally.moved(page, request.url)
            await self.desk.sink(Seen(page, "moved", url_now=request.url))
            return
        async for further in self._failed(page, depth, reason_of(error), shut=isinstance(error, Refusal) and error.shut):
            yield further

    async def _failed(self, page: Page, depth: int, reason: str, **how: Any) -> AsyncIterator[Request]:
        self.tally.failed(page, reason, **how)
        if page.kind == "article":
            await self.desk.sink(Seen(page, "failed", reason=reason))
        else:
            async for request in self._requests(await self.desk.plan(SourceSeen(page, None, reason=reason)), depth + 1):
                yield request
