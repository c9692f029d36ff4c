"""Stored bytes read again and verified: what is written, what is left alone, and what is damaged; on both databases."""
import asyncio
import gzip
import hashlib
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest
from command import COMMAND, document, environment, steppewire
from daemon import wait
from desk import HOME, Desk
from sqlalchemy import func, select, update

import replay
import settings
import worker
from crawler import outlet as outlets
from crawler.archive import Archive, opened
from crawler.decoding import UndecodableBody
from crawler.items import ArticleRead, Exchange, Fetched, Nothing, Seen
from pipelines.plan import plan
from pipelines.read import door
from pipelines.take_in import stale_head, take_in
from storage import articles, models
from storage.models import Base, Capture, Reading, Version
from storage.store import Store
from storage.writer import Writer

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
        return asyncio.run(self.reprocess(*names, since=since))

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


@pytest.fixture
def past(store: Store, tmp_path: Path, now: datetime) -> Iterator[Past]:
    desk = Desk(store, now)
    past = Past(desk, tmp_path)
    desk.begin()
    desk.next_run()
    yield past
    past.archive.close()


# --- what is read again, and what is written

def test_every_capture_of_an_article_gets_one_reading_and_nothing_else_is_written(past: Past) -> None:
    past.desk.watch("road")
    for number in range(25):
        past.see(f"/a/{number}", page(*LINES, f"This is report number {number} of a series about the road and its bridges."))
    past.see("/a/1")
    before = past.tables(but="reading")
    found = past.again()
    assert (found.captures, found.already, found.clean, found.no_text, found.made_due) == (26, 0, 26, 0, 0)
    assert (found.reader, found.damaged, found.left) == (past.today, [], None)
    assert past.tables(but="reading") == before
    for reads in past.readings().values():
        assert [(reader, outcome) for reader, outcome, _ in reads] == [("long-ago", "clean"), (past.today, "clean")]
        assert reads[0][2] == f"OLD {reads[1][2]}"
    assert past.said[-1] == ("steppe", 26, 26)


def test_what_this_reader_has_read_is_not_read_again(past: Past) -> None:
    past.see("/a/1")
    past.see("/a/2", now_too=True)
    assert (past.again().already, past.again().already) == (1, 2)
    assert Counter(row.reader for row in past.desk.rows(Reading)) == {"long-ago": 1, past.today: 2}


def test_each_capture_is_read_in_the_layout_of_its_day_and_once_only(past: Past) -> None:
    day = past.desk.now.date() + timedelta(days=1)
    past.file.write_text(f'{OUTLET}[[layout]]\ntitle = "title"\nuntil = {day}\n[[layout]]\ntitle = "p"\n', encoding="utf-8")
    past.see("/a/1", page(title="A bridge"))
    past.see("/a/2", EMPTY, old="error")
    past.desk.next_run(hours=48)
    past.see("/a/1", page(title="A bridge"))
    assert past.again().already == 0
    shown = [row for row in past.desk.rows(Reading) if row.reader != "long-ago"]
    assert [row.title for row in shown] == ["A bridge", None, LINES[0]]
    assert shown[0].reader == shown[1].reader != shown[2].reader
    found = past.again()
    assert (found.captures, found.already, found.reader) == (3, 3, shown[2].reader)


def test_what_a_crawl_would_not_read_is_not_read_again(past: Past) -> None:
    source = next(each for each in plan(past.desk.intake, None, past.desk.now) if each.kind == "source")
    kept = past.archive.keep("steppe", past.exchange(source.url, b"<rss/>", 200, ()))
    with past.store.writing() as session:
        session.add(Capture(page_id=source.id, run_id=past.desk.run, at=past.desk.now, status=200, final_url=source.url,
                            file=kept.file, offset=kept.offset, sha256=kept.sha256))
    past.see("/a/1", status=503)
    past.see("/a/2", answered=f"{HOME}/", old=None)
    past.see("/a/3", answered=f"{HOME}/a/3/?page=1")
    found = past.again()
    assert (found.captures, found.moved, found.clean) == (2, 1, 1)
    assert [row.reader for row in past.desk.rows(Reading)] == ["long-ago", past.today]


@pytest.mark.parametrize(("body", "headers", "reason"), [
    (EMPTY, HTML, "no_text"),
    (b'<rss version="2.0"><channel><title>A feed</title></channel></rss>', HTML, "not_article"),
    (gzip.compress(page())[:60], (*HTML, ("Content-Encoding", "gzip")), "damaged"),
    (gzip.compress(bytes(6_000_000)), (*HTML, ("Content-Encoding", "gzip")), "too_large"),
], ids=["no text", "a feed", "a body that was cut", "a body without end"])
def test_what_makes_no_sense_gets_a_reading_with_its_reason(body: bytes, headers: tuple[tuple[str, str], ...], reason: str,
                                                            past: Past) -> None:
    past.see("/a/1", body, headers=headers, old="error")
    found = past.again()
    assert (found.clean, found.no_text, found.damaged, found.made_due) == (0, 1, [], 0)
    assert list(past.readings().values()) == [[("long-ago", "no_text", "error"), (past.today, "no_text", reason)]]


@pytest.mark.parametrize("trouble", ["killed", "timeout", "unread"])
def test_a_reading_that_only_tells_of_its_reader_s_trouble_gives_way(trouble: str, past: Past) -> None:
    there, today = past.desk.page("/a/1"), door.reader_name(past.desk.outlet, past.desk.now)
    exchange = past.exchange(there.url, page(), 200, HTML)
    fetched = opened(exchange, past.archive.keep("steppe", exchange), asked=there.url)
    past.archive.sync()
    take_in(past.desk.intake, Seen(there, "read", fetched, Nothing(trouble, today)), past.desk.now)
    assert past.again().clean == past.again().already == 1
    assert [(row.outcome, row.reason, row.title) for row in past.desk.rows(Reading)] == [("clean", None, "A road")]


def test_only_captures_at_or_after_a_time_are_read(past: Past) -> None:
    for _ in range(3):
        past.see()
        past.desk.now += timedelta(hours=1)
    second = past.desk.rows(Capture)[1].at
    assert (past.again(since=second).captures, past.again().already) == (2, 2)


# --- like is compared with like

def test_versions_show_the_new_reading_and_an_unchanged_page_makes_none(past: Past) -> None:
    past.see()
    past.again()
    with past.store.reading() as session:
        shown, = articles.versions(session, 1)
        assert (shown.reading.reader, (shown.reading.text or "")[:12]) == (past.today, "The road to ")
    past.desk.next_run()
    assert stale_head(past.desk.intake, past.desk.page("/a/1").id, lambda _: past.today) is None
    past.see(now_too=True)
    assert len(past.desk.rows(Version)) == 1
    past.see(body=page(LINES[0], LINES[1].replace("more", "less")), now_too=True)
    assert [row.seq for row in past.desk.rows(Version)] == [1, 2]


# --- quarantined pages

def test_a_quarantined_page_that_now_reads_is_due_at_once_and_unconditionally(past: Past) -> None:
    past.see("/a/1", old="no_text")
    past.see("/a/2", EMPTY, old="no_text")
    past.see("/a/3")
    past.see("/a/4", old="no_text")
    past.see("/a/4", EMPTY, old="no_text")
    with past.store.writing() as session:
        session.execute(update(models.Page).values(etag='"e"', last_modified="x", doubt=False))
    before = {row.url: row for row in past.desk.rows(models.Page)}
    past.desk.now += timedelta(minutes=1)
    assert past.again().made_due == 1
    for row in past.desk.rows(models.Page):
        then = before[row.url]
        if row.url.endswith("/a/1"):
            assert (row.next_due_at, row.doubt, row.etag, row.last_modified) == (past.desk.now, True, None, None)
            assert (row.state, row.article_id, row.tries) == (then.state, None, then.tries)
        else:
            assert (row.next_due_at, row.doubt, row.etag) == (then.next_due_at, False, '"e"')
    assert past.again().made_due == 0
    assert len(past.desk.rows(Version)) == 1


def test_a_page_that_a_kill_left_undue_is_made_due_the_next_time(past: Past) -> None:
    past.see(old="no_text")
    past.again()
    with past.store.writing() as session:
        session.execute(update(models.Page).values(next_due_at=past.desk.now + timedelta(hours=5)))
    assert past.again().made_due == 1


# --- damage

def test_damaged_records_are_named_and_the_rest_is_read(past: Past) -> None:
    for number in range(4):
        past.see(f"/a/{number}", page(*LINES, os.urandom(600).hex()))
    harm(past, no_record=0, other_body=2)
    found = past.again()
    assert (found.captures, found.clean, found.no_text) == (4, 2, 0)
    assert [(damage.capture.id, damage.url, damage.harm) for damage in found.damaged] == [
        (1, f"{HOME}/a/0", "no_record"), (3, f"{HOME}/a/2", "other_body")]
    assert found.damaged[0].note.endswith(f" holds no whole record at {found.damaged[0].capture.offset}")
    assert [len(reads) for reads in past.readings().values()] == [1, 2, 1, 2]
    assert [len(past.again().damaged), past.again().already] == [2, 2]


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


# --- equal bytes

DATED = page().replace(b"<head>", b'<head><meta property="article:published_time" content="2026-03-01T09:00:00+05:00">')


def mark(past: Past) -> None:
    """Marks every reading, so that what is copied of it can be told from what was read."""
    with past.store.writing() as session:
        session.execute(update(Reading).values(title="Copied"))


OTHER = pytest.mark.parametrize(("first", "then", "title"), [
    ({}, {}, "Copied"),
    ({}, {"headers": (("Content-Type", "text/html; charset=windows-1251"),)}, "A road"),
    ({}, {"headers": (*HTML, ("Content-Encoding", "identity, x")), "answered": f"{HOME}/a/1"}, "Copied"),
    ({}, {"answered": f"{HOME}/a/1/?x=1"}, "A road"),
    ({}, {"body": DATED + b" "}, "A road"),
    ({}, {"path": "/a/2"}, "A road"),
    ({"body": page()}, {"body": page()}, "A road"),
    ({"now_too": False}, {}, "A road"),
], ids=["equal", "another charset", "a header that says nothing", "another address", "another byte", "another page", "no date",
        "another reader"])


@OTHER
def test_what_was_read_of_equal_bytes_is_copied(first: dict[str, Any], then: dict[str, Any], title: str, past: Past) -> None:
    past.see(**{"body": DATED, "now_too": True} | first)
    mark(past)
    past.see(**{"body": DATED} | then)
    assert past.again().captures == 2
    copy = past.desk.rows(Reading)[-1]
    assert (copy.capture_id, copy.reader, copy.title) == (2, past.today, title)


class Unasked:
    """Readers that say whether they were asked."""

    async def read(self, _fetched: Fetched, _outlet: outlets.Outlet) -> Nothing:
        return Nothing("asked", "a test")


def crawl_desk(past: Past) -> worker.RunDesk:
    readers: Any = Unasked()
    return worker.RunDesk(past.desk.intake, past.archive, past.settings.archive, readers, Writer(), worker.Clock(past.desk.now))


def looked(past: Past, body: bytes = DATED, headers: tuple[tuple[str, str], ...] = HTML) -> ArticleRead | Nothing:
    """What a crawl's desk makes of an answer of the page /a/1."""
    exchange = past.exchange(f"{HOME}/a/1", body, 200, headers)
    desk = crawl_desk(past)
    fetched = opened(exchange, past.archive.keep("steppe", exchange), asked=exchange.url)
    value = asyncio.run(desk.read(fetched))
    assert isinstance(value, ArticleRead | Nothing)
    return value


def test_a_crawl_reads_equal_bytes_once_and_takes_them_for_the_same_article(past: Past) -> None:
    first = door.read(opened(past.exchange(f"{HOME}/a/1", DATED, 200, HTML), None), past.desk.outlet)
    past.see(body=DATED, now_too=True)
    assert looked(past) == first
    assert [each.reason for each in (looked(past, DATED + b" "), looked(past, headers=()))
            if isinstance(each, Nothing)] == ["asked", "asked"]
    (past.settings.archive / past.desk.rows(Capture)[0].file).write_bytes(b"")
    assert isinstance(looked(past), Nothing)


def test_a_crawl_always_reads_a_page_with_a_thread_or_one_that_only_a_later_reader_has_read(past: Past) -> None:
    past.see(body=DATED)
    past.again()
    assert isinstance(looked(past), Nothing)
    past.see(body=DATED, now_too=True)
    assert isinstance(looked(past), ArticleRead)
    past.see("/a/1", DATED.replace(b"</article>", b'</article><div id="disqus_thread"></div>'), now_too=True)
    assert [row.system for row in past.desk.rows(models.Thread)] == ["disqus"]
    assert isinstance(looked(past, DATED.replace(b"</article>", b'</article><div id="disqus_thread"></div>')), Nothing)


def test_an_outlet_s_file_that_was_changed_back_has_no_head_read_at_every_look(past: Past) -> None:
    past.see(body=DATED, now_too=True)
    first = past.today
    past.file.write_text(OUTLET.replace("articles", 'timezone = "Asia/Almaty"\narticles'), encoding="utf-8")
    assert past.again().reader != first
    there = past.desk.page("/a/1")
    assert stale_head(past.desk.intake, there.id, lambda _: first) is not None
    value = asyncio.run(crawl_desk(past)._read_head_again(Seen(there, "read")))
    assert value is not None and value.reader == first
    fetched = opened(past.exchange(there.url, DATED, 200, HTML), None, asked=there.url)
    kept = past.archive.keep("steppe", past.exchange(there.url, DATED, 200, HTML))
    take_in(past.desk.intake, Seen(there, "read", replace(fetched, kept=kept), value), past.desk.now, head_again=value)
    assert [row.seq for row in past.desk.rows(Version)] == [1]


def shown(past: Past) -> list[str]:
    with past.store.reading() as session:
        return [row.reading.reader for row in articles.versions(session, 1)]


def test_an_outlet_s_file_that_was_changed_back_is_what_is_shown_again(past: Past) -> None:
    past.see(now_too=True)
    first = past.today
    past.file.write_text(OUTLET.replace("articles", 'timezone = "Asia/Almaty"\narticles'), encoding="utf-8")
    second = past.again().reader
    assert shown(past) == [second] != [first]
    past.file.write_text(OUTLET, encoding="utf-8")
    assert past.again().already == 1 and shown(past) == [first]
    assert {(reader, outcome) for reader, outcome, _ in past.readings()[1]} == {(first, "clean"), (second, "clean")}


def test_a_look_shows_its_head_as_the_file_that_was_changed_back_reads_it(past: Past) -> None:
    past.see(body=DATED, now_too=True)
    first = past.today
    past.file.write_text(OUTLET.replace("articles", 'timezone = "Asia/Almaty"\narticles'), encoding="utf-8")
    past.again()
    there = past.desk.page("/a/1")
    value = asyncio.run(crawl_desk(past)._read_head_again(Seen(there, "read")))
    edited = past.exchange(there.url, DATED.replace(b"more", b"less"), 200, HTML)
    fetched = opened(edited, past.archive.keep("steppe", edited), asked=there.url)
    seen = Seen(there, "read", fetched, door.read(fetched, past.desk.outlet))
    take_in(past.desk.intake, seen, past.desk.now, head_again=value)
    assert shown(past) == [first, first]


def test_a_damaged_head_stops_no_look(past: Past) -> None:
    past.see()
    (past.settings.archive / past.desk.rows(Capture)[0].file).unlink()
    there = past.desk.page("/a/1")
    assert asyncio.run(crawl_desk(past)._read_head_again(Seen(there, "read"))) is None


# --- outlets

def test_an_outlet_without_a_file_is_told_and_left_and_the_others_are_read(past: Past) -> None:
    past.see()
    past.see("/a/2")
    with past.store.writing() as session:
        session.execute(update(models.Page).where(models.Page.url == f"{HOME}/a/2").values(outlet="dropped"))
    dropped, steppe = past.every()
    assert (dropped.outlet, dropped.captures, dropped.clean, dropped.reader, dropped.mistake) == ("dropped", 1, 0, None, False)
    assert "there is no outlet 'dropped'" in str(dropped.left)
    assert (steppe.outlet, steppe.clean) == ("steppe", 1)
    with pytest.raises(outlets.OutletError):
        past.every("dropped")


def test_a_broken_file_is_told_below_the_table_and_an_unknown_name_with_those_that_are_known(past: Past) -> None:
    past.see()
    past.see("/a/2", page(*LINES, os.urandom(600).hex()))
    error = document("--config", past.config, "reprocess", "nobody", code=2)["error"]
    assert "nobody" in error["message"] and error["remedy"] == "name one of caravanserai, steppe"
    harm(past, no_record=0, other_body=1)
    assert "from a backup, then run reprocess again: " in steppewire("--config", past.config, "reprocess").stderr
    past.file.write_text(OUTLET + 'colour = "red"', encoding="utf-8")
    head, row, below, *_ = steppewire("--config", past.config, "reprocess").stdout.splitlines()
    assert "left" not in head and "colour" not in row
    assert below.startswith("steppe is left as it is: ") and "this key is unknown" in below


def test_a_mistake_in_an_outlet_s_file_needs_a_person(past: Past) -> None:
    past.see()
    past.file.write_text(OUTLET + 'colour = "red"', encoding="utf-8")
    found = past.again()
    assert (found.captures, found.clean, found.mistake) == (1, 0, True)
    assert "colour" in document("--config", past.config, "reprocess", code=1)["outlets"][0]["left"]
    assert document("--config", past.config, "reprocess", "steppe", code=2)["error"]["key"] == "source.1.colour"


# --- beside others

def test_a_look_survives_a_reading_of_its_head_that_was_written_in_between(past: Past) -> None:
    past.see()
    stale = stale_head(past.desk.intake, past.desk.page("/a/1").id, lambda _: past.today)
    assert stale is not None
    past.again()
    there = past.desk.page("/a/1")
    exchange = past.exchange(there.url, page(), 200, HTML)
    fetched = opened(exchange, past.archive.keep("steppe", exchange), asked=there.url)
    value = door.read(fetched, past.desk.outlet)
    assert isinstance(value, ArticleRead)
    take_in(past.desk.intake, Seen(there, "read", fetched, value), past.desk.now, head_again=value)
    assert [len(reads) for reads in past.readings().values()] == [2, 1] and len(past.desk.rows(Version)) == 1


def test_two_that_read_again_at_once_write_each_reading_once(past: Past) -> None:
    for number in range(30):
        past.see(f"/a/{number}")

    async def both() -> None:
        await asyncio.gather(past.reprocess(), past.reprocess())

    asyncio.run(both())
    assert Counter(row.reader for row in past.desk.rows(Reading)) == {"long-ago": 30, past.today: 30}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_interrupted_it_goes_on_from_there(how: signal.Signals, past: Past) -> None:
    """It is stopped while it reads, so that the tests' machine may be as fast or slow as it likes."""
    for number in range(150):
        past.see(f"/a/{number}", page(*LINES, f"This is report number {number} of a series about the road and its bridges."))

    def read() -> int:
        with past.store.reading() as session:
            return session.scalars(select(func.count()).select_from(Reading).where(Reading.reader == past.today)).one()

    with subprocess.Popen([*COMMAND, "--config", str(past.config), "reprocess", "--json"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True) as process:
        wait("the first readings", lambda: read() > 0)
        os.kill(process.pid, signal.SIGSTOP)
        os.killpg(process.pid, how)
        os.kill(process.pid, signal.SIGCONT)
        out, err = process.communicate(timeout=60)
    done = read()
    assert 0 < done < 150
    if how == signal.SIGINT:
        assert (process.returncode, out) == (130, "") and "goes on from there" in err and "Traceback" not in err
    found = document("--config", past.config, "reprocess")
    assert (found["captures"], found["already"], found["clean"]) == (150, done, 150 - done)
    assert Counter((row.reader, row.outcome) for row in past.desk.rows(Reading)) == {
        ("long-ago", "clean"): 150, (past.today, "clean"): 150}


# --- verify

def verify(past: Past) -> replay.Verified:
    return replay.verify(past.settings.archive, past.store, lambda *said: past.said.append(said))


def test_what_is_as_it_was_kept_is_verified(past: Past) -> None:
    for number in range(3):
        past.see(f"/a/{number}", page(*LINES, f"This is report number {number} of a series about the road and its bridges."))
    past.see("/a/9", EMPTY, old="no_text")
    past.see("/a/8", status=503)
    found = verify(past)
    assert (found.captures, found.readings, found.files, found.damaged) == (5, 3, 1, [])
    assert past.said[-1] == ("readings", 3, 3)
    said = document("--config", past.config, "verify")
    assert said == {"schema": 1, "captures": 5, "readings": 3, "files": 1, "damaged": []}


def test_each_kind_of_damage_is_told_apart_and_hides_nothing(past: Past) -> None:
    for number in range(5):
        past.see(f"/a/{number}", page(*LINES, os.urandom(600).hex()))
        if number == 2:
            past.desk.now += timedelta(days=40)  # a month of its own is a file of its own
    harm(past, no_record=0, other_body=1)
    (past.settings.archive / past.desk.rows(Capture)[4].file).unlink()
    with past.store.writing() as session:
        session.execute(update(Reading).where(Reading.id == 3).values(text="Somebody else's."))
    found = verify(past)
    assert (found.captures, found.readings, found.files) == (5, 5, 2)
    assert [(damage.capture.id, damage.harm, damage.reading) for damage in found.damaged] == [
        (1, "no_record", None), (2, "other_body", None), (4, "no_file", None), (5, "no_file", None), (3, "other_text", 3)]
    said = document("--config", past.config, "verify", code=1)["damaged"]
    last = past.desk.rows(Capture)[4]
    assert said[3] == {"capture": "5", "reading": None, "file": last.file, "offset": last.offset, "url": f"{HOME}/a/4",
                       "wrong": "no_file", "note": f"there is no file {last.file}"}


def test_a_record_that_ends_too_early_is_no_whole_record(past: Past) -> None:
    past.see(body=page(*LINES, os.urandom(20_000).hex()))
    file = past.settings.archive / past.desk.rows(Capture)[0].file
    file.write_bytes(file.read_bytes()[:-8000])
    assert [damage.harm for damage in verify(past).damaged] == ["no_record"]
