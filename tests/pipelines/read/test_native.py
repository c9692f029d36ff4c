"""Threads in an outlet's own markup."""
from datetime import datetime, timezone

import pytest

from crawler.items import ArticleRead, ThreadRead
from crawler.outlet import Outlet
from pipelines.read.door import read
from tests.pipelines.read.pages_to_read import LINES, comment, page, thread


@pytest.fixture
def reading(fetched, steppe):
    def reading_of(*, outlet: Outlet = steppe, lines: tuple[str, ...] = LINES["en"], **places: str) -> ArticleRead:
        value = read(fetched(page(lines, **places)), outlet)
        assert isinstance(value, ArticleRead), value
        return value
    return reading_of


def texts(found: ThreadRead) -> list[str]:
    return [one.text for one in found.comments]


def with_comments(outlet: Outlet, **change) -> Outlet:
    return outlet.model_copy(update={"comments": outlet.comments.model_copy(update=change)})


ANSWERS = comment(2, "An answer.", comment(3, "An answer to the answer.")) + comment(4, "Another answer.")
NESTED = comment(1, "First.", ANSWERS) + comment(5, "Second.")


def test_a_thread_is_read_with_every_parent(reading):
    value = reading(inside=thread(NESTED, "5 Comment(s)"))
    found = value.thread
    assert texts(found) == ["First.", "An answer.", "An answer to the answer.", "Another answer.", "Second."]
    assert [one.parent for one in found.comments] == [None, 0, 1, 0, None]
    assert [one.depth for one in found.comments] == [0, 1, 2, 1, 0]
    assert [one.position for one in found.comments] == [0, 1, 2, 3, 4]
    assert [one.parent_source for one in found.comments] == [None, "dom", "dom", "dom", None]
    assert [one.native_id for one in found.comments] == [f"comment_{n}" for n in range(1, 6)]
    assert (found.system, found.state, found.reason, found.declared) == ("native", "complete", None, 5)
    assert found.native_key == "steppe.example/en/articles/sx/features/2026/03/01/feature-01"


@pytest.mark.parametrize("place", ["inside", "after"])
def test_no_comment_enters_the_text(place, reading):
    long = "A long comment, which reads like any paragraph of an article and says nothing new."
    talk = thread("".join(comment(number, long) for number in range(9)), "9 Comment(s)")
    assert reading(**{place: talk}).text == reading().text == "\n".join(LINES["en"])


def test_comments_whose_markup_says_nothing_are_cut_by_the_outlets_selectors(reading, steppe):
    long = "A long comment, which reads like any paragraph of an article and says nothing new."
    talk = "".join(f'<div class="voice" id="v{number}"><p>{long}</p></div>' for number in range(9))
    outlet = with_comments(steppe, thread="div.talk", item="div.voice", text="p", label=None)
    value = reading(outlet=outlet, inside=f'<div class="talk">{talk}</div>')
    assert value.text.splitlines() == list(LINES["en"])
    assert (len(value.thread.comments), value.thread.state) == (9, "complete")


def test_author_and_time_of_an_answer_are_not_its_parents(reading):
    bare = '<div class="comment" id="c1"><p class="comment__text">Bare.</p>'
    answer = comment(2, "Answer.", author="Марат", time="2026-03-01 12:00")
    value = reading(inside=thread(f"{bare}{answer}</div>", "2 Comment(s)"))
    first, second = value.thread.comments
    assert (first.author, first.posted, first.posted_raw) == (None, None, None)
    assert (second.author, second.posted) == ("Марат", datetime(2026, 3, 1, 7, tzinfo=timezone.utc))


def test_equal_comments_stay_apart(reading):
    found = reading(inside=thread(comment(1, "That's right!") + comment(2, "That's right!"), "2 Comment(s)")).thread
    assert texts(found) == ["That's right!"] * 2 and found.state == "complete"


@pytest.mark.parametrize(("time", "posted", "raw"), [
    ("2026-03-01 10:00", datetime(2026, 3, 1, 5, tzinfo=timezone.utc), "2026-03-01 10:00"),
    ("1 марта 2026, 10:00", datetime(2026, 3, 1, 5, tzinfo=timezone.utc), "1 марта 2026, 10:00"),
    ("2 hours ago", None, "2 hours ago"), ("вчера", None, "вчера"), ("", None, None)])
def test_a_relative_time_is_kept_as_written_only(time, posted, raw, reading):
    one = reading(inside=thread(comment(1, "Well said.", time=time), "1 Comment(s)")).thread.comments[0]
    assert (one.posted, one.posted_raw) == (posted, raw)


def test_a_time_for_machines_goes_before_the_shown_one(reading):
    talk = comment(1, "Well said.", time="2 hours ago").replace(
        '<span class="comment__date">', '<span class="comment__date" title="2026-03-01T10:00:00+05:00">')
    one = reading(inside=thread(talk, "1 Comment(s)")).thread.comments[0]
    assert (one.posted, one.posted_raw) == (datetime(2026, 3, 1, 5, tzinfo=timezone.utc), "2026-03-01T10:00:00+05:00")


def test_paragraphs_of_a_comment_are_lines_and_its_letters_stay(reading):
    talk = comment(1, "Один<br>два &amp; три\n четыре <b>to maке</b></p><p class='comment__text'>пять [sic] !.. )")
    assert texts(reading(inside=thread(talk, "1 Comment(s)")).thread) == ["Один\nдва & три четыре to maке\nпять [sic] !.. )"]


@pytest.mark.parametrize(("label", "state", "reason", "declared"), [
    ("2 Comment(s)", "complete", None, 2), ("3 Comment(s)", "partial", "3 comments declared, 2 read", 3),
    ("1 Comment(s)", "partial", "1 comments declared, 2 read", 1), ("", "partial", "there is no count to check against", None),
    ("2 Comment(s)<br>3 Comment(s)", "partial", "the page declares 2 and 3 comments", None),
    ("2 Comment(s)<br>2 Comment(s)", "complete", None, 2)])
def test_a_thread_is_complete_only_when_the_count_agrees(label, state, reason, declared, reading):
    found = reading(inside=thread(comment(1, "One.") + comment(2, "Two."), label)).thread
    assert (found.state, found.reason, found.declared, len(found.comments)) == (state, reason, declared, 2)


def test_a_count_in_a_comment_is_no_label(reading):
    found = reading(inside=thread(comment(1, "Why 40 Comment(s) and no answer?"), "1 Comment(s)")).thread
    assert (found.state, found.declared) == ("complete", 1)


def test_a_count_with_separators_is_a_count(reading, steppe):
    outlet = with_comments(steppe, label=r"([\d ,.]+) Comment")
    assert reading(outlet=outlet, inside=thread(comment(1, "One."), "1,204 Comment(s)")).thread.declared == 1204


def test_comments_without_text_or_with_one_id_are_in_doubt(reading, steppe):
    unlabelled = with_comments(steppe, label=None)
    assert reading(outlet=unlabelled, inside=thread(NESTED)).thread.state == "complete"
    empty = reading(outlet=unlabelled, inside=thread(comment(1, "One.") + comment(2, ""))).thread
    assert (empty.state, empty.reason) == ("partial", "a comment has no text")
    twice = reading(outlet=unlabelled, inside=thread(comment(1, "One.") + comment(1, "Two."))).thread
    assert (twice.state, twice.reason) == ("partial", "two comments have one id")


class TestNoComment:
    def test_a_page_without_a_thread_has_none(self, reading):
        found = reading().thread
        assert (found.state, found.declared, found.comments) == ("none", None, ())
        assert found.native_key == reading(inside=thread(NESTED)).thread.native_key is not None

    def test_a_thread_that_says_it_has_none_is_complete(self, reading):
        found = reading(inside=thread("", "0 Comment(s)")).thread
        assert (found.state, found.declared, found.comments) == ("complete", 0, ())

    def test_a_page_that_says_it_has_none_and_shows_no_thread_has_none(self, reading):
        assert reading(after="<p>0 Comment(s)</p>").thread.state == "none"

    @pytest.mark.parametrize("place", ["inside", "after"])
    def test_selectors_that_find_nothing_give_way_to_the_general_reader(self, place, reading):
        renamed = thread(NESTED, "5 Comment(s)").replace('"comment', '"remark')
        value = reading(**{place: renamed})
        assert (value.thread.system, value.thread.state, value.thread.declared) == ("generic", "complete", 5)
        assert [one.parent for one in value.thread.comments] == [None, 0, 1, 0, None]
        assert value.text.splitlines() == list(LINES["en"])

    @pytest.mark.parametrize("item", ["div.comment", "li.x"])
    def test_where_nothing_is_found_the_page_s_own_count_is_told(self, item, reading, steppe):
        bare = "".join(comment(number, "A word.", author="", time="") for number in range(5)).replace('"comment', '"remark')
        found = reading(outlet=with_comments(steppe, item=item), inside=thread(bare, "5 Comment(s)")).thread
        assert (found.state, found.declared, found.comments) == ("partial", 5, ())
        assert found.reason == "5 comments declared, none found by the outlet's selectors"


def test_a_box_of_recent_comments_is_no_thread(reading):
    box = '<aside class="recent-comments">' + comment(99, "Under another article I wrote this, and it was long.") + "</aside>"
    value = reading(inside=thread(NESTED, "5 Comment(s)"), after=box)
    assert (len(value.thread.comments), value.thread.state) == (5, "complete")
    assert value.text.splitlines() == list(LINES["en"])


def test_a_thread_selector_that_takes_the_page_loses_no_article(reading, steppe):
    value = reading(outlet=with_comments(steppe, thread="main"), inside=thread(NESTED, "5 Comment(s)"))
    assert value.text.splitlines() == list(LINES["en"])
    assert (len(value.thread.comments), value.thread.state) == (5, "complete")


def test_a_thread_selector_that_matches_within_itself_gives_each_comment_once(reading, steppe):
    value = reading(outlet=with_comments(steppe, thread="div.comments, div.comment"), inside=thread(NESTED, "5 Comment(s)"))
    assert [one.position for one in value.thread.comments] == [0, 1, 2, 3, 4]
    assert (len(value.thread.comments), value.thread.state) == (5, "complete")
