"""The replica outlet's article page as HTML: the article, its comments, and what belongs to other articles around them."""
import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from demo.life import ALMATY, Article, Comment, Life
from demo.pages import HOME, LANGUAGES, NAMES, SECTIONS, WORDS, link, local, page

RELATED = 3
LATEST = 3


def picture_path(article: Article) -> str:
    """The path of an article's picture."""
    return f"/cnmi_ca/images/{article.published.astimezone(ALMATY):%Y/%m/%d}/{article.id}.svg"


def picture(article: Article) -> str:
    """A steppe under a sky, its colours the article's own."""
    hue = sum(article.id.encode()) * 37 % 360
    hills = f"M0 300 Q 200 {230 + hue % 60} 400 290 T 739 270 V 416 H 0 Z"
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 739 416">'
            f'<path d="M0 0 H 739 V 416 H 0 Z" fill="hsl({hue} 45% 75%)"/>'
            f'<path d="{hills}" fill="hsl({(hue + 40) % 360} 35% 55%)"/></svg>')


def _meta(properties: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f'<meta property="{name}" content="{escape(value)}">' for name, value in properties)


def _head(life: Life, article: Article, step: int, count: int) -> str:
    text, url, image = article.text(step), HOME + article.path, HOME + picture_path(article)
    published = article.published.astimezone(ALMATY).isoformat()
    modified = (text.modified or article.published).astimezone(ALMATY).isoformat()
    name, section = NAMES[article.locale], SECTIONS[article.locale][article.section]
    staff = article.author in NAMES.values()
    data: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "NewsArticle", "mainEntityOfPage": url, "headline": text.title,
        "description": article.summary, "image": [image], "datePublished": published, "dateModified": modified,
        "author": {"@type": "Organization" if staff else "Person", "name": article.author}, "articleSection": section,
        "keywords": [article.keyword], "inLanguage": LANGUAGES[article.locale], "commentCount": count,
        "publisher": {"@type": "Organization", "name": name, "url": f"{HOME}/{article.locale}"}}
    properties = [("og:type", "article"), ("og:site_name", name), ("og:locale", article.locale), ("og:title", text.title),
                  ("og:description", article.summary), ("og:url", url), ("og:image", image),
                  ("article:published_time", published), ("article:modified_time", modified),
                  ("article:author", article.author), ("article:section", section), ("article:tag", article.keyword)]
    lines = [f'<meta name="description" content="{escape(article.summary)}">', _meta(properties),
             f'<link rel="canonical" href="{url}">']
    if twin := life.twin(step, article):
        lines += [f'<link rel="alternate" hreflang="{LANGUAGES[one.locale]}" href="{HOME}{one.path}">'
                  for one in (article, twin)]
    script = json.dumps(data, ensure_ascii=False).replace("</", r"<\/")
    return "\n".join([*lines, f'<script type="application/ld+json">{script}</script>'])


def _share(locale: str) -> str:
    links = "".join(f'<li><a href="#" rel="nofollow">{name}</a></li>' for name in ("Telegram", "VK", "Facebook", "WhatsApp"))
    return f'<div class="share"><span class="share__label">{WORDS[locale]["share"]}</span><ul>{links}</ul></div>'


def _comment(comment: Comment, thread: Sequence[Comment], step: int, locale: str) -> str:
    answers = "\n".join(_comment(answer, thread, step, locale) for answer in thread if answer.parent == comment.number)
    below = f'\n<div class="comment__replies">\n{answers}\n</div>' if answers else ""
    return f"""<div class="comment" id="{comment.id}">
<div class="comment__head"><span class="comment__author">{escape(comment.author)}</span>
<span class="comment__date">{local(comment.posted)}</span></div>
<p class="comment__text">{escape(comment.text(step))}</p>
<a class="comment__reply" href="#{comment.id}" rel="nofollow">{WORDS[locale]["reply"]}</a>{below}
</div>"""


def _comments(thread: Sequence[Comment], step: int, locale: str) -> str:
    """The thread, with the count of the whole page after each comment of the top and what hangs below it."""
    words = WORDS[locale]
    label = f'<p class="comments__count">{len(thread)} Comment(s)</p>'
    tops = [f"{_comment(top, thread, step, locale)}\n{label}" for top in thread if top.parent is None] or [label]
    return "\n".join([
        f'<div class="comments" id="comments">\n<h3 class="comments__title">{words["comments"]}</h3>', *tops,
        f'<form class="comments__form" action="/comments" method="post"><p class="comments__policy">{words["policy"]}</p>',
        f'<input name="author" placeholder="{words["name"]}"><textarea name="text"></textarea><button>{words["post"]}</button>',
        '</form>\n</div>'])


def _box(css: str, title: str, items: Iterable[str]) -> str:
    listed = "\n".join(f'<li class="{css}__item">{item}</li>' for item in items)
    return f'<div class="{css}"><h4 class="{css}__title">{title}</h4>\n<ul>\n{listed}\n</ul></div>'


def _related(life: Life, article: Article, step: int) -> str:
    others = [other for other in life.articles(step, article.locale) if other is not article][:RELATED]
    return _box("related", WORDS[article.locale]["related"], (link(other.path, other.text(step).title) for other in others))


def _latest(life: Life, article: Article, step: int) -> str:
    """A box of comments under other articles, marked up with the names that this article's own comments have."""
    found = [(comment, other) for other in life.articles(step, article.locale) if other is not article
             for comment in life.thread(step, other)]
    found.sort(key=lambda pair: (pair[0].posted, pair[0].number), reverse=True)
    words = WORDS[article.locale]
    return _box("latest", words["latest"], (
        f'<span class="comment__author">{escape(comment.author)}</span> {words["on"]} '
        f'{link(f"{other.path}#{comment.id}", other.text(step).title)} '
        f'<p class="comment__text">{escape(comment.text(step))}</p>' for comment, other in found[:LATEST]))


def article_page(life: Life, article: Article, step: int) -> bytes:
    """An article with its comments, and around them what belongs to other articles."""
    text, locale, thread = article.text(step), article.locale, life.thread(step, article)
    caption = escape(article.caption)
    paragraphs = "\n".join(f'<p class="article__p">{escape(paragraph)}</p>' for paragraph in text.paragraphs)
    main = f"""<article class="article">
{link(f"/{locale}/{article.section}", article.keyword, "article__keyword")}
<h1 class="article__title">{escape(text.title)}</h1>
<p class="article__source">{WORDS[locale]["by"]} {escape(article.author)}</p>
<p class="article__date">{local(article.published, "%Y-%m-%d")}</p>
{_share(locale)}
<figure class="article__media"><img class="article__media--img" src="{picture_path(article)}" alt="{caption}">
<figcaption class="article__caption">{caption}</figcaption></figure>
<div class="article__content">
{paragraphs}
</div>
{_share(locale)}
</article>
{_comments(thread, step, locale)}"""
    side = f"{_related(life, article, step)}\n{_latest(life, article, step)}"
    return page(locale, text.title, _head(life, article, step, len(thread)), main, side)
