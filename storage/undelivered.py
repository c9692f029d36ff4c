"""What was to be told and was not: dead mails, mails that wait, alerts that are in no mail."""
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from storage.models import Alert, Attempt, Mail, Recipient, Watch

# RFC 5321: the mailbox is busy or full; RFC 3463: 4.2.x is of a mailbox.
_OF_A_MAILBOX = re.compile(r"450 |452 |4\d\d 4\.2\.\d")


@dataclass(frozen=True, slots=True)
class DeadMails:
    """The dead mails of one recipient, oldest first, and why the newest is dead. notices: they are no watch's, but tell the
    operator that a person is needed."""

    recipient: str
    notices: bool
    mails: tuple[int, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, since when the oldest does, and what they were answered last, where one was tried, and how that attempt
    ended. own: the mail that was answered so, where all that wait are of one recipient and the answer is its own, as the
    server takes others' mails."""

    number: int
    since: datetime
    reason: str | None = None
    outcome: str | None = None
    own: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class DeadRecipient:
    """An address that mails come back from, since when and why, and how many alerts wait for it."""

    address: str
    since: datetime | None
    reason: str | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Bounced:
    """The newest mail that was sent to an address, where it came back: when, and what was said of it."""

    recipient: str
    mail: int
    at: datetime
    said: str | None


def bounced_mails(session: Session) -> list[Bounced]:
    """The addresses whose newest mail came back and that are not dead: nothing is wrong with the address, or that is not
    known. What came back before somebody revived the address is settled."""
    settled = select(Recipient.address).where(Recipient.address == Mail.recipient, or_(
        Recipient.state == "dead", Recipient.revived_at >= Mail.bounced_at)).exists()
    newest = select(func.max(Mail.id)).where(Mail.state == "sent", Mail.channel == "mail").group_by(Mail.recipient)
    found = session.execute(select(Mail.recipient, Mail.id, Mail.bounced_at, Mail.bounce).where(
        Mail.bounced_at.is_not(None), ~settled, Mail.id.in_(newest)).order_by(Mail.recipient))
    return [Bounced(recipient, mail, at, said) for recipient, mail, at, said in found if at is not None]


def dead_mails(session: Session) -> list[DeadMails]:
    """The dead mails by recipient, a notice's apart from a recipient's."""
    found: dict[tuple[str, bool], list[tuple[int, str | None]]] = {}
    for mail, recipient, notice, reason in session.execute(
            select(Mail.id, Mail.recipient, _is_notice(), Mail.reason).where(Mail.state == "dead").order_by(Mail.id)):
        found.setdefault((recipient, notice), []).append((mail, reason))
    return [DeadMails(recipient, notices, tuple(mail for mail, _ in mails), mails[-1][1])
            for (recipient, notices), mails in sorted(found.items())]


@dataclass(frozen=True, slots=True)
class ChannelMails:
    """The mails of a channel that wait and those that are dead, and what the oldest that waits was answered last, where it
    was tried."""

    channel: str
    waiting: int
    dead: int
    reason: str | None


def by_channel(session: Session) -> list[ChannelMails]:
    """The channels that have mails which are not sent, by name."""
    found: dict[str, dict[str, int]] = {}
    for channel, state, number in session.execute(select(Mail.channel, Mail.state, func.count()).where(
            Mail.state != "sent").group_by(Mail.channel, Mail.state)):
        found.setdefault(channel, {})[state] = number
    return [ChannelMails(channel, states.get("waiting", 0), states.get("dead", 0), session.scalar(
        select(Mail.reason).where(Mail.channel == channel, Mail.state == "waiting", Mail.reason.is_not(None))
        .order_by(Mail.id).limit(1))) for channel, states in sorted(found.items())]


def waiting_mails(session: Session, before: datetime, *, notices: bool, channel: str = "mail") -> Waiting | None:
    """The mails of a channel that wait since before a moment, a notice's or a recipient's; since a person had one tried anew,
    it waits since then. None where none does."""
    since = func.coalesce(Mail.retried_at, Mail.made_at, type_=Mail.made_at.type)
    which = (Mail.state == "waiting", Mail.channel == channel, since < before,
             _is_notice() if notices else not_(_is_notice()))
    number, oldest = session.execute(select(func.count(), func.min(since, type_=Mail.made_at.type)).where(*which)).one()
    if oldest is None:
        return None
    last = session.execute(select(Attempt, Mail.recipient).join(Mail, Mail.id == Attempt.mail_id).where(
        *which, Attempt.answer.is_not(None)).order_by(Attempt.id.desc()).limit(1)).first()
    if last is None:
        return Waiting(number, oldest, session.scalar(
            select(Mail.reason).where(*which, Mail.reason.is_not(None)).order_by(since, Mail.id).limit(1)))
    attempt, recipient = last
    others = session.scalar(select(Mail.id).where(*which, Mail.recipient != recipient).limit(1))
    own = attempt.outcome == "later" and others is None and (
        _OF_A_MAILBOX.match(attempt.answer or "") is not None or _taken_since(session, attempt, channel, recipient))
    return Waiting(number, oldest, attempt.answer, attempt.outcome, (attempt.mail_id, recipient) if own else None)


def _taken_since(session: Session, failed: Attempt, channel: str, recipient: str) -> bool:
    """Whether a channel took another recipient's mail after an attempt that failed."""
    return session.scalar(select(Attempt.id).join(Mail, Mail.id == Attempt.mail_id).where(
        Attempt.id > failed.id, Attempt.outcome == "sent", Mail.channel == channel, Mail.recipient != recipient)
        .limit(1)) is not None


def waiting_alerts(session: Session, before: datetime, but: Collection[str] = ()) -> Waiting | None:
    """The alerts that might have been mailed before a moment and are in no mail, those for the recipients in `but` left out,
    and those that wait for what an address says, or for it to live; None where there is none."""
    closed = select(Recipient.address).where(Recipient.state != "confirmed")
    number, oldest = session.execute(select(func.count(), func.min(Alert.mail_at, type_=Alert.made_at.type)).where(
        *_unmailed(before), Alert.recipient.not_in(but), Alert.recipient.not_in(closed))).one()
    return Waiting(number, oldest) if oldest is not None else None


def waiting_for_channels(session: Session, before: datetime, but: Collection[str]) -> dict[str, Waiting]:
    """The same by channel, those in `but` left out."""
    found = session.execute(select(Alert.recipient, func.count(), func.min(Alert.mail_at, type_=Alert.made_at.type)).where(
        *_unmailed(before), Alert.recipient.not_like("%@%"), Alert.recipient.not_in(but)).group_by(Alert.recipient))
    return {channel: Waiting(number, oldest) for channel, number, oldest in sorted(found) if oldest is not None}


def _unmailed(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return Alert.state == "pending", Alert.mail_id.is_(None), Alert.mail_at < before


def _is_notice() -> ColumnElement[bool]:
    """Whether a mail is the operator's: it is of no watch, and asks nobody whether he wants mails."""
    asks = select(Recipient.address).where(Recipient.address == Mail.recipient, Recipient.asked_at == Mail.made_at).exists()
    return and_(Mail.watch_id.is_(None), not_(asks))


def dead_recipients(session: Session) -> list[DeadRecipient]:
    """The dead addresses that a watch names that stands, or that alerts wait for."""
    waiting = dict(session.execute(select(Alert.recipient, func.count()).where(
        Alert.state == "pending", Alert.mail_id.is_(None)).group_by(Alert.recipient)).all())
    named = {address for addresses in session.scalars(select(Watch.recipients).where(Watch.ended_at.is_(None)))
             for address in addresses}
    dead = session.scalars(select(Recipient).where(Recipient.state == "dead").order_by(Recipient.address))
    return [DeadRecipient(row.address, row.dead_at, row.reason, waiting.get(row.address, 0)) for row in dead
            if row.address in named or row.address in waiting]
