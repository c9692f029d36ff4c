"""There and back: mails sent through a real server, and what comes back to the address that each was sent from."""
from datetime import timedelta
from email.utils import parseaddr
from functools import partial

from alerts import token
from alerts.compose import compose
from alerts.deliver import deliver
from alerts.inbox import reading
from alerts.inbox.maildir import Maildir as Box
from storage import recipients
from tests.alerts.filled import NAMES, READER, SENDER, Filled
from tests.alerts.inbox.post import KEY, MAILBOX, Maildir, recorded
from tests.alerts.mail_server import MailServer

HOUR = timedelta(hours=1)


def sent(filled: Filled, server: MailServer, *, mailbox: str | None = MAILBOX) -> int:
    """Mails what is due; how many mails were made of it."""
    made = compose(filled.store, filled.now, sender=SENDER, public_url=None, names=NAMES)
    deliver(filled.store, filled.now, server.channel(), sender=SENDER,
            envelope=partial(token.envelope, KEY, mailbox) if mailbox else None)
    return made


def test_each_mail_has_a_sender_s_address_of_its_own_and_the_same_header(filled: Filled, mail_server: MailServer) -> None:
    for recipient in (READER, "other@analysts.example"):
        filled.alert(recipient=recipient)
        sent(filled, mail_server)
    assert len(set(mail_server.senders)) == 2
    assert all(each.startswith("wire+b") and each.endswith("@steppewire.example") for each in mail_server.senders)
    assert [parseaddr(mail["From"])[1] for mail in mail_server.mails] == ["wire@steppewire.example"] * 2


def test_without_a_mailbox_mails_are_sent_from_the_sender_s_address(filled: Filled, mail_server: MailServer) -> None:
    filled.alert()
    sent(filled, mail_server, mailbox=None)
    assert mail_server.senders == ["wire@steppewire.example"]


def test_a_retry_is_sent_from_the_same_address(filled: Filled, mail_server: MailServer) -> None:
    filled.alert()
    mail_server.answers["DATA"] = "451 busy, taken, then gone"  # the server has the mail, and its answer is lost
    sent(filled, mail_server)
    del mail_server.answers["DATA"]
    deliver(filled.store, filled.now + HOUR, mail_server.channel(), sender=SENDER,
            envelope=partial(token.envelope, KEY, MAILBOX))
    mail, = filled.mails()
    assert mail_server.senders == [token.envelope(KEY, MAILBOX, mail.id)] * 2 and len(mail_server.spool) == 2


def test_an_address_whose_mail_comes_back_hears_nothing_until_somebody_revives_it(filled: Filled, mail_server: MailServer,
                                                                                 on_disk: Maildir) -> None:
    filled.alert()
    filled.alert(recipient="other@analysts.example")
    assert sent(filled, mail_server) == 2
    came_from = dict(zip((recipient for recipient, _ in mail_server.spool), mail_server.senders, strict=True))
    on_disk.arrives(recorded("postfix", envelope=came_from[READER], recipient=READER))
    reading.read(filled.store, Box(on_disk.folder), filled.now, KEY)
    bounced, other = sorted(filled.mails(), key=lambda mail: mail.recipient != READER)
    assert (bounced.state, bounced.bounced_at, other.state, other.bounced_at) == ("sent", filled.now, "sent", None)

    waiting = filled.alert()
    filled.alert(recipient="other@analysts.example")
    assert sent(filled, mail_server) == 1 and mail_server.spool[-1][0] == "other@analysts.example"
    assert {alert.id: alert.state for alert in filled.alerts()}[waiting] == "pending"
    with filled.store.writing() as session:
        assert recipients.revive(session, READER, filled.now)
    assert sent(filled, mail_server) == 1 and mail_server.spool[-1][0] == READER
    assert {alert.id: alert.state for alert in filled.alerts()}[waiting] == "mailed"
