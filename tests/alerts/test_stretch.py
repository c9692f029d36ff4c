from alerts.stretch import LEFT_OUT, SIDE_CHARACTERS, Stretch, compared, whole
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
