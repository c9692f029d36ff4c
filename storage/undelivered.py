"""What was to be told and was not: dead mails, mails that wait, alerts that are in no mail."""
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from storage.models import Alert, Mail


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
    """How many wait, since when the oldest does, and what its last attempt was answered, where there was one."""

    number: int
    since: datetime
    reason: str | None = None


def dead_mails(session: Session) -> list[DeadMails]:
    """The dead mails by recipient, a notice's apart from a watch's."""
    found: dict[tuple[str, bool], list[tuple[int, str | None]]] = {}
    for mail, recipient, watch, reason in session.execute(
            select(Mail.id, Mail.recipient, Mail.watch_id, Mail.reason).where(Mail.state == "dead").order_by(Mail.id)):
        found.setdefault((recipient, watch is None), []).append((mail, reason))
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
    """The mails of a channel that wait since before a moment, a notice's or a watch's; since a person had one tried anew, it
    waits since then. None where none does."""
    since = func.coalesce(Mail.retried_at, Mail.made_at, type_=Mail.made_at.type)
    which = (Mail.state == "waiting", Mail.channel == channel, since < before,
             Mail.watch_id.is_(None) if notices else Mail.watch_id.is_not(None))
    number, oldest = session.execute(select(func.count(), func.min(since, type_=Mail.made_at.type)).where(*which)).one()
    reason = session.scalar(select(Mail.reason).where(*which, Mail.reason.is_not(None)).order_by(since, Mail.id).limit(1))
    return Waiting(number, oldest, reason) if oldest is not None else None


def waiting_alerts(session: Session, before: datetime, but: Collection[str] = ()) -> Waiting | None:
    """The alerts that might have been mailed before a moment and are in no mail, those for the recipients in `but` left out;
    None where there is none."""
    number, oldest = session.execute(select(func.count(), func.min(Alert.mail_at, type_=Alert.made_at.type)).where(
        *_unmailed(before), Alert.recipient.not_in(but))).one()
    return Waiting(number, oldest) if oldest is not None else None


def waiting_for_channels(session: Session, before: datetime, but: Collection[str]) -> dict[str, Waiting]:
    """The same by channel, those in `but` left out."""
    found = session.execute(select(Alert.recipient, func.count(), func.min(Alert.mail_at, type_=Alert.made_at.type)).where(
        *_unmailed(before), Alert.recipient.not_like("%@%"), Alert.recipient.not_in(but)).group_by(Alert.recipient))
    return {channel: Waiting(number, oldest) for channel, number, oldest in sorted(found) if oldest is not None}


def _unmailed(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return Alert.state == "pending", Alert.mail_id.is_(None), Alert.mail_at < before
