import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.text import line, lines, shortened

EVERYTHING = st.text(st.characters(exclude_categories=()))


@given(EVERYTHING)
def test_no_text_keeps_a_control_character_but_the_line_feed(text: str) -> None:
    clean = lines(text)
    assert all(unicodedata.category(letter) not in ("Cc", "Cs", "Zl", "Zp") for letter in clean if letter != "\n")
    assert clean.encode("utf-8").decode("utf-8") == clean
    assert lines(clean) == clean


@given(EVERYTHING)
def test_a_line_is_one_line_for_every_reader(text: str) -> None:
    assert len(line(text).splitlines()) <= 1
    assert line(text) == line(text).strip()


@pytest.mark.parametrize(("hostile", "plain"), [
    ("a\r\nBcc: b", "a Bcc: b"), ("a\x0bb\u2028c\u2029d\x85e", "a b c d e"), ("a\x00b", "ab"), ("a\x1b[2Jb", "a[2Jb"),
    ("a\x9b31mb", "a31mb"), ("\u202egpj.exe", "gpj.exe"), ("a\U000e0041b", "ab"), ("a\ud800b", "a\ufffdb"), ("\t=1", "=1")])
def test_what_steers_a_reader_is_taken_out(hostile: str, plain: str) -> None:
    assert line(hostile) == plain


@pytest.mark.parametrize("kept", ["Қазақстан үшін", "中国、俄罗斯", "می\u200cخواهم", "a\u200fb", "👩\u200d👩\u200d👧",
                                  "и\u0306"])
def test_what_belongs_to_a_language_stays(kept: str) -> None:
    assert line(kept) == kept


def test_a_cut_is_shown_and_leaves_no_accent_alone() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
    assert shortened("abcde\u0301fg", 6) == "abcd…"
