"""Watches: standing queries with recipients."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Watch


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A watch as its owner keeps it."""

    id: str
    words: tuple[str, ...]
    recipients: tuple[str, ...]
    outlets: tuple[str, ...]


def sync(session: Session, wanted: Sequence[WatchRow], now: datetime) -> None:
    """Makes the table's watches of the config those that are wanted. A new one, and one whose query changed, counts from now;
    one that is no longer there ends and keeps its history."""
    standing = {watch.id: watch for watch in session.scalars(select(Watch).where(Watch.origin == "config"))}
    for row in wanted:
        watch = standing.pop(row.id, None) or Watch(id=row.id, since=now, words=list(row.words))
        if watch.words != list(row.words) or watch.ended_at is not None:
            watch.since = now
        watch.words, watch.recipients, watch.outlets = list(row.words), list(row.recipients), list(row.outlets)
        watch.ended_at = None
        session.add(watch)
    for watch in standing.values():
        watch.ended_at = watch.ended_at or now


# Made once, as it is asked for every page; columns and no objects of the session for the same reason.
_STANDING = select(Watch.id, Watch.words, Watch.recipients, Watch.outlets).where(Watch.ended_at.is_(None)).order_by(Watch.id)


def standing(session: Session, outlet: str | None = None) -> list[WatchRow]:
    """The watches that stand, of one outlet or of all."""
    rows = [WatchRow(own, tuple(words), tuple(recipients), tuple(outlets))
            for own, words, recipients, outlets in session.connection().execute(_STANDING)]
    return [row for row in rows if outlet is None or not row.outlets or outlet in row.outlets]
