"""Differences between texts, and what is none."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.compare.diff import block_pairs, diff
from pipelines.compare.version import same

TEXT = st.lists(st.sampled_from(["The road ", "costs 5 ", "costs 7 ", "billion. ", "Дорога ", "стоит. ", "\n", "«да» ", '"да" ',
                                 "No!", "修路。", " ", "x"]), max_size=25).map("".join)


@given(TEXT, TEXT)
def test_the_sides_of_a_diff_are_the_two_texts(old: str, new: str) -> None:
    steps = diff(old, new)
    assert "".join(step.old for step in steps) == old
    assert "".join(step.new for step in steps) == new


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_sides_of_a_diff_are_the_two_texts_whatever_they_are(old: str, new: str) -> None:
    steps = diff(old, new)
    assert ("".join(step.old for step in steps), "".join(step.new for step in steps)) == (old, new)


@given(TEXT, TEXT)
def test_a_diff_that_only_says_equal_means_that_the_texts_say_the_same(old: str, new: str) -> None:
    assert same(old, new) or any(step.op != "equal" for step in diff(old, new))


def test_words_are_told_inside_a_changed_sentence_and_the_rest_is_left_alone() -> None:
    steps = diff("It rained. The road costs 5 million. End.", "It rained. The road costs 7 million. End.")
    assert [(step.old, step.new) for step in steps if step.op != "equal"] == [("5", "7")]


@pytest.mark.parametrize(("old", "new"), [
    ("«Да», — сказал он", '"Да", - сказал он'), ("a  b\n", "a b"), ("соеди\u00adнение", "соединение"), ("й", "и\u0306"),
    ("ещё", "еще"), ("O‘zbek", "O'zbek"), ("zero\u200bwidth", "zerowidth"), ("a\u00a0b", "a b"),
])
def test_typography_is_no_change(old: str, new: str) -> None:
    assert same(old, new)
    assert all(step.op == "equal" for step in diff(old, new))


@pytest.mark.parametrize(("old", "new"), [("5 billion", "7 billion"), ("не было", "было"), ("Китай", "китаи"), ("a b", "ab")])
def test_wording_is_a_change(old: str, new: str) -> None:
    assert not same(old, new)
    assert any(step.op != "equal" for step in diff(old, new))


def test_a_line_put_in_does_not_shift_the_pairs_below_it() -> None:
    old = ["One line about rails.", "Another line about gas and pipes.", "The end."]
    new = ["One line about rails.", "Something entirely new: camels!", "Another line about gas and long pipes.", "The end."]
    assert block_pairs(old, new) == [(None, new[1]), (old[1], new[2])]


def test_a_line_taken_out_stands_alone() -> None:
    assert block_pairs(["a b c", "d e f"], ["a b c"]) == [("d e f", None)]
