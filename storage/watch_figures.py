"""What watches have told so far, and what their recipients said to it."""
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from storage.models import Alert, Answer, Mail, Recipient


@dataclass(slots=True)
class WatchFigures:
    """What a watch has told. alerts are all that were made, mailed those that are in a mail, by_event all by what they tell of;
    not_relevant are those in a mail to which a recipient said so, answers how often each thing was said, and ended_by who wants
    no more of it."""

    alerts: int = 0
    mailed: int = 0
    mails: int = 0
    not_relevant: int = 0
    by_event: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    ended_by: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """The share of what was mailed to which nobody said that it is not relevant; None where nothing was mailed, and where
        nobody ever answered anything, as silence says nothing."""
        return 1 - self.not_relevant / self.mailed if self.mailed and self.answers else None


def figures(session: Session, watches: Collection[str]) -> dict[str, WatchFigures]:
    """What each of some watches has told."""
    found = {own: WatchFigures() for own in watches}
    for own, event, alerts, mailed in session.execute(
            select(Alert.watch_id, Alert.event, func.count(), func.count(Alert.mail_id))
            .where(Alert.watch_id.in_(watches)).group_by(Alert.watch_id, Alert.event).order_by(Alert.watch_id, Alert.event)):
        of = found[own]
        of.alerts, of.mailed, of.by_event[event] = of.alerts + alerts, of.mailed + mailed, alerts
    for own, mails in session.execute(select(Alert.watch_id, func.count(Alert.mail_id.distinct())).where(
            Alert.watch_id.in_(watches)).group_by(Alert.watch_id)):
        found[own].mails = mails
    said = (Answer.action == "not_relevant") & Answer.undone_at.is_(None)
    for own, number in session.execute(
            select(Alert.watch_id, func.count(Alert.id.distinct())).join(Answer, _about())
            .where(Alert.watch_id.in_(watches), Alert.mail_id.is_not(None), said).group_by(Alert.watch_id)):
        found[own].not_relevant = number
    for watch, action, recipient, number in session.execute(
            select(Answer.watch_id, Answer.action, Answer.recipient, func.count())
            .where(Answer.watch_id.in_(watches), Answer.undone_at.is_(None))
            .group_by(Answer.watch_id, Answer.action, Answer.recipient).order_by(Answer.recipient)):
        of = found[str(watch)]
        of.answers[action] = of.answers.get(action, 0) + number
        if action == "end_watch":
            of.ended_by.append(recipient)
    return found


def _about() -> ColumnElement[bool]:
    """Which alerts an answer is about: those of its mail, or all that were mailed to who gave it; of its article, or of all."""
    return ((Answer.watch_id == Alert.watch_id) & (Answer.recipient == Alert.recipient)
            & or_(Answer.mail_id.is_(None), Answer.mail_id == Alert.mail_id)
            & or_(Answer.article_id.is_(None), Answer.article_id == Alert.article_id))


def alerts_since(session: Session, since: datetime) -> dict[str, int]:
    """How many alerts were made since a time, by watch."""
    return dict(session.execute(select(Alert.watch_id, func.count()).where(Alert.made_at >= since)
                                .group_by(Alert.watch_id)).all())


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits of a watch for a mail: how many alerts, and when the next of them may be mailed; how many wait for their run's
    judgement, and how many for a person to decide a hold."""

    due: int = 0
    next_at: datetime | None = None
    unjudged: int = 0
    held: int = 0


def waiting(session: Session) -> dict[str, Waits]:
    """What waits, by watch."""
    due = (Alert.state == "pending") & Alert.mail_at.is_not(None)
    return {own: Waits(number, at, unjudged, held) for own, number, at, unjudged, held in session.execute(
        select(Alert.watch_id, func.count().filter(due), func.min(Alert.mail_at, type_=Alert.made_at.type).filter(due),
               func.count().filter((Alert.state == "pending") & Alert.mail_at.is_(None)),
               func.count().filter(Alert.state == "held"))
        .where(Alert.state.in_(("pending", "held")), Alert.mail_id.is_(None)).group_by(Alert.watch_id))}


def ended_by(session: Session) -> dict[str, list[str]]:
    """The recipients who want no more of a watch, by watch."""
    found: dict[str, list[str]] = {}
    for watch, recipient in session.execute(select(Answer.watch_id, Answer.recipient).distinct().where(
            Answer.action == "end_watch", Answer.undone_at.is_(None)).order_by(Answer.recipient)):
        found.setdefault(str(watch), []).append(recipient)
    return found


def last_mail(session: Session, watch: str) -> datetime | None:
    """When the last mail of a watch was made."""
    made: datetime | None = session.scalar(select(func.max(Mail.made_at, type_=Mail.made_at.type)).where(
        Mail.watch_id == watch))
    return made


def closed(session: Session, recipients: Collection[str]) -> dict[str, Recipient]:
    """Those of some recipients to whom nothing is mailed now, as they have not confirmed or their address is dead."""
    return {row.address: row for row in session.scalars(select(Recipient).where(
        Recipient.address.in_(recipients), Recipient.state != "confirmed"))}
