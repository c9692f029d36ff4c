"""The further pages of a thread, and the answers of its system: asked for after the article, in the same callback."""
from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.archive import unsealed
from crawler.further import thread_page
from crawler.items import Exchange, Fetched, Page, ThreadPage, ThreadRead, Wanted
from crawler.outlet import Outlet
from crawler.refusal import DeskFailed, Offsite, Refusal, reason_of
from crawler.tally import Tally

if TYPE_CHECKING:
    from crawler.desk import Desk

# So many answers of one thread in a row that came to nothing: the rest of it is left for the next look.
MOST_FAILED = 3
ENDING = "the run ended before it was asked for"


class Threads:
    """Follows what a thread wants, one answer after the other. The requests pass robots, gate, borders and guard like all
    others, and their answers are kept; they are never conditional."""

    def __init__(self, outlet: Outlet, desk: Desk, tally: Tally, ending: asyncio.Event,
                 download: Callable[[Request], Awaitable[Response]]) -> None:
        self.outlet, self.desk, self.tally, self.ending, self.download = outlet, desk, tally, ending, download

    async def follow(self, page: Page, fetched: Fetched, first: ThreadRead) -> tuple[ThreadPage, ...]:
        """All that is wanted for a thread whose article was just read, in the order of asking, and at the end its first page
        once more, if it has several. What is left out for one reason stands at the end as one page with that reason."""
        pages, left, lost = list[ThreadPage](), None, set[str]()
        seen, wanted, failed = {_bare(page.url), _bare(fetched.url)}, deque(first.wanted), 0
        while wanted:
            one = wanted.popleft()
            if _bare(one.url) in seen:
                if _bare(one.url) in lost:  # each page may know something else that does instead
                    wanted.extendleft(reversed(one.otherwise))
                continue
            if reason := self._left(len(pages), failed):
                left = ThreadPage(one.url, reason=reason)
                break
            seen.add(_bare(one.url))
            further = await self._one(one.url)
            pages.append(further)
            if further.read is not None:
                failed = 0
                wanted.extend(further.read.wanted)
            else:
                failed += not one.otherwise
                lost.add(_bare(one.url))
                wanted.extendleft(reversed(one.otherwise))
        if (again := _first(page, pages)) and not self.ending.is_set():
            pages.append(replace(await self._one(again), again=True))
        self._tell(pages, first.wanted)
        return (*pages, left) if left else tuple(pages)

    def _left(self, asked: int, failed: int) -> str | None:
        """Why nothing more of the thread is asked for; None where more is."""
        if self.ending.is_set():
            return ENDING
        if asked >= self.outlet.thread_pages:
            return f"not asked for: thread_pages is {self.outlet.thread_pages}"
        return f"not asked for, as {failed} in a row came to nothing" if failed >= MOST_FAILED else None

    def _tell(self, pages: Iterable[ThreadPage], wanted: Iterable[Wanted]) -> None:
        """Tells the run of what could not be had, unless something else did instead."""
        every = [*wanted, *(one for each in pages if each.read for one in each.read.wanted)]
        for one in every:
            every += one.otherwise
        replaced = {_bare(one.url) for one in every if one.otherwise}
        for each in pages:
            if each.reason is not None and each.reason != ENDING and _bare(each.url) not in replaced:
                self.tally.left_out(each.url, each.reason, refused=each.refused)

    async def _one(self, url: str) -> ThreadPage:
        try:
            request = Request(url, callback=NO_CALLBACK, dont_filter=True)
        except ValueError:
            return ThreadPage(url, reason="not a web address", refused=True)
        try:
            response = await self.download(request)
        except DeskFailed:
            raise
        except Exception as error:  # noqa: BLE001  # whatever went wrong: the article is read, and its thread is partial
            # Scrapy's engine fails in its own ways once it is closing.
            reason = ENDING if self.ending.is_set() else reason_of(error)
            lasting = isinstance(error, Offsite) or (isinstance(error, Refusal) and error.shut)
            return ThreadPage(url, reason=reason, refused=lasting and not self.ending.is_set())
        assert response.request is not None
        meta = response.request.meta
        exchange: Exchange = meta["exchange"]
        if exchange.status != HTTPStatus.OK:
            fetched = None if meta["kept"] is None else unsealed(exchange, meta["kept"], asked=url)[0]
            return ThreadPage(url, fetched, reason=f"status {exchange.status}")
        fetched, damage = unsealed(exchange, meta["kept"], asked=url)
        if damage:
            return ThreadPage(url, fetched, reason=reason_of(damage))
        return thread_page(url, fetched, await self.desk.read(fetched))


def _first(page: Page, pages: Iterable[ThreadPage]) -> str | None:
    """The address of the thread's first page, where it has more than one: the article's own, unless its comments came from its
    system."""
    read = [each for each in pages if each.read is not None]
    answers = [each.url for each in read if each.api]
    if answers:
        return answers[0] if len(answers) > 1 else None
    return page.url if read else None


def _bare(url: str) -> str:
    return url.partition("#")[0]
