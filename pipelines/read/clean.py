"""An article's text as blocks: Trafilatura behind one function; and the one gate for all text that leaves the door."""
import re
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from html import unescape
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document, Extractor

from crawler.items import Block
from pipelines.read import body, moving
from pipelines.read.named import Named

MAX_TEXT = 2_000_000
MAX_LINE = 500
Kind = Literal["paragraph", "heading", "quote", "item"]
KINDS: dict[str, Kind] = {"head": "heading", "quote": "quote", "item": "item"}
BREAKS = {"p", "head", "quote", "list", "item", "table", "row", "lb", "code", "div", "graphic"}
# Controls, soft hyphens, zero-width spaces, bidi overrides and isolates, interlinear marks, tag characters: none of them shows,
# and each makes equal texts differ or one text look like another.
REMOVED = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb"
                     "\ufffe\uffff\U000e0000-\U000e007f]")
SURROGATE = re.compile("[\ud800-\udfff]")
# A text of nothing but these is as it should be but for its white space: most texts of the region and of its neighbours.
EASY = re.compile("[\t\n -~\u00a0-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u2044\u20a0-\u20bf\u2116"
                  "\u3001-\u3011\u4e00-\u9fff\uff01-\uff1f]*")
# Joiners mean something in Arabic and Indic scripts and in emoji; after a Latin or Cyrillic letter they only hide a word.
IDLE_JOINER = re.compile("(?:^|(?<=[\x00-\u058f]))[\u200c\u200d]+")
LONG_MARKS = re.compile(r"[^\w\s!-~]{31,}")
# Unicode's Stream-Safe Text Format (UAX #15) allows no more than 30 combining marks in a row.
MAX_MARKS = 30
# Less of the page's prose than this was hardly its article.
COVERED = 0.3
MIN_STANDFIRST = 40
# A text that repeats its standfirst does so near its beginning.
MAX_STANDFIRST_SEEN = 3000
# Trafilatura drops what is named so, article or not; which of it is comments has been decided by then.
CALLED = etree.XPath("descendant-or-self::*[contains(@class, 'omment') or contains(@id, 'omment') or contains(@id, 'disqus')]")
MISTAKEN = re.compile(r"^comment|^disqus|(?:article|post)-comments", re.IGNORECASE)
ELEMENT = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")


def _few_marks(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def tidy(text: str) -> str:
    """Text fit to be stored, compared and shown: NFC, a line each without blank ones, white space squeezed, at most two million
    characters, without what cannot be seen (surrogates are U+FFFD)."""
    text = text[:MAX_TEXT]
    if not EASY.fullmatch(text):
        text = REMOVED.sub("", text)
        text = SURROGATE.sub("\ufffd", text)
        text = unicodedata.normalize("NFC", LONG_MARKS.sub(_few_marks, text))
        if "\u200c" in text or "\u200d" in text:
            text = "\n".join(IDLE_JOINER.sub("", line) for line in text.splitlines())
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(filter(None, lines))[:MAX_TEXT]


def one_line(text: str, limit: int = MAX_LINE) -> str:
    """Tidy text on one line of at most `limit` characters."""
    return " ".join(tidy(text[:20 * max(limit, 0)]).split())[:max(limit, 0)].rstrip()


def plain(text: str) -> str:
    """One line from a value that may hold escaped characters and tags, as JSON-LD and meta tags do."""
    return one_line(ELEMENT.sub("", unescape(text)) if "&" in text or "<" in text else text)


def _pieces(body: etree._Element) -> Iterator[tuple[Kind, str | None]]:
    """The texts below body in order, each with the kind of block it stands in; None ends a block."""
    kinds: list[Kind] = ["paragraph"]
    for event, element in etree.iterwalk(body, events=("start", "end")):
        breaks = element.tag in BREAKS
        if event == "start":
            if breaks:
                yield kinds[-1], None
            kinds.append(KINDS.get(element.tag, kinds[-1]))
            if element.tag == "cell" and element.getprevious() is not None:
                yield kinds[-1], " | "
            if element.text:
                yield kinds[-1], element.text
        else:
            kind = kinds.pop()
            if breaks:
                yield kind, None
            if element.tail and element is not body:
                yield kinds[-1], element.tail
    yield "paragraph", None


def blocks_of(body: etree._Element) -> tuple[Block, ...]:
    """The blocks of a body as Trafilatura builds it, in page order, a line each."""
    blocks: list[Block] = []
    line: list[str] = []
    room = MAX_TEXT
    for kind, piece in _pieces(body):
        if piece is not None:
            line.append(piece)
        elif line:
            text = one_line("".join(line), room)
            if text.strip("| "):
                blocks.append(Block(kind, text))
                room -= len(text) + 1
            line = []
    return tuple(blocks)


@lru_cache(maxsize=2)
def _options(*, fast: bool) -> Extractor:
    # `txt` is the one format of which nothing is written out before it is asked for.
    return Extractor(output_format="txt", fast=fast, comments=False, tables=True, dedup=False)


def _unname(tree: HtmlElement) -> None:
    """Takes the names off by which Trafilatura would take the article's own elements for comments."""
    for element in CALLED(tree):
        for attribute in ("class", "id"):
            if attribute in element.attrib:
                element.set(attribute, " ".join(name for name in element.get(attribute).split() if not MISTAKEN.search(name)))


def _extracted(tree: HtmlElement, *, fast: bool) -> tuple[Block, ...]:
    _unname(tree)
    document = bare_extraction(tree, options=_options(fast=fast))
    return blocks_of(document.body) if isinstance(document, Document) else ()


def _alone(container: HtmlElement, *, whole: bool) -> HtmlElement:
    """A page with nothing but an article in it, the container's; whole: no part of it may be taken for all of it."""
    html = container.makeelement("html")
    article = etree.SubElement(etree.SubElement(html, "body"), "article", {"itemprop": "articleBody"} if whole else {})
    inside = deepcopy(container)
    inside.tail = None
    article.append(inside)
    return html


def _length(blocks: tuple[Block, ...]) -> int:
    return sum(len(block.text) for block in blocks)


def _leading(elements: tuple[HtmlElement, ...], blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The standfirst as blocks, without what the text begins with anyhow."""
    begins = "".join("".join(block.text for block in blocks)[:MAX_STANDFIRST_SEEN].split())
    lines = dict.fromkeys(one_line(element.text_content(), MAX_TEXT) for element in elements)
    return tuple(Block("paragraph", line) for line in lines
                 if len(line) >= MIN_STANDFIRST and "".join(line.split()) not in begins)


def article_blocks(tree: HtmlElement, named: Named) -> tuple[Block, ...]:
    """The article's own text of a page whose comments were cut out; () where there is none. The tree is used up. named: its
    named elements, of which some may be gone.

    Trafilatura's fast way reads the container of the page's prose alone where that is sure, else the page; its slow way, which
    takes three times as long, only what would else be nothing or a small part of the prose.
    """
    described = body.descriptions(tree)
    body.clear(tree)
    moving.clear(tree, named)
    where = body.find(tree, described)
    if where.container is not None and where.sure:
        alone = _alone(where.container, whole=where.pieces)
        moving.clear_links(alone)
        found = _extracted(alone, fast=True)
        found = (*_leading(where.standfirst, found), *found)
    else:
        moving.clear_links(tree)
        found = _extracted(tree, fast=True)
    if not found or _length(found) < COVERED * where.prose:
        moving.clear_links(tree)
        found = _extracted(tree, fast=False)
    return tuple(block for block in found if block.text not in where.repeated and not moving.moves(block))


def captions(tree: HtmlElement) -> tuple[str, ...]:
    """The captions of the page's figures, each once."""
    outside = "not(ancestor::aside or ancestor::nav or ancestor::footer)"
    texts = (one_line(figure.text_content(), 2000) for figure in tree.xpath(f"//figcaption[{outside}]")[:100])
    return tuple(dict.fromkeys(filter(None, texts)))
