"""Elements of a page that stand in it again and again around a time each: what a thread in unknown markup is made of."""
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from pipelines.read import times
from pipelines.read.clean import one_line
from pipelines.read.comments.parts import MAX_NAME
from pipelines.read.comments.phrases import CLOCK, RELATIVE

# No line with a time and a name in it is longer.
TIME_LINE = 120
SHORT = etree.XPath(f"//body//text()[string-length() < {2 * TIME_LINE}]")
STAMPED = etree.XPath("//body//*[@datetime or @title or @data-time or @data-timestamp or @data-date or @data-datetime or "
                      "@data-created or @data-unixtime or @data-utc or @unixtime]")
STAMPS = ("datetime", "data-datetime", "data-utc", "data-timestamp", "data-time", "data-date", "data-created", "data-unixtime",
          "unixtime", "title")
DATED = re.compile(r"\d{4}|\d[./]\d")
OUTSIDE = {"script", "style", "noscript", "template", "textarea", "select", "option", "head", "title", "nav", "button"}
NUMBER = re.compile(r"\d+")
# Further out than so many elements around its time no comment begins.
HIGHEST = 12
# With more times than this a page is no article with comments.
MOST = 20_000


@dataclass(eq=False, slots=True)
class Item:
    """A comment's elements, one or several siblings, and the element that holds its time, or its author's name where it has no
    time."""

    roots: list[HtmlElement]
    anchor: HtmlElement

    @property
    def head(self) -> HtmlElement:
        return self.roots[0]


def sign(element: HtmlElement) -> str:
    """What elements of one kind have in common: tag and first class, whatever number is in it."""
    classes = (element.get("class") or "").split()
    return f"{element.tag}.{NUMBER.sub('0', classes[0])}" if classes else str(element.tag)


def is_time(line: str) -> bool:
    """Whether a short line holds a time, absolute or counted from now."""
    return len(line) <= TIME_LINE and ((DATED.search(line) is not None and times.within(line) is not None)
                                       or RELATIVE.search(line) is not None)


def is_alone(line: str) -> bool:
    """Whether a line is a time, or the clock beside one, and nothing else."""
    line = line.strip(" ,|·•-–—()[]#:")
    return CLOCK.fullmatch(line) is not None or (RELATIVE.fullmatch(line) is not None) or (
        DATED.search(line) is not None and times.is_date(line))


def _stamped(element: HtmlElement) -> bool:
    return any(DATED.search(raw) and times.moment(raw) is not None for name in STAMPS if (raw := element.get(name)))


def anchors(tree: HtmlElement) -> list[HtmlElement]:
    """The elements of a page that hold a time, in page order, none inside another."""
    found: set[HtmlElement] = set()
    for text in SHORT(tree):
        if (DATED.search(text) or RELATIVE.search(text)) and is_time(one_line(text)):
            element = text.getparent()
            found.add(element.getparent() if text.is_tail else element)
    found.update(tree.iter("time"))
    found.update(element for element in STAMPED(tree) if _stamped(element))
    own = [element for element in tree.iter(etree.Element) if element in found][:MOST]
    every = set(own)
    return [one for one in own if not any(above.tag in OUTSIDE for above in (one, *one.iterancestors()))
            and not any(above in every and _close(above) for above in one.iterancestors())]


def _close(element: HtmlElement) -> bool:
    """Whether an element is so small that the times in it are all one."""
    return len(element.text_content().split()) < 12 and next(element.iter("p", "div", "li"), None) in (None, element)


def groups(found: list[HtmlElement]) -> list[list[HtmlElement]]:
    """Those of a kind together: by the element's own sign, and by what stands around it."""
    kinds: dict[tuple[str, ...], list[HtmlElement]] = {}
    for one in found:
        above = one.getparent()
        keys: set[tuple[str, ...]] = {(sign(one),)}
        if above is not None:
            keys.add((sign(one), str(above.tag)))
            keys.add((sign(one), sign(above)))
            if above.getparent() is not None:
                keys.add((sign(one), str(above.tag), sign(above.getparent())))
        for key in keys:
            kinds.setdefault(key, []).append(one)
    every = {tuple(group): group for group in kinds.values()}
    return sorted(every.values(), key=len, reverse=True)


def _first_each(group: list[HtmlElement]) -> list[HtmlElement]:
    """Without a second time beside the first, as of an edit."""
    kept: list[HtmlElement] = []
    for one in group:
        if not kept or one.getparent() is not kept[-1].getparent() or one.getparent().tag in ("body", "dl", "table", "tbody"):
            kept.append(one)
    return kept if len(kept) > len(group) / 3 else group


def _levels(group: list[HtmlElement], stops: set[HtmlElement]) -> Iterator[list[HtmlElement]]:
    """The elements around each of the group, one level further out each time, as long as none holds two of them."""
    now = list(group)
    for _ in range(HIGHEST):
        if any(one is None or one in stops for one in now) or len(set(now)) < len(now):
            return
        yield list(now)
        now = [one.getparent() for one in now]


def _own_length(roots: list[HtmlElement], others: set[HtmlElement]) -> int:
    """How much text is in the elements and in none of the others."""
    total = 0
    stack = list(roots)
    starts = set(roots)
    while stack:
        now = stack.pop()
        if now not in starts:
            total += len((now.tail or "").strip())
        if not isinstance(now.tag, str) or now.tag in OUTSIDE or now.tag == "form" or (now in others and now not in starts):
            continue
        total += len((now.text or "").strip())
        stack.extend(now)
    return total


def _runs(heads: list[HtmlElement]) -> list[list[HtmlElement]] | None:
    """Each head with the siblings behind it, up to the next; where the first has something of their kind before it and the last
    nothing behind it, with those before it."""
    every = set(heads)
    behind = [_until(head, every, forward=True) for head in heads]
    kinds = [{sign(one) for one in run} for run in behind]
    common = {kind for kind in set[str]().union(*kinds) if sum(kind in each for each in kinds) * 2 >= len(heads)}
    if len(heads) > 1 and not common & kinds[-1]:
        before = [_until(head, every, forward=False) for head in heads]
        usual = {kind for run in before[1:] for kind in map(sign, run)}
        first = [one for one in before[0] if sign(one) in usual]
        if first and all(before[1:]):
            most = max(map(len, before[1:]))
            return [[*reversed(run[:most]), head] for run, head in zip([first, *before[1:]], heads, strict=True)]
    if not common and len(heads) > 1:
        return None
    ends = {head for head in heads if not any(one in every for one in head.itersiblings())}
    most = max((len(run) for head, run in zip(heads, behind, strict=True) if head not in ends), default=len(behind[-1]))
    known = {kind for head, each in zip(heads, kinds, strict=True) if head not in ends for kind in each}
    runs = []
    for head, run in zip(heads, behind, strict=True):
        if head in ends:
            run = _while(run[:max(most, 1)], known or common)
        runs.append([head, *run])
    return runs


def _until(head: HtmlElement, heads: set[HtmlElement], *, forward: bool) -> list[HtmlElement]:
    run = []
    for one in head.itersiblings(etree.Element, preceding=not forward):
        if one in heads or one.tag in ("form", "h1", "h2", "textarea", "nav", "aside"):
            break
        if one.tag not in OUTSIDE:
            run.append(one)
    return run


def _while(run: list[HtmlElement], known: set[str]) -> list[HtmlElement]:
    kept = []
    for one in run:
        if sign(one) not in known:
            break
        kept.append(one)
    return kept


def items(group: list[HtmlElement], stops: set[HtmlElement]) -> list[Item]:
    """The comments around a group of times (or names): one element each, or several siblings each; [] where neither fits.
    stops are elements that are more than a comment."""
    group = _first_each([one for one in group if one not in stops])
    best: list[HtmlElement] = []
    levels = list(_levels(group, stops))
    if not levels:
        return []
    lengths = [sum(_own_length([one], set(level)) for one in level) for level in levels]
    top, most = levels[-1], lengths[-1]
    runs = _runs(top)
    if runs is not None:
        heads = {one for run in runs for one in run}
        whole = sum(_own_length(run, heads) for run in runs)
        holding = sum(_own_length(run, heads) > _own_length([head], set(top)) for run, head in zip(runs, top, strict=True))
        if whole > 1.5 * most and 2 * holding > len(runs):
            return [Item(run, anchor) for run, anchor in zip(runs, group, strict=True)]
    best = next((level for level, length in zip(levels, lengths, strict=True) if length >= 0.85 * most), top)
    return [Item([element], anchor) for element, anchor in zip(best, group, strict=True)]


def name_line(text: str) -> str:
    """A name as it is shown."""
    return one_line(text, MAX_NAME)
