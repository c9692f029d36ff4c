"""Our own crawl of the bench's site: the real command line on a store of its own."""
import sqlite3
import subprocess
import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from command import COMMAND, environment

from bench.local import LocalSite
from bench.pages import HOST
from demo.sink import MailSink

SECONDS = 1800


class OwnCrawl:
    """A store that knows the outlet, its backlog one page: what the site lists after `open` is news, matched and mailed."""

    def __init__(self, folder: Path, site: LocalSite) -> None:
        self.folder, self.site = folder, site
        self.sink = MailSink(folder / "mails")

    def begin(self) -> None:
        """Writes outlet and settings and makes the first crawl, before the pages are there."""
        (self.folder / "outlets").mkdir(parents=True)
        (self.folder / "outlets" / "bench.toml").write_text(f"""
name = "Bench"
home = "http://{HOST}/"
articles = "^/2026/"
delay = 0
concurrency = 16
connect = "{self.site.address}"
[[source]]
kind = "sitemap"
url = "http://{HOST}/sitemap.xml"
""", encoding="utf-8")
        (self.folder / "steppewire.toml").write_text(f"""
contact = "mailto:bench@example.org"
outlets = ["bench"]
data = "."
database = "sqlite:///{self.folder / 'store.db'}"
[mail]
host = "127.0.0.1"
port = {self.sink.port}
group_wait = "0s"
[[watch]]
id = "rails"
words = ["railway"]
recipients = ["a@example.org"]
[[watch]]
id = "border"
words = ["customs union", "Khorgos", "freight corridor"]
recipients = ["b@example.org"]
""", encoding="utf-8")
        self.crawl()

    def crawl(self) -> tuple[float, float]:
        """One pass over all of the outlet; when its process began and when it ended."""
        began = time.monotonic()
        ended = subprocess.run([*COMMAND, "--config", "steppewire.toml", "crawl", "bench", "--json"], cwd=self.folder,
                               check=False, capture_output=True, text=True, timeout=SECONDS, env=environment())
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return began, time.monotonic()

    def sql(self, question: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "store.db")) as connection:
            return connection.execute(question).fetchall()

    def texts(self) -> dict[str, str]:
        """The title and text of each article's latest version, by the path of its address."""
        return {url.removeprefix(f"http://{HOST}"): f"{title or ''}\n{text}" if text else "" for url, title, text in self.sql(
            "SELECT article.url, reading.title, reading.text FROM article JOIN version ON version.article_id = article.id "
            "JOIN reading ON reading.capture_id = version.capture_id ORDER BY version.seq")}

    def kept_bytes(self) -> int:
        """The size of all evidence."""
        return sum(file.stat().st_size for file in self.folder.rglob("*.warc.gz"))

    def rows(self) -> dict[str, tuple[int, str]]:
        """Of each table how many rows it has and a digest of them."""
        tables = self.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1")
        return {table: (len(rows), sha256(repr(rows).encode()).hexdigest())
                for table, in tables for rows in [self.sql(f"SELECT * FROM {table} ORDER BY 1")]}
