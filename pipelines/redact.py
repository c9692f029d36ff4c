"""A page's source searched as its readers see it, so that a comment can be taken out of it and all else stays byte for byte."""
import html
import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

from pipelines.forgetting import WITHDRAWN
from pipelines.read.decode import ENCODINGS, decode

# A text of so many letters and figures that stands somewhere whole is a copy of the comment and no chance.
LONG = 20
# So far above a comment's text its author is looked for; further up stand other comments.
LEVELS = 6
TAG = re.compile(r"<!--|-->|</?[a-zA-Z](?:\"[^\"<>]*\"|'[^'<>]*'|[^<>\"'])*>|<[!/?a-zA-Z][^<>]*>")
NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
VALUE = re.compile(r"=\s*(\"[^\"]*\"|'[^']*')")
ENTITY = re.compile(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
ESCAPE = re.compile(r"(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[\"\\/bfnrt])")
STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
BRACES = re.compile(r"\"(?:[^\"\\]|\\.)*\"|[{}]", re.DOTALL)
WORD = re.compile(r"\w+")
SCRIPT = re.compile(r"<script\b[^<>]*>(.*?)</script", re.DOTALL | re.IGNORECASE)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SURROGATE = re.compile("[\ud800-\udfff\ufffd]+")
UNSEEN = dict.fromkeys(code for code in range(0x110000) if unicodedata.category(chr(code)) in ("Cf", "Cs"))
END = "\0"
QUOTES = "\"'"

Span = tuple[int, int]
# Where a text stands in a source: the pieces of it, in order; between them stands markup.
Place = tuple[Span, ...]
Chars = list[tuple[str, int, int]]


# --- bytes and text

def opened(body: bytes, content_type: str | None) -> tuple[str, Callable[[str], bytes]]:
    """A body as text, and what makes bytes of it again: the same ones where nothing was changed. Where its encoding cannot give
    them back it becomes UTF-8, which every reader of ours takes for that."""
    text = decode(body, content_type)
    named = read_bom(body)[0], "utf-8", http_content_type_encoding(content_type), html_body_declared_encoding(body)
    for encoding in dict.fromkeys(filter(None, (*named, *ENCODINGS))):
        try:
            exact = body.decode(encoding, "surrogateescape")
            same = exact.encode(encoding, "surrogateescape") == body
        except (LookupError, UnicodeError):
            continue
        if same and SURROGATE.sub("", exact.removeprefix("\ufeff")) == SURROGATE.sub("", text):
            return exact, lambda changed, encoding=encoding: changed.encode(encoding, "surrogateescape")
    return text, lambda changed: changed.encode("utf-8", "replace")


# --- letters

@lru_cache(maxsize=8192)
def _letters(character: str) -> str:
    """What of a character tells one text from another: neither case nor space nor what cannot be seen."""
    plain = unicodedata.normalize("NFKD", character).casefold()
    return "".join(each for each in plain if not each.isspace() and unicodedata.category(each) not in ("Cc", "Cf", "Cs"))


def letters(text: str) -> str:
    """A text without what writes the same one differently."""
    return "".join(map(_letters, text))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).translate(UNSEEN).casefold()


def telling(said: str) -> str:
    """The word by which a text is looked for first."""
    words: list[str] = WORD.findall(_plain(said))
    return max(words or [_plain(said).strip()], key=len)


def may_hold(text: str, words: Iterable[str]) -> bool:
    """Whether a source may hold texts with any of these words, however it writes them: quick, and sometimes wrong to say so."""
    escaped = ESCAPE.sub(_meant, text) if "\\" in text else text
    # Tags may stand in the midst of a word, and a word in the midst of a tag.
    held = [_plain(html.unescape(html.unescape(each))) for each in (escaped, TAG.sub("", escaped))]
    return any(word in each for word in words for each in held)


def _meant(escape: re.Match[str]) -> str:
    return str(json.loads(f'"{escape[0]}"'))


# --- where texts stand

class _View:
    """A source read in one way: its letters, and where each stands."""

    def __init__(self, chars: Chars) -> None:
        self.chars = chars
        at, found, self.ends, self.gaps = list[int](), list[str](), {0}, {0}
        length = 0
        for place, (character, _, _) in enumerate(chars):
            if character == END or character in QUOTES:
                self.ends.add(length)
            if character == END or character.isspace():
                self.gaps.add(length)
            plain = "" if character == END else _letters(character)
            found.append(plain)
            at += [place] * len(plain)
            if plain and character in QUOTES:
                self.ends.add(length + len(plain))
            length += len(plain)
        self.ends.add(length)
        self.gaps.add(length)
        self.letters, self.at = "".join(found), at

    def places(self, said: str, *, whole: bool) -> Iterator[Place]:
        """Where a text stands; whole: alone between two marks, else as words of its own."""
        begin = 0
        while said and (begin := self.letters.find(said, begin)) >= 0:
            end = begin + len(said)
            if (begin in self.ends and end in self.ends) if whole else (self._gap(begin) and self._gap(end)):
                yield self._place(self.at[begin], self.at[end - 1])
            begin += 1

    def _gap(self, place: int) -> bool:
        return place in self.gaps or not (self.letters[place - 1].isalnum() and self.letters[place].isalnum())

    def _place(self, first: int, last: int) -> Place:
        spans = list[Span]()
        for character, start, end in self.chars[first:last + 1]:
            if character == END:
                continue
            if spans and start <= spans[-1][1]:
                spans[-1] = spans[-1][0], max(end, spans[-1][1])
            else:
                spans.append((start, end))
        return tuple(spans)


def _raw(text: str, start: int, end: int) -> Chars:
    return [(text[place], place, place + 1) for place in range(start, end)]


def _meaning(chars: Chars, pattern: re.Pattern[str], meaning: Callable[[re.Match[str]], str]) -> Chars:
    """The characters with what a pattern finds in them replaced by what it means."""
    out, last = Chars(), 0
    for found in pattern.finditer("".join(character for character, _, _ in chars)):
        out += chars[last:found.start()]
        start, end = chars[found.start()][1], chars[found.end() - 1][2]
        out += [(character, start, end) for character in meaning(found)]
        last = found.end()
    return out + chars[last:]


def _entities(chars: Chars) -> Chars:
    return _meaning(chars, ENTITY, lambda found: html.unescape(found[0]))


def _untagged(chars: Chars) -> Chars:
    return _entities(_meaning(chars, TAG, lambda _: END))


@dataclass(frozen=True)
class Source:
    """A page's source, or an answer of a comment system."""

    text: str

    @cached_property
    def _views(self) -> tuple[_View, ...]:
        """As markup; as the values of its attributes, which may be markup too; as the strings of JSON, which may as well."""
        text = self.text
        values, strings = Chars(), Chars()
        for tag in TAG.finditer(text):
            for value in VALUE.finditer(tag[0]):
                start, end = (tag.start() + each for each in value.span(1))
                inner = _entities(_raw(text, start + 1, end - 1))
                if any(character == "\\" for character, _, _ in inner):
                    strings += [(END, start, start), *_untagged(_meaning(inner, ESCAPE, _meant))]
                values += [(END, start, start), *_untagged(inner)]
        for start, end in self._scripts:
            for string in STRING.finditer(text, start, end):
                inner = _raw(text, string.start() + 1, string.end() - 1)
                strings += [(END, string.start(), string.start()), *_untagged(_meaning(inner, ESCAPE, _meant))]
        return tuple(_View(chars) for chars in (_untagged(_raw(text, 0, len(text))), values, strings))

    @cached_property
    def _scripts(self) -> list[Span]:
        if self.text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
            return [(0, len(self.text))]
        return [found.span(1) for found in SCRIPT.finditer(self.text)]

    @cached_property
    def _elements(self) -> list[Span]:
        """Where elements, and objects of JSON, begin and end; by their beginnings."""
        found, stack = list[Span](), list[tuple[str, int]]()
        for tag in TAG.finditer(self.text):
            name = NAME.match(tag[0])
            if name is None or (kind := name[1].lower()) in VOID:
                continue
            if not tag[0].startswith("</"):
                stack.append((kind, tag.start()))
            elif any(kind == other for other, _ in stack[-64:]):
                while stack:
                    other, start = stack.pop()
                    found.append((start, tag.end()))
                    if other == kind:
                        break
        for script in self._scripts:
            begun = list[int]()
            for brace in BRACES.finditer(self.text, *script):
                if brace[0] == "{":
                    begun.append(brace.start())
                elif brace[0] == "}" and begun:
                    found.append((begun.pop(), brace.end()))
        return sorted(found)

    def whole(self, said: str) -> list[Place]:
        """Where a text stands alone between two marks, tags left out of it; where it does not, where its longer lines do."""
        found = self._found(letters(said), whole=True)
        if not found and "\n" in said:
            lines = [line for line in map(letters, said.split("\n")) if len(line) >= LONG]
            found = [place for line in lines for place in self._found(line, whole=True)]
        return found

    def words(self, name: str) -> list[Place]:
        """Where a name stands as words of its own."""
        return self._found(letters(name), whole=False)

    def _found(self, said: str, *, whole: bool) -> list[Place]:
        return apart(place for view in self._views for place in view.places(said, whole=whole))

    def beside(self, place: Place, others: Sequence[Place]) -> list[Place]:
        """Those of the other places that stand nearest above one, in the smallest element around it that has any."""
        start, end = place[0][0], place[-1][1]
        begins = self._elements[:bisect_right(self._elements, (start, end))]
        around = sorted((element for element in begins if element[1] >= end), key=lambda each: each[1] - each[0])
        for first, last in around[:LEVELS]:
            if self.text.find("<h1", first, last) >= 0:
                break
            if found := [other for other in others if first <= other[0][0] and other[-1][1] <= last]:
                return found
        return []

    def without(self, places: Iterable[Place]) -> str:
        """The source with a word in the place of each text."""
        parts, last = list[str](), 0
        for place in apart(places):
            for number, (start, end) in enumerate(place):
                parts += [self.text[last:start], "" if number else WITHDRAWN]
                last = end
        return "".join((*parts, self.text[last:]))


def apart(places: Iterable[Place]) -> list[Place]:
    """The places in order, without those that stand in another, or begin in one."""
    found = list[Place]()
    for place in sorted(set(places), key=lambda each: (each[0][0], -each[-1][1])):
        if not found or place[0][0] >= found[-1][-1][1]:
            found.append(place)
    return found


def cut(text: str, texts: Iterable[str], names: Iterable[str]) -> str | None:
    """A plain text without those lines that are a comment's, and without its author in the lines beside them; None where it has
    none."""
    lines, said = text.split("\n"), {line for each in texts for line in map(letters, each.split("\n")) if line}
    own = {place for place, line in enumerate(lines) if letters(line) in said}
    if not own:
        return None
    beside = {place + step for place in own for step in (-1, 1)} - own
    known = {letters(name) for name in names}
    gone = own | {place for place in beside if 0 <= place < len(lines) and any(
        name and name in letters(lines[place]) and len(letters(lines[place])) <= len(name) + LONG for name in known)}
    return "\n".join(line for place, line in enumerate(lines) if place not in gone)
