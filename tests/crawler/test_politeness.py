"""A guest's manners: turns at the gate, staying away when asked to."""
import asyncio
from datetime import datetime, timedelta, timezone
from time import monotonic
from typing import Any

import pytest

from crawler.desk import Desk
from crawler.items import HostState
from crawler.politeness import Gate, Gates, host_of, stay
from crawler.refusal import Stopped
from tests.crawler.scripted import HOME, HOST, Answer, Reactor, World, article, listing

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)


async def unused(*_: Any) -> Any:
    raise AssertionError("these tests ask this of no desk")


async def unknown(name: str, state: HostState | None) -> HostState:
    return state or HostState(name)


DESK = Desk(plan=unused, keep=unused, read=unused, sink=unused, host=unknown, controls=unused, now=lambda: NOW)


# --- the gate

async def visits(gate: Gate, number: int, *, seconds: float = 0.0) -> tuple[int, list[int]]:
    """Visits a gate so many times at once; the most that were inside together, and the order of entering."""
    inside = most = 0
    order: list[int] = []

    async def visit(name: int) -> None:
        nonlocal inside, most
        async with gate.turn(DESK, asyncio.Event()):
            order.append(name)
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(seconds)
            inside -= 1

    await asyncio.gather(*(visit(name) for name in range(number)))
    return most, order


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_pass_than_the_strictest_outlet_allows_and_in_their_order(reactor: Reactor, limit: int) -> None:
    gate = Gate(HOST)
    gate.limit("lenient", 16, 0.0)
    gate.limit("strict", limit, 0.0)
    assert reactor.run(visits(gate, 9, seconds=0.01)) == (limit, list(range(9)))


def test_the_longest_delay_lies_between_the_starts_and_crawl_delay_counts_like_an_outlets(reactor: Reactor) -> None:
    for delays, crawl_delay in [((0.05, 0.01), 0.0), ((0.0, 0.0), 0.05)]:
        gate = Gate(HOST)
        for name, delay in zip("ab", delays, strict=True):
            gate.limit(name, 16, delay)
        gate.crawl_delay = crawl_delay
        began = monotonic()
        reactor.run(visits(gate, 4))
        assert monotonic() - began >= 3 * 0.05


def test_who_waits_at_the_gate_when_the_run_ends_does_not_pass_and_is_in_nobodys_way(reactor: Reactor) -> None:
    async def ended() -> int:
        gate, ending = Gate(HOST), asyncio.Event()
        gate.limit("a", 1, 0.0)
        async with gate.turn(DESK, asyncio.Event()):
            waiting = [asyncio.ensure_future(gate.turn(DESK, ending).__aenter__()) for _ in range(3)]
            await asyncio.sleep(0.01)
            ending.set()
            stopped = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(error) for error in stopped] == [Stopped] * 3
        with pytest.raises(Stopped):
            await gate.turn(DESK, ending).__aenter__()
        return (await visits(gate, 3))[0]

    assert reactor.run(ended()) == 1


def test_a_request_that_fails_leaves_the_gate(reactor: Reactor) -> None:
    async def failing() -> int:
        gate = Gate(HOST)
        gate.limit("a", 1, 0.0)
        with pytest.raises(RuntimeError):
            async with gate.turn(DESK, asyncio.Event()):
                raise RuntimeError
        return (await visits(gate, 2))[0]

    assert reactor.run(failing()) == 1


def test_a_host_has_one_gate_whatever_its_address_looks_like() -> None:
    gates = Gates()
    assert gates.at("https://Steppe.example/a") is gates.at("http://steppe.example.:80/b?c")
    assert gates.at("https://steppe.example/") is not gates.at("https://steppe.example:8443/")
    assert host_of("https://steppe.example:8443/") == "steppe.example:8443"


# --- Retry-After

@pytest.mark.parametrize(("told", "time"), [
    ("120", timedelta(seconds=120)), (" 5 ", timedelta(seconds=5)), ("0", timedelta()), ("-1", timedelta()),
    ("1000000000000", timedelta(hours=24)), ("9" * 400, timedelta(hours=24)), ("abc", timedelta()), ("", timedelta()),
    ("1.5", timedelta()), ("²", timedelta()), ("Mon, 02 Mar 2026 06:10:00 GMT", timedelta(minutes=10)),
    ("Mon, 02 Mar 2026 06:10:00", timedelta(minutes=10)), ("Mon, 02 Mar 2026 11:10:00 +0500", timedelta(minutes=10)),
    ("Sun, 01 Mar 2026 06:10:00 GMT", timedelta()), ("Mon, 02 Mar 2099 06:10:00 GMT", timedelta(hours=24)),
    ("Mon, 99 Mar 2026 06:10:00 GMT", timedelta())])
def test_retry_after_is_read_in_every_form_and_kept_within_a_day(told: str, time: timedelta) -> None:
    assert stay(told, NOW) == time


def busy(told: str, status: int = 503) -> Answer:
    return Answer(status=status, headers=(("Retry-After", told),))


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("told", ["600", "Mon, 02 Mar 2026 06:10:00 GMT"])
def test_a_host_that_asks_us_to_stay_away_is_left_alone_until_then_also_by_the_next_worker(
        world: World, status: int, told: str) -> None:
    world.site.answers |= {"/rss": listing("/a", "/b", "/c"), "/a": busy(told, status), "/b": busy(told, status),
                           "/c": busy(told, status)}
    world.outlet = world.outlet.model_copy(update={"concurrency": 1})
    world.crawl()
    assert len(world.site.log) == 3, "robots.txt, the source, and the first article, once"
    assert sorted(str(seen.reason) for seen in world.memory.seen) == [
        "asked to stay away until 2026-03-02 06:10:00 UTC", "asked to stay away until 2026-03-02 06:10:00 UTC",
        f"status {status}"]
    world.later(timedelta(minutes=9))
    assert world.crawl().state == "blocked"
    assert len(world.site.log) == 3
    world.later(timedelta(minutes=1))
    world.site.answers |= {path: article() for path in ("/a", "/b", "/c")}
    assert world.crawl().state == "done"


def test_one_who_says_nothing_with_retry_after_is_asked_again_like_any_failure(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": [busy("-1"), article()]}
    assert world.crawl().state == "done"
    assert world.memory.outcome("/a").outcome == "read"


def test_a_time_to_stay_away_that_lies_beyond_a_day_is_of_a_wrong_clock(world: World) -> None:
    world.memory.hosts[HOST] = HostState(HOST, retry_at=world.memory.now + timedelta(days=400))
    world.site.answers |= {"/rss": listing()}
    assert world.crawl().state == "done"


def test_who_may_not_go_anyway_does_not_wait_for_a_turn(world: World) -> None:
    gate = world.gates.at(HOME)

    async def held() -> str:
        gate.crawl_delay = 3600.0
        async with gate.turn(DESK, asyncio.Event()):
            await gate.remember(DESK, retry_at=NOW + timedelta(hours=1))
            return (await world.crawling(seconds=20)).state

    assert world.reactor.run(held()) == "blocked"


def test_robots_txt_is_not_asked_for_either_while_we_stay_away(world: World) -> None:
    world.memory.hosts[HOST] = HostState(HOST, retry_at=world.memory.now + timedelta(hours=1))
    report = world.crawl()
    assert (report.state, report.errors) == (
        "blocked", (f"{HOME}/rss: asked to stay away until 2026-03-02 07:00:00 UTC",))
    assert world.site.accepted == 0
