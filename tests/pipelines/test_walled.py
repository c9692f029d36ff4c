"""A wall before nearly all of an outlet's articles; on both databases."""
from datetime import timedelta

import pytest
from desk import Desk, article

from crawler.items import Nothing, Report
from pipelines import walled
from pipelines.due import SOON
from storage.models import Page, Run

PATHS = tuple(f"/a/{number}" for number in range(1, 11))
WALL = Nothing("consent", "reader-1")


def ended(desk: Desk, walls: int, *, later: timedelta) -> Report:
    """A run in which so many of the ten articles answer with a wall and the others stand, and what is said of it."""
    for path in PATHS[:walls]:
        desk.see(WALL, path)
    for path in PATHS[walls:]:
        desk.see(article(f"Report {path}."), path)
    report = walled.judged(desk.store, desk.run, Report("done", 10, 0), desk.now)
    desk.end(report.state)
    desk.judge()
    desk.now += later
    desk.begin()
    return report


@pytest.fixture
def outlet(desk: Desk) -> Desk:
    assert ended(desk, 0, later=timedelta(hours=6)).state == "done"
    return desk


def test_nine_walls_for_one_article_that_stands_are_a_wall_on_the_outlet_and_eight_for_two_are_not(outlet: Desk) -> None:
    assert ended(outlet, 8, later=timedelta(hours=6)).state == "done"
    report = ended(outlet, 9, later=timedelta(hours=6))
    assert report.state == "blocked"
    assert report.errors == ("9 of the 10 articles that answered are walls (consent)",)


def test_walls_since_the_last_article_stood_are_one_however_few_a_run_meets(outlet: Desk) -> None:
    states = []
    for path in PATHS[:4]:
        outlet.see(WALL, path)
        states.append(walled.judged(outlet.store, outlet.run, Report("done", 1, 0), outlet.now).state)
        outlet.next_run(1)
    assert states == ["done", "done", "blocked", "blocked"]


def test_once_it_is_gone_all_that_answered_with_it_are_due_at_once(outlet: Desk) -> None:
    ended(outlet, 9, later=timedelta(0))
    for _ in range(3):  # each look at a wall puts the next one off
        ended(outlet, 9, later=SOON)
    assert sum(page.next_due_at > outlet.now for page in outlet.rows(Page) if page.reason) >= 6
    outlet.see(article("Report of the day."), "/a/11")
    walled.judged(outlet.store, outlet.run, Report("done", 1, 0), outlet.now)
    assert [page.url for page in outlet.rows(Page) if page.reason and page.next_due_at > outlet.now] == []
    assert [run.state for run in outlet.rows(Run)][-2] == "blocked"
