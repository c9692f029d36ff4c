import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from alerts.channels.apprise import Apprise
from alerts.channels.errors import Later, Paused, Refused
from alerts.channels.smtp import Smtp
from alerts.channels.webhook import Webhook
from alerts.compose import compose
from alerts.deliver import CHANNELS, Channel, Delivered, Patience, deliver, recover
from storage import clock, outbox
from tests.alerts.filled import NAMES, SENDER, Filled
from tests.alerts.mail_server import MailServer

PATIENCE = Patience()


class Scripted:
    """A channel that does as it is told, each time the next thing."""

    def __init__(self, *script: BaseException | str, before: Callable[[], None] = lambda: None) -> None:
        self.script, self.before = list(script), before
        self.sent: list[bytes] = []

    def greet(self, _sender: str) -> str:
        raise AssertionError("delivery greets nobody")

    def send(self, _sender: str, _recipient: str, message: bytes, _stop: threading.Event | None = None) -> str:
        self.before()
        self.sent.append(message)
        what = self.script.pop(0) if self.script else "250 kept"
        if isinstance(what, BaseException):
            raise what
        return what


def mails(filled: Filled, *recipients: str) -> list[bytes]:
    """A waiting mail for each recipient."""
    for recipient in recipients:
        filled.alert(recipient=recipient)
    compose(filled.store, filled.now, sender=SENDER, public_url=None, names=NAMES)
    return [mail.bytes for mail in filled.mails()]


def go(filled: Filled, channel: Channel, after: timedelta = timedelta(0),
       stop: threading.Event | None = None) -> Delivered:
    return deliver(filled.store, filled.now + after, channel, sender=SENDER, stop=stop)


def states(filled: Filled) -> list[str]:
    return [mail.state for mail in filled.mails()]


def test_the_channels_are_listed_by_their_kind() -> None:
    assert {"smtp": Smtp, "webhook": Webhook, "apprise": Apprise} == CHANNELS


def test_a_mail_goes_out_once_as_it_was_frozen(filled: Filled, mail_server: MailServer) -> None:
    frozen = mails(filled, "a@example.org", "b@example.org")
    assert go(filled, mail_server.channel()) == Delivered(sent=2, waiting=0, dead=0)
    assert mail_server.spool == [("a@example.org", frozen[0]), ("b@example.org", frozen[1])]
    assert go(filled, mail_server.channel(), timedelta(days=1)) == Delivered(sent=0, waiting=0, dead=0)
    assert [(attempt.outcome, attempt.answer) for attempt in filled.attempts()] == [("sent", "250 kept")] * 2
    assert all(attempt.ended_at is not None and attempt.ended_at >= attempt.at >= filled.now for attempt in filled.attempts())
    assert all(mail.state == "sent" and mail.claimed_until is None and mail.reason is None for mail in filled.mails())


def test_an_attempt_is_on_record_before_anything_is_sent(filled: Filled) -> None:
    mails(filled, "a@example.org")
    seen: list[tuple[str | None, bool]] = []

    def look() -> None:
        (attempt,), (mail,) = filled.attempts(), filled.mails()
        seen.append((attempt.outcome, mail.claimed_until is not None))

    go(filled, Scripted(before=look))
    assert seen == [(None, True)]


def test_a_mail_that_failed_waits_longer_each_time_and_is_sent_the_same(filled: Filled) -> None:
    (frozen,) = mails(filled, "a@example.org")
    channel = Scripted(*(Later("451 busy") for _ in range(4)))
    at = timedelta(0)
    for tries in range(4):
        assert go(filled, channel, at) == Delivered(sent=0, waiting=1, dead=0)
        (mail,) = filled.mails()
        due = mail.due_at - filled.now
        assert PATIENCE.wait(tries) <= due - at < PATIENCE.wait(tries) + timedelta(seconds=30)
        assert mail.reason == "451 busy"
        assert go(filled, channel, due - timedelta(seconds=1)).sent == 0
        at = due
    assert len(channel.sent) == 4
    assert go(filled, channel, at).sent == 1
    assert channel.sent == [frozen] * 5


def test_the_wait_doubles_from_a_minute_to_six_hours() -> None:
    assert [PATIENCE.wait(tries) for tries in (0, 1, 2, 8)] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 256)]
    assert PATIENCE.wait(9) == PATIENCE.wait(10_000) == timedelta(hours=6)


def test_after_seven_days_of_trying_a_mail_is_dead_with_its_reason(filled: Filled) -> None:
    mails(filled, "a@example.org")
    channel = Scripted(*(Later("451 busy") for _ in range(3)))
    # Days in which nothing was tried do not count: a channel that was paused for them burns nothing.
    first = timedelta(days=9)
    assert go(filled, channel, first).waiting == 1
    assert go(filled, channel, first + PATIENCE.give_up - timedelta(hours=1)).waiting == 1
    assert go(filled, channel, first + PATIENCE.give_up + timedelta(hours=6)) == Delivered(sent=0, waiting=0, dead=1)
    (mail,) = filled.mails()
    assert (mail.state, mail.reason) == ("dead", "given up after 7 days: 451 busy")
    assert go(filled, channel, timedelta(days=99)).sent == 0


def test_a_refused_mail_is_dead_and_the_others_go_out(filled: Filled, mail_server: MailServer) -> None:
    mails(filled, "a@example.org", "gone@example.org", "big@example.org", "b@example.org")
    mail_server.answers_for = {("RCPT", "gone@example.org"): "550 no such user", ("DATA", "big@example.org"): "552 too large"}
    assert go(filled, mail_server.channel()) == Delivered(sent=2, waiting=0, dead=2)
    assert [(mail.state, mail.reason) for mail in filled.mails()] == [
        ("sent", None), ("dead", "550 no such user"), ("dead", "552 too large"), ("sent", None)]
    assert [recipient for recipient, _ in mail_server.spool] == ["a@example.org", "b@example.org"]
    assert go(filled, mail_server.channel(), timedelta(days=1)).sent == 0


@pytest.mark.parametrize("answer", ["451 busy", "hang", "cut", "554 spam"])
def test_a_poison_mail_holds_up_no_other(filled: Filled, mail_server: MailServer, answer: str) -> None:
    mails(filled, "poison@example.org", "a@example.org", "b@example.org")
    mail_server.answers_for[("DATA", "poison@example.org")] = answer
    assert go(filled, mail_server.channel(timeout=1.0)).sent == 2
    assert [recipient for recipient, _ in mail_server.spool] == ["a@example.org", "b@example.org"]


def test_a_channel_of_its_own_fault_holds_up_no_other(filled: Filled, caplog: pytest.LogCaptureFixture) -> None:
    mails(filled, "a@example.org", "b@example.org")
    assert go(filled, Scripted(ArithmeticError("\x00"))) == Delivered(sent=1, waiting=1, dead=0)
    assert "its channel failed" in caplog.text
    assert go(filled, Scripted(), timedelta(minutes=2)).sent == 1


def test_a_paused_channel_burns_nothing(filled: Filled) -> None:
    mails(filled, "a@example.org", "b@example.org")
    channel = Scripted(*(Paused("535 wrong password") for _ in range(20)))
    for day in range(20):
        assert go(filled, channel, timedelta(days=day)) == Delivered(sent=0, waiting=2, dead=0, paused="535 wrong password")
    assert len(channel.sent) == 20  # one a round
    assert {attempt.outcome for attempt in filled.attempts()} == {"paused"}
    assert all(mail.due_at == filled.now and mail.claimed_until is None for mail in filled.mails())
    assert go(filled, channel, timedelta(days=20)) == Delivered(sent=2, waiting=0, dead=0)


def test_a_server_that_was_down_gets_every_mail_exactly_once(filled: Filled) -> None:
    frozen = mails(filled, *(f"reader{number}@example.org" for number in range(12)))
    server = MailServer()
    server.start()
    down = server.channel()
    server.stop()
    sent = 0
    for minute in range(5):
        round_ = go(filled, down, timedelta(minutes=minute))
        assert (round_.sent, round_.waiting, round_.dead, round_.away) == (0, 12, 0, True)
    assert len(filled.attempts()) == 5  # it is asked once a round, not once a mail
    server.start()
    server.answers["DATA"] = "451 still waking"
    sent += go(filled, server.channel(), timedelta(minutes=6)).sent
    server.answers.clear()
    sent += go(filled, server.channel(), timedelta(minutes=8)).sent
    server.stop()
    assert sent == 12
    assert sorted(content for _, content in server.spool) == sorted(frozen)
    assert len({mail["Message-ID"] for mail in server.mails}) == 12


def test_when_the_server_is_well_again_what_waited_for_it_is_due_at_once(filled: Filled) -> None:
    mails(filled, *(f"reader{number}@example.org" for number in range(4)))
    channel = Scripted(*(Later("451 busy") for _ in range(4 * 8)))
    at = timedelta(0)
    for tries in range(8):
        assert go(filled, channel, at).sent == 0
        last, at = at, at + PATIENCE.wait(tries) + timedelta(minutes=1)
    mails(filled, "new@example.org")
    at = last + timedelta(minutes=9)
    assert all(mail.due_at > filled.now + at for mail in filled.mails()[:4])
    assert go(filled, channel, at).sent == 1
    assert go(filled, channel, at + timedelta(seconds=5)).sent == 4


def test_a_mail_that_fails_while_others_get_through_waits_as_long_as_ever(filled: Filled) -> None:
    mails(filled, "full@example.org")
    at = timedelta(0)
    for tries in range(3):
        assert go(filled, Scripted(Later("452 full")), at).sent == 0
        at += PATIENCE.wait(tries) + timedelta(seconds=30)
        mails(filled, f"reader{tries}@example.org")
        assert go(filled, Scripted(), at - timedelta(seconds=40)).sent == 1
    full = filled.mails()[0]
    mails(filled, "last@example.org")
    assert go(filled, Scripted(), at - timedelta(seconds=35)).sent == 1
    assert filled.mails()[0].due_at == full.due_at > filled.now + at - timedelta(seconds=35)


def test_a_mail_that_failed_lets_younger_ones_go_first(filled: Filled) -> None:
    mails(filled, "a@example.org")
    go(filled, Scripted(Later("451 busy")))
    filled.now += timedelta(minutes=5)
    mails(filled, "b@example.org")
    old, young = filled.mails()
    assert old.due_at < young.due_at
    channel = Scripted()
    assert go(filled, channel).sent == 2
    assert channel.sent == [young.bytes, old.bytes]


def test_mails_that_never_failed_go_first_and_a_recipient_in_trouble_is_tried_once_a_round(filled: Filled) -> None:
    for _ in range(3):
        mails(filled, "hangs@example.org")
    assert len(filled.mails()) == 3
    hanging = Scripted(Later("no answer"))
    assert go(filled, hanging) == Delivered(sent=0, waiting=3, dead=0)
    assert len(hanging.sent) == 1
    mails(filled, "a@example.org")
    channel = Scripted(Later("no answer"))
    assert go(filled, channel, timedelta(minutes=2)).sent == 1
    assert channel.sent == [filled.mails()[1].bytes, filled.mails()[3].bytes]


def test_what_died_between_the_claim_and_the_answer_is_sent_again_with_the_same_bytes(filled: Filled,
                                                                                     mail_server: MailServer) -> None:
    frozen = mails(filled, "a@example.org", "b@example.org")
    with pytest.raises(KeyboardInterrupt):
        go(filled, Scripted(KeyboardInterrupt()))
    assert [attempt.outcome for attempt in filled.attempts()] == [None]
    assert states(filled) == ["waiting", "waiting"]
    assert go(filled, mail_server.channel()).sent == 1  # the other one: nobody knows here that the claim's owner is dead
    recover(filled.store)
    assert [attempt.outcome for attempt in filled.attempts()] == ["died", "sent"]
    assert go(filled, mail_server.channel()).sent == 1
    assert sorted(mail_server.spool) == [("a@example.org", frozen[0]), ("b@example.org", frozen[1])]
    assert states(filled) == ["sent", "sent"]


def test_a_claim_that_nobody_freed_ends_by_itself(filled: Filled) -> None:
    mails(filled, "a@example.org")
    with pytest.raises(KeyboardInterrupt):
        go(filled, Scripted(KeyboardInterrupt()))
    assert go(filled, Scripted(), timedelta(minutes=4)).sent == 0
    assert go(filled, Scripted(), timedelta(minutes=6)).sent == 1


def test_a_mail_cut_after_the_final_dot_comes_again_as_the_same_mail(filled: Filled, mail_server: MailServer) -> None:
    (frozen,) = mails(filled, "a@example.org")
    mail_server.answers["DATA"] = "taken, then cut"
    assert go(filled, mail_server.channel()) == Delivered(sent=0, waiting=1, dead=0)
    mail_server.answers.clear()
    assert go(filled, mail_server.channel(), timedelta(minutes=2)).sent == 1
    assert mail_server.spool == [("a@example.org", frozen)] * 2  # at least once; a reader's program knows it by its Message-ID


def test_no_mail_is_begun_after_the_programs_end_was_called(filled: Filled) -> None:
    mails(filled, "a@example.org", "b@example.org")
    stop = threading.Event()
    channel = Scripted(before=stop.set)
    assert go(filled, channel, stop=stop) == Delivered(sent=1, waiting=1, dead=0)
    assert len(filled.attempts()) == 1
    assert go(filled, channel).sent == 1


def test_a_round_tries_a_mail_once_however_long_it_lasts(filled: Filled) -> None:
    mails(filled, "a@example.org", "b@example.org")
    channel = Scripted(*(Later("451") for _ in range(9)))
    done = deliver(filled.store, filled.now, channel, sender=SENDER, patience=Patience(first=timedelta(0)))
    assert done.waiting == 2 and len(channel.sent) == 2


def test_whatever_a_server_answers_can_be_stored(filled: Filled, mail_server: MailServer) -> None:
    mails(filled, "a@example.org")
    mail_server.answers["DATA"] = "554 \x00 \x1b \x80" + "x" * 400
    assert go(filled, mail_server.channel()).dead == 1
    assert (filled.mails()[0].reason or "").startswith("554 ")


def test_an_answer_that_cannot_be_recorded_leaves_the_mail_to_be_sent_again(filled: Filled,
                                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any, **__: Any) -> None:
        raise ConnectionError("the database is away")

    mails(filled, "a@example.org")
    with monkeypatch.context() as patched, pytest.raises(ConnectionError):
        patched.setattr(outbox, "end_attempt", lost)
        go(filled, Scripted())
    assert states(filled) == ["waiting"]
    recover(filled.store)
    assert go(filled, Scripted(Refused("550 no"))).dead == 1


def retry(filled: Filled, after: timedelta, *ids: int) -> None:
    with filled.store.writing() as session:
        outbox.retry(session, ids, filled.now + after)


def test_a_dead_mail_that_a_person_has_tried_anew_is_sent_as_it_was(filled: Filled, mail_server: MailServer) -> None:
    frozen = mails(filled, "a@example.org", "b@example.org")
    mail_server.answers["RCPT"] = "550 no such user"
    assert go(filled, mail_server.channel()).dead == 2
    mail_server.answers.clear()
    first, second = filled.mails()
    retry(filled, timedelta(hours=1), first.id, second.id)
    assert [(mail.state, mail.due_at) for mail in filled.mails()] == [("waiting", filled.now + timedelta(hours=1))] * 2
    assert go(filled, mail_server.channel(), timedelta(hours=1)).sent == 2
    assert mail_server.spool == [("a@example.org", frozen[0]), ("b@example.org", frozen[1])]
    assert [mail["Message-ID"] for mail in mail_server.mails] == [first.message_id, second.message_id]


def test_what_was_given_up_is_given_its_seven_days_anew(filled: Filled) -> None:
    mails(filled, "a@example.org")
    channel = Scripted(*(Later("451 busy") for _ in range(9)))
    go(filled, channel)
    assert go(filled, channel, PATIENCE.give_up).dead == 1
    again = PATIENCE.give_up + timedelta(days=3)
    retry(filled, again, filled.mails()[0].id)
    assert go(filled, channel, again) == Delivered(sent=0, waiting=1, dead=0)
    mail, = filled.mails()
    assert mail.due_at - filled.now - again < PATIENCE.wait(0) + timedelta(seconds=30)
    assert go(filled, channel, again + PATIENCE.give_up - timedelta(hours=1)).waiting == 1
    assert go(filled, channel, again + PATIENCE.give_up + timedelta(hours=6)).dead == 1


def test_a_mail_that_waits_is_due_at_once_and_one_that_is_sent_stays_sent(filled: Filled) -> None:
    mails(filled, "a@example.org", "b@example.org")
    go(filled, Scripted("250 kept", Later("451 busy")))
    sent, waiting = filled.mails()
    with pytest.raises(outbox.NotRetried, match=f"mail {sent.id} is sent"):
        retry(filled, timedelta(0), waiting.id, sent.id)
    with pytest.raises(outbox.NotRetried, match="there is no mail 999"):
        retry(filled, timedelta(0), waiting.id, 999)
    assert filled.mails()[1].due_at > filled.now and states(filled) == ["sent", "waiting"]
    retry(filled, timedelta(seconds=1), waiting.id)
    channel = Scripted()
    assert go(filled, channel, timedelta(seconds=1)).sent == 1 and channel.sent == [waiting.bytes]


def test_a_clock_that_is_set_back_after_a_mail_was_tried_anew_does_not_keep_it_for_ever(filled: Filled) -> None:
    mails(filled, "a@example.org")
    go(filled, Scripted(Refused("550 no")))
    later = timedelta(days=365)
    retry(filled, later, filled.mails()[0].id)
    with filled.store.writing() as session:
        clock.set_back(session, later, filled.now)
    channel = Scripted(*(Later("451 busy") for _ in range(3)))
    assert go(filled, channel).waiting == 1
    assert go(filled, channel, PATIENCE.give_up + timedelta(minutes=5)).dead == 1
