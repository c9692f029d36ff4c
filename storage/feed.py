"""What a watch has told or is about to tell, whoever hears of it."""
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import outbox
from storage.models import Alert, Watch
from storage.outbox import DueAlert

NEWEST = 50


@dataclass(frozen=True, slots=True)
class Told:
    """An event, as one of the alerts that tell of it, and since when it may be told."""

    alert: DueAlert
    at: datetime


def since(session: Session, watch: str) -> datetime | None:
    """Since when a watch looks, None where there never was one of this id."""
    return session.scalar(select(Watch.since).where(Watch.id == watch))


def told(session: Session, watch: str, now: datetime, limit: int = NEWEST) -> list[Told]:
    """The newest events of a watch that were judged and may be told by now, each once however many recipients it has; what is
    held, or was dropped for all of them, is left out."""
    at = func.min(Alert.mail_at, type_=Alert.made_at.type)
    rows = session.execute(
        select(func.min(Alert.id), at)
        .where(Alert.watch_id == watch, Alert.state.in_(("pending", "mailed")), Alert.mail_at <= now)
        .group_by(Alert.event, Alert.subject).order_by(at.desc(), func.min(Alert.id).desc()).limit(limit)).all()
    alerts = {alert.id: alert for alert in outbox.alerts(session, [own for own, _ in rows])}
    return [Told(alerts[own], when) for own, when in rows if when is not None]
