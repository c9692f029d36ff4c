"""Threads compared: what was posted, edited, removed, restored, and what is only in doubt."""
from datetime import datetime, timedelta, timezone

from crawler.items import CommentRead, ThreadRead
from pipelines.compare.thread import Known, compare

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
POSTED = NOW - timedelta(hours=3)


def shown(native_id: str | None, text: str, *, parent: int | None = None, author: str | None = "A", place: int = 0,
          posted: datetime | None = POSTED, deleted: bool = False) -> CommentRead:
    return CommentRead(native_id, parent, "dom", place, 0, author, posted, None, text, deleted=deleted)


def look(*comments: CommentRead, state: str = "complete") -> ThreadRead:
    return ThreadRead("native", state, comments=comments, declared=len(comments), native_key="t")  # type: ignore[arg-type]  # a literal


def known(own: int, native_id: str | None, text: str, *, parent: int | None = None, author: str | None = "A",
          posted: datetime | None = POSTED, removed: bool = False, missed_at: datetime | None = None) -> Known:
    return Known(own, native_id, parent, author, posted, text, removed, missed_at)


def change(before: list[Known], read: ThreadRead, at: datetime = NOW):  # type: ignore[no-untyped-def]  # the value under test
    return compare(before, read, [comment.author for comment in read.comments], at)


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


def test_a_look_that_loses_all_comments_removes_none() -> None:
    before = [known(number, f"c{number}", "x", missed_at=NOW - timedelta(days=1)) for number in (1, 2)]
    assert change(before, look()).removed == () and change(before, look()).doubt


def test_a_look_that_loses_over_half_of_five_removes_none_and_one_that_loses_less_does() -> None:
    before = [known(number, f"c{number}", "x", missed_at=NOW - timedelta(days=1)) for number in range(5)]
    assert change(before, look(shown("c0", "x"), shown("c1", "x"))).removed == ()
    assert len(change(before, look(shown("c0", "x"), shown("c1", "x"), shown("c2", "x"))).removed) == 2


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


def test_the_same_words_under_another_comment_are_another_comment() -> None:
    before = [known(1, None, "a"), known(2, None, "b"), known(3, None, "yes", parent=1)]
    read = look(shown(None, "a"), shown(None, "yes", parent=0), shown(None, "b"), shown(None, "yes", parent=2))
    assert [old.id if old else None for old in change(before, read).matched] == [1, 3, 2, None]


def test_an_id_that_a_page_gives_twice_makes_two_comments() -> None:
    found = change([known(1, "c1", "one")], look(shown("c1", "one"), shown("c1", "two")))
    assert (found.posted, found.edited) == ((1,), ())
