"""The frontier's side of a run; on both databases."""
from datetime import timedelta
from random import Random

import pytest
from desk import HOME, Desk, article

from crawler.items import Found, Link, Nothing, Page, SourceSeen
from crawler.outlet import Outlet, Source
from pipelines.controls import controls
from pipelines.intake import Standing
from pipelines.plan import plan
from storage import pages, runs
from storage.models import Capture, Run
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


def test_pages_that_are_due_come_back_newest_first_and_those_in_doubt_without_validators(desk: Desk) -> None:
    desk.announce("/a/1", "/a/2")
    desk.see(article("One."), "/a/1", ETag='"1"')
    desk.see(article("Two."), "/a/2", ETag='"2"')
    desk.now += timedelta(hours=6)
    desk.see(Nothing("empty", "reader-1"), "/a/1")
    desk.now += timedelta(minutes=10)
    due = plan(desk.intake, None, desk.now)
    articles = [(page.url.removeprefix(HOME), page.etag) for page in due if page.kind == "article"]
    assert articles == [("/a/2", '"2"'), ("/a/1", None)]


def test_pages_that_are_missing_come_once_all_else_is_done_when_it_is_known_whether_others_stand(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.see(article(f"Report {number}."), f"/a/{number}")
    desk.miss("/a/3")
    desk.now += timedelta(hours=6)
    of_a_day(desk, 5)
    first = plan(desk.intake, None, desk.now)
    assert urls(first) == ["/rss", "/a/2", "/a/1"]
    announced = SourceSeen(first[0], Found((Link(f"{HOME}/a/4"), Link(f"{HOME}/a/5"))), desk.fetched(first[0].url))
    assert len(plan(desk.intake, announced, desk.now)) == 1  # the missing one's room is its own
    last = controls(desk.intake, desk.now, Random(1))
    assert (urls(last), [page.etag for page in last]) == (["/a/3"], [None])


def of_a_day(desk: Desk, requests: int) -> None:
    """The outlet with a budget that leaves nothing to sources later in the day."""
    desk.outlet = desk.outlet.model_copy(update={"budget": requests, "every": timedelta(days=30)})


def test_a_day_s_budget_is_for_sources_then_new_articles_then_the_newest_known_ones(desk: Desk) -> None:
    for number in range(1, 8):
        desk.see(article(f"Report {number}."), f"/a/{number}")
    desk.now += timedelta(hours=6)
    for number in (8, 9):
        desk.page(f"/a/{number}")
    of_a_day(desk, 6)
    assert urls(plan(desk.intake, None, desk.now)) == ["/rss", "/a/9", "/a/8", "/a/7", "/a/6", "/a/5"]
    with desk.store.reading() as session:
        assert session.get_one(Run, desk.run).errors == [
            "the day's budget of 6 requests leaves no room for 4 pages that are due: they wait, until tomorrow at the latest"]
    assert plan(desk.intake, None, desk.now) == ()


def test_what_is_left_of_the_day_is_kept_for_looks_at_sources_and_a_tenth_for_new_articles(desk: Desk) -> None:
    for number in range(1, 8):
        desk.see(article(f"Report {number}."), f"/a/{number}")
    desk.now = desk.now.replace(hour=23, minute=5)
    desk.outlet = desk.outlet.model_copy(update={"budget": 10})
    # 10 less the look now, three more of the source before midnight, and one for a new article.
    assert urls(plan(desk.intake, None, desk.now)) == ["/rss", "/a/7", "/a/6", "/a/5", "/a/4", "/a/3"]


def test_sources_that_are_looked_at_each_second_leave_room_for_known_articles(desk: Desk) -> None:
    for number in range(1, 8):
        desk.see(article(f"Report {number}."), f"/a/{number}")
    desk.now += timedelta(hours=6)
    desk.outlet = desk.outlet.model_copy(update={"budget": 10, "every": timedelta(seconds=1)})
    assert urls(plan(desk.intake, None, desk.now)) == ["/rss", "/a/7", "/a/6", "/a/5"]


def test_the_requests_of_the_day_s_other_runs_count_and_those_of_the_day_before_do_not(desk: Desk) -> None:
    of_a_day(desk, 8)
    desk.see(article("Report 1."))
    with desk.store.writing() as session:
        runs.end(session, desk.run, desk.now, state="done", requests=7, not_modified=0, errors=[])
    desk.now += timedelta(hours=7)
    desk.standing = Standing()
    desk.begin()
    assert urls(plan(desk.intake, None, desk.now)) == ["/rss"]
    desk.end()
    desk.now += timedelta(hours=24)
    desk.standing = Standing()
    desk.begin()
    assert urls(plan(desk.intake, None, desk.now)) == ["/rss", "/a/1"]


def test_new_articles_of_a_source_find_no_more_room_than_the_day_has(desk: Desk) -> None:
    of_a_day(desk, 3)
    assert urls(desk.announce("/a/1", "/a/2", "/a/3")) == ["/a/1", "/a/2"]
    assert len(desk.rows(PageRow)) == 4


def test_that_the_day_s_budget_leaves_no_room_is_said_once_a_day_unless_nothing_at_all_is_asked_for(desk: Desk) -> None:
    of_a_day(desk, 2)
    for number in range(1, 5):
        desk.see(article(f"Report {number}."), f"/a/{number}")
    desk.now += timedelta(hours=7)

    def said(requests: int) -> list[str]:
        """What the next run says of the pages due, having made so many requests."""
        desk.standing = Standing()
        plan(desk.intake, None, desk.now)
        with desk.store.writing() as session:
            errors = list(session.get_one(Run, desk.run).errors)
            runs.end(session, desk.run, desk.now, state="done", requests=requests, not_modified=0, errors=[])
        desk.now += timedelta(minutes=15)
        desk.begin()
        return errors

    assert said(1) == ["the day's budget of 2 requests leaves no room for 3 pages that are due: they wait, until tomorrow "
                       "at the latest"]
    assert said(1) == []
    assert len(said(0)) == 1  # nothing is left: a run of this kind begins by hand alone
    desk.now += timedelta(days=1)
    assert len(said(0)) == 1


def test_a_run_over_midnight_counts_for_the_day_on_which_it_ends(desk: Desk) -> None:
    of_a_day(desk, 5)
    desk.now = desk.now.replace(hour=23, minute=50)
    desk.end()
    desk.begin()
    desk.now += timedelta(minutes=20)
    with desk.store.writing() as session:
        runs.end(session, desk.run, desk.now, state="done", requests=5, not_modified=0, errors=[])
    desk.begin()
    assert plan(desk.intake, None, desk.now) == ()


def test_a_run_that_died_counts_with_what_it_kept(desk: Desk) -> None:
    of_a_day(desk, 4)
    for number in range(1, 4):
        desk.see(article(f"Report {number}."), f"/a/{number}")
    with desk.store.writing() as session:
        runs.close_open(session, desk.now, "its worker died")
    desk.standing = Standing()
    desk.now += timedelta(hours=7)
    desk.begin()
    assert urls(plan(desk.intake, None, desk.now)) == ["/rss"]


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
