"""What a page says of itself in JSON-LD, broken or not."""
import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

from pipelines.read.address import place

Node = dict[str, Any]
ARTICLES = re.compile(r"[A-Za-z]*Article|BlogPosting|LiveBlogPosting|SocialMediaPosting|Report")
# Where an article may stand below the top; other keys hold other articles, such as related ones.
BELOW = ("@graph", "mainEntity", "mainEntityOfPage", "subjectOf", "about")
MAX_DEPTH = 6
MAX_NODES = 2_000
OPENING = re.compile(r"\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)?\s*")
CLOSING = re.compile(r"(?:-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?)\s*$")
# So far from its end a script's closing mark may begin.
LAST = 30
TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
FIELD = re.compile(r'"(headline|datePublished|dateModified|articleSection)"\s*:\s*"((?:[^"\\]|\\.){1,1000})"')


def _unwrapped(text: str) -> str:
    """A script without the marks that hide it from old browsers."""
    opening = OPENING.match(text)
    rest = text[opening.end() if opening else 0:].rstrip()
    return rest[:-LAST] + CLOSING.sub("", rest[-LAST:]).rstrip()


def _loads(text: str) -> list[Any]:
    """The documents in one script: more than one where they were glued together, fields alone where it is broken."""
    found: list[Any] = []
    decoder = json.JSONDecoder(strict=False)
    rest = _unwrapped(text)
    while rest and len(found) < 50:
        try:
            value, end = decoder.raw_decode(rest)
        except ValueError:
            break
        found.append(value)
        rest = rest[end:].lstrip(" \t\r\n;,")
    if found or not rest:
        return found
    try:
        return [json.loads(TRAILING_COMMA.sub("", rest), strict=False)]
    except ValueError:
        fields: Node = {}
        for name, value in FIELD.findall(rest):
            fields.setdefault(name, re.sub(r'\\(["/\\])', r"\1", value))
        return [{"@type": "NewsArticle", **fields}] if fields else []


def nodes(tree: HtmlElement) -> list[Node]:
    """The nodes that stand at the top of the page's scripts or in their graphs, nearest the top first."""
    level: list[Any] = []
    for script in tree.iter("script"):
        if "ld+json" in script.get("type", "").lower() and script.text:
            try:
                level += _loads(script.text)
            except RecursionError:
                continue  # nested thousands deep: not what a site says of an article
    found: list[Node] = []
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level[:MAX_NODES]:
            if isinstance(value, list):
                below += value
            elif isinstance(value, dict):
                found.append(value)
                below += [value[key] for key in BELOW if key in value]
        level = below
    return found[:MAX_NODES]


def is_article(node: Node) -> bool:
    """Whether a node is of one of schema.org's types for articles."""
    types = node.get("@type")
    return any(isinstance(name, str) and ARTICLES.fullmatch(name.rpartition("/")[2]) for name in
               (types if isinstance(types, list) else [types]))


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        value = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if isinstance(value, str) and value.startswith("http"):
            yield place(value)


def article(every: list[Node], urls: set[str]) -> Node:
    """The node of the page's own article: that of one of its addresses (as `place` gives them), else the first; {} for none."""
    articles = [node for node in every if is_article(node) and (node.get("headline") or node.get("datePublished"))]
    return next((node for node in articles if urls.intersection(_addresses(node))), articles[0] if articles else {})


def web_page(every: list[Node], urls: set[str]) -> Node:
    """The node of the page that the article stands on, by one of its addresses; {} for none."""
    return next((node for node in every if node.get("@type") == "WebPage" and urls.intersection(_addresses(node))), {})


def text(value: Any) -> str | None:
    """A value as a string: the first of a list, the name, address or text of an object."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = next((value[key] for key in ("@value", "name", "url", "contentUrl", "@id") if value.get(key)), None)
    return value if isinstance(value, str) and value.strip() else None


def language(value: Any) -> str | None:
    """The tag in `inLanguage`, which may be a Language with a code as its alternate name."""
    value = value[0] if isinstance(value, list) and value else value
    return text(value.get("alternateName") or value) if isinstance(value, dict) else text(value)


def texts(value: Any) -> list[str]:
    """All strings of a value that may be one or a list."""
    every = value if isinstance(value, list) else [value]
    return [found for one in every[:100] if (found := text(one))]


def people(value: Any, every: list[Node]) -> list[str]:
    """The names in `author`; one that is only an @id is looked up among the nodes."""
    names: list[str] = []
    for one in (value if isinstance(value, list) else [value])[:50]:
        if isinstance(one, dict) and not one.get("name") and isinstance(one.get("@id"), str):
            one = next((node for node in every if node.get("@id") == one["@id"] and node.get("name")), one)
        if isinstance(one, dict) and not one.get("name"):
            parts = [one.get(key) for key in ("givenName", "additionalName", "familyName")]
            one = " ".join(part for part in parts if isinstance(part, str))
        elif isinstance(one, dict):
            names += texts(one["name"])
            continue
        names += texts(one)
    return names
