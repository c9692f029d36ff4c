"""From the mailbox to the store, on both databases."""
import hashlib
import hmac
import logging
import signal
import subprocess
import sys
from typing import Any

import pytest
from command import ROOT, environment
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from alerts.inbox import reading
from alerts.inbox.maildir import Maildir as Box
from storage import answers, recipients
from storage.models import Alert, Answer, Mail, Recipient
from tests.alerts.filled import READER, Filled
from tests.alerts.inbox.post import KEY, MAILBOX, Maildir, recorded, written


def signed(said: str, length: int = 16) -> str:
    return f"{said}.{hmac.new(KEY, said.encode(), hashlib.sha256).hexdigest()[:length]}"


def envelope(mail: int) -> str:
    return f"wire+{signed(f'b{mail}')}@steppewire.example"


def digest(filled: Filled, mail: int) -> str:
    """What the mail's Message-ID has before its @, made one as it is."""
    local = f"{mail:032x}"
    with filled.store.writing() as session:
        session.get_one(Mail, mail).message_id = f"<{local}@steppewire.example>"
    return local


def mailed(filled: Filled, *articles: int, recipient: str = READER) -> int:
    """A mail that was sent and tells of these articles, or of one."""
    alerts = [filled.alert(article=each, recipient=recipient) for each in articles or (filled.article(),)]
    mail = filled.mail(watch="debts", state="sent", recipient=recipient)
    with filled.store.writing() as session:
        for each in alerts:
            session.get_one(Alert, each).mail_id = mail
            session.get_one(Alert, each).state = "mailed"
    return mail


def read(filled: Filled, on_disk: Maildir, *letters: bytes, **values: Any) -> dict[str, int]:
    """What became of letters that arrived."""
    for each in letters:
        on_disk.arrives(each)
    return dict(reading.read(filled.store, Box(on_disk.folder), values.pop("at", filled.now), KEY, **values))


def one(filled: Filled, mail: int) -> Mail:
    with filled.store.reading() as session:
        return session.get_one(Mail, mail)


def state(filled: Filled, address: str = READER) -> str | None:
    with filled.store.reading() as session:
        return recipients.state(session, address)


def said(filled: Filled) -> list[tuple[str, str, int | None]]:
    with filled.store.reading() as session:
        return [(row.action, row.via, row.mail_id) for row in session.scalars(select(Answer).order_by(Answer.id))]


# --- mails that come back

@pytest.mark.parametrize("name", ["postfix", "exim-old", "qmail", "exchange-text"])
def test_a_mail_that_comes_back_makes_its_address_dead(name: str, filled: Filled, on_disk: Maildir) -> None:
    mail, other = mailed(filled), mailed(filled, recipient="other@analysts.example")
    assert read(filled, on_disk, recorded(name, envelope=envelope(mail), recipient=READER)) == {"bounced": 1}
    found = one(filled, mail)
    assert (found.state, found.bounced_at) == ("sent", filled.now) and found.bounce
    with filled.store.reading() as session:
        row = session.get_one(Recipient, READER)
        assert (row.state, row.dead_at, row.reason) == ("dead", filled.now, found.bounce)
    assert one(filled, other).bounced_at is None and state(filled, "other@analysts.example") is None
    assert on_disk.new() == [] and len(on_disk.seen()) == 1


@pytest.mark.parametrize("name", ["sendmail-full", "gmail-full", "policy", "postfix-forwarded", "postfix-expired"])
def test_a_mail_that_comes_back_for_another_reason_leaves_its_address_alive(name: str, filled: Filled,
                                                                            on_disk: Maildir) -> None:
    mail = mailed(filled)
    assert read(filled, on_disk, recorded(name, envelope=envelope(mail), recipient=READER)) == {"bounced": 1}
    assert one(filled, mail).bounced_at == filled.now and state(filled) is None


def test_a_mail_that_is_only_late_has_not_come_back(filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled)
    assert read(filled, on_disk, recorded("postfix-delayed", envelope=envelope(mail), recipient=READER)) == {"late": 1}
    found = one(filled, mail)
    assert found.bounced_at is None and found.bounce is not None and "Connection timed out" in found.bounce
    assert state(filled) is None
    read(filled, on_disk, recorded("postfix", envelope=envelope(mail), recipient=READER))
    assert read(filled, on_disk, recorded("postfix-delayed", envelope=envelope(mail), recipient=READER)) == {"late": 1}
    assert "550 5.1.1" in (one(filled, mail).bounce or ""), "what is known for good is not forgotten for a later warning"


@pytest.mark.parametrize("to", [
    "wire@steppewire.example", "wire+b1.0000000000000000@steppewire.example", "wire+b1@steppewire.example",
    f"wire+{signed('b2')}@steppewire.example".replace("b2", "b1"), f"wire+{signed('b999999')}@steppewire.example",
    f"wire+{signed('b1')[:-1]}@steppewire.example", f"wire+{signed('r' + '0' * 32)}@steppewire.example"])
def test_a_forged_report_does_nothing(to: str, filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled)
    assert mail == 1
    assert read(filled, on_disk, recorded("postfix", envelope=to, recipient=READER)) == {"automatic": 1}
    assert one(filled, mail).bounced_at is None and one(filled, mail).bounce is None and state(filled) is None


def test_the_address_is_found_where_only_the_mail_server_wrote_it(filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled)
    content = recorded("exim", envelope="nobody", recipient=READER)
    only_there = content.replace(b"Envelope-to: nobody", f"Envelope-to: {envelope(mail)}".encode())
    assert read(filled, on_disk, only_there) == {"bounced": 1} and state(filled) == "dead"


def test_an_address_that_somebody_revived_is_not_dead_again_for_the_same_mail(filled: Filled, on_disk: Maildir) -> None:
    mail, later = mailed(filled), mailed(filled)
    letter = recorded("postfix", envelope=envelope(mail), recipient=READER)
    read(filled, on_disk, letter)
    with filled.store.writing() as session:
        assert recipients.revive(session, READER, filled.now)
    assert read(filled, on_disk, letter) == {"bounced": 1} and state(filled) == "confirmed"
    read(filled, on_disk, recorded("postfix", envelope=envelope(later), recipient=READER))
    assert state(filled) == "dead"


def test_an_absence_note_to_the_envelope_s_sender_does_nothing(filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled)
    assert read(filled, on_disk, recorded("vacation", envelope=envelope(mail), recipient=READER)) == {"automatic": 1}
    assert one(filled, mail).bounced_at is None and state(filled) is None and said(filled) == []


# --- what people answer

@pytest.mark.parametrize(("words", "action"), [("not relevant", "not_relevant"), ("Mute story.", "mute_story"),
                                               ("mute outlet", "mute_outlet"), ("stop", "end_watch")])
def test_a_reply_is_done(words: str, action: str, filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled)
    to = f"wire+{signed('r' + digest(filled, mail))}@steppewire.example"
    assert read(filled, on_disk, written(to, f"{words}\n\n> stop\n")) == {"answered": 1}
    assert said(filled) == [(action, "mail", mail)]


def test_a_reply_that_nobody_understands_is_left_to_a_person(filled: Filled, on_disk: Maildir,
                                                             caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    mail = mailed(filled)
    to = f"wire+{signed('r' + digest(filled, mail))}@steppewire.example"
    letter = written(to, "Who reads this?\n\nstop", subject="Re: =?utf-8?B?0YHRgtC10L/RjA==?=")
    assert read(filled, on_disk, letter) == {"left": 1}
    assert said(filled) == [] and len(on_disk.seen()) == 1
    assert "степь" in caplog.text and "left for a person" in caplog.text


def test_of_a_mail_of_several_articles_a_reply_names_none(filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled, filled.article(), filled.article())
    to = f"wire+{signed('r' + digest(filled, mail))}@steppewire.example"
    assert read(filled, on_disk, written(to, "mute story")) == {"left": 1} and said(filled) == []
    assert read(filled, on_disk, written(to, "end watch")) == {"answered": 1} and said(filled) == [("end_watch", "mail", mail)]


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"}])
def test_a_program_s_reply_does_nothing(headers: dict[str, str], filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled)
    to = f"wire+{signed('r' + digest(filled, mail))}@steppewire.example"
    assert read(filled, on_disk, written(to, "stop", **headers)) == {"automatic": 1} and said(filled) == []


@pytest.mark.parametrize("local", ["wire", "wire+r{digest}", "wire+r{digest}.0000000000000000", "wire+{other}"])
def test_a_forged_reply_does_nothing(local: str, filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled)
    own = digest(filled, mail)
    other = signed("r" + "f" * 32)
    to = f"{local.format(digest=own, other=other)}@steppewire.example"
    assert read(filled, on_disk, written(to, "stop")) == {"left": 1} and said(filled) == []


def test_a_reply_that_is_read_twice_is_done_once_also_after_it_was_taken_back(filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled)
    to = f"wire+{signed('r' + digest(filled, mail))}@steppewire.example"
    letter = written(to, "mute story")
    read(filled, on_disk, letter)
    with filled.store.writing() as session:
        assert answers.undo(session, session.scalars(select(Answer.id)).one(), filled.now) is not None
    assert read(filled, on_disk, letter) == {"answered": 1} and len(said(filled)) == 1
    assert read(filled, on_disk, written(to, "mute story", subject="once more")) == {"answered": 1} and len(said(filled)) == 2


def test_a_mail_whose_subject_is_a_token_does_it_once(filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled)
    token = signed(f"e.{digest(filled, mail)}.0", 32)
    letter = written(MAILBOX, "This message was generated by a mail program.", subject=token, Auto_Submitted="auto-generated")
    assert read(filled, on_disk, letter) == {"answered": 1} and said(filled) == [("end_watch", "mail", mail)]
    assert read(filled, on_disk, letter, written(MAILBOX, subject=token.upper())) == {"answered": 2} and len(said(filled)) == 1


@pytest.mark.parametrize("change", ["Re: {0}", "{0}0", "x{0}", "{1}", "{0} please"])
def test_a_subject_that_is_no_token_of_ours_does_nothing(change: str, filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled)
    token = signed(f"e.{digest(filled, mail)}.0", 32)
    subject = change.format(token, token[:-32] + "0" * 32)
    assert read(filled, on_disk, written(MAILBOX, subject=subject)) == {"left": 1} and said(filled) == []


def test_a_program_s_answer_with_a_token_as_its_subject_does_nothing(filled: Filled, on_disk: Maildir) -> None:
    token = signed(f"e.{digest(filled, mailed(filled))}.0", 32)
    assert read(filled, on_disk, written(MAILBOX, subject=token, Auto_Submitted="auto-replied")) == {"automatic": 1}
    assert said(filled) == []


# --- once, and nothing lost

def test_a_store_that_is_away_leaves_the_letter_unseen(filled: Filled, on_disk: Maildir,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    mail = mailed(filled)
    letter = recorded("postfix", envelope=envelope(mail), recipient=READER)

    def away(*_: Any) -> bool:
        raise OperationalError("UPDATE", {}, Exception("away"))

    with monkeypatch.context() as patch:
        patch.setattr(recipients, "die", away)
        with pytest.raises(OperationalError):
            read(filled, on_disk, letter)
    assert len(on_disk.new()) == 1 and one(filled, mail).bounced_at is None
    assert read(filled, on_disk) == {"bounced": 1} and state(filled) == "dead"


def test_a_letter_of_a_fault_of_ours_holds_up_no_other(filled: Filled, on_disk: Maildir) -> None:
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (number, number) for number in range(3000))
    mail = mailed(filled)
    to = f"To: {envelope(mail)}\n".encode()
    done = read(filled, on_disk, to + nested, recorded("postfix", envelope=envelope(mail), recipient=READER))
    assert done == {"broken": 1, "bounced": 1} and len(on_disk.seen()) == 2


def test_of_many_letters_some_wait_for_the_next_look(filled: Filled, on_disk: Maildir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LETTERS", 2)
    for number in range(3):
        on_disk.arrives(written(MAILBOX, f"{number}"))
    assert read(filled, on_disk) == {"left": 2} and read(filled, on_disk) == {"left": 1}
    monkeypatch.setattr(reading, "SECONDS", 0.0)
    assert read(filled, on_disk, written(MAILBOX), written(MAILBOX)) == {"left": 1}


READ = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from alerts.inbox import reading
from alerts.inbox.maildir import Maildir
from storage.store import Store
reading.read(Store(sys.argv[1]), Maildir(Path(sys.argv[2])), datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc), b"k" * 32)
"""


@pytest.mark.parametrize(("failpoint", "done", "seen"), [("letter.taking", False, 0), ("letter.taken", True, 0),
                                                         ("letter.marked", True, 1)])
def test_a_letter_is_done_once_wherever_its_reader_is_killed(failpoint: str, done: bool, seen: int, filled: Filled,
                                                             on_disk: Maildir) -> None:
    mail = mailed(filled)
    on_disk.arrives(recorded("postfix", envelope=envelope(mail), recipient=READER))
    url = filled.store.url.render_as_string(hide_password=False)
    ended = subprocess.run([sys.executable, "-c", READ, url, str(on_disk.folder)], cwd=ROOT, capture_output=True, text=True,
                           env=environment() | {"STEPPEWIRE_FAILPOINT": failpoint}, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert (state(filled) == "dead", len(on_disk.seen())) == (done, seen)
    if done:
        with filled.store.writing() as session:
            recipients.revive(session, READER, filled.now)
    read(filled, on_disk)
    assert state(filled) == ("confirmed" if done else "dead") and on_disk.new() == []


def test_nobody_is_ever_answered(filled: Filled, on_disk: Maildir) -> None:
    mail = mailed(filled)
    to = f"wire+{signed('r' + digest(filled, mail))}@steppewire.example"
    before = len(filled.mails())
    read(filled, on_disk, written(to, "stop"), written(to, "what?"), recorded("postfix", envelope=to, recipient=READER),
         recorded("postfix", envelope=envelope(mail), recipient=READER))
    assert len(filled.mails()) == before and on_disk.new() == []
