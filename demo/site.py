"""The replica outlet: a news site in the shape of Caravanserai's, in English and Russian, whose life is scripted.

It stands for https://steppe.example: it answers on 127.0.0.1 whatever Host is asked for, and every absolute address on its
pages is there. What it shows is a pure function of its step. {locale} is en_GB or ru, {section} features or newsbriefs, and a
list's further pages are at ?page=N:

    /                        moved to /en_GB
    /{locale}                front page, the newest articles of all sections, as on a section page
    /{locale}/{section}      section page: div.article--block h5.article__title a
    /{locale}/archives       archive: div.article--listing > div.article--listing__text a
    /{locale}/articles/cnmi_ca/{section}/{YYYY}/{MM}/{DD}/{slug}
                             article: h1.article__title, p.article__source, p.article__date,
                             div.article__content > p.article__p, and its comments
    /{locale}/rss            RSS 2.0, the ten newest articles
    /sitemap.xml             sitemap index, naming /sitemap-articles.xml
    /sitemap-articles.xml    all articles that stand, of both locales
    /robots.txt              all is allowed but /admin/; names the sitemap
    /cnmi_ca/images/{YYYY}/{MM}/{DD}/{name}.svg    the articles' pictures
    /packs/style.css         how it looks

All else is a page of status 404, as is a page number that a list does not have, and an article before it appears and after it
has disappeared. Lists end in div.pagination a: the numbers, then the next page. The form for comments is not answered.

Comments are div.comments > div.comment#comment_N with .comment__author, .comment__date (local time of Asia/Almaty, no zone),
p.comment__text, a.comment__reply "Reply", and the answers to it inside its div.comment__replies. p.comments__count says "N
Comment(s)", the count of the whole page, after each comment of the top and what hangs below it.
"""
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Self, TextIO
from urllib.parse import parse_qs

from demo import feeds, pages, story
from demo.life import Article, begins, life, utc
from demo.server import Answer, Hit, Request, Server

SECTION_PAGE = 3
ARCHIVE_PAGE = 4
XML = "application/xml; charset=utf-8"


def _paged(articles: Sequence[Article], size: int, number: int,
           draw: Callable[[Sequence[Article], int], bytes]) -> Answer | None:
    last = max(1, -(-len(articles) // size))
    if not 1 <= number <= last:
        return None
    return Answer(draw(articles[(number - 1) * size:number * size], last))


def _list(step: int, locale: str, rest: list[str], number: int) -> Answer | None:
    """A front, section or archive page."""
    told, sections = life(), pages.SECTIONS[locale]
    if rest == ["archives"]:
        return _paged(told.articles(step, locale), ARCHIVE_PAGE, number,
                      lambda some, last: pages.archive_page(some, step, locale, number, last))
    if rest and (len(rest) > 1 or rest[0] not in sections):
        return None
    section = rest[0] if rest else None
    return _paged(told.articles(step, locale, section), SECTION_PAGE, number,
                  lambda some, last: pages.section_page(some, step, locale, section, number, last))


def _root(step: int, path: str) -> Answer | None:
    """What lies outside the locales."""
    told = life()
    standing = [article for locale in pages.NAMES for article in told.articles(step, locale)]
    if path == "/":
        return Answer(status=301, headers=(("Location", "/en_GB"),))
    if path == "/robots.txt":
        return Answer(feeds.ROBOTS.encode(), type="text/plain; charset=utf-8")
    if path == "/sitemap.xml":
        return Answer(feeds.sitemap_index(changed("/sitemap-articles.xml", 1, step)), type=XML)
    if path == "/sitemap-articles.xml":
        return Answer(feeds.sitemap(standing, step), type=XML)
    if path == "/packs/style.css":
        return Answer(pages.STYLE.encode(), type="text/css; charset=utf-8")
    drawn = next((article for article in standing if story.picture_path(article) == path), None)
    return Answer(story.picture(drawn).encode(), type="image/svg+xml") if drawn else None


@lru_cache(maxsize=2000)
def show(path: str, number: int, step: int) -> Answer:
    """What the site shows at a path (page number of a list) and a step, without the time of its last change."""
    locale, *rest = path.removeprefix("/").split("/")
    found: Answer | None
    if locale not in pages.NAMES:
        found = _root(step, path)
    elif article := life().article(step, path):
        found = Answer(story.article_page(life(), article, step))
    elif rest == ["rss"]:
        found = Answer(feeds.rss(life().articles(step, locale), step, locale), type="application/rss+xml; charset=utf-8")
    else:
        found = _list(step, locale, rest, number)
    return found or Answer(pages.lost_page(locale if locale in pages.NAMES else "en_GB"), status=404)


def changed(path: str, number: int, step: int) -> datetime:
    """When what is shown there was last something else: the beginning of a step."""
    last = min(step, life().last)
    while last and show(path, number, last) == show(path, number, last - 1):
        last -= 1
    return begins(last)


def answer(step: int, request: Request) -> Answer:
    """The whole answer of the site at a step."""
    asked = parse_qs(request.query).get("page", ["1"])[-1]
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    step = min(step, life().last)
    path = request.path.rstrip("/") or "/"
    found = show(path, number, step)
    return replace(found, changed=changed(path, number, step)) if found.status == 200 else found


class Site(Server):
    """The outlet at a step, while its `with` block runs. log is a file that gets a JSON line for each request answered:
    {"at": wall time, "step", "method", "path", "status", "bytes", "conditional", "in_flight", "host"}."""

    def __init__(self, *, step: int = 0, delay: float = 0.0, log: Path | None = None) -> None:
        super().__init__(lambda request: answer(self.step, request), delay=delay, clock=lambda: begins(self.step))
        self.step = step
        self.log = log
        self._out: TextIO | None = None

    def __enter__(self) -> Self:
        if self.log:
            self._out = self.log.open("a", encoding="utf-8")
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        if self._out:
            self._out.close()
            self._out = None

    def heard(self, hit: Hit) -> None:
        super().heard(hit)
        if self._out:
            self._out.write(json.dumps({**asdict(hit), "at": utc(hit.at), "step": self.step}, ensure_ascii=False) + "\n")
            self._out.flush()
