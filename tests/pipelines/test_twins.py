"""Pages of one outlet that answer with one text; on both databases."""
from dataclasses import replace
from itertools import pairwise

import pytest
from desk import HOME, Desk, article

from crawler.items import ArticleRead, Seen
from pipelines.take_in import take_in
from pipelines.twins import alike
from storage import articles
from storage.models import Alert, Article, Capture, Page, Reading, Version

WALL = article("We value your privacy.", "Choose what may be kept about you on this device.")


def claiming(read: ArticleRead, path: str) -> ArticleRead:
    return replace(read, claimed_url=f"{HOME}{path}")


def state(desk: Desk, path: str) -> tuple[str, str | None]:
    page, = [page for page in desk.rows(Page) if page.url == f"{HOME}{path}"]
    return page.state, page.reason


def listed(desk: Desk) -> dict[str, int]:
    with desk.store.reading() as session:
        return {row.url.removeprefix(HOME): row.versions for row in articles.listing(session)}


def test_two_pages_with_one_text_are_both_quarantined_and_their_evidence_is_kept(desk: Desk) -> None:
    desk.watch("privacy")
    desk.see(WALL, "/a/1")
    desk.see(WALL, "/a/2")
    assert state(desk, "/a/1") == ("quarantined", f"same_text: {HOME}/a/2 answers with the same text")
    assert state(desk, "/a/2") == ("quarantined", f"same_text: {HOME}/a/1 answers with the same text")
    assert [row.judgement for row in desk.rows(Version)] == ["rejected"]
    assert [(row.state, (row.reason or "")[:10]) for row in desk.rows(Alert)] == [("dropped", "same_text:")]
    assert (len(desk.rows(Capture)), [row.text for row in desk.rows(Reading)]) == (2, [WALL.text] * 2)
    desk.end()
    desk.judge()
    assert listed(desk) == {} and [row.judgement for row in desk.rows(Version)] == ["rejected"]


LONG = " ".join(f"word{number:03}" for number in range(63))[:500]


def test_a_long_text_under_another_headline_is_another_article(desk: Desk) -> None:
    desk.see(article(LONG, title="A first headline"), "/a/1")
    desk.see(article(LONG, title="A second headline"), "/a/2")
    desk.see(article(LONG, title="A third headline"), "/a/3")
    desk.next_run()
    assert listed(desk) == {"/a/1": 1, "/a/2": 1, "/a/3": 1}


@pytest.mark.parametrize(("text", "titles"), [
    pytest.param(LONG, ("A headline", "A headline"), id="one headline"),
    pytest.param(LONG, ("A headline", None), id="none on the second"),
    pytest.param(LONG, (None, "A headline"), id="none on the first"),
    pytest.param(LONG[:-1], ("A headline", "Another headline"), id="a short text")])
def test_a_text_is_no_article_s_where_it_is_short_or_under_one_headline(desk: Desk, text: str,
                                                                        titles: tuple[str | None, str | None]) -> None:
    for path, title in zip(("/a/1", "/a/2"), titles, strict=True):
        desk.see(replace(article(text), title=title), path)
    desk.next_run()
    assert listed(desk) == {} and {state(desk, "/a/1")[0], state(desk, "/a/2")[0]} == {"quarantined"}


def test_a_long_text_that_stands_under_another_headline_by_now_is_another_article(desk: Desk) -> None:
    desk.see(article(LONG, title="A first headline"), "/a/1")
    desk.see(article(LONG, title="A headline of its own"), "/a/1")
    desk.see(article(LONG, title="A first headline"), "/a/2")
    desk.next_run()
    assert listed(desk) == {"/a/1": 2, "/a/2": 1}


def test_pages_of_one_text_are_looked_at_later_and_later(desk: Desk) -> None:
    waits = []
    for _ in range(4):
        desk.see(WALL, "/a/1")
        desk.see(WALL, "/a/2")
        waits.append([page.next_due_at - desk.now for page in desk.rows(Page) if page.kind == "article"])
        desk.next_run()
    assert all(sum(sooner, start=sooner[0] * 0) < sum(later, start=later[0] * 0)
               for sooner, later in pairwise(waits))


def test_a_third_page_with_the_text_of_two_is_quarantined_though_those_are_right_by_then(desk: Desk) -> None:
    for path in ("/a/1", "/a/2"):
        desk.see(WALL, path)
    desk.next_run()
    for path in ("/a/1", "/a/2"):
        desk.see(article(f"The text of {path} as it should be."), path)
    desk.see(WALL, "/a/3")
    desk.next_run()
    assert listed(desk) == {"/a/1": 1, "/a/2": 1} and state(desk, "/a/3")[0] == "quarantined"


def test_when_the_pages_are_right_again_it_goes_on_as_before(desk: Desk) -> None:
    desk.watch("rail")
    for number in (1, 2):
        desk.see(article(f"Rail number {number}."), f"/a/{number}")
    desk.next_run()
    for number in (1, 2):
        desk.see(WALL, f"/a/{number}")
    desk.next_run()
    assert listed(desk) == {"/a/1": 1, "/a/2": 1}
    assert {row.state for row in desk.rows(Article)} == {"standing"}
    for number in (1, 2):
        desk.see(article(f"Rail number {number}."), f"/a/{number}")
    desk.see(article("Rail number 1, mended."), "/a/1")
    desk.next_run()
    assert listed(desk) == {"/a/1": 2, "/a/2": 1} and state(desk, "/a/2") == ("known", None)
    assert [row.event for row in desk.rows(Alert) if row.state != "dropped"] == ["article_new", "article_new", "article_edited"]


def test_the_first_text_after_a_rejected_one_is_news(desk: Desk) -> None:
    desk.watch("rail")
    for path in ("/a/1", "/a/2"):
        desk.see(WALL, path)
    desk.next_run()
    desk.see(article("A rail."), "/a/1")
    assert desk.alerts() == [("article_new", "a@example.org")]
    assert [(row.seq, row.judgement) for row in desk.rows(Version)] == [(1, "rejected"), (2, "open")]


def test_a_page_that_answered_once_with_another_s_text_does_not_take_that_one_away(desk: Desk) -> None:
    desk.see(article("The text of the first."), "/a/1")
    desk.next_run()
    desk.see(article("The text of the first."), "/a/2")
    assert [row.judgement for row in desk.rows(Version)] == ["passed"] and state(desk, "/a/1") == ("known", None)
    desk.see(article("The text of the second."), "/a/2")
    desk.see(article("The text of the first, and more."), "/a/1")
    desk.see(article("The text of the first."), "/a/1")
    assert [row.judgement for row in desk.rows(Version)] == ["passed", "open", "open", "open"]


@pytest.mark.parametrize(("first", "second"), [
    pytest.param((None, "/a/1"), ("/a/1", "/a/1/amp"), id="the second claims the first"),
    pytest.param(("/a/1", "/a/1/amp"), (None, "/a/1"), id="the first claims the second"),
    pytest.param(("/a/9", "/a/1"), ("/a/9", "/a/2"), id="both claim a third"),
    pytest.param((None, "/a/1?utm_source=x"), (None, "/a/1"), id="tracking"),
    pytest.param((None, "/a/1"), (None, "/a/1/print"), id="print"),
    pytest.param((None, "/a/1?view=print"), (None, "/a/1"), id="asked"),
    pytest.param((None, "/amp/a/1"), (None, "/a/1"), id="AMP")])
def test_one_article_under_two_addresses_is_one(desk: Desk, first: tuple[str | None, str],
                                                second: tuple[str | None, str]) -> None:
    desk.watch("rail")
    read = article("A rail and a good many other words stand in this text of an article.")
    for claimed, path in (first, second):
        desk.see(claiming(read, claimed) if claimed else read, path)
    desk.next_run()
    assert listed(desk) == {first[1]: 1} and len(desk.rows(Article)) == 1
    assert state(desk, first[1])[0] == state(desk, second[1])[0] == "known"
    assert len(desk.alerts()) == 1


def test_an_article_s_other_page_tells_no_edits_of_its_own(desk: Desk) -> None:
    words = " ".join(f"word{number}" for number in range(60))
    desk.see(article(words), "/a/1")
    desk.see(claiming(article(f"{words} print"), "/a/1"), "/a/1/print")
    desk.see(article(f"{words} mended"), "/a/1")
    desk.see(claiming(article(f"{words} print"), "/a/1"), "/a/1/print")
    assert [row.seq for row in desk.rows(Version)] == [1, 2] and len(desk.rows(Article)) == 1


def test_a_claim_alone_joins_nothing(desk: Desk) -> None:
    desk.see(article("A story of one kind."), "/a/1")
    desk.see(claiming(article("Quite another tale altogether."), "/a/1"), "/a/2")
    desk.next_run()
    assert listed(desk) == {"/a/1": 1, "/a/2": 1}


def test_walls_that_claim_the_front_page_or_themselves_are_not_one_article(desk: Desk) -> None:
    for path in ("/a/1", "/a/2"):
        desk.see(claiming(WALL, "/"), path)
    for path in ("/a/3", "/a/4"):
        desk.see(claiming(article("Prove that you are human."), path), path)
    desk.next_run()
    assert listed(desk) == {}


def test_another_page_that_becomes_another_story_has_an_article_of_its_own(desk: Desk) -> None:
    desk.see(article("The same story."), "/a/1")
    desk.see(claiming(article("The same story."), "/a/1"), "/a/2")
    desk.see(claiming(article("Quite another tale altogether."), "/a/1"), "/a/2")
    desk.next_run()
    assert listed(desk) == {"/a/1": 1, "/a/2": 1}


def test_an_article_whose_page_was_moved_goes_on_at_its_new_address(desk: Desk) -> None:
    desk.see(article("A rail."), "/a/1")
    desk.next_run()
    old = desk.page("/a/1")
    take_in(desk.intake, Seen(old, "moved", desk.fetched(f"{HOME}/a/1-slug"), url_now=f"{HOME}/a/1-slug"), desk.now)
    desk.see(article("A rail."), "/a/1-slug")
    desk.see(article("A longer rail."), "/a/1-slug")
    desk.next_run()
    assert listed(desk) == {"/a/1-slug": 2} and [row.state for row in desk.rows(Article)] == ["standing"]


def test_the_text_of_a_page_that_is_gone_may_stand_at_another(desk: Desk) -> None:
    desk.see(article("A rail."), "/a/1")
    for hours in (1, 1, 25):
        desk.next_run(hours=hours)
        desk.see(article("Another."), "/a/3")
        desk.miss("/a/1")
    desk.see(article("A rail.", title="Another headline"), "/a/2")
    desk.next_run()
    assert listed(desk) == {"/a/1": 1, "/a/2": 1, "/a/3": 1}


def test_texts_are_alike_that_have_nine_words_of_ten_in_common() -> None:
    words = [f"w{number}" for number in range(20)]
    assert alike(" ".join(words), " ".join([*words[:18], "x", "y"]))
    assert not alike(" ".join(words), " ".join([*words[:17], "x", "y", "z"]))
    assert alike("", "") and not alike("a", "")
