"""What was to be told and was not: dead mails, mails that wait, alerts that are in no mail."""
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
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


def waiting_mails(session: Session, before: datetime, *, notices: bool) -> Waiting | None:
    """The mails that wait since before a moment, a notice's or a watch's; since a person had one tried anew, it waits since
    then. None where none does."""
    since = func.coalesce(Mail.retried_at, Mail.made_at, type_=Mail.made_at.type)
    which = Mail.state == "waiting", Mail.watch_id.is_(None) if notices else Mail.watch_id.is_not(None), since < before
    number, oldest = session.execute(select(func.count(), func.min(since, type_=Mail.made_at.type)).where(*which)).one()
    reason = session.scalar(select(Mail.reason).where(*which, Mail.reason.is_not(None)).order_by(since, Mail.id).limit(1))
    return Waiting(number, oldest, reason) if oldest is not None else None


def waiting_alerts(session: Session, before: datetime) -> Waiting | None:
    """The alerts that might have been mailed before a moment and are in no mail; None where there is none."""
    number, oldest = session.execute(select(func.count(), func.min(Alert.mail_at, type_=Alert.made_at.type)).where(
        Alert.state == "pending", Alert.mail_id.is_(None), Alert.mail_at < before)).one()
    return Waiting(number, oldest) if oldest is not None else None
