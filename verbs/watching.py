"""Watches on the command line: added, paused, ended and listed, over the one table in which those of the settings are too."""
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

import settings as operator
from settings import Settings, SettingsError
from storage import watch_figures, watches
from storage.models import Watch
from storage.schedule import Schedule
from storage.store import Store
from storage.watch_figures import Waits
from storage.watches import BrokenWatch, WatchRow
from verbs.documents import SCHEMA, Document, time

HERE = "the command line"
# What `watch list` counts, and how far `watch test` looks back unless told otherwise.
LATELY = timedelta(days=30)
NO_WAITS = Waits()


class Unknown(LookupError):
    """A watch is named that does not stand; nothing was changed."""

    kind = "usage"


def watch_row(watch: operator.Watch) -> WatchRow:
    """A watch of the settings as the store keeps it."""
    schedule = Schedule(watch.zone, watch.digest, watch.at, watch.weekday, watch.quiet)
    return WatchRow(watch.id, watch.words, watch.recipients, watch.outlets, watch.countries, watch.languages, watch.fields,
                    watch.events, watch.kinds, watch.least, watch.quote_comments, schedule, watch.cap, watch.owner)


def sync_watches(settings: Settings, store: Store, now: datetime) -> None:
    """Makes the store's watches those of the settings."""
    wanted = [watch_row(watch) for watch in settings.watch]
    try:
        with store.writing() as session:
            watches.sync(session, wanted, now)
    except ValueError as error:
        raise SettingsError(str(error), file="the settings", key="watch.id",
                            remedy="give this one another id, or take the other out with `steppewire watch remove`") from error


def require_crawled(settings: Settings, file: str, watch: operator.Watch) -> None:
    """SettingsError where a watch names an outlet that is not crawled."""
    for name in watch.outlets:
        if name not in settings.outlets:
            raise SettingsError(f"outlet {name!r} is not crawled", file=file, key="watch.outlets", value=name,
                                remedy=f"name one of {', '.join(settings.outlets) or 'none'}, or add it to outlets")


# --- what is changed

def add(settings: Settings, store: Store, given: dict[str, Any], now: datetime, *, replace: bool = False) -> WatchRow:
    """Adds a watch that counts from now on, or writes it over the one that was added under its id; SettingsError where it is
    none, or its id is another's."""
    watch = operator.checked(given, settings, HERE)
    require_crawled(settings, HERE, watch)

    def taken(message: str, remedy: str) -> SettingsError:
        return SettingsError(message, file=HERE, key="watch.id", value=watch.id, remedy=remedy)

    if any(other.id == watch.id for other in settings.watch):
        raise taken("a watch of the settings has this id", "give this one another id, or change the one in the file")
    with store.writing() as session:
        there = session.get(Watch, watch.id, with_for_update=True)
        stands = there is not None and there.ended_at is None
        if there is not None and stands and there.origin == "config":
            raise taken("a watch that was in the settings has this id until the daemon is started anew",
                        "give this one another id, or start the daemon anew")
        if stands and not replace:
            raise taken("a watch with this id stands already",
                        "give this one another id, or write it over that one with --replace")
        if replace and not stands:
            raise taken("there is no watch with this id that could be replaced", "leave out --replace")
        watches.keep(session, watch_row(watch), "cli", now, there)
    return watch_row(watch)


def pause(store: Store, names: Sequence[str], now: datetime) -> dict[str, int]:
    """Lets watches rest, those of the settings too; by id how many alerts wait that they found before. Unknown."""
    with store.writing() as session:
        for watch in _named(session, names):
            watches.pause(watch, now)
        waits = watch_figures.waiting(session)
        return {own: _number(waits.get(own, NO_WAITS)) for own in dict.fromkeys(names)}


def resume(store: Store, names: Sequence[str], now: datetime) -> list[str]:
    """Has watches look again from now on; the ids of those that rested. Unknown."""
    with store.writing() as session:
        resting = [watch for watch in _named(session, names) if watch.paused_at is not None]
        for watch in resting:
            watches.resume(watch, now)
        return [watch.id for watch in resting]


def remove(store: Store, file: str, names: Sequence[str], now: datetime) -> dict[str, int]:
    """Ends watches that were added by hand; by id how many alerts that waited are dropped. SettingsError, and nothing is ended,
    where one is of the settings; Unknown."""
    with store.writing() as session:
        named = _named(session, names)
        for watch in named:
            if watch.origin == "config":
                raise SettingsError(f"the watch {watch.id} is one of the settings; nothing was removed", file=file,
                                    key="watch.id", value=watch.id,
                                    remedy="take it out of this file and start the daemon anew, or pause it with "
                                           f"`steppewire watch pause {watch.id}`")
        return {watch.id: watches.end(session, watch, now, "its watch was removed") for watch in named}


def _named(session: Session, names: Sequence[str]) -> list[Watch]:
    there = {watch.id: watch for watch in watches.every(session)}
    if missing := [name for name in names if name not in there]:
        raise Unknown(f"there is no watch {', '.join(missing)}, and nothing was changed: `steppewire watch list` lists them")
    return [there[name] for name in dict.fromkeys(names)]


def _number(waits: Waits) -> int:
    return waits.due + waits.unjudged + waits.held


# --- what is shown

def listing(session: Session, now: datetime) -> Document:
    """All watches that stand, by id."""
    lately, waits = watch_figures.alerts_since(session, now - LATELY), watch_figures.waiting(session)
    ended = watch_figures.ended_by(session)
    return SCHEMA | {"watches": [
        document(watch) | {"ended_by": [each for each in ended.get(watch.id, ()) if each in _texts(watch.recipients)],
                           "alerts_30_days": lately.get(watch.id, 0),
                           "next_mail_at": time(waits.get(watch.id, NO_WAITS).next_at)}
        for watch in watches.every(session)]}


def document(watch: Watch) -> Document:
    """One watch; of a broken one what can be read of it."""
    broken = None
    try:
        row = watches.row(watch)
    except BrokenWatch as error:
        broken, row = str(error), _readable(watch)
    quiet = [f"{each:%H:%M}" for each in row.schedule.quiet] if row.schedule.quiet else None
    return {"watch": watch.id, "origin": watch.origin, "owner": watches.owner(watch), "words": list(row.words),
            "recipients": list(row.recipients), "outlets": list(row.outlets), "countries": list(row.countries),
            "languages": list(row.languages), "fields": list(row.fields), "events": list(row.events),
            "kinds": list(row.kinds), "least": row.least, "quote_comments": row.quote_comments,
            "digest": row.schedule.digest, "at": f"{row.schedule.at:%H:%M}", "weekday": row.schedule.weekday, "quiet": quiet,
            "zone": row.schedule.zone, "cap": row.cap, "since": time(watch.since), "paused_at": time(watch.paused_at),
            "broken": broken}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _readable(watch: Watch) -> WatchRow:
    """A broken watch with what of it can be read."""
    return WatchRow(watch.id, _texts(watch.words), _texts(watch.recipients), _texts(watch.outlets))


def stats(session: Session, which: str | None) -> Document:
    """What watches have told and what their recipients said to it: of all that stand, or of one, which may have ended;
    Unknown."""
    if which is None:
        named = watches.every(session)
    elif (one := session.get(Watch, which)) is not None:
        named = [one]
    else:
        raise Unknown(f"there never was a watch {which}: `steppewire watch list` lists them")
    found = watch_figures.figures(session, [watch.id for watch in named])
    return SCHEMA | {"figures": [
        {"watch": watch.id, "since": time(watch.since), "ended_at": time(watch.ended_at), "alerts": of.alerts,
         "mailed": of.mailed, "mails": of.mails,
         "events": [{"event": event, "alerts": number} for event, number in of.by_event.items()],
         "answers": [{"action": action, "number": number} for action, number in sorted(of.answers.items())],
         "not_relevant": of.not_relevant, "precision": of.precision, "ended_by": of.ended_by}
        for watch in named for of in (found[watch.id],)]}
