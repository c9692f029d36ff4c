"""Watches: standing queries with recipients."""
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import null, select, update
from sqlalchemy.orm import Session

from storage.kinds import KINDS
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


class BrokenWatch(ValueError):
    """A row of the table is no watch that can be asked; the text says why. It stands until it is mended, and finds nothing."""


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
    if watch.ended_at is not None:
        watch.since, watch.paused_at = now, None
    elif any(getattr(watch, name) != values[name] for name in QUERY):
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
        if (later := Schedule.kept(schedule).after(mail_at)) != mail_at:
            session.execute(update(Alert).where(
                Alert.watch_id == own, Alert.mail_at == mail_at, Alert.state == "pending", Alert.mail_id.is_(None))
                .values(mail_at=later).execution_options(synchronize_session=False))


def pause(watch: Watch, now: datetime) -> None:
    """Lets a watch rest: nothing is matched for it. What it had found before is mailed all the same."""
    watch.paused_at = watch.paused_at or now


def resume(watch: Watch, now: datetime) -> None:
    """Has a watch that rests look again, from now on."""
    if watch.paused_at is not None:
        watch.since, watch.paused_at = now, None


def end(session: Session, watch: Watch, now: datetime, reason: str) -> int:
    """Ends a watch; its history stays. What waits to be mailed of it is dropped for the reason: how many alerts that were."""
    watch.ended_at = now
    waiting = list(session.scalars(select(Alert.id).where(
        Alert.watch_id == watch.id, Alert.state.in_(("pending", "held")), Alert.mail_id.is_(None))))
    session.execute(update(Alert).where(
        Alert.watch_id == watch.id, Alert.state.in_(("pending", "held")), Alert.mail_id.is_(None))
        .values(state="dropped", reason=reason).execution_options(synchronize_session=False))
    return len(waiting)


# --- what stands

# Made once, as it is asked for every page; columns and no objects of the session for the same reason.
_COLUMNS = ("id", *_LISTS, *_PLAIN, "schedule")
_STANDING = select(*(getattr(Watch, name) for name in _COLUMNS)).where(
    Watch.ended_at.is_(None), Watch.paused_at.is_(None)).order_by(Watch.id)
_KNOWN = {"fields": FIELDS, "events": EVENTS, "kinds": KINDS}


def row(watch: Any) -> WatchRow:
    """A watch of the table, or its columns by their names, as its owner keeps it; BrokenWatch."""
    if why := _wrong(watch):
        raise BrokenWatch(why)
    values: dict[str, Any] = {name: tuple(getattr(watch, name)) for name in _LISTS}
    values |= {name: getattr(watch, name) for name in _PLAIN}
    try:
        return WatchRow(id=watch.id, schedule=Schedule.from_json(watch.schedule), **values)
    except ValueError as error:
        raise BrokenWatch(f"its schedule is {watch.schedule!r}: {error}") from error


def _wrong(watch: Any) -> str | None:
    """Why nothing can be looked for by the columns of a watch."""
    for name in _LISTS:
        value = getattr(watch, name)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            return f"`{name}` is {value!r}, which is no list of texts"
        if name in _KNOWN and (unknown := [each for each in value if each not in _KNOWN[name]]):
            return f"`{name}` has {unknown[0]!r}, which there is not"
    if not watch.words:
        return "it has no words"
    if empty := [word for word in watch.words if not any(map(str.isalnum, word))]:
        return f"the word {empty[0]!r} has no letter and no figure"
    if not isinstance(watch.least, int) or not isinstance(watch.cap, int | None):
        return f"`least` is {watch.least!r} and `cap` {watch.cap!r}: numbers belong there"
    return None


def standing(session: Session, outlet: str | None = None, country: str | None = None) -> list[WatchRow]:
    """The watches that stand, do not rest and are not broken, of one outlet, which is of a country, or of all."""
    rows = _readable(session.connection().execute(_STANDING))
    return [each for each in rows if outlet is None or (
        (not each.outlets or outlet in each.outlets) and (not each.countries or (country or "").upper() in each.countries))]


def _readable(found: Iterable[Any]) -> Iterator[WatchRow]:
    for each in found:
        try:
            yield row(each)
        except BrokenWatch:
            continue  # `broken` tells of it: its owner is mailed, and the others go on


def kept(session: Session) -> dict[str, WatchRow]:
    """By their ids the watches that stand, also those that rest; a broken one is left out."""
    return {each.id: each for each in _readable(every(session))}


def every(session: Session) -> list[Watch]:
    """The rows of all watches that stand, be they broken, by id."""
    return list(session.scalars(select(Watch).where(Watch.ended_at.is_(None)).order_by(Watch.id)))


@dataclass(frozen=True, slots=True)
class Broken:
    """A watch that stands and cannot be asked: why, and the address of whoever keeps it, None where none can be read."""

    id: str
    origin: str
    why: str
    owner: str | None


def broken(session: Session) -> list[Broken]:
    """The watches that stand and are broken."""
    found = []
    for watch in every(session):
        try:
            row(watch)
        except BrokenWatch as error:
            found.append(Broken(watch.id, watch.origin, str(error), owner(watch)))
    return found


def owner(watch: Watch) -> str | None:
    """The address of whoever keeps a watch: its owner, else the first of its recipients that is an address."""
    names = watch.recipients if isinstance(watch.recipients, list) else []
    return next((each for each in (watch.owner, *names) if isinstance(each, str) and "@" in each), None)
