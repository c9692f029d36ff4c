"""Addresses that lead to no article, without end; on both databases."""
from datetime import timedelta

import pytest
from desk import HOME, Desk, article
from sqlalchemy import update

from pipelines import traps
from pipelines.plan import plan
from storage.models import Page, Run

DAY = timedelta(days=1)


def asked(desk: Desk, *paths: str) -> list[str]:
    """What is asked for of what a source announces."""
    return [page.url.removeprefix(HOME) for page in desk.announce(*paths)]


def calendar(first: int, number: int) -> list[str]:
    return [f"/calendar/2026/{day}?view=day&from={day}" for day in range(first, first + number)]


def nowhere(desk: Desk, *paths: str, reason: str = "no_text") -> None:
    """Pages were looked at, and are no articles."""
    with desk.store.writing() as session:
        session.execute(update(Page).where(Page.url.in_([HOME + path for path in paths])).values(
            state="quarantined", reason=reason, next_due_at=desk.now + 365 * DAY))


@pytest.fixture
def trapped(desk: Desk) -> Desk:
    """An outlet whose calendar has led nowhere, two days ago."""
    days = calendar(0, traps.PROOF + 5)
    assert asked(desk, *days) == days
    nowhere(desk, *days)
    desk.see(article("The railway is open."), "/news/the-railway-is-open")
    desk.now += 2 * DAY
    return desk


def test_of_a_shape_that_led_nowhere_a_few_a_day_are_asked_for_and_the_run_says_so(trapped: Desk) -> None:
    found = asked(trapped, *calendar(100, 40), "/news/another-bridge-is-open")
    assert found == [*calendar(100, traps.FEW), "/news/another-bridge-is-open"]
    assert trapped.rows(Run)[-1].errors == [
        "30 new addresses like /calendar/#/#?from&view wait for a week: hardly any of 50 or more of their shape was an article"]
    assert {page.reason for page in trapped.rows(Page) if page.url.removeprefix(HOME) in calendar(110, 30)} == {
        "waits for a week: hardly any address like /calendar/#/#?from&view was an article"}
    nowhere(trapped, *calendar(100, traps.FEW))
    trapped.now += timedelta(hours=1)
    assert asked(trapped, *calendar(200, 5)) == []  # today has had its few
    trapped.now += DAY
    assert asked(trapped, *calendar(300, 5)) == calendar(300, 5)


def test_what_waits_is_asked_for_after_a_week_and_keeps_nothing_else_waiting(trapped: Desk) -> None:
    asked(trapped, *calendar(100, 40))
    nowhere(trapped, *calendar(100, traps.FEW))
    trapped.now += traps.LATER
    due = {page.url.removeprefix(HOME) for page in plan(trapped.intake, None, trapped.now)}
    assert len(due & set(calendar(100, 40))) == traps.FEW
    assert "/rss" in due


@pytest.mark.parametrize(("articles", "free"), [(1, False), (5, True)])
def test_articles_free_all_addresses_of_their_shape_and_one_page_that_was_taken_for_one_does_not(
        trapped: Desk, articles: int, free: bool) -> None:
    for number, path in enumerate(calendar(0, articles)):
        trapped.see(article(f"A calendar of the railway and its {number} bridges."), path)
    assert asked(trapped, *calendar(100, 40)) == calendar(100, 40 if free else traps.FEW)


@pytest.mark.parametrize(("reason", "standing"), [("no_text", False), ("consent", True), ("status 503", True)])
def test_what_a_wall_may_hide_is_no_trap(desk: Desk, reason: str, standing: bool) -> None:
    days = calendar(0, traps.PROOF + 5)
    assert asked(desk, *days) == days
    nowhere(desk, *days, reason=reason)
    if standing:  # the outlet has articles elsewhere; without any it may be all of them that are hidden
        desk.see(article("The railway is open."), "/news/the-railway-is-open")
    desk.now += 2 * DAY
    assert asked(desk, *calendar(100, 40)) == calendar(100, 40)


@pytest.mark.parametrize(("url", "shape"), [
    ("https://a.example/news/2026/11/27/a-bridge", "/news/#/#/#/*"), ("https://a.example/news/a-tunnel-2", "/news/#"),
    ("https://a.example/?p=12", "/?p"), ("https://a.example/", "/"), ("https://a.example/list?b=&a=2&b=3", "/*?a&b"),
    ("https://a.example/новости/мост", "/новости/*")])
def test_a_shape_is_what_is_left_without_figures_names_and_values(url: str, shape: str) -> None:
    assert traps.shape(url) == shape
