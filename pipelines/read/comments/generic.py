"""Threads in unknown markup: what stands on a page again and again with a name, a time and a text, where the page speaks of
comments."""
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.items import ThreadRead
from crawler.outlet import JsonApi
from pipelines.read import moving
from pipelines.read.address import place
from pipelines.read.comments import extent, parts, repeated, signs
from pipelines.read.comments.cut import CALLED
from pipelines.read.comments.nesting import Tree
from pipelines.read.comments.parts import Found, Said, View
from pipelines.read.comments.phrases import ELSEWHERE, REPLY
from pipelines.read.comments.repeated import Item
from pipelines.read.comments.template import NAMED, Parts, Template
from pipelines.read.comments.zones import LABEL, around_all, calls, zones

NAME = "generic"
HEADS = ("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "span", "summary", "legend", "caption", "strong", "b", "header", "dt",
         "th", "label", "a", "button")
# So many elements around a thread are looked at for what names it.
AROUND = 4
MOST_GROUPS = 40
# So much must speak for a single comment, which nothing repeats.
ALONE = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """Items that may be a thread, the element around all of them, and what was read of each."""

    items: list[Item]
    around: HtmlElement
    read: list[Parts]
    score: float


def _names(element: HtmlElement) -> str:
    return " ".join(element.get(name) or "" for name in ("class", "id", "aria-label", "data-block"))


def _labels(around: HtmlElement, first: HtmlElement) -> Iterator[str]:
    """The short lines before the first item, the closest first: inside of what is around all, and before it."""
    below, seen = first, 0
    for level, above in enumerate(first.iterancestors()):
        for one in below.itersiblings(etree.Element, preceding=True):
            if one.tag in HEADS or not isinstance(one.tag, str) or len(one) < 8:
                text = " ".join(one.text_content().split())
                if text and len(text) <= LABEL:
                    yield text
                seen += 1
            elif one.tag not in ("script", "style", "form"):
                break
            if seen > 4:
                break
        if level >= AROUND or above.tag in ("body", "main"):
            return
        below = above


def _links_away(items: Sequence[Item], template: Template, view: View) -> bool:
    """Whether the items announce other pages: their longest text is a link, or their links lead to many articles."""
    if template.main is not None and any(step.startswith(("a.", "a[")) for step in template.main):
        return True
    here = urlsplit(view.fetched.url)
    places, deep = set[str](), 0
    for item in items:
        for root in item.roots:
            for link in root.iter("a"):
                href = link.get("href") or ""
                parts_ = urlsplit(urljoin(view.fetched.url, href)) if href and "[" not in href else here
                if parts_.fragment and parts_.path not in ("", here.path) and "comment" not in parts_.path:
                    places.add(parts_.netloc + parts_.path)
                    deep += 1
                    break
    if deep > 1 and len(places) > max(1, deep / 2):
        return True
    inner = template.main[:-1] if template.main and len(template.main) > 1 else ("none",)
    for path, texts in template.texts.items():
        if not any(step.startswith(("a.", "a[")) for step in path) or path in template.author or path[:len(inner)] == inner:
            continue
        lengths = sorted(len(text) for _, text in texts)
        if len(texts) >= 0.6 * len(items) and template.kinds[path] == "content" and lengths[len(lengths) // 2] >= 25:
            return True
    return False


def _candidate(group: list[HtmlElement], view: View, stops: set[HtmlElement], *, timed: bool = True) -> Candidate | None:
    items = repeated.items(group, stops)
    if not items:
        return None
    around = around_all([root for item in items for root in item.roots])
    if around is None:
        return None
    # Most of what repeats itself on a page is not near any word of comments: nothing more is looked at then.
    # One alone has to be named as one: "comment-7".
    if len(items) == 1 and not any(calls(one) and re.search(r"\d", one.get("id") or one.get("data-id") or "")
                                  for one in items[0].roots):
        return None
    score = _evidence(items, around, view)
    if score < (4 if not timed else 2 if len(items) > 1 else ALONE):
        return None
    template = Template(items, timed=timed)
    if template.main is None or _links_away(items, template, view):
        return None
    read = template.read()
    named = sum(one.author is not None for one in read)
    # Beside links to other articles stand counts of their readers.
    texts = sum((bool(one.text) and not moving.counts(one.text)) or one.deleted for one in read)
    if named < 0.5 * len(read) or texts < 0.8 * len(read):
        return None
    return Candidate(items, around, read, score)


def _evidence(items: Sequence[Item], around: HtmlElement, view: View) -> float:
    """How plainly a page says that these are comments on it; below 0 where it says that they are something else."""
    near = [around]
    for above in around.iterancestors():
        if len(near) >= AROUND or above.tag in ("body", "html") or above.find(".//h1") is not None:
            break
        near.append(above)
    named = next((place for place, one in enumerate(near) if calls(one)), len(near))
    labels = list(_labels(around, items[0].head))
    # What names the items themselves may be "last" for a last one.
    if any(ELSEWHERE.search(_names(one)) for one in near[:named + 1]) or (labels and ELSEWHERE.search(labels[0])):
        return -1
    own = sum(any(calls(one) for one in (*item.roots, *_shell(item, around))) for item in items)
    score = 2.5 * (own > 0.5 * len(items)) + 2.0 * any(calls(one) for one in near)
    called = [label for label in labels if (CALLED.search(label) or signs.number_in(label)) and not ELSEWHERE.search(label)]
    if called:
        score += 2
        if any(str(len(items)) in re.findall(r"\d+", label) for label in called):
            score += 2
    replies = sum(any(len(one) < 4 and REPLY.fullmatch(" ".join(one.text_content().split())) for root in item.roots
                      for one in root.iter("a", "button", "span", "div", "label")) for item in items)
    score += 2.0 * (replies >= 0.5 * len(items))
    score += any(one.find(".//textarea") is not None for one in near[:3])
    if any(above.tag in ("nav", "aside", "footer") for above in (around, *around.iterancestors())):
        score -= 1
    return score


def _shell(item: Item, around: HtmlElement) -> list[HtmlElement]:
    found = []
    for above in item.head.iterancestors():
        if above is around:
            break
        found.append(above)
        if len(found) > 2:
            break
    return found


def _stops(tree: HtmlElement) -> set[HtmlElement]:
    """The elements that are more than a comment: those around the headline."""
    found = {one for heading in tree.iter("h1") for one in (heading, *heading.iterancestors())}
    found.update(tree.iter("body", "html", "main"))
    return found


# A site has few different names on many elements of all its pages.
@lru_cache(maxsize=20_000)
def _is_signed(name: str) -> bool:
    return NAMED.search(name) is not None


def _signs(element: HtmlElement) -> bool:
    """Whether an element is named like one with a name."""
    return any(name and _is_signed(name) for name in (element.get("class"), element.get("id")))


def _counted(view: View, places: list[HtmlElement]) -> Found | None:
    """What is told of a page that counts comments, by its data or where comments may stand, and shows none that are found."""
    counts = signs.counts(view, frozenset()) or frozenset(_said_at(places, signs.Own(view)))
    if len(counts - {0}) != 1:
        return None
    declared, = counts - {0}
    return Found(ThreadRead(NAME, "unsupported", f"{declared} comments declared, none of them found in the page", declared,
                            native_key=place(view.fetched.url)))


def _said_at(places: list[HtmlElement], own: signs.Own) -> Iterator[int]:
    """The counts of comments that stand at the beginning of such places, or right before them, and lead to no other page."""
    for one in places:
        for each in (one.getprevious(), *islice(one.iter("h2", "h3", "h4", "h5", "h6", "summary", "p", "span"), AROUND)):
            if each is not None and isinstance(each.tag, str) and not signs.elsewhere(each) and all(
                    map(own.has, each.iter("a"))):
                text = " ".join(each.text_content()[:2 * LABEL].split())
                if number := signs.number_in(text):
                    yield number


def _candidates(view: View, places: list[HtmlElement]) -> list[Candidate]:
    if not places:
        return []
    timed = [one for zone in places for one in repeated.anchors(zone)]
    stops, found = _stops(view.tree) if timed else set[HtmlElement](), list[Candidate]()
    for group in repeated.groups(timed)[:MOST_GROUPS]:
        if found and len(group) < max(len(one.items) for one in found) / 3:
            break
        if (one := _candidate(group, view, stops)) is not None:
            found.append(one)
    if not found:
        signed = [one for zone in places for one in zone.iter(etree.Element) if _signs(one) and any(
            map(calls, (one, *islice(one.iterancestors(), AROUND))))]
        stops = stops or (_stops(view.tree) if signed else stops)
        for group in repeated.groups(signed)[:MOST_GROUPS]:
            if len(group) > 1 and (one := _candidate(group, view, stops, timed=False)) is not None:
                return [one]
    return found


def _whole(best: Candidate, view: View) -> Candidate:
    """A thread with those of its comments that are of another kind: answers, or those of the site's own people."""
    groups = [[item.anchor for item in best.items]]
    place = best.around
    stops = {place, *place.iterancestors(), *(root for item in best.items for root in item.roots)}
    anchored = [one for one in repeated.anchors(place) if one not in set(groups[0])]
    found = {root: item for item in best.items for root in item.roots}
    for group in repeated.groups(anchored):
        if any(one in each for one in group for each in groups):
            continue
        items = repeated.items(group, stops)
        roots = {root for item in items for root in item.roots}
        # Another time in a comment that is known already is no other comment.
        if not items or any(root in found or any(below in found for below in root.iterdescendants()) for root in roots):
            continue
        template = Template(items, set(found))
        read = template.read()
        whole = sum(bool(one.text and one.author) for one in read)
        if template.main is None or not template.author or whole < 0.8 * len(read):
            continue
        groups.append(group)
        found.update({root: item for item in items for root in item.roots})
    if len(groups) == 1:
        return best
    every = {item.head: item for item in found.values()}
    read_of: dict[Item, Parts] = {}
    for group in groups:
        items = [item for item in every.values() if item.anchor in set(group)]
        read_of.update(zip(items, Template(items, set(found)).read(), strict=True))
    ordered = [every[one] for one in place.iter(etree.Element) if one in every]
    return Candidate(ordered, place, [read_of[item] for item in ordered], best.score)


def find(view: View) -> Found | None:
    """The thread of a page in whose markup nothing but its repetition tells where comments are; None where there is none, and
    for an outlet whose comments are asked for at an API: what its pages show of them are pieces."""
    if (view.outlet and isinstance(view.outlet.comments, JsonApi)):
        return None
    places = zones(view)
    found = _candidates(view, places)
    if not found:
        return _counted(view, places)
    best = _whole(max(found, key=lambda one: (len(one.items), one.score)), view)
    tree = Tree(best.items)
    ids, parents = tree.ids(), tree.parents()
    said = [Said(native_id=ids[number], text="" if one.deleted else one.text, author=one.author, times=one.times,
                 parent=parents[number][0], parent_source=parents[number][1], likes=one.likes, dislikes=one.dislikes,
                 deleted=one.deleted) for number, one in enumerate(best.read)]
    read = parts.comments(said, view)
    roots = {root for item in best.items for root in item.roots}
    thread = parts.thread(NAME, read, signs.counts(view, roots), place(view.fetched.url),
                          closed=signs.closed(view, best.around, roots))
    return Found(thread, tuple(extent.cut(best.items, best.around, view.tree)))
