"""The elements of a page that its markup names, looked through once for all who go by names."""
import re
from collections.abc import Set

from lxml import etree
from lxml.html import HtmlElement

NAMED = etree.XPath("/descendant::*[@class or @id]")
# What elements are called besides, by machines and by people who cannot see.
LABELS = etree.XPath("//@itemprop | //@itemtype | //@typeof | //@aria-label", smart_strings=False)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words(name: str) -> list[str]:
    """The words of a class or id in small letters: "adBox top_banner" has four."""
    apart = name.replace("-", " ").replace("_", " ").replace(":", " ")
    return (apart if apart.islower() else CAMEL.sub(" ", apart).lower()).split()


class Named:
    """The elements of a page with a class or id, in page order; names holds each of their classes and ids as it is written,
    elements all elements of the page as it was,
    labels its values of itemprop, itemtype, typeof and aria-label, every all names in a line."""

    def __init__(self, tree: HtmlElement) -> None:
        self._tree = tree
        self.elements = [*tree.iter(etree.Element)]
        self._own = [element for element in self.elements if "-" in (tag := element.tag) or ":" in tag]
        self._elements = [(element, element.get("class", ""), element.get("id", "")) for element in NAMED(tree)]
        self.names = frozenset(name for _, *both in self._elements for name in both if name)
        self.every = " ".join(self.names)
        self.labels = frozenset(LABELS(tree))

    def having(self, classes: Set[str], ids: Set[str]) -> list[HtmlElement]:
        """The elements with one of these classes or ids, as they are written, that are still in the page."""
        if not classes and not ids:
            return []
        return [element for element, name, own in self._elements if (name in classes or own in ids) and self._stands(element)]

    def own(self) -> list[HtmlElement]:
        """The elements of a site's or a library's own making (<comment-list>, <fb:comments>) that are still in the page."""
        return [element for element in self._own if self._stands(element)]

    def _stands(self, element: HtmlElement) -> bool:
        while (above := element.getparent()) is not None:
            element = above
        return element is self._tree
