"""A newspaper whose readers have names, and what of them lies anywhere below its data folder; none of our code is asked."""
import email
import email.policy
import gzip
import html
import json
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]  # ships no types
import psycopg
from command import told
from here import Here
from newspaper import Newspaper, story

from demo.server import Answer, Request
from tests.crawler.scripted import Reactor

NAME, OTHER = "Gulnara Seitkali", "Bek Omarov"
TEXT = "The railway was promised to my village thirty years ago, and we still walk."
EDITED = "The railway was promised to our village thirty years ago, and we all still walk."
ANSWER = "Walking is healthy, and the railway would only bring tourists to us."
ANSWERED: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "br": brotli.compress, "": bytes}


@dataclass
class Said:
    """A comment on a page; without an id of its own it has none there."""

    by: str
    text: str
    id: str | None = None
    day: int = 2


class Readers(Newspaper):
    """Its pages say who wrote a comment, in attributes, in its text and in data for machines too."""

    encoding = ""
    charset = "utf-8"
    machine = True

    def __enter__(self) -> "Readers":
        self.said: dict[str, list[Said]] = {}
        self.aside = ""
        super().__enter__()
        return self

    def write(self) -> None:
        super().write()
        for file in (self.folder / "outlets").iterdir():
            text = file.read_text(encoding="utf-8").replace("[comments]", '[comments]\nauthor = "b.by"\ntime = "time"')
            file.write_text(text, encoding="utf-8")

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        if answer.status != 200 or request.path not in self.stories:
            return answer
        said = self.said.get(request.path, [])
        items = "".join(self._item(each) for each in said)
        data = json.dumps({"comment": [{"author": {"name": each.by}, "text": each.text} for each in said]})
        script = f'<script type="application/json">{data}</script>' if self.machine else ""
        page = answer.body.decode().replace('<div class="comments"><p>0 comments</p></div>', (
            f'<aside>{self.aside}</aside>{script}<div class="comments">{items}<p>{len(said)} comments</p></div>'))
        page = page.replace("<head>", f'<head><meta charset="{self.charset}">')
        headers = (("Content-Encoding", self.encoding),) if self.encoding else ()
        return Answer(ANSWERED[self.encoding](page.encode(self.charset, "xmlcharrefreplace")), headers=headers,
                      type=f"text/html; charset={self.charset}")

    @staticmethod
    def _item(each: Said) -> str:
        own = f' id="{each.id}"' if each.id else ""
        first, _, rest = html.escape(each.text).partition(" ")
        return (f'<div class="comment"{own} data-author="{html.escape(each.by)}"><b class="by">{html.escape(each.by)}</b>'
                f'<time datetime="2026-03-0{each.day}T08:00:00Z">then</time><p class="said">{first} <i>{rest}</i></p>'
                f'<a aria-label="Answer {html.escape(each.by)}">Answer</a></div>')


def paper(folder: Path, database: str, *, settings: str = "", hosts: tuple[str, ...] = ("paper.example",)) -> Readers:
    made = Readers(folder, database=database, settings=settings, hosts=hosts)
    made.stories = {f"/news/{number}": story(number) for number in range(3)}
    return made


class Wire:
    """Crawls of the paper, an hour after the other, each by a worker of its own: none is there while something is forgotten."""

    def __init__(self, readers: Newspaper, reactor: Reactor) -> None:
        self.readers, self.reactor, self.now = readers, reactor, datetime(2026, 3, 4, 6, 0, tzinfo=timezone.utc)

    def crawl(self, *outlets: str) -> None:
        self.now += timedelta(hours=1)
        line = Here(self.readers, self.reactor)
        line.now = self.now
        with line:
            for run in line.crawl(*outlets or ("paper0",)):
                assert run["state"] == "done", run


def thread(readers: Newspaper, path: str = "/news/1") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told("--config", readers.config, "article", "thread", f"https://paper.example{path}")[
        "comments"]
    return found


# --- what lies there

def members(content: bytes) -> Iterator[bytes]:
    """What is in a file of gzip members, as far as it can be had."""
    while content:
        stream = zlib.decompressobj(31)
        try:
            yield stream.decompress(content)
        except zlib.error:
            return
        if not stream.eof:
            return
        content = stream.unused_data


def plain(record: bytes) -> bytes:
    """A record with the body of its answer unpacked."""
    head, _, body = record.partition(b"\r\n\r\n")
    inner, _, body = body.partition(b"\r\n\r\n")
    body = body.removesuffix(b"\r\n\r\n")
    for name in reversed(re.findall(rb"content-encoding: (gzip|br)", inner.lower())):
        body = (gzip.decompress if name == b"gzip" else brotli.decompress)(body)
    return b"\n".join((head, inner, body))


def rows(database: str) -> str:
    """Every table of a database as text, mails unpacked."""
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
            tables = [name for name, in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
    else:
        with psycopg.connect(database.replace("+psycopg", "")) as connection_:
            tables = [name for name, in connection_.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
            found = [row for table in tables for row in connection_.execute(f'SELECT * FROM "{table}"'.encode())]
    return "\n".join(mail(value) if isinstance(value, bytes) else str(value) for row in found for value in row)


def mail(raw: bytes) -> str:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    texts = [str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join((raw.decode(), *texts))


def lying(paper: Newspaper, *words: str) -> list[str]:
    """Where below the data folder any of the words lies: in files as they are, records, tables. Delivered mails are out of
    reach."""
    found = []
    for file in sorted(path for path in paper.folder.rglob("*") if path.is_file()):
        if file.parent.name == "mails" or file.suffix == ".toml":
            continue
        content = file.read_bytes()
        texts = [content, *map(plain, members(content))] if file.name.endswith((".gz", ".part")) else [content]
        for text in texts:
            for charset in ("utf-8", "cp1251", "utf-16-le"):
                held = squeezed(html.unescape(text.decode(charset, "replace")))
                found += [f"{file.name}: {word}" for word in words if squeezed(word) in held]
    held = squeezed(rows(paper.database))
    return found + [f"tables: {word}" for word in words if squeezed(word) in held]


def squeezed(text: str) -> str:
    """A text without tags, marks of a mail, escapes and spaces."""
    text = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"<[^<>]*>|[\s*]+", "", text).casefold()
