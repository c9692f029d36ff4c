"""A watch in plain sentences: what it looks for, whom it tells of what and when, and why it may be silent."""
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from alerts.events import event
from crawler.outlet import Outlet
from pipelines.match.words import find
from settings import Settings
from storage import happened, outbox, watch_figures, watches
from storage.models import Watch
from storage.schedule import Schedule
from storage.watch_figures import Waits
from storage.watches import FIELDS, USUAL, BrokenWatch, WatchRow
from verbs.needs import moment, outlet_or_mistake
from verbs.watching import Unknown

PLACES = {"title": "headlines", "text": "texts", "comments": "readers' comments"}


def explain(settings: Settings, session: Session, own: str, now: datetime) -> list[str]:
    """The sentences about a watch that stands, a paragraph each; Unknown."""
    watch = session.get(Watch, own)
    if watch is None or watch.ended_at is not None:
        raise Unknown(f"there is no watch {own}: `steppewire watch list` lists them")
    origin = "is one of the settings" if watch.origin == "config" else "was added with `steppewire watch add`"
    owner = watches.owner(watch)
    head = f"The watch {own} {origin}{f', is kept by {owner}' if owner else ''} and counts since {moment(watch.since)}."
    try:
        row = watches.row(watch)
    except BrokenWatch as error:
        return [head, f"It is broken and finds nothing: {error}."]
    waits = watch_figures.waiting(session).get(own, Waits())
    why = list(_silence(settings, session, watch, row, waits, now))
    return [head, _looks(row), _tells(row), _when(row), _next(row, waits, now),
            " ".join(("Why it may be silent:", *why)) if why else "Nothing keeps it silent."]


def _looks(row: WatchRow) -> str:
    places = _listed([PLACES[field] for field in FIELDS if row.looks_in(field)], "and")
    where = f" of {_listed(row.outlets)}" if row.outlets else ""
    country = f" of outlets in {_listed(row.countries)}" if row.countries else ""
    language = f", of articles in {_listed(row.languages)} and in a language that is not known" if row.languages else ""
    return f"It looks for {_listed([f'“{word}”' for word in row.words])} in {places}{where}{country}{language}."


def _tells(row: WatchRow) -> str:
    events = [event(name).one for name in row.events or USUAL]
    edits = f" Of edits it tells only of those of the kind {_listed(row.kinds)}." if row.kinds else ""
    least = f" An edit counts from {row.least} characters put in and taken out." if row.least else ""
    comments = " Its mails quote comments." if row.quote_comments else ""
    return f"It tells {_listed(row.recipients, 'and')} of: {', '.join(events)}.{edits}{least}{comments}"


def _when(row: WatchRow) -> str:
    schedule = row.schedule
    how = {None: "at once", "hour": "together every hour", "day": f"together each day at {schedule.at:%H:%M}",
           "week": f"together each {schedule.weekday.capitalize()} at {schedule.at:%H:%M}"}[schedule.digest]
    quiet = (f", and never from {schedule.quiet[0]:%H:%M} to {schedule.quiet[1]:%H:%M}" if schedule.quiet else "")
    clock = f", by the clock of {schedule.zone}" if schedule != Schedule() else ""
    cap = f" Nobody gets more than {row.cap} mails of it an hour; what is over comes in one after that." if row.cap else ""
    return f"It mails {how}{quiet}{clock}.{cap}"


def _next(row: WatchRow, waits: Waits, now: datetime) -> str:
    if waits.next_at is not None:
        return f"{_alerts(waits.due)} for the next mail, which may go at {_local(row, max(waits.next_at, now))}."
    return f"Nothing waits to be mailed; what is found now would go at {_local(row, row.schedule.after(now))}."


def _silence(settings: Settings, session: Session, watch: Watch, row: WatchRow, waits: Waits, now: datetime) -> Iterator[str]:
    if watch.paused_at is not None:
        yield f"It rests since {moment(watch.paused_at)}: `steppewire watch resume {row.id}`."
    ended = watch_figures.figures(session, [row.id])[row.id].ended_by
    closed = watch_figures.closed(session, row.recipients)
    for recipient in row.recipients:
        if recipient in ended:
            yield f"{recipient} has ended it."
        elif recipient in closed and closed[recipient].state == "dead":
            yield f"Mails to {recipient} come back: {closed[recipient].reason or 'no reason is known'}."
        elif recipient in closed:
            yield f"{recipient} has not confirmed yet that it wants mails."
        if (until := outbox.capped(session, row.id, recipient, now)) is not None:
            yield f"{recipient} has had its {row.cap} mails of this hour; the next may go at {moment(until)}."
    yield from _outlets(settings, row)
    if waits.unjudged:
        yield f"{_alerts(waits.unjudged)} for the end of a crawl that is under way."
    if waits.held:
        yield f"{_alerts(waits.held)} for a person to decide: `steppewire hold list`."
    if unseen := _unseen(row.words, happened.texts(session)):
        yield f"No text or comment that is stored ever had {_listed([f'“{word}”' for word in unseen])}."


def _outlets(settings: Settings, row: WatchRow) -> Iterator[str]:
    missing = [name for name in row.outlets if name not in settings.outlets]
    if missing:
        yield f"{_listed(missing, 'and')} is not crawled: add it to `outlets` of the settings."
    crawled = [name for name in settings.outlets if not row.outlets or name in row.outlets]
    if not settings.outlets:
        yield "No outlet is crawled: see `outlets` in the settings."
    elif row.countries and not missing:
        found = [outlet_or_mistake(settings, name) for name in crawled]
        if not any(isinstance(each, Outlet) and each.country in row.countries for each in found):
            yield f"No outlet that is crawled is in {_listed(row.countries)}, by the `country` in its file."


def _unseen(words: Sequence[str], texts: Iterable[str]) -> list[str]:
    """The words that are in none of the texts."""
    left = list(words)
    for text in texts:
        left = [word for word in left if not find([word], text)]
        if not left:
            break
    return left


def _alerts(number: int) -> str:
    return f"{number} alerts wait" if number > 1 else "1 alert waits"


def _local(row: WatchRow, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(row.schedule.zone)):%Y-%m-%d %H:%M} {row.schedule.zone}"


def _listed(words: Sequence[str], last: str = "or") -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))
