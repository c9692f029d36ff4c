"""Who answers whom in a thread of unknown markup: by the elements' nesting, by parent attributes, by indentation."""
import re
from collections import Counter
from collections.abc import Callable, Sequence

from lxml import etree
from lxml.html import HtmlElement

from crawler.items import ParentSource
from pipelines.read.comments.repeated import Item

Parents = list[int | None]
ID_NAMES = ("data-comment-id", "data-commentid", "data-cid", "data-id", "data-comment", "data-post-id", "data-message-id",
            "data-key", "data-node-id", "data-uid", "id", "name")
ID_LIKE = re.compile(r"data-(?:[\w-]*-)?(?:id|uid|key|num|number)$|^(?:comment|message|item|node)-?id$|^(?:id|name|cid)$")
PARENT_NAME = re.compile(
    r"parent|pid$|reply-?_?to(?:-|_|$)|in-?_?reply|answer-?_?to|responds?-?_?to|replying|quoted?-?id|ancestor|"
    r"^data-(?:to|ref|re|target)$", re.IGNORECASE)
LEVEL_NAME = re.compile(r"(?:^|[-_])(?:level|depth|indent|nesting|nest|lvl|tier|deep|offset)s?(?:$|[-_])", re.IGNORECASE)
LEVEL_CLASS = re.compile(r"(?:^|[-_a-z])(?:level|depth|indent(?:ed|ation)?|nest(?:ed|ing)?|lvl|tier|deep|offset|l|d|lv|tab|"
                         r"reply|child|sub)[-_]*(\d{1,3})$", re.IGNORECASE)
STYLED = re.compile(
    r"(?:margin|padding|text-indent|border)(?:-inline)?(?:-left|-start|-right)?\s*:\s*(?:0\s+0\s+0\s+)?(-?\d+(?:\.\d+)?)|"
    r"--[\w-]*(?:level|depth|indent|nest)[\w-]*\s*:\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
SPACER = re.compile(r"indent|spacer|shift|offset|pad|blank|gap", re.IGNORECASE)
ANSWER = re.compile(r"(?:^|[-_\s])(?:repl(?:y|ies)|answers?|child(?:ren)?|sub(?:comment)?|nested|response|otvet)(?:$|[-_\s])",
                    re.IGNORECASE)
DIGITS = re.compile(r"\d+")
NOBODY = {None, "", "0", "-1", "null", "none", "None", "root", "undefined", "false"}
# How an element looks tells nothing of what it answers.
DRAWN = {"class", "style", "width", "height", "align", "colspan", "rowspan", "role", "dir", "lang", "href", "src"}
FIELDS = ("input", "form", "textarea")


def _around(item: Item, shells: dict[HtmlElement, int]) -> list[HtmlElement]:
    """An item's elements and those around it that hold no other item."""
    found = list(item.roots)
    for above in item.head.iterancestors():
        if shells.get(above, 0) != 1:
            break
        found.append(above)
    return found


def _within(item: Item, around: list[HtmlElement], others: set[HtmlElement]) -> list[HtmlElement]:
    """The elements in an item, or around it and no other, that belong to none of the others."""
    found: list[HtmlElement] = []
    own = set(item.roots)
    outer = item.roots if len(around) == len(own) else around[-1:]
    stack = [child for root in reversed(outer) for child in reversed(root)]
    while stack:
        now = stack.pop()
        if (now in others and now not in own) or not isinstance(now.tag, str):
            continue
        found.append(now)
        stack.extend(reversed(now))
    return found


class Tree:
    """The items of a thread and how their elements stand to each other."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.at = {root: number for number, item in enumerate(items) for root in item.roots}
        self.heads = {item.head for item in items}
        self.shells: dict[HtmlElement, int] = Counter(above for item in items for above in item.head.iterancestors())
        self.around = [_around(item, self.shells) for item in items]
        self.within = [_within(item, around, set(self.at)) for item, around in zip(items, self.around, strict=True)]

    # --- ids

    def _values(self, name: str) -> list[str | None]:
        """An attribute's value for each item: on its elements, those around it, else on the first one below it."""
        values = []
        for around, within in zip(self.around, self.within, strict=True):
            value = next((one.get(name) for one in around if one.get(name)), None)
            values.append(value or next((one.get(name) for one in within if one.get(name) and one.tag not in FIELDS), None))
        return values

    def ids(self) -> list[str | None]:
        """Each item's id as the page gives it; the digits of it where they tell the items apart as well."""
        names = list(ID_NAMES)
        for around in self.around[:3]:
            names += [name for one in around for name in one.attrib if ID_LIKE.search(name) and name not in names
                      and not PARENT_NAME.search(name)]
        for name in names:
            values = self._values(name)
            known = [value for value in values if value]
            if len(known) < 0.8 * len(values) or len(set(known)) < len(known):
                continue
            numbers = [found[-1] if (found := DIGITS.findall(value or "")) else None for value in values]
            if None not in numbers and len(set(numbers)) == len(numbers) and self._alike(known):
                return list(numbers)
            return [value.strip() if value else None for value in values]
        return [None] * len(self.items)

    @staticmethod
    def _alike(values: list[str]) -> bool:
        """Whether the values differ by their last number only."""
        return len({re.sub(r"\d+(?=\D*$)", "", value) for value in values}) == 1

    def aliases(self) -> dict[str, int]:
        """Every id that names exactly one item, with and without what stands before its number."""
        found: dict[str, set[int]] = {}
        for number, (around, within) in enumerate(zip(self.around, self.within, strict=True)):
            for one in (*around, *within):
                for name in one.attrib:
                    if ID_LIKE.search(name) and not PARENT_NAME.search(name) and one.tag not in FIELDS:
                        value = one.get(name).strip()
                        keys = {value, *(DIGITS.findall(value)[-1:])}
                        for key in keys:
                            found.setdefault(key, set()).add(number)
        return {key: places.copy().pop() for key, places in found.items() if len(places) == 1}

    # --- parents

    def parents(self) -> list[tuple[int | None, ParentSource | None]]:
        """The item that each item answers, and how that is known."""
        nested = self._nested()
        known = self.aliases()
        said = _best([*self._by_attribute(known), *self._by_field(known)])
        if said is None and not _many(nested):
            said = _best(self._by_link(known)) or _best(self._by_value())
        if said is not None and _many(said) >= _many(nested):
            return [(parent, "attribute" if parent is not None else None) for parent in said]
        if not _many(nested):
            nested = self._indented() or self._pathed() or self._marked() or nested
        return [(parent, "dom" if parent is not None else None) for parent in nested]

    def _nested(self) -> Parents:
        return [self._above(number, item) for number, item in enumerate(self.items)]

    def _above(self, number: int, item: Item) -> int | None:
        below = item.head
        for above in item.head.iterancestors():
            if (inside := self.at.get(above)) is not None and inside != number:
                return inside
            if below not in self.at and self.shells.get(below, 0):
                siblings = below.itersiblings(etree.Element, preceding=True)
                before = next((self.at[one] for one in siblings if one in self.at), None)
                if before is not None and before != number:
                    return before
            below = above
        return None

    def _resolved(self, values: Sequence[str | None], known: dict[str, int]) -> Parents | None:
        """The items that values name; None where some name none, as no parents' ids would."""
        parents: Parents = []
        own = 0
        for number, value in enumerate(values):
            value = (value or "").strip().lstrip("#")
            if value in NOBODY:
                parents.append(None)
                continue
            place = known.get(value)
            if place is None and (digits := DIGITS.findall(value)):
                place = known.get(digits[-1])
            own += place == number
            parents.append(place if place != number else None)
        # Names of itself are links to itself, or the field of a form for an answer to it.
        named = [value for value in values if (value or "").strip()]
        if own > len(named) / 2 or not any(parent is not None for parent in parents):
            return None
        return parents

    def _by_value(self) -> list[Parents]:
        """By attributes of any name whose values are other items' values of another one."""
        names = sorted({name for around in self.around for one in around for name in one.attrib if name not in DRAWN})
        values = {name: [next((one.get(name) for one in around if one.get(name)), None) for around in self.around]
                  for name in names}
        found = []
        for own in names:
            if None in values[own] or len(set(values[own])) < len(self.items):
                continue
            place = {value: number for number, value in enumerate(values[own])}
            for name in names:
                places = [place.get(value or "") for value in values[name]]
                said = [number for number, value in enumerate(values[name]) if value and places[number] is not None]
                named = [value for value in values[name] if value not in NOBODY]
                # What names the one before, time after time, is a link to it.
                if name != own and said and len(said) == len(named) and all(
                        (places[number] or 0) < number for number in said) and any(
                        places[number] != number - 1 for number in said[1:] or said):
                    found.append(places)
        return found

    def _by_attribute(self, known: dict[str, int]) -> list[Parents]:
        names = {name for around, within in zip(self.around, self.within, strict=True) for one in (*around, *within)
                 for name in one.attrib if PARENT_NAME.search(name)}
        found = []
        for name in sorted(names):
            values = [next((one.get(name) for one in (*around, *within) if one.get(name)), None)
                      for around, within in zip(self.around, self.within, strict=True)]
            if (parents := self._resolved(values, known)) is not None:
                found.append(parents)
        return found

    def _by_field(self, known: dict[str, int]) -> list[Parents]:
        names = {one.get("name") or one.get("class") or "" for within in self.within for one in within
                 if one.tag in ("input", "data", "meta", "link") and PARENT_NAME.search(
                     one.get("name") or one.get("class") or one.get("itemprop") or "")}
        found = []
        for name in sorted(names):
            values = [next((one.get("value") or one.get("content") or one.get("href") for one in within
                            if name in (one.get("name"), one.get("class"))), None) for within in self.within]
            if (parents := self._resolved(values, known)) is not None:
                found.append(parents)
        return found

    def _by_link(self, known: dict[str, int]) -> list[Parents]:
        """By a link to an earlier item that stands in the same place of most answers."""
        kinds: dict[str, Parents] = {}
        for number, within in enumerate(self.within):
            for one in within:
                href = one.get("href") or ""
                if one.tag not in ("a", "link") or "#" not in href:
                    continue
                fragment = href.rpartition("#")[2]
                digits = DIGITS.findall(fragment)
                place = known.get(fragment, known.get(digits[-1]) if digits else None)
                if place is None or place == number:
                    continue
                kind = f"{one.get('class') or ''} {one.getparent().get('class') or ''} {one.getparent().tag}"
                parents = kinds.setdefault(kind, [None] * len(self.items))
                if parents[number] is None:
                    parents[number] = place
        return list(kinds.values())

    def _indented(self) -> Parents | None:
        for reading in (self._level_attribute, self._level_class, self._level_style, self._level_cells):
            levels = [reading(around, within) for around, within in zip(self.around, self.within, strict=True)]
            known = [level for level in levels if level is not None]
            if len(set(known)) > 1 and (len(known) == len(levels) or min(known) > 0):
                return _by_levels([level if level is not None else min(min(known) - 1, 0) for level in levels])
            if len(known) < len(levels) and len(set(known)) == 1 and known[0] > 0:
                return _by_levels([level or 0 for level in levels])
        return None

    @staticmethod
    def _level_attribute(around: list[HtmlElement], within: list[HtmlElement]) -> float | None:
        for one in (*around, *within):
            for name, value in one.items():
                if (name == "aria-level" or (name.startswith("data-") and LEVEL_NAME.search(name)) or name in ("level", "depth")
                        ) and re.fullmatch(r"\d{1,3}", value):
                    return float(value)
        return None

    @staticmethod
    def _level_class(around: list[HtmlElement], within: list[HtmlElement]) -> float | None:
        for one in (*around, *within):
            for name in (one.get("class") or "").split():
                if found := LEVEL_CLASS.search(name):
                    return float(found[1])
        return None

    @staticmethod
    def _level_style(around: list[HtmlElement], within: list[HtmlElement]) -> float | None:
        for one in (*around, *within):
            if found := STYLED.search(one.get("style") or ""):
                return float(found[1] or found[2])
        return None

    @staticmethod
    def _level_cells(around: list[HtmlElement], within: list[HtmlElement]) -> float | None:
        """By what stands before a comment for its width: a picture's or a cell's width, or the number of empty cells."""
        for one in (*around, *within):
            spacing = one.tag == "td" and not one.text_content().strip()
            if one.tag in ("img", "td", "col") and (spacing or SPACER.search(f"{one.get('class')} {one.get('src')}")) and (
                    re.fullmatch(r"\d+(?:px)?", one.get("width") or "")):
                return float(DIGITS.findall(one.get("width"))[0])
        empty = [one for one in within if one.tag in ("td", "span", "i", "div") and not len(one)
                 and not (one.text or "").strip("\xa0 \n\t")]
        rows = [one for one in empty if one.tag == "td" or SPACER.search(one.get("class") or "")]
        if rows:
            return float(sum(int(span) if (span := one.get("colspan") or "1").isdigit() else 1 for one in rows))
        return 0.0 if any(one.tag == "td" for one in within) else None

    def _pathed(self) -> Parents | None:
        """By attributes that give the whole way to an item: 3, 3.1, 3.1.2."""
        names = {name for around in self.around for one in around for name in one.attrib
                 if name.startswith("data-") or name == "id"}
        for name in sorted(names):
            values = [next((one.get(name) for one in around if one.get(name)), "") for around in self.around]
            if "" in values or len(set(values)) < len(values):
                continue
            place = {value.strip("/."): number for number, value in enumerate(values)}
            parents: Parents = [place.get(re.sub(r"[./,>\-_]\w+$", "", value.strip("/."))) for value in values]
            parents = [parent if parent != number else None for number, parent in enumerate(parents)]
            if any(parent is not None for parent in parents):
                return parents
        return None

    def _marked(self) -> Parents | None:
        """By a class that says of some that they are answers: each answers the last that is none."""
        named: list[Callable[[HtmlElement], str]] = [lambda one: one.get("class") or ""]
        marks = [any(ANSWER.search(name(one)) for one in around for name in named) for around in self.around]
        if all(marks) or not any(marks) or marks[0]:
            return None
        return _by_levels([float(mark) for mark in marks])


def _best(readings: Sequence[Parents]) -> Parents | None:
    """The reading that knows most answers; None where none knows any."""
    best = max(readings, key=_many, default=None)
    return best if best and _many(best) else None


def _many(parents: Parents) -> int:
    return sum(parent is not None for parent in parents)


def _by_levels(levels: Sequence[float]) -> Parents:
    """Each answers the last before it that stands further out."""
    parents: Parents = []
    open_: list[int] = []
    for number, level in enumerate(levels):
        while open_ and levels[open_[-1]] >= level:
            open_.pop()
        parents.append(open_[-1] if open_ else None)
        open_.append(number)
    return parents
