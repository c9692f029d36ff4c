"""An outlet's own layout: what its selectors take out of a page, and what they find in it."""
from copy import deepcopy
from functools import lru_cache

from lxml.cssselect import CSSSelector
from lxml.html import Element, HtmlElement

from crawler.outlet import Layout
from pipelines.read.clean import one_line
from pipelines.read.evidence import Evidence

ORIGIN = "layout"
# What holds the page whole is never dropped.
KEPT = {"html", "head", "body"}


@lru_cache(maxsize=512)
def select(selector: str) -> CSSSelector:
    """A selector of an outlet's file, made once."""
    return CSSSelector(selector, translator="html")


def drop(tree: HtmlElement, layout: Layout | None) -> None:
    """Takes out what the layout drops; text behind an element stays."""
    for selector in layout.drop if layout else ():
        for element in select(selector)(tree):
            if element.tag not in KEPT and element.getparent() is not None:
                element.drop_tree()


def body(tree: HtmlElement, layout: Layout | None) -> HtmlElement | None:
    """A document of what the layout's `body` finds alone, in page order; None where it finds nothing. The tree stays whole."""
    found = select(layout.body)(tree) if layout and layout.body else []
    every = set(found)
    outer = [element for element in found if every.isdisjoint(element.iterancestors())]
    if not outer:
        return None
    document: HtmlElement = Element("html")
    place = Element("body")
    document.append(place)
    for element in outer:
        # As an article: what an outlet's file names is its text, whatever the element's own name says of it.
        article = Element("article")
        article.text = element.text
        article.extend(list(deepcopy(element)))
        place.append(article)
    return document


def evidence(tree: HtmlElement, layout: Layout | None) -> Evidence:
    """What the layout's selectors say of the article; a selector that finds nothing says nothing."""
    def lines(selector: str | None) -> tuple[str, ...]:
        found = map(_line, select(selector)(tree)) if selector else ()
        return tuple(line for line in found if line)
    if layout is None:
        return Evidence(ORIGIN)
    return Evidence(ORIGIN, lines(layout.title)[:1], lines(layout.authors), lines(layout.published))


def _line(element: HtmlElement) -> str:
    """What an element says: the machine's form before the one that is shown."""
    return one_line(element.get("content") or element.get("datetime") or " ".join(element.itertext()))
