"""Takes what is plainly readers' comments out of a page, so that none of them can enter the article's text."""
import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

# Words in an id or class that name a place of comments.
PLACES = {"comment", "comments", "commentlist", "commentsblock", "commentblock", "commentary-list", "commentform", "commentarea",
          "commentsection", "commentthread", "recentcomments", "disqus", "respond", "discussion", "discussions", "kommentare",
          "kommentar", "komentar", "kommentarii", "kommentarij", "izohlar", "pikirler", "hypercomments", "cackle", "remark42",
          "isso", "wpdiscuz", "wpd"}
# Words beside them that tell of the page instead: <body class="has-comments">, <article class="comments-open">.
STATES = {"has", "no", "with", "without", "open", "closed", "enabled", "disabled", "on", "off", "allow", "allowed", "count", "link"}
KEPT = {"html", "head", "body", "main", "script", "style", "link", "meta", "a", "span", "time", "h1"}
ITEM = etree.XPath("//*[@itemprop='comment' or @itemtype][@itemprop='comment' or contains(@itemtype, 'schema.org/Comment') or "
                   "contains(@itemtype, 'schema.org/UserComments')]")
NAMES = etree.XPath("//@class | //@id", smart_strings=False)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
OUTSIDE = {"head", "header", "nav", "aside", "footer", "script", "style", "noscript", "template", "form", "title"}
# A text of its own of this length is an article's or a comment's, not a menu's.
LONG = 100


@lru_cache(maxsize=4096)
def _names_comments(name: str) -> bool:
    for token in name.split():
        words = re.split(r"[-_:]+", CAMEL.sub("-", token).lower())
        if PLACES.intersection(words) and not STATES.intersection(words):
            return True
    return False


def _own_length(element: HtmlElement) -> int:
    return len((element.text or "").strip()) + sum(len((child.tail or "").strip()) for child in element)


def _first_long(tree: HtmlElement) -> HtmlElement | None:
    """The first element that reads like prose: the article's first, since comments stand behind it."""
    for element in tree.iter():
        if _own_length(element) >= LONG and not OUTSIDE.intersection([element.tag, *(up.tag for up in element.iterancestors())]):
            return element
    return None


def holds_article(element: HtmlElement, first: HtmlElement | None) -> bool:
    """Whether an element is more than comments: it has the headline or the article's first long text in it."""
    if element.tag in KEPT or element.find(".//h1") is not None:
        return True
    return first is not None and (element is first or element in first.iterancestors())


def _candidates(tree: HtmlElement) -> Iterator[HtmlElement]:
    # A page has few different names on many elements: the names are looked at first.
    if names := {name for name in set(NAMES(tree)) if _names_comments(name)}:
        yield from (element for element in tree.iter() if element.get("class") in names or element.get("id") in names)
    yield from ITEM(tree)


def cut(tree: HtmlElement, elements: list[HtmlElement]) -> None:
    """Takes elements out of the tree; text behind them stays."""
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()


def cut_comments(tree: HtmlElement) -> None:
    """Takes all comments out that their markup names; an element that holds the article stays, whatever its name."""
    if candidates := list(_candidates(tree)):
        first = _first_long(tree)
        cut(tree, [element for element in candidates if not holds_article(element, first)])
