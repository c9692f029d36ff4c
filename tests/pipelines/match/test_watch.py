"""What watches say to articles and comments."""
from pipelines.match.watch import PARTS, Text, appeared, edited, said, vanished
from storage.watches import WatchRow

WATCH = WatchRow("w", ("railway", "военный союз"), ("a@example.org",), ())
OLD = Text("A road is planned", ("The railway will cost five billion.", "Nobody has paid."))


def test_a_new_article_is_told_with_the_lines_that_have_the_words() -> None:
    passage = appeared(WATCH, OLD)
    assert passage is not None and passage.words == ("railway",) and passage.headline == "A road is planned"
    assert [(part.new, part.new_spans, part.old) for part in passage.parts] == [(OLD.lines[0], ((4, 11),), None)]


def test_an_article_without_the_words_is_not_told() -> None:
    other = Text("Apples", ("They are red.",))
    assert (appeared(WATCH, other), vanished(WATCH, other), edited(WATCH, other, Text("Apples", ("No.",)))) == (None,) * 3


def test_a_word_in_the_headline_alone_is_enough() -> None:
    passage = appeared(WATCH, Text("Railway opens", ("No word.",)))
    assert passage is not None
    assert [(part.field, part.new, part.new_spans) for part in passage.parts] == [("title", "Railway opens", ((0, 7),))]


def test_an_article_that_is_gone_is_told_with_what_it_said() -> None:
    passage = vanished(WATCH, OLD)
    assert passage is not None and [(part.old, part.new) for part in passage.parts] == [(OLD.lines[0], None)]


def test_an_edit_is_told_with_the_old_line_beside_the_new_one() -> None:
    new = Text(OLD.title, ("The railway will cost seven billion.", "Nobody has paid.", "A third line."))
    passage = edited(WATCH, OLD, new)
    assert passage is not None
    assert [(part.old, part.new) for part in passage.parts] == [(OLD.lines[0], new.lines[0]), (None, "A third line.")]


def test_an_edit_is_told_when_the_words_vanish_by_it() -> None:
    passage = edited(WATCH, OLD, Text(OLD.title, ("The road will cost five billion.", "Nobody has paid.")))
    assert passage is not None and passage.words == ("railway",) and passage.parts[0].old_spans == ((4, 11),)


def test_an_edit_elsewhere_in_a_watched_article_is_told_too() -> None:
    passage = edited(WATCH, OLD, Text(OLD.title, (OLD.lines[0], "Somebody has paid.")))
    assert passage is not None and [part.new for part in passage.parts] == ["Somebody has paid."]


def test_a_mail_shows_the_places_with_the_words_first_and_not_all_of_them() -> None:
    new = Text(OLD.title, (*(f"Line {number}." for number in range(20)), "The railway is open."))
    passage = edited(WATCH, OLD, new)
    assert passage is not None and len(passage.parts) == PARTS
    assert "railway" in (passage.parts[0].new or passage.parts[0].old or "")


def test_a_comment_is_told_by_its_own_text_not_by_its_article_s() -> None:
    assert said(WATCH, "Railway opens", "reader", None, "Good!") is None
    passage = said(WATCH, "Apples", "reader", "Это военный союз", None)
    assert passage is not None and passage.author == "reader" and passage.parts[0].old_spans == ((4, 16),)
