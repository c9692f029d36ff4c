"""What comparing an article of some 8,000 characters costs beside reading it: processor time, side by side in one process."""
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from time import process_time
from typing import Any

from bench.pages import COPIES, HOST, site_pages
from crawler.items import ArticleRead, Fetched
from pipelines.compare.change import measure
from pipelines.compare.noise import NO_NOISE
from pipelines.read import door

LEAST, MOST = 6_500, 9_900
AT = datetime(2026, 3, 2, tzinfo=timezone.utc)
SEED, TIMES = 5, 5


def light(text: str, chance: random.Random) -> str:
    """The text with three words said otherwise."""
    words = text.split(" ")
    for place in chance.sample(range(len(words)), min(3, len(words))):
        words[place] = "changed" if text.isascii() else "иначе"
    return " ".join(words)


def heavy(text: str, chance: random.Random) -> str:
    """The text with a quarter of its words said otherwise, and two of its blocks in each other's place."""
    lines = [" ".join(f"other{chance.randrange(99)}" if chance.random() < 0.25 else word for word in line.split(" "))
             for line in text.split("\n")]
    place = chance.randrange(len(lines))
    lines[0], lines[place] = lines[place], lines[0]
    return "\n".join(lines)


EDITS: dict[str, Callable[[str, random.Random], str]] = {
    "unchanged": lambda text, _chance: text, "three words changed": light, "a quarter of the words changed": heavy}


def compare(pages: Path, most: int | None) -> list[dict[str, Any]]:
    """For each kind of edit the mean milliseconds of reading and of comparing and measuring; the best of five of each page."""
    chance = random.Random(SEED)
    read = list(_articles(pages, most))
    reading = sum(_best(door.read, page, None) for page, _ in read) / len(read)
    rows = []
    for name, edited in EDITS.items():
        spent = sum(_best(_compared, value, edited(value.text, chance)) for _, value in read)
        rows.append({"edit": name, "articles": len(read), "reading": 1000 * reading, "comparing": 1000 * spent / len(read)})
    return rows


def _articles(pages: Path, most: int | None) -> Iterator[tuple[Fetched, ArticleRead]]:
    for page in site_pages(pages, most)[::COPIES]:
        fetched = Fetched(f"https://{HOST}{page.path}", 200, (("Content-Type", page.type),), page.body, AT)
        value = door.read(fetched, None)
        if isinstance(value, ArticleRead) and LEAST <= len(value.text) <= MOST:
            yield fetched, value


def _compared(old: ArticleRead, new: str) -> None:
    """What taking a page in does with its text."""
    if not NO_NOISE.same(old.title, old.text, old.title, new):
        measure(old.title or "", old.text, old.title or "", new)


def _best(work: Callable[..., object], *of: Any) -> float:
    times = []
    for _ in range(TIMES):
        begun = process_time()
        work(*of)
        times.append(process_time() - begun)
    return min(times)
