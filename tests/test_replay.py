"""Stored bytes read again: what is written, what is left alone, and what goes on after an end; on both databases."""
import asyncio
import gzip
import os
import signal
import subprocess
from collections import Counter
from datetime import timedelta

import pytest
from command import COMMAND, environment, said, told
from daemon import wait
from desk import HOME
from past import EMPTY, HTML, LINES, OUTLET, Past, harm, page
from sqlalchemy import func, select, update

from crawler import outlet as outlets
from crawler.archive import opened
from crawler.items import ArticleRead, Nothing, Seen
from pipelines.plan import plan
from pipelines.read import door
from pipelines.take_in import stale_head, take_in
from storage import articles, models
from storage.models import Capture, Reading, Version

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
    error = told("--config", past.config, "reprocess", "nobody", code=2)["error"]
    assert "nobody" in error["message"] and error["remedy"] == "name one of caravanserai, steppe"
    harm(past, no_record=0, other_body=1)
    assert "from a backup, then run reprocess again: " in said("--config", past.config, "reprocess").stderr
    past.file.write_text(OUTLET + 'colour = "red"', encoding="utf-8")
    head, row, below, *_ = said("--config", past.config, "reprocess").stdout.splitlines()
    assert "left" not in head and "colour" not in row
    assert below.startswith("steppe is left as it is: ") and "this key is unknown" in below


def test_a_mistake_in_an_outlet_s_file_needs_a_person(past: Past) -> None:
    past.see()
    past.file.write_text(OUTLET + 'colour = "red"', encoding="utf-8")
    found = past.again()
    assert (found.captures, found.clean, found.mistake) == (1, 0, True)
    assert "colour" in told("--config", past.config, "reprocess", code=1)["outlets"][0]["left"]
    assert told("--config", past.config, "reprocess", "steppe", code=2)["error"]["key"] == "source.1.colour"


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

    assert past.reactor is not None
    past.reactor.run(both())
    assert Counter(row.reader for row in past.desk.rows(Reading)) == {"long-ago": 30, past.today: 30}


@pytest.mark.long_on_postgresql
def test_interrupted_it_goes_on_from_there(past: Past) -> None:
    """It is stopped while it reads, so that the tests' machine may be as fast or slow as it likes: first as by a person at the
    terminal, then for good."""
    for number in range(120):
        past.see(f"/a/{number}", page(*LINES, f"This is report number {number} of a series about the road and its bridges."))

    def read() -> int:
        with past.store.reading() as session:
            return session.scalars(select(func.count()).select_from(Reading).where(Reading.reader == past.today)).one()

    def interrupted(how: signal.Signals) -> tuple[int, str, str]:
        before = read()
        with subprocess.Popen([*COMMAND, "--config", str(past.config), "reprocess", "--json"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True) as process:
            wait("the first readings", lambda: read() > before, every=0.01)
            os.kill(process.pid, signal.SIGSTOP)
            os.killpg(process.pid, how)
            os.kill(process.pid, signal.SIGCONT)
            out, err = process.communicate(timeout=60)
        assert before < read() < 120
        return process.returncode, out, err

    code, out, err = interrupted(signal.SIGINT)
    assert (code, out) == (130, "") and "goes on from there" in err and "Traceback" not in err
    assert interrupted(signal.SIGKILL)[0] == -signal.SIGKILL
    done = read()
    found = told("--config", past.config, "reprocess")
    assert (found["captures"], found["already"], found["clean"]) == (120, done, 120 - done)
    assert Counter((row.reader, row.outcome) for row in past.desk.rows(Reading)) == {
        ("long-ago", "clean"): 120, (past.today, "clean"): 120}
