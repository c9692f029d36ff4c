"""An article's title, authors, times and the rest: each field from the best evidence that has it, with its origin.

Trafilatura and htmldate are asked only for a title and a date that the page says nowhere plainly: they take longer than all
else here. Trafilatura is not asked for authors: where nothing here finds one, it took menus and share bars for names as often
as not.
"""
import re
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from htmldate import find_date
from lxml.html import HtmlElement
from trafilatura.metadata import extract_title

from crawler.items import Fetched, Twin
from crawler.outlet import Outlet
from pipelines.read import evidence, jsonld, layout, times, visible
from pipelines.read.address import absolute, place
from pipelines.read.clean import one_line, plain
from pipelines.read.evidence import Evidence, Metas
from pipelines.read.named import Named

T = TypeVar("T")
MAX_NAMES = 20
MAX_TAGS = 50
MAX_NAME = 100
SEPARATOR = re.compile(r"\s+[|–—·•»-]\s+|\s*[|·•»]\s*")
BEHIND = re.compile(r"\s*[|–—·•»ㅣ：*-]\s*")
KICKER = re.compile(r"(?:[:：]|\s[|–—·•/-])\s*$")
# Evidence that may leave a kicker out; two words may be the kicker's other half.
KICKERLESS = ("og",)
FEWEST_WORDS = 3
BY = re.compile(r"^(?:by|von|par|por|di|от|автор(?:ы)?|author|autor|text|текст|muallif|жазған)\b\s*:?\s+", re.IGNORECASE)
BETWEEN_NAMES = re.compile(r"\s*(?:[;|]|,(?!\s*(?:Jr|Sr|PhD|MD)\b)|\s(?:and|und|et|y|и|және|va|&)\s)\s*")
# "Reporter" as it stands behind a name in Korean, and before or behind one in Chinese and Japanese.
REPORTER = re.compile(r"\s+(?:기자|記者)$|^(?:本报)?记者\s*|\s+记者$")
# So many small words make a line what a person is, not who.
FEWEST_SMALL = 2
NO_NAME = re.compile(r"^(?:https?:|www\.|@)|@[\w.-]+\.\w|^[a-z0-9]+(?:[-_][a-z0-9]+)+$|[()]|^\W*$")
DATE_IN_PATH = re.compile(r"(?<!\d)((?:19|20)\d\d)[/-]([01]?\d)[/-]([0-3]?\d)(?!\d)")
LANGUAGE = re.compile(r"([a-z]{2,3})(?![a-z])", re.IGNORECASE)
# BCP 47 as pages write it: "uz-Cyrl", "zh_Hans", "en-GB".
TAG = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*", re.IGNORECASE)
MAX_TWINS = 50
# Country codes that sites of the region write where the language's belongs.
COUNTRY_AS_LANGUAGE = {"kz": "kk", "kg": "ky", "tj": "tg", "tm": "tk", "cn": "zh", "ua": "uk", "kr": "ko", "jp": "ja"}
# The three-letter codes of the region's languages, for the same place.
THREE = {"kaz": "kk", "kir": "ky", "tgk": "tg", "tuk": "tk", "uzb": "uz", "rus": "ru", "eng": "en", "zho": "zh", "chi": "zh",
         "tur": "tr", "fas": "fa", "per": "fa", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "ukr": "uk", "uig": "ug"}
LANGUAGE_METAS = {"og:locale": "og", "content-language": "meta", "dc.language": "meta", "language": "meta",
                  "inlanguage": "microdata"}


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
    twins: tuple[Twin, ...] = ()
    origins: dict[str, str] = field(default_factory=dict)


# --- title

def _starts(longer: str, title: str) -> bool:
    """Whether a title is another one with something behind it, such as the site's name."""
    return longer.startswith(title) and BEHIND.match(longer, len(title)) is not None


def _ends(longer: str, title: str) -> bool:
    """Whether a title is another one with a kicker before it: "War in the south: Talks begin" of "Talks begin"."""
    before = longer[:-len(title)]
    return longer.endswith(title) and len(title.split()) >= FEWEST_WORDS and KICKER.search(before) is not None


def _without_site(title: str, sites: set[str]) -> str:
    cuts = list(SEPARATOR.finditer(title))
    while cuts and title[cuts[-1].end():].casefold() in sites:
        title = title[:cuts.pop().start()]
    return title


def _title(tree: HtmlElement, every: list[Evidence], sites: set[str]) -> tuple[str | None, str]:
    """JSON-LD's headline, since editors write it for the article alone; else the candidate that most others confirm. What the
    page itself leaves out elsewhere, the site's name behind it or a kicker before it, is no part of it."""
    head = tree.find(".//head/title")
    spelled = [(one.origin, title) for one in every for title in one.titles]
    spelled += [("page", head.text)] if head is not None and head.text else []
    found = [(origin, _without_site(text, sites)) for origin, title in spelled if (text := plain(title))]
    if not found:
        return one_line(extract_title(tree) or "") or None, "trafilatura"

    if found[0][0] == layout.ORIGIN:
        return plain(spelled[0][1]), layout.ORIGIN

    def confirmed(candidate: tuple[str, str]) -> int:
        return sum(text.casefold() == candidate[1].casefold() or _starts(text, candidate[1]) for _, text in found)
    origin, title = found[0] if found[0][0] == "json-ld" else max(found, key=confirmed)
    shorter = [text for by, text in found if by == "page" and _starts(title, text)]
    shorter += [text for by, text in found if by in KICKERLESS and _ends(title, text)]
    return (shorter or [title])[0], origin


def _different(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))


# --- authors

def _names(values: Iterable[str], refused: Set[str] = frozenset()) -> tuple[str, ...]:
    """Persons' names, one by one, without addresses, e-mails, slugs and what a person is."""
    found: list[str] = []
    for value in values:
        for part in BETWEEN_NAMES.split(BY.sub("", plain(value))):
            name = REPORTER.sub("", BY.sub("", part)).strip(" ,;:/·•–—-")
            if name and len(name) <= MAX_NAME and not NO_NAME.search(name) and name.casefold() not in refused and not (
                    found and _is_office(name)):
                found.append(name)
    return _different(found)[:MAX_NAMES]


def _is_office(text: str) -> bool:
    """Whether what stands behind a name says what that person is: "professor of law at the university"."""
    words = [word for word in text.split() if word[0].isalpha()]
    return sum(word[0].islower() and word not in visible.PARTICLES for word in words) >= FEWEST_SMALL


def _authors(tree: HtmlElement, named: Named, head: HtmlElement | None, every: list[Evidence],
             sites: set[str]) -> tuple[tuple[str, ...], str]:
    # A person's name anywhere before the site's own name, which is the author only where nobody else is.
    for one in every:
        if names := _names(one.authors, set() if one.origin == layout.ORIGIN else sites):
            return names, one.origin
    if shown := visible.byline(tree, named, head, lambda line: _names([line], sites)):
        return shown, "page"
    for one in every:
        if names := _names(one.authors):
            return names, one.origin
    return (), ""


# --- times

def _first_time(texts: Iterable[str], fetched: Fetched, zone: str,
                read_time: Callable[[str, str], datetime | None] = times.moment) -> tuple[datetime | None, str | None]:
    for text in texts:
        raw = one_line(text)
        if found := times.possible(read_time(raw, zone), fetched.at):
            return found, raw
    return None, None


def _published(tree: HtmlElement, named: Named, head: HtmlElement | None, every: list[Evidence], fetched: Fetched,
               zone: str) -> tuple[datetime | None, str | None, str]:
    for one in every:
        read_time = times.within if one.origin == layout.ORIGIN else times.moment
        found, raw = _first_time(one.published[:20], fetched, zone, read_time)
        if found:
            return found, raw, one.origin
    for line in visible.dates(tree, named, head):
        if found := times.possible(times.within(line, zone), fetched.at):
            return found, line, "page"
    if (dated := DATE_IN_PATH.search(urlsplit(fetched.url).path)) and (
            found := times.possible(times.moment("{}-{:0>2}-{:0>2}".format(*dated.groups())), fetched.at)):
        return found, dated[0].strip("/"), "url"
    # The bounds are the page's, or the answer would depend on the day it is asked.
    guess = find_date(tree, url=fetched.url, original_date=True, extensive_search=False, min_date=times.EARLIEST,
                      max_date=fetched.at + times.AHEAD)
    return *_first_time(filter(None, [guess]), fetched, zone), "trafilatura"


# --- the rest

def _code(tag: object) -> str | None:
    """The two-letter code of a language's tag: "uz" of "uz-Cyrl", "kk" of "kaz" and of "kz"; None for what is no tag."""
    stated = LANGUAGE.match(tag.strip()) if isinstance(tag, str) else None
    code = stated[1].lower() if stated else ""
    return COUNTRY_AS_LANGUAGE.get(code) or THREE.get(code) or (code if len(code) == 2 else None)


def _languages(tree: HtmlElement, metas: Metas, nodes: list[jsonld.Node], urls: set[str]) -> Iterator[tuple[str | None, str]]:
    """What the page says of its language, the more trusted first: what the reader's browser is told before what is told to
    machines."""
    root = next(tree.iter("html"), tree)
    yield _code(root.get("lang") or root.get("xml:lang")), "html lang"
    yield from ((_code(jsonld.language(node.get("inLanguage"))), "json-ld")
                for node in (jsonld.article(nodes, urls), jsonld.web_page(nodes, urls)))
    for name, origin in LANGUAGE_METAS.items():
        for value in metas.get(name, ()):
            yield _code(value), origin


def _twins(tree: HtmlElement, base: str, own: set[str]) -> tuple[Twin, ...]:
    """The page in other languages by its hreflang links, itself and the choice for nobody's language (x-default) left out."""
    found: dict[str, Twin] = {}
    for link in tree.iter("link"):
        tag = (link.get("hreflang") or "").strip()
        if tag and TAG.fullmatch(tag) and "alternate" in (link.get("rel") or "").lower().split():
            url = absolute(link.get("href"), base)
            if url and place(url) not in own:
                found.setdefault(tag, Twin(tag.replace("_", "-"), url))
    return tuple(found.values())[:MAX_TWINS]


def _claimed_url(tree: HtmlElement, metas: Metas, base: str) -> tuple[str | None, str]:
    for link in tree.iter("link"):
        if "canonical" in link.get("rel", "").lower().split() and (url := absolute(link.get("href"), base)):
            return url, "canonical"
    return next(filter(None, (absolute(url, base) for url in metas.get("og:url", ()))), None), "og"


def _first(found: Iterable[tuple[T | None, str]]) -> tuple[T | None, str]:
    """The first value that says something, with its origin; nothing behind it is looked at."""
    return next((one for one in found if one[0]), (None, ""))


def read(tree: HtmlElement, named: Named, fetched: Fetched, outlet: Outlet | None) -> Metadata:
    """What the page says of its article. Times without a zone are the outlet's; impossible ones are none. Give it the tree
    without its comments, or one's author and time may be taken for the article's. named: its named elements."""
    zone = outlet.timezone if outlet else "UTC"
    metas, nodes = evidence.metas(tree), jsonld.nodes(tree)
    claimed_url, claimed_by = _claimed_url(tree, metas, fetched.url)
    head = visible.heading(tree)
    own = layout.evidence(tree, outlet.layout_at(fetched.at) if outlet else None)
    urls = {place(url) for url in (fetched.url, claimed_url) if url}
    every = [own, *evidence.gather(tree, head, metas, nodes, urls)]
    sites = evidence.site_names(metas, nodes, place(fetched.url).partition("/")[0])
    title, titled_by = _title(tree, every, sites)
    authors, signed_by = _authors(tree, named, head, every, sites)
    published, published_raw, dated_by = _published(tree, named, head, every, fetched, zone)
    modified, changed_by = _first((_first_time(one.modified[:20], fetched, zone)[0], one.origin) for one in every)
    section, filed_by = _first((plain(one.section or ""), one.origin) for one in every)
    tags, tagged_by = _first((_different(map(plain, one.tags[:MAX_TAGS])), one.origin) for one in every)
    image, shown_by = _first((absolute(one.image, fetched.url), one.origin) for one in every)
    language, spoken_by = _first(_languages(tree, metas, nodes, urls))
    twins = _twins(tree, fetched.url, urls)
    by = {"title": title and titled_by, "authors": authors and signed_by, "published": published and dated_by,
          "modified": modified and changed_by, "language": language and spoken_by, "section": section and filed_by,
          "tags": tags and tagged_by, "image": image and shown_by, "claimed_url": claimed_url and claimed_by,
          "twins": twins and "hreflang"}
    return Metadata(title, authors, published, published_raw, modified, language, section or None, tags or (), image,
                    claimed_url, twins, {name: str(origin) for name, origin in by.items() if origin})
