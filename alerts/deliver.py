"""From mails to the wire: one sender, every attempt on record before it is made, the same bytes each time."""
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import failpoint
from alerts.channels.apprise import Apprise
from alerts.channels.errors import Later, Paused, Refused, Unreachable
from alerts.channels.smtp import Smtp
from alerts.channels.webhook import Webhook
from alerts.public import PublicUrl
from alerts.text import line
from storage import outbox
from storage.store import Store

log = logging.getLogger(__name__)

# What the settings call the kinds. Of those besides mail each has the same fields, and writes what it sends.
CHANNELS = {"smtp": Smtp, "webhook": Webhook, "apprise": Apprise}

# Longer than a channel may take, so that a claim outlives its attempt; a sender that died without a restart costs no more.
CLAIM = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a mail that failed waits: first, then twice as long each time up to longest, until give_up has passed since it
    first failed."""

    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=6)
    give_up: timedelta = timedelta(days=7)

    def wait(self, tries: int) -> timedelta:
        """How long a mail waits that has failed `tries` times before this one."""
        return min(self.first * (1 << min(tries, 16)), self.longest)


class Channel(Protocol):
    """A way to a recipient. `greet` enters and leaves without sending anything. `send` returns the last answer once the message
    is the other side's, and raises a ChannelError otherwise; after stop is set it must end within 5 s."""

    def greet(self, sender: str) -> str: ...

    def send(self, sender: str, recipient: str, message: bytes, stop: threading.Event | None = None) -> str: ...


class Other(Channel, Protocol):
    """A channel besides mail. `write` makes what it sends: bytes that are frozen as a mail's are, of the same alerts always
    with the same Message-ID, for the channel that the alerts' recipient names."""

    @staticmethod
    def write(alerts: Sequence[outbox.DueAlert], now: datetime, *, sender: str, public_url: PublicUrl | None,
              names: Mapping[str, str]) -> outbox.NewMail: ...


def writer(kind: str | None, message: bytes) -> Callable[..., outbox.NewMail]:
    """What wrote a message of a channel besides mail: its kind's, or what the message looks like where nobody knows its kind
    any more."""
    if kind is None:
        return Webhook.write if message.startswith(b"{") else Apprise.write
    made: Callable[..., outbox.NewMail] = vars(CHANNELS[kind])["write"]
    return made


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a round of delivery did: mails sent and mails given up in it, mails of the channel that wait after it. paused says
    why the channel lets nothing through, None where it does; away: it could not be reached, which may pass by itself. after is
    how long the other side asks to be left alone, None where it does not."""

    sent: int
    waiting: int
    dead: int
    paused: str | None = None
    away: bool = False
    after: timedelta | None = None


def recover(store: Store) -> None:
    """Frees the mails that a dead sender had claimed; call it at start, holding the store's lock."""
    with store.writing() as session:
        outbox.clear_claims(session)


def deliver(store: Store, now: datetime, channel: Channel, *, sender: str, own: str = "mail",
            stop: threading.Event | None = None, patience: Patience = Patience(),
            progress: Callable[[], None] = lambda: None, envelope: Callable[[int], str] | None = None) -> Delivered:
    """Tries every mail of a channel that is due once, those that never failed first; own is what the mails call the channel.
    Call it holding the store's lock, one round of a channel at a time; those of others may go on beside it.

    What is refused for good is dead, what may work later waits as patience says, and with it the recipient's other mails until
    the next round: no more than one attempt that hangs lies before another recipient's mail. A channel that lets nothing
    through, or cannot be reached, ends the round and burns nothing. No new mail is begun after stop is set. progress is
    called after each mail. envelope gives the address that a mail is sent from by the mail's id, so that what comes back names
    it; without it that is the sender.
    """
    started = time.monotonic()
    sent = dead = 0
    paused: str | None = None
    away = False
    after: timedelta | None = None
    troubled: set[str] = set()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - started)

    while stop is None or not stop.is_set():
        with store.writing() as session:
            mail = outbox.begin_attempt(session, due=now, at=clock(), until=clock() + CLAIM, but=troubled, channel=own)
            failpoint.reach("attempt.beginning", mail is not None)
        if mail is None:
            break
        failpoint.reach("attempt.begun")
        end = _attempt(mail, channel, envelope(mail.mail) if envelope is not None else sender, stop, patience.longest)
        failpoint.reach("attempt.made")
        at = clock()
        given_up = end.outcome == "refused" or (end.outcome == "later" and at - (mail.tried_since or at) >= patience.give_up)
        with store.writing() as session:
            outbox.end_attempt(session, mail, at, end.outcome, end.answer, dead=_epitaph(end, patience) if given_up else None,
                               due_at=at + max(patience.wait(mail.tries), end.after) if end.outcome == "later" else None)
            if end.outcome == "sent" and not sent:
                outbox.release(session, mail, at, patience.first, own)
            failpoint.reach("outcome.recording")
        failpoint.reach("outcome.recorded")
        progress()
        sent += end.outcome == "sent"
        dead += given_up
        if end.outcome == "later":
            troubled.add(mail.recipient)
            after = end.after or None
        if end.outcome == "paused":
            paused, away = end.answer, end.away
            break
    with store.reading() as session:
        return Delivered(sent, outbox.waiting(session, own), dead, paused, away, after)


@dataclass(frozen=True, slots=True)
class _End:
    outcome: outbox.Outcome
    answer: str
    away: bool = False
    after: timedelta = timedelta(0)


def _attempt(mail: outbox.Outgoing, channel: Channel, sender: str, stop: threading.Event | None, longest: timedelta) -> _End:
    try:
        answer = channel.send(sender, mail.recipient, mail.bytes, stop)
    except Refused as error:
        log.warning("mail %s to %s is refused: %s", mail.mail, mail.recipient, error)
        return _End("refused", str(error))
    except Paused as error:
        log.error("mail to %s is paused, the server does not let us in: %s", mail.recipient, error)
        return _End("paused", str(error))
    except Unreachable as error:
        log.warning("mail to %s is paused, the server cannot be reached: %s", mail.recipient, error)
        return _End("paused", str(error), away=True)
    except Later as error:
        log.warning("mail %s waits: %s", mail.mail, error)
        return _End("later", str(error), after=min(error.after or timedelta(0), longest))
    except Exception as error:  # a channel's own fault: this mail waits like a failed one, the others go on
        log.exception("mail %s waits: its channel failed", mail.mail)
        return _End("later", line(f"{type(error).__name__}: {error}"))
    log.info("mail %s to %s is sent: %s", mail.mail, mail.recipient, answer)
    return _End("sent", answer)


def _epitaph(end: _End, patience: Patience) -> str:
    if end.outcome == "refused":
        return end.answer
    days = patience.give_up.days
    return f"given up after {f'{days} days' if days else patience.give_up}: {end.answer}"
