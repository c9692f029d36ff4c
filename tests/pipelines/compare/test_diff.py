"""Differences between texts, and what is none."""
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.compare import diff as words
from pipelines.compare.align import bag
from pipelines.compare.diff import block_pairs, diff
from pipelines.compare.version import plain, same

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


def of(*pieces: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=12).map("".join)


@given(of("the ", "road ", "修", "5 ", "— "), of("ash ", "bay, ", "«"), of("cat ", "dog ", "!"), of("end ", "й ", ". "))
def test_sentences_that_begin_and_end_alike_are_so_much_alike_that_their_words_are_compared(
        begin: str, old: str, new: str, end: str) -> None:
    one, other = (f"{begin}{middle}{end}" for middle in (old, new))
    quickly = words._ends_alike(*words._keys(words.WORD.findall(one), words.WORD.findall(other)))
    assert not quickly or words._wordwise(bag(plain(one)), bag(plain(other)))


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


LINES = st.lists(st.sampled_from(["The road is long.", "It rained.", "Camels walked by. They were tired.", "", " ", "«Да».",
                                  "修路。好。", "x", "x y"]), max_size=9)
BLOCKS = st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\u2028", "\n\n"])).map(lambda pair: pair[1].join(pair[0]))


@given(BLOCKS, BLOCKS)
def test_blocks_that_move_keep_both_texts_whole_and_stand_twice_with_one_number(old: str, new: str) -> None:
    steps = diff(old, new)
    assert ("".join(step.old for step in steps), "".join(step.new for step in steps)) == (old, new)
    moved = [step for step in steps if step.move is not None]
    for number in {step.move for step in moved}:
        gone, come = (next(step for step in moved if step.move == number and step.op == op) for op in ("delete", "insert"))
        assert same(gone.old, come.new) and sum(step.move == number for step in moved) == 2
    assert same(old, new) or any(step.op != "equal" for step in steps)
    assert not any(one.move is two.move is None and (one.op == "equal") == (two.op == "equal")
                   for one, two in pairwise(steps))
    assert all((step.op == "equal") == same(step.old, step.new) for step in steps)


def test_a_block_that_moved_is_a_move_and_an_edit_beside_it_an_edit() -> None:
    old = "First block.\nThe road costs 5 million.\nThird block.\nLast block is here."
    new = "Last block is here.\nFirst block.\nThe road costs 7 million.\nThird block."
    assert [(step.op, step.old.strip(), step.new.strip(), step.move) for step in diff(old, new) if step.op != "equal"] == [
        ("insert", "", "Last block is here.", 1), ("replace", "5", "7", None), ("delete", "Last block is here.", "", 1)]


def test_a_line_that_moved_is_neither_taken_out_nor_put_in() -> None:
    assert block_pairs(["a b c", "d e f", "g h i"], ["g h i", "a b c", "d e f"]) == []


@pytest.mark.parametrize(("old", "new"), [
    ("a b " * 5000, "b a " * 5000), ("x" * 1_000_000, "x" * 999_999 + "y"), ("." * 100_000, "." * 99_999 + "!"),
    ("\n" * 100_000 + "a", "\n" * 100_000 + "b"), ("«" * 50_000, "«" * 50_000 + "x"),
    ("\n".join(f"w{number} a b" for number in range(10_000)), "\n".join(f"w{number} b a" for number in range(10_000))),
    ("", "a"), ("a", ""), ("", ""), ("\n", ""), ("\u200b", "\u200b\n"),
])
def test_no_text_is_too_strange_or_too_long(old: str, new: str) -> None:
    steps = diff(old, new)
    assert ("".join(step.old for step in steps), "".join(step.new for step in steps)) == (old, new)
