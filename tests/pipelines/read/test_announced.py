"""Feeds, sitemaps and section pages."""
import gzip
from datetime import datetime, timezone

import pytest

from crawler.items import Found, Link, Nothing
from pipelines.read.door import read
from tests.pipelines.read.pages_to_read import page

SITE = "https://steppe.example"
FEED, ATOM, SITEMAP, SECTION = f"{SITE}/en/rss", f"{SITE}/en/atom", f"{SITE}/sitemap.xml", f"{SITE}/en/archives"
ENTITIES = "<!DOCTYPE x [<!ENTITY a 'https://steppe.example/en/articles/1'><!ENTITY b SYSTEM 'file:///etc/hostname'>]>"


def rss(items: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'


def item(link: str, title: str = "One", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def urlset(*urls: str) -> str:
    return ('<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            f'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{"".join(f"<url>{url}</url>" for url in urls)}</urlset>')


def urls_of(value) -> list[str]:
    assert isinstance(value, Found), value
    return [link.url.removeprefix(SITE) for link in value.links]


# --- feeds

def test_a_feed_gives_its_articles_in_its_order(fetched, steppe):
    first = item(f"{SITE}/en/articles/2?utm_source=rss#x", "Учения &amp; &lt;b&gt;поезда&lt;/b&gt;",
                 "<pubDate>Sun, 01 Mar 2026 10:00:00 +0500</pubDate>")
    value = read(fetched(rss(first + item("\n  /ru/articles/1\n ")), url=FEED), steppe)
    assert value == Found((Link(f"{SITE}/en/articles/2", "Учения & поезда", datetime(2026, 3, 1, 5, tzinfo=timezone.utc)),
                           Link(f"{SITE}/ru/articles/1", "One")))


def test_an_atom_feed_is_read_too(fetched, steppe):
    entry = (f"<entry><title>One</title><link rel='alternate' href='{SITE}/en/articles/1'/>"
             "<updated>2026-03-01T10:00:00Z</updated></entry>")
    value = read(fetched(f"<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title>{entry}</feed>", url=ATOM), steppe)
    assert value == Found((Link(f"{SITE}/en/articles/1", "One", datetime(2026, 3, 1, 10, tzinfo=timezone.utc)),))


def test_a_feed_in_another_encoding_is_read_by_its_declaration(fetched, steppe):
    feed = rss(item(f"{SITE}/ru/articles/1", "Учения у перевала")).replace("utf-8", "windows-1251").encode("cp1251")
    value = read(fetched(feed, url=FEED, content_type="text/xml"), steppe)
    assert isinstance(value, Found) and value.links[0].title == "Учения у перевала"


def test_links_that_are_no_articles_of_the_outlet_are_left_out(fetched, steppe):
    value = read(fetched(rss(
        item("javascript:alert(1)") + item("https://other.example/en/articles/1") + item(f"{SITE}/about") + item("")
        + item(f"{SITE}/en/articles/1") + item(f"{SITE}/en/articles/1#again") + item("https://steppe&#0;.example/en/articles/2")
        + item("https://step\0pe.example/en/articles/3")), url=FEED), steppe)
    assert urls_of(value) == ["/en/articles/1"]


def test_a_feed_without_news_is_an_empty_source(fetched, steppe):
    assert read(fetched(rss(""), url=FEED), steppe) == Found(())


def test_at_most_a_thousand_links_are_announced(fetched, steppe):
    value = read(fetched(rss("".join(item(f"{SITE}/en/articles/{n}") for n in range(1100))), url=FEED), steppe)
    assert urls_of(value) == [f"/en/articles/{n}" for n in range(1000)]


@pytest.mark.parametrize("url", [FEED, ATOM, SITEMAP])
@pytest.mark.parametrize(("body", "reason"), [
    (page(), "not_feed"), ("<html><body>Just a moment...</body></html>", "challenge"), ('{"status": "ok"}', "not_article"),
    ("Go away", "not_html")])
def test_a_feed_or_sitemap_that_is_something_else_is_no_empty_source(url, body, reason, fetched, steppe):
    value = read(fetched(body, url=url), steppe)
    assert isinstance(value, Nothing) and value.reason == reason


def test_a_broken_feed_without_a_link_is_no_empty_source(fetched, steppe):
    value = read(fetched("<rss><channel><item><ti", url=FEED), steppe)
    assert isinstance(value, Nothing) and value.reason == "not_feed"


def test_a_cut_feed_gives_what_is_there(fetched, steppe):
    feed = rss(item(f"{SITE}/en/articles/1") + item(f"{SITE}/en/articles/2") + item(f"{SITE}/en/articles/3"))
    assert urls_of(read(fetched(feed[:feed.index("articles/3")], url=FEED), steppe))[:2] == ["/en/articles/1", "/en/articles/2"]


@pytest.mark.parametrize("entity", ["&a;", "&b;"])
@pytest.mark.parametrize(("url", "body"), [(FEED, rss(item("X"))), (SITEMAP, urlset("<loc>X</loc>"))])
def test_a_source_with_entities_of_its_own_is_not_read(entity, url, body, fetched, steppe):
    declared = body.replace("?>", "?>" + ENTITIES, 1).replace("X", entity)
    value = read(fetched(declared, url=url), steppe)
    assert isinstance(value, Nothing) and value.reason == "screened"


# --- sitemaps

def test_a_sitemap_gives_the_newest_first(fetched, steppe):
    value = read(fetched(urlset(
        f"<loc>{SITE}/en/articles/1</loc>", f"<loc>{SITE}/en/articles/2</loc><lastmod>2026-01-01</lastmod>",
        f"<loc> {SITE}/en/articles/3 </loc><lastmod>2026-02-01T10:00:00+05:00</lastmod>", f"<loc>{SITE}/about</loc>",
        f"<loc>{SITE}/en/articles/4</loc><n:news><n:publication_date>2026-02-15T10:00:00Z</n:publication_date>"
        "<n:title>Four</n:title></n:news>"),
        url=SITEMAP), steppe)
    assert urls_of(value) == [f"/en/articles/{n}" for n in (4, 3, 2, 1)]
    assert value.links[0] == Link(f"{SITE}/en/articles/4", "Four", datetime(2026, 2, 15, 10, tzinfo=timezone.utc))
    assert value.links[1].published is None


@pytest.mark.parametrize("pack", [str.encode, lambda text: gzip.compress(text.encode())])
def test_a_sitemap_index_gives_further_sources_of_the_outlet(pack, fetched, steppe):
    index = ("<sitemapindex><sitemap><loc>https://steppe.example/a.xml.gz</loc><lastmod>2025-01-01</lastmod></sitemap>"
             "<sitemap><loc>/b.xml</loc><lastmod>2026-01-01</lastmod></sitemap>"
             "<sitemap><loc>https://169.254.1.1/c.xml</loc></sitemap></sitemapindex>")
    value = read(fetched(pack(index), url="https://steppe.example/index.xml"), steppe)
    assert value == Found((), (f"{SITE}/b.xml", f"{SITE}/a.xml.gz"))


def test_a_nul_does_not_join_the_halves_of_a_host(fetched, steppe):
    for nul in ("\0", "&#0;"):
        body = urlset(f"<loc>https://step{nul}pe.example/en/articles/1</loc>")
        assert urls_of(read(fetched(body, url=SITEMAP), steppe)) == []


# --- section pages

LISTING = ('<div class="listing"><a href="/en/articles/2"><img src="x"></a><a href="/en/articles/2">Two</a>'
           '<a href="articles/1#comments">One</a></div>')


def test_a_section_page_gives_the_links_of_its_selector(fetched, steppe):
    value = read(fetched(page(inside=LISTING, after='<a href="/en/articles/9">Nine</a>'), url=SECTION), steppe)
    assert value == Found((Link(f"{SITE}/en/articles/2", "Two"), Link(f"{SITE}/en/articles/1", "One")))


def test_a_selector_that_finds_nothing_gives_way_to_all_article_links(fetched, steppe):
    body = page(inside=LISTING.replace("listing", "renamed"), after='<a href="/about">x</a>')
    value = read(fetched(body, url=SECTION), steppe)
    assert urls_of(value) == ["/en/articles/2", "/en/articles/1"]


def test_a_first_page_without_any_article_is_no_empty_source_and_a_later_one_is(fetched, steppe):
    value = read(fetched(page(), url=SECTION), steppe)
    assert isinstance(value, Nothing) and value.reason == "not_feed"
    assert read(fetched(page(), url=f"{SECTION}?page=3"), steppe) == Found(())


def test_links_are_told_from_the_base_of_the_page(fetched, steppe):
    body = page(head='<base href="https://steppe.example/ru/x/">', inside='<a href="../articles/1">x</a>')
    value = read(fetched(body, url=SECTION), steppe)
    assert urls_of(value) == ["/ru/articles/1"]
