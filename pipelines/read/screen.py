"""The screen before any parser: cheap looks at bytes and markup that would hold a parser up, or that are no page at all."""
import re
import zlib

# The crawler caps bodies at the same size; a file from elsewhere may be larger.
MAX_BODY = 5 * 1024 * 1024
# A sitemap may be 50 MB unpacked by its protocol; 20 MB is some 100,000 addresses, of which 1,000 are used.
MAX_UNPACKED = 20 * 1024 * 1024
# Measured with lxml 6.1 and Trafilatura 2.3.1: 9,000 attributes on one tag take 0.9 s, growing with the square (64,000 held
# lxml for 38 s); 400,000 on many tags take 7 s. Stored pages have at most 891 on a tag and 13,487 in all. The longest honest
# tag had 200,000 characters (data in one attribute), so length alone says nothing.
MAX_ATTRIBUTES = 2_000
MAX_ALL_ATTRIBUTES = 200_000
# Measured: 4,000 links in one paragraph take 2 s, 8,000 four times that. Stored pages have at most 686.
MAX_LINKS = 4_000
# Measured: 5,000 blocks of a letter take 3 s in jusText, which Trafilatura asks, 10,000 four times that, 7,900 headings in open
# tables more than 15 s. Stored pages have at most 2,633.
MAX_BLOCKS = 5_000
# Measured: 58,000 tags of 29,000 images take 5 s, 19,000 metas as long. Stored pages have at most 8,093 tags.
MAX_TAGS = 30_000
# Measured: a million bare ampersands take 2.5 s, each of which is written as five characters for htmldate. Stored pages have at
# most 18,139.
MAX_REFERENCES = 1_000_000
GZIP = b"\x1f\x8b"
MAGIC = {b"%PDF": "a PDF", b"\x89PNG": "an image", b"\xff\xd8\xff": "an image", b"GIF8": "an image", b"RIFF": "a media file",
         b"PK\x03\x04": "a ZIP file", b"7z\xbc\xaf": "an archive", b"Rar!": "an archive", b"\x7fELF": "a program",
         b"OggS": "a media file", b"ID3": "a media file", b"\xd0\xcf\x11\xe0": "an office document",
         b"{\\rtf": "an RTF document", b"wOFF": "a font", b"wOF2": "a font", b"\x00\x00\x01\x00": "an image"}
# Possessive, each character looked at a bounded number of times: hostile markup cannot make it slow. A quote opens a value only
# after "=", so that a stray apostrophe in a tag does not swallow the page.
TAG = re.compile(rb"""<[a-zA-Z][^=>]*+(?:=(?:\s*+(?:"[^"]*+"|'[^']*+'))?+[^=>]*+)*+""")
VALUE = re.compile(rb"""=\s*+(?:"[^"]*+"|'[^']*+')""")
LINK = re.compile(rb"<[aA](?=[\s/>])")
BLOCK = re.compile(rb"<(?:p|li|br|div|t[dhr]|d[dlt]|[uo]l|h[1-6]|table|tbody|thead|tfoot|col|colgroup|caption|blockquote|"
                   rb"option|optgroup|pre|form|fieldset|legend|textarea|center|body)(?=[\s/>])", re.IGNORECASE)
BETWEEN = re.compile(rb"[\s/]+")
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd]")
MARKUP = re.compile(r"<\s*(?:!doctype|html|head|body|div|article|section|main|table|h[1-6]|p|span|br|a|ul)\b", re.IGNORECASE)
# What begins so is data or a program, whatever markup its texts hold; cut short it is no page either.
PADDING = r"(?:[\w.$]{1,60}\(\s*|\)\]\}',?\s*|for\s*\(;;\);\s*)?"
OTHER = re.compile(rf"""\s*(?:(?P<JSON>{PADDING}(?:[\[{{]\s*){{1,9}}"[^"<]{{0,80}}"\s*:|\)\]\}}',?\s*\[)|"""
                   r"""(?P<script>["']use strict["']|(?:var|let|const)\s+[\w$]+\s*=|[(!+]+function[\s(]|function\s*\w*\(|"""
                   r"""\(\(\)\s*=>))""", re.IGNORECASE)
XML = re.compile(r"\s*<\?xml[^>]*>\s*(?=<(?!!|\w+:?html\b)\w)", re.IGNORECASE)


class Refused(Exception):
    """This is not read: reason is a reason of `Nothing`, note one plain sentence for a person."""

    def __init__(self, reason: str, note: str) -> None:
        super().__init__(note)
        self.reason, self.note = reason, note


def unpacked(body: bytes) -> bytes:
    """The body, or what is in it where it is a gzip file, as sitemaps are served; cut tails are left out."""
    if not body.startswith(GZIP):
        return body
    try:
        plain = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, MAX_UNPACKED + 1)
    except zlib.error as error:
        raise Refused("not_article", "the body begins as a gzip file and is none") from error
    if len(plain) > MAX_UNPACKED:
        raise Refused("too_large", f"unpacked it has more than {MAX_UNPACKED:,} bytes")
    return plain


def check_bytes(body: bytes) -> None:
    """Refuses what is empty, too large, or by its first bytes another kind of file."""
    if len(body) > MAX_BODY:
        raise Refused("too_large", f"the body has {len(body):,} bytes, more than {MAX_BODY:,}")
    if not body.strip():
        raise Refused("empty", "the body is empty")
    start = body.lstrip()[:8]
    if kind := next((kind for magic, kind in MAGIC.items() if start.startswith(magic) or body.startswith(magic)), None):
        raise Refused("not_article", f"the body is {kind}")


def check_text(text: str) -> None:
    """Refuses decoded text that is JSON, binary or without any markup."""
    start = text.lstrip()
    if start[:1] in ("{", "[") and text.rstrip()[-1:] in ("}", "]"):
        raise Refused("not_article", "the body is JSON")
    if other := OTHER.match(text):
        raise Refused("not_article", f"the body is {other.lastgroup}")
    if (xml := XML.match(text)) and not MARKUP.match(text, xml.end()):
        raise Refused("not_article", "the body is an XML document of another kind")
    if len(CONTROL.findall(head := text[:4096])) > len(head) // 20:
        raise Refused("not_article", "the body is binary")
    if not MARKUP.search(text):
        raise Refused("not_html", "there is no markup in the body")


def check_markup(markup: bytes) -> None:
    """Refuses markup, in UTF-8, that is known to hold parsers up for longer than a page may take."""
    if (tags := markup.count(b"<")) > MAX_TAGS:
        raise Refused("screened", f"there are more than {MAX_TAGS:,} tags")
    if len(markup) > MAX_REFERENCES and markup.count(b"&") > MAX_REFERENCES:
        raise Refused("screened", f"there are more than {MAX_REFERENCES:,} ampersands")
    for pattern, most, what in ((LINK, MAX_LINKS, "links"), (BLOCK, MAX_BLOCKS, "blocks")):
        if tags > most and len(pattern.findall(markup)) > most:
            raise Refused("screened", f"there are more than {most:,} {what}")
    _check_attributes(TAG.findall(markup))


def _check_attributes(tags: list[bytes]) -> None:
    # An attribute takes two characters at least: few tags and pages are so long that the attributes need to be counted.
    lengths = list(map(len, tags))
    if max(lengths, default=0) > 2 * MAX_ATTRIBUTES and any(
            _attributes(tag) > MAX_ATTRIBUTES for tag in tags if len(tag) > 2 * MAX_ATTRIBUTES):
        raise Refused("screened", f"one tag has more than {MAX_ATTRIBUTES:,} attributes")
    if sum(lengths) > 2 * MAX_ALL_ATTRIBUTES and sum(map(_attributes, tags)) > MAX_ALL_ATTRIBUTES:
        raise Refused("screened", f"its tags have more than {MAX_ALL_ATTRIBUTES:,} attributes")


def _attributes(tag: bytes) -> int:
    """How many attributes a tag has, about."""
    return len(BETWEEN.split(VALUE.sub(b" ", tag)))
