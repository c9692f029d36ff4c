"""Reads pages and says what it read, a line each; run with their names, it does so in a process of its own."""
import json
import sys
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

from crawler.items import Fetched, ReadValue
from crawler.outlet import SHIPPED, load
from pipelines.read.door import read
from tests.pipelines.read import shells
from tests.pipelines.read.pages_to_read import LINES, comment, page, thread

AT = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
HOST = "https://central.asia-news.example"
DATA = {"@type": "NewsArticle", "headline": "Guards at the pass", "datePublished": "2026-03-01T10:00:00+05:00",
        "dateModified": "2026-03-01T12:30:00+05:00", "author": [{"@type": "Person", "name": "Aigerim Asanova"},
                                                               {"@type": "Person", "name": "Тимур Каримов"}],
        "keywords": ["guards", "passes", "freight"], "articleSection": "Security", "image": f"{HOST}/guard.jpg"}
HEAD = (f'<script type="application/ld+json">{json.dumps(DATA)}</script><link rel="canonical" href="{HOST}/news/1">'
        + "".join(f'<link rel="alternate" hreflang="{code}" href="{HOST}/{code}/news/1">' for code in ("ru", "kk", "uz-Cyrl")))


def _pages() -> dict[str, str]:
    found = {f"told {language}": page(LINES[language], head=HEAD, lang=f' lang="{language}"',
                                      after=thread("".join(comment(n, "A word on it.") for n in range(3)), "3 Comment(s)"),
                                      inside=f"<h2>{language}</h2><figure><figcaption>A caption.</figcaption></figure>")
             for language in LINES}
    found |= {f"rotating {shell}": shells.page(shell, among="".join(shells.rotating(look).values()))
              for look, shell in enumerate(shells.SHELLS)}
    found |= {f"comments {wrapper}": shells.page("built", inside=shells.comments(wrapper, 4))
              for wrapper in list(shells.WRAPPERS)[::4]}
    return found | {"empty": "", "a wall": "<html><body><h1>Page not found</h1><p>It is not there.</p></body></html>",
                    "not closed": "<div>" * 300 + page(LINES["en"])}


PAGES = _pages()


def value_of(name: str) -> ReadValue:
    """What is read of a page; those with an even place by an outlet with selectors of its own."""
    place = list(PAGES).index(name)
    outlet = load(SHIPPED / "caravanserai.toml") if place % 2 == 0 else None
    fetched = Fetched(f"{HOST}/news/{place}", 200, (("Content-Type", "text/html"),), PAGES[name].encode(), AT)
    return read(fetched, outlet)


def said(name: str) -> str:
    """What is read of a page, every field of it, on a line."""
    value: Any = value_of(name)
    return json.dumps([type(value).__name__, asdict(value)], ensure_ascii=True, default=str)


if __name__ == "__main__":
    for each in sys.argv[1:]:
        print(said(each))
