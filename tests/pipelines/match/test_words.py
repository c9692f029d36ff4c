"""Words and phrases found in texts of the region's scripts."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.match.words import EASY, _terms_in, find, find_among, tokens

SCO = "Moscow said that exercises of the Han and of fascists in December cost us nothing; the SCO said nothing."


@pytest.mark.parametrize(("word", "times"), [("sco", 1), ("us", 1), ("han", 1), ("cis", 0), ("som", 0), ("dec", 0)])
def test_a_word_is_never_found_inside_another_one(word: str, times: int) -> None:
    assert len(find([word], SCO).get(word, [])) == times


@pytest.mark.parametrize(("phrase", "text", "found"), [
    ("china", "CHINA's road", "CHINA"),
    ("Қытай", "Бүгін ҚЫТАЙ мен Ресей", "ҚЫТАЙ"),
    ("газопровод", "Строят Газопровод.", "Газопровод"),
    ("Берёза", "берез и береза", "береза"),
    ("中国", "他在中国工作", "中国"),
    ("Oʻzbekiston", "Bugun O'zbekiston va Rossiya", "O'zbekiston"),
    ("O‘zbekiston", "Bugun Oʻzbekiston va Rossiya", "Oʻzbekiston"),
    ("Ўзбекистон", "ЎЗБЕКИСТОН", "ЎЗБЕКИСТОН"),
    ("military aid", "Chinese military\n aid, again", "military\n aid"),
    ("Китай", "Кита\u0438\u0306 и мы", "Кита\u0438\u0306"),
    ("China", "Chi\u200bna and Chi\u00adna", "Chi\u200bna"),
    ("İstanbul", "i̇stanbul", "i̇stanbul"),
    ("Straße", "STRASSE", "STRASSE"),
    ("СКИФ", "ﬁlm СКИФ", "СКИФ"),
    ("film", "ﬁlm", "ﬁlm"),
])
def test_case_composition_and_invisible_characters_do_not_matter(phrase: str, text: str, found: str) -> None:
    start, end = find([phrase], text)[phrase][0]
    assert text[start:end] == found


def test_a_phrase_needs_its_words_side_by_side_and_in_order() -> None:
    assert find(["soft power"], "power soft, soft and hard power") == {}
    assert find(["soft power"], "the soft-power of roads") == {"soft power": [(4, 14)]}


def test_every_place_of_a_word_is_told_and_only_words_that_are_there() -> None:
    assert find(["gas", "oil"], "gas for gas") == {"gas": [(0, 3), (8, 11)]}


def test_a_phrase_without_any_letter_is_found_nowhere() -> None:
    assert find(["…", ""], "… and so on") == {}


@given(st.text(max_size=200))
def test_tokens_lie_in_the_text_in_order_and_never_overlap(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        end = token.end


@given(st.text(alphabet="абвқңғү中国ab 'ʻ\u0301.-", min_size=1, max_size=60))
def test_every_token_of_a_text_is_found_as_a_word_where_it_stands(text: str) -> None:
    for token in tokens(text):
        word = text[token.start:token.end]
        assert (token.start, token.end) in find([word], text)[word]


@given(st.text(alphabet="абё中か\u3099ab 'ʻ\u0301\u200b.-ﬁ", max_size=40),
       st.text(alphabet="абе中かab'\u0301ﬁ ", min_size=1, max_size=4))
def test_what_is_asked_first_whether_a_word_can_be_there_at_all_leaves_no_place_out(text: str, word: str) -> None:
    assert find([word], text) == find_among([word], tokens(text))


@given(st.text(alphabet="абё中ab ʻ\u0301\u200b.-ﬁ²", max_size=20))
def test_a_text_has_the_tokens_of_its_parts(text: str) -> None:
    parts = [(token.term, token.start + at) for at, part in _parts(text) for token in tokens(part)]
    assert [(token.term, token.start) for token in tokens(text)] == parts


def _parts(text: str) -> list[tuple[int, str]]:
    """A text cut at its spaces and full stops, with the place of each part."""
    at, found = 0, []
    for part in text.replace(".", " ").split(" "):
        found.append((at, part))
        at += len(part) + 1
    return found


LETTERS = [chr(code) for code in range(0x600) if EASY.fullmatch(chr(code))]


@given(st.text(alphabet=LETTERS, max_size=40))
def test_a_text_that_is_folded_as_a_whole_has_the_terms_of_its_tokens(text: str) -> None:
    assert EASY.fullmatch(text) and _terms_in(text) == {token.term for token in tokens(text)}


@given(st.text(alphabet=[*LETTERS, "’", "«", "–", "“"], max_size=40))
def test_a_text_that_is_folded_as_a_whole_has_the_tokens_that_it_has_beside_another(text: str) -> None:
    *same, other = tokens(f"{text} 中")
    assert list(tokens(text)) == same and other.term == "中"


@pytest.mark.parametrize("character", ["\u0130", "\u0149", "\u0483", "\u0301", "ﬁ", "ʻ", "中", "\u00ad", "½"])
def test_what_is_folded_with_its_neighbours_is_never_folded_as_a_whole(character: str) -> None:
    assert not EASY.fullmatch(f"a{character}b")
