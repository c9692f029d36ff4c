"""What a source announces: feeds, sitemaps and section pages as `Found`; never an empty one for a page that is no source."""
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Any

import feedparser
from lxml import etree
from lxml.html import HtmlElement

from crawler.items import Fetched, Found, Link
from crawler.outlet import Outlet, Source
from pipelines.read import decode, times
from pipelines.read.address import absolute
from pipelines.read.clean import plain
from pipelines.read.layout import select
from pipelines.read.screen import Refused

MAX_LINKS = 1_000
FEEDS = {"rss", "feed", "RDF"}
SITEMAPS = {"urlset", "sitemapindex"}
BEFORE_ROOT = r"\s++|\ufeff|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*+)?>"
ROOT = re.compile(rf"(?:{BEFORE_ROOT})*+<(?:[\w.-]++:)?([\w.-]++)", re.DOTALL | re.IGNORECASE)
LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)
# No entity is expanded, nothing else is loaded.
XML = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True,
                      remove_comments=True, remove_pis=True, collect_ids=False)


def _root(text: str) -> str | None:
    found = ROOT.match(text)
    return found[1] if found else None


def announces(text: str) -> bool:
    """Whether a document is a feed or a sitemap, by its outermost element."""
    return _root(text) in FEEDS | SITEMAPS


def announced(text: str, fetched: Fetched, outlet: Outlet | None) -> Found:
    """The articles of a feed or sitemap, or the further sitemaps of an index. Addresses are whole and cleaned, each once, and
    the outlet's own; at most 1,000, in the feed's order, newest first in a sitemap that says when its pages were changed."""
    if "<!ENTITY" in text[:100_000]:
        raise Refused("screened", "the document declares entities")
    return _sitemap(text, fetched, outlet) if _root(text) in SITEMAPS else _feed(text, fetched, outlet)


def _found(links: Iterable[Link], outlet: Outlet | None) -> Found:
    kept: dict[str, Link] = {}
    for link in links:
        first = kept.get(link.url)
        if first:
            kept[link.url] = Link(link.url, first.title or link.title, first.published or link.published)
        elif len(kept) < MAX_LINKS and (outlet is None or outlet.is_article(link.url)):
            kept[link.url] = link
    return Found(tuple(kept.values()))


# --- feeds and sitemaps

def _time(text: str | None, fetched: Fetched, outlet: Outlet | None) -> datetime | None:
    return times.possible(times.moment(text, outlet.timezone if outlet else "UTC"), fetched.at)


def _feed(text: str, fetched: Fetched, outlet: Outlet | None) -> Found:
    # Through a file: feedparser takes a text that looks like an address for one, and asks for it.
    parsed = feedparser.parse(io.BytesIO(decode.xml(text)), response_headers={
        "content-location": fetched.url, "content-type": "application/xml; charset=utf-8"})
    links = list(_entries(parsed.entries, fetched, outlet))
    if parsed.bozo and not links:
        raise Refused("not_feed", f"the feed is broken: {plain(str(parsed.bozo_exception))}")
    return _found(links, outlet)


def _entries(entries: list[Any], fetched: Fetched, outlet: Outlet | None) -> Iterator[Link]:
    for entry in entries:
        if url := absolute(entry.get("link"), fetched.url):
            yield Link(url, plain(entry.get("title") or "") or None,
                       _time(entry.get("published") or entry.get("updated"), fetched, outlet))


def _sitemap(text: str, fetched: Fetched, outlet: Outlet | None) -> Found:
    document = etree.fromstring(decode.xml(text), parser=XML)
    if document is None:
        raise Refused("not_feed", "the sitemap is broken")
    entries = [_fields(entry) for entry in document.iterchildren(etree.Element)]
    entries.sort(key=lambda fields: _time(fields.get("lastmod") or fields.get("publication_date"), fetched, outlet) or LONG_AGO,
                 reverse=True)
    places = [(url, fields) for fields in entries if (url := absolute(fields.get("loc"), fetched.url))]
    if _local(document) == "sitemapindex":
        urls = dict.fromkeys(url for url, _ in places if outlet is None or outlet.owns(url))
        return Found((), tuple(urls)[:MAX_LINKS])
    return _found((Link(url, plain(fields.get("title", "")) or None, _time(fields.get("publication_date"), fetched, outlet))
                   for url, fields in places), outlet)


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


def _fields(entry: Any) -> dict[str, str]:
    """Local names and texts below an entry, the first of each name."""
    fields: dict[str, str] = {}
    for element in entry.iter(etree.Element):
        if element.text and element.text.strip():
            fields.setdefault(_local(element), element.text.strip())
    return fields


# --- section pages

def _links(elements: Iterable[HtmlElement], base: str) -> Iterator[Link]:
    for element in elements:
        for anchor in [element] if element.tag == "a" else element.iter("a"):
            if url := absolute(anchor.get("href"), base):
                yield Link(url, plain(anchor.text_content()) or None)


def section(tree: HtmlElement, fetched: Fetched, outlet: Outlet, source: Source) -> Found:
    """The articles that a section page links to, in page order; a selector that finds none gives way to all links that fit the
    outlet's `articles`. A first page without any is refused: something else was served, or the site was rebuilt; so is a page
    where a feed or a sitemap should be."""
    if source.kind != "section":
        raise Refused("not_feed", f"what should be a source of kind {source.kind} is another kind of document")
    bases = tree.xpath("//base/@href")
    base = (absolute(bases[0], fetched.url) if bases else None) or fetched.url
    found = _found(_links(select(source.links)(tree), base), outlet) if source.links else Found(())
    found = found if found.links else _found(_links(tree.iter("a"), base), outlet)
    if not found.links and source.url in (fetched.asked, fetched.url):
        raise Refused("not_feed", "no link on this page fits the outlet's `articles`")
    return found
