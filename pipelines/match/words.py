"""Words and phrases in a text: tokens with their places, folded so that case, composition and invisible characters do not
matter. A token never matches inside another one; a Han character, or one of another script written without spaces, is a token
of its own, so that a phrase finds it anywhere."""
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

Span = tuple[int, int]

# Scripts written without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han with its extensions.
_UNSPACED = ("\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
             "\U00020000-\U0003ffff")
UNSPACED = re.compile(f"[{_UNSPACED}]")
# Letters that Uzbek and others write as apostrophes, in as many ways as there are keyboards: all of them divide tokens alike.
APOSTROPHES = frozenset("'’‘ʻʼ`´ʹ′")
# Every other ASCII character ends a token, so that what stands between two of them is looked at alone; most of it is a word.
STRETCH = re.compile("[0-9A-Za-z\u0080-\U0010ffff]+")
# A text of nothing but these is folded as a whole: none of them is composed anew, hides, or means something to its neighbour.
EASY = re.compile("[\t\n -~\u00a0«»\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u012f\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e"
                  "\u0400-\u0481\u048a-\u04ff–—‘’“”„…]*")
PLAIN_TERM = re.compile(r"[^\W_]+")
PLAIN = re.compile(f"[^\\W_{_UNSPACED}{''.join(sorted(APOSTROPHES))}]+")


class Token(NamedTuple):
    """A folded word and its place in the text, in code points."""

    term: str
    start: int
    end: int


@lru_cache(maxsize=20_000)  # a text repeats its words, and its neighbours have the same
def fold(word: str) -> str:
    """A word as it is compared: NFKC, without invisible characters, casefolded, ё as е."""
    visible = "".join(character for character in word if unicodedata.category(character) != "Cf")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold()).replace("ё", "е")


def _within(character: str) -> str:
    """What a character is to a token: "word", "mark" (continues one), "alone" (is one), or "" (ends one)."""
    if character in APOSTROPHES:
        return ""
    if UNSPACED.match(character):
        return "alone"
    if character.isalnum():
        return "word"
    return "mark" if unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf") else ""


@lru_cache(maxsize=8)  # every watch of an outlet asks about the same text, one after the other
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text, in order."""
    if EASY.fullmatch(text):
        return tuple(Token(fold(word[0]), *word.span()) for word in PLAIN_TERM.finditer(text))
    found: list[Token] = []
    for stretch in STRETCH.finditer(text):
        if PLAIN.fullmatch(stretch[0]):
            found.append(Token(fold(stretch[0]), *stretch.span()))
        else:
            found += _mixed(text, *stretch.span())
    return tuple(found)


def _mixed(text: str, first: int, last: int) -> list[Token]:
    """The tokens of a stretch that may hold anything."""
    found: list[Token] = []
    start = end = -1

    def close() -> None:
        if start >= 0:
            found.append(Token(fold(text[start:end]), start, end))

    for place in range(first, last):
        character = text[place]
        kind = _within(character)
        if kind == "word":
            if start < 0:
                start = place
            end = place + 1
        elif kind == "mark":
            if start >= 0 and unicodedata.category(character) != "Cf":
                end = place + 1
        else:
            close()
            start = -1
            if kind == "alone":
                found.append(Token(fold(character), place, place + 1))
    close()
    return found


def find(phrases: Sequence[str], text: str) -> dict[str, list[Span]]:
    """Where each word or phrase stands in a text: the spans of those that do, as the phrase is written by its owner."""
    there = _terms_in(text)
    possible = [phrase for phrase in phrases if there.issuperset(_terms(phrase))]
    return find_among(possible, tokens(text)) if possible else {}


def may_hold(phrases: Sequence[str], text: str) -> bool:
    """Whether any of the words or phrases may stand in a text, or in what is left of it where lines are taken out: quick, and
    sometimes wrong to say so."""
    there = _terms_in(text)
    return any(there.issuperset(_terms(phrase)) for phrase in phrases)


@lru_cache(maxsize=8)
def _terms_in(text: str) -> frozenset[str]:
    """The terms of a text without their places, for which each word has to be looked at once only."""
    if EASY.fullmatch(text):
        return frozenset(PLAIN_TERM.findall(text.casefold().replace("ё", "е")))
    found: set[str] = set()
    for stretch in set(STRETCH.findall(text)):
        if PLAIN.fullmatch(stretch):
            found.add(fold(stretch))
        else:
            found.update(token.term for token in _mixed(stretch, 0, len(stretch)))
    return frozenset(found)


def find_among(phrases: Sequence[str], among: Sequence[Token]) -> dict[str, list[Span]]:
    """As find, in tokens that are already there."""
    places: dict[str, list[int]] = {terms[0]: [] for terms in map(_terms, phrases) if terms}
    for place, token in enumerate(among):
        if token.term in places:
            places[token.term].append(place)
    found: dict[str, list[Span]] = {}
    for phrase in phrases:
        terms = _terms(phrase)
        spans = [(among[place].start, among[place + len(terms) - 1].end) for place in (places[terms[0]] if terms else ())
                 if tuple(token.term for token in among[place:place + len(terms)]) == terms]
        if spans:
            found[phrase] = spans
    return found


@lru_cache(maxsize=2_000)
def _terms(phrase: str) -> tuple[str, ...]:
    return tuple(token.term for token in tokens(phrase))
