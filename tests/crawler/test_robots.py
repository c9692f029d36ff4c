"""robots.txt fails closed."""
import gzip
from datetime import timedelta

import pytest

from crawler.items import HostState
from tests.crawler.scripted import HOME, HOST, Answer, World, article, listing


def robots(text: str, **how: object) -> Answer:
    return Answer(text.encode(), headers=(("Content-Type", "text/plain"),), **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(("answer", "reason"), [
    (Answer(status=500), "status 500"), (Answer(status=503), "status 503"), (Answer(status=429), "status 429"),
    (Answer(status=302), "status 302"),
    (Answer(status=302, headers=(("Location", "/robots.txt"),)), "too many redirects"),
    (Answer(status=302, headers=(("Location", f"http://{HOST}/robots.txt"),)), "redirects from https to http"),
    (Answer(status=302, headers=(("Location", "https://elsewhere.example/robots.txt"),)),
     "elsewhere.example is not a host of this outlet"),
    (robots("User-agent: *\nDisallow:", cut=10), "the answer was cut off"),
    (Answer(b"no gzip", headers=(("Content-Encoding", "gzip"),)), "the body is not gzip")])
def test_where_robots_txt_cannot_be_had_nothing_is_crawled(world: World, answer: Answer, reason: str) -> None:
    world.site.answers |= {"/robots.txt": answer, "/rss": listing("/a"), "/a": article()}
    world.memory.page(HOME + "/a")
    report = world.crawl()
    assert report.state == "blocked"
    assert set(world.site.paths()) == {"/robots.txt"}
    assert (world.memory.outcome("/a").reason or "").startswith(f"robots.txt cannot be had ({reason}")
    assert (world.memory.sources[0].reason or "").startswith(f"robots.txt cannot be had ({reason}")


def test_that_it_could_not_be_had_holds_for_one_run_only(world: World) -> None:
    world.site.answers |= {"/robots.txt": Answer(status=500), "/rss": listing("/a"), "/a": article()}
    assert world.crawl().state == "blocked"
    assert world.memory.hosts[HOST].robots is None
    assert world.memory.hosts[HOST].robots_status == 500
    world.site.answers |= {"/robots.txt": Answer(status=404)}
    assert world.crawl().state == "done"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_where_there_is_no_robots_txt_all_may_be_crawled(world: World, status: int) -> None:
    world.site.answers |= {"/robots.txt": Answer(b"Disallow: /", status=status), "/rss": listing("/a"), "/a": article()}
    assert world.crawl().state == "done"
    assert world.memory.hosts[HOST] == HostState(HOST, robots="", robots_status=status, robots_at=world.memory.now)


def test_a_page_that_it_forbids_is_not_asked_for_and_the_run_is_done(world: World) -> None:
    world.site.answers |= {"/robots.txt": robots("User-agent: *\nDisallow: /private/"), "/rss": listing("/a", "/private/b"),
                           "/a": article()}
    report = world.crawl()
    assert (report.state, report.errors) == ("done", (f"{HOME}/private/b: robots.txt forbids it",))
    assert world.memory.outcome("/private/b").outcome == "failed"
    assert "/private/b" not in world.site.paths()


@pytest.mark.parametrize("text", [
    "User-agent: *\nDisallow: /", "User-agent: steppewire\nDisallow: /\n\nUser-agent: *\nAllow: /"])
def test_an_outlet_whose_sources_it_forbids_is_blocked(world: World, text: str) -> None:
    world.site.answers |= {"/robots.txt": robots(text), "/rss": listing()}
    assert world.crawl().state == "blocked"
    assert world.site.paths() == ["/robots.txt"]


def test_rules_for_others_are_not_ours_and_our_contact_address_names_no_group(world: World) -> None:
    world.site.answers |= {"/robots.txt": robots("User-agent: bot\nUser-agent: example\nDisallow: /"), "/rss": listing()}
    assert world.crawl().state == "done"


def test_a_redirect_is_followed_to_the_rules(world: World) -> None:
    world.site.answers |= {"/robots.txt": Answer(status=301, headers=(("Location", "/r.txt"),)),
                           "/r.txt": robots("User-agent: *\nDisallow: /rss")}
    assert world.crawl().state == "blocked"
    assert [exchange.url for exchange, _ in world.memory.kept] == [f"{HOME}/robots.txt", f"{HOME}/r.txt"]


def test_it_is_kept_for_a_day_and_asked_for_again_then(world: World) -> None:
    world.site.answers |= {"/robots.txt": robots("User-agent: *\nDisallow: /x"), "/rss": listing("/x")}
    world.crawl()
    world.later(timedelta(hours=23, minutes=59))
    world.crawl()
    assert world.memory.outcome("/x").reason == "robots.txt forbids it"
    assert world.site.paths().count("/robots.txt") == 1
    world.site.answers |= {"/robots.txt": Answer(status=404), "/x": article()}
    world.later(timedelta(minutes=1))
    world.crawl()
    assert world.memory.outcome("/x").outcome == "read"
    assert world.site.paths().count("/robots.txt") == 2


def test_one_that_was_kept_under_a_later_clock_is_asked_for_again(world: World) -> None:
    world.site.answers |= {"/robots.txt": robots("User-agent: *\nDisallow: /x"), "/rss": listing("/x"), "/x": article()}
    world.crawl()
    world.site.answers["/robots.txt"] = Answer(status=404)
    world.later(timedelta(days=-2))
    world.crawl()
    assert world.memory.outcome("/x").outcome == "read"


@pytest.mark.parametrize(("told", "delay"), [("7", 7.0), ("99999", 60.0), ("-1", 0.0), ("nan", 0.0), ("inf", 0.0), ("x", 0.0)])
def test_crawl_delay_is_kept_at_the_gate_up_to_a_minute(world: World, told: str, delay: float) -> None:
    world.memory.hosts[HOST] = HostState(HOST, robots=f"User-agent: *\nCrawl-delay: {told}\nDisallow: /rss", robots_status=200,
                                         robots_at=world.memory.now)
    world.crawl()
    assert world.gates.at(HOME).crawl_delay == delay


@pytest.mark.parametrize("encoding", [None, "gzip"])
@pytest.mark.parametrize("length", [True, False])
def test_of_ten_megabytes_the_first_half_counts(world: World, encoding: str | None, length: bool) -> None:
    rules = b"User-agent: *\nDisallow: /early\n"
    body = rules + b"# padding\n" * 1_000_000 + b"Disallow: /late\n"
    headers = (("Content-Encoding", encoding),) if encoding else ()
    world.site.answers |= {
        "/robots.txt": Answer(gzip.compress(body) if encoding else body, headers=headers, length=length),
        "/rss": listing("/early", "/late"), "/late": article()}
    assert world.crawl().state == "done"
    assert world.memory.outcome("/early").reason == "robots.txt forbids it"
    assert world.memory.outcome("/late").outcome == "read"
    assert len(world.memory.hosts[HOST].robots or "") == 500 * 1024
    assert len(world.memory.kept[0][0].body) < 2_000_000


@pytest.mark.parametrize("body", [b"<html><body>Not found</body></html>", bytes(range(256)) * 100, b"\0" * 1000, b"\xff\xfe\0"])
def test_what_holds_no_rule_forbids_nothing_and_no_nul_goes_to_the_store(world: World, body: bytes) -> None:
    world.site.answers |= {"/robots.txt": Answer(body), "/rss": listing()}
    assert world.crawl().state == "done"
    assert "\0" not in (world.memory.hosts[HOST].robots or "")


def test_it_is_asked_for_once_also_by_outlets_that_begin_together(world: World) -> None:
    import asyncio

    world.site.answers |= {"/robots.txt": Answer(status=404, delay=0.2), "/rss": listing()}

    async def together() -> list[object]:
        return await asyncio.gather(*(world.crawling() for _ in range(4)))

    world.reactor.run(together())
    assert world.site.paths().count("/robots.txt") == 1
