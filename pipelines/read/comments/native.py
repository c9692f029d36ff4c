"""Comments in an outlet's own markup, found by the selectors of its TOML and checked against the page's own count."""
import re
from collections.abc import Iterator
from functools import lru_cache

from lxml.html import HtmlElement
from lxml.cssselect import CSSSelector

from crawler.items import CommentRead, Fetched, ThreadRead
from crawler.outlet import Comments, Outlet
from pipelines.read import times
from pipelines.read.address import place
from pipelines.read.clean import one_line, tidy
from pipelines.read.comments.cut import holds_article

LINES = {"p", "div", "br", "li", "ul", "ol", "blockquote", "pre", "section", "article", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "dd"}
SILENT = {"script", "style", "template", "noscript", "textarea", "button"}
MAX_COMMENTS = 20_000
MAX_NAME = 200


@lru_cache(maxsize=256)
def _select(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _pieces(element: HtmlElement, skipped: set[HtmlElement]) -> Iterator[str]:
    """The text of an element without that of the skipped ones below it, a line break at each block."""
    stack: list[tuple[HtmlElement, bool]] = [(element, False)]
    while stack:
        now, ended = stack.pop()
        line = "\n" if now.tag in LINES else ""
        if ended:
            yield line
            yield re.sub(r"\s+", " ", now.tail or "") if now is not element else ""
            continue
        stack.append((now, True))
        if now.tag not in SILENT and (now is element or now not in skipped):
            yield line + re.sub(r"\s+", " ", now.text or "")
            stack += [(child, False) for child in reversed(now)]


def _text(element: HtmlElement, skipped: set[HtmlElement]) -> str:
    return tidy("".join(_pieces(element, skipped)))


class _Item:
    """One comment's element; what belongs to its answers is not its own."""

    def __init__(self, element: HtmlElement, items: set[HtmlElement]) -> None:
        self.element, self.items = element, items
        self.parent = next((above for above in element.iterancestors() if above in items), None)

    def own(self, selector: str | None) -> list[HtmlElement]:
        """The elements that a selector finds in this comment and in none of its answers, none inside another of them."""
        if selector is None:
            return []
        found = [one for one in _select(selector)(self.element) if self._owner(one) is self.element]
        every = set(found)
        return [one for one in found if not any(above in every for above in one.iterancestors())]

    def _owner(self, element: HtmlElement) -> HtmlElement | None:
        return element if element in self.items else next((up for up in element.iterancestors() if up in self.items), None)

    def text(self, selector: str) -> str:
        return "\n".join(filter(None, (_text(one, self.items) for one in self.own(selector))))

    def author(self, selector: str | None) -> str | None:
        return next((name for one in self.own(selector) if (name := one_line(one.text_content(), MAX_NAME))), None)

    def time(self, selector: str | None) -> Iterator[str]:
        for one in self.own(selector):
            yield from filter(None, (one_line(text or "", MAX_NAME) for text in (
                one.get("datetime"), one.get("content"), one.text_content(), one.get("title"), one.get("data-time"))))


def _comment(item: _Item, comments: Comments, read: dict[HtmlElement, CommentRead], outlet: Outlet, fetched: Fetched) -> CommentRead:
    written = list(item.time(comments.time))
    posted = next(((found, raw) for raw in written if (found := times.possible(times.moment(raw, outlet.timezone), fetched.at))),
                  (None, written[0] if written else None))
    parent = read.get(item.parent) if item.parent is not None else None
    return CommentRead(
        native_id=one_line(item.element.get(comments.id, ""), MAX_NAME) or None, parent=parent.position if parent else None,
        parent_source="dom" if parent else None, position=len(read), depth=parent.depth + 1 if parent else 0,
        author=item.author(comments.author), posted=posted[0], posted_raw=posted[1], text=item.text(comments.text))


def _declared(elements: list[HtmlElement], skipped: set[HtmlElement], label: str) -> set[int]:
    """The counts that the labels below elements give, comments' own texts left out."""
    lines = (line for element in elements for line in _text(element, skipped).splitlines())
    found = (match for line in lines for match in re.finditer(label, line))
    return {int(digits) for match in found if match.groups() and (digits := re.sub(r"\D", "", match[1] or ""))}


def _doubt(read: list[CommentRead], label: str | None, counts: set[int]) -> str | None:
    """Why a thread in which comments were found may not be all of it; None where nothing says so."""
    ids = [comment.native_id for comment in read if comment.native_id]
    if any(not comment.text for comment in read):
        return "a comment has no text"
    if len(set(ids)) < len(ids):
        return "two comments have one id"
    if label and not counts:
        return "there is no count to check against"
    if len(counts) > 1:
        return f"the page declares {' and '.join(map(str, sorted(counts)))} comments"
    if counts and counts != {len(read)}:
        return f"{counts.pop()} comments declared, {len(read)} read"
    return None


def find(tree: HtmlElement, outlet: Outlet, fetched: Fetched) -> tuple[ThreadRead, list[HtmlElement]]:
    """The thread that the outlet's selectors find, and the elements to cut out of the tree.

    `complete` needs every comment's text, no id twice, and the label's count where the outlet has a label; without any comment
    it needs a label that says 0. `none`: no comment and no count above 0. Everything else is `partial`, its reason told.
    """
    comments = outlet.comments
    assert comments is not None
    places = _select(comments.thread)(tree)
    every = set(places)
    places = [one for one in places if not any(above in every for above in one.iterancestors())]
    elements = [one for where in places for one in _select(comments.item)(where) if one is not where][:MAX_COMMENTS]
    items = [_Item(element, set(elements)) for element in elements]
    read: dict[HtmlElement, CommentRead] = {}
    for item in items:
        read[item.element] = _comment(item, comments, read, outlet, fetched)
    texts = {one for item in items for one in item.own(comments.text)}
    counts = _declared(places, texts, comments.label) if comments.label else set[int]()
    if comments.label and not elements and not counts:
        counts = _declared([tree], set(), comments.label)
    cut = [one for where in places for one in ([where] if not holds_article(where, None) else elements)]
    return _thread(list(read.values()), comments, counts, bool(places), fetched), cut


def _thread(read: list[CommentRead], comments: Comments, counts: set[int], placed: bool, fetched: Fetched) -> ThreadRead:
    declared = next(iter(counts)) if len(counts) == 1 else None
    if read:
        doubt = _doubt(read, comments.label, set(counts))
        return ThreadRead("native", "partial" if doubt else "complete", doubt, declared, tuple(read), place(fetched.url))
    if counts - {0}:
        return ThreadRead("native", "partial", f"{max(counts)} comments declared, none found by the outlet's selectors", declared,
                          native_key=place(fetched.url))
    if counts and placed:
        return ThreadRead("native", "complete", None, 0, native_key=place(fetched.url))
    return ThreadRead("native", "none", "there is no thread on the page")
