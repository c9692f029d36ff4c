"""What a page says of its article in the ways pages have for it: JSON-LD, Open Graph, meta tags, microdata, its headline."""
import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from pipelines.read import jsonld, visible
from pipelines.read.clean import one_line

AUTHORS = ("author", "article:author", "parsely-author", "byl", "dc.creator", "dcterms.creator", "sailthru.author", "authors",
           "written by")
PUBLISHED = ("article:published_time", "og:article:published_time", "og:published_time", "published_time", "datepublished",
             "publishdate", "publish-date", "article.published", "parsely-pub-date", "pubdate", "date", "dc.date.issued",
             "dc.date", "dcterms.created", "dcterms.date", "sailthru.date", "article_date_original",
             "cxenseparse:recs:publishtime")
MODIFIED = ("article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "last-modified", "lastmod",
            "dcterms.modified", "dc.date.modified")
TITLES = ("twitter:title", "parsely-title", "sailthru.title", "title", "dc.title", "headline")
SECTIONS = ("article:section", "og:article:section", "parsely-section")
IMAGES = ("og:image", "og:image:url", "og:image:secure_url")
SITES = ("og:site_name", "application-name", "publisher", "dc.publisher")
MICRODATA = etree.XPath("//*[@itemprop]")
INNER_NAME = etree.XPath(".//*[@itemprop='name']")
# How a card names its author: by a label in the site's language.
WRITTEN_BY = re.compile(r"\s*(?:written by|author|verfasst von|écrit par|escrito por|написано автором|автор)\s*", re.IGNORECASE)
Metas = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one kind of evidence says, as written; origin names the kind. titles holds every spelling, the best first."""

    origin: str
    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None


def metas(tree: HtmlElement) -> Metas:
    """The contents of the page's meta tags by their names in lower case, in page order."""
    found: Metas = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        if name and (content := element.get("content")) and content.strip():
            found.setdefault(name.strip().lower(), []).append(content)
    for number in "12":
        if WRITTEN_BY.fullmatch(_first(found, (f"twitter:label{number}",)) or ""):
            found["written by"] = found.get(f"twitter:data{number}", [])
    return found


def every(found: Metas, names: tuple[str, ...]) -> tuple[str, ...]:
    """The contents under some names, in the order of the names."""
    return tuple(value for name in names for value in found.get(name, ()))


def _first(found: Metas, names: tuple[str, ...]) -> str | None:
    return next(iter(every(found, names)), None)


def site_names(found: Metas, nodes: list[jsonld.Node], host: str) -> set[str]:
    """The names of the site, casefolded: they are no part of a title, and an author only where nobody else is."""
    names = [*every(found, SITES), host, host.removeprefix("www.")]
    for node in nodes:
        names += jsonld.texts(node.get("publisher"))
        if node.get("@type") in ("Organization", "NewsMediaOrganization", "WebSite"):
            names += jsonld.texts(node.get("name"))
    return {one_line(name).casefold() for name in names} - {""}


def _some(*texts: str | None) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _json_ld(nodes: list[jsonld.Node], urls: set[str]) -> Evidence:
    node = jsonld.article(nodes, urls)
    dated = node if node.get("datePublished") else next((one for one in nodes if one.get("datePublished")), {})
    keywords = jsonld.texts(node.get("keywords"))
    return Evidence(
        "json-ld", _some(jsonld.text(node.get("headline")) or jsonld.text(node.get("name"))),
        tuple(jsonld.people(node.get("author") or node.get("creator"), nodes)),
        tuple(jsonld.texts(dated.get("datePublished"))), tuple(jsonld.texts(dated.get("dateModified"))),
        jsonld.text(node.get("articleSection")), tuple(tag for text in keywords for tag in text.split(",")),
        jsonld.text(node.get("image")))


def _meta(found: Metas) -> Evidence:
    keywords = (tag for text in every(found, ("news_keywords", "keywords")) for tag in re.split("[,;]", text))
    return Evidence("meta", every(found, TITLES), every(found, AUTHORS), every(found, PUBLISHED), every(found, MODIFIED),
                    _first(found, SECTIONS), tuple(found.get("article:tag") or keywords), _first(found, ("twitter:image",)))


def _value(element: HtmlElement) -> str:
    inner = INNER_NAME(element) if "itemscope" in element.attrib else []
    element = inner[0] if inner else element
    return one_line(element.get("content") or element.get("datetime") or element.text_content())


def _microdata(tree: HtmlElement) -> Evidence:
    values: dict[str, list[str]] = {"headline": [], "author": [], "datePublished": [], "dateModified": []}
    for element in MICRODATA(tree):
        for name in element.get("itemprop").split():
            if name in values and len(values[name]) < 10:
                values[name].append(_value(element))
    return Evidence("microdata", tuple(values["headline"][:1]), tuple(values["author"]), tuple(values["datePublished"]),
                    tuple(values["dateModified"]))


def _page(tree: HtmlElement, head: HtmlElement | None) -> Evidence:
    return Evidence("page", _some(visible.headline(head)),
                    published=tuple(time.get("datetime", "") for time in tree.iter("time") if "pubdate" in time.attrib))


def gather(tree: HtmlElement, head: HtmlElement | None, found: Metas, nodes: list[jsonld.Node],
           urls: set[str]) -> list[Evidence]:
    """All evidence of a page, the more trusted first; head is its headline's element, urls are the page's own addresses as
    `address.place` gives them."""
    graph = Evidence("og", tuple(found.get("og:title", ())[:1]), image=_first(found, IMAGES))
    return [_json_ld(nodes, urls), graph, _page(tree, head), _meta(found), _microdata(tree)]
