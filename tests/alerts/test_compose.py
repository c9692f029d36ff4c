import json
import threading
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from alerts import compose as composing
from alerts.channels.webhook import Webhook
from alerts.compose import compose
from storage import outbox
from storage.passage import Part, Passage
from storage.store import Store
from tests.alerts.filled import NAMES, PASSAGE, SENDER, Filled

BROKEN: dict[str, dict[str, Any]] = {
    "empty": {}, "no parts": {"headline": "x", "words": [], "parts": None, "author": None},
    "odd spans": {**PASSAGE.to_json(), "parts": [{**PASSAGE.to_json()["parts"][0], "new_spans": [["a", "b"]]}]},
    "odd headline": {**PASSAGE.to_json(), "headline": 7}}


def make(filled: Filled, **values: Any) -> int:
    now = values.pop("now", filled.now)
    return compose(filled.store, now, **{"sender": SENDER, "public_url": None, "names": NAMES, **values})


def subjects(filled: Filled) -> list[str]:
    return [mail.subject for mail in filled.mails()]


def test_the_due_alerts_of_a_watch_and_recipient_become_one_mail(filled: Filled) -> None:
    article = filled.article()
    ids = [filled.alert(article=article), filled.alert(article=article, event="comment_posted"), filled.alert()]
    assert make(filled) == 1
    (mail,) = filled.mails()
    assert (mail.watch_id, mail.recipient, mail.state, mail.made_at, mail.due_at) == (
        "debts", "reader@analysts.example", "waiting", filled.now, filled.now)
    assert mail.subject == "Steppe Courier, new article, new comment: A railway through the pass … and 1 more"
    message = message_from_bytes(mail.bytes, policy=default)
    assert message["Message-ID"] == mail.message_id and message["Subject"] == mail.subject
    assert {alert.id: (alert.state, alert.mail_id) for alert in filled.alerts()} == dict.fromkeys(ids, ("mailed", mail.id))
    assert make(filled) == 0


def test_what_was_not_judged_is_not_due_or_is_held_stays(filled: Filled) -> None:
    for due, state in ((None, "pending"), (timedelta(seconds=1), "pending"), (timedelta(0), "held"), (timedelta(0), "dropped")):
        filled.alert(due=due, state=state)
    assert make(filled) == 0
    assert make(filled, now=filled.now + timedelta(seconds=1)) == 1
    assert [alert.state for alert in filled.alerts()] == ["pending", "mailed", "held", "dropped"]


def test_every_watch_and_every_recipient_has_a_mail_of_its_own(filled: Filled) -> None:
    article = filled.article()
    for watch, recipient in (("debts", "a@example.org"), ("debts", "b@example.org"), ("roads", "a@example.org")):
        filled.alert(watch=watch, recipient=recipient, article=article)
    assert make(filled) == 3
    assert [(mail.watch_id, mail.recipient) for mail in filled.mails()] == [
        ("debts", "a@example.org"), ("debts", "b@example.org"), ("roads", "a@example.org")]


def test_a_mail_says_when_the_version_was_seen_and_whose_article_it_is(filled: Filled) -> None:
    article = filled.article("https://steppe.example/a/pass")
    filled.alert(article=article, version=filled.version(article, filled.now - timedelta(hours=2)))
    make(filled, names={})
    text = message_from_bytes(filled.mails()[0].bytes, policy=default).get_body(("plain",))
    assert text is not None
    assert "Seen 2026-03-02 04:00 UTC" in text.get_content() and "https://steppe.example/a/pass" in text.get_content()
    assert subjects(filled) == ["steppe, new article: A railway through the pass"]


def test_an_alert_that_comes_later_has_another_mail(filled: Filled) -> None:
    first = filled.alert()
    make(filled)
    second = filled.alert()
    make(filled)
    assert {alert.id: alert.mail_id for alert in filled.alerts()} == {
        first: filled.mails()[0].id, second: filled.mails()[1].id}
    assert len({mail.message_id for mail in filled.mails()}) == 2


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_an_alert_that_cannot_be_rendered_is_dropped_and_holds_up_no_other(filled: Filled, broken: dict[str, Any],
                                                                          caplog: pytest.LogCaptureFixture) -> None:
    filled.alert()
    poison = filled.alert(broken)
    filled.alert()
    filled.alert(watch="roads")
    assert make(filled) == 2
    assert [alert.state for alert in filled.alerts()] == ["mailed", "dropped", "mailed", "mailed"]
    dropped = filled.alerts()[1]
    assert dropped.id == poison and dropped.reason is not None and dropped.reason.startswith("cannot be rendered: ")
    assert dropped.mail_id is None
    assert f"alert {poison} cannot be rendered" in caplog.text


def test_alerts_that_do_not_render_together_are_mailed_one_by_one(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(alerts: list[outbox.DueAlert], *values: Any, **named: Any) -> outbox.NewMail:
        if len(alerts) > 1:
            raise ValueError("not together")
        return write(alerts, *values, **named)

    write = composing.write
    for _ in range(3):
        filled.alert()
    monkeypatch.setattr(composing, "write", alone)
    assert make(filled) == 3
    assert {alert.state for alert in filled.alerts()} == {"mailed"}


def test_a_recipient_that_no_mail_can_reach_holds_up_no_other(filled: Filled) -> None:
    filled.alert(recipient="nobody@at@all")
    filled.alert()
    assert make(filled) == 1
    assert [alert.state for alert in filled.alerts()] == ["dropped", "mailed"]
    assert "no mail address" in (filled.alerts()[0].reason or "")


def test_what_is_for_a_channel_is_written_by_it_and_waits_where_it_is_not_there(filled: Filled) -> None:
    ids = [filled.alert(recipient="desk"), filled.alert(recipient="desk"), filled.alert(), filled.alert(recipient="gone")]
    assert make(filled, channels={"desk": Webhook.write}) == 2
    of_desk, of_reader = filled.mails()
    assert (of_desk.recipient, of_desk.channel, of_desk.watch_id) == ("desk", "desk", "debts")
    assert json.loads(of_desk.bytes)["id"] == of_desk.message_id and of_reader.channel == "mail"
    assert {alert.id: alert.mail_id for alert in filled.alerts()} == {
        ids[0]: of_desk.id, ids[1]: of_desk.id, ids[2]: of_reader.id, ids[3]: None}
    assert filled.alerts()[3].state == "pending"
    assert make(filled, channels={"desk": Webhook.write, "gone": Webhook.write}) == 1
    assert filled.mails()[2].channel == "gone"


def test_what_a_channel_cannot_write_is_dropped_and_holds_up_no_other(filled: Filled) -> None:
    poison = filled.alert(BROKEN["no parts"], recipient="desk")
    filled.alert(recipient="desk")
    assert make(filled, channels={"desk": Webhook.write}) == 1
    assert [(alert.id == poison, alert.state) for alert in filled.alerts()] == [(True, "dropped"), (False, "mailed")]


def test_a_wrong_sender_touches_nothing(filled: Filled) -> None:
    filled.alert()
    with pytest.raises(ValueError, match="no mail address"):
        make(filled, sender="wire")
    assert filled.mails() == [] and filled.alerts()[0].state == "pending"


def test_what_is_no_fault_of_an_alert_drops_none(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no file can be opened")

    filled.alert()
    with monkeypatch.context() as patched:
        patched.setattr(composing, "write", full)
        with pytest.raises(OSError, match="no file"):
            make(filled)
    assert filled.alerts()[0].state == "pending"
    assert make(filled) == 1


def test_more_alerts_than_a_mail_holds_are_all_told_once(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "ALERTS_A_MAIL", 3)
    monkeypatch.setattr(composing, "CHARACTERS_A_DOCUMENT", 5000)
    article = filled.article()
    long = Passage("long", (), (Part("text", None, "x" * 4000),))
    for passage in (PASSAGE, PASSAGE, PASSAGE, PASSAGE, long, long, PASSAGE):
        filled.alert(passage, article=article, recipient="desk")
    assert make(filled, channels={"desk": Webhook.write}) == 3
    assert [alert.mail_id for alert in filled.alerts()] == [
        mail.id for mail, count in zip(filled.mails(), (3, 2, 2), strict=True) for _ in range(count)]


def test_what_is_due_is_in_one_mail_however_long_its_passages(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "CHARACTERS_A_DOCUMENT", 5000)
    for _ in range(5):
        filled.alert(Passage("long", (), (Part("text", None, "x" * 4000),)))
    assert make(filled) == 1


def test_an_alert_that_somebody_took_between_rendering_and_claim_is_rendered_anew_without_it(
        filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = filled.alert(), filled.alert()
    real = outbox.freeze

    def freeze(store: Store, mail: outbox.NewMail, alerts: list[int]) -> bool:
        if second in alerts:
            with store.writing() as session:
                outbox.drop(session, second, "a person said so")
        return real(store, mail, alerts)

    monkeypatch.setattr(outbox, "freeze", freeze)
    assert make(filled) == 1
    assert [(alert.id, alert.state) for alert in filled.alerts()] == [(first, "mailed"), (second, "dropped")]
    assert "and 1 more" not in filled.mails()[0].subject


def test_a_group_that_others_keep_taking_is_left_to_the_next_tick(filled: Filled, monkeypatch: pytest.MonkeyPatch,
                                                                  caplog: pytest.LogCaptureFixture) -> None:
    filled.alert()
    filled.alert(watch="roads")
    with monkeypatch.context() as patched:
        real = outbox.freeze
        patched.setattr(outbox, "freeze", lambda store, mail, alerts: mail.watch == "roads" and real(store, mail, alerts))
        assert make(filled) == 1
    assert "left to the next tick" in caplog.text
    assert make(filled) == 1


def test_composers_at_once_put_no_alert_into_two_mails(filled: Filled) -> None:
    for number in range(60):
        filled.alert(recipient=f"reader{number % 6}@example.org")
    stop = threading.Event()
    made: list[int] = []
    ended: list[bool] = []

    def composer() -> None:
        store = Store(filled.store.url.render_as_string(hide_password=False))
        try:
            gate.wait()
            while not stop.is_set():
                made.append(compose(store, filled.now, sender=SENDER, public_url=None, names=NAMES))
            ended.append(True)
        finally:
            store.engine.dispose()

    gate = threading.Barrier(4)
    threads = [threading.Thread(target=composer) for _ in range(3)]
    for thread in threads:
        thread.start()
    gate.wait()
    for number in range(30):  # while they compose, more comes
        filled.alert(recipient=f"reader{number % 6}@example.org")
    stop.set()
    for thread in threads:
        thread.join()
    made.append(make(filled))
    assert ended == [True] * 3
    alerts, mails = filled.alerts(), filled.mails()
    assert all(alert.state == "mailed" for alert in alerts) and len(alerts) == 90
    assert sum(made) == len(mails) == len({mail.message_id for mail in mails})
    # The truth is what the mails say: every alert's article once, in the mail that claimed it.
    for mail in mails:
        text = message_from_bytes(mail.bytes, policy=default).get_body(("plain",))
        assert text is not None
        told = [line for line in text.get_content().splitlines() if line.startswith("https://")]
        with filled.store.reading() as session:
            claimed = [alert for alert in alerts if alert.mail_id == mail.id]
            assert len(told) == len(claimed) > 0
            assert {alert.recipient for alert in claimed} == {mail.recipient}
            assert outbox.show_mail(session, mail.id) == mail.bytes
    every = [line for mail in mails for line in mail.bytes.decode().splitlines() if line.startswith("https://")]
    assert len(every) == len(set(every)) == 90
