"""Holds on the command line: which there are, what they hold, and what is decided about them."""
import getpass
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pipelines import holds as deciding
from pipelines.holds import Decided, Done, NoHold
from settings import Settings
from storage import holds
from storage.holds import HoldRow, ToBeTold
from storage.store import Store
from verbs.documents import SCHEMA, Document, time


class Refused(RuntimeError):
    """A decision that cannot be made; what was decided before it stays so."""

    kind = "failure"


class Unknown(LookupError):
    """A hold is named that there is not; nothing was decided."""

    kind = "usage"


def login() -> str:
    """Whose session this is; `unknown` where nothing says so."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def listing(session: Session, outlet: str | None = None) -> Document:
    """The holds, the undecided first, then the newest."""
    return SCHEMA | {"holds": [_hold(row) for row in holds.listing(session) if outlet in (None, row.hold.outlet)]}


def show(session: Session, hold_id: int) -> Document:
    """One hold with samples and every change that it holds or held; Unknown."""
    row = next(iter(holds.listing(session, [hold_id])), None)
    if row is None:
        raise Unknown(f"there is no hold {hold_id}: `steppewire hold list` lists them")
    return SCHEMA | _hold(row) | {
        "blame": [{"way": kind, "what": _said(what)} for kind, each in row.hold.blame.items() for what in each],
        "samples": row.hold.samples,
        "changes": [{"article": str(each.article), "url": each.url, "seq": each.seq, "seen_at": time(each.seen_at),
                     "judgement": each.judgement, "redesign": each.redesign} for each in holds.changes_of(session, hold_id)]}


def _hold(row: HoldRow) -> Document:
    hold = row.hold
    return {"hold": str(hold.id), "outlet": hold.outlet, "began_at": time(hold.began_at), "ended_at": time(hold.ended_at),
            "reason": hold.reason, "looked": hold.looked, "changed": hold.changed, "articles": row.articles,
            "versions": row.versions, "held": {"versions": row.versions_held, "alerts": row.alerts_held},
            "decision": hold.decision, "who": hold.who}


def _said(what: str | Sequence[Any]) -> str:
    """A blamed line, or the parts by which a kind of lines is known."""
    return what if isinstance(what, str) else ", ".join(str(part) for part in what if part)


def decide(settings: Settings, store: Store, verb: str, ids: Sequence[int], who: str, now: datetime, *,
           only_look: bool = False) -> Document:
    """Decides holds, one after the other, or only says what that would do; Unknown, and nothing is decided, where one is not
    there; Refused where one is decided already."""
    ids = list(dict.fromkeys(ids))
    with store.reading() as session:
        there = {row.hold.id for row in holds.listing(session, ids)}
    if missing := [own for own in ids if own not in there]:
        raise Unknown(f"there is no hold {', '.join(map(str, missing))}: `steppewire hold list` lists them")
    done: list[Done] = []
    for own in ids:
        try:
            done.append(deciding.DECISIONS[verb](store, own, who, now, settings.mail.group_wait, only_look=only_look))
        except (Decided, NoHold) as refused:
            before = f"; decided now: {', '.join(str(each.hold) for each in done)}" if done else ""
            raise Refused(f"{refused}{before}") from refused
    return SCHEMA | {"dry_run": only_look, "decided": [_done(each, listed=only_look) for each in done]}


def _done(each: Done, *, listed: bool) -> dict[str, Any]:
    return {"hold": str(each.hold), "outlet": each.outlet, "decision": each.decision, "versions": each.versions,
            "alerts": {"told": each.told, "dropped": each.dropped},
            "which": [_told(alert) for alert in each.alerts] if listed else []}


def _told(alert: ToBeTold) -> dict[str, Any]:
    return {"alert": str(alert.alert), "watch": alert.watch, "recipient": alert.recipient, "event": alert.event,
            "article": str(alert.article), "url": alert.url, "headline": alert.passage.headline,
            "changes": [{"field": part.field, "old": part.old, "new": part.new} for part in alert.passage.parts]}


