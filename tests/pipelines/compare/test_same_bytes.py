"""The same answers read by two readers: which comment is which, where the other reader gives other ids and other texts."""
from collections.abc import Collection, Sequence

from crawler.items import CommentRead
from pipelines.compare.identity import Known
from pipelines.compare.thread import same_bytes


def known(*texts: str, parents: dict[int, int] | None = None) -> list[Known]:
    """Comments of which nothing is known but the text, with the ids 1, 2, 3 …"""
    return [Known(own, None, (parents or {}).get(own), None, None, text, False, None) for own, text in enumerate(texts, 1)]


def read(*texts: str) -> list[CommentRead]:
    return [CommentRead(None, None, None, place, 0, None, None, None, text) for place, text in enumerate(texts)]


def found(before: Sequence[Known], again: Sequence[CommentRead], shown: Collection[int] | None = None, *,
          is_last: bool = True) -> list[int | None]:
    every = {old.id for old in before} if shown is None else set(shown)
    matched = same_bytes(before, every, again, [None] * len(again), is_last=is_last)
    return [old.id if old is not None else None for old in matched]


def test_a_reader_that_reads_a_button_as_a_word_finds_the_same_comments_in_any_order() -> None:
    before = known("A railway is built.", "Nobody asked us.", "Agreed!", "Agreed!")
    again = read("Nobody asked us. Reply", "Agreed! Reply", "A railway is built. Reply", "Agreed! Reply")
    assert found(before, again, is_last=False) == [2, 3, 1, 4]
    named = known("Bek: Nobody asked us.", "Chol: Why not?")
    assert found(named, read("Why not?", "Nobody asked us."), is_last=False) == [2, 1]


def test_a_text_that_is_part_of_two_others_is_neither() -> None:
    before = known("Agreed!")
    assert found(before, read("Agreed! Indeed.", "Agreed! Really."), is_last=False) == [None, None]


def test_at_the_last_look_what_stands_between_two_known_comments_is_what_stood_there() -> None:
    before, again = known("one", "two", "three"), read("one", "quite otherwise", "three")
    assert found(before, again) == [1, 2, 3]


def test_at_an_earlier_look_the_order_of_today_tells_nothing() -> None:
    before, again = known("one", "two", "three"), read("one", "quite otherwise", "three")
    assert found(before, again, is_last=False) == [1, None, 3]


def test_where_one_more_stands_between_them_nobody_can_tell_which_it_is() -> None:
    before, again = known("one", "two", "three"), read("one", "quite otherwise", "another", "three")
    assert found(before, again) == [1, None, None, 3]
