from hypothesis import given
from hypothesis import strategies as st

from alerts.stretch import LEFT_OUT, SIDE_CHARACTERS, Stretch, compared, excerpt, excerpts, whole
from storage.passage import Part


def shape(stretches: tuple[Stretch, ...]) -> list[tuple[str, str, bool]]:
    return [(stretch.change, piece.text, piece.watched) for stretch in stretches for piece in stretch.pieces]


def test_watched_words_are_pieces_of_their_own_and_neighbours_are_one() -> None:
    assert shape(whole("中国和俄罗斯", ((0, 1), (1, 2), (3, 6)))) == [
        ("same", "中国", True), ("same", "和", False), ("same", "俄罗斯", True)]
    assert shape(whole("aChinab", ((1, 6), (1, 4)))) == [("same", "a", False), ("same", "China", True), ("same", "b", False)]
    assert shape(whole("", ())) == []


def test_the_old_side_shows_what_was_taken_out_and_the_new_one_what_was_put_in() -> None:
    part = Part("text", "China lends two billion.", "China lends three billion dollars.", ((0, 5),), ((0, 5),))
    old, new = compared(part)
    assert shape(old)[1:] == [("same", " lends ", False), ("out", "two", False), ("same", " billion", False),
                              ("same", ".", False)]
    assert shape(new)[1:] == [("same", " lends ", False), ("in", "three", False), ("same", " billion", False),
                              ("in", " dollars", False), ("same", ".", False)]
    assert shape(old)[0] == shape(new)[0] == ("same", "China", True)


def test_a_watched_word_that_was_taken_out_is_both() -> None:
    old, new = compared(Part("text", "Loans from China.", "Loans from abroad.", ((11, 16),), ()))
    assert ("out", "China", True) in shape(old)
    assert ("in", "abroad", False) in shape(new)


def test_of_a_long_stretch_both_ends_are_shown_and_the_watched_words_stay() -> None:
    text = "a" * 3000 + " China " + "b" * 3000
    pieces = shape(whole(text, ((3001, 3006),)))
    assert [watched for _, _, watched in pieces] == [False, True, False]
    assert LEFT_OUT in pieces[0][1] and LEFT_OUT in pieces[2][1]
    assert sum(len(piece) for _, piece, _ in pieces) < 1700


def test_a_side_ends_where_a_reader_would() -> None:
    text = "China " * 5000
    pieces = shape(whole(text, tuple((6 * n, 6 * n + 5) for n in range(5000))))
    assert sum(len(piece) for _, piece, _ in pieces) <= SIDE_CHARACTERS + len(LEFT_OUT)
    assert pieces[-1] == ("same", LEFT_OUT, False)


def test_texts_too_long_for_words_are_compared_by_their_ends() -> None:
    # Word by word this would take minutes.
    old = "begin " + " ".join(str(n * 7 % 977) for n in range(60_000)) + " end"
    new = "begin " + " ".join(str(n * 3 % 977) for n in range(60_000)) + " end"
    changes = [stretch.change for stretch in compared(Part("text", old, new))[0]]
    assert changes == ["same", "out", "same"]


def test_a_span_beyond_its_text_marks_what_is_there() -> None:
    assert shape(whole("China", ((0, 99),))) == [("same", "China", True)]


def test_an_excerpt_holds_the_first_watched_word_whole_and_says_what_it_leaves_out() -> None:
    text = "a" * 500 + " China " + "b " * 500
    pieces = shape(excerpt(text, ((501, 506), (1000, 1001)), 200))
    assert ("same", "China", True) in pieces
    said = "".join(piece for _, piece, _ in pieces)
    assert said.startswith(LEFT_OUT.lstrip()) and said.endswith(LEFT_OUT.rstrip()) and 150 < len(said) < 230
    phrase = "China " * 60
    assert ("same", phrase, True) in shape(excerpt("x" * 900 + phrase + "y" * 900, ((900, 900 + len(phrase)),), 200))
    assert shape(excerpt("short China", ((6, 11),), 200)) == [("same", "short ", False), ("same", "China", True)]
    assert shape(excerpt("", (), 200)) == []


@given(st.text("ab ", max_size=400), st.integers(0, 400), st.integers(1, 30), st.integers(30, 200))
def test_whatever_is_watched_is_in_the_excerpt(text: str, start: int, length: int, characters: int) -> None:
    end = min(start + length, len(text))
    marked = "".join(piece for _, piece, watched in shape(excerpt(text, ((start, end),) if start < end else (), characters))
                     if watched)
    assert marked == text[start:end]


def test_an_excerpt_of_two_sides_is_taken_where_they_differ() -> None:
    rest = "word " * 200
    old, new = excerpts(Part("text", f"{rest}two {rest}", f"{rest}three {rest}"), 200)
    assert ("out", "two", False) in shape(old) and ("in", "three", False) in shape(new)
    old, new = excerpts(Part("text", "中国借二十亿", "中国借三十亿"), 200)
    assert ("out", "二", False) in shape(old) and ("in", "三", False) in shape(new)
