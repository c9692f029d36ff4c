"""Comments in an outlet's own markup, found by the selectors of its TOML and checked against the page's own count."""
import re
from collections.abc import Iterator
from functools import lru_cache

from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from crawler.items import CommentRead, Fetched, ThreadRead
from crawler.outlet import Comments, Outlet
from pipelines.read import times
from pipelines.read.address import place
from pipelines.read.clean import one_line, tidy
from pipelines.read.comments.cut import holds_article

LINES = {"p", "div", "br", "li", "ul", "ol", "blockquote", "pre", "section", "article", "header", "footer", "tr", "dd", "dt",
         "h1", "h2", "h3", "h4", "h5", "h6"}
SILENT = {"script", "style", "template", "noscript", "textarea", "button"}
SPACE = re.compile(r"\s+")
# More than any thread has; beyond it the count does not agree, and the thread is partial.
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
        if now.tag in LINES:
            yield "\n"
        if ended:
            yield SPACE.sub(" ", now.tail or "") if now is not element else ""
            continue
        stack.append((now, True))
        if now.tag not in SILENT and (now is element or now not in skipped):
            yield SPACE.sub(" ", now.text or "")
            stack += [(child, False) for child in reversed(now)]


def _text(element: HtmlElement, skipped: set[HtmlElement]) -> str:
    return tidy("".join(_pieces(element, skipped)))


def _outermost(elements: list[HtmlElement]) -> list[HtmlElement]:
    every = set(elements)
    return [one for one in elements if not any(above in every for above in one.iterancestors())]


class _Item:
    """One comment's element among all of them; what belongs to its answers is not its own."""

    def __init__(self, element: HtmlElement, items: set[HtmlElement]) -> None:
        self.element, self.items = element, items

    def _nearest(self, element: HtmlElement) -> HtmlElement | None:
        return next((above for above in element.iterancestors() if above in self.items), None)

    @property
    def parent(self) -> HtmlElement | None:
        return self._nearest(self.element)

    def own(self, selector: str | None) -> list[HtmlElement]:
        """The elements that a selector finds in this comment and in none of its answers, none inside another of them."""
        found = _select(selector)(self.element) if selector else []
        return _outermost([one for one in found if one is self.element
                           or (one not in self.items and self._nearest(one) is self.element)])

    def text(self, selector: str) -> str:
        return "\n".join(filter(None, (_text(one, self.items) for one in self.own(selector))))

    def author(self, selector: str | None) -> str | None:
        return next((name for one in self.own(selector) if (name := one_line(one.text_content(), MAX_NAME))), None)

    def times(self, selector: str | None) -> list[str]:
        """What is written of its time, what machines read before what people do."""
        written = (text for one in self.own(selector) for text in (
            one.get("datetime"), one.get("content"), one.text_content(), one.get("title"), one.get("data-time")))
        return [text for raw in written if (text := one_line(raw or "", MAX_NAME))]


def _comment(item: _Item, parent: CommentRead | None, position: int, outlet: Outlet, fetched: Fetched) -> CommentRead:
    comments = outlet.comments
    assert comments is not None
    written = item.times(comments.time)
    said = ((times.possible(times.moment(raw, outlet.timezone), fetched.at), raw) for raw in written)
    posted, raw = next((pair for pair in said if pair[0]), (None, written[0] if written else None))
    return CommentRead(
        native_id=one_line(item.element.get(comments.id, ""), MAX_NAME) or None, parent=parent.position if parent else None,
        parent_source="dom" if parent else None, position=position, depth=parent.depth + 1 if parent else 0,
        author=item.author(comments.author), posted=posted, posted_raw=raw, text=item.text(comments.text))


def _counts(elements: list[HtmlElement], skipped: set[HtmlElement], label: str) -> set[int]:
    """The counts that labels below the elements give; the skipped ones, comments' own texts, are not looked at."""
    lines = (line for element in elements for line in _text(element, skipped).splitlines())
    shown = (found[1] for line in lines for found in re.finditer(label, line) if found.re.groups)
    return {int(digits) for text in shown if (digits := re.sub(r"\D", "", text or "")[:9])}


def _doubt(read: list[CommentRead], label: str | None, counts: set[int]) -> str | None:
    """Why the comments found may not be all of the thread; None where nothing says so."""
    ids = [comment.native_id for comment in read if comment.native_id]
    if any(not comment.text for comment in read):
        return "a comment has no text"
    if len(set(ids)) < len(ids):
        return "two comments have one id"
    if label and not counts:
        return "there is no count to check against"
    if len(counts) > 1:
        return f"the page declares {' and '.join(map(str, sorted(counts)))} comments"
    if counts and len(read) not in counts:
        return f"{max(counts)} comments declared, {len(read)} read"
    return None


def _thread(read: list[CommentRead], comments: Comments, counts: set[int], placed: bool, key: str) -> ThreadRead:
    declared = max(counts) if len(counts) == 1 else None
    if read:
        doubt = _doubt(read, comments.label, counts)
        return ThreadRead("native", "partial" if doubt else "complete", doubt, declared, tuple(read), key)
    if counts - {0}:
        reason = f"{max(counts)} comments declared, none found by the outlet's selectors"
        return ThreadRead("native", "partial", reason, declared, native_key=key)
    if counts and placed:
        return ThreadRead("native", "complete", None, 0, native_key=key)
    return ThreadRead("native", "none", "there is no thread on the page", native_key=key)


def find(tree: HtmlElement, outlet: Outlet, fetched: Fetched) -> tuple[ThreadRead, list[HtmlElement]]:
    """The thread that the outlet's selectors find, and the elements to cut out of the tree.

    `complete` needs a text in every comment, no id twice and, where the outlet has a label, one count that agrees; without a
    comment it needs a count of 0. `none`: no comment, and no count above 0 anywhere. All else is `partial` and says why.
    """
    comments = outlet.comments
    assert comments is not None
    places = _outermost(_select(comments.thread)(tree))
    elements = [one for where in places for one in _select(comments.item)(where) if one is not where][:MAX_COMMENTS]
    items = [_Item(element, set(elements)) for element in elements]
    read: dict[HtmlElement, CommentRead] = {}
    for item in items:
        parent = item.parent
        read[item.element] = _comment(item, None if parent is None else read.get(parent), len(read), outlet, fetched)
    counts = set[int]()
    if comments.label:
        texts = {one for item in items for one in item.own(comments.text)}
        counts = _counts(places, texts, comments.label) or (_counts([tree], texts, comments.label) if not elements else counts)
    cut = [one for where in places for one in (elements if holds_article(where, None) else [where])]
    return _thread(list(read.values()), comments, counts, bool(places), place(fetched.url)), cut
