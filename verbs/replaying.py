"""Stored captures read again, and the archive held against the store."""
import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import replay
from crawler import outlet as outlets
from crawler.outlet import OutletError
from scheduler import utcnow
from settings import Settings
from storage.store import Store
from verbs import documents
from verbs.progress import Progress
from verbs.shared import tell


def reprocess(settings: Settings, store: Store, names: Sequence[str], since: datetime | None) -> tuple[dict[str, Any], bool]:
    """Reads again what the reader of today has not read; the document, and whether all could be read."""
    known = outlets.known(settings.outlets_dirs)
    for name in names:
        if name not in known:
            raise OutletError(f"there is no outlet {name!r}", file=f"{name}.toml", remedy=f"name one of {', '.join(known)}")
    try:
        with Progress() as progress:
            found = asyncio.run(replay.reprocess(settings, store, names, since, utcnow, progress.say))
    except KeyboardInterrupt:
        tell("interrupted: what was read is kept, and the same command goes on from there")
        raise
    document = documents.reprocessed(found)
    _tell_remedy(document, ", then run reprocess again")
    return document, not document["damaged"] and not any(each.mistake for each in found)


def verify(settings: Settings, store: Store) -> dict[str, Any]:
    """Holds the archive against the store."""
    with Progress() as progress:
        document = documents.verified(replay.verify(settings.archive, store, progress.say))
    _tell_remedy(document)
    return document


def _tell_remedy(document: dict[str, Any], after: str = "") -> None:
    """What a person is to do about damage."""
    files = sorted({each["file"] for each in document["damaged"] if each["reading"] is None})
    if files:
        tell(f"damaged: restore these files of the archive folder from a backup{after}: {', '.join(files)}")
    if any(each["reading"] is not None for each in document["damaged"]):
        tell("damaged: texts in the store are not what was written; restore the store from a backup")
