"""Comments in an outlet's own markup, found by the selectors of its TOML and checked against the page's own count."""
import re

from lxml.html import HtmlElement

from crawler.items import ThreadRead
from crawler.outlet import Comments
from pipelines.read.address import place
from pipelines.read.clean import one_line
from pipelines.read.comments import parts
from pipelines.read.comments.cut import holds_article
from pipelines.read.comments.parts import MAX_COMMENTS, MAX_NAME, Found, Said, View, outermost, text_of
from pipelines.read.layout import select

NAME = "native"


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
        found = select(selector)(self.element) if selector else []
        return outermost([one for one in found if one is self.element
                          or (one not in self.items and self._nearest(one) is self.element)])

    def text(self, selector: str) -> str:
        return "\n".join(filter(None, (text_of(one, self.items) for one in self.own(selector))))

    def author(self, selector: str | None) -> str | None:
        return next((name for one in self.own(selector) if (name := one_line(one.text_content(), MAX_NAME))), None)


def _said(item: _Item, parent: int | None, of: Comments) -> Said:
    return Said(native_id=one_line(item.element.get(of.id, ""), MAX_NAME) or None, text=item.text(of.text),
                author=item.author(of.author), times=[text for one in item.own(of.time) for text in parts.written(one)],
                parent=parent, parent_source="dom")


def _counts(elements: list[HtmlElement], skipped: set[HtmlElement], label: str) -> set[int]:
    """The counts that labels below the elements give; the skipped ones, comments' own texts, are not looked at."""
    lines = (line for element in elements for line in text_of(element, skipped).splitlines())
    shown = (found[1] for line in lines for found in re.finditer(label, line) if found.re.groups)
    return {int(digits) for text in shown if (digits := re.sub(r"\D", "", text or "")[:9])}


def find(view: View) -> Found | None:
    """The thread that the outlet's selectors find, and the elements to cut out of the tree; None for an outlet without any.

    `complete` needs a text in every comment, no id twice and, where the outlet has a label, one count that agrees; without a
    comment it needs a count of 0. `none`: no comment, and no count above 0 anywhere. All else is `partial` and says why.
    """
    of = view.outlet.comments if view.outlet else None
    if not isinstance(of, Comments):
        return None
    places = outermost(select(of.thread)(view.tree))
    elements = [one for where in places for one in select(of.item)(where) if one is not where][:MAX_COMMENTS]
    items = [_Item(element, set(elements)) for element in elements]
    at = {element: number for number, element in enumerate(elements)}
    read = parts.comments([_said(item, at.get(item.parent), of) for item in items], view)
    counts = set[int]()
    if of.label:
        texts = {one for item in items for one in item.own(of.text)}
        counts = _counts(places, texts, of.label) or (_counts([view.tree], texts, of.label) if not elements else counts)
    cut = tuple(one for where in places for one in (elements if holds_article(where, None) else [where]))
    key = place(view.fetched.url)
    if read:
        return Found(parts.thread(NAME, read, counts, key, counted=bool(of.label)), cut)
    if counts - {0}:
        reason = f"{max(counts)} comments declared, none found by the outlet's selectors"
        return Found(ThreadRead(NAME, "partial", reason, max(counts) if len(counts) == 1 else None, native_key=key), cut)
    if counts and places:
        return Found(ThreadRead(NAME, "complete", None, 0, native_key=key), cut)
    return Found(ThreadRead(NAME, "none", "there is no thread on the page", native_key=key), cut)
