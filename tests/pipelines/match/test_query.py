"""What people write as a query: words and phrases, and errors that say where."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.match.query import QueryError, parse
from pipelines.match.words import tokens


@pytest.mark.parametrize(("text", "words"), [
    ("railway", ("railway",)), ("  Belt and Road ", ("Belt and Road",)), ("railway OR gas", ("railway", "gas")),
    ('railway OR "Belt and Road"', ("railway", "Belt and Road")), ("«Один пояс» OR “soft power”", ("Один пояс", "soft power")),
    ("„мягкая сила“", ("мягкая сила",)),
    ("gas or oil", ("gas or oil",)), ('"OR"', ("OR",)), ('"this OR that"', ("this OR that",)),
    ("一带一路 OR 铁路", ("一带一路", "铁路")), ("gas OR gas", ("gas",)),
    ("O'zbekiston", ("O'zbekiston",)), ("ORDER", ("ORDER",)),
])
def test_a_query_is_its_words_and_phrases(text: str, words: tuple[str, ...]) -> None:
    assert parse(text) == words


@pytest.mark.parametrize(("text", "position", "message"), [
    ("", 0, "empty"), ("   ", 0, "empty"), ("OR gas", 0, "before OR"), ("gas OR", 4, "after OR"), ("gas OR  ", 4, "after OR"),
    ("gas OR OR oil", 4, "after OR"), ("gas OR …", 7, "no letter"), ('""', 0, "no letter"), ('gas OR "oil', 7, "never closed"),
    ('"gas" "oil"', 6, "side by side"), ('gas "oil"', 4, "side by side"), ('"gas" oil', 6, "side by side"),
    ("«gas", 0, "closed"),
])
def test_what_is_none_is_refused_with_the_place_where_it_is_wrong(text: str, position: int, message: str) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        parse(text)
    assert caught.value.position == position and caught.value.hint


@given(st.text(alphabet='aб中 "«»“”„OR\n.', max_size=20))
def test_any_text_is_words_that_can_be_found_or_an_error_within_it(text: str) -> None:
    try:
        words = parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert words and all(tokens(word) for word in words) and all(word in text for word in words)
