"""What watches say to articles and comments."""
import json
from dataclasses import asdict, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipelines.compare.change import measure
from pipelines.match.watch import PARTS, Text, appeared, closed, hidden, of_edit, said, vanished
from pipelines.match.words import find
from storage.passage import Part, Passage
from storage.watches import WatchRow

WATCH = WatchRow("w", ("railway", "военный союз"), ("a@example.org",), ())
OLD = Text("A road is planned", ("The railway will cost five billion.", "Nobody has paid."))


def told(watch: WatchRow, old: Text, new: Text) -> tuple[str, Passage] | None:
    return of_edit(watch, old, new, measure(old.title, "\n".join(old.lines), new.title, "\n".join(new.lines)))


def edited(watch: WatchRow, old: Text, new: Text) -> Passage | None:
    found = told(watch, old, new)
    assert found is None or found[0] == "article_edited"
    return found[1] if found is not None else None


def event(old: Text, new: Text, *events: str, **wishes: Any) -> str | None:
    found = told(replace(WATCH, events=events, **wishes), old, new)
    return found[0] if found is not None else None


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


PIECES = st.text(alphabet="ab中é '\u0301", max_size=8) | st.sampled_from(["a b", "b a b a", "中a a", "ab a, b"])
WORDS = st.lists(st.sampled_from(["a", "b", "ab", "a b", "b a", "中", "中 a", "é", "…"]), min_size=1, max_size=4, unique=True)


@given(WORDS, PIECES, st.lists(PIECES, max_size=9), st.booleans())
def test_a_passage_has_the_places_that_are_found_in_each_line_alone(words: list[str], title: str, lines: list[str],
                                                                    gone: bool) -> None:
    parts = []
    for field, piece in [("title", title), *(("text", line) for line in lines)]:
        spans = tuple(sorted({span for each in find(words, piece).values() for span in each}))
        if spans:
            parts.append({"field": field, "old": piece if gone else None, "new": None if gone else piece,
                          "old_spans": spans if gone else (), "new_spans": () if gone else spans})
    said_whole = tuple(find(words, "\n".join([title, *lines])))
    watch = WatchRow("w", tuple(words), (), ())
    passage = (vanished if gone else appeared)(watch, Text(title, tuple(lines)))
    assert (asdict(passage) if passage else None) == (
        {"headline": title, "words": said_whole, "parts": tuple(parts[:PARTS]), "author": None} if said_whole else None)


def test_a_phrase_that_begins_in_one_line_and_ends_in_the_next_is_told_without_a_place() -> None:
    passage = appeared(WatchRow("w", ("soft power", "soft"), (), ()), Text("Of soft", ("power and soft", "power")))
    assert passage is not None and passage.words == ("soft power", "soft")
    assert [(part.new, part.new_spans) for part in passage.parts] == [("Of soft", ((3, 7),)), ("power and soft", ((10, 14),))]


def test_an_alert_s_row_keeps_the_whole_passage() -> None:
    parts = Part("title", None, "b c a", (), ((0, 3), (4, 5))), Part("text", "a")
    passage = Passage("A headline", ("a", "b c"), parts, "Aigul")
    kept = json.dumps(passage.to_json())
    assert kept == json.dumps(asdict(passage)) and Passage.from_json(json.loads(kept)) == passage


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
    assert passage is not None and passage.parts[0] == Part("text", OLD.lines[1], "Somebody has paid.")
    # The word stands in no changed line, so the line that has it is shown as well, as unchanged.
    assert passage.parts[1:] == (Part("text", OLD.lines[0], OLD.lines[0], ((4, 11),), ((4, 11),)),)


def test_of_each_word_that_matched_an_edit_s_passage_has_a_place() -> None:
    watch = WatchRow("w", ("railway", "coal", "gas"), (), ())
    lines, rows = ([f"{name} {number}." for number in range(9)] for name in ("Line", "Row"))
    old = Text("A headline", ("The railway is slow.", "It carries coal.", *lines, "No gas."))
    new = Text(old.title, ("The railway is fast.", old.lines[1], *rows, "Some gas."))
    passage = edited(watch, old, new)
    assert passage is not None and passage.words == ("railway", "coal", "gas")
    shown = [(part.old, part.new) for part in passage.parts]
    assert shown[:2] == [(old.lines[0], new.lines[0]), ("No gas.", "Some gas.")] and len(shown) == PARTS + 1
    assert shown[-1] == ("It carries coal.", "It carries coal.")


def test_a_mail_shows_the_places_with_the_words_first_and_not_all_of_them() -> None:
    new = Text(OLD.title, (*(f"Line {number}." for number in range(20)), "The railway is open."))
    passage = edited(WATCH, OLD, new)
    assert passage is not None and len(passage.parts) == PARTS
    assert "railway" in (passage.parts[0].new or passage.parts[0].old or "")


def test_a_comment_is_told_by_its_own_text_not_by_its_article_s() -> None:
    assert said(WATCH, "Railway opens", "reader", None, "Good!") is None
    passage = said(WATCH, "Apples", "reader", "Это военный союз", None)
    assert passage is not None and passage.author == "reader" and passage.parts[0].old_spans == ((4, 16),)


# --- what a watch asks for

WORDLESS = Text(OLD.title, ("The road will cost five billion.", "Nobody has paid."))


def test_words_that_an_edit_brings_or_takes_away_are_told_to_who_asks_for_that() -> None:
    assert event(WORDLESS, OLD, "words_appeared") == "words_appeared"
    assert event(OLD, WORDLESS, "words_vanished") == "words_vanished"
    assert event(WORDLESS, OLD, "words_vanished") is None and event(OLD, WORDLESS, "words_appeared") is None
    assert event(OLD, Text(OLD.title, (OLD.lines[0], "Somebody has paid.")), "words_appeared", "words_vanished") is None
    found = told(replace(WATCH, events=("words_vanished",)), OLD, WORDLESS)
    assert found is not None and found[1].words == ("railway",)


def test_an_edit_is_told_once_as_the_most_that_the_watch_asks_for() -> None:
    both = "article_edited", "headline_changed", "words_appeared"
    assert event(WORDLESS, Text("A railway is planned", OLD.lines), *both) == "words_appeared"
    assert event(OLD, Text("Another road is planned", OLD.lines), *both) == "headline_changed"
    assert event(OLD, Text(OLD.title, (OLD.lines[0], "Somebody has paid.")), *both) == "article_edited"
    assert event(OLD, Text(OLD.title, (OLD.lines[0], "Somebody has paid.")), "headline_changed") is None


def test_another_headline_is_told_with_a_place_that_has_the_word() -> None:
    found = told(replace(WATCH, events=("headline_changed",)), OLD, Text("Another road is planned", OLD.lines))
    assert found is not None
    assert [(part.field, part.old, part.new) for part in found[1].parts] == [
        ("title", OLD.title, "Another road is planned"), ("text", OLD.lines[0], OLD.lines[0])]
    assert event(Text("Apples", ("Red.",)), Text("Pears", ("Red.",)), "headline_changed") is None


def test_an_edit_that_is_too_small_or_of_another_kind_is_not_told() -> None:
    new = Text(OLD.title, ("The railway will cost seven billion.", "Nobody has paid."))  # nine characters: five, seven
    assert event(OLD, new, least=9) == "article_edited" and event(OLD, new, least=10) is None
    assert event(OLD, new, kinds=("wording",)) == "article_edited" and event(OLD, new, kinds=("rewritten",)) is None
    assert event(OLD, WORDLESS, "words_vanished", least=1000) == "words_vanished"


def test_another_story_is_told_to_who_asks_for_it_alone() -> None:
    other = Text("Pears", ("They were never so green as in this year, the growers say, and nobody knows why.",))
    old = Text("A railway", ("It leads through the pass and costs five billion, of which nobody has paid a cent.",))
    assert event(old, other) == "article_replaced" and event(old, other, "article_edited") is None


def test_a_watch_looks_for_its_words_in_its_fields_alone() -> None:
    title, text = (replace(WATCH, fields=(field,)) for field in ("title", "text"))
    headed = Text("Railway opens", ("No word.",))
    assert appeared(text, headed) is None and appeared(title, headed) is not None
    assert appeared(title, OLD) is None and appeared(text, OLD) is not None and vanished(title, OLD) is None
    assert told(title, OLD, WORDLESS) is None and told(text, OLD, WORDLESS) is not None
    assert said(text, "Apples", None, None, "A railway") is None and hidden(text, "Apples", ["A railway"]) is None
    comments = replace(WATCH, fields=("comments",))
    assert said(comments, "Apples", None, None, "A railway") is not None and appeared(comments, OLD) is None


def test_a_closed_thread_is_told_where_the_article_or_a_comment_has_the_words() -> None:
    apples = Text("Apples", ("They are red.",))
    assert closed(WATCH, apples, ["Good!"]) is None
    of_comment, of_article = closed(WATCH, apples, ["Good!", "A railway"]), closed(WATCH, OLD, ["Good!"])
    assert of_comment is not None and [part.new for part in of_comment.parts] == ["A railway"]
    assert of_article is not None and [part.new for part in of_article.parts] == [OLD.lines[0]]
    assert closed(replace(WATCH, fields=("title",)), apples, ["A railway"]) is None
