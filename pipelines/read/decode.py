"""Bytes to text to a tree; nothing here fails on any bytes."""
import codecs
import re
from functools import partial

from charset_normalizer import from_bytes
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, to_unicode

from pipelines.read.screen import Refused

# What sites of the region are written in. A detector that is left to all encodings takes a line in KOI8 for Japanese.
ENCODINGS = ["cp1251", "koi8_r", "cp866", "gb18030", "big5", "cp1254", "cp1256", "cp1252", "utf_16_le", "utf_16_be"]
SAMPLE = 20_000
# How markup begins in the encodings whose letters are wider than a byte (XML 1.0, appendix F). Without a mark they need to be
# known by that: in Cyrillic they are valid UTF-8 too, every other character of it a control.
WIDE = {b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
# What Python takes for text encodings and no page is written in; some of them raise on any bytes.
NOT_WRITTEN_IN = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7", "utf-8", "utf-16", "utf-32"}
REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NO_CHARACTERS = "\ufffe\uffff"
CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])
LONE_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
SURROGATE = re.compile("[\ud800-\udfff]")
XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")

# Measured: 2,000 elements in one another take Trafilatura 5 s to more than 15, which walks up or down from each of them; a
# thousand around an article take 1 s. What lies deeper than some 2,000 is dropped by libxml2. Stored pages are nested at most
# 51 deep.
DEEP = 300
# A path of 300 steps takes longer than one of so many, which hardly a page has.
FLAT = 64
MAX_DEEP = 1_500
# Measured: 7,500 images between texts in one paragraph take 7 s, growing with the square. Stored pages have at most 337
# elements in one.
MAX_CHILDREN = 4_000
CROWDED = etree.XPath(f"boolean(//*[*[{MAX_CHILDREN + 1}]])")
NESTED = etree.XPath(f"boolean({'/*' * FLAT})")
COUNT_DEEP = etree.XPath(f"count({'/*' * DEEP}/descendant::*)")
# One for all documents: making one takes three times as long as parsing a page with it. huge_tree, because without it
# everything below 256 levels is dropped without a word.
HTML = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False,
                  default_doctype=False)
# lxml.html asks a function of Python for the class of each element, to give forms and inputs one of their own.
HTML.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))


def _detected(body: bytes) -> str | None:
    # Between the tags only, and only what is not ASCII: scripts and markup say nothing and drown the rest.
    telling = b"\n".join(part for part in re.split(rb"[<>]", body) if not part.isascii())[:SAMPLE]
    best = from_bytes(telling, cp_isolation=ENCODINGS).best()
    return str(best.encoding) if best else None


def _as_utf8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        # A few broken letters in UTF-8 are still UTF-8: in any other encoding nearly every letter would be broken.
        text = LONE_SURROGATE.sub(b"\xef\xbf\xbd", body).decode("utf-8", "replace")
        broken = text.count("\ufffd") - len(LONE_SURROGATE.findall(body))
        return text if broken * 10 <= len(body.translate(None, bytes(range(128)))) - 10 or not broken else None


def _charset(label: str | None) -> str | None:
    """What a page may be written in by this label; None where it names nothing of that kind."""
    try:
        found = codecs.lookup(label or "")
    except (LookupError, ValueError):
        return None
    # A codec that is no text encoding turns bytes into bytes: base64, zlib.
    written = getattr(found, "_is_text_encoding", True) and found.name.replace("_", "-") not in NOT_WRITTEN_IN
    return found.name if written else None


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of a body: by its byte order mark, or by how wide its first letters are; as UTF-8 where it is that, whatever the
    header says; by the header's, then the document's own charset; else as a detector takes it. Lone surrogates and broken bytes
    are U+FFFD."""
    encoding, mark = read_bom(body)
    if encoding and mark:
        return SURROGATE.sub("\ufffd", to_unicode(body[len(mark):], encoding))
    if wide := next((wide for start, wide in WIDE.items() if body.startswith(start)), None):
        return SURROGATE.sub("\ufffd", to_unicode(body, wide))
    if (text := _as_utf8(body)) is not None:
        return text
    for label in (http_content_type_encoding(content_type), html_body_declared_encoding(body), _detected(body)):
        if charset := _charset(label):
            text = to_unicode(body, charset)
            if text.count("\ufffd") * 20 <= len(text):
                return SURROGATE.sub("\ufffd", text)
    return to_unicode(body, "utf-8")


def _reference(found: re.Match[bytes], instead: bytes) -> bytes:
    """A reference, or what it stands for where no XML tree may hold it."""
    digits = (found[1] or found[2])[:8]
    code = int(digits, 16 if found[1] else 10)
    if 0x80 <= code < 0xA0:
        return bytes([code]).decode("cp1252", "ignore").encode()
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return "\ufffd".encode()
    return instead if FORBIDDEN.match(chr(code)) else found[0]


def utf8(text: str, instead: str = "") -> bytes:
    """The text as UTF-8 without what no XML tree may hold, also where it is written as a reference (`&#0;`), and without a
    declaration of another encoding."""
    for character in NO_CHARACTERS:
        if character in text:
            text = text.replace(character, instead)
    put = instead.encode()
    # On bytes: over characters a search takes three to five times as long.
    found = REFERENCE.sub(partial(_reference, instead=put), without_declaration(text).encode("utf-8", "ignore"))
    return found.translate(bytes.maketrans(CONTROLS, put * len(CONTROLS))) if put else found.translate(None, CONTROLS)


def without_declaration(text: str) -> str:
    """The text without an XML declaration at its start, whose encoding is no longer the text's."""
    found = XML_DECLARATION.match(text)
    return text[found.end():] if found else text


def tree(markup: bytes) -> HtmlElement:
    """A document, as `utf8` gives it, as a tree of lxml.html elements, without comments and processing instructions."""
    try:
        root = document_fromstring(markup, parser=HTML)
    except etree.ParserError as error:
        raise Refused("empty", "there is no element in the document") from error
    if markup.count(b"<") > MAX_CHILDREN and CROWDED(root):
        raise Refused("screened", f"more than {MAX_CHILDREN:,} elements stand in one")
    if NESTED(root) and COUNT_DEEP(root) > MAX_DEEP:
        raise Refused("screened", f"more than {MAX_DEEP:,} of its elements are nested more than {DEEP} deep")
    return root


def xml(text: str) -> bytes:
    """An XML document as UTF-8 bytes for a parser. Forbidden characters are spaces: a NUL must not join a host's two halves."""
    return utf8(text, " ")
