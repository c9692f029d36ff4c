"""What all comment systems share: the text of an element, comments out of what was found of them, and whether they are all."""
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from lxml.html import HtmlElement

from crawler.items import CommentRead, Fetched, ParentSource, ThreadRead
from crawler.outlet import Outlet
from pipelines.read import times
from pipelines.read.clean import one_line, tidy
from pipelines.read.named import Named

LINES = {"p", "div", "br", "li", "ul", "ol", "blockquote", "pre", "section", "article", "header", "footer", "tr", "dd", "dt",
         "h1", "h2", "h3", "h4", "h5", "h6"}
SILENT = {"script", "style", "template", "noscript", "textarea", "button"}
SPACE = re.compile(r"\s+")
# More than any thread has; beyond it the count does not agree, and the thread is partial.
MAX_COMMENTS = 20_000
MAX_NAME = 200
UNCOUNTED = "there is no count to check against"
# What makes a look at one page of several partial; with the others it may be complete.
MORE = "further pages of the thread are not read yet"


@dataclass(frozen=True, slots=True)
class View:
    """A page as the comment systems see it, before anything is taken out of it."""

    tree: HtmlElement
    named: Named
    fetched: Fetched
    outlet: Outlet | None

    @property
    def zone(self) -> str:
        """The time zone of times that are printed without one."""
        return self.outlet.timezone if self.outlet else "UTC"


class Answer(Protocol):
    """An answer of which comments were found, whatever it is: when it was fetched, and the zone of times without one."""

    @property
    def fetched(self) -> Fetched: ...

    @property
    def zone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Found:
    """What a system found: the thread, and the elements that are to be cut out of the tree."""

    thread: ThreadRead
    elements: tuple[HtmlElement, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What was found of one comment, in the page's own words. parent is the index of an earlier or later one in the same list;
    times are all that is written of its time, what machines read before what people do; parent_id is the native id of the
    comment answered, which may stand on another page."""

    native_id: str | None
    text: str
    author: str | None = None
    times: Sequence[str] = ()
    parent: int | None = None
    parent_source: ParentSource | None = None
    likes: int | None = None
    dislikes: int | None = None
    deleted: bool = False
    parent_id: str | None = None


def _pieces(element: HtmlElement, skipped: Set[HtmlElement]) -> Iterator[str]:
    """The text of an element without that of the skipped ones below it, a line break at each block."""
    stack: list[tuple[HtmlElement, bool]] = [(element, False)]
    while stack:
        now, ended = stack.pop()
        if now.tag in LINES:
            yield "\n"
        if ended:
            yield SPACE.sub(" ", now.tail or "") if now is not element else ""
            continue
        stack.append((now, True))
        if now.tag not in SILENT and (now is element or now not in skipped):
            yield SPACE.sub(" ", now.text or "")
            stack += [(child, False) for child in reversed(now)]


def text_of(element: HtmlElement, skipped: Set[HtmlElement] = frozenset()) -> str:
    """The text of an element, a line each block, without that of the skipped elements below it."""
    return tidy("".join(_pieces(element, skipped)))


def outermost(elements: Sequence[HtmlElement]) -> list[HtmlElement]:
    """Those of the elements that stand in none of the others, in their order."""
    every = set(elements)
    return [one for one in elements if not any(above in every for above in one.iterancestors())]


def written(element: HtmlElement) -> list[str]:
    """What an element says of a time, what machines read before what people do."""
    every = (element.get("datetime"), element.get("content"), element.text_content(), element.get("title"),
             element.get("data-time"))
    return [text for raw in every if (text := one_line(raw or "", MAX_NAME))]


def comments(said: Sequence[Said], view: Answer) -> tuple[CommentRead, ...]:
    """The comments that were found, in page order, each with its depth and its time as far as that is possible. Where answers
    go round in a circle one of them answers nothing."""
    parents, depths = tree([one.parent for one in said])
    return tuple(_comment(one, place, parents[place], depths[place], view) for place, one in enumerate(said))


def tree(told: Sequence[int | None]) -> tuple[list[int | None], dict[int, int]]:
    """The parent and the depth of each of some comments, by the parents that were told: without circles, of which one falls
    apart where it is met first."""
    parents = _parents(told)
    return parents, _depths(parents)


def _parents(told: Sequence[int | None]) -> list[int | None]:
    parents, walked = list(told), set[int]()
    for place in range(len(told)):
        now, walk = place if place not in walked else None, set[int]()
        while now is not None and now not in walked:
            if now in walk:
                parents[now] = None
                break
            walk.add(now)
            now = parents[now]
        walked |= walk
    return parents


def _depths(parents: Sequence[int | None]) -> dict[int, int]:
    depths: dict[int, int] = {}
    for place in range(len(parents)):
        chain, now = list[int](), place if place not in depths else None
        while now is not None and now not in depths:
            chain.append(now)
            now = parents[now]
        for one in reversed(chain):
            above = parents[one]
            depths[one] = depths[above] + 1 if above is not None else 0
    return depths


def _comment(one: Said, place: int, parent: int | None, depth: int, view: Answer) -> CommentRead:
    moments = ((times.sure(raw, view.zone), raw) for raw in one.times)
    possible = ((times.possible(moment, view.fetched.at), certainty, raw) for (moment, certainty), raw in moments)
    posted, certainty, raw = next((each for each in possible if each[0]), (None, None, one.times[0] if one.times else None))
    return CommentRead(
        native_id=one.native_id, parent=parent, parent_source=one.parent_source if parent is not None else None, position=place,
        depth=depth, author=one.author, posted=posted, posted_raw=raw, certainty=certainty, text=one.text, likes=one.likes,
        dislikes=one.dislikes, deleted=one.deleted, parent_id=one.parent_id)


def thread(system: str, read: Sequence[CommentRead], counts: Set[int], key: str, *, counted: bool = False,
           closed: bool = False) -> ThreadRead:
    """A thread with at least one comment. counts are the page's own; counted: without one it cannot be known whether these are
    all. It is complete where each has a text, no id stands twice and one count, if there is any, agrees; else partial, and says
    why."""
    declared = max(counts) if len(counts) == 1 else None
    doubt = _doubt(read, counts, counted)
    off = declared - len(read) if declared is not None and doubt is not None and doubt == _miscount(read, counts) else None
    return ThreadRead(system, "partial" if doubt else "complete", doubt, declared, tuple(read), key, closed=closed, off=off)


def _doubt(read: Sequence[CommentRead], counts: Set[int], counted: bool) -> str | None:
    """Why the comments found may not be all of the thread; None where nothing says so."""
    ids = [comment.native_id for comment in read if comment.native_id]
    if any(not comment.text and not comment.deleted for comment in read):
        return "a comment has no text"
    if len(set(ids)) < len(ids):
        return "two comments have one id"
    if counted and not counts:
        return UNCOUNTED
    if len(counts) > 1:
        return f"the page declares {' and '.join(map(str, sorted(counts)))} comments"
    return _miscount(read, counts)


def _miscount(read: Sequence[CommentRead], counts: Set[int]) -> str | None:
    return f"{max(counts)} comments declared, {len(read)} read" if counts and len(read) not in counts else None
