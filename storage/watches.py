"""Watches: standing queries with recipients."""
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import null, select, update
from sqlalchemy.orm import Session

from storage.models import Alert, Watch
from storage.schedule import Schedule

# What a watch asks for that names no events. The others say of an edit what it did to the watch's own words or the headline,
# or that readers can write no more.
USUAL = ("article_new", "article_edited", "article_replaced", "article_gone", "article_back", "comment_posted",
         "comment_edited", "comment_removed", "comment_restored", "thread_hidden")
EVENTS = (*USUAL, "headline_changed", "words_appeared", "words_vanished", "thread_closed")
FIELDS = ("title", "text", "comments")
# The first of these that a watch asks for is what it is told of an edit.
OF_EDITS = ("words_appeared", "words_vanished", "headline_changed", "article_edited")


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A watch as its owner keeps it. Where outlets, countries, languages, fields or kinds are empty, all are meant; where
    events is, those that are USUAL. least is the least size of an edit in characters put in and taken out; cap is how many
    mails a recipient gets within an hour."""

    id: str
    words: tuple[str, ...]
    recipients: tuple[str, ...]
    outlets: tuple[str, ...]
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    least: int = 0
    quote_comments: bool = False
    schedule: Schedule = field(default_factory=Schedule)
    cap: int | None = None
    owner: str | None = None

    def asks_for(self, event: str) -> bool:
        """Whether the watch wants to hear of such an event."""
        return event in (self.events or USUAL)

    def looks_in(self, field: str) -> bool:
        """Whether the watch looks for its words there: `title`, `text` or `comments`."""
        return not self.fields or field in self.fields

    def reads(self, language: str | None) -> bool:
        """Whether articles in a language concern the watch; one whose language is unknown does."""
        return not self.languages or language is None or language.partition("-")[0].lower() in self.languages


_LISTS = ("words", "recipients", "outlets", "countries", "languages", "fields", "events", "kinds")
_PLAIN = ("least", "quote_comments", "cap", "owner")
# What a watch is matched by: when it changes, the watch counts from then.
QUERY = ("words", "outlets", "countries", "languages", "fields")


def sync(session: Session, wanted: Sequence[WatchRow], now: datetime) -> None:
    """Makes the table's watches of the config those that are wanted. A new one, and one whose query changed, counts from now;
    one that is no longer there ends and keeps its history. ValueError where a watch that was added otherwise has an id of
    these, and nothing is changed."""
    there = {watch.id: watch for watch in session.scalars(select(Watch))}
    standing = {own for own, watch in there.items() if watch.origin != "config" and watch.ended_at is None}
    if taken := [row.id for row in wanted if row.id in standing]:
        raise ValueError(f"the watch {taken[0]} is there already: it was added by `steppewire watch add`")
    for row in wanted:
        keep(session, row, "config", now, there.get(row.id))
    kept = {row.id for row in wanted}
    for own, watch in there.items():
        if own not in kept and watch.origin == "config":
            watch.ended_at = watch.ended_at or now


def keep(session: Session, row: WatchRow, origin: str, now: datetime, watch: Watch | None = None) -> None:
    """Writes a watch over the one that is there, or as a new one. What waits for its mail waits by the new schedule."""
    values: dict[str, Any] = {name: list(getattr(row, name)) for name in _LISTS} | {name: getattr(row, name) for name in _PLAIN}
    values["schedule"] = row.schedule.to_json() if row.schedule != Schedule() else None
    if watch is None:
        session.add(Watch(id=row.id, origin=origin, since=now, **values))
        return
    if watch.ended_at is not None or any(list(getattr(watch, name)) != values[name] for name in QUERY):
        watch.since = now
    if watch.schedule != values["schedule"]:
        _wait_anew(session, row, now)
    watch.origin, watch.ended_at = origin, None
    for name, value in values.items():
        setattr(watch, name, value)


def _wait_anew(session: Session, row: WatchRow, now: datetime) -> None:
    session.execute(update(Alert).where(
        Alert.watch_id == row.id, Alert.state == "pending", Alert.mail_id.is_(None), Alert.mail_at.is_not(None))
        .values(mail_at=row.schedule.after(now)))


def postpone(session: Session, mail_at: datetime) -> None:
    """Alerts that may be mailed from a time on wait for their watch's digest or the end of its quiet hours."""
    for own, schedule in session.execute(select(Watch.id, Watch.schedule).where(Watch.schedule.is_not(null()))).all():
        if (later := Schedule.from_json(schedule).after(mail_at)) != mail_at:
            session.execute(update(Alert).where(
                Alert.watch_id == own, Alert.mail_at == mail_at, Alert.state == "pending", Alert.mail_id.is_(None))
                .values(mail_at=later).execution_options(synchronize_session=False))


# Made once, as it is asked for every page; columns and no objects of the session for the same reason.
_COLUMNS = ("id", *_LISTS, *_PLAIN, "schedule")
_STANDING = select(*(getattr(Watch, name) for name in _COLUMNS)).where(
    Watch.ended_at.is_(None), Watch.paused_at.is_(None)).order_by(Watch.id)


def row(watch: Any) -> WatchRow:
    """A watch of the table, or its columns by their names, as its owner keeps it."""
    values: dict[str, Any] = {name: tuple(getattr(watch, name)) for name in _LISTS}
    values |= {name: getattr(watch, name) for name in _PLAIN}
    return WatchRow(id=watch.id, schedule=Schedule.from_json(watch.schedule), **values)


def standing(session: Session, outlet: str | None = None, country: str | None = None) -> list[WatchRow]:
    """The watches that stand and do not rest, of one outlet, which is of a country, or of all."""
    rows = [row(each) for each in session.connection().execute(_STANDING)]
    return [each for each in rows if outlet is None or (
        (not each.outlets or outlet in each.outlets) and (not each.countries or (country or "").upper() in each.countries))]
