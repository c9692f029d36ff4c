"""Comments that say by schema.org's words that they are such: microdata, RDFa as Drupal writes it, and JSON-LD."""
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from html import unescape
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from crawler.items import ParentSource
from pipelines.read import jsonld
from pipelines.read.address import place
from pipelines.read.clean import ELEMENT, one_line, tidy
from pipelines.read.comments import parts, signs
from pipelines.read.comments.cut import holds_article
from pipelines.read.comments.own import Own
from pipelines.read.comments.parts import MAX_COMMENTS, MAX_NAME, Found, Said, View, text_of

NAME = "schema_org"
TYPED = etree.XPath("//*[contains(@itemtype, 'omment') or contains(@typeof, 'omment')]")
TYPE = re.compile(r"(?:https?://(?:www\.)?schema\.org/|schema:|sioct?:)?(?:Comment|UserComments)")
AS_DATA = ('"Comment"', '/Comment"', 'UserComments"')
PARENTS = ("parentItem", "replyToUrl", "schema:parentItem", "sioc:reply_of")
DATA_PARENTS = ("data-parent", "data-parent-id", "data-parentid", "data-parent-comment-id")
NUMBERED = re.compile(r"comment-(\d+)|/comment/(\d+)(?:/.*)?")
BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]{0,200}>", re.IGNORECASE)
DATES = ("dateCreated", "datePublished", "commentTime", "uploadDate")
TEXTS = ("text", "commentText", "articleBody", "description")
SPACE = re.compile(r"\s+")
# A place of comments has no more text of its own than a heading, rules and a form.
OF_PLACE = 400
# So many levels, and so much text besides, are between a comment's text and its outermost element.
LEVELS, BESIDE = 5, 160


# --- microdata and RDFa

def _is_comment(element: HtmlElement) -> bool:
    kinds = f"{element.get('itemtype', '')} {element.get('typeof', '')}".split()
    return any(TYPE.fullmatch(kind) for kind in kinds) and not _names_parent(element) and not signs.elsewhere(element)


def _names_parent(element: HtmlElement) -> bool:
    """Whether an element is the mention of a comment that is answered, or stands in one."""
    return any(name in one.get("itemprop", "").split() for one in (element, *element.iterancestors()) for name in PARENTS)


def _names(element: HtmlElement) -> list[str]:
    """The names that a comment goes by, the surest first."""
    urls = (one.get("href", "") for one in element.iter("a", "link") if "url" in one.get("itemprop", "").split())
    every = (element.get("id", ""), element.get("about", ""), element.get("itemid", ""), element.get("resource", ""),
             next(urls, ""))
    return [name for each in every if (name := _name(each))]


def _name(address: str) -> str:
    """How a comment is called in an address: the part behind the #, else the number that Drupal gives it."""
    name = one_line(address.rpartition("#")[2], MAX_NAME)
    found = NUMBERED.fullmatch(name)
    return (found[1] or found[2]) if found else "" if "/" in name else name


def _told(own: Own) -> str | None:
    """The name of the comment that one says it answers."""
    for one in own.below:
        if not {*PARENTS}.isdisjoint(f"{one.get('itemprop', '')} {one.get('property', '')} {one.get('rel', '')}".split()):
            inner = [each.get("href") for each in one.iter("a", "link") if each.get("href")]
            said = one.get("href") or one.get("content") or one.get("itemid") or one.get("resource") or next(iter(inner), "")
            return _name(said) or None
    return next((value for name in DATA_PARENTS if (value := own.element.get(name)) and value != "0"), None)


def _above(element: HtmlElement, at: Mapping[HtmlElement, int]) -> int | None:
    """The comment that an element stands in, or behind which its indented list stands."""
    for one in (element, *element.iterancestors()):
        if one is not element and one in at:
            return at[one]
        if "indented" in one.get("class", "").split() or "children" in one.get("class", "").split():
            for before in one.itersiblings(preceding=True):
                inner = next((at[each] for each in before.iter() if each in at), None)
                if inner is not None:
                    return inner
    return None


def _marked(view: View) -> Found | None:
    if not any(TYPE.fullmatch(kind) for name in view.named.labels if "omment" in name for kind in name.split()):
        return None
    elements = [one for one in TYPED(view.tree) if _is_comment(one)][:MAX_COMMENTS]
    if not elements:
        return None
    items, at = set(elements), {element: number for number, element in enumerate(elements)}
    names = [_names(element) for element in elements]
    called: dict[str, int] = {}
    for number, every in enumerate(names):
        for name in every:
            called.setdefault(name, number)
    said = []
    for number, element in enumerate(elements):
        own = Own(element, items)
        above, told = _above(element, at), _told(own)
        parent = called.get(told, above) if told else above
        text, (likes, dislikes) = own.text(), own.likes()
        gone = signs.removed(text)
        said.append(Said(
            native_id=next(iter(names[number]), None), text="" if gone else text, author=own.author(), times=own.times(),
            parent=parent if parent != number else None, parent_source="attribute" if parent != above else "dom",
            parent_id=told if told and told not in called else None, likes=likes, dislikes=dislikes, deleted=gone))
    return _found(said, elements, view)


# --- JSON-LD

@dataclass(frozen=True, slots=True)
class _Node:
    """A comment in JSON-LD, and the place of the one around it in the list of all."""

    node: jsonld.Node
    around: int | None


def _is_node(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    kinds = value.get("@type")
    return any(isinstance(kind, str) and TYPE.fullmatch(kind) for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _nodes(view: View) -> list[_Node]:
    """The comments of the page's own article in JSON-LD, each before those that answer it."""
    scripts = [script.text or "" for script in view.tree.iter("script") if "ld+json" in script.get("type", "").lower()]
    if not any(mark in text for text in scripts for mark in AS_DATA):
        return []
    every = jsonld.nodes(view.tree)
    article = jsonld.article(every, {place(view.fetched.url)})
    found: list[_Node] = []
    stack: list[tuple[Any, int | None]] = [
        (one, None) for one in reversed([*_list(article.get("comment")), *filter(_is_node, every)])]
    seen = set[int]()
    while stack and len(found) < MAX_COMMENTS:
        node, around = stack.pop()
        if not _is_node(node) or id(node) in seen:
            continue
        seen.add(id(node))
        found.append(_Node(node, around))
        stack += [(one, len(found) - 1) for one in reversed(_list(node.get("comment")))]
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _address(value: Any) -> str:
    value = next(iter(_list(value)), None)
    value = value.get("@id") or value.get("url") if isinstance(value, dict) else value
    return value if isinstance(value, str) else ""


def _text(node: jsonld.Node) -> str:
    text = next((value for name in TEXTS if isinstance(value := node.get(name), str) and value.strip()), "")
    return tidy(unescape(ELEMENT.sub("", BREAK.sub("\n", text))))


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | str) and re.fullmatch(r"\d{1,7}", str(value)) else None


def _as_data(view: View) -> Found | None:
    nodes = _nodes(view)
    if not nodes:
        return None
    names = [_name(_address(one.node)) or _name(jsonld.text(one.node.get("identifier")) or "") for one in nodes]
    called = {name: number for number, name in reversed([*enumerate(names)]) if name}
    texts = [_text(one.node) for one in nodes]
    people = [next(iter(jsonld.people(one.node.get("author") or one.node.get("creator"), [])), None) for one in nodes]
    shown = _shown(view, names, texts, people)
    at = {element: number for number, element in shown.items()}
    said = []
    for number, one in enumerate(nodes):
        told = _name(_address(one.node.get("parentItem") or one.node.get("replyToUrl")))
        above = _above(shown[number], at) if number in shown else None
        parent = called.get(told, one.around) if told else one.around if one.around is not None else above
        times = [text for name in DATES if (text := jsonld.text(one.node.get(name)))]
        gone = signs.removed(texts[number])
        source: ParentSource = "dom" if not told and one.around is None else "attribute"
        said.append(Said(
            native_id=names[number] or None, text="" if gone else texts[number], author=people[number], times=times,
            parent=parent if parent != number else None, parent_source=source,
            parent_id=told if told and told not in called else None, likes=_number(one.node.get("upvoteCount")),
            dislikes=_number(one.node.get("downvoteCount")), deleted=gone))
    return _found(said, [shown[number] for number in sorted(shown)], view)


def _squeezed(text: str) -> str:
    return SPACE.sub("", text)


def _shown(view: View, names: Sequence[str], texts: Sequence[str], people: Sequence[str | None]) -> dict[int, HtmlElement]:
    """Where the comments that the page has as data stand in it once more, as far as they do: by their ids, else by what they
    say beside who says it."""
    ids = {name: number for number, name in enumerate(names) if name}
    keys = {f"comment-{name}" for name in ids if name.isdecimal()} | set(ids)
    found: dict[int, HtmlElement] = {}
    for element in view.named.having(set(), keys & view.named.names):
        number = ids.get(_name(element.get("id", "")))
        if number is not None and number not in found and _squeezed(texts[number]) in _squeezed(element.text_content()):
            found[number] = element
    left: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        if number not in found and text:
            left.setdefault(_squeezed(text), []).append(number)
    body = view.tree.find("body")
    if not left or body is None:
        return found
    longest, inner = max(map(len, left)), dict[int, HtmlElement]()
    for element in body.iter(etree.Element):
        if element.tag not in ("script", "style") and (text := _brief(element, longest)) in left and left[text] and \
                not any(_brief(child, longest) == text for child in element):
            inner[left[text].pop(0)] = element
    everyone = set(inner.values())
    for number, element in inner.items():
        if (outer := _outermost(element, everyone - {element}, people[number], len(texts[number]))) is not None:
            found[number] = outer
    return found


def _brief(element: HtmlElement, longest: int) -> str:
    """What an element says without white space; nothing for more than the longest comment."""
    text, size = [], 0
    for piece in element.itertext():
        squeezed = _squeezed(piece)
        text.append(squeezed)
        size += len(squeezed)
        if size > longest:
            return ""
    return "".join(text)


def _outermost(element: HtmlElement, others: Set[HtmlElement], author: str | None, size: int) -> HtmlElement | None:
    """The element of a comment whose text is in another; None where the author's name is not beside it."""
    now, best = element, None
    for _ in range(LEVELS):
        above = now.getparent()
        if above is None or above.tag in ("body", "main", "article") or any(each in others for each in above.iter()):
            break
        text = above.text_content()
        if len(_squeezed(text)) > size + BESIDE:
            break
        now = above
        if author and author in " ".join(text.split()):
            best = now
    return best


# --- both

def _found(said: Sequence[Said], elements: Sequence[HtmlElement], view: View) -> Found:
    read, items = parts.comments(said, view), set(elements)
    counts = signs.counts(view, items) - {0}
    around = _around(elements)
    thread = parts.thread(NAME, read, counts, place(view.fetched.url), closed=signs.closed(view, around, items))
    return Found(thread, tuple(_cut(elements, around)))


def _around(elements: Sequence[HtmlElement]) -> HtmlElement | None:
    """The smallest element around all comments."""
    shared: list[HtmlElement] | None = None
    for element in elements:
        above = [*element.iterancestors()]
        shared = above if shared is None else [one for one in shared if one in set(above)]
    return shared[0] if shared else None


def _cut(elements: Sequence[HtmlElement], around: HtmlElement | None) -> Iterator[HtmlElement]:
    """What is to be cut: the place of the comments where it holds hardly anything else, else the comments."""
    if around is not None and around.tag not in ("main", "article") and not holds_article(around, None) and \
            len(text_of(around, set(elements))) <= OF_PLACE:
        yield around
    else:
        yield from parts.outermost(elements)


def find(view: View) -> Found | None:
    """The comments that the page marks as such, and the elements to cut out of the tree; None for a page without any.

    Microdata and RDFa go before JSON-LD, which often has some of the comments only. A comment answers the one that it names,
    else the one that it stands in or behind which it is indented. Where comments of JSON-LD stand in the page once more, those
    elements are cut too.
    """
    return _marked(view) or _as_data(view)
