"""The further pages of a thread: what is asked for, in which order, and what becomes of the article when one of them fails."""
import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crawler.items import ArticleRead, CommentRead, Found, Link, Nothing, ThreadPage, ThreadRead, Wanted
from tests.crawler.scripted import HOME, Answer, World, article, listing, outlet_of

PAGES = ("/a/2", "/a/3")
Told = Wanted | str


def thread(*ids: str, wanted: Sequence[Told] = ()) -> ThreadRead:
    comments = tuple(CommentRead(own, None, None, place, 0, "Aigul", None, None, own) for place, own in enumerate(ids))
    return ThreadRead("wordpress", "partial", None, None, comments, "5", tuple(
        Wanted(HOME + one) if isinstance(one, str) else one for one in wanted))


def page(*ids: str, wanted: Sequence[Told] = ()) -> ArticleRead:
    return ArticleRead(None, "Some text", (), "0" * 64, "test/1", thread=thread(*ids, wanted=wanted))


def give(world: World, values: dict[str, Any]) -> None:
    """The feed announces /a; these are the values of what stands at the paths."""
    world.site.answers["/rss"] = listing("/a")
    for path, value in values.items():
        world.site.answers.setdefault(path, article(f"at {path}"))
        world.memory.values[HOME + path] = value


def three(world: World) -> None:
    give(world, {"/a": page("1", wanted=PAGES), "/a/2": page("2"), "/a/3": page("3")})


def asked(world: World) -> list[str]:
    return [path for path in world.site.paths() if path not in ("/robots.txt", "/rss")]


def came(pages: Sequence[ThreadPage]) -> list[tuple[str, str | None, bool]]:
    return [(each.url.removeprefix(HOME), each.reason, each.again) for each in pages]


def test_what_a_thread_wants_is_asked_for_in_order_and_its_first_page_once_more_at_the_end(world: World) -> None:
    three(world)
    report = world.crawl()
    seen = world.memory.outcome("/a")
    assert asked(world) == ["/a", "/a/2", "/a/3", "/a"]
    assert came(seen.thread_pages) == [("/a/2", None, False), ("/a/3", None, False), ("/a", None, True)]
    assert [each.read for each in seen.thread_pages] == [thread("2"), thread("3"), thread("1", wanted=PAGES)]
    assert (report.state, report.requests, report.errors) == ("done", 6, ())
    kept = [kept for exchange, kept in world.memory.kept if exchange.url.startswith(f"{HOME}/a")]
    assert [seen.fetched.kept, *(each.fetched.kept for each in seen.thread_pages)] == kept  # type: ignore[union-attr]  # all came


def test_no_page_of_a_thread_is_asked_for_conditionally(world: World) -> None:
    three(world)
    for path in ("/a", *PAGES):
        world.site.answers[path] = article(etag='"1"')
    for _ in range(2):
        world.crawl()
        world.memory.pages[f"{HOME}/a"] = replace(world.memory.pages[f"{HOME}/a"], etag=None)
        world.later(timedelta(hours=1))
    assert [one.status for one in world.site.log if one.path.startswith("/a")] == [200] * 8


def test_a_304_that_nobody_asked_for_hides_no_page(world: World) -> None:
    three(world)
    world.site.answers["/a/2"] = Answer(status=304)
    world.crawl()
    second = world.memory.outcome("/a").thread_pages[0]
    assert (second.read, second.fetched, second.reason) == (None, None, "status 304")


def test_what_a_further_page_wants_is_asked_for_too_and_nothing_twice(world: World) -> None:
    give(world, {"/a": page("1", wanted=["/a/2", "/a/2#comments", "/a#top"]),
                 "/a/2": page("2", wanted=["/a", "/a/3", "/a/2"]), "/a/3": page("3", wanted=["/a/2"])})
    world.crawl()
    assert asked(world) == ["/a", "/a/2", "/a/3", "/a"]


def test_answers_of_the_system_have_no_second_look_at_the_articles_page(world: World) -> None:
    give(world, {"/a": page("1", wanted=["/api?page=1"]), "/api?page=1": thread("1", wanted=["/api?page=2"]),
                 "/api?page=2": thread("2")})
    world.crawl()
    assert asked(world) == ["/a", "/api?page=1", "/api?page=2", "/api?page=1"]
    assert [each.api for each in world.memory.outcome("/a").thread_pages] == [True] * 3


def test_a_thread_of_one_answer_has_no_second_look(world: World) -> None:
    give(world, {"/a": page(wanted=["/api?page=1"]), "/api?page=1": thread("1")})
    world.crawl()
    assert asked(world) == ["/a", "/api?page=1"]


def test_all_articles_are_kept_when_a_page_of_their_threads_fails(world: World) -> None:
    paths = [f"/{number}" for number in range(7)]
    give(world, {path: page("1", wanted=[f"{path}/2", f"{path}/3"]) for path in paths}
         | {f"{path}/{number}": page(str(number)) for path in paths for number in (2, 3)})
    world.site.answers["/rss"] = listing(*paths)
    world.site.answers |= {f"{path}/2": Answer(status=500) for path in paths}
    report = world.crawl()
    assert sorted(seen.page.url for seen in world.memory.seen if seen.outcome == "read") == [HOME + path for path in paths]
    for path in paths:
        assert came(world.memory.outcome(path).thread_pages) == [
            (f"{path}/2", "status 500", False), (f"{path}/3", None, False), (path, None, True)]
    assert report.state == "degraded"
    assert f"{HOME}/3/2: status 500" in report.errors
    assert world.site.paths().count("/3/2") == 3  # a status that may pass is tried again like any other
    failed = world.memory.outcome("/3").thread_pages[0].fetched
    assert failed is not None
    assert failed.kept in [kept for _, kept in world.memory.kept]


@pytest.mark.parametrize(("answer", "reason"), [
    (Answer(status=404), "status 404"), (article(cut=3), "the answer was cut off"), (Answer(reset=True, raw=b""), None),
    (Answer(b"no gzip", headers=(("Content-Encoding", "gzip"),)), "the body is damaged: not gzip")])
def test_a_page_that_cannot_be_had_is_a_reason(world: World, answer: Answer, reason: str | None) -> None:
    three(world)
    world.site.answers["/a/2"] = answer
    world.crawl()
    second, third, _ = world.memory.outcome("/a").thread_pages
    assert second.read is None
    assert second.reason
    assert second.reason == reason or reason is None or "gzip" in reason
    assert third.read == thread("3")


@pytest.mark.parametrize(("value", "reason"), [
    (Nothing("killed", "test/1", "it took too long"), "killed: it took too long"),
    (Found((Link(f"{HOME}/b"),)), "it is a list of articles"),
    (ThreadRead("isso", "error", "the answer is broken JSON"), "the answer is broken JSON"),
    (ArticleRead(None, "Some text", (), "0" * 64, "test/1"), "there is no thread on it")])
def test_a_page_without_a_thread_is_a_reason(world: World, value: Any, reason: str) -> None:
    three(world)
    world.memory.values[f"{HOME}/a/2"] = value
    assert f"{HOME}/a/2: {reason}" in world.crawl().errors
    assert world.memory.outcome("/a").thread_pages[0].reason == reason


def test_what_does_instead_is_asked_for_where_an_answer_fails_and_the_run_hears_nothing_of_it(world: World) -> None:
    instead = Wanted(f"{HOME}/api", (Wanted(f"{HOME}/a/2"), Wanted(f"{HOME}/a/3")))
    give(world, {"/a": page("1", wanted=[instead, "/a/4"]), "/a/2": page("2"), "/a/3": page("3"), "/a/4": page("4")})
    report = world.crawl()
    assert asked(world) == ["/a", "/api", "/a/2", "/a/3", "/a/4", "/a"]
    assert (report.state, report.errors) == ("done", ())


def test_what_only_a_further_page_knows_to_do_instead_is_asked_for_too(world: World) -> None:
    give(world, {"/a": page("1", wanted=[Wanted(f"{HOME}/api", (Wanted(f"{HOME}/a/2"),))]),
                 "/a/2": page("2", wanted=[Wanted(f"{HOME}/api", (Wanted(f"{HOME}/a/3"),))]), "/a/3": page("3")})
    world.crawl()
    assert asked(world) == ["/a", "/api", "/a/2", "/a/3", "/a"]


def test_a_thread_has_a_budget_and_what_is_left_is_said(world: World) -> None:
    give(world, {"/a": page("1", wanted=[f"/a/{number}" for number in range(2, 9)])}
         | {f"/a/{number}": page(str(number)) for number in range(2, 9)})
    report = world.crawl(outlet=outlet_of(world.site, thread_pages=3))
    assert asked(world) == ["/a", "/a/2", "/a/3", "/a/4", "/a"]
    assert came(world.memory.outcome("/a").thread_pages)[-2:] == [
        ("/a", None, True), ("/a/5", "not asked for: thread_pages is 3", False)]
    assert report.state == "done"


def test_a_thread_without_end_ends_with_its_budget(world: World) -> None:
    give(world, {"/a": page("1", wanted=["/a/0"])} | {f"/a/{n}": page(str(n), wanted=[f"/a/{n + 1}"]) for n in range(60)})
    world.crawl()
    assert len(asked(world)) == 1 + 50 + 1


def test_after_three_in_a_row_that_came_to_nothing_the_rest_is_left(world: World) -> None:
    give(world, {"/a": page("1", wanted=[f"/a/{number}" for number in range(2, 9)]), "/a/2": page("2")})
    for number in range(3, 9):
        world.site.answers[f"/a/{number}"] = Answer(status=404)
    world.crawl()
    assert asked(world) == ["/a", "/a/2", "/a/3", "/a/4", "/a/5", "/a"]
    assert came(world.memory.outcome("/a").thread_pages)[-1] == (
        "/a/6", "not asked for, as 3 in a row came to nothing", False)


def test_robots_forbids_pages_of_a_thread_like_all_others_and_that_is_no_fault_of_the_run(world: World) -> None:
    three(world)
    world.site.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /a/2\n")
    report = world.crawl()
    second = world.memory.outcome("/a").thread_pages[0]
    assert asked(world) == ["/a", "/a/3", "/a"]
    assert (second.reason, second.refused) == ("robots.txt forbids it", True)
    assert (report.state, report.errors) == ("done", (f"{HOME}/a/2: robots.txt forbids it",))


def test_the_system_of_another_host_is_asked_only_where_the_outlet_names_it(world: World) -> None:
    elsewhere = Wanted("https://talk.example/api")
    give(world, {"/a": page("1", wanted=[elsewhere]), "/api": thread("1")})
    world.memory.values["https://talk.example/api"] = thread("1")
    report = world.crawl()
    refused, = world.memory.outcome("/a").thread_pages
    assert (refused.reason, refused.refused) == ("talk.example is not a host of this outlet", True)
    assert report.errors == ("https://talk.example/api: talk.example is not a host of this outlet",)
    world.later(timedelta(hours=1))
    world.crawl(outlet=outlet_of(world.site, hosts=("steppe.example", "talk.example")))
    assert world.memory.outcome("/a").thread_pages[0].read == thread("1")


def test_a_page_that_redirects_to_another_host_is_refused_and_one_that_redirects_on_its_own_is_followed(world: World) -> None:
    three(world)
    world.site.answers["/a/2"] = Answer(status=302, headers=(("Location", "https://elsewhere.example/"),))
    world.site.answers["/a/3"] = Answer(status=301, headers=(("Location", "/a/three"),))
    give(world, {"/a/three": page("3")})
    world.crawl()
    second, third, _ = world.memory.outcome("/a").thread_pages
    assert second.reason == "elsewhere.example is not a host of this outlet"
    assert third.fetched is not None
    assert (third.url, third.fetched.url, third.read) == (f"{HOME}/a/3", f"{HOME}/a/three", thread("3"))


def test_what_is_no_web_address_is_a_reason(world: World) -> None:
    give(world, {"/a": page("1", wanted=[Wanted(url) for url in ("nonsense", "ftp://steppe.example/a/2", "https://[/")])})
    world.crawl()
    first, second, third = world.memory.outcome("/a").thread_pages
    assert (first.reason, second.reason) == ("not a web address", "not a web address")
    assert third.reason


def test_a_host_that_asks_to_stay_away_is_left_alone(world: World) -> None:
    three(world)
    world.site.answers["/a/2"] = Answer(status=429, headers=(("Retry-After", "60"),))
    world.crawl()
    assert asked(world) == ["/a", "/a/2"]
    assert world.memory.outcome("/a").thread_pages[0].reason == "status 429"


def test_pages_of_threads_keep_to_the_outlets_delay_and_number(world: World) -> None:
    paths = [f"/{number}" for number in range(3)]
    give(world, {path: page("1", wanted=[f"{path}/2"]) for path in paths} | {f"{path}/2": page("2") for path in paths})
    world.site.answers["/rss"] = listing(*paths)
    world.crawl(outlet=outlet_of(world.site, concurrency=1))
    assert (world.site.most_in_flight, len(asked(world))) == (1, 9)


def test_a_run_that_is_stopped_within_a_thread_keeps_the_article_and_what_it_has(world: World) -> None:
    give(world, {"/a": page("1", wanted=[f"/a/{number}" for number in range(2, 9)])}
         | {f"/a/{number}": page(str(number)) for number in range(2, 9)})

    async def stopped() -> None:
        stop = asyncio.Event()

        async def at(fetched: Any) -> None:
            if fetched.url.endswith("/a/3"):
                stop.set()
                await asyncio.sleep(0.1)  # the crawl hears of it

        world.memory.on["read"] = at
        await world.crawling(stop=stop)

    world.reactor.run(stopped())
    assert asked(world) == ["/a", "/a/2", "/a/3"]
    assert came(world.memory.outcome("/a").thread_pages)[-1] == ("/a/4", "the run ended before it was asked for", False)


def test_a_run_that_is_stopped_while_a_page_is_tried_again_keeps_the_article(world: World) -> None:
    three(world)
    world.site.answers["/a/2"] = Answer(status=500)

    async def stopped() -> None:
        stop = asyncio.Event()

        async def at(exchange: Any) -> None:
            if exchange.url.endswith("/a/2"):
                stop.set()
                await asyncio.sleep(0.1)

        world.memory.on["keep"] = at
        await world.crawling(stop=stop)

    world.reactor.run(stopped())
    assert came(world.memory.outcome("/a").thread_pages) == [
        ("/a/2", "the run ended before it was asked for", False), ("/a/3", "the run ended before it was asked for", False)]


def test_a_desk_that_fails_at_a_page_of_a_thread_ends_the_crawl(world: World) -> None:
    three(world)

    async def full(exchange: Any) -> None:
        if exchange.url.endswith("/a/2"):
            raise OSError("the disk is full")

    world.memory.on["keep"] = full
    with pytest.raises(OSError, match="the disk is full"):
        world.crawl()
    assert world.memory.seen == []
