"""The one door: the only code that turns bytes into meaning. It knows no network, no clock and no settings."""
import hashlib
from datetime import datetime, time, timedelta, timezone
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from typing import Any

from crawler.items import Fetched, Nothing, ReadValue
from crawler.outlet import Outlet
from pipelines.read import screen

# Our own part of a reading: raise it with every change that may read a stored page differently.
READER = 12
# What an outlet says of its comments that changes no reading of them.
UNREAD: dict[str, Any] = {"verified": True, "api_key_file": True, "api": {"evidence"}}


@lru_cache(maxsize=1)
def _extractor() -> str:
    return f"trafilatura/{version('trafilatura')}"


def reader_name(outlet: Outlet | None, at: datetime) -> str:
    """Who reads an outlet's pages that were fetched at `at`: the extractor and its version, our reader's number, the outlet's
    own selectors (a digest of those for comments and of that day's layout, `general` where it has none) and its times' zone.
    Equal bytes under an equal reader give equal values; what else an outlet says of itself does not change them."""
    layout = outlet.layout_at(at) if outlet else None
    parts = [outlet.comments.model_dump_json(exclude=UNREAD)] if outlet and outlet.comments else []
    # Which selectors count, not until when: a layout that ends later reads the same.
    if layout and (fields := layout.model_dump_json(exclude={"until"}, exclude_defaults=True)) != "{}":
        parts.append(fields)
    own = hashlib.sha256("".join(parts).encode()).hexdigest()[:8] if parts else "general"
    return f"{_extractor()} steppewire/{READER} {own} {outlet.timezone if outlet else 'UTC'}"


def readers(outlet: Outlet) -> list[tuple[datetime | None, str]]:
    """Who reads the outlet's pages by the day they were fetched: until when, and its name; the last one has no end."""
    ends = [datetime.combine(layout.until, time(), timezone.utc) for layout in outlet.layout if layout.until]
    named = [(end, reader_name(outlet, end - timedelta(days=1))) for end in ends]
    return [*named, (None, reader_name(outlet, datetime.max.replace(tzinfo=timezone.utc)))]


def load() -> None:
    """Loads the parsers, so that the first page does not wait for them."""
    import_module("pipelines.read.article")
    import_module("pipelines.read.sources")


def read(fetched: Fetched, outlet: Outlet | None) -> ReadValue:
    """What an answer says: Found where it is one of the outlet's sources, or a feed or sitemap by its outermost element;
    ThreadRead where it is JSON and was asked of a comment system; else the article and its thread; Nothing where it is none of
    them, with the reason. No bytes make it raise but by MemoryError."""
    reader = reader_name(outlet, fetched.at)
    try:
        return _read(fetched, outlet, reader)
    except screen.Refused as refused:
        return Nothing(refused.reason, reader, refused.note)
    except MemoryError:
        raise
    except RecursionError:
        return Nothing("screened", reader, "its elements are nested too deep to be walked through")
    except Exception as error:  # noqa: BLE001  the value takes the page out of the way and says why; its bytes are kept
        return Nothing("error", reader, f"{type(error).__name__}: the reader failed on this page")


def _read(fetched: Fetched, outlet: Outlet | None, reader: str) -> ReadValue:
    # Imported where pages are read, in the children: the parsers take 60 MB, and others want only the reader's name.
    from pipelines.read import article, decode, sources
    from pipelines.read.comments import json_api

    source = outlet.source_of(fetched.asked or fetched.url) if outlet else None
    screen.check_bytes(fetched.body)
    text = decode.decode(screen.unpacked(fetched.body), fetched.header("content-type"))
    thread = json_api.asked(fetched, outlet)
    if thread and json_api.is_json(text, fetched.header("content-type")):
        return json_api.read(text, thread)
    if sources.announces(text):
        return sources.announced(text, fetched, outlet)
    screen.check_text(text)
    markup = decode.utf8(text)
    screen.check_markup(markup)
    if outlet and source:
        try:
            return sources.section(decode.tree(markup), fetched, outlet, source)
        except screen.Refused:
            article.check_for_walls(text, decode.tree(markup), fetched, outlet)
            raise
    return article.read(text, decode.tree(markup), fetched, outlet, reader)
