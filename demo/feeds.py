"""The replica outlet's RSS, sitemaps and robots.txt; each is a pure function of what is to be shown."""
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from email.utils import format_datetime
from xml.sax.saxutils import escape

from demo.life import Article, utc
from demo.pages import HOME, LANGUAGES, NAMES

RSS_ITEMS = 10
ROBOTS = f"""User-agent: *
Disallow: /admin/

Sitemap: {HOME}/sitemap.xml
"""


def _day(time: datetime) -> str:
    return format_datetime(time.astimezone(timezone.utc), usegmt=True)


def rss(articles: Sequence[Article], step: int, locale: str) -> bytes:
    """RSS 2.0 of a locale's newest articles."""
    items = "\n".join(f"""<item>
<title>{escape(article.text(step).title)}</title>
<link>{HOME}{article.path}</link>
<guid isPermaLink="true">{HOME}{article.path}</guid>
<pubDate>{_day(article.published)}</pubDate>
<dc:creator>{escape(article.author)}</dc:creator>
<category>{escape(article.keyword)}</category>
<description>{escape(article.summary)}</description>
</item>""" for article in articles[:RSS_ITEMS])
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>{NAMES[locale]}</title>
<link>{HOME}/{locale}</link>
<atom:link rel="self" type="application/rss+xml" href="{HOME}/{locale}/rss"/>
<description>{NAMES[locale]}</description>
<language>{LANGUAGES[locale]}</language>
{items}
</channel>
</rss>
""".encode()


def sitemap_index(changed: datetime) -> bytes:
    """The index of sitemaps; changed is when the one it names was last another."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>{HOME}/sitemap-articles.xml</loc><lastmod>{utc(changed)}</lastmod></sitemap>
</sitemapindex>
""".encode()


def sitemap(articles: Iterable[Article], step: int) -> bytes:
    """The sitemap of all articles that stand; lastmod is the last edit of the text."""
    urls = "\n".join(f"<url><loc>{HOME}{article.path}</loc><lastmod>{utc(article.text(step).modified or article.published)}"
                     "</lastmod></url>" for article in articles)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{urls}
</urlset>
""".encode()
