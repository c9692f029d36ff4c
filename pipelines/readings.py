"""Readings as rows: what one reader made of one capture, written once."""
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from crawler.items import ArticleRead, Nothing
from storage.insert import insert
from storage.models import Reading

Row = dict[str, Any]
# The fields of an article that its row has under the same name.
FIELDS = ("title", "published", "published_raw", "modified", "language", "section", "image", "claimed_url", "text",
          "text_sha256")


def row(capture_id: int, value: ArticleRead | Nothing) -> Row:
    """The values of a reading's row."""
    of = {"capture_id": capture_id, "reader": value.reader}
    if isinstance(value, Nothing):
        return of | dict.fromkeys(FIELDS) | {"outcome": "no_text", "reason": value.reason, "authors": [], "tags": [],
                                             "blocks": [], "captions": [], "origins": {}}
    return of | {name: getattr(value, name) for name in FIELDS} | {
        "outcome": "clean", "reason": None, "authors": list(value.authors), "tags": list(value.tags),
        "blocks": [asdict(block) for block in value.blocks], "captions": list(value.captions), "origins": dict(value.origins)}


def write(session: Session, rows: Iterable[Row]) -> None:
    """Writes readings; one that is there already stays, as a reader makes the same of the same capture."""
    # In one order, so that two who write the same ones never wait for each other.
    if ordered := sorted(rows, key=lambda each: int(each["capture_id"])):
        session.execute(insert(session, Reading).on_conflict_do_nothing(), ordered)
