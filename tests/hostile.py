"""Hostile documents: what a site may answer with where an article should be, each with the outcome that is owed to it.

KINDS has what makes them, one at a time, since some are megabytes long. Every document that holds an article holds one of its
own, so that no two of them have one text.
"""
import gzip
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

HTML = "text/html"
UTF8 = "text/html; charset=utf-8"
# What a page may be refused as that is too much for a parser. That it took the reader's time or life is not among them.
TOO_MUCH = frozenset({"screened", "too_large", "no_text"})
NO_PAGE = frozenset({"not_article", "not_html", "not_feed", "empty", "no_text"})


@dataclass(frozen=True, slots=True)
class Document:
    """A document: number is its kind's in the list of hostile inputs. lines are the article's text where the document must be
    stored; refused are the reasons of which one must be given where it must not. Where both are there, either is right."""

    number: int
    name: str
    body: bytes
    type: str = UTF8
    status: int = 200
    lines: tuple[str, ...] | None = None
    refused: frozenset[str] = frozenset()
    title: str | None = None
    """The article's headline, where it is part of what is tried."""
    loose: bool = False
    """The lines must be in the text in their order; others may stand between."""
    garbled: bool = False
    """What is made of the text does not matter, so that the reading ends soon."""


def lines_of(name: str, language: str = "en") -> tuple[str, ...]:
    """An article of its own for each name, of which only letters and digits are used."""
    name = " ".join(re.findall(r"[\w\u200c]+", name))
    known = {
        "en": ("The border post at {} was opened on Monday by two ministers and a brass band of eleven people.",
               "Its bridges cost more than the plan for {} had said, and nobody at the opening wanted to say by how much.",
               "Passengers to {} will have to wait until autumn, because the carriages have not been painted yet."),
        "ru": ("Пограничный пост {} открыли в понедельник два министра и духовой оркестр из одиннадцати человек.",
               "Мосты у поста {} обошлись дороже, чем было в плане, и никто на открытии не хотел сказать, на сколько.",
               "Пассажирам до станции {} придётся ждать до осени, потому что вагоны ещё не покрашены, сказали на дороге."),
        "zh": ("周一，两位部长和一支十一人的铜管乐队在{}为新的边境口岸举行了开放仪式，当地居民也到场观看。",
               "{}的桥梁造价超出了原定计划，但是开放仪式上没有人愿意说明到底超出了多少，也没有人愿意承担责任。",
               "前往{}的旅客必须等到秋天，因为订购的车厢至今还没有油漆完毕，铁路部门的负责人这样对记者说。"),
        "fa": ("پاسگاه مرزی {} روز دوشنبه با حضور دو وزیر گشایش یافت و مردم می\u200cگویند که این کار دیر انجام شد.",
               "هزینه\u200cی پل\u200cهای {} از آنچه در برنامه آمده بود بیشتر شد و هیچ\u200cکس نمی\u200cخواست بگوید چقدر بیشتر.",
               "مسافران {} باید تا پاییز صبر کنند، زیرا واگن\u200cهایی که سفارش داده شده\u200cاند هنوز رنگ نشده\u200cاند.")}
    return tuple(line.format(name) for line in known[language])


def page(lines: tuple[str, ...], *, title: str = "A post in the steppe", head: str = "", attributes: str = "", before: str = "",
         inside: str = "", after: str = "", charset: str = '<meta charset="utf-8">', doctype: str = "<!DOCTYPE html>") -> str:
    """A page whose article has these lines: head in its head, attributes of its body, before and after around the article,
    inside between its second line and its third."""
    text = [f"<p>{line}</p>" for line in lines]
    return (f'{doctype}<html lang="en"><head>{charset}<title>{title}</title>{head}</head><body{attributes}>'
            f'<header><a href="/">Steppe</a></header>{before}<main><h1>{title}</h1><div class="story">{"".join(text[:2])}'
            f'{inside}{"".join(text[2:])}</div></main>{after}<footer><p>All rights are reserved.</p></footer></body></html>')


# --- encoding and Unicode

def _utf8(number: int, name: str, text: str, **more: object) -> Document:
    return Document(number, name, text.encode("utf-8", "surrogatepass"), **more)  # type: ignore[arg-type]  # Document's fields


def _marked(number: int, name: str, unseen: str, *, seen: str = "", language: str = "en") -> Document:
    """A document with something inside every word `border`, or inside each of the words of a line."""
    lines = lines_of(name, language)
    marked = tuple(line.replace("border", f"bor{unseen}der").replace("Bridges", f"Brid{unseen}ges") for line in lines)
    return _utf8(number, name, page(marked), lines=tuple(line.replace("border", f"bor{seen}der") for line in lines))


def encoding() -> Iterator[Document]:
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
    yield _utf8(62, "surrogate in json", page(lines, head=f'<script type="application/ld+json">{data}</script>'), lines=lines,
                title="A post \ufffdin the steppe")
    for label in ("iso-8859-1", "windows-1251", "koi8-r", "us-ascii", "gbk", "utf-16", "shift_jis"):
        lines = lines_of(f"utf-8 as {label}", "ru")
        yield _utf8(64, f"utf-8 as {label}", page(lines), type=f"{HTML}; charset={label}", lines=lines)
        lines = lines_of(f"utf-8 by meta as {label}", "ru")
        yield _utf8(64, f"utf-8 by meta as {label}", page(lines, charset=f'<meta charset="{label}">'), type=HTML, lines=lines)
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
        yield _utf8(67, name, page(lines_of(name, "ru"), charset=f"<meta charset='{escape(label)}'>"), type=kind,
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
        yield _utf8(70, name, page(lines_of(name), title=f"Report {bidi}exe.txt"), lines=lines_of(name), title="Report exe.txt")
    for place, unseen in enumerate(("\u200b", "&#8203;", "\u2060", "\ufeff", "\u200c", "\u200d", "&zwnj;", "&ZeroWidthSpace;",
                                    "\u200b\u200c\u200d")):
        yield _marked(71, f"zero width {place}", unseen)
    lines = lines_of("marks")
    yield _utf8(73, "marks", page((lines[0] + "a" + "\u0301\u0316" * 10_000, *lines[1:])),
                lines=(lines[0] + "á" + "\u0316" * 15 + "\u0301" * 14, *lines[1:]))
    yield _marked(74, "tag characters", "\U000e0063\U000e0068")
    yield _marked(74, "tag characters as references", "&#xE0063;&#917608;")
    yield _marked(76, "soft hyphen", "\u00ad")
    yield _marked(76, "soft hyphen as a reference", "&shy;")
    for name, space in (("hard space", "\u00a0"), ("hard space as a reference", "&nbsp;"), ("narrow space", "\u202f"),
                        ("thin space", "&thinsp;")):
        yield _utf8(76, name, page(tuple(line.replace(" ", space) for line in lines_of(name))), lines=lines_of(name))
    yield _utf8(77, "joiners in Persian", page(lines_of("زاهدان", "fa")).replace('lang="en"', 'lang="fa" dir="rtl"'),
                lines=lines_of("زاهدان", "fa"))


# --- parsers

def _around(number: int, name: str, before: str, after: str = "", **more: object) -> Document:
    """A document with markup around a real article."""
    lines = lines_of(name)
    return _utf8(number, name, page(lines).replace("<main>", f"{before}<main>").replace("</main>", f"</main>{after}"),
                 **({"lines": lines} | more))


def _inside(number: int, name: str, markup: str, **more: object) -> Document:
    """A document with markup between the second line of a real article and its third."""
    lines = lines_of(name)
    return _utf8(number, name, page(lines, inside=markup), **({"lines": lines} | more))


def _either(number: int, name: str, markup: str) -> Document:
    """As inside, where the article may be stored or the page refused: what counts is that it ends soon."""
    return _inside(number, name, markup, garbled=True, refused=TOO_MUCH)


def _nested() -> Iterator[Document]:
    for tag in ("div", "span", "b", "section", "blockquote", "font", "table", "ul", "a", "p"):
        begins = {"table": "<table><tr><td>", "ul": "<ul><li>", "a": '<a href="/x">'}.get(tag, f"<{tag}>")
        ends = {"table": "</td></tr></table>", "ul": "</li></ul>"}.get(tag, f"</{tag}>")
        for depth in (200, 1_000, 5_000, 50_000):
            # A thousand plain elements around an article must not hide it; of the others one of two outcomes is right.
            sure = tag in ("div", "section") and depth <= 1_000
            refused = frozenset() if sure else TOO_MUCH
            yield _around(79, f"{depth} {tag}", begins * depth, ends * depth, loose=True, refused=refused)
            yield _around(79, f"{depth} {tag} not closed", begins * depth, loose=True, refused=refused)


def _wide() -> Iterator[Document]:
    attributes = "".join(f"a{number}='{number}' " for number in range(100_000))
    yield _inside(80, "100,000 attributes", f"<p {attributes}>x</p>", lines=None, refused=frozenset({"screened"}))
    yield _inside(80, "100,000 equal attributes", "<p " + "class=x " * 100_000 + ">x</p>", lines=None,
                  refused=frozenset({"screened"}))
    yield _inside(80, "20,000 attributes without values", "<p " + "".join(f"a{n} " for n in range(20_000)) + ">x</p>",
                  lines=None,
                  refused=frozenset({"screened"}))
    yield _either(80, "9,000 attributes on each of 10 tags", ("<p " + "".join(f"a{n} " for n in range(9_000)) + ">x</p>") * 10)
    yield _either(80, "1,000 attributes on each of 400 tags",
                  ("<p " + "".join(f"a{n} " for n in range(1_000)) + ">x</p>") * 400)
    yield _around(80, "an attribute of 4 MB", f"<div data-x='{'x' * 4_000_000}'></div>", refused=TOO_MUCH)
    yield _around(80, "a class of 400,000 names", f"<div class='{'a b ' * 200_000}'></div>", refused=TOO_MUCH)
    yield _around(80, "a style of 2 MB", f"<div style='{'display:none;' * 160_000}'></div>", refused=TOO_MUCH)
    for tag in ("<b>", "<p>", "<div>", "<i", "<a href=x>", "<table>", "<td>", "<li>", "<", "</b>", "</div>", "<font>", "<!--",
                "<?",
                "<option>", "<select>", "<form>", "<svg>", "<![CDATA["):
        yield _either(81, f"100,000 {tag} not closed", tag * 100_000)
        yield _either(81, f"20,000 {tag} not closed", tag * 20_000)
    link = '<a href="/news/{}">x</a> '
    for count in (50_000, 16_000, 8_000, 7_000, 4_000, 2_000):
        links = [link.format(number) for number in range(count)]
        number = 82 if count == 50_000 else 83
        yield _either(number, f"{count} links in a paragraph", f"<p>{''.join(links)}</p>")
        yield _either(number, f"{count} links in a list", f"<ul>{''.join(f'<li>{one}</li>' for one in links)}</ul>")
        yield _either(number, f"{count} links in paragraphs", "".join(f"<p>{one}</p>" for one in links))
        yield _either(number, f"{count} links in divs", f"<div>{''.join(f'<div>{one}</div>' for one in links)}</div>")
        yield _either(number, f"{count} links in a table",
                      f"<table>{''.join(f'<tr><td>{one}</td></tr>' for one in links)}</table>")
        yield _either(number, f"{count} links in one another", link.replace("</a>", "").format(1) * count)
    for count in (60_000, 20_000):
        for name, markup in (("br", "<br>"), ("lines and br", "x<br>"), ("paragraphs of a letter", "<p>x</p>"),
                             ("paragraphs of a letter, not closed", "<p>x"), ("spans of a letter", "<span>x</span>"),
                             ("bold letters", "<b>x</b>"), ("images", "<img src=x>"), ("items", "<li>x</li>"),
                             ("cells", "<td>x</td>"), ("rows", "<tr><td>x</td></tr>"), ("headings", "<h2>x</h2>"),
                             ("quotes", "<blockquote>x</blockquote>"), ("divs", "<div>x</div>"), ("empty divs", "<div></div>"),
                             ("empty paragraphs", "<p></p>"), ("codes", "<code>x</code>"), ("pres", "<pre>x</pre>"),
                             ("metas", "<meta name=author content=x>"), ("times", "<time datetime=2026-01-01>x</time>"),
                             ("figures", "<figure><figcaption>x</figcaption></figure>"), ("scripts", "<script>x</script>"),
                             ("comments by class", "<div class=comment>x</div>"), ("articles", "<article>x</article>"),
                             ("heads", "<h1>x</h1>"), ("ems in bolds", "<b><em>x</em></b>")):
            yield _either(84, f"{count} {name}", markup * count)


def _long() -> Iterator[Document]:
    lines = lines_of("a word of 4.9 MB")
    yield _utf8(85, "a word of 4.9 MB", page((*lines, "w" * 4_900_000)), lines=lines, loose=True, refused=TOO_MUCH)
    yield _inside(85, "a word of 5.5 MB", "w" * 5_500_000, lines=None, refused=frozenset({"too_large"}))
    yield _inside(86, "a text of 10 MB", "word " * 2_000_000, lines=None, refused=frozenset({"too_large"}))
    yield _either(86, "a text of 4.9 MB", "<p>" + "word " * 980_000)
    yield _either(86, "a text of 4.9 MB of sentences", "<p>" + "A word. " * 610_000)
    yield _either(86, "a text of 4.9 MB of commas", "<p>" + "a, " * 1_600_000)
    yield _either(86, "a text of 4.9 MB of line ends", "<p>" + "a\n" * 2_400_000)
    yield _either(86, "a text of 4.9 MB of spaces", "<p>" + " " * 4_900_000)
    yield _either(86, "a text of 4 MB of references", "<p>" + "&amp;" * 800_000)
    yield _either(86, "a text of 4 MB of ampersands", "<p>" + "&" * 4_000_000)
    yield _either(86, "a text of 4 MB of digits", "<p>" + "1" * 4_000_000)
    yield _either(86, "a text of 4 MB of dates", "<p>" + "12.03.2026 " * 360_000)
    lines = lines_of("a title of 2 MB")
    yield _utf8(89, "a title of 2 MB", page(lines, title="t" * 2_000_000), lines=lines, title="t" * 500)
    lines = lines_of("a graph title of 2 MB")
    yield _utf8(89, "a graph title of 2 MB", page(lines, head=f'<meta property="og:title" content="{"t" * 2_000_000}">'),
                lines=lines)
    lines = lines_of("a title of markup")
    yield _utf8(89, "a title of markup", page(lines, title="&lt;b&gt;" * 100_000), lines=lines)


def _data() -> Iterator[Document]:
    news = '{"@type":"NewsArticle","headline":'
    many = json.dumps([{"@type": "NewsArticle", "headline": f"h{number}"} for number in range(50_000)])
    graph = json.dumps({"@graph": [{"@type": "Person", "name": f"n{number}"} for number in range(50_000)]})
    for name, data in {
            "deep objects": news + '{"a":' * 100_000, "deep closed objects": news + '{"a":' * 50_000 + "1" + "}" * 50_001,
            "deep lists": "[" * 100_000, "deep closed lists": "[" * 100_000 + "]" * 100_000, "null": "null", "a number": "7",
            "wrong types": '{"@type": 5, "headline": {"x": 1}, "author": [1, null, {"name": [null]}], "datePublished": [true]}',
            "wrong type of type": '{"@type": [[{"@type": "NewsArticle"}]], "headline": []}', "broken": "}{",
            "a long number": news + '"","datePublished":' + "9" * 10_000 + "}",
            "a huge exponent": news + '"", "datePublished": 1e999999, "commentCount": -1e400}',
            "not a number": news + '"", "datePublished": NaN, "dateModified": Infinity}', "50,000 articles": many,
            "50,000 nodes": graph, "50,000 authors": news + '"","author":' + json.dumps([f"n{n}" for n in range(50_000)]) + "}",
            "a text of 3 MB": '"' + "x" * 3_000_000 + '"', "quotes without end": news + '"' + '\\"' * 500_000,
            "backslashes": news + '"' + "\\" * 1_000_000, "new lines": news + '"' + "\n" * 1_000_000 + '"}',
            "dates without end": news + '"","datePublished":' + json.dumps(["x"] * 100_000) + "}",
            "a date of 1 MB": news + '"","datePublished":"' + "2" * 1_000_000 + '"}'}.items():
        lines = lines_of(f"data of {name}")
        script = f'<script type="application/ld+json">{data}</script>'
        yield _utf8(88, f"data of {name}", page(lines, head=script), lines=lines)
    lines = lines_of("20,000 scripts of data")
    yield _utf8(88, "20,000 scripts of data", page(lines, head='<script type="application/ld+json">{}</script>' * 20_000),
                lines=lines, refused=TOO_MUCH)


ENTITIES = ('<!DOCTYPE {0} [<!ENTITY a "haha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)) + "]>")
EXTERNAL = '<!DOCTYPE {0} [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "http://127.0.0.1:9/y">%y;]>'
FEED = ('<?xml version="1.0"?>{}<rss version="2.0"><channel><title>{}</title><item><title>{}</title>'
        "<link>https://paper.example/news/1</link></item></channel></rss>")
SITEMAP = ('<?xml version="1.0"?>{}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://paper.example/'
           "news/1</loc><lastmod>{}</lastmod></url></urlset>")


def _no_pages() -> Iterator[Document]:
    rng = random.Random(91)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("page.html", page(lines_of("zip")))
    words = " ".join(lines_of("plain text"))
    for name, body in {
            "a PDF": b"%PDF-1.7\n" + rng.randbytes(20_000),
            "a PDF behind white space": b"\r\n\r\n%PDF-1.7\n" + rng.randbytes(999),
            "a PNG": b"\x89PNG\r\n\x1a\n" + rng.randbytes(20_000), "a JPEG": b"\xff\xd8\xff\xe0" + rng.randbytes(20_000),
            "a ZIP": packed.getvalue(), "random bytes": rng.randbytes(50_000), "few random bytes": rng.randbytes(200),
            "random bytes with tags": rng.randbytes(5_000) + b"<html><p>x</p></html>" + rng.randbytes(5_000),
            "zeros": bytes(100_000), "gzip of random bytes": gzip.compress(rng.randbytes(5_000)),
            "a gzip file cut": gzip.compress(rng.randbytes(5_000))[:100],
            "a film": b"\0\0\0\x18ftypmp42" + rng.randbytes(9_000),
            "a program": b"\x7fELF" + rng.randbytes(9_000), "a class": b"\xca\xfe\xba\xbe" + rng.randbytes(9_000),
            "JSON": json.dumps({"html": page(lines_of("json")), "title": "x"}).encode(),
            "a JSON list": json.dumps([{"text": "<p>" + words + "</p>"}] * 5).encode(),
            "JSON cut": json.dumps({"html": page(lines_of("json"))}).encode()[:-30],
            "JSON with a callback": b"callback(" + json.dumps({"html": "<p>" + words + "</p>"}).encode() + b");",
            "JSON behind a guard": b")]}',\n" + json.dumps({"html": "<p>" + words + "</p>"}).encode(),
            "lines of JSON": b"\n".join([json.dumps({"text": "<p>" + words + "</p>"}).encode()] * 3),
            "a script": b'"use strict";\nvar x = "<p>' + words.encode() + b'</p>"; document.write(x);\n' * 20,
            "a style sheet": b"body { color: red } p > a { content: '<' }\n" * 50,
            "a table of values": b"date,price\n2026-01-01,5\n" * 500, "plain text": words.encode(),
            "plain text with angles": (words + " 5 < 6 > 4 ").encode() * 9, "a letter": b"x", "an angle": b"<",
            "spaces": b" \n\t " * 99,
            "empty": b"", "a mark only": b"\xef\xbb\xbf", "a doctype only": b"<!DOCTYPE html>", "a comment only": b"<!-- x -->",
            "an XML document": b'<?xml version="1.0"?><data><row><p>' + words.encode() + b"</p></row></data>",
            "an SVG": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><a>' + words.encode() + b"</a></svg>",
            "an empty page": b"<html><head><title>x</title></head><body></body></html>",
            "a page of scripts": b"<html><body><div id='app'></div><script>" + b"var x = 1;" * 999 + b"</script></body></html>",
            }.items():
        yield Document(25 if name in ("empty", "spaces", "a mark only") else 91, name, body, refused=NO_PAGE)
    feed = FEED.format("", "x", words)
    for name, text in {"a feed": feed,
                       "an Atom feed": f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>{words}</title>'
                       '<link href="https://paper.example/news/1"/></entry></feed>',
                       "a sitemap": SITEMAP.format("", "2026-01-01"),
                       "a sitemap index": '<sitemapindex><sitemap><loc>https://paper.example/s.xml</loc></sitemap></sitemapindex>',
                       "a feed without an end": feed[:-30], "a feed of entities": FEED.format(ENTITIES.format("rss"), "&j;",
                                                                                              "&j;"),
                       "a feed of files": FEED.format(EXTERNAL.format("rss"), "&x;", "&x;"),
                       "a sitemap of entities": SITEMAP.format(ENTITIES.format("urlset"), "&j;"),
                       "a sitemap of files": SITEMAP.format(EXTERNAL.format("urlset"), "&x;")}.items():
        number = 92 if "entities" in name or "files" in name else 91
        yield _utf8(number, name, text, refused=NO_PAGE | {"screened", "found"})
    for name, doctype, entity in (("entities", ENTITIES.format("html"), "&j;"), ("files", EXTERNAL.format("html"), "&x;")):
        for head in ("", '<?xml version="1.0" encoding="utf-8"?>'):
            own = f"a page of {name}{' as XML' if head else ''}"
            lines = lines_of(own)
            yield _utf8(92, own, page((*lines, f"It ends with {entity} here, in the last of its lines."),
                                      doctype=head + doctype),
                        lines=lines, loose=True, refused=frozenset({"screened"}))


def _odd() -> Iterator[Document]:
    for tag in ("plaintext", "xmp", "noscript", "svg", "math", "template", "textarea", "title", "style", "script", "iframe",
                "object", "select", "button", "noframes", "noembed", "listing", "marquee", "canvas", "video", "details",
                "dialog"):
        # What stands before it is an article, what it does to the rest is a browser's business.
        lines = lines_of(f"{tag} inside")
        yield _utf8(93, f"{tag} inside", page(lines, inside=f"<{tag}>a hidden line that is of no article at all</{tag}>"),
                    lines=lines, loose=True, refused=frozenset())
        lines = lines_of(f"{tag} not closed")
        yield _utf8(93, f"{tag} not closed", page(lines, after=f"<{tag}><p>a hidden line of no article"), lines=lines,
                    loose=True,
                    refused=frozenset())
    lines = lines_of("frames")
    yield _utf8(93, "frames", '<html><head><title>x</title></head><frameset cols="*"><frame src="/a"></frameset></html>',
                refused=NO_PAGE)
    lines = lines_of("frames with a page")
    yield _utf8(93, "frames with a page",
                f"<html><frameset><frame src='/a'><noframes>{page(lines)}</noframes></frameset></html>",
                lines=lines, loose=True, refused=NO_PAGE)
    for name, head in {"a base elsewhere": '<base href="http://127.0.0.1:9/">', "a base of nonsense": '<base href="http://[">',
                       "a base of script": '<base href="javascript:alert(1)">',
                       "a refresh": '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">',
                       "a canonical of nonsense": '<link rel="canonical" href="http://[::1">',
                       "a canonical of script": '<link rel="canonical" href="javascript:x">',
                       "a canonical inside": '<link rel="canonical" href="http://127.0.0.1:9/">',
                       "a canonical of 1 MB": f'<link rel="canonical" href="https://paper.example/{"x" * 1_000_000}">',
                       "a comment that is not": "<!-->", "another comment that is not": "<!--->",
                       "a conditional comment": "<!--[if lt IE 9]><p>Old</p><![endif]--><!--[if !IE]><!--><!--<![endif]-->",
                       "50,000 conditional comments": "<!--[if IE]><![endif]-->" * 50_000,
                       "100,000 comments": "<!-- x -->" * 100_000, "a comment of 4 MB": f"<!-- {'x' * 4_000_000} -->",
                       "dashes": f"<!--{'-' * 1_000_000}-->", "an instruction": f"<?php {'x' * 100_000} ?>",
                       "a script of 4 MB": f"<script>{'x<y;' * 1_000_000}</script>",
                       "a style of 4 MB": f"<style>{'p>a{}' * 800_000}</style>",
                       "a script in a comment": "<script><!--\n document.write('<p>no</p>') //--></script>",
                       "100,000 metas": "<meta name='x' content='y'>" * 50_000,
                       "50,000 links of feeds": "<link rel='x' href='/y'>" * 50_000,
                       }.items():
        lines = lines_of(name)
        # The tags in comments and scripts count as tags: a screen that parsed them would be a parser.
        yield _utf8(93, name, page(lines, head=head), lines=lines, loose=name == "a conditional comment",
                    refused=TOO_MUCH if "0,000" in name or "MB" in name else frozenset())
    lines = lines_of("a comment without an end")
    yield _utf8(93, "a comment without an end", page(lines, after="<!-- and so on"), lines=lines)
    lines = lines_of("a comment without an end before the article")
    yield _utf8(93, "a comment without an end before the article", page(lines, before="<!-- and so on"), lines=lines,
                garbled=True,
                refused=NO_PAGE)
    lines = lines_of("a script without an end before the article")
    yield _utf8(93, "a script without an end before the article", page(lines, before="<script> and so on"), lines=lines,
                garbled=True,
                refused=NO_PAGE)
    lines = lines_of("XHTML")
    xhtml = page(lines,
                 doctype='<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
                                '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
                 head="<script>//<![CDATA[\nvar x = '<p>no</p>';\n//]]></script><style>/*<![CDATA[*/p{}/*]]>*/</style>")
    yield _utf8(93, "XHTML", xhtml.replace('<html lang="en">', '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en">'),
                type="application/xhtml+xml", lines=lines)
    lines = lines_of("a prefix")
    yield _utf8(93, "a prefix", page(lines).replace("<p>", "<o:p>").replace("</p>", "</o:p>"), lines=lines, loose=True,
                refused=NO_PAGE)
    lines = lines_of("no tags of its own")
    yield _utf8(93, "no tags of its own", "".join(f"<p>{line}" for line in lines), lines=lines, loose=True)
    lines = lines_of("capitals")
    yield _utf8(93, "capitals", page(lines).replace("<p>", "<P>").replace("</p>", "</P>").replace("<html", "<HTML"),
                lines=lines)
    lines = lines_of("two pages in one")
    yield _utf8(93, "two pages in one", page(lines) + page(lines_of("the second page")), lines=lines, loose=True)


def parsers() -> Iterator[Document]:
    """Numbers 79 to 93."""
    for some in (_nested, _wide, _long, _data, _no_pages, _odd):
        yield from some()


# --- random markup

PIECES = ("<a href=x>", "</a>", "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<table>", "<tr>", "<td>", "<ul>", "<li>",
          "</li>",
          "<br>", "<span class=comment>", "</span>", "<h1>", "</h1>", "<h2>", "<form>", "<blockquote>", "</blockquote>",
          "text ",
          "A sentence, with a comma in it. ", "<em>", "<i>", "</i>", "<img src=x>", "<font>", "<section>", "<article>",
          "<figure>",
          "<figcaption>", "<code>", "<pre>", "<time>12.03.2026</time>", "<script>x</script>", "&nbsp;", "<!-- x -->", "<svg>",
          "<dl>",
          "<dt>", "<dd>", "<meta name=author content=x>", "12.03.2026 ", "<strong>", "</strong>", "<select><option>",
          "<header>")


def pathological(seed: int) -> Document:
    """Markup of a few pieces repeated in a random manner, up to what the screen lets through."""
    rng = random.Random(seed)
    pieces = rng.sample(PIECES, rng.randint(1, 4))
    count = rng.choice((2_000, 7_900, 15_000, 29_000, 58_000))
    if rng.random() < 0.5:
        markup = "".join(pieces) * (count // len(pieces))
    else:
        markup = "".join(piece * (count // len(pieces)) for piece in pieces)
    return _either(84, f"seed {seed}: {count} of {' '.join(pieces)}", markup)


# --- meaning

def _bare(title: str, text: str, *, head: str = "", h1: bool = True) -> str:
    heading = f"<h1>{title}</h1>" if h1 else ""
    return (f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
            f"<div class='c'>{heading}<p>{text}</p></div></body></html>")


CHALLENGES = {
    "Cloudflare": _bare("Just a moment...", "Enable JavaScript and cookies to continue",
                        head="<script>window._cf_chl_opt = {cvId: '3'};</script>", h1=False),
    "Cloudflare, blocked": _bare("Attention Required! | Cloudflare", "Sorry, you have been blocked. You are unable to access "
                                 "paper.example. Why have I been blocked? This website is using a security service to protect "
                                 "itself from online attacks."),
    "DataDome": _bare("paper.example", "Please enable JS and disable any ad blocker",
                      head='<script src="https://ct.captcha-delivery.com/c.js"></script>', h1=False),
    "Incapsula": '<html><head><script src="/_Incapsula_Resource?SWJIYLWA=7"></script></head><body><iframe src="x">Request '
                 "unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>",
    "Sucuri": _bare("You are being redirected...",
                    "Javascript is required. Please enable javascript before you are allowed to see "
                    "this page.", head="<script>var s='';/* sucuri_cloudproxy_js */</script>"),
    "DDoS-Guard": _bare("DDoS-Guard", "Checking your browser before accessing paper.example. Please wait a few seconds."),
    "Yandex": _bare("Ой!", "Нам очень жаль, но запросы с вашего устройства похожи на автоматические.",
                    head='<link href="/showcaptcha.css" rel="stylesheet">'),
    "a check in Russian": _bare("Проверка браузера", "Пожалуйста, подождите несколько секунд, сайт проверяет ваш браузер."),
    "a question in Kazakh": _bare("Робот емес екеніңізді растаңыз", "Жалғастыру үшін төмендегі батырманы басыңыз."),
    "a check in Chinese": _bare("安全验证", "请完成下方验证后继续访问网站，感谢您的理解与支持。"),
    "no headline": "<html><body><p>Checking your browser before accessing the site.</p><p>This is automatic.</p></body></html>",
    "scripts are needed": "<html><head></head><body><noscript>You need to enable JavaScript to run this app.</noscript>"
                          "<div id='root'></div></body></html>",
    "access denied": _bare("Access Denied",
                           "You don't have permission to access this resource on this server. Reference #18.5")}
CONSENTS = {
    "English": ("Before you continue", "We and our 814 partners store cookies on your device to process personal data. ",
                "Accept all"),
    "Russian": ("Мы ценим вашу приватность",
                "Мы используем файлы cookie и обрабатываем персональные данные. Нужно ваше согласие. ",
                "Принять всё"),
    "Kazakh": ("Құпиялылық", "Сайт cookie файлдарын пайдаланады және жеке деректерді өңдейді. Келісіміңіз қажет. ", "Қабылдау"),
    "Chinese": ("隐私设置", "我们使用 Cookie 来处理您的个人信息，并在您的设备上保存这些信息，请您同意。", "同意并继续"),
    "Turkish": ("Gizlilik", "We use cookies and similar technologies to process your data for advertisements. ", "Kabul et")}
MISSING = {
    "English": ("Page not found", "The page that you were looking for may have been moved or deleted."),
    "English, a number": ("404", "Sorry, there is nothing here. Go back to the front page."),
    "English, an error": ("Error 404", "Sorry, there is nothing here. Go back to the front page or search for it."),
    "Russian": ("Страница не найдена", "Возможно, она была удалена или перемещена. Перейдите на главную страницу."),
    "Russian, a number": ("Ошибка 404", "Такой страницы на нашем сайте больше нет. Перейдите на главную."),
    "Kazakh": ("Бет табылмады", "Сіз іздеген бет жойылған немесе орны ауыстырылған болуы мүмкін."),
    "Kyrgyz": ("Барак табылган жок", "Сиз издеген барак өчүрүлгөн же башка жерге жылдырылган болушу мүмкүн."),
    "Uzbek": ("Sahifa topilmadi", "Siz qidirgan sahifa o'chirilgan yoki ko'chirilgan bo'lishi mumkin."),
    "Uzbek in Cyrillic": ("Саҳифа топилмади", "Сиз қидирган саҳифа ўчирилган ёки кўчирилган бўлиши мумкин."),
    "Tajik": ("Саҳифа ёфт нашуд", "Саҳифаи дархостшуда нест карда шудааст ё кӯчонида шудааст."),
    "Turkmen": ("Sahypa tapylmady", "Gözleýän sahypaňyz pozulan ýa-da göçürilen bolmagy mümkin."),
    "Chinese": ("页面不存在", "您要找的页面可能已经被删除或者移动，请返回首页。")}


def meaning() -> Iterator[Document]:
    """Numbers 104 to 107: pages that answer with status 200 where an article should be."""
    for name, body in CHALLENGES.items():
        yield _utf8(107, f"challenge: {name}", body, refused=frozenset({"challenge"}))
    for name, (title, text, accept) in CONSENTS.items():
        for button in (f"<button>{accept}</button>", f'<input type="submit" value="{accept}">',
                       f'<a href="#" role="button">{accept}</a>'):
            yield _utf8(106, f"consent: {name}", _bare(title, f"{text * 4}</p><p>{text}</p>{button}<p>"),
                        refused=frozenset({"consent"}))
    for name, (title, text) in MISSING.items():
        yield _utf8(104, f"missing: {name}", _bare(f"{title} | Steppe" if len(title) > 9 else title, text, h1=False),
                    refused=frozenset({"not_found"}))
        page_of = page((text,), title="Steppe").replace("<h1>Steppe</h1>", f"<h1>{title}</h1>")
        yield _utf8(104, f"missing by its headline: {name}", page_of, refused=frozenset({"not_found"}))
    # Articles that have such words in them, or stand behind such a service.
    for name, title, more in (
            ("words of a wall in a headline", "Ministry says page not found in the archive is the one on the border treaty",
             ""),
            ("a service in front", "A post in the steppe",
             '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'),
            ("a captcha in a form", "A post in the steppe",
             '<form><div class="g-recaptcha"></div><button>Send</button></form>'),
            ("a box below", "A post in the steppe",
             '<div class="cookie-bar"><p>We use cookies.</p><button>Accept</button></div>'),
            ("a story", "Parliament passes a law on cookies and personal data", "<button>Accept</button>")):
        yield _utf8(106, name, page(lines_of(name), title=title, after=more), lines=lines_of(name))
    lines = ("Parliament has passed a law on personal data and cookies, after a debate of eleven hours on Monday.",
             "Whoever keeps personal data of others will need their consent, and a judge may ask to see it at any time.",
             "The privacy of readers was on nobody's mind, said a deputy, who was thinking of the cookies in the canteen.")
    yield _utf8(106, "a law on consent", page(lines, after="<button>Accept</button>"), lines=lines)


KINDS: dict[str, Callable[[], Iterator[Document]]] = {"encoding": encoding, "parsers": parsers, "meaning": meaning}
