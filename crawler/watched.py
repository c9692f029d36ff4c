"""A desk that is watched: neither a call that fails nor one that never returns holds up its crawl."""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

from crawler.desk import Desk
from crawler.refusal import DeskFailed

P = ParamSpec("P")
T = TypeVar("T")

# How long a call that is cancelled has to take note of it.
CANCEL_SECONDS = 1.0


class WatchedDesk:
    """A crawl's desk. The first exception of a call is handed to fail, and no call is made after it: Scrapy would log it, or
    ask again for the page, and go on.

    Once hurry was called, no call is waited for longer than grace seconds; which ones were given up is in hung. A call that
    blocks the event loop itself cannot be given up.
    """

    def __init__(self, desk: Desk, fail: Callable[[BaseException], None], grace: float) -> None:
        self._fail, self._grace, self._broken = fail, grace, False
        self._loop = asyncio.get_running_loop()
        self._in_hand: dict[asyncio.Future[None], tuple[str, float]] = {}
        self._left: set[asyncio.Future[Any]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self.hung: list[str] = []
        self.desk = replace(desk, plan=self._watched("plan", desk.plan), keep=self._watched("keep", desk.keep),
                            read=self._watched("read", desk.read), sink=self._watched("sink", desk.sink),
                            host=self._watched("host", desk.host), controls=self._watched("controls", desk.controls))

    def hurry(self) -> None:
        """The crawl is ending: what took longer than grace already is given up now, the rest that long from now."""
        self._give_up(self._loop.time() - self._grace)
        self._alarm = self._loop.call_later(self._grace, self._give_up, self._loop.time() + self._grace)

    async def close(self) -> None:
        """Waits for the calls that were given up to end, if they do so soon."""
        if self._alarm:
            self._alarm.cancel()
        if self._left:
            await asyncio.wait(self._left, timeout=CANCEL_SECONDS)

    def _give_up(self, begun_before: float) -> None:
        for given_up, (name, begun) in self._in_hand.items():
            if begun <= begun_before and not given_up.done():
                self._broken = True
                self.hung.append(f"the desk's {name} did not return in {self._loop.time() - begun:.3g} seconds")
                given_up.set_result(None)

    def _watched(self, name: str, call: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        async def called(*args: P.args, **kwargs: P.kwargs) -> T:
            if self._broken:
                raise DeskFailed("the desk failed before")
            given_up: asyncio.Future[None] = self._loop.create_future()
            work = asyncio.ensure_future(call(*args, **kwargs))
            self._in_hand[given_up] = name, self._loop.time()
            try:
                await asyncio.wait((work, given_up), return_when=asyncio.FIRST_COMPLETED)
                if not work.done():
                    raise DeskFailed(f"{name} did not return")
                return work.result()
            except DeskFailed:
                raise
            except Exception as error:
                self._broken = True
                self._fail(error)
                raise DeskFailed(str(error)) from error
            finally:
                del self._in_hand[given_up]
                given_up.cancel()
                if not work.done():
                    work.cancel()
                    work.add_done_callback(_unheard)
                    self._left.add(work)
        return called


def _unheard(work: asyncio.Future[Any]) -> None:
    if not work.cancelled():
        work.exception()  # else asyncio would complain that nobody asked for it
