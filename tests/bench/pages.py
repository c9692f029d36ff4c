"""The bodies of the bench's site: every page of the shared folder under four addresses, each with a headline and a paragraph of
its own."""
import gzip
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from command import ROOT

COPIES = 4
HOST = "bench.example"
PARAGRAPH = re.compile(rb"<p(?:\s[^>]*)?>(.*?)</p>", re.I | re.S)
UNSEEN = re.compile(rb"<(script|style|noscript|template|aside|footer|form)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
TAG = re.compile(rb"<[^>]*>")
NEAR = 6000  # bytes: within so many, paragraphs of one article stand together
TITLE = re.compile(rb"(<title[^>]*>).*?(</title>)", re.I | re.S)
HEADLINE = re.compile(rb"(<h1[^>]*>).*?(</h1>)", re.I | re.S)
OPEN_GRAPH = re.compile(rb"<meta\s[^>]*og:title[^>]*>", re.I)
CONTENT = re.compile(rb"""(content\s*=\s*)("[^"]*"|'[^']*')""", re.I)
JSON_LD = re.compile(rb'("headline"\s*:\s*)"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page of the site. mark is a word that no other page has: it stands in the headline and the paragraph."""

    path: str
    body: bytes
    type: str
    mark: str

    @property
    def etag(self) -> str:
        return f'"{sha256(self.body).hexdigest()[:24]}"'


def folder() -> Path | None:
    """The shared folder of pages beside the checkout or beside a folder around it; None where there is none."""
    return next((found for above in ROOT.parents if (found := above / "shared" / "pages").is_dir()), None)


def originals(pages: Path) -> list[Path]:
    """Every page file, in a fixed order; what is no page is the gold, all of it JSON."""
    return sorted(file for file in pages.rglob("*") if file.is_file() and file.suffix != ".json")


def site_pages(pages: Path, most: int | None = None) -> list[SitePage]:
    """Four bodies of each page file; with `most` only of so many files, taken evenly from all."""
    files = originals(pages)
    if most is not None and most < len(files):
        files = [files[place * len(files) // most] for place in range(most)]
    made = [_page(_bytes(file), number, copy) for number, file in enumerate(files) for copy in range(COPIES)]
    assert len({page.body for page in made}) == len(made)
    return made


def _bytes(file: Path) -> bytes:
    raw = file.read_bytes()
    return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw


def _page(raw: bytes, number: int, copy: int) -> SitePage:
    mark = f"qz{number}x{copy}"
    headline = f"Council report {mark} on the bridges of the steppe".encode()
    means = "railway" if number % 2 == copy == 0 else "road"
    paragraph = (f"<p>In its report {mark} the council of the steppe towns said on Tuesday that the {means} bridge at "
                 f"kilometre {number * COPIES + copy} would be opened after the harvest, and that the tolls of its first year "
                 f"would go to the village schools, as the mayor had promised in spring.</p>").encode()
    body = TITLE.sub(lambda found: found[1] + headline + found[2], raw, count=1)
    body = HEADLINE.sub(lambda found: found[1] + headline + found[2], body, count=1)
    body = OPEN_GRAPH.sub(lambda found: CONTENT.sub(lambda old: old[1] + b'"' + headline + b'"', found[0]), body)
    body = JSON_LD.sub(lambda found: found[1] + b'"' + headline + b'"', body, count=1)
    at = _place(body)
    return SitePage(f"/2026/03/01/council-report-{number}-{copy}.html", body[:at] + paragraph + body[at:], _type(body), mark)


def _place(body: bytes) -> int:
    """Where a further paragraph of the article belongs: after the paragraph that most text of others stands near to."""
    seen = UNSEEN.sub(lambda found: b" " * len(found[0]), body)
    lengths = [(found.end(), len(TAG.sub(b"", found[1]).strip())) for found in PARAGRAPH.finditer(seen)]
    if lengths:
        return max(lengths, key=lambda one: (one[1] > 0, sum(size for end, size in lengths if abs(end - one[0]) < NEAR)))[0]
    found = HEADLINE.search(seen) or re.search(rb"<body[^>]*>", seen, re.I)
    return found.end() if found else len(body)


def _type(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "text/html"  # the page's own meta says its encoding
    return "text/html; charset=utf-8"
