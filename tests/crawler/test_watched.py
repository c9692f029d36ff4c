"""A desk call that never returns does not hold its crawl."""
import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from crawler.items import Report
from tests.crawler.scripted import HOME, World, article, listing, outlet_of

CALLS = ["plan", "keep", "read", "sink", "controls", "host"]


async def forever(_: Any) -> None:
    await asyncio.Event().wait()


async def deaf(_: Any) -> None:
    """Takes no note of being cancelled, for a while."""
    until = time.monotonic() + 1
    while time.monotonic() < until:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(until - time.monotonic())
    raise OSError("too late for anybody to hear")


async def leaving_nothing(world: World, **limits: float) -> tuple[Report, float, int]:
    """A crawl, how many seconds it took, and how many tasks it left."""
    loop, complaints = asyncio.get_running_loop(), list[Any]()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    before, began = asyncio.all_tasks(), time.monotonic()
    report = await world.crawling(**limits)
    took = time.monotonic() - began
    await asyncio.sleep(0)
    left = asyncio.all_tasks() - before
    if left:
        await asyncio.wait(left)  # what the desk does at last is nobody's trouble either
    number = len(left)
    del left
    gc.collect()
    await asyncio.sleep(0)
    loop.set_exception_handler(None)
    assert complaints == []
    return report, took, number


@pytest.fixture
def some(world: World) -> World:
    world.site.answers |= {"/rss": listing(*(f"/a{number}" for number in range(5))),
                           **{f"/a{number}": article() for number in range(5)}}
    return world


@pytest.mark.parametrize(("call", "hang"), [
    pytest.param(call, hang, marks=[pytest.mark.long] * (hang is deaf and call != CALLS[0]))
    for call in CALLS for hang in (forever, deaf)])
def test_a_crawl_whose_desk_hangs_returns_soon_after_its_limit_and_names_the_call(
        some: World, call: str, hang: Callable[[Any], Awaitable[None]]) -> None:
    some.memory.on[call] = hang
    report, took, left = some.reactor.run(leaving_nothing(some, seconds=0.4, grace=0.2))
    assert 0.4 <= took < 6
    assert report.state in ("degraded", "failed")
    assert report.errors[0] == f"{HOME}/: the crawl was not done after 0.4 seconds"
    assert any(f"the desk's {call} did not return" in error for error in report.errors)
    assert left <= (5 if hang is deaf else 0)  # at most the calls themselves, one for each article
    asked = len(some.site.log)
    time.sleep(0.2)
    assert len(some.site.log) == asked


def test_a_call_that_hangs_once_the_crawl_was_ending_is_given_up_after_its_grace(some: World) -> None:
    async def past_the_limit(_: Any) -> None:
        await asyncio.sleep(0.5)
        some.memory.on["sink"] = forever

    some.memory.on["read"] = past_the_limit
    report, took, left = some.reactor.run(leaving_nothing(some, seconds=0.8, grace=0.6))
    assert 1.3 < took < 6
    assert any("the desk's sink did not return" in error for error in report.errors)
    assert left == 0


def test_a_call_that_returns_within_its_grace_is_waited_for(some: World) -> None:
    async def slow(_: Any) -> None:
        await asyncio.sleep(0.6)

    some.memory.on["sink"] = slow
    report = some.crawl(seconds=0.4, grace=5)
    assert report.errors == (f"{HOME}/: the crawl was not done after 0.4 seconds",)
    assert len(some.memory.seen) > 0


def test_after_a_stop_it_returns_too(some: World) -> None:
    async def stopped() -> tuple[Report, float]:
        stop = asyncio.Event()
        some.memory.on["keep"] = forever
        asyncio.get_running_loop().call_later(0.3, stop.set)
        began = time.monotonic()
        return await some.crawling(stop=stop, grace=0.5), time.monotonic() - began

    report, took = some.reactor.run(stopped())
    assert 0.6 < took < 6
    assert report.state == "died"
    assert "the desk's keep did not return" in report.errors[1]


def test_a_neighbour_on_the_same_host_is_not_held_by_it(some: World) -> None:
    """The one asks for robots.txt and hangs at its desk; the other waits for that answer and has a limit of its own."""
    other = World(some.reactor, some.site, outlet_of(some.site, name="other"), some.memory, some.gates)

    async def both() -> tuple[Report, bool]:
        some.memory.on["keep"] = forever
        first = asyncio.ensure_future(some.crawling(seconds=2.5, grace=0.2))
        await asyncio.sleep(0.3)
        second = await other.crawling(seconds=0.5, grace=0.2)
        held = first.done()
        await first
        return second, held

    report, held = some.reactor.run(both())
    assert not held
    assert report.state == "degraded"


def test_the_next_crawl_of_the_same_worker_goes_well(some: World) -> None:
    gates = some.gates
    some.memory.on["host"] = forever
    some.crawl(seconds=0.3, grace=0.1)
    some.memory.on.clear()
    some.later(timedelta(minutes=10))
    some.gates = gates
    assert some.crawl(seconds=10).state == "done"
    assert {seen.outcome for seen in some.memory.seen} == {"read"}
