"""Equal bytes are read once, by a crawl and by reprocess, and an outlet's file that was changed back reads nothing anew."""
import asyncio
from dataclasses import replace
from typing import Any

import pytest
from desk import HOME
from past import HTML, OUTLET, Past, page
from sqlalchemy import update

from crawler import outlet as outlets
from crawler.archive import opened
from crawler.items import ArticleRead, Fetched, Nothing, Seen
from pipelines.read import door
from pipelines.take_in import stale_head, take_in
from run_desk import Clock, RunDesk
from storage import articles, models
from storage.models import Capture, Reading, Version
from storage.writer import Writer

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


def crawl_desk(past: Past) -> RunDesk:
    readers: Any = Unasked()
    return RunDesk(past.desk.intake, past.archive, past.settings.archive, readers, Writer(), Clock(past.desk.now))


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
