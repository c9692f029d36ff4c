"""When a thread is looked at again: by its own rate of new comments, within bounds and the outlet's looks a day."""
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from desk import Desk, article, thread

from crawler.items import Certainty, CommentRead
from crawler.items import ThreadRead as Look
from crawler.outlet import Outlet, Threads
from pipelines import rhythm
from pipelines.take_in import confirm
from storage.models import Page
from storage.threads import Pace

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def outlet(desk: Desk, recheck: str = "30d", **threads: object) -> None:
    desk.outlet = Outlet.model_validate(desk.outlet.model_dump() | {"recheck": [recheck], "threads": threads})


def look(desk: Desk, *comments: tuple[str, str], minutes: float = 15, path: str = "/a/1", state: str = "complete") -> timedelta:
    """A look at a thread so long after the last; how long it is left alone then."""
    desk.next_run(hours=minutes / 60)
    desk.see(article(f"A text of {path}.", thread=replace(thread(*comments, state=state), native_key=path)), path)
    return left(desk, path)


def left(desk: Desk, path: str = "/a/1") -> timedelta:
    return next(page.next_due_at for page in desk.rows(Page) if page.url.endswith(path)) - desk.now


def pace(now: datetime, age: timedelta, *ages: timedelta) -> Pace:
    return Pace(now - age, now - age, now - age, newest=tuple(now - each for each in ages))


@pytest.mark.parametrize(("age", "ages", "wait"), [
    (2 * HOUR, (), 15 * MINUTE),  # at least every quarter of an hour at first
    (6 * HOUR, (), 90 * MINUTE),  # then a quarter of its age
    (10 * DAY, (5 * MINUTE,), 10 * MINUTE),  # never sooner than a removal needs
    (10 * DAY, (40 * MINUTE, 80 * MINUTE, 2 * HOUR, 9 * HOUR), 40 * MINUTE),  # three within two hours
    (10 * DAY, (4 * HOUR, 5 * HOUR, 6 * HOUR, 7 * HOUR), 105 * MINUTE),  # four within seven hours
    (10 * DAY, (8 * DAY,), 60 * HOUR),
])
def test_one_comment_is_expected_in_the_wait(now: datetime, age: timedelta, ages: tuple[timedelta, ...],
                                             wait: timedelta) -> None:
    assert rhythm.wait(pace(now, age, *ages), Threads(), now) == wait


def test_a_thread_in_which_nothing_came_for_long_has_no_rhythm(now: datetime) -> None:
    assert rhythm.wait(pace(now, 30 * DAY), Threads(), now) is None
    assert rhythm.wait(pace(now, 90 * DAY, 29 * DAY), Threads(), now) is not None
    assert rhythm.wait(pace(now, 90 * DAY, 29 * DAY), Threads(until=20 * DAY), now) is None


def test_an_article_that_was_old_when_it_was_found_is_no_young_one_and_a_date_without_its_hour_is(now: datetime) -> None:
    old = replace(pace(now, HOUR), published=now - 10 * DAY)
    assert rhythm.wait(old, Threads(), now) == timedelta(days=10) / 4
    assert rhythm.wait(replace(old, published=now - 20 * HOUR), Threads(), now) == 15 * MINUTE


def test_times_in_the_future_ask_for_nothing_impossible(now: datetime) -> None:
    assert rhythm.wait(pace(now, -HOUR, -2 * HOUR), Threads(), now) == 10 * MINUTE


def test_the_ladder_counts_from_the_last_change_however_many_looks_there_were(desk: Desk) -> None:
    desk.outlet = Outlet.model_validate(desk.outlet.model_dump() | {"recheck": ["10m", "1h", "3h"]})
    now = desk.now
    assert [rhythm.rung(desk.outlet, now - after, now) for after in (0 * HOUR, 10 * MINUTE, HOUR, 2 * HOUR, 9 * HOUR)] == [
        (0, now + 10 * MINUTE), (1, now + HOUR), (1, now + 10 * MINUTE), (2, now + 130 * MINUTE), (2, now + 3 * HOUR)]


def test_a_thread_is_looked_at_by_its_comments_and_a_page_without_one_by_the_ladder(desk: Desk) -> None:
    outlet(desk)
    assert look(desk) == 10 * MINUTE
    assert look(desk, minutes=14) == 14 * MINUTE
    assert look(desk, minutes=600) == 614 * MINUTE / 4
    assert look(desk, ("c1", "one"), minutes=60) == 10 * MINUTE
    assert look(desk, ("c1", "one"), minutes=30) == 30 * MINUTE
    desk.see(article("Another text."), "/a/2")
    assert left(desk, "/a/2") == 30 * DAY
    desk.see(article("A third text.", thread=Look("disqus", "unsupported", "loaded by script only")), "/a/3")
    assert left(desk, "/a/3") == 30 * DAY


@pytest.mark.parametrize(("certainty", "wait"), [("exact", 30 * MINUTE), ("local", 30 * MINUTE), ("day", 10 * MINUTE)])
def test_what_a_comment_says_of_its_own_time_counts_except_for_a_day_without_an_hour(
        desk: Desk, certainty: Certainty, wait: timedelta) -> None:
    outlet(desk, slowest="2h")
    look(desk)
    desk.next_run(hours=1)
    said = CommentRead("c1", None, None, 0, 0, None, desk.now - 40 * MINUTE, "40 minutes ago", "one", certainty=certainty)
    desk.see(article("A text of /a/1.", thread=Look("native", "complete", None, 1, (said,), "/a/1")))
    assert left(desk) == wait


def test_a_304_follows_the_rhythm_too(desk: Desk) -> None:
    outlet(desk)
    look(desk, ("c1", "one"))
    desk.next_run(hours=0.5)
    confirm(desk.intake, [desk.page("/a/1").id], desk.now)
    assert left(desk) == 15 * MINUTE
    desk.next_run(hours=20)
    confirm(desk.intake, [desk.page("/a/1").id], desk.now)
    assert left(desk) == 20.5 * HOUR / 4


def test_a_thread_that_is_always_unchanged_is_asked_for_whole_once_a_week(desk: Desk) -> None:
    outlet(desk)
    look(desk, ("c1", "one"))
    for hours, doubt in ((130, False), (20, True)):
        desk.next_run(hours)
        confirm(desk.intake, [desk.page("/a/1").id], desk.now)
        assert desk.rows(Page)[-1].doubt == doubt
    look(desk, ("c1", "one"))
    assert not desk.rows(Page)[-1].doubt


def test_edits_of_the_article_follow_the_ladder_where_that_is_earlier(desk: Desk) -> None:
    outlet(desk, "20m", slowest="2h")
    assert look(desk) == 10 * MINUTE
    assert look(desk, minutes=90) == 20 * MINUTE


def test_after_the_end_the_ladders_last_step_alone_counts_and_a_comment_begins_anew(desk: Desk) -> None:
    outlet(desk, "20d", until="2d")
    look(desk, ("c1", "one"))
    assert look(desk, ("c1", "one"), minutes=3 * 24 * 60) == 17 * DAY
    assert look(desk, ("c1", "one"), minutes=30 * 24 * 60) == 20 * DAY
    assert desk.rows(Page)[-1].doubt
    assert look(desk, ("c1", "one"), ("c2", "two"), minutes=24 * 60) == 10 * MINUTE
    assert not desk.rows(Page)[-1].doubt


def test_a_thread_in_doubt_is_looked_at_soon_and_one_that_is_never_whole_at_its_pace(desk: Desk) -> None:
    outlet(desk)
    look(desk, ("c1", "one"), ("c2", "two"))
    assert look(desk, ("c1", "one"), minutes=300) == 10 * MINUTE
    assert look(desk, ("c1", "one"), minutes=300, state="partial") == 10 * MINUTE
    assert look(desk, ("c1", "one"), minutes=300, state="partial") == 900 * MINUTE / 4
    assert desk.rows(Page)[-1].doubt


def test_ten_minutes_have_no_more_looks_than_their_share_of_the_day(desk: Desk) -> None:
    outlet(desk, looks=1440)
    for number in range(30):
        look(desk, minutes=0, path=f"/a/{number}")
    slots = Counter((page.next_due_at - desk.now) // (10 * MINUTE) for page in desk.rows(Page) if page.kind == "article")
    assert slots == {1: 9, 2: 9, 3: 9, 4: 3}
    assert look(desk, ("c1", "one"), ("c2", "two"), minutes=0, path="/a/more") == 40 * MINUTE + 10 * MINUTE * 3 / 9
    assert look(desk, ("c1", "one"), minutes=0, path="/a/more") == 10 * MINUTE  # what is in doubt finds room


def test_a_day_has_as_many_looks_as_it_may_have(desk: Desk, now: datetime) -> None:
    for looks in (24, 100, 2000):
        outlet(desk, looks=looks)
        slots = [now.replace(hour=0) + number * 10 * MINUTE for number in range(144)]
        assert sum(rhythm._room(desk.outlet, slot, rhythm.ALL) for slot in slots) == looks
        assert sum(rhythm._room(desk.outlet, slot, rhythm.HALF) for slot in slots) == looks / 2


def test_what_is_older_leaves_room_for_the_young(desk: Desk) -> None:
    outlet(desk, looks=1440)
    for number in range(8):
        look(desk, minutes=0, path=f"/a/{number}")
    desk.now += 7 * HOUR
    old = [look(desk, ("c1", "one"), minutes=0, path=f"/a/{number}") for number in range(8)]
    assert [wait // (10 * MINUTE) for wait in old] == [1, 1, 1, 1, 1, 2, 2, 2]
    assert [look(desk, minutes=0, path=f"/a/new-{number}") // (10 * MINUTE) for number in range(5)] == [1, 1, 1, 1, 2]
