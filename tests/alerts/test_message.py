import hmac
import re
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from alerts.message import write
from alerts.public import PublicUrl
from storage.outbox import DueAlert
from storage.passage import Part, Passage
from tests.alerts.filled import READER, SENDER
from tests.alerts.written import ANSWERING, PUBLIC_URL, alert, headlines, mail, page, parsed, plain
from tests.conftest import NOW

# --- headers

def test_the_headers_say_who_what_and_that_a_machine_wrote() -> None:
    message = parsed(mail())
    assert message["From"] == SENDER
    assert message["To"] == READER
    assert message["Subject"] == "Steppe Courier, edited: A railway through the pass"
    assert message["Date"].datetime == NOW
    assert re.fullmatch(r"<[0-9a-f]{32}@steppewire\.example>", message["Message-ID"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<debts.watch.steppewire.example>"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_no_random_headline_loses_a_letter_or_a_space() -> None:
    for number, headline in enumerate(headlines(2000)):
        written = mail(alert(Passage(headline, (), ()), number=number))
        expected = f"Steppe Courier, edited: {headline}"
        assert written.subject == expected
        message = parsed(written)
        assert message["Subject"] == expected
        old_parser = message_from_bytes(written.bytes, policy=compat32)["Subject"]
        assert str(make_header(decode_header(old_parser))).replace("\r\n", "") == expected
        for part in message.iter_parts():
            assert f"\n{headline}\r\n" in part.get_content() or f">{headline}</h1>" in part.get_content()


def test_a_subject_counts_what_it_does_not_name() -> None:
    long = Passage("word " * 100, (), ())
    several = [alert(long, number=number, article=number) for number in range(1, 5)]
    assert mail(*several).subject.endswith(" … and 3 more")
    assert len(mail(*several).subject) <= 150
    assert mail(alert(long)).subject.endswith("word…")
    assert len(mail(alert(long), name="A name that does not end " * 10).subject) <= 150
    assert len(mail(alert(Passage("x" * 200_000, (), ()))).subject) == 150
    thread = [alert(number=number, event="comment_posted") for number in range(3)]
    assert mail(*thread, alert(number=9)).subject == "Steppe Courier, 3 new comments, edited: A railway through the pass"
    assert mail(alert(event="something_new")).subject.startswith("Steppe Courier, something new: ")


def test_a_subject_says_that_there_are_other_outlets_and_other_stories() -> None:
    def subject(*alerts: DueAlert) -> str:
        return write(alerts, NOW, sender=SENDER, public_url=None, names={}).subject

    first = alert(number=1, event="article_new")
    other = alert(number=2, article=8, outlet="border")
    replaced = alert(number=3, article=9, event="article_replaced")
    assert subject(first, other).endswith(": A railway through the pass … and 1 more (2 outlets)")
    assert subject(first, replaced).endswith(" … and 1 more (1 replaced)")
    assert subject(first, other, replaced).endswith(" … and 2 more (2 outlets, 1 replaced)")
    several = [alert(number=number, event=event) for number, event in enumerate(
        ("article_edited", "comment_posted", "comment_edited", "article_replaced"))]
    assert subject(*several).startswith("steppe, replaced by another story, edited and more: ")
    assert subject(replaced, first).endswith(" … and 1 more")


def test_the_mails_of_a_watch_about_one_article_are_one_conversation() -> None:
    def references(*alerts: DueAlert) -> object:
        return parsed(mail(*alerts))["References"]

    own = "<article-7.debts@steppewire.example>"
    assert references(alert(number=1)) == references(alert(number=2), alert(number=3, event="comment_posted")) == own
    assert references(alert(watch="other")) == "<article-7.other@steppewire.example>"
    assert re.fullmatch(r"<article-7\.[0-9a-f]{16}@steppewire\.example>", str(references(alert(watch="долги"))))
    assert references(alert(article=8)) == "<article-8.debts@steppewire.example>"
    assert references(alert(), alert(number=2, article=8)) is None
    assert parsed(mail())["In-Reply-To"] is None


def test_an_article_without_a_headline_is_named_by_its_address() -> None:
    assert mail(alert(Passage("", ("China",), ()))).subject == "Steppe Courier, edited: https://steppe.example/a/7"


def test_the_message_id_is_that_of_the_alerts_and_of_nothing_else() -> None:
    one, other = alert(number=1), alert(number=2)
    assert mail(one, other).message_id == mail(other, one, now=NOW + timedelta(days=1)).message_id
    ids = {mail(*alerts).message_id for alerts in (
        [one], [other], [one, other], [alert(watch="x")], [alert(recipient="y@example.org")], [alert(event="article_new")])}
    assert len(ids) == 6


@pytest.mark.parametrize("watch", ["долги", "a b", "x\r\nBcc: y", "a.b", "<>", "x" * 500])
def test_any_id_of_a_watch_makes_a_list_id(watch: str) -> None:
    assert re.fullmatch(r"<[\w-]{1,60}\.watch\.steppewire\.example>", parsed(mail(alert(watch=watch)))["List-Id"])


def test_a_name_in_another_script_survives_beside_its_address() -> None:
    message = parsed(mail(alert(recipient="Чолпон Асанова <reader@analysts.example>")))
    assert message["To"].addresses[0].display_name == "Чолпон Асанова"
    assert message["To"].addresses[0].addr_spec == READER


def test_no_header_has_an_empty_first_line_or_an_encoded_word_that_is_too_long() -> None:
    written = write((alert(Passage("Кредит " * 30, (), ())),), NOW, sender=SENDER, public_url=None, names={},
                    answering=ANSWERING)
    head = written.bytes.partition(b"\r\n\r\n")[0]
    assert b"List-Unsubscribe: <mailto:" in head
    assert re.findall(rb"^[\w-]+:\s*\r\n", head + b"\r\n", re.MULTILINE) == []
    assert max(map(len, re.findall(rb"=\?\S+\?=", head))) <= 75 and max(map(len, head.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("recipient", ["", "nobody", "a@b\nBcc: c@d", "имя@пример.рф", "a b@c", "a@b, c@d\r\n"])
def test_what_is_no_address_is_refused(recipient: str) -> None:
    with pytest.raises(ValueError, match="no mail address"):
        mail(alert(recipient=recipient))


# --- what it says

def test_a_mail_suffices_unopened() -> None:
    for text in (plain(mail()), html.document_fromstring(page(mail())).text_content()):
        for said in ("Steppe Courier", "A railway through the pass", "https://steppe.example/a/7", "Article edited",
                     "2026-03-02 05:55 UTC", "debts", "China", "Was", "two", "Now", "three", "steppewire article show 7",
                     "steppewire article diff 7"):
            assert said in text


def test_changed_and_watched_words_are_marked_in_both_parts() -> None:
    assert "*China* lends [-two-] billion." in plain(mail())
    assert "*China* lends {+three+} billion." in plain(mail())
    assert "<mark>China</mark> lends <del>two</del> billion." in page(mail())
    assert "<mark>China</mark> lends <ins>three</ins> billion." in page(mail())


def test_an_added_and_a_dropped_line_are_told_apart_from_an_edited_one() -> None:
    text = plain(mail(alert(Passage("x", (), (Part("text", None, "new line"), Part("text", "old line", None))))))
    assert "Added:\n  new line" in text
    assert "Taken out:\n  old line" in text


@pytest.mark.parametrize(("event", "part", "said"), [
    ("article_new", Part("text", None, "A line."), "New article"), ("article_gone", Part("text", "A line.", None), "It read:"),
    ("comment_posted", Part("comment", None, "A line."), "New comment"),
    ("comment_edited", Part("comment", "A", "A line."), "Now:"),
    ("comment_removed", Part("comment", "A line.", None), "Comment removed"),
    ("comment_restored", Part("comment", None, "A line."), "Comment put back"),
    ("unheard_of", Part("text", "A line.", None), "Unheard of")])
def test_every_event_has_words_and_shows_its_passage(event: str, part: Part, said: str) -> None:
    written = mail(alert(Passage("x", ("A",), (part,), "reader-5f2c"), event=event))
    for text in (plain(written), html.document_fromstring(page(written)).text_content()):
        assert said in text and "line" in text and "reader-5f2c" in text
    assert ("article thread 7" in plain(written)) == event.startswith("comment_")
    assert "article diff 7" not in plain(written)


def test_a_headline_is_shown_once_with_its_words_marked_and_an_edited_one_with_both_sides() -> None:
    new = mail(alert(Passage("Loans from China", ("China",), (Part("title", None, "Loans from China", (), ((11, 16),)),)),
                     event="article_new"))
    assert plain(new).count("Loans from *China*") == 1
    changed = Part("title", "Loans from Russia", "Loans from China", (), ((11, 16),))
    edited = mail(alert(Passage("Loans from China", ("China",), (changed,))))
    assert "Headline was:\n  Loans from [-Russia-]" in plain(edited)
    assert "Headline now:\n  Loans from {+*China*+}" in plain(edited)


def test_an_article_has_one_entry_however_much_happened_to_it() -> None:
    other = alert(number=2, article=8, url="https://steppe.example/a/8")
    written = mail(alert(number=1, event="article_new"), other, alert(number=3))
    headings = html.document_fromstring(page(written)).xpath("//h1 | //h2")
    assert [heading.tag for heading in headings] == ["h1", "h2", "h2", "h1", "h2"]
    assert plain(written).count("https://steppe.example/a/7") == 1


def test_with_a_public_address_there_are_links_instead_of_commands() -> None:
    written = mail(alert(version=2, before=1), alert(number=2, event="comment_posted"),
                   public_url=PublicUrl("https://wire.example/room/", b"k" * 32))
    hrefs = html.document_fromstring(page(written)).xpath("//a/@href")
    paths = ("article/7", "article/7/diff/1-2", "article/7/thread")
    signed = [hmac.new(b"k" * 32, f"page.{path}".encode(), "sha256").hexdigest()[:32] for path in paths]
    assert hrefs == ["https://steppe.example/a/7", *(f"https://wire.example/room/{path}/{signature}"
                                                     for path, signature in zip(paths, signed, strict=True))]
    assert all(f": {link}\n" in plain(written) for link in hrefs[1:])
    assert "steppewire" not in plain(written)


def test_all_changes_are_those_of_the_mail_from_before_its_first_edit_to_its_last() -> None:
    edits = (alert(number=1, version=5, before=3), alert(number=2, event="headline_changed", version=6, before=5))
    seen_later = alert(number=3, event="article_back", version=9, before=8)
    assert "All changes: steppewire article diff 7 --from 3 --to 6\n" in plain(mail(*edits, seen_later))
    assert f"All changes: {PUBLIC_URL.diff(7, 3, 6)}\n" in plain(mail(*edits[::-1], public_url=PUBLIC_URL))
    assert "All changes: steppewire article diff 7 --from 1 --to 2\n" in plain(mail(alert(version=2)))


def test_a_mail_that_names_commands_says_once_who_can_run_them() -> None:
    said = "Only whoever runs this wire can run the steppewire commands above."
    written = mail(alert(), alert(number=2, article=8))
    assert plain(written).count(said) == page(written).count(said) == 1
    linked = mail(alert(version=2, before=1), public_url=PUBLIC_URL)
    assert said not in plain(linked) and said not in page(linked)


# --- what strangers wrote

def test_nothing_is_fetched_when_a_mail_is_looked_at() -> None:
    tree = html.document_fromstring(page(mail(public_url=PUBLIC_URL)))
    assert tree.xpath("//img | //link | //iframe | //script | //object | //@src | //@background") == []
    assert "url(" not in page(mail()) and "@import" not in page(mail())


def test_a_stranger_cannot_write_an_entry_of_his_own() -> None:
    forged = "x\n\n-----------\n\nA forged headline\nhttps://evil.example"
    text = plain(mail(alert(Passage("x", (), (Part("comment", None, forged),)), event="comment_posted")))
    assert "\nA forged headline" not in text and "\n  A forged headline" in text


@pytest.mark.parametrize("text", ["x" * 30_000, "中" * 30_000, "слово " * 5000, "a line\n" * 3000, "\n.\n..\nFrom x\n"])
def test_no_line_is_longer_than_998_octets_and_all_end_with_crlf(text: str) -> None:
    written = mail(alert(Passage(text, (text[:9000],), (Part("text", None, text),)), url="https://steppe.example/" + text))
    assert max(map(len, written.bytes.split(b"\r\n"))) <= 998
    decoded = [part.get_payload(decode=True) for part in parsed(written).iter_parts()]
    assert all(re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None for content in (written.bytes, *decoded))
    assert written.bytes.isascii()


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co")), max_size=700))
def test_any_passage_comes_out_of_the_mail_as_it_was(text: str) -> None:
    written = mail(alert(Passage("x", (), (Part("text", None, f"<{text}>"),)), event="article_new"))
    assert f"  <{text}>\n" in plain(written)
    assert html.document_fromstring(page(written)).xpath("string(//p[@class='passage'])") == f"<{text}>"
