"""Bytes to text to a tree; nothing here fails on any bytes."""
import re

from charset_normalizer import from_bytes
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, to_unicode

from pipelines.read.screen import Refused

# What sites of the region are written in. A detector that is left to all encodings takes a line in KOI8 for Japanese.
ENCODINGS = ["cp1251", "koi8_r", "cp866", "gb18030", "big5", "cp1254", "cp1256", "cp1252", "utf_16_le", "utf_16_be"]
SAMPLE = 20_000
REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONE_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
SURROGATE = re.compile("[\ud800-\udfff]")
XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")

# One for all documents: making one takes three times as long as parsing a page with it. huge_tree, because without it
# everything below 256 levels is dropped without a word.
HTML = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False,
                  default_doctype=False)


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


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of a body: by its byte order mark; as UTF-8 where it is that, whatever the header says; by the header's, then
    the document's own charset; else as a detector takes it. Lone surrogates and broken bytes are U+FFFD."""
    encoding, mark = read_bom(body)
    if encoding and mark:
        return SURROGATE.sub("\ufffd", to_unicode(body[len(mark):], encoding))
    if (text := _as_utf8(body)) is not None:
        return text
    for label in (http_content_type_encoding(content_type), html_body_declared_encoding(body), _detected(body)):
        if label and label.replace("_", "-") != "utf-8":
            text = to_unicode(body, label)
            if text.count("\ufffd") * 20 <= len(text):
                return SURROGATE.sub("\ufffd", text)
    return to_unicode(body, "utf-8")


def _reference(found: re.Match[str], instead: str) -> str:
    digits = (found[1] or found[2])[:8]
    code = int(digits, 16 if found[1] else 10)
    if 0x80 <= code < 0xA0:
        return bytes([code]).decode("cp1252", "ignore")
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return "\ufffd"
    return instead if FORBIDDEN.match(chr(code)) else found[0]


def without_forbidden(text: str, instead: str = "") -> str:
    """The text without the characters that no XML tree may hold, also those written as references (`&#0;`)."""
    if "&#" in text:
        text = REFERENCE.sub(lambda found: _reference(found, instead), text)
    return FORBIDDEN.sub(instead, text)


def without_declaration(text: str) -> str:
    """The text without an XML declaration at its start, whose encoding is no longer the text's."""
    found = XML_DECLARATION.match(text)
    return text[found.end():] if found else text


def tree(text: str) -> HtmlElement:
    """The document as a tree of lxml.html elements, without comments and processing instructions."""
    clean = without_declaration(without_forbidden(text))
    try:
        root = document_fromstring(clean.encode("utf-8", "replace"), parser=HTML)
    except etree.ParserError as error:
        raise Refused("empty", "there is no element in the document") from error
    if any("Excessive depth" in entry.message for entry in HTML.error_log):
        raise Refused("screened", "its elements are nested more than 2,000 deep")
    return root


def xml(text: str) -> bytes:
    """An XML document as UTF-8 bytes for a parser. Forbidden characters are spaces: a NUL must not join a host's two halves."""
    return without_declaration(without_forbidden(text, " ")).encode("utf-8", "replace")
