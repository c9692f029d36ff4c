"""Mails of many alerts: each is told, the first ones in full, the others briefly."""
import re
from collections.abc import Iterator
from itertools import groupby

import pytest
from lxml import html

from alerts.entry import BRIEF_CHARACTERS, FULL_ALERTS, FULL_CHARACTERS
from alerts.message import BYTES, write
from alerts.opening import CONTENTS, ENTRIES_AT_A_GLANCE
from storage.outbox import DueAlert, NewMail
from storage.passage import Part, Passage
from tests.alerts.filled import SENDER
from tests.alerts.written import ANSWERING, alert, mail, page, parsed, plain, said
from tests.conftest import NOW

MANY = 2000
RULER = "-" * 70 + "\n\n"


def told(number: int, text: str = "before China after", *, word: str = "China", headline: str | None = None,
         **values: object) -> DueAlert:
    at = text.index(word)
    passage = Passage(headline or f"Story {number}.", (word,), (Part("text", None, text, (), ((at, at + len(word)),)),))
    made = {"event": "article_new", "article": number, "url": f"https://steppe.example/a/{number}", **values}
    return alert(passage, number=number, **made)


def entries(written: NewMail) -> list[str]:
    """The entries of a mail with contents, as its plain part has them."""
    return plain(written).partition("\n\n-- \n")[0].split(RULER)[1:]


def test_up_to_three_articles_are_seen_at_a_glance_and_more_have_contents() -> None:
    few = [told(number) for number in range(ENTRIES_AT_A_GLANCE)]
    assert "1. " not in plain(mail(*few)) and "contents" not in html.document_fromstring(page(mail(*few))).xpath("//@class")
    written = mail(*few, told(9, outlet="border", event="article_edited"))
    for text in (plain(written), said(page(written))):
        for line in ("1. Steppe Courier, new article: Story 0.", "4. border, edited: Story 9."):
            assert line in text
        assert text.strip().startswith("4 articles of 2 outlets; new article: 3, article edited: 1.\n")
    assert [entry.split("\n")[0] for entry in entries(written)] == [
        "1. Steppe Courier", "2. Steppe Courier", "3. Steppe Courier", "4. border"]


def test_two_thousand_alerts_are_in_one_mail_and_each_shows_what_matched() -> None:
    text = "слово " * 200 + "Китай строит дорогу " + "слово " * 200
    written = mail(*(told(number, text, word="Китай") for number in range(MANY)))
    assert len(written.bytes) < 10_000_000
    found = entries(written)
    assert len(found) == MANY
    for number, entry in enumerate(found):
        assert entry.startswith(f"{number + 1}. Steppe Courier\nStory {number}.\nhttps://steppe.example/a/{number}\n")
        assert "Seen 2026-03-02 05:55 UTC" in entry and "Matched: Китай" in entry and "*Китай* строит" in entry
        assert f"steppewire article show {number}\n" in entry + "\n"
    lengths = [len(entry) for entry in found]
    first = next(place for place, length in enumerate(lengths) if length < 700)
    assert first in (FULL_ALERTS, FULL_CHARACTERS // len(str(told(1, text, word="Китай").passage)))
    assert all(BRIEF_CHARACTERS < length < 3 * BRIEF_CHARACTERS for length in lengths[first:])
    assert f"\n{CONTENTS}. Steppe Courier, new article: Story {CONTENTS - 1}.\n… and {MANY - CONTENTS} more below\n" in plain(
        written)
    tree = html.document_fromstring(page(written))
    assert len(tree.xpath("//h1")) == len(tree.xpath("//p[@class='passage' and mark]")) == MANY
    assert len(tree.xpath("//div[@class='entry brief']")) == MANY - first
    assert max(map(len, written.bytes.split(b"\r\n"))) <= 998


def test_the_first_hundred_are_told_in_full_where_they_are_short() -> None:
    text = "word " * 100 + "China"
    found = entries(mail(*(told(number, text) for number in range(FULL_ALERTS + 2))))
    assert [text.replace("China", "*China*") in entry for entry in found] == [True] * FULL_ALERTS + [False, False]


@pytest.mark.parametrize(("text", "word"), [
    ("&\"'<>" * 300 + "China" + "&\"'<>" * 300, "China"), ("👩" * 600 + "中国" + "👩" * 600, "中国"),
    ("中国" + "路" * 900, "中国")])
def test_however_much_each_takes_a_mail_stays_below_ten_megabytes(text: str, word: str) -> None:
    address = "https://steppe.example/?" + "a=&" * 60
    written = mail(*(told(number, text, word=word, headline=text, url=f"{address}{number}") for number in range(MANY)))
    assert len(written.bytes) <= BYTES < 10_000_000
    tree = html.document_fromstring(page(written))
    assert len(tree.xpath("//div[starts-with(@class, 'entry')]")) == MANY
    assert {mark.text for mark in tree.xpath("//p[@class='passage']/mark")} == {word}
    assert len(tree.xpath("//p[@class='passage' and mark]")) == MANY


def test_of_a_brief_edit_both_sides_are_shown_around_what_matched_or_was_changed() -> None:
    rest = "word " * 200
    parts = (Part("text", rest, None), Part("text", f"{rest}old China {rest}", f"{rest}new China {rest}",
                                            ((1004, 1009),), ((1004, 1009),)))
    edits = [alert(Passage("Story.", ("China",), parts), number=number, article=number) for number in range(FULL_ALERTS + 9)]
    entry = entries(mail(*edits))[-1]
    was, _, now = entry.partition("Was:\n")[2].partition("Now:\n")
    assert "[-old-] *China*" in was and "{+new+} *China*" in now
    assert entry.count("[…]") == 4 and "Taken out" not in entry and len(entry) < 700
    unmarked = (Part("text", f"{rest}old {rest}", f"{rest}new {rest}"),)
    edits = [alert(Passage("Story.", ("China",), unmarked), number=number, article=number) for number in range(FULL_ALERTS + 1)]
    entry = entries(mail(*edits))[-1]
    assert "[-old-]" in entry and "{+new+}" in entry


def test_an_address_longer_than_a_brief_entry_is_left_to_the_command() -> None:
    long = "https://steppe.example/" + "x" * BRIEF_CHARACTERS
    found = entries(mail(*(told(number, url=long) for number in range(FULL_ALERTS + 1))))
    assert long in found[0] and long not in found[-1] and f"steppewire article show {FULL_ALERTS}" in found[-1]


def test_an_article_has_one_entry_however_many_of_its_alerts_are_told_briefly() -> None:
    comments = [alert(Passage("A story.", ("China",), (Part("comment", None, f"China {number}.", (), ((0, 5),)),), "reader"),
                      number=number, event="comment_posted") for number in range(FULL_ALERTS * 2)]
    written = mail(*comments)
    tree = html.document_fromstring(page(written))
    assert len(tree.xpath("//h1")) == 1 and len(tree.xpath("//h2")) == FULL_ALERTS * 2
    assert all(f"*China* {number}." in plain(written) for number in range(FULL_ALERTS * 2))
    assert parsed(written)["References"] and written.subject.startswith("Steppe Courier, 200 new comments: A story.")


def test_the_message_id_is_the_same_however_much_is_told() -> None:
    alerts = [told(number) for number in range(FULL_ALERTS + 1)]
    assert mail(*alerts).message_id == mail(*reversed(alerts)).message_id


def test_answers_stand_below_what_is_told_in_full_and_once_for_all_at_the_foot() -> None:
    alerts = [told(number, article=number + 1) for number in range(FULL_ALERTS + 1)]
    written = write(alerts, NOW, sender=SENDER, public_url=None, names={}, answering=ANSWERING)
    assert ["Mute this story: https://wire.example/answer/s." in entry for entry in entries(written)] == [
        True] * FULL_ALERTS + [False]
    links = html.document_fromstring(page(written)).xpath("//a[text()='Mute this story' or text()='End this watch']/@href")
    assert len(set(links)) == len(links) == FULL_ALERTS + 1 and all(f": {link}\n" in plain(written) for link in links)
    assert "Mute" not in plain(mail(*alerts)) and "<p class=\"more\"></p>" not in page(mail(*alerts))


def runs(text: str) -> Iterator[int]:
    for blank, group in groupby(text.split("\n"), key=lambda line: not line):
        if blank:
            yield len(list(group))


def test_no_two_empty_lines_follow_each_other() -> None:
    for number in (1, 2, 4, FULL_ALERTS + 1):
        assert max(runs(plain(mail(*(told(each) for each in range(number)))))) == 1
    assert not re.search(r"\A\n|\n\n\Z", plain(mail(told(1))))
