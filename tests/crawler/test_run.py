"""What a crawl does, told by the site's own log and by the desk."""
import asyncio
import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd
from twisted.internet.tcp import Port

from crawler.archive import Archive, load
from crawler.items import HostState, Nothing, Page
from crawler.outlet import Source
from crawler.politeness import Gates
from crawler.run import crawl
from tests.crawler.scripted import HOME, HOST, USER_AGENT, Answer, Memory, Reactor, Site, World, article, listing, outlet_of


def test_a_second_crawl_of_an_unchanged_site_transfers_no_article_body(world: World) -> None:
    articles = {f"/a{number}": article(f"Text {number}", etag=f'"{number}"') for number in range(5)}
    world.site.answers |= {"/rss": listing(*articles, etag='"s"'), **articles}
    assert world.crawl().state == "done"
    assert [seen.outcome for seen in world.memory.seen] == ["read"] * 5
    world.later(timedelta(minutes=10))
    world.site.log.clear()
    report = world.crawl()
    assert report.state == "done"
    assert [seen.outcome for seen in world.memory.seen] == ["unchanged"] * 5
    assert world.site.paths(status=200) == []
    assert report.requests == report.not_modified == len(world.site.log) == 6


def test_last_modified_alone_is_asked_for_too(world: World) -> None:
    page = world.memory.page(HOME + "/a")
    world.memory.pages[page.url] = replace(page, last_modified="Mon, 02 Mar 2026 06:00:00 GMT")
    world.site.answers |= {"/rss": listing(), "/a": Answer(status=304)}
    world.crawl()
    assert world.memory.outcome("/a").outcome == "unchanged"
    asked = next(asked for asked in world.site.log if asked.path == "/a")
    assert asked.headers["if-modified-since"] == "Mon, 02 Mar 2026 06:00:00 GMT"


def test_304_to_an_unconditional_request_is_no_confirmation(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": Answer(status=304)}
    report = world.crawl()
    assert world.memory.outcome("/a").reason == "status 304 to an unconditional request"
    assert (report.state, report.not_modified) == ("degraded", 0)


@pytest.mark.parametrize("limit", [1, 2])
def test_four_outlets_on_one_host_never_have_more_requests_in_flight_than_the_strictest_allows(
        reactor: Reactor, site: Site, tmp_path: Path, now: Any, limit: int) -> None:
    paths = [f"/{letter}{number}" for letter in "abcd" for number in range(2)]
    site.answers |= {path: article(path, delay=0.15) for path in paths}
    gates, archive = Gates(), Archive(tmp_path, "life1")
    worlds = []
    for letter in "abcd":
        site.answers[f"/{letter}"] = replace(listing(*(path for path in paths if path[1] == letter)), delay=0.15)
        outlet = outlet_of(site, name=letter, source=(Source(kind="rss", url=f"{HOME}/{letter}"),),
                           concurrency=limit if letter == "a" else 8)
        worlds.append(World(reactor, site, outlet, Memory(outlet, archive, now), gates))

    async def together() -> list[Any]:
        return await asyncio.gather(*(world.crawling() for world in worlds))

    assert [report.state for report in reactor.run(together())] == ["done"] * 4
    assert sorted(site.paths()) == sorted(["/robots.txt", "/a", "/b", "/c", "/d", *paths])
    assert site.most_in_flight == limit
    archive.close()


def test_requests_go_to_connect_and_keep_their_real_address_everywhere_else(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a?x=1"), "/a?x=1": article()}
    world.crawl()
    assert {asked.host for asked in world.site.log} == {HOST}
    assert {asked.headers["user-agent"] for asked in world.site.log} == {USER_AGENT}
    fetched = world.memory.outcome("/a?x=1").fetched
    assert fetched
    assert (fetched.url, fetched.asked) == (f"{HOME}/a?x=1", None)
    assert [exchange.url for exchange, _ in world.memory.kept] == [f"{HOME}/robots.txt", f"{HOME}/rss", f"{HOME}/a?x=1"]


# --- the evidence

def test_every_exchange_is_in_the_archive_before_its_answer_is_read(world: World) -> None:
    world.site.answers |= {"/rss": Answer(status=301, headers=(("Location", "/feed"),)), "/feed": listing("/a", "/gone"),
                           "/a": [Answer(status=500, body=b"oops"), article("Text")]}
    found: list[bytes] = []

    async def in_the_archive(fetched: Any) -> None:
        found.append(load(world.memory.archive.folder, fetched.kept).body)

    world.memory.on["read"] = in_the_archive
    world.crawl()
    assert found == [fetched.body for fetched in world.memory.fetched]
    assert sorted((exchange.url, exchange.status) for exchange, _ in world.memory.kept) == sorted(
        (HOME + path, status) for path, status in [("/robots.txt", 404), ("/rss", 301), ("/feed", 200), ("/a", 500),
                                                   ("/a", 200), ("/gone", 404)])
    assert world.memory.events.index(("keep", f"{HOME}/feed")) < world.memory.events.index(("read", f"{HOME}/feed"))


def test_304_is_not_kept(world: World) -> None:
    world.site.answers |= {"/rss": listing(etag='"s"')}
    world.crawl()
    world.memory.kept.clear()
    assert world.crawl().not_modified == 1
    assert world.memory.kept == []


def test_no_cookie_is_sent_back(world: World) -> None:
    source = listing("/a")
    world.site.answers |= {"/rss": replace(source, headers=(*source.headers, ("Set-Cookie", "reader=7; Path=/"))),
                           "/a": article()}
    world.crawl()
    assert "/a" in world.site.paths()
    assert [asked.path for asked in world.site.log if "cookie" in asked.headers] == []


@pytest.mark.parametrize(("name", "encode"), [
    ("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstd.compress),
    ("gzip, br", lambda body: brotli.compress(gzip.compress(body)))])
def test_a_body_is_kept_as_it_came_and_read_without_its_encoding(world: World, name: str, encode: Callable[[bytes], bytes],
                                                                  ) -> None:
    plain = article("Мир " * 500)
    wire = encode(plain.body)
    world.site.answers |= {"/rss": listing("/a"), "/a": Answer(wire, headers=(("Content-Encoding", name),))}
    world.crawl()
    fetched = world.memory.outcome("/a").fetched
    assert fetched
    assert fetched.body == plain.body
    assert world.memory.kept[-1][0].body == wire
    assert fetched.kept
    assert load(world.memory.archive.folder, fetched.kept, asked=HOME + "/a") == fetched


# --- sources

@pytest.mark.parametrize(("answer", "state", "reason"), [
    (Answer(status=500), "failed", "status 500"),
    (Answer(status=401), "blocked", "status 401"),
    (Answer(status=403), "blocked", "status 403"),
    (Answer(status=429), "blocked", "status 429"),
    (Answer(status=404), "failed", "status 404"),
    (Answer(), "failed", "empty"),
    (article(), "failed", "an article where a list of articles should be")])
def test_a_source_that_cannot_be_had_is_told_to_the_plan_with_its_reason(world: World, answer: Answer, state: str, reason: str,
                                                                         ) -> None:
    world.site.answers |= {"/rss": answer}
    report = world.crawl()
    assert report.state == state
    assert [(seen.found, seen.reason) for seen in world.memory.sources] == [(None, reason)]
    assert report.errors == (f"{HOME}/rss: {reason}",)


def test_one_source_of_two_that_fails_degrades_the_run(world: World) -> None:
    outlet = world.outlet.model_copy(update={"source": (*world.outlet.source, Source(kind="rss", url=f"{HOME}/other"))})
    world.memory.outlet = outlet
    world.site.answers |= {"/rss": listing("/a"), "/a": article()}
    assert world.crawl(outlet=outlet).state == "degraded"
    assert world.memory.outcome("/a").outcome == "read"


def test_an_unchanged_source_is_told_to_the_plan_without_a_reason(world: World) -> None:
    world.site.answers |= {"/rss": listing(etag='"s"')}
    world.crawl()
    world.memory.sources.clear()
    assert world.crawl().state == "done"
    assert [(seen.found, seen.reason) for seen in world.memory.sources] == [(None, None)]


def test_sitemaps_are_followed_three_levels_deep_and_each_once(world: World) -> None:
    for depth in range(9):
        world.site.answers[f"/map{depth}"] = listing(f"/a{depth}", sources=[f"/map{depth + 1}", "/map0", "/rss"])
        world.site.answers[f"/a{depth}"] = article()
    world.site.answers["/rss"] = listing(sources=["/map1", "/map1"])
    report = world.crawl()
    assert sorted(path for path in world.site.paths() if path.startswith("/map")) == ["/map0", "/map1", "/map2", "/map3"]
    assert report.state == "degraded"
    assert report.errors == (f"{HOME}/map4: a sitemap more than 3 levels deep",)


def test_sitemaps_that_are_too_deep_or_read_already_are_not_waited_for_by_a_crawl_that_is_stopped(world: World) -> None:
    for depth in range(3):
        world.site.answers[f"/map{depth}"] = listing(sources=[f"/map{depth + 1}", "/rss"])
    world.site.answers["/rss"] = listing(sources=["/map0"])

    async def stopped() -> Any:
        stop = asyncio.Event()

        async def plan(seen: Any) -> None:
            if seen is not None and seen.page.url.endswith("/map2"):
                stop.set()

        world.memory.on["plan"] = plan
        return await world.crawling(stop=stop)

    assert world.reactor.run(stopped()).state in ("done", "degraded")  # as the stop is heard before or after it is told


def test_a_page_is_fetched_once_in_a_run_however_often_it_is_planned(world: World) -> None:
    world.memory.page(HOME + "/a")
    world.site.answers |= {"/rss": listing("/a", "/a"), "/a": article()}
    world.crawl()
    assert world.site.paths().count("/a") == 1
    assert world.memory.outcome("/a").outcome == "read"


def test_articles_are_asked_for_in_the_order_of_the_plan(world: World) -> None:
    paths = [f"/a{number}" for number in range(40)]
    world.outlet = world.outlet.model_copy(update={"concurrency": 1})
    world.site.answers |= {"/rss": listing(*paths), **{path: article() for path in paths}}
    world.crawl()
    assert world.site.paths() == ["/robots.txt", "/rss", *paths]


def test_what_is_no_web_address_is_a_failure_of_that_page_alone(world: World) -> None:
    for url in ("steppe.example/a", "http://[::1", f"ftp://{HOST}/a"):
        world.memory.page(url)
    world.site.answers |= {"/rss": listing("/b"), "/b": article()}
    assert world.crawl().state == "degraded"
    assert sorted((seen.outcome, seen.reason) for seen in world.memory.seen) == [
        ("failed", "not a web address"), ("failed", "not a web address"), ("failed", "not a web address"), ("read", None)]


def test_a_reader_that_died_degrades_the_run_and_a_page_without_text_does_not(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a", "/b"), "/a": article(), "/b": article()}
    world.memory.values[f"{HOME}/a"] = Nothing("no_text", "test/1")
    assert world.crawl().state == "done"
    world.memory.values[f"{HOME}/b"] = Nothing("killed", "test/1")
    report = world.crawl()
    assert (report.state, report.errors) == ("degraded", (f"{HOME}/b: could not be read: killed",))


# --- how it ends

@pytest.mark.parametrize("call", ["plan", "keep", "read", "sink", "controls", "host"])
@pytest.mark.parametrize("error", [OSError("no space left on device"), RuntimeError("the desk is broken")])
def test_an_exception_of_the_desk_ends_the_crawl_and_is_raised(world: World, call: str, error: Exception) -> None:
    world.outlet = world.outlet.model_copy(update={"concurrency": 1})  # else another page may be as far as this one
    world.site.answers |= {"/rss": listing(*(f"/a{number}" for number in range(40))),
                           **{f"/a{number}": article() for number in range(40)}}

    async def fail(_: Any) -> None:
        raise error

    world.memory.on[call] = fail
    with pytest.raises(type(error), match=str(error)):
        world.crawl()
    assert [what for what, _ in world.memory.events].count(call) == 1
    assert call == "controls" or len(world.site.log) <= 20  # of 42: controls are asked for last


def test_a_fault_of_our_own_ends_the_crawl_and_is_raised_too(world: World) -> None:
    async def no_pages(seen: Any) -> Any:
        return await world.memory.plan(seen) if seen is None else None

    desk = replace(world.memory.desk(), plan=no_pages)
    world.site.answers |= {"/rss": listing()}
    with pytest.raises(TypeError, match="not iterable"):
        world.reactor.run(crawl(world.outlet, desk, gates=world.gates, user_agent=USER_AGENT, stop=asyncio.Event()))


def test_nothing_of_ours_listens_while_it_crawls(world: World) -> None:
    listening: list[Any] = []

    async def look(_: Any) -> None:
        listening.extend(reader for reader in world.reactor.reactor.getReaders() if isinstance(reader, Port))

    world.memory.on["read"] = look
    world.site.answers |= {"/rss": listing("/a"), "/a": article()}
    assert world.crawl().state == "done"
    assert listening == []


def test_stop_finishes_the_pages_in_hand_and_asks_for_no_more(world: World) -> None:
    paths = [f"/a{number}" for number in range(30)]
    world.site.answers |= {"/rss": listing(*paths), **{path: article(delay=0.1) for path in paths}}

    async def stopped() -> Any:
        stop = asyncio.Event()

        async def after_three(_: Any) -> None:
            if len(world.memory.seen) == 2:
                stop.set()

        world.memory.on["sink"] = after_three
        return await world.crawling(stop=stop)

    report = world.reactor.run(stopped())
    asked = [path for path in world.site.paths() if path.startswith("/a")]
    assert sorted(seen.page.url.removeprefix(HOME) for seen in world.memory.seen) == sorted(asked)
    assert {seen.outcome for seen in world.memory.seen} == {"read"}
    assert len(asked) <= 3 + 3 * world.outlet.concurrency
    assert report.state == "done"


def test_stop_does_not_wait_for_the_turn_of_a_request(world: World) -> None:
    world.memory.hosts[HOST] = HostState(HOST, robots="", robots_status=404, robots_at=world.memory.now)
    world.site.answers |= {"/rss": listing("/a"), "/a": article()}

    async def stopped() -> Any:
        stop = asyncio.Event()

        async def an_hour(seen: Any) -> None:
            if seen:
                world.gates.at(HOME).crawl_delay = 3600.0
                asyncio.get_running_loop().call_later(0.2, stop.set)

        world.memory.on["plan"] = an_hour
        return await world.crawling(stop=stop, seconds=3600)

    assert world.reactor.run(stopped()).state == "done"
    assert world.site.paths() == ["/rss"]
    assert world.memory.seen == []


def test_a_crawl_that_is_stopped_before_it_began_asks_for_nothing(world: World) -> None:
    async def stopped() -> Any:
        stop = asyncio.Event()
        stop.set()
        return await world.crawling(stop=stop)

    report = world.reactor.run(stopped())
    assert (report.state, report.requests) == ("died", 0)
    assert world.site.accepted == 0


@pytest.mark.parametrize("asked", [0, 1])
def test_a_crawl_that_is_stopped_before_its_sources_were_read_died(world: World, asked: int) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": article()}

    async def stopped() -> Any:
        stop = asyncio.Event()

        async def plan(seen: Any) -> None:
            if seen is None and not asked:
                stop.set()

        async def keep(exchange: Any) -> None:
            if exchange.url.endswith("/robots.txt") and asked:
                stop.set()

        world.memory.on["plan"], world.memory.on["keep"] = plan, keep
        return await world.crawling(stop=stop)

    report = world.reactor.run(stopped())
    assert (report.state, report.errors) == ("died", ("the crawl was stopped before its sources were read",))
    assert "/rss" not in world.site.paths()


def test_a_crawl_that_takes_too_long_ends_degraded(world: World) -> None:
    paths = [f"/a{number}" for number in range(40)]
    world.site.answers |= {"/rss": listing(*paths), **{path: article(delay=0.3) for path in paths}}
    report = world.crawl(seconds=1)
    assert report.state == "degraded"
    assert report.errors[-1] == f"{HOME}/: the crawl was not done after 1 seconds"
    assert 0 < len(world.memory.seen) < 40


def test_a_crawl_with_nothing_due_is_done(world: World) -> None:
    async def nothing(_: Any) -> tuple[Page, ...]:
        return ()

    desk = replace(world.memory.desk(), plan=nothing)
    report = world.reactor.run(crawl(world.outlet, desk, gates=world.gates, user_agent=USER_AGENT, stop=asyncio.Event()))
    assert (report.state, report.requests) == ("done", 0)


# --- the day's budget

def test_no_more_requests_are_made_than_the_day_has_left_whatever_they_are_for(world: World) -> None:
    paths = [f"/a{number}" for number in range(20)]
    world.site.answers |= {"/rss": listing(*paths), **{path: article() for path in paths},
                           "/a1": Answer(status=301, headers=(("Location", "/b1"),)), "/b1": article(),
                           "/a2": Answer(status=503)}
    report = world.crawl(most=9)
    assert len(world.site.log) == report.requests == 9  # robots.txt, the source, a redirect and the tries of /a2 among them
    assert (report.state, report.errors[-1]) == (
        "degraded", f"{HOME}/: the day's budget of requests is used up, the rest waits for tomorrow")
    assert sum("budget" in error for error in report.errors) == 1
    assert all(seen.outcome == "read" for seen in world.memory.seen)  # of the others nothing is said


def test_a_run_without_any_room_asks_for_nothing(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": article()}
    assert world.crawl(most=0).state == "degraded"
    assert world.site.log == world.memory.seen == []


# --- controls

def test_controls_are_asked_for_once_when_all_that_came_of_the_plan_is_done_and_are_then_looked_at(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a1", sources=("/deep",)), "/deep": replace(listing("/a2"), delay=0.2),
                           "/a1": article(delay=0.1), "/a2": Answer(status=500, delay=0.1), "/known": article(etag='"k"')}
    world.memory.others = [HOME + "/known"]
    asked_before = Page(99, HOME + "/known", "article", etag='"k"')

    async def known(_: Any) -> None:
        world.memory.pages[asked_before.url] = asked_before

    world.memory.on["controls"] = known
    report = world.crawl()
    asked = [place for place, (what, _) in enumerate(world.memory.events) if what == "controls"]
    sunk = {url: place for place, (what, url) in enumerate(world.memory.events) if what == "sink"}
    assert len(asked) == 1
    assert sunk[f"{HOME}/a1"] < asked[0]
    assert sunk[f"{HOME}/a2"] < asked[0] < sunk[f"{HOME}/known"]
    assert world.memory.outcome("/known").outcome == "unchanged"
    assert report.not_modified == 1


def test_controls_that_are_among_the_pages_that_were_asked_for_are_not_asked_for_again(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": article()}
    world.memory.others = [HOME + "/a"]
    world.crawl()
    assert world.site.paths().count("/a") == 1


@pytest.mark.parametrize("end", ["stop", "seconds", "down"])
def test_a_crawl_that_ends_before_its_pages_are_done_asks_for_no_controls(world: World, end: str) -> None:
    world.site.answers |= {"/rss": listing("/a", *(f"/{number}" for number in range(12) if end == "down")),
                           "/a": article(delay=1 if end != "down" else 0),
                           **{f"/{number}": Answer(raw=b"") for number in range(12)}}
    world.memory.others = [HOME + "/known"]

    async def stopped() -> None:
        stop = asyncio.Event()
        if end == "stop":
            asyncio.get_running_loop().call_later(0.4, stop.set)
        await crawl(world.outlet, world.memory.desk(), gates=world.gates, user_agent=USER_AGENT, stop=stop,
                    seconds=0.4 if end == "seconds" else 30)

    world.reactor.run(stopped(), seconds=20)
    assert "controls" not in [what for what, _ in world.memory.events]
    assert "/known" not in world.site.paths()
