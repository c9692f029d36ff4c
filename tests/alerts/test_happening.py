"""What an entry says of each thing that happened: when, in whose zone, with whose words."""
from datetime import timedelta
from email import message_from_bytes

import pytest
from lxml import html

from alerts.events import EVENTS
from storage.outbox import NewMail
from storage.passage import Part, Passage
from tests.alerts.written import PUBLIC_URL, alert, mail, page, plain, said
from tests.conftest import NOW

SECRET, NAME = "Nobody may read this about China.", "reader-5f2c"
COMMENT = Passage("A story", ("China",), (Part("comment", "Nobody knew.", SECRET, (), ((28, 33),)),), NAME)


def everything(written: NewMail) -> str:
    """All that is in a mail, decoded."""
    message = message_from_bytes(written.bytes)
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    return "\n".join((written.subject, str(message), *(bytes(part).decode() for part in parts)))


# --- comments that are not quoted

@pytest.mark.parametrize("event", [event for event in EVENTS if event.startswith(("comment_", "thread_"))])
def test_a_watch_that_quotes_no_comments_tells_neither_their_words_nor_who_wrote_them(event: str) -> None:
    quoted, counted = (mail(alert(COMMENT, event=event, quote_comments=quote)) for quote in (True, False))
    assert SECRET in plain(quoted).replace("*", "") and NAME in plain(quoted)
    assert not any(word in everything(counted) for word in ("Nobody", "read this", NAME))
    for text in (plain(counted), said(page(counted))):
        assert "Matched: China" in text and "steppewire article thread 7" in text
        assert "This mail quotes no comments; “The thread” below has them." in text
    assert "This mail quotes no comments" not in plain(quoted)


def test_comments_that_are_not_quoted_are_counted_by_kind_with_the_words_that_matched() -> None:
    other = Passage("A story", ("Russia", "China"), COMMENT.parts, NAME)
    alerts = [alert(COMMENT if number else other, number=number, event=event, quote_comments=False,
                    seen_at=NOW + timedelta(minutes=number))
              for number, event in enumerate(("comment_posted", "comment_removed", "comment_posted", "comment_posted"))]
    written = mail(*alerts)
    assert html.document_fromstring(page(written)).xpath("//h2/text()") == ["3 new comments", "Comment removed"]
    assert "3 new comments\nSeen 2026-03-02 06:00 to 2026-03-02 06:03 UTC\nMatched: Russia, China\n" in plain(written)
    assert "Comment removed\nSeen 2026-03-02 06:01 UTC\nMatched: China\n" in plain(written)
    assert plain(written).startswith("3 new comments. Matched: Russia, China. Comment removed. Matched: China.\n")
    linked = mail(*alerts, public_url=PUBLIC_URL)
    assert PUBLIC_URL.thread(7) in html.document_fromstring(page(linked)).xpath("//a/@href")


def test_what_an_article_says_is_shown_though_comments_are_not() -> None:
    passage = Passage("A story", ("China",), (Part("text", None, "China builds.", (), ((0, 5),)), *COMMENT.parts))
    closed = plain(mail(alert(passage, event="thread_closed", quote_comments=False)))
    assert "The article reads:\n  *China* builds." in closed and "Nobody" not in closed
    assert "A comment reads:\n" in plain(mail(alert(COMMENT, event="thread_closed")))


# --- times

@pytest.mark.parametrize(("zone", "said"), [
    ("UTC", "2026-03-02 05:55 UTC"), ("Asia/Almaty", "2026-03-02 10:55 Asia/Almaty"),
    ("America/Los_Angeles", "2026-03-01 21:55 America/Los_Angeles")])
def test_times_are_those_of_the_recipient_s_clock(zone: str, said: str) -> None:
    for text in (plain(mail(alert(zone=zone))), page(mail(alert(zone=zone)))):
        assert f"Seen {said}" in text


# --- places

def test_another_story_stands_beside_the_one_that_was_there() -> None:
    parts = (Part("title", "Rails", "Melons"), Part("text", "China lends.", None, ((0, 5),)), Part("text", "It is late.", None),
             Part("text", None, "Melons ripen."))
    tree = html.document_fromstring(page(mail(alert(Passage("Melons", ("China",), parts), event="article_replaced"))))
    rows = [[side.text_content().split("\n") for side in sides] for sides in tree.xpath("//div[@class='sides']")]
    assert rows == [[["Headline was:", "Rails"], ["Headline now:", "Melons"]],
                    [["Was:", "China lends."], ["Now:", "Melons ripen."]]]
    assert "Was:\n  It is late." in plain(mail(alert(Passage("Melons", ("China",), parts), event="article_replaced")))
    assert tree.xpath("//ins | //del") == []


def test_a_place_that_shows_why_it_matched_and_was_not_changed_says_so() -> None:
    same = Part("text", "China pays.", "China pays.", ((0, 5),), ((0, 5),))
    text = plain(mail(alert(Passage("x", ("China",), (Part("text", "Two.", "Three."), same)))))
    assert "Unchanged:\n  *China* pays.\n" in text


def test_the_headline_of_an_article_that_is_gone_is_marked_where_it_stands() -> None:
    gone = Passage("Loans from China", ("China",), (Part("title", "Loans from China", None, ((11, 16),)),))
    text = plain(mail(alert(gone, event="article_gone")))
    assert "Loans from *China*\n" in text and "Headline it read" not in text


# --- the first lines

def test_a_mail_begins_with_what_was_changed() -> None:
    rest = "word " * 100
    for part, begins in (
            (Part("text", f"{rest}two{rest}", f"{rest}three{rest}"), "Was: […] "),
            (Part("text", "It costs five.", "It costs five, they say."), "Now: It costs five, they say.\n"),
            (Part("text", None, "China pays.", (), ((0, 5),)), "Added: China pays.\n")):
        text = plain(mail(alert(Passage("x", ("China",), (part,)))))
        assert text.startswith(begins) and len(text.partition("\n\n")[0]) < 250
    both = Passage("x", (), (Part("text", f"{rest}two {rest}", f"{rest}three {rest}"),))
    was, now = plain(mail(alert(both))).split("\n")[:2]
    assert "two" in was and "three" in now


def test_a_stranger_s_words_begin_no_line_of_a_mail() -> None:
    for event in EVENTS:
        text = plain(mail(alert(Passage("x", ("x",), (Part("comment", None, "https://evil.example"),)), event=event)))
        assert not text.startswith("https://evil") and "\nhttps://evil" not in text
