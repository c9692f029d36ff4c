"""What a crawl makes of answers that are no page, and of redirects."""
import gzip

import brotli
import pytest

from crawler.items import Nothing, Seen
from tests.crawler.scripted import HOME, HOST, Answer, Site, World, article, listing

# --- answers that are none

@pytest.mark.parametrize("broken", [
    article("A text that is long enough to be cut", cut=20),
    Answer(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nSome \r\n9\r\ntex"),
    Answer(b"Some text without its", length=False, reset=True)])
def test_a_body_that_was_cut_is_asked_for_again_and_never_read(world: World, broken: Answer) -> None:
    world.site.answers |= {"/rss": listing("/a", "/b"), "/a": broken, "/b": [broken, article("All of it")]}
    report = world.crawl()
    assert world.memory.outcome("/a").reason == "the answer was cut off"
    assert world.site.paths().count("/a") == 3
    fetched = world.memory.outcome("/b").fetched
    assert fetched
    assert fetched.body == b"<p>All of it</p>"
    assert [fetched.url for fetched in world.memory.fetched] == [f"{HOME}/rss", f"{HOME}/b"]
    assert report.state == "degraded"
    assert report.errors == (f"{HOME}/a: the answer was cut off",)


def test_a_body_that_ends_in_order_with_its_connection_is_whole(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": article("Some text", length=False)}
    world.crawl()
    assert world.memory.outcome("/a").outcome == "read"


def why(seen: Seen) -> str:
    """Why nothing was read: of a page that never came whole, or of one whose kept bytes cannot be opened."""
    return seen.reason or (seen.value.note if isinstance(seen.value, Nothing) else None) or ""


@pytest.mark.parametrize("huge", [
    Answer(b"x" * 5_000_001),
    Answer(b"x" * 5_000_001, length=False),
    Answer(gzip.compress(b"x" * 50_000_000, 1), headers=(("Content-Encoding", "gzip"),)),
    Answer(brotli.compress(b"x" * 50_000_000, quality=5), headers=(("Content-Encoding", "br"),))])
def test_a_body_beyond_five_megabytes_is_not_read_on_the_wire_or_decoded(world: World, huge: Answer) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": huge}
    assert world.crawl().state == "degraded"
    assert why(world.memory.outcome("/a")) in ("too large", "as sent or unpacked it has more than 5,000,000 bytes")
    assert [fetched.url for fetched in world.memory.fetched] == [f"{HOME}/rss"]
    assert world.site.paths().count("/a") == 1
    assert max(len(exchange.body) for exchange, _ in world.memory.kept) < 1_000_000


def test_a_body_that_is_not_what_its_encoding_says_is_not_read(world: World) -> None:
    body = gzip.compress(b"Some text " * 100)
    world.site.answers |= {"/rss": listing("/a", "/b"), "/a": Answer(body[:-20], headers=(("Content-Encoding", "gzip"),)),
                           "/b": Answer(body + b"garbage", headers=(("Content-Encoding", "gzip"),))}
    world.crawl()
    assert why(world.memory.outcome("/a")).startswith("the body is not gzip")
    assert world.memory.outcome("/b").outcome == "read"


def test_headers_without_end_are_not_waited_for(world: World) -> None:
    flood = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (number, b"x" * 200) for number in range(1000)) + b"\r\n"
    world.site.answers |= {"/rss": listing("/a"), "/a": Answer(raw=flood)}
    world.crawl()
    assert world.memory.outcome("/a").reason == "its headers are too large"


@pytest.mark.parametrize("slow", [
    article(delay=2.0), Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nSome", delay_after=2.0),
    Answer(raw=b"HTTP/1.1 200 OK\r\nX-Head", delay_after=2.0)])
def test_an_answer_that_takes_too_long_is_given_up_and_not_asked_for_again(world: World, slow: Answer) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": slow}
    world.crawl(timeout=0.5)
    assert world.memory.outcome("/a").reason == "timed out"
    assert world.site.paths().count("/a") == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_article_is_an_outcome_and_no_failure(world: World, status: int) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": Answer(b"not here", status=status)}
    report = world.crawl()
    seen = world.memory.outcome("/a")
    assert seen.outcome == "missing"
    assert seen.fetched
    assert seen.fetched.status == status
    assert (report.state, report.errors) == ("done", ())


@pytest.mark.parametrize(("status", "times"), [(500, 3), (503, 3), (403, 1), (429, 1), (204, 1), (206, 1)])
def test_every_other_status_is_a_failure_with_its_number(world: World, status: int, times: int) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": Answer(status=status)}
    world.crawl()
    seen = world.memory.outcome("/a")
    assert (seen.outcome, seen.reason) == ("failed", f"status {status}")
    assert world.site.paths().count("/a") == times


def test_a_failure_that_passes_is_asked_for_again(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": [Answer(status=502), article()]}
    assert world.crawl().state == "done"
    assert world.memory.outcome("/a").outcome == "read"


def test_a_host_that_refuses_connections_leaves_nothing_to_crawl(world: World, site: Site) -> None:
    closed = Site()
    closed.server_close()
    report = world.crawl(outlet=world.outlet.model_copy(update={"connect": closed.address}))
    assert report.state == "failed"
    assert report.errors == (f"{HOME}/rss: robots.txt cannot be had (connection refused)",)
    assert world.site.accepted == 0


# --- redirects

def moved_to(location: str, status: int = 301) -> Answer:
    return Answer(status=status, headers=(("Location", location),))


@pytest.mark.parametrize(("asked", "location"), [
    ("/a", "/a/"), ("/a", f"https://www.{HOST}/a"), ("/a?id=1", "/a/?id=1&from=rss"), ("/a?utm_source=x", "/a?lang=en")])
def test_a_redirect_to_the_same_page_is_read_under_its_final_address(world: World, asked: str, location: str) -> None:
    outlet = world.outlet.model_copy(update={"hosts": (HOST, f"www.{HOST}")})
    final = location.removeprefix(f"https://www.{HOST}")
    world.site.answers |= {"/rss": listing(asked), HOST + asked: moved_to(location), f"www.{HOST}{final}": article()}
    if final != asked:
        world.site.answers[HOST + final] = article()
    world.crawl(outlet=outlet)
    seen = world.memory.outcome(asked)
    assert seen.outcome == "read"
    assert seen.fetched
    assert (seen.fetched.url.endswith(final), seen.fetched.asked) == (True, HOME + asked)


@pytest.mark.parametrize("location", ["/b", "/", "/a?id=2", "/A"])
def test_a_redirect_to_another_page_of_the_outlet_is_moved(world: World, location: str) -> None:
    world.site.answers |= {"/rss": listing("/a?id=1"), "/a?id=1": moved_to(location, 302), location: article("Another")}
    assert world.crawl().state == "done"
    seen = world.memory.outcome("/a?id=1")
    assert (seen.outcome, seen.url_now) == ("moved", HOME + location)
    assert seen.fetched
    assert seen.fetched.body == b"<p>Another</p>"
    assert [fetched.url for fetched in world.memory.fetched] == [f"{HOME}/rss"]


def test_a_redirect_to_a_page_that_is_missing_is_missing(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": moved_to("/not-found")}
    world.crawl()
    assert world.memory.outcome("/a").outcome == "missing"


def test_a_redirect_away_from_the_outlet_is_moved_and_never_followed(world: World) -> None:
    other = Site()
    world.site.answers |= {"/rss": listing("/a"), "/a": moved_to(f"https://elsewhere.example:{other.port}/a")}
    assert world.crawl().state == "done"
    seen = world.memory.outcome("/a")
    assert (seen.outcome, seen.url_now, seen.fetched) == ("moved", f"https://elsewhere.example:{other.port}/a", None)
    other.server_close()


def test_the_same_page_on_a_host_that_the_outlet_does_not_name_is_a_failure(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": moved_to(f"https://www.{HOST}/a")}
    assert world.crawl().state == "degraded"
    assert world.memory.outcome("/a").reason == f"www.{HOST} is not a host of this outlet"


def test_articles_that_all_redirect_to_one_page_degrade_the_run(world: World) -> None:
    paths = [f"/a{number}" for number in range(4)]
    world.site.answers |= {"/rss": listing(*paths), "/": article("Home"), **{path: moved_to("/") for path in paths}}
    report = world.crawl()
    assert (report.state, report.errors) == ("degraded", (f"{HOME}/: several articles redirect to this page",))


@pytest.mark.parametrize("loop", [["/a"], ["/b", "/a"], [f"/a?n={number}" for number in range(1000)]])
def test_redirects_without_end_end_after_six_requests(world: World, loop: list[str]) -> None:
    world.site.answers |= {"/rss": listing("/a")}
    for path, location in zip(["/a", *loop], loop, strict=False):
        world.site.answers[path] = moved_to(location)
    world.crawl()
    assert world.memory.outcome("/a").reason == "too many redirects"
    assert len(world.site.log) == 2 + 6


def test_a_redirect_from_https_to_http_is_refused(world: World) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": moved_to(f"http://{HOST}/b"), "/b": article()}
    world.crawl()
    assert world.memory.outcome("/a").reason == "redirects from https to http"
    assert "/b" not in world.site.paths()


@pytest.mark.parametrize("location", ["file:///etc/passwd", "data:text/html,x", "ftp://steppe.example/a", "javascript:x"])
def test_a_redirect_to_what_is_no_web_page_is_not_followed(world: World, location: str) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": moved_to(location)}
    world.crawl()
    assert world.memory.outcome("/a").reason in ("status 301", "redirects to what is no web address")
    assert [fetched.url for fetched in world.memory.fetched] == [f"{HOME}/rss"]
