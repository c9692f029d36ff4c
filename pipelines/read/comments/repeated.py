"""Elements of a page that stand in it again and again around a time each: what a thread in unknown markup is made of."""
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from pipelines.read import times
from pipelines.read.clean import one_line
from pipelines.read.comments.phrases import CLOCK, LOOSE, RELATIVE

# No line with a time and a name in it is longer.
TIME_LINE = 120
# Nor one with a time that counts from now or lacks its year.
VAGUE_LINE = 60
DIGIT = re.compile(r"\d")
# With its white space a line is hardly longer than this.
LONG_LINE = 2 * TIME_LINE
STAMPS = ("datetime", "data-datetime", "data-utc", "data-timestamp", "data-time", "data-date", "data-created", "data-unixtime",
          "unixtime", "title")
STAMPED = frozenset(STAMPS)
DATED = re.compile(r"\d{4}|\d[./]\d")
OUTSIDE = {"script", "style", "noscript", "template", "textarea", "select", "option", "head", "title", "nav", "button"}
NUMBER = re.compile(r"\d+")
# Further out than so many elements around its time no comment begins.
HIGHEST = 12
# With more times than this a page is no article with comments.
MOST = 20_000


@dataclass(eq=False, slots=True)
class Item:
    """A comment's elements, one or several siblings, and the element that holds its time."""

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
    if len(line) > TIME_LINE or not DIGIT.search(line):
        return False
    return (DATED.search(line) is not None and times.within(line) is not None) or (
        len(line) <= VAGUE_LINE and (RELATIVE.search(line) is not None or LOOSE.search(line) is not None))


def begins(line: str) -> int:
    """How long the date is that a line begins with, signs around it included; 0 where it begins with none or is one."""
    start = line[:TIME_LINE]
    if not DATED.search(start[:30]):
        return 0
    skipped = len(start) - len(start.lstrip(" ([—–-|·•,:"))
    ends = [found.end() for form in times.FORMS if (found := form.match(start, skipped))]
    if not ends:
        return 0
    end = max(ends)
    end += len(line[end:]) - len(line[end:].lstrip(" )]—–-|·•,:"))
    return end if end < len(line) else 0


def is_alone(line: str) -> bool:
    """Whether a line is a time, or the clock beside one, and nothing else."""
    line = line.strip(" ,|·•-–—()[]#:")
    return CLOCK.fullmatch(line) is not None or RELATIVE.fullmatch(line) is not None or (
        LOOSE.fullmatch(line) is not None) or (
        DATED.search(line) is not None and times.is_date(line))


def _stamped(element: HtmlElement) -> bool:
    return any(DATED.search(raw) and times.is_date(raw) for name in STAMPS if (raw := element.get(name)))


def _holds_time(text: str) -> bool:
    if len(text) > LONG_LINE:
        return DATED.search(text[:LONG_LINE]) is not None and begins(one_line(text)) > 0
    return is_time(line := one_line(text)) or begins(line) > 0


def anchors(tree: HtmlElement) -> list[HtmlElement]:
    """The elements of a page, or of a part of one, that hold a time, in page order, none inside another."""
    own = [one for one in tree.iter(etree.Element) if one.tag == "time" or _tells_time(one)][:MOST]
    every = set(own)
    return [one for one in own if not any(above.tag in OUTSIDE for above in (one, *one.iterancestors()))
            and not any(above in every and _close(above) for above in one.iterancestors())]


def _tells_time(element: HtmlElement) -> bool:
    """Whether an element has a time in an attribute or in a text of its own; no time is written without a digit."""
    if element.tag in ("script", "style"):
        return False
    if any(name in STAMPED for name in element.attrib) and _stamped(element):
        return True
    texts = (element.text, *(child.tail for child in element))
    return any(_holds_time(text) for text in texts if text is not None and DIGIT.search(text))


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


def _runs(heads: list[HtmlElement], stops: set[HtmlElement]) -> list[list[HtmlElement]] | None:
    """Each head with the siblings that belong to it: those behind it, but for as many as stand before the next one, and those
    before it; None where the heads are not so beside each other that it shows."""
    every = set(heads)
    between = {head: run for head in heads if (run := _until(head, every, stops)) and _next_head(run[-1], every)}
    if not between:
        return None
    # What holds answers only stands between some heads and not between others.
    kinds = [tuple(sign(one) for one in run if not any(each in every for each in one.iter())) for run in between.values()]
    kinds = list(filter(None, kinds)) or [tuple(map(sign, run)) for run in between.values()]
    usual = max(Counter(kinds).items(), key=lambda each: (each[1], -len(each[0])))[0]
    firsts = [head for head in heads if not any(one in every for one in head.itersiblings(preceding=True))]
    lasts = [head for head in heads if not any(one in every for one in head.itersiblings())]
    for lead in range(len(usual) + 1):
        before = usual[len(usual) - lead:]
        behind = usual[:len(usual) - lead]
        if all(_fits(reversed(before), head, preceding=True) for head in firsts) and all(
                _fits(behind, head, preceding=False) for head in lasts):
            return [_run(head, lead, len(behind), every, stops, ends=head in lasts) for head in heads]
    return None


def _next_head(last: HtmlElement, heads: set[HtmlElement]) -> bool:
    return last.getnext() is not None and any(one in heads for one in last.itersiblings())


def _fits(kinds: Iterable[str], head: HtmlElement, *, preceding: bool) -> bool:
    """Whether the siblings beside a head are of these kinds, the nearest first."""
    beside = head.itersiblings(etree.Element, preceding=preceding)
    return all((one := next(beside, None)) is not None and sign(one) == kind for kind in kinds)


def _run(head: HtmlElement, lead: int, behind: int, heads: set[HtmlElement], stops: set[HtmlElement], *,
         ends: bool) -> list[HtmlElement]:
    run = _until(head, heads, stops)
    if ends:
        # Behind the last one stands what is no part of it.
        known, kept = {sign(one) for one in run[:behind]}, run[:behind]
        for one in run[behind:]:
            if sign(one) not in known and not any(each in heads for each in one.iter()):
                break
            kept.append(one)
        run = kept
    else:
        run = run[:len(run) - lead]
    before = list(head.itersiblings(etree.Element, preceding=True))[:lead]
    return [*reversed(before), head, *run]


def _until(head: HtmlElement, heads: set[HtmlElement], stops: set[HtmlElement]) -> list[HtmlElement]:
    """What stands behind a head, up to the next one or to what is no comment."""
    run = []
    for one in head.itersiblings(etree.Element):
        if one in heads or one in stops or one.tag in ("form", "textarea", "nav", "aside"):
            break
        run.append(one)
    return run


def items(group: list[HtmlElement], stops: set[HtmlElement]) -> list[Item]:
    """The comments around a group of times (or names): one element each, or several siblings each; [] where neither fits.
    stops are elements that are more than a comment."""
    group = _first_each([one for one in group if one not in stops])
    levels = list(_levels(group, stops))
    if not levels:
        return []
    lengths = [sum(_own_length([one], set(level)) for one in level) for level in levels]
    top, most = levels[-1], lengths[-1]
    runs = _runs(top, stops)
    if runs is not None:
        heads = {one for run in runs for one in run}
        whole = sum(_own_length(run, heads) for run in runs)
        holding = sum(_own_length(run, heads) > _own_length([head], set(top)) for run, head in zip(runs, top, strict=True))
        if whole > 1.5 * most and 2 * holding > len(runs):
            return [Item(run, anchor) for run, anchor in zip(runs, group, strict=True)]
    # Around one alone stand a heading and a form as well.
    share = 0.85 if len(group) > 1 else 0.5
    best = next((level for level, length in zip(levels, lengths, strict=True) if length >= share * most), top)
    return [Item([element], anchor) for element, anchor in zip(best, group, strict=True)]
