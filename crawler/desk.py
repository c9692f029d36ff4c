"""What a crawl needs of the rest of the program."""
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from crawler.items import Exchange, Fetched, HostState, Kept, Page, ReadValue, Seen, SourceSeen


@dataclass(frozen=True)
class Desk:
    """What a crawl needs of the rest of the program: six callables and a clock.

    plan: given nothing, the pages that are due; given what came of a source, stores that and returns the pages to fetch now.
    keep: puts an exchange into the archive. read: understands an answer. sink: takes what came of an article. host: what is
    remembered of a host; given a state, remembers that. controls: the pages to fetch once all others are done, those that are
    missing last. now: aware UTC.
    """

    plan: Callable[[SourceSeen | None], Awaitable[tuple[Page, ...]]]
    keep: Callable[[Exchange], Awaitable[Kept]]
    read: Callable[[Fetched], Awaitable[ReadValue]]
    sink: Callable[[Seen], Awaitable[None]]
    host: Callable[[str, HostState | None], Awaitable[HostState]]
    controls: Callable[[], Awaitable[tuple[Page, ...]]]
    now: Callable[[], datetime]
