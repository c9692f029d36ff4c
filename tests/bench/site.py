"""The bench's site: a process of its own that answers from memory and counts what it answered.

`python -m bench.site FOLDER [MOST]` prints its port and serves until its standard input ends. A request may name its host in
the request line, as one to a proxy does, so that a client is led here by `http_proxy`; all hosts are the same site. What is
asked below `/-/` is for the bench: `/-/open` lists the pages from now on, `/-/close` no longer, `/-/counts` tells and forgets
what was counted.
"""
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.pages import HOST, SitePage, site_pages

PART = 300  # addresses in one sitemap
BEFORE = "/2026/02/01/before-the-bench.html"
BEFORE_PAGE = b"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Before</title></head><body><article>
<h1>Before the bench</h1>
<p>The council of the steppe towns met on Monday and found that nothing could be said before the bridges are measured.</p>
<p>Its members went home early, and the mayor of the town closed the doors behind them.</p></article></body></html>"""


class Site:
    """What is answered to each path, and how often it was."""

    def __init__(self, pages: Sequence[SitePage]) -> None:
        self.pages = pages
        self.answers = {page.path: (_answer(200, page.body, page.type, page.etag), page.etag.encode()) for page in pages}
        self.articles = frozenset(self.answers)
        self.answers[BEFORE] = _answer(200, BEFORE_PAGE, "text/html", '"before"'), b'"before"'
        self.answers["/robots.txt"] = _answer(200, b"User-agent: *\nAllow: /\n", "text/plain"), b""
        self.close()
        self.forget()

    def open(self) -> None:
        """Lists the pages from now on."""
        self._list([BEFORE, *(page.path for page in self.pages)])

    def close(self) -> None:
        """Lists one page that is none of them."""
        self._list([BEFORE])

    def _list(self, paths: Sequence[str]) -> None:
        links = "".join(f'<li><a href="http://{HOST}{path}">{Path(path).stem.replace("-", " ")}</a></li>' for path in paths)
        front = f"<!DOCTYPE html><html><head><title>Front page</title></head><body><h1>Front</h1><ul>{links}</ul></body></html>"
        items = "".join(f"<item><title>{Path(path).stem}</title><link>http://{HOST}{path}</link></item>" for path in paths)
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Bench</title>{items}</channel></rss>'
        parts = {f"/sitemap-{at}.xml": _sitemap("url", paths[at:at + PART]) for at in range(0, len(paths), PART)}
        for path, text, kind in (("/", front, "text/html; charset=utf-8"), ("/feed.xml", feed, "application/rss+xml"),
                                 ("/sitemap.xml", _sitemap("sitemap", list(parts)), "application/xml"),
                                 *((path, text, "application/xml") for path, text in parts.items())):
            etag = f'"{len(paths)}"'
            self.answers[path] = _answer(200, text.encode(), kind, etag), etag.encode()

    def forget(self) -> None:
        self.asked: dict[int, Counter[str]] = {200: Counter(), 304: Counter()}
        self.first = self.last = 0.0
        self.began = time.process_time()

    def counts(self) -> dict[str, Any]:
        """Of the articles: how many answers and how many different pages there were of each status, the machine's monotonic
        time of the first and the last one; and the processor time of this process since the counts were last told."""
        told = {"first": self.first, "last": self.last, "cpu": time.process_time() - self.began,
                **{str(status): {"answers": found.total(), "pages": len(found)} for status, found in self.asked.items()}}
        self.forget()
        return told

    def answer(self, path: str, known: bytes | None) -> bytes:
        found = self.answers.get(path)
        if found is None:
            return self._control(path)
        whole, etag = found
        unchanged = known is not None and etag != b"" and known == etag
        if path in self.articles:
            self.asked[304 if unchanged else 200][path] += 1
            self.last = time.monotonic()
            self.first = self.first or self.last
        return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n" if unchanged else whole

    def _control(self, path: str) -> bytes:
        if path in ("/-/open", "/-/close"):
            (self.open if path == "/-/open" else self.close)()
            return _answer(200, b"{}", "application/json")
        if path == "/-/counts":
            return _answer(200, json.dumps(self.counts()).encode(), "application/json")
        return _answer(404, b"Not here", "text/plain")


def _sitemap(kind: str, paths: Sequence[str]) -> str:
    """A sitemap, or an index of sitemaps."""
    entries = "".join(f"<{kind}><loc>http://{HOST}{path}</loc></{kind}>" for path in paths)
    whole = "sitemapindex" if kind == "sitemap" else "urlset"
    return f'<?xml version="1.0"?><{whole} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{whole}>'


def _answer(status: int, body: bytes, kind: str, etag: str = "") -> bytes:
    phrase = "OK" if status == 200 else "Not Found"
    head = f"HTTP/1.1 {status} {phrase}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + (f"ETag: {etag}\r\n".encode() if etag else b"") + b"\r\n" + body


class Connection(asyncio.Protocol):
    """One connection, which stays open unless the client closes it or says that it will."""

    def __init__(self, site: Site) -> None:
        self.site, self.buffer = site, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            line, *lines = head.split(b"\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (each.partition(b":") for each in lines)}
            method, target, *_ = line.decode("latin-1").split(" ")
            path = urlsplit(target).path if method == "GET" else ""
            self.transport.write(self.site.answer(path, headers.get(b"if-none-match")))
            if headers.get(b"connection", b"").lower() == b"close" or method != "GET":
                self.transport.close()
                return


async def serve(site: Site) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(site), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(Site(site_pages(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None))))
