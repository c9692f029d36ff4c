"""What a mail offers its recipient to answer, in its headers and both its parts."""
import re
from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from lxml import html

from alerts import token
from alerts.answering import Answering
from alerts.message import write
from storage.outbox import DueAlert, NewMail
from tests.alerts.filled import NAMES, PASSAGE, READER, SENDER
from tests.conftest import NOW

KEY = b"k" * 32
BY_MAIL = Answering(KEY, "wire@steppewire.example")
HTTPS = replace(BY_MAIL, url="https://wire.example.org/news/")
LABELS = {"not_relevant": "Not relevant", "mute_story": "Mute this story", "mute_outlet": "Mute this outlet",
          "end_watch": "End this watch"}


def alert(article: int, number: int = 1) -> DueAlert:
    return DueAlert(number, "debts", READER, "article_new", f"version:{number}", article, "steppe",
                    f"https://steppe.example/a/{article}", NOW, PASSAGE.to_json())


def mail(answering: Answering | None, *articles: int) -> NewMail:
    alerts = [alert(article, number) for number, article in enumerate(articles or (7,))]
    return write(alerts, NOW, sender=SENDER, public_url=None, names=NAMES, answering=answering)


def parsed(written: NewMail) -> EmailMessage:
    message = message_from_bytes(written.bytes, policy=default)
    assert message.defects == []
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def digest(written: NewMail) -> str:
    return written.message_id[1:].partition("@")[0]


def said(link: str) -> tuple[str, str, int | None]:
    """What the token of a link says."""
    parts = urlsplit(link)
    text = parse_qs(parts.query)["subject"][0] if parts.scheme == "mailto" else parts.path.rpartition("/")[2]
    found = token.read(KEY, text)
    assert found is not None
    return found.action, found.digest, found.article


def ways(message: EmailMessage) -> list[str]:
    return re.findall(r"<([^>]*)>", str(message["List-Unsubscribe"]))


def test_without_a_link_a_watch_is_ended_by_a_mail_whose_subject_says_so() -> None:
    written = mail(BY_MAIL)
    message = parsed(written)
    (way,) = ways(message)
    assert way.startswith("mailto:wire@steppewire.example?subject=e.")
    assert said(way) == ("end_watch", digest(written), None)
    assert message["List-Unsubscribe-Post"] is None and message["Reply-To"] is None


def test_with_https_one_press_ends_it_as_rfc_8058_has_it() -> None:
    written = mail(HTTPS)
    message = parsed(written)
    by_mail, by_link = ways(message)
    assert by_mail.startswith("mailto:wire@steppewire.example?subject=")
    assert by_link.startswith("https://wire.example.org/news/answer/e.")
    assert said(by_mail) == said(by_link) == ("end_watch", digest(written), None)
    assert str(message["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"


def test_with_http_there_is_a_link_and_no_one_press() -> None:
    message = parsed(mail(replace(HTTPS, url="http://wire.example.org")))
    assert ways(message)[1].startswith("http://wire.example.org/answer/e.")
    assert message["List-Unsubscribe-Post"] is None


def test_replies_to_a_mailbox_that_is_read_name_the_mail() -> None:
    written = mail(replace(HTTPS, address="answers@steppewire.example", is_read=True))
    address = str(parsed(written)["Reply-To"])
    assert address.startswith("answers+r") and token.replied(KEY, address) == digest(written)


@pytest.mark.parametrize("answering", [BY_MAIL, HTTPS, replace(HTTPS, is_read=True, url="https://w.example/" + "a" * 900)])
def test_no_line_of_the_headers_is_too_long_and_none_breaks_a_link(answering: Answering) -> None:
    written = mail(answering)
    head = written.bytes.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert all(said(way)[0] == "end_watch" for way in ways(parsed(written)))


def offered(answering: Answering, *articles: int) -> Mapping[str, list[tuple[str, Any]]]:
    """The labels and what their links say, in order, by part."""
    message = parsed(mail(answering, *articles))
    words = "|".join(LABELS.values())
    plain = re.findall(rf"^({words}): (\S+)$", body(message, "plain"), re.M)
    links = [(str(link.text), str(link.get("href"))) for link in html.fromstring(body(message, "html")).iter("a")]
    assert all(unquote(link).isascii() for _, link in plain)
    return {"plain": [(label, said(link)) for label, link in plain],
            "html": [(label, said(link)) for label, link in links if label in LABELS.values()]}


@pytest.mark.parametrize("answering", [BY_MAIL, HTTPS])
def test_every_entry_and_the_foot_offer_their_answers_in_both_parts(answering: Answering) -> None:
    made = digest(mail(answering, 7, 9))
    wanted = [(LABELS[action], (action, made, article)) for article in (7, 9)
              for action in ("not_relevant", "mute_story", "mute_outlet")] + [(LABELS["end_watch"], ("end_watch", made, None))]
    assert offered(answering, 7, 9) == {"plain": wanted, "html": wanted}


def test_a_mail_that_cannot_be_answered_offers_nothing() -> None:
    message = parsed(mail(None))
    assert message["List-Unsubscribe"] is None and "Mute" not in body(message, "plain") + body(message, "html")


def test_a_mailbox_s_own_signs_are_kept_in_its_address() -> None:
    (way,) = ways(parsed(mail(replace(BY_MAIL, address="news+wire&x=1?#@steppewire.example"))))
    assert unquote(urlsplit(way).path) == "news+wire&x=1?#@steppewire.example" and said(way)[0] == "end_watch"


def test_what_is_shown_of_it_has_no_key() -> None:
    assert "kkk" not in repr(BY_MAIL)
