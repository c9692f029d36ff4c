"""The frontier's side of a run; on both databases."""
from datetime import timedelta

import pytest
from desk import HOME, Desk, article

from crawler.items import Found, Link, Nothing, Page, SourceSeen
from crawler.outlet import Outlet, Source
from pipelines.plan import plan
from storage import pages, runs
from storage.models import Capture
from storage.models import Page as PageRow


def urls(pages: tuple[Page, ...]) -> list[str]:
    return [page.url.removeprefix(HOME) for page in pages]


def sources(desk: Desk, *found: Source) -> None:
    desk.outlet = Outlet.model_validate(desk.outlet.model_dump() | {"source": [source.model_dump() for source in found]})


def test_a_new_outlet_s_sources_are_due_and_what_they_announce_is_fetched_at_once(desk: Desk) -> None:
    assert urls(plan(desk.intake, None, desk.now)) == ["/rss"]
    assert urls(desk.announce("/a/1", "/a/2")) == ["/a/1", "/a/2"]


def test_an_article_announced_twice_is_fetched_once(desk: Desk) -> None:
    desk.announce("/a/1", "/a/1")
    desk.now += timedelta(hours=1)
    assert urls(desk.announce("/a/1", "/a/2")) == ["/a/2"]


def test_a_source_s_validators_are_kept_with_the_pages_that_were_found(desk: Desk) -> None:
    desk.announce("/a/1")
    desk.now += timedelta(hours=1)
    source = plan(desk.intake, None, desk.now)[0]
    assert (source.kind, source.etag) == ("source", '"f"')
    assert len(desk.rows(Capture)) == 1


def test_every_tenth_look_at_a_source_asks_for_all_of_it(desk: Desk) -> None:
    asked = []
    for _ in range(20):
        asked.append(plan(desk.intake, None, desk.now)[0].etag)
        desk.announce("/a/1")
        desk.now += timedelta(hours=1)
    assert [place for place, etag in enumerate(asked) if etag is None] == [0, 9, 19]


def test_a_source_that_fails_is_asked_again_and_keeps_no_validators_back(desk: Desk) -> None:
    desk.announce("/a/1")
    desk.now += timedelta(hours=1)
    source = plan(desk.intake, None, desk.now)[0]
    assert plan(desk.intake, SourceSeen(source, None, reason="status 503"), desk.now) == ()
    row = desk.rows(PageRow)[0]
    assert (row.reason, row.next_due_at) == ("status 503", desk.now + timedelta(minutes=15))


def test_pages_that_are_due_come_back_oldest_due_first_and_those_in_doubt_without_validators(desk: Desk) -> None:
    desk.announce("/a/1", "/a/2")
    desk.see(article("One."), "/a/1", ETag='"1"')
    desk.see(article("Two."), "/a/2", ETag='"2"')
    desk.now += timedelta(hours=6)
    desk.miss("/a/1")
    desk.now += timedelta(minutes=10)
    due = plan(desk.intake, None, desk.now)
    articles = [(page.url.removeprefix(HOME), page.etag) for page in due if page.kind == "article"]
    assert articles == [("/a/2", '"2"'), ("/a/1", None)]


def test_a_source_that_the_outlet_s_file_no_longer_names_is_left_alone_and_comes_back_with_it(desk: Desk) -> None:
    rss, other = Source(kind="rss", url=f"{HOME}/rss"), Source(kind="section", url=f"{HOME}/news")
    sources(desk, rss, other)
    assert sorted(urls(plan(desk.intake, None, desk.now))) == ["/news", "/rss"]
    sources(desk, rss)
    assert urls(plan(desk.intake, None, desk.now)) == ["/rss"]
    sources(desk, rss, other)
    assert sorted(urls(plan(desk.intake, None, desk.now))) == ["/news", "/rss"]


def test_sitemaps_of_an_index_are_sources_of_their_own(desk: Desk) -> None:
    index = plan(desk.intake, None, desk.now)[0]
    found = Found((), (f"{HOME}/sitemap-1.xml",))
    new = plan(desk.intake, SourceSeen(index, found, desk.fetched(index.url)), desk.now)
    assert [(page.kind, page.url) for page in new] == [("source", f"{HOME}/sitemap-1.xml")]
    assert urls(plan(desk.intake, None, desk.now)) == ["/sitemap-1.xml"]  # where its run ended before it was looked at
    plan(desk.intake, SourceSeen(new[0], Found((), ()), desk.fetched(new[0].url)), desk.now)
    desk.now += timedelta(days=1)
    assert urls(plan(desk.intake, None, desk.now)) == ["/rss"]
    unchanged = plan(desk.intake, SourceSeen(index, None), desk.now)
    assert urls(unchanged) == ["/sitemap-1.xml"]
    plan(desk.intake, SourceSeen(unchanged[0], None, reason="status 500"), desk.now)
    with desk.store.reading() as session:
        assert pages.next_due(session, "steppe") == desk.now + timedelta(minutes=15)


def test_an_answer_that_is_no_list_leaves_no_validators(desk: Desk) -> None:
    source = plan(desk.intake, None, desk.now)[0]
    refused = desk.fetched(source.url, ETag='"gate"')
    plan(desk.intake, SourceSeen(source, None, refused, "not_feed: it is another kind of document"), desk.now)
    desk.now += timedelta(hours=1)
    row = desk.rows(PageRow)[0]
    assert (row.etag, plan(desk.intake, None, desk.now)[0].etag) == (None, None)


def test_an_article_that_made_no_sense_is_asked_for_unconditionally(desk: Desk) -> None:
    desk.see(article("One."), ETag='"1"')
    desk.now += timedelta(hours=6)
    assert [page.etag for page in plan(desk.intake, None, desk.now) if page.kind == "article"] == ['"1"']
    desk.see(Nothing("no_text", "reader-1"))
    desk.now += timedelta(hours=1)
    assert [page.etag for page in plan(desk.intake, None, desk.now) if page.kind == "article"] == [None]


def test_a_run_that_was_closed_plans_nothing(desk: Desk) -> None:
    source = plan(desk.intake, None, desk.now)[0]
    with desk.store.writing() as session:
        runs.close_open(session, desk.now, "a test")
    with pytest.raises(runs.RunEnded):
        plan(desk.intake, SourceSeen(source, Found((Link(f"{HOME}/a/1"),)), desk.fetched(source.url)), desk.now)
    with pytest.raises(runs.RunEnded):
        plan(desk.intake, None, desk.now)
    assert [row.kind for row in desk.rows(PageRow)] == ["source"] and desk.rows(Capture) == []
