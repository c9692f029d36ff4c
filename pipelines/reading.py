"""Readings as rows, and rows as readings: what one reader made of one capture."""
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from crawler.items import ArticleRead, Block, Fetched, Kept, Nothing, Twin
from crawler.outlet import Outlet
from pipelines.compare.version import block_key
from pipelines.read.door import reader_name
from storage import captures
from storage.readings import Row
from storage.store import Store

# The fields of an article that its row has under the same name.
FIELDS = ("title", "published", "published_raw", "modified", "language", "section", "image", "claimed_url", "text",
          "text_sha256")


def row(capture_id: int, value: ArticleRead | Nothing) -> Row:
    """The values of a reading's row."""
    of = {"capture_id": capture_id, "reader": value.reader}
    if isinstance(value, Nothing):
        return of | dict.fromkeys(FIELDS) | {"outcome": "no_text", "reason": value.reason, "authors": [], "tags": [],
                                             "blocks": [], "captions": [], "origins": {}, "twins": []}
    return of | {name: getattr(value, name) for name in FIELDS} | {
        "outcome": "clean", "reason": None, "authors": list(value.authors), "tags": list(value.tags),
        "blocks": [{"kind": block.kind, "text": block.text, "key": block_key(block.text)} for block in value.blocks],
        "captions": list(value.captions), "origins": dict(value.origins), "twins": [asdict(twin) for twin in value.twins]}


def read_before(store: Store, outlet: Outlet, fetched: Fetched, holds: Callable[[Kept], bool], *,
                threadless: bool) -> ArticleRead | None:
    """What this reader made of the same bytes of the page before; None where they are to be read. holds says whether a record
    is the same answer as this one. threadless: only where no thread was seen, whose comments no reading has.

    The time of a look decides one thing, whether a date lies too far ahead to be one: what has no date is read.
    """
    if fetched.kept is None:
        return None
    with store.reading() as session:
        found = captures.alike(session, outlet.id, fetched.asked or fetched.url, fetched.url, fetched.kept.sha256,
                               reader_name(outlet, fetched.at), threadless=threadless)
    if found is None or not holds(Kept(found.capture.file, found.capture.offset, found.capture.sha256)):
        return None
    row = found.reading
    values: dict[str, Any] = {name: getattr(row, name) for name in FIELDS}
    return ArticleRead(reader=row.reader, authors=tuple(row.authors), tags=tuple(row.tags), captions=tuple(row.captions),
                       twins=tuple(Twin(**twin) for twin in row.twins),
                       blocks=tuple(Block(block["kind"], block["text"]) for block in row.blocks),
                       origins=dict(row.origins), **values)
