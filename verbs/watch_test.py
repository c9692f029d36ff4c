"""What a query or a watch finds: in a text, or in what the store has of the past."""
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from crawler.outlet import Outlet
from pipelines.match import past
from pipelines.match.past import Hit
from pipelines.match.query import QueryError, parse
from pipelines.match.words import find
from settings import Settings
from storage import watches
from storage.models import Watch
from storage.watches import BrokenWatch, WatchRow
from verbs.documents import SCHEMA, Document, time
from verbs.needs import outlet_or_mistake
from verbs.reading import FileError
from verbs.watching import Unknown


def of_query(text: str) -> WatchRow:
    """A watch of the words of a query, that asks for what a watch asks for unless told otherwise; QueryError."""
    return WatchRow("", parse(text), (), ())


def of_watch(session: Session, own: str) -> WatchRow:
    """A watch that stands, also one that rests; Unknown, or QueryError where it is broken."""
    watch = session.get(Watch, own)
    if watch is None or watch.ended_at is not None:
        raise Unknown(f"there is no watch {own}: `steppewire watch list` lists them")
    try:
        return watches.row(watch)
    except BrokenWatch as error:
        raise QueryError(f"the watch {own} is broken: {error}", 0, "mend it where it was written") from error


def refused(error: QueryError) -> Document:
    """The document of a query that is none."""
    return _document() | {"ok": False, "error": {"position": error.position, "message": error.message, "hint": error.hint}}


def in_text(watch: WatchRow, text: str, language: str | None) -> Document:
    """Where the words stand in a text, whose language may be one that the watch does not look at."""
    found = find(watch.words, text) if watch.reads(language) else {}
    spans = sorted((start, end, term) for term, places in found.items() for start, end in places)
    return _document() | {"matched": bool(spans), "spans": [
        {"field": "text", "start": start, "end": end, "term": term, "concept": None} for start, end, term in spans]}


def in_store(settings: Settings, session: Session, watch: WatchRow, since: datetime) -> Document:
    """What would have been told since a time, with counts; nothing is mailed."""
    outlets = [found for name in settings.outlets if isinstance(found := outlet_or_mistake(settings, name), Outlet)]
    countries = {outlet.id: outlet.country for outlet in outlets}
    hits = past.past(session, watch, since, settings.mail.group_wait, countries)
    events = Counter(hit.event for hit in hits)
    days = Counter((hit.outlet, f"{hit.seen_at:%Y-%m-%d}") for hit in hits)
    return _document() | {
        "matched": bool(hits), "hits": [_hit(hit) for hit in hits], "since": time(since),
        "events": [{"event": event, "hits": number} for event, number in sorted(events.items())],
        "days": [{"outlet": outlet, "day": day, "hits": number} for (outlet, day), number in sorted(days.items())],
        "mails": len(past.mails(hits, watch)), "backlog": past.in_backlog(session, watch, since, countries)}


def text_of(file: Path) -> str:
    """The text of a file, `-` for standard input; FileError."""
    if str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot be read: {error}", file=str(file), remedy="name a readable UTF-8 file, or - for standard "
                        "input") from error


def _document() -> Document:
    return SCHEMA | {"ok": True, "matched": False, "spans": [], "hits": [], "error": None, "since": None, "events": [],
                     "days": [], "mails": None, "backlog": None}


def _hit(hit: Hit) -> Document:
    return {"article": str(hit.article), "seq": hit.seq, "event": hit.event, "seen_at": time(hit.seen_at),
            "comment": str(hit.comment) if hit.comment is not None else None, "outlet": hit.outlet, "url": hit.url,
            "headline": hit.passage.headline, "words": list(hit.passage.words), "changes": _changes(hit)}


def _changes(hit: Hit) -> Sequence[Document]:
    return [{"field": part.field, "old": part.old, "new": part.new} for part in hit.passage.parts]
