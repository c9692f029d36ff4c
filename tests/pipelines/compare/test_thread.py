"""Threads compared: what was posted, edited, removed, restored, and what is only in doubt."""
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from crawler.items import CommentRead, ThreadRead
from pipelines.compare.identity import Known
from pipelines.compare.thread import Past, ThreadChange, compare

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
POSTED = NOW - timedelta(hours=3)


def shown(native_id: str | None, text: str, *, parent: int | None = None, author: str | None = "A", place: int = 0,
          posted: datetime | None = POSTED, deleted: bool = False) -> CommentRead:
    return CommentRead(native_id, parent, "dom", place, 0, author, posted, None, text, deleted=deleted)


def look(*comments: CommentRead, state: str = "complete", counted: bool = True, closed: bool = False) -> ThreadRead:
    return ThreadRead("native", state, comments=comments, declared=len(comments) if counted else None,  # type: ignore[arg-type]  # a literal
                      native_key="t", closed=closed)


def known(own: int, native_id: str | None, text: str, *, parent: int | None = None, author: str | None = "A",
          posted: datetime | None = POSTED, removed: bool = False, missed_at: datetime | None = None, misses: int = 1,
          comparable: bool = True, forgotten: bool = False, first_seen: datetime | None = None) -> Known:
    return Known(own, native_id, parent, author, posted, text, removed, missed_at, first_seen, 1 if missed_at else None,
                 misses if missed_at else 0, comparable, True, forgotten)


def change(before: list[Known], read: ThreadRead, at: datetime = NOW, **past: Any) -> ThreadChange:
    return compare(Past(tuple(before), **past), read, [comment.author for comment in read.comments], at)


def test_a_comment_with_a_new_id_is_posted() -> None:
    found = change([known(1, "c1", "one")], look(shown("c1", "one"), shown("c2", "two")))
    assert (found.posted, found.edited, found.removed, found.doubt) == ((1,), (), (), False)


def test_a_comment_whose_text_changed_is_edited_and_typography_is_no_edit() -> None:
    before = [known(1, "c1", "«one»"), known(2, "c2", "two")]
    assert change(before, look(shown("c1", '"one"'), shown("c2", "three"))).edited == (1,)


def test_a_comment_missed_once_is_in_doubt_and_missed_twice_far_enough_apart_is_removed() -> None:
    first = change([known(1, "c1", "one"), known(2, "c2", "two")], look(shown("c1", "one")))
    assert ([old.id for old in first.missing], first.removed, first.doubt) == ([2], (), True)
    before = [known(1, "c1", "one"), known(2, "c2", "two", missed_at=NOW)]
    soon = change(before, look(shown("c1", "one")), NOW + timedelta(minutes=9))
    assert (soon.removed, soon.doubt) == ((), True)
    later = change(before, look(shown("c1", "one")), NOW + timedelta(minutes=10))
    assert ([old.id for old in later.removed], later.doubt) == ([2], False)


def test_an_incomplete_look_adds_and_edits_and_removes_nothing() -> None:
    before = [known(1, "c1", "one"), known(2, "c2", "two", missed_at=NOW - timedelta(days=1))]
    found = change(before, look(shown("c1", "ONE!"), shown("c3", "three"), state="partial"))
    assert (found.posted, found.edited, found.missing, found.removed, found.doubt) == ((1,), (0,), (), (), True)


def gone(number: int, looks: int, ago: timedelta) -> list[Known]:
    """So many comments that so many complete looks have missed, the first of them so long ago."""
    return [known(one, f"c{one}", f"text {one}", missed_at=NOW - ago, misses=looks) for one in range(number)]


HOUR = timedelta(hours=1)


def test_a_look_that_shows_none_of_several_comments_removes_none_and_the_second_hides_the_thread() -> None:
    before = [known(1, "c1", "one"), known(2, "c2", "two", missed_at=NOW - HOUR)]
    for nothing in (look(), look(state="none"), look(state="closed")):
        first = change(before, nothing)
        assert (first.removed, first.missing, "hidden" in first.events, first.doubt) == ((), (), False, True)
        soon = change(before, nothing, blank_at=NOW - timedelta(minutes=9))
        assert ("hidden" in soon.events, soon.doubt) == (False, True)
        second = change(before, nothing, blank_at=NOW - timedelta(minutes=10))
        assert (second.removed, "hidden" in second.events, second.doubt) == ((), True, False)
        later = change(before, nothing, blank_at=NOW - HOUR, hidden=True)
        assert ("hidden" in later.events, later.doubt) == (False, False)


def test_a_look_that_could_not_see_the_thread_hides_nothing() -> None:
    for state in ("partial", "error", "unsupported"):
        assert change([known(1, "c1", "one"), known(2, "c2", "two")], look(state=state), blank_at=NOW - HOUR).events == ()


def test_the_only_comment_is_removed_by_a_count_of_none_and_hidden_where_its_place_is_gone() -> None:
    before = [known(1, "c1", "one", missed_at=NOW - HOUR), known(2, "c2", "two", removed=True)]
    counted, no_place = change(before, look(), blank_at=NOW - HOUR), change(before, look(state="none"), blank_at=NOW - HOUR)
    assert ([old.id for old in counted.removed], counted.events) == ([1], ())
    assert (no_place.removed, no_place.events) == ((), ("hidden",))


def test_a_hidden_thread_that_shows_a_comment_is_shown_again() -> None:
    before = [known(1, "c1", "one"), known(2, "c2", "two")]
    found = change(before, look(shown("c1", "one"), shown("c2", "two")), hidden=True)
    assert (found.events, found.posted, found.restored) == (("shown",), (), ())


def test_a_thread_is_closed_and_opened_and_only_a_complete_look_opens_it() -> None:
    one = [known(1, "c1", "one")]
    assert change(one, look(shown("c1", "one"), closed=True, state="partial")).events == ("closed",)
    assert change(one, look(shown("c1", "one"), closed=True), closed=True).events == ()
    assert change(one, look(shown("c1", "one"), state="partial"), closed=True).events == ()
    assert change(one, look(shown("c1", "one")), closed=True).events == ("opened",)


def test_over_half_of_five_are_removed_by_three_looks_over_an_hour_and_a_count_and_fewer_by_two() -> None:
    rest = [shown(f"c{one}", f"text {one}") for one in range(5)]
    for looks, ago, read in ((1, HOUR, look(*rest[:2])), (2, timedelta(minutes=59), look(*rest[:2])),
                             (2, HOUR, look(*rest[:2], counted=False))):
        assert change(gone(5, looks, ago), read).removed == ()
    assert len(change(gone(5, 2, HOUR), look(*rest[:2])).removed) == 3
    assert len(change(gone(5, 1, timedelta(minutes=10)), look(*rest[:3])).removed) == 2
    assert len(change(gone(4, 1, timedelta(minutes=10)), look(rest[0])).removed) == 3


def test_new_comments_in_their_stead_do_not_make_the_lost_ones_fewer() -> None:
    new = [known(10 + one, f"n{one}", f"new {one}", first_seen=NOW) for one in range(6)]
    before = [replace(old, first_seen=POSTED) for old in gone(5, 1, timedelta(minutes=20))]
    found = change([*before, *new], look(*(shown(f"n{one}", f"new {one}") for one in range(6))))
    assert (found.removed, len(found.missing), found.doubt) == ((), 5, True)


def test_without_a_count_a_mass_change_is_waited_for_an_hour_and_no_longer() -> None:
    read = look(shown("c0", "text 0"), counted=False)
    assert change(gone(5, 2, timedelta(minutes=50)), read).doubt and not change(gone(5, 3, HOUR), read).doubt


def test_comments_that_the_page_itself_calls_deleted_are_no_mass_change() -> None:
    read = look(*(shown(f"c{one}", "(deleted)", deleted=True) for one in range(5)), shown("c5", "text 5"))
    assert len(change([*gone(5, 1, HOUR), known(5, "c5", "text 5")], read).removed) == 5


def test_where_most_have_lost_their_ids_the_ids_are_no_ids_and_nothing_is_removed() -> None:
    before = [known(one, f"c{one}", f"text {one}", posted=POSTED + timedelta(minutes=one)) for one in range(5)]
    read = [shown(f"new-{one}", f"text {one}", posted=POSTED + timedelta(minutes=one)) for one in range(5)]
    found = change(before, look(*read))
    assert [old.id for old in found.matched if old] == [0, 1, 2, 3, 4] and (found.posted, found.missing) == ((), ())
    part = change(before, look(*read, state="partial"))
    assert part.posted == (0, 1, 2, 3, 4)


def test_what_another_reader_saw_last_is_never_missed_nor_edited_nor_hidden() -> None:
    before = [known(1, "c1", "one", comparable=False), known(2, "c2", "two", comparable=False, missed_at=NOW - HOUR)]
    found = change(before, look(shown("c1", "another")))
    assert (found.edited, found.missing, found.removed, found.doubt) == ((), (), (), False)
    assert change(before, look(state="none"), blank_at=NOW - HOUR).events == ()


def test_at_another_page_than_the_thread_s_own_nothing_is_missed_or_hidden() -> None:
    before = [known(1, "c1", "one"), known(2, "c2", "two", missed_at=NOW - HOUR)]
    found = change(before, look(shown("c1", "one"), shown("c3", "three"), closed=True), main=False)
    assert (found.posted, found.missing, found.removed, found.events) == ((1,), (), (), ())
    assert change(before, look(), main=False, blank_at=NOW - HOUR) == ThreadChange()


def test_a_forgotten_comment_is_known_and_nothing_becomes_of_it() -> None:
    forgotten = known(1, "c1", "", author=None, forgotten=True)
    found = change([forgotten, known(2, "c2", "two")], look(shown("c1", "its text"), shown("c2", "two")))
    assert (found.posted, found.edited, found.restored) == ((), (), ())
    away = change([forgotten, known(2, "c2", "two")], look(shown("c2", "two")), NOW + HOUR)
    assert (away.missing, away.removed) == ((), ())
    without_id = known(1, None, "", author=None, forgotten=True)
    assert change([without_id, known(2, None, "two")], look(shown(None, "its text"), shown(None, "two"))).posted == ()


def test_a_removed_comment_that_is_shown_again_is_restored() -> None:
    found = change([known(1, "c1", "one", removed=True)], look(shown("c1", "one")))
    assert (found.restored, found.edited, found.posted) == ((0,), (), ())


def test_a_comment_that_the_page_calls_deleted_counts_as_not_shown() -> None:
    before = [known(1, "c1", "one"), known(2, "c2", "two", missed_at=NOW - timedelta(hours=1))]
    found = change(before, look(shown("c1", "one"), shown("c2", "(deleted)", deleted=True)))
    assert [old.id for old in found.removed] == [2] and found.edited == ()


def test_equal_comments_without_ids_stay_apart() -> None:
    before = [known(1, None, "That's right!"), known(2, None, "That's right!")]
    found = change(before, look(shown(None, "That's right!"), shown(None, "That's right!"), shown(None, "That's right!")))
    assert [old.id if old else None for old in found.matched] == [1, 2, None] and found.posted == (2,)


def test_without_an_id_the_same_author_and_time_make_an_edit() -> None:
    found = change([known(1, None, "one")], look(shown(None, "another")))
    assert (found.edited, found.posted, found.removed) == ((0,), (), ())


def test_without_id_author_and_time_an_edit_is_posted_and_missing() -> None:
    found = change([known(1, None, "one", author=None, posted=None)], look(shown(None, "another", author=None, posted=None)))
    assert (found.edited, found.posted, [old.id for old in found.missing]) == ((), (0,), [1])
    assert found.guesses == {0}


def test_a_comment_in_nobody_s_stead_is_no_guess() -> None:
    before = [known(1, None, "one", author=None, posted=None)]
    found = change(before, look(shown(None, "one", author=None, posted=None), shown(None, "two", author=None, posted=None)))
    assert (found.posted, found.guesses) == ((1,), frozenset())


def test_the_same_words_under_another_comment_are_another_comment() -> None:
    before = [known(1, None, "a"), known(2, None, "b"), known(3, None, "yes", parent=1)]
    read = look(shown(None, "a"), shown(None, "yes", parent=0), shown(None, "b"), shown(None, "yes", parent=2))
    assert [old.id if old else None for old in change(before, read).matched] == [1, 3, 2, None]


def test_an_id_that_a_page_gives_twice_makes_two_comments() -> None:
    found = change([known(1, "c1", "one")], look(shown("c1", "one"), shown("c1", "two")))
    assert (found.posted, found.edited) == ((1,), ())


def test_a_comment_whose_id_is_new_or_gone_is_the_same_by_all_else() -> None:
    assert change([known(1, None, "one")], look(shown("c1", "one"))).posted == ()
    assert change([known(1, "c1", "one")], look(shown(None, "one"))).posted == ()


def test_an_edited_comment_keeps_its_answers_though_nothing_tells_them_apart() -> None:
    before = [known(1, None, "a"), known(2, None, "yes", parent=1, author=None, posted=None)]
    read = look(shown(None, "b"), shown(None, "yes", parent=0, author=None, posted=None))
    found = change(before, read)
    assert (found.edited, found.posted, found.missing) == ((0,), (), ())


def test_an_answer_outlives_what_it_answered() -> None:
    before = [known(1, None, "a", author=None, posted=None), known(2, None, "yes", parent=1, author=None, posted=None)]
    moved_up = change(before, look(shown(None, "yes", author=None, posted=None)))
    assert ([old.id if old else None for old in moved_up.matched], [old.id for old in moved_up.missing]) == ([2], [1])
    under_the_new_text = change(before, look(shown(None, "b", author=None, posted=None),
                                             shown(None, "yes", parent=0, author=None, posted=None)))
    assert [old.id if old else None for old in under_the_new_text.matched] == [None, 2]


def test_an_edited_answer_is_known_where_only_one_of_two_looks_shows_whom_it_answers() -> None:
    at = POSTED + timedelta(minutes=7)
    before = [known(1, None, "one"), known(2, None, "two", parent=1, posted=at)]
    without = change(before, look(shown(None, "two, corrected", posted=at), state="partial"))
    assert (without.edited, without.posted) == ((0,), ())
    before = [known(2, None, "two", posted=at)]
    now = change(before, look(shown(None, "one"), shown(None, "two, corrected", parent=0, posted=at, place=1)))
    assert (now.edited, now.posted, now.missing) == ((1,), (0,), ())


def test_an_answer_of_the_same_minute_under_another_comment_is_no_edit() -> None:
    before = [known(1, None, "one"), known(2, None, "other", author="B"), known(3, None, "two", parent=1, author="C")]
    found = change(before, look(shown(None, "one"), shown(None, "other", author="B", place=1),
                                shown(None, "three", parent=1, author="C", place=2)))
    assert ([old.id for old in found.missing], found.posted, found.edited) == ([3], (2,), ())


def test_under_another_system_comments_are_known_by_what_they_say_and_none_is_missed() -> None:
    before = [known(1, "c1", "one", comparable=False), known(2, "c2", "two", posted=None, comparable=False)]
    found = change(before, look(shown("w7", "one"), shown("w8", "two"), shown("w9", "three")), other_rules=True)
    assert ([old.id if old else None for old in found.matched], found.posted, found.missing) == ([1, 2, None], (2,), ())


def test_ten_thousand_comments_in_one_chain_are_matched() -> None:
    many = 10_000
    before = [known(one, None, f"text {one}", parent=one - 1 or None) for one in range(1, many + 1)]
    read = look(*(shown(None, f"text {one}", parent=one - 2 if one > 1 else None) for one in range(1, many + 1)))
    found = change(before, read)
    assert (found.posted, found.missing, found.edited) == ((), (), ())
