"""What is hard on a parser, random markup among it, or is none of its business."""
import gzip
import io
import json
import random
import zipfile
from collections.abc import Iterator

from hostile.document import NO_PAGE, TOO_MUCH, Document, lines_of, page, utf8


def _around(number: int, name: str, before: str, after: str = "", **more: object) -> Document:
    """A document with markup around a real article."""
    lines = lines_of(name)
    return utf8(number, name, page(lines).replace("<main>", f"{before}<main>").replace("</main>", f"</main>{after}"),
                 **({"lines": lines} | more))


def _inside(number: int, name: str, markup: str, **more: object) -> Document:
    """A document with markup between the second line of a real article and its third."""
    lines = lines_of(name)
    return utf8(number, name, page(lines, inside=markup), **({"lines": lines} | more))


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
    yield utf8(85, "a word of 4.9 MB", page((*lines, "w" * 4_900_000)), lines=lines, loose=True, refused=TOO_MUCH)
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
    yield utf8(89, "a title of 2 MB", page(lines, title="t" * 2_000_000), lines=lines, title="t" * 500)
    lines = lines_of("a graph title of 2 MB")
    yield utf8(89, "a graph title of 2 MB", page(lines, head=f'<meta property="og:title" content="{"t" * 2_000_000}">'),
                lines=lines)
    lines = lines_of("a title of markup")
    yield utf8(89, "a title of markup", page(lines, title="&lt;b&gt;" * 100_000), lines=lines)


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
        yield utf8(88, f"data of {name}", page(lines, head=script), lines=lines)
    lines = lines_of("20,000 scripts of data")
    yield utf8(88, "20,000 scripts of data", page(lines, head='<script type="application/ld+json">{}</script>' * 20_000),
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
        yield utf8(number, name, text, refused=NO_PAGE | {"screened", "found"})
    for name, doctype, entity in (("entities", ENTITIES.format("html"), "&j;"), ("files", EXTERNAL.format("html"), "&x;")):
        for head in ("", '<?xml version="1.0" encoding="utf-8"?>'):
            own = f"a page of {name}{' as XML' if head else ''}"
            lines = lines_of(own)
            yield utf8(92, own, page((*lines, f"It ends with {entity} here, in the last of its lines."),
                                      doctype=head + doctype),
                        lines=lines, loose=True, refused=frozenset({"screened"}))


def _odd() -> Iterator[Document]:
    for tag in ("plaintext", "xmp", "noscript", "svg", "math", "template", "textarea", "title", "style", "script", "iframe",
                "object", "select", "button", "noframes", "noembed", "listing", "marquee", "canvas", "video", "details",
                "dialog"):
        # What stands before it is an article, what it does to the rest is a browser's business.
        lines = lines_of(f"{tag} inside")
        yield utf8(93, f"{tag} inside", page(lines, inside=f"<{tag}>a hidden line that is of no article at all</{tag}>"),
                    lines=lines, loose=True, refused=frozenset())
        lines = lines_of(f"{tag} not closed")
        yield utf8(93, f"{tag} not closed", page(lines, after=f"<{tag}><p>a hidden line of no article"), lines=lines,
                    loose=True,
                    refused=frozenset())
    lines = lines_of("frames")
    yield utf8(93, "frames", '<html><head><title>x</title></head><frameset cols="*"><frame src="/a"></frameset></html>',
                refused=NO_PAGE)
    lines = lines_of("frames with a page")
    yield utf8(93, "frames with a page",
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
        yield utf8(93, name, page(lines, head=head), lines=lines, loose=name == "a conditional comment",
                    refused=TOO_MUCH if "0,000" in name or "MB" in name else frozenset())
    lines = lines_of("a comment without an end")
    yield utf8(93, "a comment without an end", page(lines, after="<!-- and so on"), lines=lines)
    lines = lines_of("a comment without an end before the article")
    yield utf8(93, "a comment without an end before the article", page(lines, before="<!-- and so on"), lines=lines,
                garbled=True,
                refused=NO_PAGE)
    lines = lines_of("a script without an end before the article")
    yield utf8(93, "a script without an end before the article", page(lines, before="<script> and so on"), lines=lines,
                garbled=True,
                refused=NO_PAGE)
    lines = lines_of("XHTML")
    xhtml = page(lines,
                 doctype='<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
                                '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
                 head="<script>//<![CDATA[\nvar x = '<p>no</p>';\n//]]></script><style>/*<![CDATA[*/p{}/*]]>*/</style>")
    yield utf8(93, "XHTML", xhtml.replace('<html lang="en">', '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en">'),
                type="application/xhtml+xml", lines=lines)
    lines = lines_of("a prefix")
    yield utf8(93, "a prefix", page(lines).replace("<p>", "<o:p>").replace("</p>", "</o:p>"), lines=lines, loose=True,
                refused=NO_PAGE)
    lines = lines_of("no tags of its own")
    yield utf8(93, "no tags of its own", "".join(f"<p>{line}" for line in lines), lines=lines, loose=True)
    lines = lines_of("capitals")
    yield utf8(93, "capitals", page(lines).replace("<p>", "<P>").replace("</p>", "</P>").replace("<html", "<HTML"),
                lines=lines)
    lines = lines_of("two pages in one")
    yield utf8(93, "two pages in one", page(lines) + page(lines_of("the second page")), lines=lines, loose=True)


def documents() -> Iterator[Document]:
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
