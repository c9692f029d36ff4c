"""What changed between two texts, for people: as one page and on a terminal."""
from datetime import datetime, timezone
from html.parser import HTMLParser

import pytest

from verbs import diff_page, documents, tables

KEPT = "\n".join(f"Line {number} stays as it is." for number in range(9))
OLD = f"The <b>road</b> costs 5 million.\nA block that moves.\n{KEPT}"
NEW = f"The <b>road</b> costs 7 million.\n{KEPT}\nA block that moves."
SEEN = datetime(2026, 5, 4, 3, 2, 1, tzinfo=timezone.utc)


class Seen(HTMLParser):
    """What a browser would find: the elements, and the text inside each."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.found.append((self.open[-1] if self.open else "", data))


def test_the_page_has_what_was_put_in_and_taken_out_and_every_text_as_text() -> None:
    found = Seen()
    found.feed(diff_page.page(documents.changes("<i>Road</i>", OLD, "<i>Rail</i> & \"road\"", NEW, SEEN, None)))
    assert [text for tag, text in found.found if tag == "del"] == ["<i>Road</i>", "5", "A block that moves.\n"]
    assert [text for tag, text in found.found if tag == "ins"] == ["<i>Rail</i> & \"road\"", "7", "A block that moves."]
    assert ("title", "<i>Rail</i> & \"road\"") in found.found and ("dd", "figures") in found.found
    assert ("dd", "2026-05-04T03:02:01Z") in found.found
    assert {tag for tag, _ in found.found}.isdisjoint({"script", "i", "b"}) and not found.open


def test_a_terminal_shows_without_colour_what_colour_says_and_leaves_out_what_stayed(
        capsys: pytest.CaptureFixture[str]) -> None:
    tables.show(documents.changes("T", OLD, "T", NEW))
    shown = capsys.readouterr().out
    assert "costs [-5-]{+7+} million" in shown and "[1→ A block that moves.]" in shown and "[→1 A block that moves.]" in shown
    assert "Line 4" not in shown and "…" in shown and shown.startswith("figures: ")


@pytest.mark.parametrize(("old", "new", "first"), [
    (("Road", "It is here."), ("Rail", "It is here."), "headline: another headline"),
    (("Road", "It is here."), ("Rail", "It was here."), "rewritten: another headline, words: 1 out, 1 in"),
    (("Road", f"A block that moves.\n{KEPT}"), ("Road", f"{KEPT}\nA block that moves."), "moved: blocks moved: 1")])
def test_the_first_line_names_what_was_changed_and_nothing_else(
        old: tuple[str, str], new: tuple[str, str], first: str, capsys: pytest.CaptureFixture[str]) -> None:
    tables.show(documents.changes(*old, *new))
    assert capsys.readouterr().out.splitlines()[0] == first


def test_typography_alone_is_no_change_of_text_or_headline() -> None:
    told = documents.changes("«Road»", "It’s  here", '"Road"', "It's here")
    assert (told["changed"], told["title_changed"], told["kind"], told["similarity"]) == (False, False, None, 1.0)


def test_a_new_headline_alone_is_a_change() -> None:
    told = documents.changes("Road", "It is here.", "Rail", "It is here.")
    assert (told["changed"], told["title_changed"], told["kind"]) == (True, True, "headline")
