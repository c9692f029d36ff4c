"""What is no difference between two texts: the plain form as it was defined first, character by character, is the oracle."""
import re
import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pipelines.compare.version import plain, same

MARKS = dict.fromkeys(map(ord, "“”„‟«»″〝〞‹›"), '"') | dict.fromkeys(map(ord, "‘’‚‛`´′ʻʼ"), "'") | dict.fromkeys(
    (*range(0x2010, 0x2016), 0x2212), "-") | {ord("ё"): "е", ord("Ё"): "Е"}


def oracle(text: str) -> str:
    visible = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
    return re.sub(r"\s+", " ", visible.translate(MARKS)).strip()


ODD = "a é\u0301`’«»ёЁ\u00ad\u200b\u200d\u2060 \n\t\u00a0\u2028\x1c—"


@given(st.text(st.one_of(st.characters(), st.sampled_from(ODD)), max_size=60))
def test_the_plain_form_is_what_it_was_defined_to_be(text: str) -> None:
    assert plain(text) == oracle(text)


PLAINER = st.text(st.sampled_from("a e\u0301é«\"\u200b\n"), max_size=12)


@given(PLAINER, PLAINER)
def test_two_texts_are_the_same_where_their_plain_forms_are(old: str, new: str) -> None:
    assert same(old, new) == (oracle(old) == oracle(new))


def test_every_character_there_is_has_the_plain_form_that_it_was_defined_to_have() -> None:
    signs = [chr(code) for code in range(sys.maxunicode + 1)]
    assert [sign for sign in signs if plain(f"x{sign}x") != oracle(f"x{sign}x")] == []


def test_two_texts_are_the_same_whatever_their_typography() -> None:
    assert same(None, "") and same("a\u00ad\u200bb", "ab") and same("«Ещё» - да", "“Еще” — да") and not same("a", None)
