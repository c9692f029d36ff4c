"""The document of an article's thread. Its comments are read from the store while they are printed, a piece at a time."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from storage import history
from storage.history import Event, Past, Place
from storage.models import Article, Thread, ThreadRead
from verbs.documents import SCHEMA, Document, time

# So many of the newest looks are told; all of them are in the table thread_read.
LOOKS = 20


class NoComment(ValueError):
    """The thread has no comment of that name to go on from."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The document of a thread: all of it but its comments, and these."""

    head: Document
    comments: Iterator[Document]


def article_thread(session: Session, article: Article, since: datetime | None = None, after: str | None = None,
                   limit: int | None = None) -> Shown:
    """An article's thread with the history of each comment, which is new where it was first seen after `since`, by default the
    look before the last. At most `limit` comments are told, those that follow the one named by `after`, and above them once
    more those that the first of them answers; NoComment where there is none of that name. Good as long as the session is."""
    found = history.threads_of(session, article.id)
    ids = [thread.id for thread in found]
    looks = history.looks(session, ids, LOOKS)
    every = history.places(session, ids)
    start = _following(every, after)
    end = len(every) if limit is None else min(start + limit, len(every))
    if since is None and len(looks) > 1:
        since = looks[1].at
    above = _above(every, start) if start < end else []
    head = SCHEMA | {
        "article": str(article.id), "thread": _thread(found, looks),
        "editions": [{"article": str(each.id), "url": each.url} for each in history.articles_of(session, found)],
        "events": [{"thread": str(thread), "seq": event.seq, "event": event.event, "after": time(event.after),
                    "before": time(event.before)} for thread, event in history.happened(session, ids)],
        "reads": [{"thread": str(look.thread_id), "at": time(look.at), "state": look.state, "reason": look.reason,
                   "declared": look.declared, "seen": look.seen} for look in looks],
        "since": time(since),
        "counts": {"standing": sum(not place.removed for place in every), "edited": history.edited(session, ids),
                   "removed": sum(place.removed for place in every),
                   "new": history.first_seen(session, ids, since) if since is not None else 0},
        "next": every[end - 1].name if end < len(every) else None}
    return Shown(head, _told(session, above, every[start:end], since))


def article_comments(session: Session, article: Article) -> tuple[Document, list[Document]]:
    """The thread of an article as the last look saw it, and all its comments as they are now; both in the shape of `read`."""
    found = history.threads_of(session, article.id)
    ids = [thread.id for thread in found]
    every = history.places(session, ids)
    pasts = history.pasts(session, [place.comment for place in every])
    return (_look(found, history.looks(session, ids, 1)),
            [_comment(place, past) for place, past in zip(every, pasts, strict=True)])


def _following(every: Sequence[Place], after: str | None) -> int:
    if after is None:
        return 0
    for number, place in enumerate(every):
        if place.name == after:
            return number + 1
    raise NoComment(f"there is no comment {after!r} in this thread: `next` of the page before names the one to go on from")


def _above(every: Sequence[Place], start: int) -> list[Place]:
    """The comments that the one at start answers, directly or not, the topmost first."""
    found: list[Place] = []
    parent = every[start].parent
    for place in reversed(every[:start]):
        if place.name == parent:
            found.append(place)
            parent = place.parent
    return found[::-1]


def _look(threads: Sequence[Thread], looks: Sequence[ThreadRead]) -> Document:
    look = looks[0] if looks else None
    return {"system": threads[0].system if threads else None, "state": look.state if look else "none",
            "reason": look.reason if look else None, "declared": look.declared if look else None,
            "seen": look.seen if look else 0}


def _thread(threads: Sequence[Thread], looks: Sequence[ThreadRead]) -> Document:
    return {"thread": str(threads[0].id) if threads else None, **_look(threads, looks),
            "at": time(looks[0].at) if looks else None, "thread_state": threads[0].state if threads else None}


def _told(session: Session, above: Sequence[Place], places: Sequence[Place], since: datetime | None) -> Iterator[Document]:
    every = [*above, *places]
    for number, (place, past) in enumerate(zip(every, history.pasts(session, [each.comment for each in every]), strict=True)):
        yield _comment(place, past) | {
            "comment": str(place.comment), "state": past.state, "new": since is not None and past.comment.first_seen_at > since,
            "first_seen": time(past.comment.first_seen_at),
            "repeated": number < len(above), "versions": [_version(event) for event in past.events]}


def _comment(place: Place, past: Past) -> Document:
    row = past.comment
    return {"id": place.name, "native_id": row.native_id, "parent": place.parent, "parent_source": row.parent_source,
            "position": row.position, "depth": place.depth, "author": row.author, "posted": time(row.posted_at),
            "posted_raw": row.posted_raw, "text": row.text, "certainty": row.certainty, "likes": row.likes,
            "dislikes": row.dislikes, "deleted": place.removed, "forgotten": time(row.forgotten_at)}


def _version(event: Event) -> dict[str, Any]:
    return {"seq": event.seq, "event": event.event, "text": event.text, "after": time(event.after),
            "before": time(event.before), "guess": event.guess}
