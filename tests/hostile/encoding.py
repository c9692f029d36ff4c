"""Hostile encodings and characters."""
from collections.abc import Iterator
from html import escape

from hostile.document import HTML, NO_PAGE, UTF8, Document, lines_of, page, utf8


def _marked(number: int, name: str, unseen: str, *, seen: str = "", language: str = "en") -> Document:
    """A document with something inside every word `border`, or inside each of the words of a line."""
    lines = lines_of(name, language)
    marked = tuple(line.replace("border", f"bor{unseen}der").replace("Bridges", f"Brid{unseen}ges") for line in lines)
    return utf8(number, name, page(marked), lines=tuple(line.replace("border", f"bor{seen}der") for line in lines))


def documents() -> Iterator[Document]:
    """Numbers 61 to 77."""
    for place, reference in enumerate(("&#0;", "&#1;&#2;", "&#x0;", "&#000000;", "&#x1F;", "&#65535;", "&#xFFFE;", "&#0",
                                       "\x00",
                                       "\x00\x01\x08\x0b\x1f", "&#x7F;", "&#11;")):
        yield _marked(61, f"reference {place}", reference)
    yield _marked(62, "surrogate reference", "&#xD800;", seen="\ufffd")
    yield _marked(62, "surrogate decimal reference", "&#56320;", seen="\ufffd")
    yield _marked(62, "reference beyond Unicode", "&#x110000;", seen="\ufffd")
    yield _marked(62, "reference far beyond Unicode", "&#99999999999999999999;", seen="\ufffd")
    yield _marked(62, "raw surrogate", "\ud800", seen="\ufffd")
    yield _marked(62, "raw low surrogate", "\udfff", seen="\ufffd")
    yield _marked(62, "raw surrogate pair", "\ud83d\ude00", seen="\ufffd\ufffd")
    lines = lines_of("surrogate in json")
    data = '{"@type":"NewsArticle","headline":"A post \\ud800in the steppe"}'
    yield utf8(62, "surrogate in json", page(lines, head=f'<script type="application/ld+json">{data}</script>'), lines=lines,
                title="A post \ufffdin the steppe")
    for label in ("iso-8859-1", "windows-1251", "koi8-r", "us-ascii", "gbk", "utf-16", "shift_jis"):
        lines = lines_of(f"utf-8 as {label}", "ru")
        yield utf8(64, f"utf-8 as {label}", page(lines), type=f"{HTML}; charset={label}", lines=lines)
        lines = lines_of(f"utf-8 by meta as {label}", "ru")
        yield utf8(64, f"utf-8 by meta as {label}", page(lines, charset=f'<meta charset="{label}">'), type=HTML, lines=lines)
    for codec, language in (("cp1251", "ru"), ("koi8_r", "ru"), ("cp866", "ru"), ("gb18030", "zh"), ("big5", "zh")):
        for name, charset, kind in ((f"{codec} without label", "", HTML), (f"{codec} as utf-8", '<meta charset="utf-8">', UTF8),
                                    (f"{codec} by header", "", f"{HTML}; charset={codec}"),
                                    (f"{codec} by meta", f'<meta charset="{codec}">', HTML),
                                    (f"{codec} as x-evil", '<meta charset="x-evil">', f"{HTML}; charset=x-evil")):
            lines = tuple(line.encode(codec, "ignore").decode(codec) for line in lines_of(name, language))
            title = "Новый пост" if language == "ru" else "新的口岸"
            body = page(lines, charset=charset, title=title.encode(codec, "ignore").decode(codec)).encode(codec)
            yield Document(67 if "evil" in name else 65, name, body, kind, lines=lines)
    lines = lines_of("header and meta disagree", "ru")
    yield Document(65, "header and meta disagree", page(lines, charset='<meta charset="koi8-r">').encode("cp1251"),
                   f"{HTML}; charset=windows-1251", lines=lines)
    for label in ("x-evil", "", '"', "utf-8; charset=x", "../../etc/passwd", "rot13", "idna", "base64", "zlib", "hex",
                  "undefined",
                  "unicode_escape", "raw_unicode_escape", "punycode", "utf-7", "mbcs", "x" * 5000, "\ufffd", "utf_8_sig",
                  "none"):
        name = f"charset {label[:20].strip(chr(34)) or f'of {len(label)}'}"
        kind = f"{HTML}; charset={label}".encode("ascii", "replace").decode()
        yield utf8(67, name, page(lines_of(name, "ru"), charset=f"<meta charset='{escape(label)}'>"), type=kind,
                    lines=lines_of(name, "ru"))
        lines = lines_of(f"{name[:20]} 1251", "ru")
        yield Document(67, f"{name[:20]} 1251", page(tuple(map(escape, lines)), charset="").encode("cp1251", "replace"), kind,
                       lines=tuple(line.replace("\ufffd", "?") for line in lines))
    for codec, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-32-le", b"\xff\xfe\0\0"),
                        ("utf-32-be", b"\0\0\xfe\xff"), ("utf-8", b"\xef\xbb\xbf")):
        for kind in (HTML, UTF8, f"{HTML}; charset=windows-1251"):
            name = f"{codec} with a mark as {kind[-8:]}"
            lines = lines_of(name, "ru")
            yield Document(68, name, mark + page(lines).encode(codec), kind, lines=lines)
        if codec != "utf-8":
            lines = lines_of(f"{codec} by header", "ru")
            yield Document(68, f"{codec} by header", page(lines, charset="").encode(codec), f"{HTML}; charset={codec}",
                           lines=lines)
            lines = lines_of(f"{codec} unlabelled", "ru")
            yield Document(68, f"{codec} unlabelled", page(lines, charset="").encode(codec), HTML, lines=lines, refused=NO_PAGE)
    for place, bidi in enumerate(("\u202e", "\u2066\u202b", "\u202d\u2069", "&#8238;", "&#x2067;")):
        name = f"bidi {place}"
        yield utf8(70, name, page(lines_of(name), title=f"Report {bidi}exe.txt"), lines=lines_of(name), title="Report exe.txt")
    for place, unseen in enumerate(("\u200b", "&#8203;", "\u2060", "\ufeff", "\u200c", "\u200d", "&zwnj;", "&ZeroWidthSpace;",
                                    "\u200b\u200c\u200d")):
        yield _marked(71, f"zero width {place}", unseen)
    lines = lines_of("marks")
    yield utf8(73, "marks", page((lines[0] + "a" + "\u0301\u0316" * 10_000, *lines[1:])),
                lines=(lines[0] + "á" + "\u0316" * 15 + "\u0301" * 14, *lines[1:]))
    yield _marked(74, "tag characters", "\U000e0063\U000e0068")
    yield _marked(74, "tag characters as references", "&#xE0063;&#917608;")
    yield _marked(76, "soft hyphen", "\u00ad")
    yield _marked(76, "soft hyphen as a reference", "&shy;")
    for name, space in (("hard space", "\u00a0"), ("hard space as a reference", "&nbsp;"), ("narrow space", "\u202f"),
                        ("thin space", "&thinsp;")):
        yield utf8(76, name, page(tuple(line.replace(" ", space) for line in lines_of(name))), lines=lines_of(name))
    yield utf8(77, "joiners in Persian", page(lines_of("زاهدان", "fa")).replace('lang="en"', 'lang="fa" dir="rtl"'),
                lines=lines_of("زاهدان", "fa"))
