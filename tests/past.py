"""An outlet's past for the tests of what is read again and of what is held against the store."""
import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from desk import HOME, Desk
from sqlalchemy import select, update

import replay
import settings
from crawler import outlet as outlets
from crawler.archive import Archive, opened
from crawler.decoding import UndecodableBody
from crawler.items import ArticleRead, Exchange, Nothing, Seen
from pipelines.read import door
from pipelines.take_in import take_in
from storage.models import Base, Capture, Reading
from storage.store import Store
from tests.crawler.scripted import Reactor

OUTLET = f"""
name = "Steppe"
home = "{HOME}/"
articles = "^/a"
recheck = ["6h"]
[[source]]
kind = "rss"
url = "{HOME}/rss"
"""
HTML = (("Content-Type", "text/html; charset=utf-8"),)
LINES = ("The road to the pass was opened on Monday by two ministers and a brass band of eleven people.",
         "Its bridges cost more than the plan had said, and nobody wanted to say by how much they did.")


def page(*lines: str, title: str = "A road") -> bytes:
    body = "".join(f"<p>{escape(line)}</p>" for line in lines or LINES)
    return f"""<html lang="en"><head><title>{title}</title><meta property="og:title" content="{title}"></head>
<body><article><h1>{title}</h1>{body}</article></body></html>""".encode()


EMPTY = b"<html><body><div></div></body></html>"


@dataclass
class Past:
    """An outlet's past in a real archive and a store: pages kept as a crawl keeps them, and read by a reader of long ago, which
    put OLD before each text."""

    desk: Desk
    folder: Path
    reactor: Reactor | None = None  # where it is read again
    said: list[tuple[str, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.config = self.folder / "steppewire.toml"
        database = self.desk.store.url.render_as_string(hide_password=False).replace("+psycopg", "")
        self.config.write_text(f'outlets = ["steppe"]\ndata = "."\ndatabase = "{database}"\n[comments]\nnames = "drop"\n',
                               encoding="utf-8")
        (self.folder / "outlets").mkdir()
        self.file = self.folder / "outlets" / "steppe.toml"
        self.file.write_text(OUTLET, encoding="utf-8")
        self.settings = settings.load(self.config)
        self.desk.outlet = outlets.load(self.file)
        self.archive = Archive(self.settings.archive, "past")

    @property
    def store(self) -> Store:
        return self.desk.store

    def exchange(self, url: str, body: bytes, status: int, headers: tuple[tuple[str, str], ...]) -> Exchange:
        return Exchange(url, (), status, headers, body, self.desk.now)

    def see(self, path: str = "/a/1", body: bytes | None = None, *, now_too: bool = False, status: int = 200,
            headers: tuple[tuple[str, str], ...] = HTML, answered: str | None = None, old: str | None = "clean") -> None:
        """A look at a page that the reader of long ago took for an article, or (old) for something else, or (None) that it had
        never read; `now_too` is a look by the reader of today."""
        there = self.desk.page(path)
        exchange = self.exchange(answered or there.url, page() if body is None else body, status, headers)
        kept = self.archive.keep("steppe", exchange)
        try:
            fetched = opened(exchange, kept, asked=there.url)
        except UndecodableBody:
            fetched = replace(opened(replace(exchange, headers=()), kept, asked=there.url), body=b"", headers=headers)
        if now_too:
            value = door.read(fetched, self.desk.outlet)
            assert isinstance(value, ArticleRead)
            seen = Seen(there, "read", fetched, value)
        elif status != 200:
            seen = Seen(there, "failed", fetched, reason=f"status {status}")
        elif old is None:
            seen = Seen(there, "moved", fetched, url_now=fetched.url)
        elif old == "clean":
            value = door.read(fetched, self.desk.outlet)
            assert isinstance(value, ArticleRead)
            told = f"OLD {value.text}"
            value = replace(value, text=told, text_sha256=hashlib.sha256(told.encode()).hexdigest(), reader="long-ago")
            seen = Seen(there, "read", fetched, value)
        else:
            seen = Seen(there, "read", fetched, Nothing(old, "long-ago"))
        self.archive.sync()
        take_in(self.desk.intake, seen, self.desk.now)

    def again(self, *names: str, since: datetime | None = None) -> replay.Reread:
        """What reprocess makes of the one outlet."""
        found, = self.every(*names, since=since)
        return found

    def every(self, *names: str, since: datetime | None = None) -> list[replay.Reread]:
        assert self.reactor is not None
        return self.reactor.run(self.reprocess(*names, since=since))

    async def reprocess(self, *names: str, since: datetime | None = None) -> list[replay.Reread]:
        return await replay.reprocess(self.settings, self.store, names, since, lambda: self.desk.now,
                                      lambda *said: self.said.append(said))

    def readings(self) -> dict[int, list[tuple[str, str, str | None]]]:
        """Of each capture what was made of it: who read it, the outcome, and the reason or the text."""
        found: dict[int, list[tuple[str, str, str | None]]] = {}
        for row in self.desk.rows(Reading):
            found.setdefault(row.capture_id, []).append((row.reader, row.outcome, row.text or row.reason))
        return found

    @property
    def today(self) -> str:
        return door.reader_name(self.desk.outlet, self.desk.now)

    def tables(self, but: str = "") -> dict[str, Any]:
        """Everything that the store has, a table each."""
        with self.store.reading() as session:
            return {name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
                    for name, table in Base.metadata.tables.items() if name != but}


def harm(past: Past, *, no_record: int, other_body: int) -> None:
    """Zeroes over one record, and a changed letter, packed anew, in another of the same length."""
    captures = past.desk.rows(Capture)
    file = past.settings.archive / captures[0].file
    whole = bytearray(file.read_bytes())
    at = captures[no_record].offset
    whole[at:at + 40] = bytes(40)
    file.write_bytes(bytes(whole))
    with past.store.writing() as session:
        session.execute(update(Capture).where(Capture.id == captures[other_body].id).values(sha256="0" * 64))


def verify(past: Past) -> replay.Verified:
    return replay.verify(past.settings.archive, past.store, lambda *said: past.said.append(said))
