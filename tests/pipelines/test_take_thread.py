"""Threads taken in: comments, their versions and the looks that bracket them; on both databases."""
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from desk import HOME, Desk, article, thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.items import Seen, Twin
from crawler.items import ThreadRead as Look
from pipelines.take_in import take_in
from storage import threads
from storage.models import Comment, CommentVersion, Edition, Page, Thread, ThreadEvent, ThreadRead, Version


def history(desk: Desk) -> list[tuple[str, str | None, int | None, int]]:
    """(event, text, look after which, look before which) of every comment version."""
    return [(row.event, row.text, row.after_read_id, row.before_read_id) for row in desk.rows(CommentVersion)]


def look(desk: Desk, *comments: tuple[str, str] | tuple[str, str, str], state: str = "complete", minutes: float = 15) -> None:
    desk.next_run(hours=minutes / 60)
    desk.see(article("A text.", thread=thread(*comments, state=state)))


def test_a_new_comment_makes_no_article_version(desk: Desk) -> None:
    look(desk, ("c1", "one"))
    look(desk, ("c1", "one"), ("c2", "two"))
    assert len(desk.rows(Version)) == 1
    assert history(desk) == [("posted", "one", None, 1), ("posted", "two", 1, 2)]


def test_answers_know_whom_they_answer_and_equal_comments_stay_apart(desk: Desk) -> None:
    look(desk, ("c1", "That's right!"), ("c2", "That's right!", "c1"), ("c3", "That's right!"))
    parents = {row.native_id: row.parent_id for row in desk.rows(Comment)}
    own = {row.native_id: row.id for row in desk.rows(Comment)}
    assert parents == {"c1": None, "c2": own["c1"], "c3": None}


def test_an_answer_to_a_known_comment_finds_its_parent(desk: Desk) -> None:
    look(desk, ("c1", "one"))
    look(desk, ("c1", "one"), ("c2", "two", "c1"))
    first, second = desk.rows(Comment)
    assert second.parent_id == first.id


def test_an_answer_that_stands_above_what_it_answers_finds_its_parent(desk: Desk) -> None:
    look(desk, ("c2", "two", "c1"), ("c1", "one"))
    rows = {row.native_id: row for row in desk.rows(Comment)}
    assert (rows["c2"].parent_id, rows["c1"].parent_id) == (rows["c1"].id, None)


def test_a_comment_is_kept_as_it_was_seen_and_what_is_counted_of_it_as_it_was_seen_last(desk: Desk) -> None:
    for likes, dislikes, position in ((3, None, 4), (5, 1, 0)):
        seen = thread(("c1", "one"), state="complete")
        desk.next_run()
        desk.see(article("A text.", thread=replace(seen, comments=(replace(
            seen.comments[0], likes=likes, dislikes=dislikes, position=position, posted=desk.now, posted_raw="today"),))))
        row, = desk.rows(Comment)
        assert (row.likes, row.dislikes, row.position, row.last_seen_at, row.last_read_id, row.missed_read_id) == (
            likes, dislikes, position, desk.now, len(desk.rows(ThreadRead)), None)
    first = desk.now - timedelta(days=1)
    assert (row.first_seen_at, row.posted_at, row.posted_raw, row.parent_source) == (first, first, "today", "dom")
    assert row.author is not None and row.author.startswith("reader-")


def test_an_edited_comment_has_two_versions_bracketed_by_looks(desk: Desk) -> None:
    look(desk, ("c1", "one"))
    look(desk, ("c1", "one"))
    look(desk, ("c1", "One, corrected."))
    assert history(desk) == [("posted", "one", None, 1), ("edited", "One, corrected.", 2, 3)]


def test_a_comment_is_removed_by_the_second_of_two_complete_looks_and_bracketed_by_the_first(desk: Desk) -> None:
    look(desk, ("c1", "one"), ("c2", "two"))
    look(desk, ("c1", "one"))
    assert len(history(desk)) == 2
    page = desk.rows(Page)[-1]
    assert (page.doubt, page.etag, page.next_due_at) == (True, None, desk.now + timedelta(minutes=10))
    look(desk, ("c1", "one"))
    assert history(desk)[2:] == [("removed", None, 1, 2)]
    assert not desk.rows(Page)[-1].doubt


def test_a_partial_look_removes_nothing_and_is_looked_at_again_soon(desk: Desk) -> None:
    look(desk, ("c1", "one"), ("c2", "two"))
    for _ in range(3):
        look(desk, ("c1", "one"), state="partial")
    assert len(history(desk)) == 2 and desk.rows(Page)[-1].doubt


def test_a_comment_shown_again_between_two_misses_was_never_removed(desk: Desk) -> None:
    look(desk, ("c1", "one"), ("c2", "two"))
    look(desk, ("c1", "one"))
    look(desk, ("c1", "one"), ("c2", "two"))
    look(desk, ("c1", "one"))
    assert [event for event, *_ in history(desk)] == ["posted", "posted"]


def test_a_removed_comment_that_comes_back_is_restored_with_its_text(desk: Desk) -> None:
    look(desk, ("c1", "one"), ("c2", "two"))
    look(desk, ("c1", "one"))
    look(desk, ("c1", "one"))
    look(desk, ("c1", "one"), ("c2", "two"))
    assert history(desk)[-1] == ("restored", "two", 3, 4)
    with desk.store.reading() as session:
        assert threads.totals(session) == threads.CommentTotals(standing=2, edited=0, removed=0)


def test_the_thread_belongs_to_its_article_and_every_look_is_listed(desk: Desk) -> None:
    look(desk, ("c1", "one"))
    look(desk, ("c1", "one"), ("c2", "two"), state="partial")
    assert [(row.system, row.native_key) for row in desk.rows(Thread)] == [("native", "/a")]
    assert [(row.seen, row.declared, row.state) for row in desk.rows(ThreadRead)] == [(1, 1, "complete"), (2, 2, "partial")]


def test_names_are_not_in_the_tables(desk: Desk) -> None:
    look(desk, ("c1", "one"), ("c2", "two"))
    authors = {row.author for row in desk.rows(Comment)}
    assert len(authors) == 1 and authors.pop().startswith("reader-")  # type: ignore[union-attr]  # not None by the line above


def test_an_unsupported_thread_is_said_and_not_a_silent_zero(desk: Desk) -> None:
    desk.see(article("A text.", thread=Look("disqus", "unsupported", "loaded by script only")))
    assert [(row.state, row.reason) for row in desk.rows(ThreadRead)] == [("unsupported", "loaded by script only")]


def test_watches_are_told_of_posted_edited_removed_and_restored_comments(desk: Desk) -> None:
    desk.watch("rail")
    look(desk, ("c1", "A rail!"), ("c2", "Camels."))
    look(desk, ("c1", "No rail!"), ("c2", "Camels."))
    look(desk, ("c2", "Camels."))
    look(desk, ("c2", "Camels."))
    look(desk, ("c1", "No rail!"), ("c2", "Camels."))
    assert [event for event, _ in desk.alerts()] == ["comment_posted", "comment_edited", "comment_removed", "comment_restored"]


def test_a_page_that_gives_one_id_to_two_comments_loses_neither(desk: Desk) -> None:
    look(desk, ("c1", "one"), ("c1", "two"), state="partial")
    look(desk, ("c1", "one"), ("c1", "two"), state="partial")
    assert [text for _, text, *_ in history(desk)][:2] == ["one", "two"]


def test_a_thread_that_begins_later_is_the_thread_that_was_looked_for(desk: Desk) -> None:
    desk.see(article("A text.", thread=Look("native", "none", "there is no thread on the page", native_key="/a")))
    look(desk, ("c1", "one"))
    assert len(desk.rows(Thread)) == 1 and [row.state for row in desk.rows(ThreadRead)] == ["none", "complete"]


def test_a_hidden_thread_is_one_event_and_told_once_to_a_watch_that_has_a_word_in_it(desk: Desk) -> None:
    desk.watch("rail")
    look(desk, ("c1", "A rail!"), ("c2", "Camels."))
    for _ in range(3):
        desk.next_run(hours=0.5)
        desk.see(article("A text."))
    assert [(row.event, row.after_read_id, row.before_read_id) for row in desk.rows(ThreadEvent)] == [("hidden", 1, 2)]
    assert [row.state for row in desk.rows(Thread)] == ["hidden"]
    assert [event for event, *_ in history(desk)] == ["posted", "posted"]
    look(desk, ("c1", "A rail!"), ("c2", "Camels."))
    assert [row.event for row in desk.rows(ThreadEvent)] == ["hidden", "shown"]
    assert [row.state for row in desk.rows(Thread)] == ["open"]
    assert [event for event, _ in desk.alerts()] == ["comment_posted", "thread_hidden"]


def test_two_language_editions_share_one_thread_and_each_comment_is_told_once(desk: Desk) -> None:
    desk.watch("rail")
    look(desk, ("c1", "A rail!"), ("c2", "Camels."))
    other = replace(thread(("c1", "A rail!"), ("c2", "Camels."), ("c3", "One more rail.")), native_key="/a-kk")
    claims = replace(article("Another text.", thread=other), twins=(Twin("ru", f"{HOME}/a/1"),))
    for _ in range(2):
        desk.next_run(hours=0.5)
        desk.see(claims, "/a/2")
    with desk.store.reading() as session:
        assert [row.article_id for row in session.scalars(select(Edition))] == [2] and len(desk.rows(Thread)) == 1
    assert [event for event, _ in desk.alerts()] == ["comment_posted", "comment_posted"]
    look(desk, ("c1", "A rail!"), ("c2", "Camels."))
    look(desk, ("c1", "A rail!"), ("c2", "Camels."))
    assert "removed" not in [event for event, *_ in history(desk)]


def test_a_thread_under_another_system_is_the_same_thread(desk: Desk) -> None:
    look(desk, ("c1", "one"), ("c2", "two"))
    for _ in range(3):
        desk.next_run(hours=0.5)
        desk.see(article("A text.", thread=replace(thread(("w7", "one")), system="wordpress", native_key="7")))
    assert [(row.system, row.native_key) for row in desk.rows(Thread)] == [("wordpress", "7")]
    assert [row.event for row in desk.rows(ThreadEvent)] == ["renamed"]
    assert [event for event, *_ in history(desk)] == ["posted", "posted"]
    assert {row.native_id for row in desk.rows(Comment)} == {"w7", "c2"}


def test_where_nothing_tells_an_edit_from_another_comment_both_of_its_versions_are_guesses(desk: Desk) -> None:
    for texts in (("one", "two"), ("one", "two!?"), ("one", "two!?")):
        read = thread(*((str(place), text) for place, text in enumerate(texts)))
        desk.next_run(hours=0.5)
        desk.see(article("A text.", thread=replace(read, comments=tuple(
            replace(comment, native_id=None, author=None) for comment in read.comments))))
    assert [(row.event, row.text, row.guess) for row in desk.rows(CommentVersion)] == [
        ("posted", "one", False), ("posted", "two", False), ("posted", "two!?", True), ("removed", None, True)]


def test_a_forgotten_comment_that_is_met_again_stays_forgotten_and_nothing_is_told_of_it(desk: Desk) -> None:
    desk.watch("rail")
    look(desk, ("c1", "A rail."), ("c2", "Camels."))
    with desk.store.writing() as session:
        row = session.get_one(Comment, 1)
        row.text, row.text_key, row.author, row.forgotten_at = None, None, None, desk.now
    met = thread(("c1", ""), ("c2", "Camels."), ("c3", "Also by me.", "c1"))
    met = replace(met, comments=(replace(met.comments[0], author=None, forgotten=True), *met.comments[1:]))
    desk.next_run(hours=0.5)
    desk.see(article("A text.", thread=met))
    look(desk, ("c2", "Camels."), ("c3", "Also by me."))
    look(desk, ("c2", "Camels."), ("c3", "Also by me."))
    look(desk, ("c1", "No rail at all."), ("c2", "Camels."), ("c3", "Also by me.", "c1"))
    assert [(event, text) for event, text, *_ in history(desk)] == [
        ("posted", "A rail."), ("posted", "Camels."), ("posted", "Also by me.")]
    first, _, third = desk.rows(Comment)
    assert (first.text, first.author, first.state, third.parent_id) == (None, None, "standing", first.id)
    assert [event for event, _ in desk.alerts()] == ["comment_posted"]


def off_by(desk: Desk, off: int, *ids: str, path: str = "/a/1") -> None:
    """A look that shows comments whose page declares so many more."""
    shown = thread(*((own, f"said {own}") for own in ids), state="partial")
    desk.next_run(hours=0.5)
    own = replace(shown, native_key="/a" if path == "/a/1" else path, declared=len(ids) + off, off=off, reason="not all")
    desk.see(article(f"The text of {path}.", thread=own), path)


def learn(desk: Desk, articles: int) -> None:
    for number in range(2, articles + 1):
        for _ in range(2):
            off_by(desk, 1, f"{number}-1", path=f"/a/{number}")


def removed(desk: Desk) -> list[str | None]:
    own = {row.id: row.native_id for row in desk.rows(Comment)}
    return [own[row.comment_id] for row in desk.rows(CommentVersion) if row.event == "removed"]


def test_where_the_count_is_off_as_always_a_removal_is_told(desk: Desk) -> None:
    learn(desk, 3)
    for ids in (("c1", "c2"), ("c1", "c2"), ("c1",), ("c1",)):
        off_by(desk, 1, *ids)
    assert removed(desk) == ["c2"]
    last = desk.rows(ThreadRead)[-1]
    assert (last.state, last.reason) == ("complete", "as always: not all")


def test_where_two_threads_are_off_nobody_knows_that_it_is_always_so(desk: Desk) -> None:
    learn(desk, 2)
    for ids in (("c1", "c2"), ("c1", "c2"), ("c1",), ("c1",), ("c1",)):
        off_by(desk, 1, *ids)
    assert removed(desk) == [] and desk.rows(ThreadRead)[-1].state == "partial"


def test_a_label_that_counts_a_comment_that_is_not_shown_any_more_removes_nothing(desk: Desk) -> None:
    learn(desk, 3)
    for off, ids in ((1, ("c1", "c2")), (1, ("c1", "c2")), (2, ("c1",)), (2, ("c1",)), (2, ("c1",))):
        off_by(desk, off, *ids)
    assert removed(desk) == []


def test_a_page_whose_count_was_right_when_it_showed_a_comment_removes_it_by_no_count_that_is_off(desk: Desk) -> None:
    learn(desk, 3)
    look(desk, ("c1", "said c1"), ("c2", "said c2"))
    for _ in range(6):
        off_by(desk, 1, "c1")
    assert removed(desk) == []


def test_a_count_that_was_off_by_more_at_the_last_look_has_to_be_as_always_twice(desk: Desk) -> None:
    learn(desk, 3)
    off_by(desk, 1, "c1", "c2")
    off_by(desk, 2, "c1")
    learn(desk, 7)
    for _ in range(2):
        off_by(desk, 1, "c1")
    assert [row.state for row in desk.rows(ThreadRead)][-2:] == ["partial", "complete"]


def test_a_count_is_off_as_always_after_five_looks(desk: Desk) -> None:
    for number in (2, 3):
        off_by(desk, 1, f"{number}-1", path=f"/a/{number}")
    for _ in range(4):
        off_by(desk, 1, "c1")
    assert [row.state for row in desk.rows(ThreadRead)] == ["partial"] * 5 + ["complete"]


def edition(desk: Desk, *ids: str, closed: bool = False) -> None:
    """A look at a page that says that it is the other one's edition in another language."""
    other = replace(thread(*((own, f"said {own}") for own in ids)), native_key="/a-kk", closed=closed)
    desk.next_run(hours=0.5)
    desk.see(replace(article("Another text.", thread=other), twins=(Twin("ru", f"{HOME}/a/1"),)), "/a/2")


def test_an_edition_that_shares_less_than_half_of_its_comments_has_a_thread_of_its_own(desk: Desk) -> None:
    look(desk, ("c1", "said c1"), ("c2", "said c2"))
    edition(desk, "c1", "c2", "c3", "c4", "c5")
    assert [row.native_key for row in desk.rows(Thread)] == ["/a", "/a-kk"]


def test_what_another_edition_does_not_take_or_show_is_nothing_that_happened_to_the_thread(desk: Desk) -> None:
    look(desk, ("c1", "said c1"), ("c2", "said c2"))
    edition(desk, "c1", "c2")
    for _ in range(2):
        edition(desk, "c1", closed=True)
    assert len(desk.rows(Thread)) == 1 and desk.rows(ThreadEvent) == []
    assert [event for event, *_ in history(desk)] == ["posted", "posted"]


def test_an_article_that_shows_the_thread_of_another_by_its_name_is_one_of_its_editions(desk: Desk) -> None:
    look(desk, ("c1", "said c1"), ("c2", "said c2"))
    desk.next_run(hours=0.5)
    desk.see(article("Another text.", thread=thread(("c1", "said c1"), ("c2", "said c2"))), "/a/2")
    with desk.store.reading() as session:
        assert [(row.thread_id, row.article_id) for row in session.scalars(select(Edition))] == [(1, 2)]
    assert [event for event, *_ in history(desk)] == ["posted", "posted"]


def test_a_look_that_another_overtook_is_compared_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when an import and a crawl are at one article: the other look is written between this one's reading and writing."""
    look(desk, ("c1", "one"))
    later = article("A text.", thread=thread(("c1", "one"), ("c2", "two")))
    page, writing = desk.page("/a/1"), desk.store.writing

    def once() -> AbstractContextManager[Session]:
        monkeypatch.undo()
        desk.see(later)
        return writing()

    monkeypatch.setattr(desk.store, "writing", once)
    take_in(desk.intake, Seen(page, "read", desk.fetched(page.url), later), desk.now)
    assert history(desk) == [("posted", "one", None, 1), ("posted", "two", 1, 2)]


def test_what_was_missed_before_all_was_hidden_is_to_be_missed_anew(desk: Desk) -> None:
    look(desk, ("c1", "one"), ("c2", "two"), ("c3", "three"))
    look(desk, ("c1", "one"), ("c2", "two"))
    for _ in range(2):
        desk.next_run(hours=0.5)
        desk.see(article("A text."))
    look(desk, ("c1", "one"), ("c2", "two"))
    assert [event for event, *_ in history(desk)] == ["posted"] * 3
    look(desk, ("c1", "one"), ("c2", "two"))
    assert history(desk)[3:] == [("removed", None, 1, 5)]


@pytest.mark.parametrize("unread", [
    Look(None, "none"), Look("native", "unsupported", "not in the page", native_key="/a")], ids=["none", "unsupported"])
def test_comments_of_a_known_page_that_another_reader_finds_for_the_first_time_are_no_news(desk: Desk, unread: Look) -> None:
    desk.watch("rail")
    desk.see(article("A text.", thread=unread))
    desk.next_run()
    desk.see(article("A text.", thread=thread(("c1", "A rail!")), reader="new"), again=article("A text.", reader="new"))
    assert desk.alerts() == [] and len(desk.rows(Comment)) == 1
    desk.next_run()
    desk.see(article("A text.", thread=thread(("c1", "A rail!"), ("c2", "One more rail!")), reader="new"))
    assert [event for event, _ in desk.alerts()] == ["comment_posted"]


def test_a_count_without_the_comments_hides_no_thread(desk: Desk) -> None:
    look(desk, ("c1", "one"), ("c2", "two"))
    for _ in range(3):
        desk.next_run(hours=0.25)
        desk.see(article("A text.", thread=Look("native", "unsupported", "1 comments declared", 1, native_key="/a")))
    assert desk.rows(ThreadEvent) == [] and all(row.state == "standing" for row in desk.rows(Comment))
