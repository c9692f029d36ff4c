"""What the comments of a thread in unknown markup have in common, and so which of their parts is name, time and text."""
import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from statistics import median

from lxml.html import HtmlElement

from pipelines.read import times
from pipelines.read.clean import one_line
from pipelines.read.comments import signs
from pipelines.read.comments.parts import MAX_NAME, text_of
from pipelines.read.comments.phrases import BEFORE_TIME, BUTTONS, BY, CLOCK, SAYS, VOTES
from pipelines.read.comments.repeated import STAMPS, Item, begins, is_alone, is_time, sign

Path = tuple[str, ...]
SKIPPED = {"script", "style", "noscript", "template", "textarea", "button", "form", "select", "svg", "nav", "input", "head",
           "meta", "link", "iframe"}
# What shows text as part of the text around it, or one paragraph of several.
FLOWING = {"p", "br", "blockquote", "ul", "ol", "pre", "a", "b", "i", "em", "strong", "span", "q", "code", "s", "u", "font",
           "small", "sup", "sub", "hr", "img", "del", "ins"}
NAMED = re.compile(
    r"author|user|nick|name(?!d)|login|commente?r(?:$|[-_ ])|poster|cite|(?:^|[-_ ])(?:fn|by|who|von)(?:$|[-_ ])|avtor|autor|"
    r"imya|muallif|person|member|profile|byline|vcard|owner|writer", re.IGNORECASE)
TEXTUAL = re.compile(r"text|content|body|message|(?:^|[-_ ])(?:msg|txt|desc|copy|inhalt|said|matn)", re.IGNORECASE)
NAMING_TAGS = {"b", "strong", "cite", "a", "h2", "h3", "h4", "h5", "h6", "dt", "address", "summary", "th"}
LETTER = re.compile(r"[^\W\d_]")
LIKES, DISLIKES = (re.compile(pattern, re.IGNORECASE) for pattern in (
    r"(?<!dis)(?<!un)likes?(?![a-z])|upvote|thumbs?-?_?up|vote-?_?up|(?:^|[-_ ])(?:plus|up|pros|agree)(?:$|[-_ ])",
    r"dislike|downvote|thumbs?-?_?down|vote-?_?down|(?:^|[-_ ])(?:minus|down|contra|disagree)(?:$|[-_ ])"))
SIGNED = re.compile(r"\D{0,3}?(\d{1,6})\D{0,3}")
# No name is longer, and no median of names.
LONGEST_NAME, USUAL_NAME = 90, 40
# A line that so many comments have in one place is the site's.
SAME = 0.6


@dataclass(eq=False, slots=True)
class Sheet:
    """A comment's parts: the elements by their way from its outermost, and its pieces of text with theirs, in page order."""

    item: Item
    elements: dict[Path, HtmlElement] = field(default_factory=dict)
    pieces: list[tuple[Path, str]] = field(default_factory=list)

    def at(self, path: Path) -> str | None:
        return next((text for where, text in self.pieces if where == path), None)


@dataclass(frozen=True, slots=True)
class Parts:
    """What was found of one comment but for its place among the others."""

    author: str | None
    times: tuple[str, ...]
    text: str
    likes: int | None
    dislikes: int | None
    deleted: bool


def _steps(children: Sequence[HtmlElement], path: Path) -> Iterator[tuple[HtmlElement, Path]]:
    seen: Counter[str] = Counter()
    for child in children:
        if isinstance(child.tag, str):
            kind = sign(child)
            # What shows nothing is there for its width, in some comments more of it than in others.
            seen[kind] += any(map(str.strip, child.itertext()))
            yield child, (*path, f"{kind}[{seen[kind]}]")
        else:
            yield child, path


def _lines(element: HtmlElement, path: Path) -> Iterator[list[tuple[Path, str]]]:
    """The pieces of text before an element's first child and behind each; a date that begins a line is a piece of its own."""
    number = 0
    for text in (element.text, *(child.tail for child in element)):
        pieces = []
        if line := one_line(text or "", 5000):
            end = begins(line)
            for piece in filter(None, (line[:end].strip(), line[end:].strip())):
                number += 1
                pieces.append(((*path, f"#text[{number}]"), piece))
        yield pieces


def _sheet(item: Item, others: set[HtmlElement]) -> Sheet:
    sheet = Sheet(item)
    single = len(item.roots) == 1

    def walk(element: HtmlElement, path: Path) -> None:
        sheet.elements[path] = element
        lines = _lines(element, path)
        sheet.pieces += next(lines)
        for child, below in _steps(list(element), path):
            if isinstance(child.tag, str) and child not in others and child.tag not in SKIPPED:
                walk(child, below)
            sheet.pieces += next(lines)
    if single:
        walk(item.head, ())
    else:
        for root, path in _steps(item.roots, ()):
            walk(root, path)
    return sheet


class Template:
    """The sheets of a thread's comments and what each of their paths holds."""

    def __init__(self, items: Sequence[Item], others: Set[HtmlElement] = frozenset(), *, timed: bool = True) -> None:
        self.roots = {*others, *(root for item in items for root in item.roots)}
        self.sheets = [_sheet(item, self.roots) for item in items]
        self.texts: dict[Path, list[tuple[int, str]]] = {}
        self.order: dict[Path, list[int]] = {}
        for number, sheet in enumerate(self.sheets):
            for place, (path, text) in enumerate(sheet.pieces):
                self.texts.setdefault(path, []).append((number, text))
                self.order.setdefault(path, []).append(place)
        self.timed, self.anchored = timed, self._anchored() if timed else set()
        self.kinds = {path: self._kind(path, [text for _, text in texts]) for path, texts in self.texts.items()}
        self.main = self._main()
        self.author = self._author()
        self.place = self._place()

    def _anchored(self) -> set[tuple[int, Path]]:
        found = set[tuple[int, Path]]()
        for number, sheet in enumerate(self.sheets):
            inside = [path for path, element in sheet.elements.items()
                      if element is sheet.item.anchor or sheet.item.anchor in element.iterancestors()]
            below = [path for path, _ in sheet.pieces if path[:-1] in inside]
            timed = [path for path, text in sheet.pieces if path in below and is_time(text)]
            whole = sheet.item.anchor.tag == "time" or len(below) == 1
            found.update((number, path) for path in (timed or (below if whole else ())))
        return found

    def _kind(self, path: Path, texts: list[str]) -> str:
        numbers = {number for number, _ in self.texts[path]}
        if 2 * sum((number, path) in self.anchored for number in numbers) > len(numbers) and all(len(t) <= 120 for t in texts):
            return "time"
        if sum(is_alone(text) for text in texts) > SAME * len(texts):
            return "time"
        if sum(BUTTONS.fullmatch(text) is not None for text in texts) > SAME * len(texts):
            return "label"
        if sum(VOTES.fullmatch(text) is not None for text in texts) > 0.9 * len(texts):
            return "votes"
        if not any(LETTER.search(text) for text in texts):
            return "votes" if all(len(text) < 8 for text in texts) and len(texts) > 1 else "content"
        usual, often = Counter(re.sub(r"\d+", "0", text) for text in texts).most_common(1)[0]
        if often >= 3 and often > SAME * len(texts) and len(usual) <= 40 and len(numbers) > len(self.sheets) / 3:
            return "content" if NAMED.search(self._nearest_classes(path)) else "label"
        return "content"

    def _classes(self, path: Path) -> str:
        """The names of the elements around a piece, in the comment's own element."""
        elements = self.sheets[self.texts[path][0][0]].elements
        ways = (path[:end] for end in range(1, len(path)))
        return " ".join(_name(one) for way in ways if (one := elements.get(way)) is not None)

    def _nearest_classes(self, path: Path) -> str:
        one = self.sheets[self.texts[path][0][0]].elements.get(path[:-1]) if len(path) > 1 else None
        return _name(one) if one is not None else ""

    def _content(self) -> list[Path]:
        return [path for path, kind in self.kinds.items() if kind == "content"]

    def _main(self) -> Path | None:
        def weight(path: Path) -> float:
            own, around = self._nearest_classes(path), self._classes(path)
            total = float(sum(min(len(text), 400) for _, text in self.texts[path]))
            if TEXTUAL.search(around):
                total *= 3
            if NAMED.search(own) and not TEXTUAL.search(own):
                total *= 0.1
            elif self._first(path) < self._time_place() and len(path) > 1:
                total *= 0.7
            return total
        return max(self._content(), key=weight, default=None)

    def _first(self, path: Path) -> float:
        return float(median(self.order[path]))

    def _time_place(self) -> float:
        return min((self._first(path) for path, kind in self.kinds.items() if kind == "time"), default=-1.0)

    def _author(self) -> tuple[Path, ...]:
        """The ways to the name."""
        needed = 0.5 * len(self.sheets)
        time = self._time_place()

        def score(path: Path) -> tuple[float, float]:
            own, around = self._nearest_classes(path), self._classes(path)
            found = 4.0 * bool(NAMED.search(own)) + 2.0 * bool(NAMED.search(around))
            tag = _tag(path[-2]) if len(path) > 1 else ""
            found += tag in NAMING_TAGS
            found += self.main is not None and self._first(path) < self._first(self.main)
            found += 0.5 * (abs(self._first(path) - time) <= 1)
            return found, -self._first(path)
        able: dict[Path, list[Path]] = {}
        for path in self._content():
            texts = [text for _, text in self.texts[path]]
            if path != self.main and max(map(len, texts)) <= LONGEST_NAME and median(map(len, texts)) <= USUAL_NAME and any(
                    map(LETTER.search, texts)):
                able.setdefault(_holder(path), []).append(path)
        # Some names are links and others are not.
        ways = [paths for paths in able.values()
                if len({number for path in paths for number, _ in self.texts[path]}) >= needed]
        best = max(ways, key=lambda paths: max(map(score, paths)), default=[])
        return tuple(sorted(best, key=lambda path: -len(path)))

    def _place(self) -> Path | None:
        """The way to the element that holds all of a comment's text and nothing else."""
        if self.main is None:
            return None
        other = [path for path, kind in self.kinds.items() if kind != "content" or path in self.author]
        for sheet in self.sheets:
            way = next((way for way, one in sheet.elements.items() if one is sheet.item.anchor), None)
            if way is not None and self.timed:
                other.append(way)
        way = self.main[:-1]
        while way and _flows(way[-1]):
            way = way[:-1]
        # Up to the widest element without a name, a time or a button in it.
        while len(way) > 1 and not any(path[:len(way) - 1] == way[:-1] for path in other):
            way = way[:-1]
        return way

    def _line(self, sheet: Sheet, number: int) -> str:
        """The line with the time."""
        return next((text for path, text in sheet.pieces if (number, path) in self.anchored), "")

    def _text(self, sheet: Sheet, number: int) -> str:
        if self.place is None:
            return ""
        element = sheet.elements.get(self.place)
        unmixed = bool(self.place) and not any(
            path[:len(self.place)] == self.place for path, kind in self.kinds.items() if kind == "time" or path in self.author)
        if element is not None and unmixed:
            return text_of(element, self._apart(sheet, number))
        if self.place and element is None:
            return self._rest(sheet, number)
        return self._rest(sheet, number, self.place)

    def _apart(self, sheet: Sheet, number: int) -> set[HtmlElement]:
        """What of an element with text is none: buttons, counters, forms, other comments."""
        assert self.place is not None
        found = set(self.roots)
        for path, element in sheet.elements.items():
            if len(path) > len(self.place) and self.kinds.get((*path, "#text[1]")) in ("label", "votes") and not len(element):
                found.add(element)
        element = sheet.elements[self.place]
        found.update(one for one in element.iter("form", "button", "nav", "iframe"))
        return found

    def _rest(self, sheet: Sheet, number: int, below: Path = ()) -> str:
        """The text of a comment that stands beside its name and time: all that is neither of them nor a button."""
        main = self.main[:-1] if self.main else ()
        lines: list[str] = []
        blocks: list[object] = []
        for path, text in sheet.pieces:
            kind = self.kinds.get(path)
            if path[:len(below)] != below or path in self.author or kind != "content" or (number, path) in self.anchored:
                continue
            if BUTTONS.fullmatch(text) and path != self.main:
                continue
            if path != self.main and path[:-1][:len(main)] != main and not self._akin(path, below):
                continue
            lines.append(text)
            block = next((path[:end] for end in range(len(path) - 1, 0, -1) if not _inline(path[end - 1])), ())
            blocks.append(block)
        joined = ""
        for place, line in enumerate(lines):
            joined += ("" if not place else " " if blocks[place] == blocks[place - 1] else "\n") + line
        return joined

    def _akin(self, path: Path, below: Path) -> bool:
        """Whether a piece is a paragraph, quotation or list beside the main one, or part of one."""
        assert self.main is not None
        tag, usual = _tag(path[len(below)]), self.main[len(below):]
        return tag in FLOWING or tag == "#text" or (
            len(usual) > 0 and tag == _tag(usual[0]) and self._first(path) >= self._first(self.main))

    def _author_of(self, sheet: Sheet, number: int) -> str | None:
        name = next((name for path in self.author if (name := sheet.at(path))), None)
        if name is None:
            line = self._line(sheet, number)
            for form in times.FORMS:
                line = form.sub("", line)
            name = line if LETTER.search(line) and not is_time(line) else None
        if name is None:
            return None
        short = SAYS.sub("", BY.sub("", name)).strip(" ,:|·•–—\"“”")
        if BEFORE_TIME.fullmatch(short):
            return None
        return one_line(short or name, MAX_NAME) or None

    def _times_of(self, sheet: Sheet, number: int) -> tuple[str, ...]:
        anchor = sheet.item.anchor
        found = [raw for name in (*STAMPS, "content") if (raw := one_line(anchor.get(name) or "", MAX_NAME))
                 and times.moment(raw) is not None]
        inner = [raw for one in anchor.iter("time", "span", "abbr", "a") for name in ("datetime", "title")
                 if one is not anchor and (raw := one_line(one.get(name) or "", MAX_NAME)) and times.moment(raw) is not None]
        lines = []
        pieces = [text for path, text in sheet.pieces if (number, path) in self.anchored or self.kinds.get(path) == "time"]
        clock = next((text for text in pieces if CLOCK.fullmatch(text.strip(" ,|·•-–—()"))), None)
        for text in pieces:
            if clock and text != clock and not re.search(r"\d:\d\d", text):
                lines.append(f"{text.strip(' ,|·•-–—()')} {clock.strip(' ,|·•-–—()')}")
            lines.append(text)
            matches = [match for form in times.FORMS if (match := form.search(text))]
            if matches:
                lines.append(min(matches, key=lambda one: (one.start(), -one.end()))[0])
        if not lines and self.timed:
            lines = [one_line(anchor.text_content(), MAX_NAME)]
        return tuple(dict.fromkeys(filter(None, (*found, *inner, *lines))))

    def _votes(self, sheet: Sheet, marked: re.Pattern[str], unmarked: re.Pattern[str] | None = None) -> int | None:
        for path, text in sheet.pieces:
            kind = self.kinds.get(path)
            element = sheet.elements.get(path[:-1])
            name = f"{element.get('class') or ''} {element.get('id') or ''}" if element is not None and path[:-1] else ""
            if kind in ("votes", "label") and marked.search(name) and not (unmarked and unmarked.search(name)) and (
                    found := SIGNED.fullmatch(text)):
                return int(found[1])
        return None

    def read(self) -> list[Parts]:
        """Each comment's parts."""
        found = []
        for number, sheet in enumerate(self.sheets):
            text = self._text(sheet, number)
            gone = signs.removed(text)
            found.append(Parts(self._author_of(sheet, number), self._times_of(sheet, number), text,
                               self._votes(sheet, LIKES, DISLIKES), self._votes(sheet, DISLIKES), gone))
        return found


def _holder(path: Path) -> Path:
    """The way to the element that holds a piece, a link in it or not."""
    way = path[:-1]
    return way[:-1] if len(way) > 1 and _tag(way[-1]) == "a" else way


def _tag(step: str) -> str:
    return re.split(r"[.\[]", step)[0]


def _name(element: HtmlElement) -> str:
    return " ".join(element.get(name) or "" for name in ("class", "id", "itemprop", "rel"))


def _flows(step: str) -> bool:
    return _tag(step) in FLOWING


def _inline(step: str) -> bool:
    return _flows(step) and _tag(step) not in ("p", "blockquote", "ul", "ol", "pre", "br", "hr")
