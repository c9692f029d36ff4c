"""Texts under one key: what people take for the same, and nothing else."""
import pytest

from pipelines.compare.fold import text_key

TEXT = "Please make the new railway great again"


@pytest.mark.parametrize("same", [
    TEXT.upper(), TEXT.replace("make", "маке"), TEXT.replace("a", "а").replace("e", "е"), f"  {TEXT}!!! \U0001f682",
    TEXT.replace(" ", ", "), "Ｐｌｅａｓｅ make the new railway great again", TEXT.replace(" ", "\u200b \n"),
    TEXT.replace("new railway", "newrailway")])
def test_case_signs_spaces_and_letters_that_look_alike_make_no_difference(same: str) -> None:
    assert text_key(same) == text_key(TEXT)


def test_cyrillic_texts_are_the_same_with_latin_letters_in_them() -> None:
    text = "Это самая лучшая новость за весь год"
    assert text_key(text) == text_key(text.replace("а", "a").replace("о", "o").replace("с", "c")) != text_key(text + " и век")


@pytest.mark.parametrize("short", ["", "!!!", "I agree with you", "Спасибо вам большое!", "我同意你的看法"])
def test_a_text_of_fewer_than_five_words_has_none(short: str) -> None:
    assert text_key(short) is None


def test_ideographs_are_words_by_twos() -> None:
    assert text_key("中国和俄罗斯在中亚的铁路") is not None


def test_other_words_have_another_key() -> None:
    assert len({text_key(TEXT), text_key(TEXT + " now"), text_key(TEXT.replace("make", "take"))}) == 3
