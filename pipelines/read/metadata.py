"""An article's title, authors, times and the rest: each field from the best evidence that has it, with its origin.

Trafilatura and htmldate are asked only for what the page does not say plainly: they take as long as everything else here.
"""
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from htmldate import find_date
from lxml.html import HtmlElement
from trafilatura.metadata import extract_author, extract_title

from crawler.items import Fetched
from crawler.outlet import Outlet
from pipelines.read import evidence, jsonld, times
from pipelines.read.address import absolute, place
from pipelines.read.clean import one_line, plain
from pipelines.read.evidence import Evidence, Metas

MAX_NAMES = 20
MAX_TAGS = 50
MAX_NAME = 100
SEPARATOR = re.compile(r"\s+[|–—·•»-]\s+|\s*[|·•»]\s*")
BY = re.compile(r"^(?:by|von|par|por|di|от|автор(?:ы)?|author|autor|text|текст|muallif|жазған)\b\s*:?\s+", re.IGNORECASE)
BETWEEN_NAMES = re.compile(r"\s*(?:[;|]|,(?!\s*(?:Jr|Sr|PhD|MD)\b)|\s(?:and|und|et|y|и|және|va|&)\s)\s*")
NO_NAME = re.compile(r"^(?:https?:|www\.|@)|@[\w.-]+\.\w|^[a-z0-9]+(?:[-_][a-z0-9]+)+$|[()]|^\W*$")
LANGUAGE = re.compile(r"([a-z]{2})(?![a-z])", re.IGNORECASE)
# Country codes that sites of the region write where the language's belongs.
COUNTRY_AS_LANGUAGE = {"kz": "kk", "kg": "ky", "tj": "tg", "tm": "tk", "cn": "zh", "ua": "uk"}
# The classifier calls Chinese by two of its varieties as well.
CHINESE = {"wuu", "yue"}
# Fewer letters tell no language.
MIN_LETTERS = 20


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


# --- title

def _starts(longer: str, title: str) -> bool:
    """Whether a title is another one with something behind it, such as the site's name."""
    return longer.startswith(title) and SEPARATOR.match(longer, len(title)) is not None


def _without_site(title: str, sites: set[str]) -> str:
    cuts = list(SEPARATOR.finditer(title))
    while cuts and title[cuts[-1].end():].casefold() in sites:
        title = title[:cuts.pop().start()]
    return title


def _title(tree: HtmlElement, every: list[Evidence], sites: set[str]) -> tuple[str | None, str]:
    """JSON-LD's headline, since editors write it for the article alone; else the candidate that most others confirm."""
    head = tree.find(".//head/title")
    candidates = [*every, Evidence("page", head.text if head is not None else None)]
    found = [(one.origin, _without_site(text, sites)) for one in candidates if (text := plain(one.title or ""))]
    if not found:
        return one_line(extract_title(tree) or "") or None, "trafilatura"
    if found[0][0] == "json-ld":
        return next((text for origin, text in found if origin == "page" and _starts(found[0][1], text)), found[0][1]), "json-ld"

    def confirmed(candidate: tuple[str, str]) -> int:
        return sum(text.casefold() == candidate[1].casefold() or _starts(text, candidate[1]) for _, text in found)
    origin, text = max(found, key=confirmed)
    return text, origin


def _different(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))


# --- authors

def _names(values: Iterable[str], refused: set[str]) -> tuple[str, ...]:
    """Persons' names, one by one, without addresses, e-mails and slugs."""
    found: list[str] = []
    for value in values:
        for part in BETWEEN_NAMES.split(BY.sub("", plain(value))):
            name = BY.sub("", part).strip(" ,;:/·•–—-")
            if name and len(name) <= MAX_NAME and not NO_NAME.search(name) and name.casefold() not in refused:
                found.append(name)
    return _different(found)[:MAX_NAMES]


def _authors(tree: HtmlElement, every: list[Evidence], sites: set[str]) -> tuple[tuple[str, ...], str]:
    # A person's name anywhere before the site's own name, which is the author only where nobody else is.
    for refused in (sites, set[str]()):
        for one in every:
            if names := _names(one.authors, refused):
                return names, one.origin
    return _names(filter(None, [extract_author(tree)]), sites), "trafilatura"


# --- times

def _first_time(texts: Iterable[str], fetched: Fetched, zone: str) -> tuple[datetime | None, str | None]:
    for text in texts:
        raw = one_line(text)
        if found := times.possible(times.moment(raw, zone), fetched.at):
            return found, raw
    return None, None


def _published(tree: HtmlElement, every: list[Evidence], fetched: Fetched,
               zone: str) -> tuple[datetime | None, str | None, str]:
    for one in every:
        found, raw = _first_time(one.published[:20], fetched, zone)
        if found:
            return found, raw, one.origin
    # The bounds are the page's, or the answer would depend on the day it is asked.
    guess = find_date(tree, url=fetched.url, original_date=True, extensive_search=True, min_date=times.EARLIEST,
                      max_date=fetched.at + times.AHEAD)
    return *_first_time(filter(None, [guess]), fetched, zone), "trafilatura"


# --- the rest

def _language(tree: HtmlElement) -> str | None:
    root = next(tree.iter("html"), tree)
    stated = LANGUAGE.match((root.get("lang") or root.get("xml:lang") or "").strip())
    return COUNTRY_AS_LANGUAGE.get(stated[1].lower(), stated[1].lower()) if stated else None


def language_of(text: str) -> str | None:
    """The language of a text by its letters, as a two-letter code; None where they do not tell."""
    if len(text) < MIN_LETTERS:
        return None
    import py3langid  # it takes 90 MB and half a second, and most pages say their language

    code = str(py3langid.classify(text[:4000])[0])
    return "zh" if code in CHINESE else code if len(code) == 2 else None


def _claimed_url(tree: HtmlElement, metas: Metas, base: str) -> tuple[str | None, str]:
    for link in tree.iter("link"):
        if "canonical" in link.get("rel", "").lower().split() and (url := absolute(link.get("href"), base)):
            return url, "canonical"
    return next(filter(None, (absolute(url, base) for url in metas.get("og:url", ()))), None), "og"


def read(tree: HtmlElement, fetched: Fetched, outlet: Outlet | None) -> Metadata:
    """What the page says of its article. Times without a zone are the outlet's; impossible ones are none. Give it the tree
    without its comments, or one's author and time may be taken for the article's."""
    zone = outlet.timezone if outlet else "UTC"
    metas, nodes = evidence.metas(tree), jsonld.nodes(tree)
    claimed_url, claimed_by = _claimed_url(tree, metas, fetched.url)
    every = evidence.gather(tree, metas, nodes, {place(url) for url in (fetched.url, claimed_url) if url})
    sites = evidence.site_names(metas, nodes, place(fetched.url).partition("/")[0])
    title, titled_by = _title(tree, every, sites)
    authors, signed_by = _authors(tree, every, sites)
    published, published_raw, dated_by = _published(tree, every, fetched, zone)
    modified = [(time, one.origin) for one in every if (time := _first_time(one.modified[:20], fetched, zone)[0])]
    sections = [(text, one.origin) for one in every if (text := plain(one.section or ""))]
    tags = [(texts, one.origin) for one in every if (texts := _different(map(plain, one.tags[:MAX_TAGS])))]
    images = [(url, one.origin) for one in every if (url := absolute(one.image, fetched.url))]
    language = _language(tree)
    by = {"title": title and titled_by, "authors": authors and signed_by, "published": published and dated_by,
          "modified": modified and modified[0][1], "language": language and "html lang", "section": sections and sections[0][1],
          "tags": tags and tags[0][1], "image": images and images[0][1], "claimed_url": claimed_url and claimed_by}
    return Metadata(
        title, authors, published, published_raw, modified[0][0] if modified else None, language,
        sections[0][0] if sections else None, tags[0][0] if tags else (), images[0][0] if images else None, claimed_url,
        {name: str(origin) for name, origin in by.items() if origin})
