"""Every step of an article's way up to its reading as the one that stops it."""
from typing import Any

import pytest
from asking import OUTLET, URL, Wire
from desk import HOME, article, thread
from sqlalchemy import update

from crawler.items import Nothing, Seen, SourceSeen, ThreadPage
from pipelines import traps
from pipelines.plan import plan
from pipelines.take_in import take_in
from storage import models
from storage.models import Page
from verbs.finding import spellings
from verbs.why import NoAddress, why

# --- the address

@pytest.mark.parametrize("url", [
    "https://steppe.example/a/1/", "http://steppe.example/a/1", "https://www.steppe.example/a/1#comments",
    "steppe.example/a/1?utm_source=mail&fbclid=1", " HTTPS://Steppe.Example:443/a/1 "])
def test_an_address_finds_its_page_in_every_spelling(wire: Wire, url: str) -> None:
    wire.desk.announce("/a/1")
    asked = wire.ask(url)
    assert asked.document["url"] == URL and asked.state("discovered") == "yes" and asked.state("outlet") == "yes"


def test_a_page_that_is_stored_with_a_slash_is_found_without_it(wire: Wire) -> None:
    wire.desk.announce("/a/1/")
    assert wire.ask(URL).document["url"] == f"{URL}/"
    assert wire.ask(f"{HOME}/a/11").state("discovered") == "no"


def test_the_address_that_a_page_calls_its_own_finds_it_too(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    wire.desk.see(article("One."))
    with wire.desk.store.writing() as session:
        session.execute(update(models.Article).values(claimed_url=f"{HOME}/a/the-first"))
    assert wire.ask(f"{HOME}/a/the-first").document["url"] == URL


@pytest.mark.parametrize("url", ["", "mailto:a@example.org", "javascript:alert(1)", "https://", "ftp://steppe.example/a"])
def test_what_is_no_web_address_is_refused(wire: Wire, url: str) -> None:
    with pytest.raises(NoAddress):
        why(wire.settings, wire.desk.store, url, wire.desk.now)


def test_the_root_has_one_path() -> None:
    assert spellings("example.org") == ["https://example.org/", "https://www.example.org/", "http://example.org/",
                                        "http://www.example.org/"]


# --- outlet

def test_a_host_that_no_outlet_has(wire: Wire) -> None:
    asked = wire.ask("https://unknown.example/a/1")
    assert asked.stopped == "outlet" and asked.answer.startswith("No outlet reads it: no outlet has the host unknown.example")


def test_an_outlet_that_is_not_crawled(wire: Wire) -> None:
    (wire.folder / "outlets" / "other.toml").write_text(OUTLET.replace("steppe.example", "other.example"), encoding="utf-8")
    asked = wire.ask("https://other.example/a/1")
    assert asked.stopped == "outlet" and "the outlet other has its host, but is not in `outlets`" in asked.answer


def test_an_outlet_whose_file_has_a_mistake(wire: Wire) -> None:
    (wire.folder / "outlets" / "steppe.toml").write_text("colour = [" + OUTLET, encoding="utf-8")
    asked = wire.ask()
    assert asked.stopped == "outlet" and "the file of the outlet steppe has a mistake" in asked.answer


def test_a_path_that_the_outlet_takes_for_no_article(wire: Wire) -> None:
    asked = wire.ask(f"{HOME}/video/1")
    assert asked.stopped == "outlet" and "its `articles` pattern '^/a' does not fit the path" in asked.answer


# --- robots

@pytest.mark.parametrize(("values", "words"), [
    ({"robots": "User-agent: *\nDisallow: /a/"}, "robots.txt of steppe.example forbids it"),
    ({"robots": None, "robots_status": 503}, "could not be had (status 503)"),
    ({"robots": None, "robots_status": 0}, "could not be had (no answer)"),
])
def test_robots_txt_stops_what_it_forbids_and_everything_where_it_cannot_be_had(wire: Wire, values: dict[str, Any],
                                                                               words: str) -> None:
    wire.host(**values)
    page, = wire.desk.announce("/a/1")
    take_in(wire.desk.intake, Seen(page, "failed", reason="robots.txt"), wire.desk.now)
    asked = wire.ask()
    assert asked.stopped == "robots" and words in asked.answer and asked.at("robots") == "2026-03-03T06:00:00Z"
    assert asked.state("discovered") == "yes" and asked.state("fetched") == "no"


def test_robots_txt_that_was_written_for_another_robot_or_path_allows_it(wire: Wire) -> None:
    wire.host(robots="User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /b/")
    assert wire.ask().state("robots") == "yes"
    wire.host(robots="User-agent: steppewire\nDisallow: /")
    assert wire.ask().state("robots") == "no"


def test_a_robots_txt_that_nobody_asked_for_is_not_known_and_stops_nothing(wire: Wire) -> None:
    asked = wire.ask()
    assert asked.state("robots") == "unknown" and asked.stopped == "discovered"


# --- discovered

def test_an_outlet_whose_sources_were_not_looked_at_yet(wire: Wire) -> None:
    asked = wire.ask()
    assert (asked.stopped, asked.state("discovered")) == ("discovered", "waiting")
    assert asked.answer == ("It is not discovered yet: no source of steppe was looked at yet; no daemon runs: start "
                            "`steppewire run`, or make one pass with `steppewire crawl`.")


def test_sources_that_have_not_shown_it_are_named_with_their_last_look(wire: Wire) -> None:
    wire.desk.announce("/a/2")
    asked = wire.ask()
    assert (asked.stopped, asked.state("discovered"), asked.at("discovered")) == ("discovered", "no", "2026-03-03T06:00:00Z")
    assert asked.answer.startswith("It was not discovered: no source of steppe has shown it, at the last look 2026-03-03 06:00")
    assert f"{HOME}/rss last answered 2026-03-03 06:00 UTC, is looked at again 2026-03-03 06:15 UTC" in asked.note("discovered")


def test_sources_that_fail_are_named_with_the_reason(wire: Wire) -> None:
    source, = plan(wire.desk.intake, None, wire.desk.now)
    plan(wire.desk.intake, SourceSeen(source, None, None, "status 503"), wire.desk.now)
    asked = wire.ask()
    assert asked.stopped == "discovered"
    assert "never answered as it should, has failed once since (status 503)" in asked.note("discovered")
    assert "1 of its 1 sources fail, the first with: status 503" in asked.answer
    assert "mend what is wrong with its sources" in asked.answer


# --- fetched

def test_a_page_that_is_due_waits(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    asked = wire.ask()
    assert (asked.stopped, asked.state("fetched"), asked.at("discovered")) == ("fetched", "waiting", "2026-03-03T06:00:00Z")
    assert asked.note("discovered") == f"found on {HOME}/rss"


def test_a_page_of_a_trap_s_shape_waits_for_a_week_and_why_says_so(wire: Wire) -> None:
    days = [f"/a/day/{number}" for number in range(traps.PROOF + 1)]
    wire.desk.see(article("One."), "/a/2")
    for path in days:
        wire.desk.see(Nothing("no_text", "reader-1"), path)
    wire.desk.announce("/a/day/1000")
    asked = wire.ask(f"{HOME}/a/day/1000")
    assert asked.stopped == "fetched" and asked.answer.startswith(
        "It is not fetched yet: it waits for a week: hardly any address like /a/day/# was an article; it is due 2026-03-10")


def test_a_page_that_cannot_be_had_is_told_with_reason_tries_and_next_look(wire: Wire) -> None:
    page, = wire.desk.announce("/a/1")
    for _ in range(2):
        take_in(wire.desk.intake, Seen(page, "failed", wire.desk.fetched(URL, 500), reason="status 500"), wire.desk.now)
    asked = wire.ask()
    assert asked.stopped == "fetched"
    assert "status 500, 2 times in a row; looked at again 2026-03-03 06:20 UTC" in asked.answer


def test_a_page_that_is_not_there(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    wire.desk.miss()
    asked = wire.ask()
    assert asked.stopped == "fetched" and "it is not there: status 404, once" in asked.answer


def test_a_page_that_redirects_elsewhere(wire: Wire) -> None:
    page, = wire.desk.announce("/a/1")
    take_in(wire.desk.intake, Seen(page, "moved", wire.desk.fetched(f"{HOME}/a/2"), url_now=f"{HOME}/a/2"), wire.desk.now)
    asked = wire.ask()
    assert asked.stopped == "fetched"
    assert asked.answer == f"It was not fetched: it redirects to {HOME}/a/2; ask about the address that it redirects to."
    assert (wire.ask(f"{HOME}/a/2").note("discovered"), wire.ask(f"{HOME}/a/2").document["url"]) == (
        "another page redirected to it", f"{HOME}/a/2")


def test_an_article_that_has_gone_was_fetched_before(wire: Wire) -> None:
    wire.told()
    wire.desk.begin()
    wire.desk.miss()
    assert "it answered 200; it has since answered that it is not there, once; looked at again" in wire.ask().note("fetched")
    for _ in range(2):
        wire.desk.next_run()
        wire.desk.see(article("Another."), "/a/2")
        wire.desk.miss(status=410)
    asked = wire.ask()
    assert asked.state("fetched") == "yes" and asked.note("stored").endswith(
        f"gone (gone from {HOME}/a/1 {wire.desk.now:%Y-%m-%d %H:%M} UTC)")
    assert "it answered 200; it is gone since, having answered 410 3 times; looked at again 2026-03-0" in asked.note("fetched")


def test_nobody_has_asked_for_a_page_that_is_not_there(wire: Wire) -> None:
    assert [page.url for page in wire.desk.rows(Page)] == []
    assert wire.ask().state("fetched") == "no"


# --- read

def test_a_page_without_text_is_quarantined_with_its_reason(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    wire.desk.see(Nothing("no_text", "reader-1", "nothing to read"))
    asked = wire.ask()
    assert (asked.stopped, asked.state("fetched")) == ("read", "yes")
    assert "quarantined, its bytes are kept: no_text: nothing to read" in asked.answer


def test_a_source_is_no_article(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    asked = wire.ask(f"{HOME}/rss")
    assert asked.stopped == "read" and "it is a source" in asked.answer
    assert asked.note("discovered") == "the outlet's file names it"


def test_a_page_of_a_thread_names_the_article_that_it_is_fetched_with(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    page, further = wire.desk.page("/a/1"), f"{URL}/comments/2"
    said = thread(("c1", "one"), state="partial")
    seen = Seen(page, "read", wire.desk.fetched(page.url), article("One.", thread=said),
                thread_pages=(ThreadPage(further, wire.desk.fetched(further), said),))
    take_in(wire.desk.intake, seen, wire.desk.now)
    asked = wire.ask(further)
    assert asked.stopped == "read"
    assert asked.answer == (
        f"It was not read as an article: it shows comments, and is fetched with their article; ask about {URL}.")
    assert "goes on there" in asked.note("discovered")
    assert "not looked at again by itself" in asked.note("fetched")
