"""What a page says of its article besides the text: each field from the best evidence there is, with its origin.

The order is JSON-LD, meta tags and Open Graph, microdata, what the page shows, then Trafilatura and htmldate, which are asked
only for what nothing else gave.
"""
import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from htmldate import find_date
from lxml import html
from trafilatura.metadata import extract_author, extract_title

from crawler.items import Fetched
from crawler.outlet import Outlet
from pipelines.read import jsonld, times
from pipelines.read.address import absolute, place
from pipelines.read.clean import one_line, plain

MAX_NAMES = 20
MAX_TAGS = 50
MAX_NAME = 100
SEPARATOR = re.compile(r"\s+[|–—·•»-]\s+|\s*[|·•»]\s*")
BY = re.compile(r"^(?:by|von|par|por|di|от|автор(?:ы)?|author|autor|text|текст|muallif|жазған)\b\s*:?\s+", re.IGNORECASE)
NAMES = re.compile(r"\s*(?:[;|]|,(?!\s*(?:Jr|Sr|PhD|MD)\b)|\s(?:and|und|et|y|и|және|va|&)\s)\s*")
NO_NAME = re.compile(r"^(?:https?:|www\.|@)|@[\w.-]+\.\w|^[a-z0-9]+(?:[-_][a-z0-9]+)+$|[()]|^\W*$", re.IGNORECASE)
LANGUAGE = re.compile(r"([a-z]{2})(?![a-z])", re.IGNORECASE)
# Country codes that sites of the region write where the language's belongs.
COUNTRY_AS_LANGUAGE = {"kz": "kk", "kg": "ky", "tj": "tg", "tm": "tk", "cn": "zh", "ua": "uk"}
OUTSIDE = {"nav", "aside", "footer"}

AUTHOR_NAMES = ("author", "article:author", "parsely-author", "byl", "dc.creator", "dcterms.creator", "sailthru.author", "authors")
PUBLISHED_NAMES = ("article:published_time", "og:article:published_time", "og:published_time", "datepublished", "publishdate",
                   "article.published", "parsely-pub-date", "pubdate", "date", "dc.date.issued", "dc.date", "dcterms.created",
                   "dcterms.date", "sailthru.date", "article_date_original", "publish-date", "published_time", "cxenseparse:recs:publishtime")
MODIFIED_NAMES = ("article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "last-modified", "lastmod",
                  "dcterms.modified", "dc.date.modified")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one kind of evidence says, as written; origin names it."""

    origin: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """The fields of an ArticleRead that are not its text; origins names for each that is set where it came from."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_raw: str | None = None
    modified: datetime | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    claimed_url: str | None = None
    origins: dict[str, str] = field(default_factory=dict)


# --- the kinds of evidence

def _json_ld(nodes: list[jsonld.Node], urls: set[str]) -> Evidence:
    node = jsonld.article(nodes, urls)
    page: jsonld.Node = next((one for one in nodes if one.get("datePublished")), {})
    dated = node if node.get("datePublished") else page
    keywords = jsonld.texts(node.get("keywords"))
    return Evidence(
        "json-ld", jsonld.text(node.get("headline")) or jsonld.text(node.get("name")),
        tuple(jsonld.people(node.get("author") or node.get("creator"), nodes)),
        tuple(jsonld.texts(dated.get("datePublished"))), tuple(jsonld.texts(dated.get("dateModified"))),
        jsonld.text(node.get("articleSection")), tuple(part for text in keywords for part in text.split(",")),
        jsonld.text(node.get("image")))


def _metas(tree: html.HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        if name and (content := element.get("content")) and content.strip():
            found.setdefault(name.strip().lower(), []).append(content)
    return found


def _all(metas: dict[str, list[str]], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for name in names for value in metas.get(name, ()))


def _meta(metas: dict[str, list[str]]) -> Evidence:
    tags = metas.get("article:tag") or [part for name in ("news_keywords", "keywords") for text in metas.get(name, ())
                                        for part in re.split("[,;]", text)]
    return Evidence(
        "meta", next(iter(_all(metas, ("twitter:title", "parsely-title", "title", "dc.title", "headline"))), None),
        _all(metas, AUTHOR_NAMES), _all(metas, PUBLISHED_NAMES), _all(metas, MODIFIED_NAMES),
        next(iter(_all(metas, ("article:section", "og:article:section", "parsely-section"))), None), tuple(tags),
        next(iter(_all(metas, ("twitter:image", "twitter:image:src"))), None))


def _open_graph(metas: dict[str, list[str]]) -> Evidence:
    return Evidence("og", next(iter(metas.get("og:title", ())), None),
                    image=next(iter(_all(metas, ("og:image", "og:image:url", "og:image:secure_url"))), None))


def _microdata(tree: html.HtmlElement) -> Evidence:
    def values(name: str) -> tuple[str, ...]:
        elements = tree.xpath(f"//*[contains(concat(' ', normalize-space(@itemprop), ' '), ' {name} ')]")[:10]
        return tuple(text for element in elements if (text := _value(element)))
    if not tree.xpath("boolean(//*[@itemprop])"):
        return Evidence("microdata")
    return Evidence("microdata", next(iter(values("headline")), None), values("author"), values("datePublished"), values("dateModified"))


def _value(element: html.HtmlElement) -> str:
    inner = element.xpath(".//*[@itemprop='name']") if "itemscope" in element.attrib else []
    element = inner[0] if inner else element
    return one_line(element.get("content") or element.get("datetime") or element.text_content(), 200)


def _page(tree: html.HtmlElement) -> Evidence:
    heading = next((text for element in tree.iter("h1") if (text := one_line(element.text_content()))
                    and not OUTSIDE.intersection(above.tag for above in element.iterancestors())), None)
    return Evidence("page", heading, published=tuple(element.get("datetime", "") for element in tree.xpath("//time[@pubdate]")[:3]))


# --- the fields

def _starts(longer: str, title: str) -> bool:
    """Whether a title is another one without the site's name behind it."""
    return longer.startswith(title) and SEPARATOR.match(longer, len(title)) is not None


def _title(tree: html.HtmlElement, every: list[Evidence], sites: set[str]) -> tuple[str, str] | None:
    """JSON-LD's headline; else the candidate that most others confirm, the site's name at its end taken off."""
    head = tree.find(".//head/title")
    shown = [*every, Evidence("title", head.text if head is not None else None)]
    found = [(evidence.origin, text) for evidence in shown if evidence.title and (text := plain(evidence.title))]
    found = [(origin, _without_site(text, sites)) for origin, text in found]
    for origin, text in found:
        if origin == "json-ld":
            heading = next((other for where, other in found if where == "page" and _starts(text, other)), text)
            return heading, origin
    if not found:
        text = one_line(extract_title(tree) or "")
        return (text, "trafilatura") if text else None

    def confirmed(candidate: tuple[str, str]) -> float:
        origin, text = candidate
        others = [other for where, other in found if where != origin]
        weight = sum(other.casefold() == text.casefold() or _starts(other, text) for other in others)
        return weight + (0.5 if ("page", text) in found else 0)
    origin, text = max(found, key=confirmed)
    return text, origin


def _without_site(title: str, sites: set[str]) -> str:
    cut = list(SEPARATOR.finditer(title))
    while cut and title[cut[-1].end():].casefold().strip() in sites:
        title = title[:cut.pop().start()]
    return title


def _sites(metas: dict[str, list[str]], nodes: list[jsonld.Node], host: str) -> set[str]:
    """Names of the site, folded: they are no part of a title and no author."""
    names = [*_all(metas, ("og:site_name", "application-name", "publisher", "dc.publisher")), host, host.removeprefix("www.")]
    for node in nodes:
        names += jsonld.texts(node.get("publisher"))
        if node.get("@type") in ("Organization", "NewsMediaOrganization", "WebSite"):
            names += jsonld.texts(node.get("name"))
    return {one_line(name, MAX_NAME).casefold() for name in names} - {""}


def _names(values: tuple[str, ...], sites: set[str]) -> tuple[str, ...]:
    """Persons' names, one by one, without addresses, e-mails, slugs and the site's own name."""
    found: list[str] = []
    for value in values[:100]:
        for name in NAMES.split(BY.sub("", plain(value))):
            name = BY.sub("", name).strip(" ,;:/·•–—-")
            if name and len(name) <= MAX_NAME and not NO_NAME.search(name) and name.casefold() not in sites:
                found.append(name)
    return tuple(dict.fromkeys(found))[:MAX_NAMES]


def _authors(tree: html.HtmlElement, every: list[Evidence], sites: set[str]) -> tuple[tuple[str, ...], str] | None:
    # A person's name anywhere before the site's own name, which is the author only where nobody else is.
    for refused in (sites, set[str]()):
        for evidence in every:
            if names := _names(evidence.authors, refused):
                return names, evidence.origin
    found = extract_author(tree)
    names = _names((found,), sites) if found else ()
    return (names, "trafilatura") if names else None


def _first_time(texts: tuple[str, ...], fetched: Fetched, zone: str) -> tuple[datetime, str] | None:
    for text in texts[:20]:
        raw = one_line(text, 200)
        if found := times.possible(times.moment(raw, zone), fetched.at):
            return found, raw
    return None


def _htmldate(tree: html.HtmlElement, fetched: Fetched) -> tuple[datetime, str] | None:
    # max_date, or its answer would depend on the day it is asked.
    last = fetched.at + times.AHEAD
    found = find_date(tree, url=fetched.url, original_date=True, extensive_search=True, min_date=times.EARLIEST, max_date=last)
    return _first_time((found,), fetched, "UTC") if found else None


def _published(tree: html.HtmlElement, every: list[Evidence], fetched: Fetched, zone: str) -> tuple[datetime, str, str] | None:
    for evidence in every:
        if found := _first_time(evidence.published, fetched, zone):
            return *found, evidence.origin
    guess = _htmldate(tree, fetched)
    return (*guess, "trafilatura") if guess else None


def _language(tree: html.HtmlElement) -> str | None:
    root = tree if tree.tag == "html" else next(tree.iter("html"), tree)
    stated = LANGUAGE.match((root.get("lang") or root.get("xml:lang") or "").strip())
    return COUNTRY_AS_LANGUAGE.get(stated[1].lower(), stated[1].lower()) if stated else None


def _claimed_url(tree: html.HtmlElement, metas: dict[str, list[str]], base: str) -> tuple[str, str] | None:
    for link in tree.iter("link"):
        if "canonical" in link.get("rel", "").lower().split() and (url := absolute(link.get("href"), base)):
            return url, "canonical"
    for address in metas.get("og:url", ()):
        if url := absolute(address, base):
            return url, "og"
    return None


def language_of(text: str) -> str | None:
    """The language of a text by its letters, as a two-letter code; None where the classifier has none."""
    import py3langid  # it takes 90 MB and half a second, and most pages say their language

    code, _score = py3langid.classify(text[:4000])
    return code if len(code) == 2 else {"wuu": "zh", "yue": "zh"}.get(code)


def read(tree: html.HtmlElement, fetched: Fetched, outlet: Outlet | None) -> Metadata:
    """What the page says of its article. Times without a zone are the outlet's; impossible ones are none. Give it the tree without
    the comments, or a comment's author and time may be taken for the article's."""
    zone = outlet.timezone if outlet else "UTC"
    metas, nodes = _metas(tree), jsonld.nodes(tree)
    claimed = _claimed_url(tree, metas, fetched.url)
    urls = {place(fetched.url), *([place(claimed[0])] if claimed else [])}
    sites = _sites(metas, nodes, place(fetched.url).partition("/")[0])
    every = [_json_ld(nodes, urls), _open_graph(metas), _page(tree), _meta(metas), _microdata(tree)]
    result, origins = Metadata(), dict[str, str]()
    if title := _title(tree, every, sites):
        result, origins["title"] = replace(result, title=title[0]), title[1]
    if authors := _authors(tree, every, sites):
        result, origins["authors"] = replace(result, authors=authors[0]), authors[1]
    if published := _published(tree, every, fetched, zone):
        result, origins["published"] = replace(result, published=published[0], published_raw=published[1]), published[2]
    for evidence in every:
        if "modified" not in origins and (modified := _first_time(evidence.modified, fetched, zone)):
            result, origins["modified"] = replace(result, modified=modified[0]), evidence.origin
        if "section" not in origins and (section := plain(evidence.section or "")):
            result, origins["section"] = replace(result, section=section), evidence.origin
        if "tags" not in origins and (tags := tuple(dict.fromkeys(filter(None, map(plain, evidence.tags[:MAX_TAGS]))))):
            result, origins["tags"] = replace(result, tags=tags), evidence.origin
        if "image" not in origins and (image := absolute(evidence.image, fetched.url)):
            result, origins["image"] = replace(result, image=image), evidence.origin
    if language := _language(tree):
        result, origins["language"] = replace(result, language=language), "html lang"
    if claimed:
        result, origins["claimed_url"] = replace(result, claimed_url=claimed[0]), claimed[1]
    return replace(result, origins=origins)
