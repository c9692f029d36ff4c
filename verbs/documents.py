"""The documents of the command line's `--json`: each function gives one, in the shape that docs/schemas promises."""
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from crawler.items import ArticleRead, CommentRead, Nothing, ReadValue, ThreadRead
from pipelines.compare.change import Statistics, measure
from pipelines.compare.diff import Operation, diff
from storage import articles, holds, outbox, pages, runs, undelivered
from storage.kinds import kind
from storage.models import Article, ArticleEvent, Change, Reading, Run

if TYPE_CHECKING:
    from forget.outlet import Asked, Done
    from replay import Damage, Fault, Reread, Verified  # most verbs read nothing again, and need not load what does

Document = dict[str, Any]
SCHEMA = {"schema": 1}

TEXT_FIELDS = ("title", "authors", "published", "published_raw", "modified", "language", "section", "tags", "image", "text",
               "twins", "blocks", "captions", "origins", "reader", "text_sha256")
# An outlet's state by that of its last run; any other is failing.
STATES: dict[str | None, str] = {None: "new", "done": "ok", "degraded": "degraded", "blocked": "blocked"}
NO_TEXT: Document = dict.fromkeys(TEXT_FIELDS) | {"authors": [], "tags": [], "twins": [], "blocks": [], "captions": [],
                                                  "origins": {}}


def time(value: datetime | None) -> str | None:
    """RFC 3339 in UTC; fractions of a second only where there are any."""
    return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z") if value is not None else None


def error(problem: Any, kind: str | None = None) -> Document:
    """What went wrong, from an exception that says file, key, value and remedy as far as it knows them."""
    value = getattr(problem, "value", None)
    return SCHEMA | {"error": {"kind": kind or getattr(problem, "kind", "failure"),
                               "message": getattr(problem, "message", None) or str(problem),
                               "file": getattr(problem, "file", None), "key": getattr(problem, "key", None),
                               "value": value if value is None or isinstance(value, str | int | float | bool) else str(value),
                               "remedy": getattr(problem, "remedy", None) or None}}


def sentence(problem: Any) -> str:
    """What went wrong, for people: where, what, what stands there, and what would be right."""
    said = error(problem)["error"]
    where = ": ".join(str(part) for part in (said["file"], said["key"]) if part)
    value = f" (here: {said['value']!r})" if said["value"] is not None else ""
    remedy = f"; {said['remedy']}" if said["remedy"] and said["remedy"] != said["message"] else ""
    return f"{where + ': ' if where else ''}{said['message']}{value}{remedy}"


# --- read and diff

def read(file: str, url: str | None, value: ReadValue, reader: str) -> Document:
    """What was read from a page."""
    if isinstance(value, ArticleRead):
        return SCHEMA | {"file": file, "outcome": "clean", "reason": None, "note": None, "url": url,
                         "claimed_url": value.claimed_url,
                         **_text_fields(value), "thread": _thread_state(value.thread),
                         "comments": _comments(value.thread.comments)}
    reason = value.reason if isinstance(value, Nothing) else "not_article"
    note = value.note if isinstance(value, Nothing) else "this page is a source: it announces articles"
    return SCHEMA | {"file": file, "outcome": "no_text", "reason": reason, "note": note, "url": url, "claimed_url": None,
                     **NO_TEXT, "reader": reader, "thread": _thread_state(ThreadRead(None, "none")), "comments": []}


def _text_fields(of: ArticleRead | Reading) -> Document:
    blocks = [{"kind": block["kind"], "text": block["text"]} if isinstance(block, dict) else
              {"kind": block.kind, "text": block.text} for block in of.blocks]
    twins = [twin if isinstance(twin, dict) else {"language": twin.language, "url": twin.url} for twin in of.twins]
    return {"title": of.title, "authors": list(of.authors), "published": time(of.published), "published_raw": of.published_raw,
            "modified": time(of.modified), "language": of.language, "section": of.section, "tags": list(of.tags),
            "image": of.image, "twins": twins, "text": of.text, "blocks": blocks, "captions": list(of.captions),
            "origins": dict(of.origins),
            "reader": of.reader, "text_sha256": of.text_sha256}


def _thread_state(thread: ThreadRead) -> Document:
    return {"system": thread.system, "state": thread.state, "reason": thread.reason, "declared": thread.declared,
            "seen": len(thread.comments)}


def _comments(comments: Sequence[CommentRead]) -> list[Document]:
    """ids are the page's own; a comment without one, or with that of one before it, is named by its place."""
    first = {comment.native_id: comment.position for comment in reversed(comments)}
    ids = [comment.native_id if comment.native_id and first[comment.native_id] == comment.position else f"at-{comment.position}"
           for comment in comments]
    return [{"id": own, "native_id": comment.native_id, "parent": ids[comment.parent] if comment.parent is not None else None,
             "parent_source": comment.parent_source, "position": comment.position, "depth": comment.depth,
             "author": comment.author, "posted": time(comment.posted), "posted_raw": comment.posted_raw, "text": comment.text,
             "certainty": comment.certainty, "likes": comment.likes, "dislikes": comment.dislikes, "deleted": comment.deleted}
            for own, comment in zip(ids, comments, strict=True)]


def changes(old_title: str | None, old: str, new_title: str | None, new: str, old_at: datetime | None = None,
            new_at: datetime | None = None, known: Change | None = None) -> Document:
    """What changed between two texts, and between their headlines; the times are those at which each was seen. known is what
    the store knows of a version's change, from which noise and a redesign are taken out: its kind and figures are those."""
    operations: Iterable[Operation] = diff(old, new)
    steps = [{"op": step.op, "old": step.old, "new": step.new, "move": step.move} for step in operations]
    told = known or measure(old_title or "", old, new_title or "", new)
    sizes = {each.name: getattr(told, each.name) for each in fields(Statistics) if each.name not in ("headline", "similarity")}
    changed = told.headline or any(step["op"] != "equal" for step in steps)
    return SCHEMA | {"changed": changed, "title_changed": told.headline, "kind": kind(told) if changed else None,
                     "similarity": told.similarity, "old_title": old_title, "new_title": new_title, "old_at": time(old_at),
                     "new_at": time(new_at), "added_chars": told.chars_added, "removed_chars": told.chars_removed,
                     "statistics": sizes, "operations": steps}


# --- what is in the store

def article_list(session: Session, outlet: str | None, since: datetime | None, limit: int | None) -> Document:
    """The articles, the last changed one first."""
    return SCHEMA | {"articles": [
        {"article": str(row.id), "outlet": row.outlet, "url": row.url, "title": row.title, "state": row.state,
         "versions": row.versions, "comments": row.comments, "first_seen": time(row.first_seen),
         "last_changed": time(row.last_changed)}
        for row in articles.listing(session, outlet=outlet, since=since, limit=limit)]}


def article_show(article: Article, rows: Sequence[articles.VersionRow], shown: articles.VersionRow, thread: Document,
                 comments: Sequence[Document], events: Sequence[ArticleEvent]) -> Document:
    """One version of an article with its thread as it is now, the list of all versions, and what became of the article."""
    return SCHEMA | {
        "article": str(article.id), "outlet": article.outlet, "state": article.state, "file": None, "outcome": "clean",
        "reason": None, "note": None,
        "url": article.url, "claimed_url": shown.reading.claimed_url, **_text_fields(shown.reading),
        "thread": thread, "comments": list(comments),
        "versions": [{"seq": row.version.seq, "capture": str(row.version.capture_id), "seen_at": time(row.version.seen_at),
                      "text_sha256": row.reading.text_sha256, "reader": row.reading.reader, "judgement": row.version.judgement}
                     for row in rows],
        "events": [{"seq": row.seq, "event": row.event, "url": row.url, "seen_at": time(row.seen_at),
                    "last_there_at": time(row.last_there_at), "first_missing_at": time(row.first_missing_at),
                    "capture": str(row.capture_id) if row.capture_id is not None else None} for row in events]}


def alert_list(session: Session, limit: int | None) -> Document:
    """The alerts, the newest first."""
    return SCHEMA | {"alerts": [
        {"alert": str(row.id), "watch": row.watch, "recipient": row.recipient, "event": row.event, "article": str(row.article),
         "seq": row.seq, "comment": str(row.comment) if row.comment is not None else None, "state": row.state,
         "mail": str(row.mail) if row.mail is not None else None, "mail_state": row.mail_state}
        for row in outbox.list_alerts(session, limit)]}


def mail_list(session: Session, limit: int | None) -> Document:
    """The mails, the newest first."""
    return SCHEMA | {"mails": [
        {"mail": str(row.id), "message_id": row.message_id, "watch": row.watch, "recipient": row.recipient,
         "subject": row.subject, "state": row.state, "attempts": row.attempts, "reason": row.reason or row.bounce,
         "channel": row.channel, "bounced_at": time(row.bounced_at),
         "due_at": time(row.due_at) if row.state == "waiting" else None}
        for row in outbox.list_mails(session, limit)]}


# --- runs and states

def crawled(session: Session, ids: Sequence[int]) -> Document:
    """What runs brought."""
    return SCHEMA | {"runs": [_run(session, run) for run in runs.get(session, ids)]}


def _run(session: Session, run: Run) -> Document:
    counts = runs.counts(session, run.id)
    return {"run": str(run.id), "outlet": run.outlet, "state": run.state, "judgement": run.judgement, "requests": run.requests,
            "not_modified": run.not_modified, "articles_new": counts.articles_new, "versions_new": counts.versions_new,
            "comments": {"posted": counts.posted, "edited": counts.edited, "removed": counts.removed,
                         "restored": counts.restored},
            "quarantined": [{"url": page.url, "reason": page.reason} for page in pages.quarantined_in(session, run.id)],
            "backlog": run.backlog, "errors": run.errors}


def imported(session: Session, files: Sequence[Document], already: dict[int, int]) -> Document:
    """What files brought in; already: of each run how many records were there before."""
    made = []
    for run in runs.get(session, list(already)):
        counts, kept = runs.counts(session, run.id), runs.kept(session, run.id)
        made.append({"run": str(run.id), "outlet": run.outlet, "captures": kept.captures, "articles_new": counts.articles_new,
                     "versions_new": counts.versions_new, "already": already[run.id], "quarantined": kept.unread})
    return SCHEMA | {"files": list(files), "runs": made}


def outlet_state(session: Session, outlet: str, mistake: str | None = None) -> Document:
    """How an outlet is: as its last run was. One run that died says nothing of the outlet, two in a row do; a mistake in its
    file does at once. One that behaves unlike itself is held until a person decides."""
    died = runs.in_a_row(session, outlet, "died") > 1
    last = runs.last(session, outlet) if died else runs.last_whole(session, outlet)
    state = "failing" if mistake else STATES.get(last.state if last else None, "failing")
    reason = mistake or ("; ".join(last.errors[:3]) if last and state != "ok" else "")
    if (hold := holds.undecided(session, outlet)) is not None and state not in ("failing", "blocked"):
        state, reason = "held", f"hold {hold.id}: {hold.reason}"
    return {"outlet": outlet, "state": state, "reason": reason or None,
            "last_ok": time(runs.last_ok(session, outlet)), "next_due_at": time(pages.next_due(session, outlet))}


def waiting(session: Session) -> Document:
    """What waits to be told: alerts and mails."""
    counts = outbox.counts(session)
    return {"alerts": {"pending": counts.pending, "oldest": time(counts.oldest)},
            "mails": {"waiting": counts.waiting, "dead": counts.dead, "reason": counts.reason},
            "channels": [{"channel": each.channel, "waiting": each.waiting, "dead": each.dead, "reason": each.reason}
                         for each in undelivered.by_channel(session)]}


# --- stored captures

def reprocessed(found: "Sequence[Reread]") -> Document:
    """What came of reading stored captures again."""
    counts = ("captures", "already", "clean", "no_text", "moved", "made_due")
    of = [{"outlet": each.outlet, "reader": each.reader, **{name: getattr(each, name) for name in counts},
           "left": sentence(each.left) if each.left else None}
          for each in found]
    total = {name: sum(each[name] for each in of) for name in counts}
    return SCHEMA | total | {"read": total["clean"] + total["no_text"], "outlets": of,
                             "damaged": [_damage(damage) for each in found for damage in each.damaged]}


def verified(found: "Verified") -> Document:
    """How the archive and the texts in the store are."""
    return SCHEMA | {"captures": found.captures, "readings": found.readings, "files": found.files,
                     "damaged": [*map(_damage, found.damaged), *map(_fault, found.faults)]}


def forgotten(found: "Sequence[tuple[Asked, Done]]", *, only_look: bool) -> Document:
    """What was forgotten; which comments, with their texts, only where they are there still."""
    counts = ("versions", "alerts", "mails", "captures", "files", "refused")
    which = [{"comment": str(each.comment.id), "outlet": each.thread.outlet, "url": each.url,
              "native_id": each.comment.native_id, "author": each.comment.author, "text": each.comment.text}
             for _, done in found for each in done.comments] if only_look else []
    return SCHEMA | {"dry_run": only_look, "comments": sum(len(done.comments) for _, done in found),
                     **{name: sum(getattr(done, name) for _, done in found) for name in counts}, "which": which,
                     "left": [{"file": left.file, "offset": left.offset, "note": left.note}
                              for _, done in found for left in done.left]}


def _fault(fault: "Fault") -> Document:
    return {"capture": None, "reading": None, "file": fault.file, "offset": fault.offset, "url": None, "wrong": "unreadable",
            "note": fault.note}


def _damage(damage: "Damage") -> Document:
    capture = damage.capture
    return {"capture": str(capture.id), "reading": str(damage.reading) if damage.reading is not None else None,
            "file": capture.file, "offset": capture.offset, "url": damage.url, "wrong": damage.harm, "note": damage.note}
