"""Where on a page the article's text stands: the element that holds most of the page's prose, and the standfirst before it."""
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

# Never part of a text, whatever is in it.
HARD = ("script", "style", "head", "svg", "math", "iframe", "noscript", "template", "canvas", "object", "embed", "applet",
        "audio", "video", "picture", "map", "select", "textarea", "button", "input", "datalist", "dialog", "output", "progress",
        "link", "param", "source", "track", "frame", "frameset", "fencedframe", "menuitem", "option", "optgroup", "use",
        "noindex")
# Beside the text, unless the page stands in it: a form around everything, an aside that was never closed.
SOFT = ("form", "aside", "nav", "footer", "figure", "fieldset", "menu", "label", "legend", "time")
# Shorter runs of text are labels, dates and menus more often than prose.
SHORTEST = 25
LENGTH = etree.XPath("string-length()")
PROSE = etree.XPath(f"//body//text()[string-length(normalize-space(.)) > {SHORTEST}]")
NO_PROSE = {"a", "figcaption", "h1"}
# What holds prose rather than blocks of it.
HOLDERS = {"p", "span", "li", "blockquote", "td", "b", "i", "em", "strong", "font", "h2", "h3", "h4", "h5", "h6", "dd", "dt",
           "pre", "q", "center", "small", "u"}
LINES = {"p", "h2", "h3"}
# A text that stands so often on one page is the site's, not the article's, unless it is as short as an answer may be.
REPEATED = 3
LONG = 80
# The body's container has at least this share of the prose of the element around it. Between 0.6 and 0.8 the figures of
# reading quality stay within 0.002.
SHARE = 0.7
# With more of the prose than this in paragraphs beside its largest part, an element is the container itself.
BESIDE = 0.1
# The container is sure when so much of its prose stands at most two levels below it.
DENSE = 0.5
# A linked heading and no more text than this beside it announce another article.
TEASER = 600
LINKED_HEADING = etree.XPath(" | ".join(f"//h{level}[a[@href] or parent::a]" for level in "2345"))
# Behind its headline a page's title has the site's name and the section's, seldom more than twice as long.
OWN = 3
# So many cards of one kind in one place are a row of them.
ROW = 3
# Looked for by their tags rather than by a path: of thousands of siblings a path asks each for all before it.
CARDS = {"div", "li", "article", "section"}
# Parts of one kind with so much of a container's prose are pieces of one text.
PIECES = 0.8
# Of several articles in one place with so much prose the first is the page's own.
ARTICLE = 250

STANDFIRST = re.compile(
    r"lead|intro|summary|standfirst|dek\b|deck|subtitle|sub-?head|excerpt|lede|abstract|descri|strap|chapo|vorspann|anons|liead|"
    r"bajada|entradilla|sottotitol|podtyt|podzag", re.IGNORECASE)
NO_STANDFIRST = re.compile(
    r"share|social|byline|author|caption|meta|date|crumb|tag|comment|\bad\b|ads|advert|related|widget|banner|newsletter|menu|nav|"
    r"player|promo|gallery|credit|subscri|paywall|cookie|popup|modal|hidden|poll", re.IGNORECASE)
HEADLINE_BEFORE = etree.XPath("preceding::h1")
FOLLOWING = etree.XPath(f"following::text()[string-length(normalize-space(.)) > {SHORTEST}]")
DESCRIPTIONS = {"description", "og:description", "twitter:description"}
MAX_STANDFIRST = 1000
WORD = re.compile(r"\w+")
# A standfirst that repeats the page's description has this share of its words in it.
SAME = 0.7


@dataclass(frozen=True, slots=True)
class Body:
    """Where the text stands. container: the element with most of the prose, None where there is none; prose: how many
    characters of it; sure: the container holds it directly; pieces: it holds it in several pieces of one kind; standfirst: the
    elements of it between headline and container; repeated: lines that stand all over the page."""

    container: HtmlElement | None = None
    prose: int = 0
    sure: bool = False
    pieces: bool = False
    standfirst: tuple[HtmlElement, ...] = ()
    repeated: frozenset[str] = frozenset()


def descriptions(tree: HtmlElement) -> list[set[str]]:
    """The words of each description that the page's head gives; ask before `clear`."""
    texts = (meta.get("content", "") for meta in tree.iter("meta") if {meta.get("name"), meta.get("property")} & DESCRIPTIONS)
    return [set(WORD.findall(text.casefold())) for text in texts]


def _teasers(tree: HtmlElement, title: str) -> set[HtmlElement]:
    """The elements that announce other articles: a linked heading with a line or two beside it, or one of several cards in a
    row that a link leads. A heading that is much of the page's title is the page's own, which leads to itself."""
    found = set()
    for heading in LINKED_HEADING(tree):
        said = " ".join(heading.text_content().casefold().split())
        if said in title and OWN * len(said) >= len(title):
            continue
        if heading.getparent().tag == "a":
            heading = heading.getparent()
        above = heading.getparent()
        if above is not None and len(above) > 1 and len(above.text_content()) <= TEASER and above.find(".//h1") is None:
            found.add(above)
    rows: dict[tuple[HtmlElement, str, str], list[HtmlElement]] = {}
    for link in tree.iter("a"):
        card = link.getparent()
        first = card.tag in CARDS and card[0] is link and not (card.text or "").strip()
        if first and len(card) > 1 and link.get("href") is not None:
            rows.setdefault((card.getparent(), card.tag, card.get("class", "")), []).append(card)
    for row in rows.values():
        if len(row) >= ROW and all(len(card.text_content()) <= TEASER for card in row):
            found.update(row)
    return found


def clear(tree: HtmlElement) -> None:
    """Takes out what is no text: scripts, forms, menus, asides, announcements of other articles. What holds most of the page's
    text stays, a form, menu or aside as a division."""
    title = " ".join((tree.findtext(".//head/title") or "").casefold().split())
    etree.strip_elements(tree, *HARD, with_tail=False)
    body = tree.find("body")
    if body is None:
        return
    total = LENGTH(body)
    for element in list(tree.iter(*SOFT)):
        if 2 * LENGTH(element) > total:
            element.tag = "div"
    etree.strip_elements(tree, *SOFT, with_tail=False)
    for teaser in _teasers(tree, title):
        if 2 * LENGTH(teaser) <= total:
            teaser.drop_tree()


def _holder(text: etree._ElementUnicodeResult) -> HtmlElement:
    """The element whose text this is."""
    element: HtmlElement = text.getparent()
    return element.getparent() if text.is_tail else element


def _above(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    yield from element.iterancestors()


def _weigh(texts: list[Any], often: Counter[str]) -> tuple[dict[HtmlElement, int], dict[HtmlElement, int]]:
    """How much prose is below each element, and how much of it at most two levels below, in characters."""
    below: dict[HtmlElement, int] = {}
    near: dict[HtmlElement, int] = {}
    for text in texts:
        above = list(_above(_holder(text)))
        if often[text] >= REPEATED or any(element.tag in NO_PROSE for element in above):
            continue
        for element in above:
            below[element] = below.get(element, 0) + len(text)
        blocks = [element for element in above if element.tag not in HOLDERS]
        for element in blocks[:2]:
            near[element] = near.get(element, 0) + len(text)
    return below, near


def _container(body: HtmlElement, below: dict[HtmlElement, int]) -> HtmlElement:
    mains = [main for main in body.iter("main") if below.get(main, 0) >= ARTICLE]
    container = mains[0] if len(mains) == 1 and mains[0].find(".//h1") is not None else body
    while True:
        parts = [part for part in container if part in below]
        articles = [part for part in parts if part.tag == "article" and below[part] >= ARTICLE]
        if len(articles) > 1:
            container = articles[0]
            continue
        largest = max(parts, key=below.__getitem__, default=None)
        if largest is None or largest.tag in HOLDERS or below[largest] < SHARE * below[container]:
            return container
        if sum(below[part] for part in parts if part.tag == "p") > BESIDE * below[container]:
            return container
        container = largest


def _in_pieces(container: HtmlElement, below: dict[HtmlElement, int]) -> bool:
    """Whether nearly all of the container's prose is in several parts of one kind, as where advertisements part a text."""
    kinds: dict[tuple[str, str | None], list[int]] = {}
    for part in container:
        if below.get(part, 0) >= ARTICLE and part.tag not in HOLDERS:
            kinds.setdefault((part.tag, part.get("class")), []).append(below[part])
    return any(len(kind) > 1 and sum(kind) >= PIECES * below[container] for kind in kinds.values())


def _standfirst(container: HtmlElement, described: list[set[str]]) -> tuple[HtmlElement, ...]:
    """The blocks between the headline and the container that their names call a standfirst or that repeat the description."""
    headlines = HEADLINE_BEFORE(container)
    if not headlines or container.find(".//h1") is not None:
        return ()
    found: dict[HtmlElement, str] = {}
    for text in FOLLOWING(headlines[-1]):
        block = next(element for element in _above(_holder(text)) if element.tag not in HOLDERS or element.tag in LINES)
        above = list(_above(block))
        if container in above:
            break
        if block in found or container in block.iterdescendants() or any(element.tag in NO_PROSE for element in above):
            continue
        names = " ".join(filter(None, (element.get(name) for element in above[:2] if container not in element.iterdescendants()
                                       for name in ("class", "id", "itemprop"))))
        said = block.text_content()
        words = set(WORD.findall(said.casefold()))
        told = any(len(words & each) >= SAME * len(words) for each in described)
        if (told or STANDFIRST.search(names)) and not NO_STANDFIRST.search(names):
            found[block] = said
    return tuple(found) if sum(map(len, found.values())) <= MAX_STANDFIRST else ()


def find(tree: HtmlElement, described: list[set[str]]) -> Body:
    """Where the text of a cleared tree stands; described is what `descriptions` said of the page."""
    body = tree.find("body")
    texts = PROSE(tree)
    often = Counter(texts)
    below, near = _weigh(texts, often)
    if body is None or body not in below:
        return Body()
    container = _container(body, below)
    pieces = _in_pieces(container, below)
    sure = pieces or near.get(container, 0) >= DENSE * below[container]
    repeated = frozenset(" ".join(text.split()) for text, times in often.items() if times >= REPEATED and len(text) >= LONG)
    return Body(container, below[container], sure, pieces, _standfirst(container, described) if sure else (), repeated)
