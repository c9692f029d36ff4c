"""Which articles a run looks at beside those that were due; on both databases."""
import random

import pytest
from desk import HOME, Desk, article, thread

from crawler.items import Nothing, Page, Seen
from pipelines.controls import controls
from pipelines.plan import plan
from pipelines.take_in import confirm, take_in
from storage.models import Page as PageRow


def words(number: int, *more: str) -> tuple[str, ...]:
    return (f"The bridge number {number} was opened on Monday.", f"It cost {number} more than was planned.", *more)


def paths(pages: tuple[Page, ...]) -> set[str]:
    return {page.url.removeprefix(HOME) for page in pages}


def drawn(desk: Desk, seed: int = 1) -> set[str]:
    return paths(controls(desk.intake, desk.now, random.Random(seed)))


@pytest.fixture
def known(desk: Desk) -> Desk:
    """Thirty known articles, /a/0 to /a/29, and a run in which none of them was looked at yet."""
    for number in range(30):
        desk.see(article(*words(number)), f"/a/{number}", ETag=f'"{number}"')
    desk.next_run()
    return desk


def test_a_run_that_met_no_change_draws_none(known: Desk) -> None:
    known.see(article(*words(0)), "/a/0")
    known.see(article("A new article about a railway."), "/a/new")
    assert drawn(known) == set()


def test_after_an_edit_known_articles_are_drawn_by_chance_until_ten_were_looked_at(known: Desk) -> None:
    known.see(article(*words(0, "It was repaired at once.")), "/a/0")
    first = drawn(known, 1)
    assert len(first) == 9
    assert "/a/0" not in first
    assert drawn(known, 1) == first != drawn(known, 2)
    assert len(set().union(*(drawn(known, seed) for seed in range(40)))) == 29


def test_the_run_s_own_looks_count_and_those_of_the_hour_and_304s(known: Desk) -> None:
    known.see(article(*words(0)), "/a/0")
    confirm(known.intake, [known.page("/a/1").id, known.page("/a/2").id], known.now)
    known.next_run(hours=0.5)
    known.see(article(*words(3, "It was repaired at once.")), "/a/3")
    assert len(drawn(known)) == 6
    assert drawn(known).isdisjoint({"/a/0", "/a/1", "/a/2", "/a/3"})
    known.next_run(hours=0.75)
    known.see(article(*words(4, "It was repaired at once.")), "/a/4")
    assert len(drawn(known)) == 8  # /a/3 and /a/4 were looked at within the hour


def test_none_is_drawn_once_ten_were_looked_at(known: Desk) -> None:
    for number in range(10):
        known.see(article(*words(number, *(("It was repaired.",) if number == 0 else ()))), f"/a/{number}")
    assert drawn(known) == set()


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("loss", ["miss", "thread", "half of it"])
def test_a_first_miss_or_a_lost_thread_has_controls_drawn_as_well(known: Desk, loss: str) -> None:
    comments = [(str(number), f"What commentator {number} has to say") for number in range(6)]
    if loss != "miss":
        known.see(article(*words(0), thread=thread(*comments)), "/a/0")
        known.next_run()
        assert drawn(known) == set()
        known.see(article(*words(0), thread=thread(*comments[:2] if loss == "half of it" else ())), "/a/0")
    else:
        known.miss("/a/0")
    assert len(drawn(known)) in (9, 10)
    assert loss != "miss" or len(drawn(known)) == 10  # a page that is missing was not looked at


def test_a_missing_page_that_is_due_is_looked_at_after_its_controls_and_one_that_is_gone_without_any(known: Desk) -> None:
    known.miss("/a/0")
    known.next_run(hours=1)
    plan(known.intake, None, known.now)
    last = [page.url.removeprefix(HOME) for page in controls(known.intake, known.now, random.Random(1))]
    assert (len(last), last[-1], last.count("/a/0")) == (11, "/a/0", 1)
    with known.store.writing() as session:
        session.get_one(PageRow, known.page("/a/0").id).state = "gone"
    known.next_run(hours=1)
    plan(known.intake, None, known.now)
    assert drawn(known) == {"/a/0"}


def test_what_is_quarantined_gone_or_moved_is_never_drawn_nor_what_is_new(known: Desk) -> None:
    known.see(Nothing("empty", "reader-1"), "/a/1")
    page = known.page("/a/2")
    take_in(known.intake, Seen(page, "moved", known.fetched(page.url), url_now=f"{HOME}/"), known.now)
    gone = known.page("/a/3").id
    with known.store.writing() as session:
        session.get_one(PageRow, gone).state = "gone"
    known.next_run(hours=2)
    known.see(article("A new article about a railway."), "/a/new")
    known.see(article(*words(0, "It was repaired at once.")), "/a/0")
    ever = set().union(*(drawn(known, seed) for seed in range(60)))
    assert ever == {f"/a/{number}" for number in range(4, 30)}


def test_an_article_of_several_addresses_is_drawn_by_its_own(known: Desk) -> None:
    one = known.page("/a/1").id
    with known.store.writing() as session:
        own = session.get_one(PageRow, one)
        session.add(PageRow(outlet=own.outlet, url=f"{HOME}/a/0print", kind="article", state="known", found_at=own.found_at,
                            next_due_at=own.next_due_at, confirmed_at=own.confirmed_at, article_id=own.article_id))
    known.see(article(*words(0, "It was repaired at once.")), "/a/0")
    assert "/a/0print" not in set().union(*(drawn(known, seed) for seed in range(40)))


def test_controls_are_asked_for_conditionally_where_nothing_about_them_is_in_doubt(known: Desk) -> None:
    one = known.page("/a/1").id
    with known.store.writing() as session:
        session.get_one(PageRow, one).doubt = True
    known.see(article(*words(0, "It was repaired at once.")), "/a/0")
    tags = {page.url.removeprefix(HOME): page.etag for seed in range(40)
            for page in controls(known.intake, known.now, random.Random(seed))}
    assert tags["/a/1"] is None
    assert tags["/a/2"] == '"2"'
