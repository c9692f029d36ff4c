"""Addresses that are asked whether they want mails: once, and their alerts wait until they say so."""
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import parse_qs, urlsplit

from lxml import html

from alerts import token
from alerts.answering import Answering
from alerts.compose import compose
from alerts.confirmation import ask
from storage import answers, outbox, recipients
from storage.models import Watch
from tests.alerts.filled import NAMES, READER, SENDER, Filled

KEY = b"k" * 32
ANSWERING = Answering(KEY, "wire@steppewire.example", url="https://wire.example.org")
DAY = timedelta(days=1)


def turn(filled: Filled, later: timedelta = timedelta(0), *, confirm: bool = True) -> list[str]:
    """A round of asking and composing; the subjects of the mails that it made."""
    before = len(filled.mails())
    if confirm:
        ask(filled.store, filled.now + later, sender=SENDER, answering=ANSWERING, contact="mailto:keeper@example.org")
    compose(filled.store, filled.now + later, sender=SENDER, public_url=None, names=NAMES, answering=ANSWERING,
            only_confirmed=confirm)
    return [mail.subject for mail in filled.mails()[before:]]


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert message.defects == []
    return message


def say_yes(filled: Filled, content: bytes) -> str:
    (link,) = [str(each.get("href")) for each in html.fromstring(
        parsed(content).get_body(("html",)).get_content()).iter("a") if each.text == "Yes, send them"]  # type: ignore[union-attr]
    found = token.read(KEY, urlsplit(link).path.rpartition("/")[2])
    assert found is not None
    with filled.store.writing() as session:
        return answers.act(session, found.action, found.digest, found.article, "link", filled.now, token=found.text).state


def test_a_new_address_is_asked_once_and_what_waited_comes_in_one_mail(filled: Filled) -> None:
    for _ in range(2):
        filled.alert()
    (asked,) = turn(filled)
    assert "confirm" in asked
    for later in range(1, 4):  # restarts, other days, more alerts
        filled.alert()
        assert turn(filled, DAY * later) == []
    assert say_yes(filled, filled.mails()[0].bytes) == "done"
    (told,) = turn(filled, DAY * 4)
    assert told.startswith("Steppe Courier") and "4 more" in told
    assert {alert.state for alert in filled.alerts()} == {"mailed"}


def test_the_mail_says_who_is_asked_for_what_in_both_parts_with_link_and_address(filled: Filled) -> None:
    filled.alert()
    with filled.store.writing() as session:
        session.add(Watch(id="дороги", words=["Один пояс", "<b>"], recipients=[READER], outlets=[], since=filled.now))
    turn(filled)
    (mail,) = filled.mails()
    assert (mail.watch_id, mail.recipient) == (None, READER)
    message = parsed(mail.bytes)
    assert message["To"] == READER and message["List-Unsubscribe"] is None and message["Auto-Submitted"] == "auto-generated"
    plain, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None and page is not None
    text = html.fromstring(page.get_content())
    for part in (plain.get_content(), text.text_content()):
        for word in (READER, "debts", "China", "дороги", "Один пояс, <b>", "do nothing"):
            assert word in part
    links = [str(link.get("href")) for link in text.iter("a")]
    assert all(link in plain.get_content() for link in links)
    tokens = [urlsplit(links[0]).path.rpartition("/")[2], parse_qs(urlsplit(links[1]).query)["subject"][0]]
    assert links[0].startswith("https://wire.example.org/answer/c.") and links[1].startswith("mailto:wire@steppewire.example?")
    assert tokens[0] == tokens[1] and token.read(KEY, tokens[0]) is not None


def test_the_mail_that_asks_says_who_keeps_the_wire(filled: Filled) -> None:
    filled.alert()
    turn(filled)
    mail = parsed(filled.mails()[0].bytes)
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None and "Who keeps this wire: " in body.get_content() and "keeper@example.org" in body.get_content()
        assert "mailto:keeper" not in body.get_content()


def test_who_had_mails_before_it_was_wanted_is_not_asked(filled: Filled) -> None:
    filled.alert()
    assert len(turn(filled, confirm=False)) == 1
    with filled.store.writing() as session:
        session.get_one(type(filled.mails()[0]), 1).state = "sent"
    filled.alert()
    (told,) = turn(filled)
    assert told.startswith("Steppe Courier")


def test_every_new_address_is_asked_in_a_mail_of_its_own(filled: Filled) -> None:
    filled.alert(recipient="a@example.org")
    filled.alert(watch="roads", recipient="b@example.org")
    assert len(turn(filled)) == 2
    assert [mail.recipient for mail in filled.mails()] == ["a@example.org", "b@example.org"]
    assert turn(filled) == turn(filled, DAY) == []


def test_an_address_that_nobody_asked_yet_gets_nothing(filled: Filled) -> None:
    """A watch may be added, and match, between the asking and the composing."""
    filled.alert()
    assert compose(filled.store, filled.now, sender=SENDER, public_url=None, names=NAMES, only_confirmed=True) == 0
    with filled.store.writing() as session:
        recipients.confirm(session, READER, filled.now)
    assert compose(filled.store, filled.now, sender=SENDER, public_url=None, names=NAMES, only_confirmed=True) == 1


def test_what_is_muted_is_not_composed_though_it_was_matched_meanwhile(filled: Filled) -> None:
    article = filled.article()
    filled.alert(article=article)
    turn(filled, confirm=False)
    digest = filled.mails()[0].message_id[1:].partition("@")[0]
    with filled.store.writing() as session:
        assert answers.act(session, "mute_story", digest, article, "cli", filled.now).state == "done"
    filled.alert(article=article)
    assert turn(filled, confirm=False) == []
    assert filled.alerts()[-1].state == "dropped"


def test_a_channel_is_asked_nothing_and_told_at_once(filled: Filled) -> None:
    filled.alert(recipient="desk")
    assert ask(filled.store, filled.now, sender=SENDER, answering=ANSWERING) == 0
    with filled.store.reading() as session:
        assert outbox.due_groups(session, filled.now, only_confirmed=True) == [("debts", "desk")]
