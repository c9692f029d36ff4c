"""The frame around every page of the replica outlet, and its lists, as HTML in the shape of Caravanserai's."""
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from demo.life import ALMATY, Article

HOME = "https://steppe.example"
LANGUAGES = {"en_GB": "en", "ru": "ru"}
NAMES = {"en_GB": "Steppe Post", "ru": "Степная почта"}
SECTIONS = {"en_GB": {"features": "Features", "newsbriefs": "Newsbriefs"},
            "ru": {"features": "Статьи", "newsbriefs": "Новости"}}
WORDS = {
    "en_GB": {
        "archive": "Archive", "next": "Next", "by": "By", "share": "Share", "related": "Related articles",
        "latest": "Latest comments", "on": "on", "comments": "Comments", "reply": "Reply", "name": "Name", "post": "Post",
        "policy": "Comments appear after an editor has read them.", "lost": "Page not found",
        "lost_text": "There is no such page, or no longer.", "about": "Steppe Post is invented, and so is everybody in it."},
    "ru": {
        "archive": "Архив", "next": "Дальше", "by": "Автор:", "share": "Поделиться", "related": "Читайте также",
        "latest": "Свежие комментарии", "on": "к статье", "comments": "Комментарии", "reply": "Reply", "name": "Имя",
        "post": "Отправить", "policy": "Комментарии появляются после прочтения редактором.", "lost": "Страница не найдена",
        "lost_text": "Такой страницы нет или больше нет.", "about": "«Степная почта» выдумана, и все люди в ней тоже."},
}
STYLE = """
body { margin: 0 auto; max-width: 62rem; padding: 0 1rem; font: 1rem/1.5 Georgia, serif; color: #222; background: #faf8f3 }
header, footer { display: flex; gap: 1.5rem; padding: 1rem 0; border-bottom: 1px solid #cbb98a; font-family: sans-serif }
.header__brand { font-weight: bold } a { color: #7a4a12 } img { width: 100% } .layout { display: flex; gap: 2rem }
main { flex: 3 } aside { flex: 1; font-size: .9rem } .comment__replies { margin-left: 1.5rem; border-left: 2px solid #e4dcc6;
padding-left: 1rem } .comment__author { font-weight: bold } .comment__date, .article__date { color: #777 }
"""


def local(time: datetime, form: str = "%Y-%m-%d %H:%M") -> str:
    """A time as the site prints it: local, without a zone."""
    return f"{time.astimezone(ALMATY):{form}}"


def link(href: str, text: str, css: str = "") -> str:
    """A link within the site."""
    kind = f' class="{css}"' if css else ""
    return f'<a{kind} href="{escape(href)}">{escape(text)}</a>'


def page(locale: str, title: str, head: str, main: str, side: str = "") -> bytes:
    """A whole page: main and side between what stands on all of them, head beside what is in all heads."""
    words = WORDS[locale]
    sections = "".join(link(f"/{locale}/{name}", label, "header__link") for name, label in SECTIONS[locale].items())
    others = "".join(link(f"/{other}", NAMES[other], "header__locale") for other in NAMES if other != locale)
    aside = f'\n<aside class="sidebar">\n{side}\n</aside>' if side else ""
    return f"""<!DOCTYPE html>
<html lang="{LANGUAGES[locale]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} | {NAMES[locale]}</title>
<link rel="alternate" type="application/rss+xml" title="{NAMES[locale]}" href="{HOME}/{locale}/rss">
<link rel="stylesheet" href="/packs/style.css">
{head}
</head>
<body>
<header class="header">{link(f"/{locale}", NAMES[locale], "header__brand")}
<nav class="header__nav">{sections}{link(f"/{locale}/archives", words["archive"], "header__link")}{others}</nav></header>
<div class="layout">
<main class="layout__main">
{main}
</main>{aside}
</div>
<footer class="footer"><p class="footer__about">{words["about"]}</p>{link(f"/{locale}/rss", "RSS")}</footer>
</body>
</html>
""".encode()


# --- lists

def _pagination(path: str, number: int, last: int, locale: str) -> str:
    """Links to all pages and then to the next one, which on the last page is itself: the last number stands before the end."""
    targets = [*((str(page), page) for page in range(1, last + 1)), (WORDS[locale]["next"], min(number + 1, last))]
    links = "\n".join(link(f"{path}?page={page}", label, "pagination__link") for label, page in targets)
    return f'<div class="pagination">\n{links}\n</div>' if last > 1 else ""


def _list(locale: str, path: str, title: str, blocks: Iterable[str], number: int, last: int) -> bytes:
    main = "\n".join([f'<h2 class="list__title">{escape(title)}</h2>', *blocks, _pagination(path, number, last, locale)])
    url = f"{HOME}{path}" + (f"?page={number}" if number > 1 else "")
    return page(locale, title, f'<link rel="canonical" href="{url}">', main)


def section_page(articles: Sequence[Article], step: int, locale: str, section: str | None, number: int, last: int) -> bytes:
    """A page of a section, or of the front page where section is None: each article with its keyword and summary."""
    blocks = [f"""<div class="article--block">
{link(f"/{locale}/{article.section}", article.keyword, "article__keyword")}
<h5 class="article__title">{link(article.path, article.text(step).title)}</h5>
<p class="article__date">{local(article.published, "%Y-%m-%d")}</p>
<p class="article__teaser">{escape(article.summary)}</p>
</div>""" for article in articles]
    path, title = (f"/{locale}/{section}", SECTIONS[locale][section]) if section else (f"/{locale}", NAMES[locale])
    return _list(locale, path, title, blocks, number, last)


def archive_page(articles: Sequence[Article], step: int, locale: str, number: int, last: int) -> bytes:
    """A page of the archive: headlines only."""
    blocks = [f"""<div class="article--listing">
<div class="article--listing__text">{link(article.path, article.text(step).title)}
<span class="article__date">{local(article.published, "%Y-%m-%d")}</span></div>
</div>""" for article in articles]
    return _list(locale, f"/{locale}/archives", WORDS[locale]["archive"], blocks, number, last)


def lost_page(locale: str) -> bytes:
    """What is shown with status 404."""
    words = WORDS[locale]
    return page(locale, words["lost"], '<meta name="robots" content="noindex">',
                 f'<h1 class="lost__title">{words["lost"]}</h1>\n<p class="lost__text">{words["lost_text"]}</p>')
