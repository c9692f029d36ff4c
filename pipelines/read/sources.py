"""What a source announces: feeds, sitemaps and section pages as `Found`; never an empty one for a page that is no source."""
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

import feedparser
from lxml import etree, html
from lxml.cssselect import CSSSelector

from crawler.items import Fetched, Found, Link
from crawler.outlet import Outlet, Source
from pipelines.read import decode, times
from pipelines.read.address import absolute
from pipelines.read.clean import plain
from pipelines.read.screen import Refused

MAX_LINKS = 1_000
FEEDS = {"rss", "feed", "RDF"}
SITEMAPS = {"urlset", "sitemapindex"}
ROOT = re.compile(r"(?:\s++|\ufeff|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*+)?>)*+<(?:[\w.-]++:)?([\w.-]++)", re.DOTALL | re.IGNORECASE)
OLDEST = datetime.min.replace(tzinfo=timezone.utc)


def root(text: str) -> str | None:
    """The name of a document's outermost element, without prefix, where one can be told at its start."""
    found = ROOT.match(text)
    return found[1] if found else None


def announces(text: str) -> bool:
    """Whether a document is a feed or a sitemap, by its outermost element."""
    return root(text) in FEEDS | SITEMAPS


def _found(links: Iterable[Link], outlet: Outlet | None) -> Found:
    """The articles among links, in their order, each address once, with the first title and time that were given for it."""
    kept: dict[str, Link] = {}
    for link in links:
        if outlet is not None and not outlet.is_article(link.url):
            continue
        first = kept.get(link.url)
        if first is None and len(kept) == MAX_LINKS:
            continue
        kept[link.url] = link if first is None else Link(link.url, first.title or link.title, first.published or link.published)
    return Found(tuple(kept.values()))


# --- feeds and sitemaps

def announced(text: str, fetched: Fetched, outlet: Outlet | None) -> Found:
    """The articles of a feed or sitemap, and the further sitemaps of an index."""
    if "<!ENTITY" in text[:100_000]:
        raise Refused("screened", "the document declares entities")
    return _sitemap(text, fetched, outlet) if root(text) in SITEMAPS else _feed(text, fetched, outlet)


def _feed(text: str, fetched: Fetched, outlet: Outlet | None) -> Found:
    # As UTF-8 without a declaration, since it was decoded already; in a file, so that feedparser takes no text for an address.
    clean = decode.without_declaration(decode.without_forbidden(text))
    parsed = feedparser.parse(io.BytesIO(clean.encode("utf-8", "replace")), response_headers={"content-location": fetched.url})
    if not parsed.entries and parsed.bozo:
        raise Refused("not_feed", f"the feed is broken: {plain(str(parsed.bozo_exception))}")
    return _found(_entries(parsed.entries, fetched, outlet), outlet)


def _entries(entries: list[Any], fetched: Fetched, outlet: Outlet | None) -> Iterator[Link]:
    zone = outlet.timezone if outlet else "UTC"
    for entry in entries:
        if url := absolute(entry.get("link") or (entry.get("id") if entry.get("guidislink") else None), fetched.url):
            written = entry.get("published") or entry.get("updated")
            yield Link(url, plain(entry.get("title") or "") or None, times.possible(times.moment(written, zone), fetched.at))


def _sitemap(text: str, fetched: Fetched, outlet: Outlet | None) -> Found:
    document = decode.xml(text)
    if document is None:
        raise Refused("not_feed", "the sitemap is broken")
    entries = [_fields(entry) for entry in document if isinstance(entry.tag, str)]
    zone = outlet.timezone if outlet else "UTC"

    def newest(fields: dict[str, str]) -> datetime:
        return times.moment(fields.get("lastmod") or fields.get("publication_date"), zone) or OLDEST
    entries.sort(key=newest, reverse=True)
    places = [(url, fields) for fields in entries if (url := absolute(fields.get("loc"), fetched.url))]
    if _local(document) == "sitemapindex":
        urls = dict.fromkeys(url for url, _ in places if outlet is None or outlet.owns(url))
        return Found((), tuple(urls)[:MAX_LINKS])
    return _found((Link(url, plain(fields.get("title", "")) or None,
                        times.possible(times.moment(fields.get("publication_date"), zone), fetched.at))
                   for url, fields in places), outlet)


def _local(element: "etree._Element") -> str:
    return str(etree.QName(element).localname)


def _fields(entry: "etree._Element") -> dict[str, str]:
    """Local names and texts below an entry, the first of each name."""
    fields: dict[str, str] = {}
    for element in entry.iter(etree.Element):
        if element.text and element.text.strip():
            fields.setdefault(_local(element), element.text.strip())
    return fields


# --- section pages

@lru_cache(maxsize=64)
def _select(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _links(elements: Iterable[html.HtmlElement], base: str) -> Iterator[Link]:
    for element in elements:
        for anchor in [element] if element.tag == "a" else element.iter("a"):
            if url := absolute(anchor.get("href"), base):
                yield Link(url, plain(anchor.text_content()) or None)


def section(tree: html.HtmlElement, fetched: Fetched, outlet: Outlet, source: Source) -> Found:
    """The articles that a section page links to; a selector that finds none gives way to all links that fit the outlet's
    `articles`. A first page without any is none: something else was served, or the site was rebuilt."""
    bases = tree.xpath("//base/@href")
    base = (absolute(bases[0], fetched.url) if bases else None) or fetched.url
    found = _found(_links(_select(source.links)(tree), base), outlet) if source.links else Found(())
    found = found if found.links else _found(_links(tree.iter("a"), base), outlet)
    if not found.links and source.url in (fetched.asked, fetched.url):
        raise Refused("not_feed", "no link on this page fits the outlet's `articles`")
    return found
