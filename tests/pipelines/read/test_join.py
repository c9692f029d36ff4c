"""Pages joined to one thread: what stands where, and when that is all of it."""
from collections.abc import Sequence
from dataclasses import replace

import pytest

from crawler.items import CommentRead, ThreadPage, ThreadRead, ThreadState, Wanted
from pipelines.read.comments.join import joined
from pipelines.read.comments.parts import MORE, UNCOUNTED

OWN = ("https://steppe.example/a",)
API = "https://steppe.example/api?page="


def comment(own: str | None, text: str = "", parent: int | None = None, *, of: str | None = None) -> CommentRead:
    return CommentRead(own, parent, "dom" if parent is not None else None, 0, 0, "Aigul", None, None, text or f"said {own}",
                       parent_id=of)


def page(*comments: str | CommentRead, declared: int | None = None, state: ThreadState = "partial", reason: str | None = MORE,
         wanted: Sequence[str] = (), system: str = "wordpress", off: int | None = None, closed: bool = False) -> ThreadRead:
    read = tuple(each if isinstance(each, CommentRead) else comment(each) for each in comments)
    return ThreadRead(system, state, reason, declared, read, "5", tuple(map(Wanted, wanted)), closed, off)


def further(number: int, read: ThreadRead | str) -> ThreadPage:
    """Page number of the thread; a text is the reason why it was not read."""
    url = f"{OWN[0]}/{number}"
    return ThreadPage(url, reason=read) if isinstance(read, str) else ThreadPage(url, read=read)


def answer(number: int, read: ThreadRead | str) -> ThreadPage:
    return replace(further(number, read), url=f"{API}{number}", api=True)


def again(read: ThreadRead, url: str = OWN[0]) -> ThreadPage:
    return ThreadPage(url, read=read, again=True)


def wants(*numbers: int) -> list[str]:
    return [f"{OWN[0]}/{number}" for number in numbers]


def ids(read: ThreadRead) -> list[str | None]:
    return [one.native_id for one in read.comments]


FIRST = page("1", "2", declared=5, wanted=wants(2, 3), off=3, reason="5 comments declared, 2 read")
SECOND, THIRD = page("3", "4", declared=5, off=3), page("5", declared=5, off=4)
ALL = (further(2, SECOND), further(3, THIRD), again(FIRST))


def test_a_thread_of_one_page_stays_as_it_is() -> None:
    read = page("1", declared=1, state="complete", reason=None)
    assert joined(read, (), OWN) is read


def test_all_pages_make_a_complete_thread_in_their_order() -> None:
    whole = joined(FIRST, ALL, OWN)
    assert (whole.state, whole.reason, whole.declared, whole.off, whole.wanted) == ("complete", None, 5, None, ())
    assert (whole.system, whole.native_key, ids(whole)) == ("wordpress", "5", ["1", "2", "3", "4", "5"])
    assert [(one.position, one.page) for one in whole.comments] == [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2)]


def test_whom_a_comment_answers_is_told_across_pages() -> None:
    first = page("1", comment("2", parent=0), declared=5, wanted=wants(2))
    second = page(comment("3", of="2"), comment("4", parent=0), comment("5", of="gone"), declared=5)
    whole = joined(first, (further(2, second), again(first)), OWN)
    assert [(one.parent, one.depth) for one in whole.comments] == [(None, 0), (0, 1), (1, 2), (2, 3), (None, 0)]
    assert [one.parent_source for one in whole.comments] == [None, "dom", "attribute", "dom", None]


def test_answers_that_go_round_in_a_circle_fall_apart() -> None:
    first, second = page(comment("1", of="2"), declared=2, wanted=wants(2)), page(comment("2", of="1"), declared=2)
    whole = joined(first, (further(2, second), again(first)), OWN)
    assert [(one.parent, one.depth) for one in whole.comments] == [(None, 0), (0, 1)]


def test_a_page_that_failed_makes_the_look_partial_and_is_named() -> None:
    whole = joined(FIRST, (further(2, "status 500"), further(3, THIRD), again(FIRST)), OWN)
    assert (whole.state, whole.reason, ids(whole)) == ("partial", f"{OWN[0]}/2: status 500", ["1", "2", "5"])
    assert whole.off is None


def test_what_was_not_asked_for_makes_it_partial() -> None:
    assert joined(FIRST, (), OWN).reason == f"{OWN[0]}/2: it was not asked for"
    assert joined(FIRST, (ALL[0], again(FIRST)), OWN).reason == f"{OWN[0]}/3: it was not asked for"


def test_what_a_further_page_wants_is_wanted_too() -> None:
    whole = joined(replace(FIRST, wanted=(Wanted(ALL[0].url),)), (
        further(2, replace(SECOND, wanted=(Wanted(f"{OWN[0]}/3#comments"),))), again(FIRST)), OWN)
    assert whole.reason == f"{OWN[0]}/3#comments: it was not asked for"


def test_the_articles_own_page_is_never_missing() -> None:
    whole = joined(FIRST, (ALL[0], further(3, replace(THIRD, wanted=(Wanted(f"{OWN[0]}#comments"),))), ALL[2]), OWN)
    assert whole.state == "complete"


@pytest.mark.parametrize("later", [page("0", "1", declared=5), page("1", "2", declared=6), page("1", declared=5)])
def test_a_first_page_that_changed_meanwhile_makes_it_partial(later: ThreadRead) -> None:
    assert joined(FIRST, (*ALL[:2], again(later)), OWN).reason == "the thread changed while its pages were read"


def test_that_texts_were_edited_or_liked_meanwhile_moves_nothing() -> None:
    later = replace(FIRST, comments=tuple(replace(one, text="edited", likes=7) for one in FIRST.comments))
    assert joined(FIRST, (*ALL[:2], again(later)), OWN).state == "complete"


def test_comments_without_ids_are_told_by_author_time_and_text() -> None:
    first = page(comment(None, "one"), declared=2, wanted=wants(2))
    pages = (further(2, page(comment(None, "two"), declared=2)), again(first))
    assert joined(first, pages, OWN).state == "complete"
    moved = again(replace(first, comments=(comment(None, "zero"),)))
    assert joined(first, (pages[0], moved), OWN).state == "partial"


def test_without_a_second_look_at_the_first_page_it_is_partial() -> None:
    assert joined(FIRST, ALL[:2], OWN).reason == "its first page was not read once more at the end"
    failed = ThreadPage(OWN[0], reason="status 503", again=True)
    assert joined(FIRST, (*ALL[:2], failed), OWN).reason == (
        "its first page could not be read once more at the end: status 503")


def test_a_page_that_is_plainly_another_one_is_left_out() -> None:
    first = replace(FIRST, wanted=tuple(map(Wanted, wants(1, 2, 3))))
    whole = joined(first, (further(1, FIRST), *ALL), OWN)
    assert (whole.state, ids(whole)) == ("complete", ["1", "2", "3", "4", "5"])


def test_equal_pages_without_a_count_may_be_a_site_that_knows_one_page_only() -> None:
    first = page("1", "2", wanted=wants(2))
    whole = joined(first, (further(2, page("1", "2")), again(first)), OWN)
    assert (whole.state, whole.reason) == (
        "partial", f"{OWN[0]}/2 shows what another page shows, and there is no count to check against")


def test_a_comment_on_two_pages_is_kept_once_and_makes_it_partial() -> None:
    first = replace(FIRST, wanted=(Wanted(ALL[0].url),))
    whole = joined(first, (further(2, page("2", "3", "4", "5", declared=5)), again(first)), OWN)
    assert (whole.state, whole.reason, ids(whole)) == (
        "partial", "comment 2 stands on two pages", ["1", "2", "3", "4", "5"])


def test_a_comment_that_is_known_from_an_earlier_page_is_found_by_those_that_answer_it() -> None:
    second = page("2", comment("3", parent=0), declared=3)
    whole = joined(page("1", "2", declared=3, wanted=wants(2)), (further(2, second),), OWN)
    assert [(one.native_id, one.parent) for one in whole.comments] == [("1", None), ("2", None), ("3", 1)]


def test_a_count_that_does_not_agree_is_told_with_how_far_it_is_off() -> None:
    first, second = page("1", declared=4, wanted=wants(2), off=3), page("2", declared=4, off=3)
    whole = joined(first, (further(2, second), again(first)), OWN)
    assert (whole.state, whole.reason, whole.off) == ("partial", "4 comments declared, 2 read", 2)


def test_pages_that_declare_different_counts_make_it_partial() -> None:
    whole = joined(FIRST, (ALL[0], further(3, replace(THIRD, declared=6)), ALL[2]), OWN)
    assert (whole.state, whole.reason) == ("partial", "the page declares 5 and 6 comments")


def test_what_is_wrong_with_one_page_is_wrong_with_the_thread() -> None:
    odd = replace(SECOND, reason="some of it is cut off", off=None)
    assert joined(FIRST, (further(2, odd), *ALL[1:]), OWN).reason == f"{OWN[0]}/2: some of it is cut off"
    empty = ThreadRead("wordpress", "none", "there is no thread on the page", 5)
    assert joined(FIRST, (further(2, empty), *ALL[1:]), OWN).reason == f"{OWN[0]}/2: there is no thread on the page"


def test_a_thread_that_has_to_be_counted_and_is_not_stays_partial() -> None:
    first = page("1", wanted=wants(2), reason=UNCOUNTED)
    second = page("2", reason=UNCOUNTED)
    assert joined(first, (further(2, second), again(first)), OWN).reason == UNCOUNTED
    counted = page("2", declared=2, off=1)
    assert joined(first, (further(2, counted), again(first)), OWN).state == "complete"


def test_a_thread_that_is_closed_on_any_page_is_closed() -> None:
    assert joined(FIRST, (ALL[0], further(3, replace(THIRD, closed=True)), ALL[2]), OWN).closed
    assert not joined(FIRST, ALL, OWN).closed


# --- what the system itself gives

API_FIRST = page("1", "2", "3", declared=4, wanted=[f"{API}2"], off=1)
WANTING = replace(FIRST, declared=5, wanted=(Wanted(f"{API}1", (Wanted(ALL[0].url), Wanted(ALL[1].url))),))


def test_what_the_system_gives_stands_for_what_the_page_shows() -> None:
    pages = (answer(1, API_FIRST), answer(2, page(comment("4", of="3"), declared=4)), again(API_FIRST, f"{API}1"))
    whole = joined(WANTING, pages, OWN)
    assert (whole.state, whole.declared, ids(whole)) == ("complete", 4, ["1", "2", "3", "4"])
    assert [one.page for one in whole.comments] == [1, 1, 1, 2]
    assert (whole.comments[3].parent, whole.comments[3].parent_source) == (2, "api")


def test_one_answer_of_the_system_needs_no_second_look() -> None:
    one = page("1", "2", "3", declared=3, state="complete", reason=None)
    assert joined(WANTING, (answer(1, one),), OWN).state == "complete"


def test_the_systems_answers_are_held_against_the_page() -> None:
    one = page("1", "3", declared=2, state="complete", reason=None)
    whole = joined(WANTING, (answer(1, one),), OWN)
    assert (whole.state, whole.reason) == ("partial", f"comment 2 stands in {OWN[0]} only")


def test_an_empty_answer_does_not_hide_what_the_page_declares() -> None:
    script_only = ThreadRead("isso", "unsupported", "they are not in the page", 3, wanted=(Wanted(f"{API}1"),))
    whole = joined(script_only, (answer(1, page(system="isso", state="complete", reason=None)),), OWN)
    assert (whole.state, whole.reason) == ("partial", "3 comments declared, 0 read")


def test_pages_asked_instead_of_an_answer_make_it_complete() -> None:
    whole = joined(WANTING, (answer(1, "status 404"), *ALL), OWN)
    assert (whole.state, ids(whole)) == ("complete", ["1", "2", "3", "4", "5"])


def test_pages_asked_instead_of_a_later_answer_stand_for_all_of_them() -> None:
    instead = replace(API_FIRST, declared=5, wanted=(Wanted(f"{API}2", (Wanted(ALL[0].url), Wanted(ALL[1].url))),))
    pages = (answer(1, instead), answer(2, "status 500"), *ALL[:2], again(instead, f"{API}1"))
    whole = joined(WANTING, pages, OWN)
    assert (whole.state, [one.page for one in whole.comments]) == ("complete", [0, 0, 3, 3, 4])


def test_what_does_instead_of_an_answer_may_be_known_to_one_page_only() -> None:
    lacking = Wanted(f"{API}1")
    second, third = (replace(read, wanted=(lacking,)) for read in (SECOND, THIRD))
    whole = joined(WANTING, (answer(1, "status 404"), further(2, second), further(3, third), again(WANTING)), OWN)
    assert whole.state == "complete"


def test_where_an_answer_would_only_tell_more_the_page_itself_does_instead() -> None:
    first = page("1", "2", declared=3, off=1, reason="3 comments declared, 2 read")
    first = replace(first, wanted=(Wanted(f"{API}1", (Wanted(OWN[0]),)),))
    whole = joined(first, (answer(1, "robots.txt forbids it"),), OWN)
    assert (whole.state, whole.reason, whole.off) == ("partial", "3 comments declared, 2 read", 1)


def test_what_is_asked_instead_may_fail_too() -> None:
    whole = joined(WANTING, (answer(1, "status 404"), further(2, "timed out"), *ALL[1:]), OWN)
    assert (whole.state, whole.reason) == ("partial", f"{OWN[0]}/2: timed out")


def test_an_answer_that_failed_leaves_the_others() -> None:
    whole = joined(WANTING, (answer(1, API_FIRST), answer(2, "status 500")), OWN)
    assert (whole.state, whole.reason, ids(whole)) == ("partial", f"{API}2: status 500", ["1", "2", "3"])


def test_a_thread_of_which_nothing_came_is_an_error_or_unsupported_where_it_may_not_be_asked_for() -> None:
    script_only = ThreadRead("isso", "unsupported", "they are not in the page", wanted=(Wanted(f"{API}1"),))
    failed = joined(script_only, (answer(1, "status 500"),), OWN)
    assert (failed.system, failed.state, failed.reason) == ("isso", "error", f"{API}1: status 500")
    refused = joined(script_only, (replace(answer(1, "not a host of this outlet"), refused=True),), OWN)
    assert (refused.state, refused.reason) == ("unsupported", f"{API}1: not a host of this outlet")
    asked_for = replace(script_only, state="partial", reason="the thread is asked for")
    assert joined(asked_for, (replace(answer(1, "robots.txt forbids it"), refused=True),), OWN).state == "unsupported"
    assert joined(asked_for, (answer(1, "status 500"),), OWN).state == "partial"
    some = replace(asked_for, comments=(comment("1"),))
    assert joined(some, (replace(answer(1, "robots.txt forbids it"), refused=True),), OWN).state == "partial"


def test_a_thread_on_further_pages_only_is_read_from_them() -> None:
    first = ThreadRead("wordpress", "none", "there is no thread on the page", wanted=(Wanted(ALL[0].url),))
    whole = joined(first, (further(2, page("1", declared=1, state="complete", reason=None)),), OWN)
    assert (whole.state, ids(whole)) == ("complete", ["1"])


def test_a_thread_beyond_all_measure_is_cut_and_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.read.comments.join.MAX_COMMENTS", 3)
    first = page("1", comment("2", parent=2), "3", declared=3)
    second = page("4", comment("5", parent=0), declared=3)
    whole = joined(replace(first, wanted=(Wanted(ALL[0].url),)), (further(2, second), again(first)), OWN)
    assert (ids(whole), whole.reason) == (["1", "2", "3"], "it has more than 3 comments")
