"""The frozen values that travel between rooms; every time is an aware UTC datetime.

The crawler makes Exchange, Fetched and Seen; the door `pipelines.read.door.read` makes Found, ArticleRead and Nothing; the
store hands out Page and HostState. All of them pickle.
"""
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

PageKind = Literal["source", "article", "thread"]
ThreadState = Literal["complete", "partial", "closed", "none", "unsupported", "error"]
# How sure the time of a comment is: given with its zone, taken as one of the outlet's zone, or a day without a time.
Certainty = Literal["exact", "local", "day"]
ParentSource = Literal["dom", "attribute", "api"]
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One URL to fetch now. etag and last_modified are set only where a conditional request is right; fresh: nothing has been
    read of it yet."""

    id: int
    url: str
    kind: PageKind
    etag: str | None = None
    last_modified: str | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer as they were on the wire: body still under its Content-Encoding."""

    url: str
    request_headers: Headers
    status: int
    headers: Headers
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an exchange lies in the archive: file below the archive folder, offset of its response record in bytes, sha256
    (hex) of the body as it was on the wire."""

    file: str
    offset: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer to be read: with the outlet it decides the reading, in any process, on any day.

    url is the address that answered, asked the one that was asked for where redirects lie between; body is without
    Content-Encoding; kept is None for a file that came from no archive.
    """

    url: str
    status: int
    headers: Headers
    body: bytes
    at: datetime
    asked: str | None = None
    kept: Kept | None = None

    def header(self, name: str) -> str | None:
        """The last value of a header, by its name in any case; None where there is none."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Link:
    """An article that a source announces."""

    url: str
    title: str | None = None
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a source announces: articles in its order, and further sources (sitemaps of a sitemap index)."""

    links: tuple[Link, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, quote or list item; text is one line."""

    kind: Literal["paragraph", "heading", "quote", "item"]
    text: str


@dataclass(frozen=True, slots=True)
class CommentRead:
    """A comment as the page shows it. parent is the index of another comment of the same thread, depth counts from 0,
    position is the place in page order; posted and certainty are None where the page gives no absolute time; page is the place
    of the answer that showed it among all that were read for the thread, 0 the article's own; parent_id is the native id of
    the comment answered as the answer names it, which may stand on another page. forgotten: it is to be forgotten, and has
    neither author nor text."""

    native_id: str | None
    parent: int | None
    parent_source: ParentSource | None
    position: int
    depth: int
    author: str | None
    posted: datetime | None
    posted_raw: str | None
    text: str
    likes: int | None = None
    dislikes: int | None = None
    deleted: bool = False
    certainty: Certainty | None = None
    page: int = 0
    parent_id: str | None = None
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """One more answer that is needed to know a thread: its address; otherwise are those that do instead where it fails."""

    url: str
    otherwise: tuple["Wanted", ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadRead:
    """A comment thread as one look saw it. declared is the page's own count, None where it gives none; reason says why a
    state is not `complete`; native_key is the system's own name of the thread. wanted is what else has to be fetched for it;
    closed: no comment is taken any more; off: by how many more the page declares than was read, where nothing else is wrong."""

    system: str | None
    state: ThreadState
    reason: str | None = None
    declared: int | None = None
    comments: tuple[CommentRead, ...] = ()
    native_key: str | None = None
    wanted: tuple[Wanted, ...] = ()
    closed: bool = False
    off: int | None = None


NO_THREAD = ThreadRead(system=None, state="none")


@dataclass(frozen=True, slots=True)
class Twin:
    """The same article in another language, as its page claims: language as the page writes it ("ru", "uz-Cyrl")."""

    language: str
    url: str


@dataclass(frozen=True, slots=True)
class ArticleRead:
    """An article with clean text. text is the blocks' texts, a line each; origins says for each field where it came from."""

    title: str | None
    text: str
    blocks: tuple[Block, ...]
    text_sha256: str
    reader: str
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_raw: str | None = None
    modified: datetime | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    claimed_url: str | None = None
    twins: tuple[Twin, ...] = ()
    captions: tuple[str, ...] = ()
    origins: dict[str, str] = field(default_factory=dict)
    thread: ThreadRead = NO_THREAD


@dataclass(frozen=True, slots=True)
class Nothing:
    """No article and no links, and why: too_large, not_html, not_article, not_feed, screened, empty, no_text, challenge (of the
    browser), consent (is asked for), not_found (with status 200), error, killed, timeout, unread.

    note is one plain sentence for a person.
    """

    reason: str
    reader: str
    note: str = ""


ReadValue = Found | ArticleRead | ThreadRead | Nothing


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One more answer of a thread, asked at url: what was read of it, or the reason why nothing was. again: it is the first one
    once more, after all others. api: its comments came from the system itself and stand in no page. refused: it may not be
    asked for, today or later."""

    url: str
    fetched: Fetched | None = None
    read: ThreadRead | None = None
    reason: str | None = None
    again: bool = False
    api: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a page in a run, handed to the desk's sink. thread_pages are the further answers of its thread, in the order
    in which they were asked for.

    `read` with fetched and value; `unchanged` for a 304; `missing` for 404 and 410; `moved` when it redirects to url_now,
    another page; `failed` for everything else (network, status, robots), reason says what.
    """

    page: Page
    outcome: Literal["read", "unchanged", "missing", "moved", "failed"]
    fetched: Fetched | None = None
    value: ArticleRead | Nothing | None = None
    reason: str | None = None
    url_now: str | None = None
    thread_pages: tuple[ThreadPage, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """What came of a source in a run, handed to the desk's plan: found is None for a 304 and where reason says what failed."""

    page: Page
    found: Found | None
    fetched: Fetched | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class HostState:
    """What is remembered of a host across restarts: its robots.txt (body None where it could not be had; status 0 for no
    answer at all) and until when it asked us to stay away."""

    name: str
    robots: str | None = None
    robots_status: int | None = None
    robots_at: datetime | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """How a crawl ended: state done, degraded (part of it could not be done), blocked (the outlet does not let us in), failed
    (nothing could be had) or died (it was stopped before its sources were read). errors are plain sentences, each with its
    URL."""

    state: Literal["done", "degraded", "blocked", "failed", "died"]
    requests: int
    not_modified: int
    errors: tuple[str, ...] = ()
