"""Fixtures of change: stories of real pages (of the folder shared/pages where it is there, else made up ones), which the tests
show in two layouts and edit as their authors would.

`stories(10)` are the stories; `page(story, BEFORE)` is a story's page as bytes, `read_page(…)` reads such a page through the
one door; `layouts.CHANGES` are redesigns, each a Layout like BEFORE; `EDITS` are edits, each with a mark by which it is
known."""
import gzip
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import lru_cache

from bench.pages import folder

from crawler.items import ArticleRead, Fetched
from pipelines.read.door import read
from tests.redesign import words

AT = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
NAMES = ("Aigerim Sadyk", "Bolot Usenov", "Chen Wei", "Dilnoza Karim", "Erik Lind", "Farid Nazar", "Gulnara Bek")


@dataclass(frozen=True)
class Story:
    """What an article's authors wrote. standfirst, author, caption and related are what only some layouts show."""

    number: int
    headline: str
    paragraphs: tuple[str, ...]
    standfirst: str
    author: str
    caption: str
    related: str


@dataclass(frozen=True)
class Edited:
    """A story after an edit; exactly one side of the edit has the mark."""

    story: Story
    mark: str


def read_page(body: bytes, at: datetime = AT) -> ArticleRead:
    """A page read through the one door; it is an article."""
    found = read(Fetched("https://paper.example/a", 200, (("content-type", "text/html; charset=utf-8"),), body, at), None)
    assert isinstance(found, ArticleRead), found
    return found


@lru_cache(maxsize=1)
def real_pages() -> tuple[bytes, ...]:
    """The pages of articles in the shared folder that are in UTF-8, in a fixed order; none where it is not there."""
    pages = folder()
    if pages is None:
        return ()
    files = [*sorted((pages / "outlets").rglob("*.html*")), *sorted((pages / "benchmark").glob("*.html*"))]
    found = []
    for file in files:
        body = file.read_bytes()
        body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        if len(body) < 400_000:
            found.append(body)
    return tuple(found)


def _readable() -> list[tuple[bytes, ArticleRead]]:
    """Every third page that is an article of some length; the rest would be more of the same."""
    found = []
    for body in real_pages()[::3]:
        said = read(Fetched("https://paper.example/a", 200, (("content-type", "text/html"),), body, AT), None)
        if isinstance(said, ArticleRead) and said.title and 6 <= len(said.blocks) <= 40 and len(said.text) < 9000:
            found.append((body, said))
    return found


@lru_cache(maxsize=1)
def _sources() -> tuple[tuple[bytes | None, str, tuple[str, ...]], ...]:
    real = [(body, said.title or "", tuple(block.text for block in said.blocks)) for body, said in _readable()]
    return tuple(real)


@lru_cache(maxsize=4)
def stories(count: int) -> tuple[Story, ...]:
    """So many stories; of real pages as far as they go."""
    real = _sources()
    chance = random.Random(7)
    found = []
    for number in range(count):
        if number < len(real):
            _, headline, lines = real[number]
        else:
            headline, lines = _made(chance)
        found.append(_story(number, headline, lines, chance))
    return tuple(found)


def real_page(number: int) -> bytes | None:
    """The bytes a story was read from; None of one that was made up."""
    sources = _sources()
    return sources[number][0] if number < len(sources) else None


def _made(chance: random.Random) -> tuple[str, tuple[str, ...]]:
    """A headline and paragraphs whose sentences are alike in nothing but their language."""
    language = chance.choice(sorted(words.SENTENCES))
    pool = [word for said in words.SENTENCES[language] for word in re.findall(r"\w+", re.sub(r"{\w}", " ", said))]

    def said(least: int) -> str:
        some = chance.choices(pool, k=least + chance.randrange(6))
        return " ".join([words.name(chance), *some, words.name(chance)]) + "."
    return said(4).rstrip("."), tuple(" ".join(said(8) for _ in range(3)) for _ in range(8))


def _story(number: int, headline: str, lines: tuple[str, ...], chance: random.Random) -> Story:
    sentences = [words.sentence("en", chance) for _ in range(3)]
    return Story(number, headline, lines, sentences[0], chance.choice(NAMES), sentences[1][:90], sentences[2][:70])


# --- edits

def _mark(chance: random.Random) -> str:
    return f"Qazybek{chance.randrange(10**9)}"


def _paragraph(chance: random.Random, mark: str) -> str:
    return f"{words.sentence('en', chance)} {_own(chance, mark)}"


def _own(chance: random.Random, mark: str) -> str:
    """A sentence in which the mark stands, of words that no other has."""
    others = [words.name(chance) for _ in range(chance.randint(3, 9))]
    return " ".join([*others[:2], mark, *others[2:]]) + "."


def _at(story: Story, place: int, *lines: str, instead: int = 0) -> Story:
    return replace(story, paragraphs=(*story.paragraphs[:place], *lines, *story.paragraphs[place + instead:]))


def _headline(story: Story, chance: random.Random) -> Edited:
    mark = _mark(chance)
    return Edited(replace(story, headline=f"{story.headline}, says {mark}"), mark)


def _figure(story: Story, chance: random.Random) -> Edited:
    place, mark = chance.randrange(len(story.paragraphs)), str(chance.randrange(10**6, 10**9))
    return Edited(_at(story, place, f"{story.paragraphs[place]} {_own(chance, mark)}", instead=1), mark)


def _sentence(story: Story, chance: random.Random) -> Edited:
    place, mark = chance.randrange(len(story.paragraphs)), _mark(chance)
    return Edited(_at(story, place, f"{story.paragraphs[place]} “{_own(chance, mark)}”", instead=1), mark)


def _expanded(story: Story, chance: random.Random) -> Edited:
    mark = _mark(chance)
    return Edited(_at(story, len(story.paragraphs), _paragraph(chance, mark)), mark)


def _lead(story: Story, chance: random.Random) -> Edited:
    mark = _mark(chance)
    return Edited(_at(story, 0, _paragraph(chance, mark), instead=chance.randrange(2)), mark)


def _put_in(story: Story, chance: random.Random) -> Edited:
    mark = _mark(chance)
    return Edited(_at(story, chance.randrange(1, len(story.paragraphs)), _paragraph(chance, mark)), mark)


def _rewritten(story: Story, chance: random.Random) -> Edited:
    place, mark = chance.randrange(len(story.paragraphs)), _mark(chance)
    return Edited(_at(story, place, _paragraph(chance, mark), instead=1), mark)


def _cut(story: Story, chance: random.Random) -> Edited:
    place = chance.randrange(1, len(story.paragraphs))
    return Edited(_at(story, place, instead=1), story.paragraphs[place])


def _corrected(story: Story, chance: random.Random) -> Edited:
    mark = _mark(chance)
    notice = f"Correction: an earlier version of this article named {mark} wrongly."
    return Edited(_at(story, len(story.paragraphs), notice), mark)


EDITS: dict[str, Callable[[Story, random.Random], Edited]] = {
    "headline": _headline, "figure": _figure, "sentence": _sentence, "expanded": _expanded, "lead": _lead, "put in": _put_in,
    "rewritten": _rewritten, "cut": _cut, "corrected": _corrected}


def edited(story: Story, chance: random.Random) -> Edited:
    """The story after one of the edits."""
    return EDITS[chance.choice(sorted(EDITS))](story, chance)
