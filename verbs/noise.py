"""What is known of outlets' noise, on the command line."""
from datetime import datetime

from sqlalchemy.orm import Session

from storage import noise
from storage.models import Noise
from storage.store import Store
from verbs.documents import SCHEMA, Document, time


class Unknown(LookupError):
    """A rule or an outlet is named that there is not."""

    kind = "usage"


def listing(session: Session, outlet: str | None = None) -> Document:
    """The rules, of all outlets or one, by outlet and the newest first."""
    return SCHEMA | {"noise": [_rule(row) for row in noise.listing(session, outlet)]}


def forget(store: Store, outlet: str | None, noise_id: int, now: datetime) -> Document:
    """Has a rule count no more; Unknown where there is none, or it is another outlet's."""
    with store.writing() as session:
        row = noise.forget(session, noise_id, now, outlet)
        if row is None:
            of = f" of {outlet}" if outlet is not None else ""
            raise Unknown(f"there is no noise {noise_id}{of}: `steppewire outlet noise` lists what there is")
        return SCHEMA | {"noise": [_rule(row)]}


def _rule(row: Noise) -> Document:
    return {"noise": str(row.id), "outlet": row.outlet, "kind": row.kind, "key": row.key, "example": row.example,
            "looks": row.looks, "articles": row.articles, "learned_at": time(row.learned_at),
            "forgotten_at": time(row.forgotten_at)}
