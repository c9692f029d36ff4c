"""How far a thread in unknown markup reaches: the elements that are to be cut out of the page with it."""
from collections.abc import Sequence

from lxml import etree
from lxml.html import HtmlElement

from pipelines.read.comments.cut import CALLED, HEADING, OUTSIDE, holds_article, own_length
from pipelines.read.comments.phrases import REPLY
from pipelines.read.comments.repeated import Item

# More prose beside a thread than this is not the thread's: rules of a place, a form and its words are shorter.
BESIDE = 500


def _first_prose(tree: HtmlElement, inside: set[HtmlElement]) -> HtmlElement | None:
    """The first element outside of the items that reads like prose."""
    for element in tree.iter(etree.Element):
        if element.tag not in OUTSIDE and own_length(element) >= 80 and not any(
                above.tag in OUTSIDE or above in inside for above in (element, *element.iterancestors())):
            return element
    return None


def cut(items: Sequence[Item], around: HtmlElement, tree: HtmlElement) -> list[HtmlElement]:
    """The elements of a thread: all of its place where the article is not in it, with its heading and form."""
    inside = {root for item in items for root in item.roots}
    first = _first_prose(tree, inside)
    if holds_article(around, first) or _prose_beside(around, inside) > BESIDE:
        branches = [one for one in around if one in inside or any(root in inside for root in one.iterdescendants())]
        between = list(around)[around.index(branches[0]):around.index(branches[-1]) + 1]
        return [*_beside(branches[0], branches[-1]), *between]
    now = around
    while (above := now.getparent()) is not None and not holds_article(above, first) and _prose_beside(above, inside) <= BESIDE:
        now = above
    return [*_beside(now, now), now]


def _prose_beside(element: HtmlElement, inside: set[HtmlElement]) -> int:
    total, stack = 0, [element]
    while stack:
        now = stack.pop()
        if now in inside or not isinstance(now.tag, str) or now.tag in ("form", "script", "style"):
            continue
        length = len((now.text or "").strip()) + sum(len((child.tail or "").strip()) for child in now)
        total += length if length > 25 else 0
        stack.extend(now)
    return total


def _beside(first: HtmlElement, last: HtmlElement) -> list[HtmlElement]:
    """The heading before a thread and the form behind it."""
    found = []
    for one in first.itersiblings(etree.Element, preceding=True):
        text = " ".join(one.text_content().split())
        if not ((len(text) < HEADING and CALLED.search(text)) or one.tag in ("hr", "br", "script", "form") or not text):
            break
        if text or one.tag == "form":
            found.append(one)
    for one in last.itersiblings(etree.Element):
        text = " ".join(one.text_content().split())
        if not (one.tag in ("form", "hr", "br", "script") or (one.find(".//textarea") is not None and len(text) < 600) or (
                len(text) < HEADING and (CALLED.search(text) or REPLY.search(text)))):
            break
        found.append(one)
    return found
