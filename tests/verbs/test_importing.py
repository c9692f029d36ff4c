"""Old WARC files brought in: in the order of their time, never twice, and nobody hears of it."""
import gzip
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from command import COMMAND, environment, said, steppewire, told
from here import Here
from newspaper import Line, Newspaper, story
from sqlalchemy import func, select, update

from demo.server import Request
from storage import articles, models, threads
from storage.models import Alert, Article, Capture, Comment, Page, Reading, Run, ThreadRead, Version
from storage.store import Store
from tests.crawler.scripted import Reactor
from tests.crawler.test_warc import record
from verbs.importing import Importer
from verbs.reading import FileError

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
PATH = "/news/0"


@pytest.fixture
def paper(tmp_path: Path, made_url: str) -> Iterator[Newspaper]:
    with Newspaper(tmp_path, articles=2, database=made_url) as paper:
        yield paper


@pytest.fixture
def line(paper: Newspaper, reactor: Reactor) -> Iterator[Line]:
    with Here(paper, reactor) as line:
        yield line


def old(paper: Newspaper, at: datetime, path: str = PATH, *, host: str = "paper.example", status: int = 200) -> bytes:
    """A record of a page as the paper shows it now, made by hand at another time."""
    shown = paper.answer(Request("GET", path, "", Message()))
    block = f"HTTP/1.1 {status} OK\r\nContent-Type: {shown.type}\r\n\r\n".encode() + shown.body
    return record(block, url=f"https://{host}{path}", date=at.isoformat().replace("+00:00", "Z"))


def edited(paper: Newspaper, text: str, path: str = PATH) -> Newspaper:
    paper.stories[path].paragraphs[0] = f"The railway was {text} on Monday by two ministers and a brass band of eleven people."
    return paper


def bring_in(line: Line, *records: bytes, only: str | None = None, name: str = "old.warc.gz") -> dict[str, Any]:
    file = line.paper.folder / name
    file.write_bytes(gzip.compress(b"".join(records)))
    return line.runner.run(Importer(line.settings, line.store, lambda: line.now, only).bring_in([file]))


def texts(store: Store, path: str = PATH) -> list[str]:
    """The third word but one of the first line of each of an article's versions, in order: what was done to the railway."""
    with store.reading() as session:
        found = session.scalar(select(Article).where(Article.url == f"https://paper.example{path}"))
        rows = articles.versions(session, found.id) if found is not None else []
        return [(row.reading.text or "").split("was ", 1)[1].split(" on ", 1)[0] for row in rows]


def count(store: Store, model: type[models.Base]) -> int:
    with store.reading() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def one(store: Store, model: Any, *where: Any) -> Any:
    with store.reading() as session:
        return session.scalars(select(model).where(*where)).one()


# --- order

def test_records_make_versions_in_the_order_of_their_time_whatever_file_they_are_in(paper: Newspaper, line: Line) -> None:
    edited(paper, "planned")
    first, last = old(paper, START - 9 * DAY), old(paper, START - 3 * DAY)
    built = old(edited(paper, "built"), START - 6 * DAY)
    files = [paper.folder / "b.warc", paper.folder / "a.warc.gz"]
    files[0].write_bytes(last + first)
    files[1].write_bytes(gzip.compress(built))
    found = line.runner.run(Importer(line.settings, line.store, lambda: line.now).bring_in(files))
    assert texts(line.store) == ["planned", "built", "planned"]
    run, = found["runs"]
    assert (run["captures"], run["articles_new"], run["versions_new"], run["already"]) == (3, 1, 3, 0)
    assert [(file["file"], file["records"], file["taken"]) for file in found["files"]] == [
        (str(files[0]), 2, 2), (str(files[1]), 1, 1)]
    with line.store.reading() as session:
        assert list(session.scalars(select(Version.seen_at).order_by(Version.seq))) == [
            START - 9 * DAY, START - 6 * DAY, START - 3 * DAY]
        listed, = articles.listing(session)
        assert (listed.versions, listed.first_seen, listed.last_changed) == (3, START - 9 * DAY, START - 3 * DAY)
        assert {run.kind for run in session.scalars(select(Run))} == {"import"}


def test_what_is_in_is_not_brought_in_twice(paper: Newspaper, line: Line) -> None:
    records = [old(paper, START - 9 * DAY), old(edited(paper, "built"), START - 6 * DAY)]
    assert bring_in(line, *records, records[0])["files"][0]["skipped"]["already"] == 1
    before = [count(line.store, model) for model in (Capture, Reading, Version, Page)]
    again = bring_in(line, *reversed(records))
    assert (again["files"][0]["taken"], again["runs"][0]["already"], again["runs"][0]["captures"]) == (0, 2, 0)
    assert [count(line.store, model) for model in (Capture, Reading, Version, Page)] == before == [2, 2, 2, 1]


# --- beside what is known already

def test_an_older_record_gives_capture_and_reading_and_changes_nothing(paper: Newspaper, line: Line) -> None:
    edited(paper, "opened")
    line.crawl()
    before = one(line.store, Page, Page.url == f"https://paper.example{PATH}")
    found = bring_in(line, old(edited(paper, "built"), START - DAY))["runs"][0]
    assert (found["captures"], found["versions_new"]) == (1, 0)
    assert texts(line.store) == ["opened"]
    kept = one(line.store, Capture, Capture.at == START - DAY)
    assert "built" in one(line.store, Reading, Reading.capture_id == kept.id).text
    after = one(line.store, Page, Page.id == before.id)
    for name in ("state", "etag", "last_modified", "next_due_at", "confirmed_at", "recheck_step", "doubt"):
        assert getattr(after, name) == getattr(before, name), name


def test_a_newer_record_gives_a_version_and_leaves_the_page_as_it_is(paper: Newspaper, line: Line) -> None:
    edited(paper, "opened")
    line.crawl()
    before = one(line.store, Page, Page.url == f"https://paper.example{PATH}")
    line.now += 3 * DAY
    found = bring_in(line, old(edited(paper, "closed"), START + DAY), old(paper, START + 2 * DAY))["runs"][0]
    assert (found["captures"], found["versions_new"]) == (2, 1) and texts(line.store) == ["opened", "closed"]
    after = one(line.store, Page, Page.id == before.id)
    assert (after.state, after.etag, after.next_due_at, after.confirmed_at) == (
        before.state, before.etag, before.next_due_at, before.confirmed_at)
    assert count(line.store, Alert) == 0


def test_a_record_between_two_that_say_the_same_does_not_become_the_head(paper: Newspaper, line: Line) -> None:
    edited(paper, "opened")
    bring_in(line, old(paper, START - 9 * DAY), old(paper, START - 5 * DAY))
    assert bring_in(line, old(edited(paper, "closed"), START - 7 * DAY))["runs"][0]["versions_new"] == 0
    assert texts(line.store) == ["opened"]


# --- nobody hears of it

@pytest.mark.long_on_postgresql
def test_nobody_is_told_of_what_an_import_brought_then_or_later(paper: Newspaper, line: Line) -> None:
    paper.stories["/news/0"].comments = [("c1", "The railway is late again.")]
    records = [old(paper, START - 9 * DAY), old(edited(paper, "built"), START - 6 * DAY)]
    line.crawl()
    paper.stories["/news/7"] = story(7)
    bring_in(line, *records, old(paper, START - 8 * DAY, "/news/7"))
    del paper.stories["/news/7"]
    paper.stories["/news/1"].paragraphs[0] += " The railway is new."
    runs = line.crawl("paper0", later=DAY)
    assert (runs[0]["versions_new"], count(line.store, Alert)) == (1, 1)  # of the live edit alone
    for _ in range(4):
        line.crawl("paper0", later=DAY)
    assert one(line.store, Page, Page.url == "https://paper.example/news/7").state == "gone"
    assert count(line.store, Alert) == 1 and set(paper.told()) == {"/news/1"}


@pytest.mark.long_on_postgresql
def test_what_became_of_an_imported_page_before_our_first_look_is_told_to_nobody_and_later_edits_are(
        paper: Newspaper, line: Line) -> None:
    line.crawl()
    paper.stories["/news/7"] = story(7)
    edited(paper, "planned", "/news/7").stories["/news/7"].comments = [("c1", "The railway is late.")]
    bring_in(line, old(paper, START - 9 * DAY, "/news/7"))
    page = one(line.store, Page, Page.url == "https://paper.example/news/7")
    assert (page.state, page.next_due_at, page.confirmed_at) == ("known", line.now, None)
    edited(paper, "opened", "/news/7").stories["/news/7"].comments += [("c2", "The railway is here.")]
    line.crawl(later=HOUR)
    assert texts(line.store, "/news/7") == ["planned", "opened"] and count(line.store, Alert) == 0
    edited(paper, "closed", "/news/7").stories["/news/7"].comments += [("c3", "The railway is gone.")]
    line.crawl("paper0", later=HOUR)
    with line.store.reading() as session:
        assert set(session.scalars(select(Alert.event))) == {"article_edited", "comment_posted"}


def test_an_outlet_with_imports_alone_still_has_its_backlog(paper: Newspaper, line: Line) -> None:
    bring_in(line, old(paper, START - 9 * DAY))
    edited(paper, "closed")
    first, = line.crawl()
    assert (first["backlog"], first["versions_new"], count(line.store, Alert)) == (True, 2, 0)
    paper.stories["/news/9"] = story(9)
    line.crawl("paper0", later=HOUR)
    assert paper.told() == {"/news/9": 1}


def test_what_could_not_be_read_is_kept_and_looked_at_and_is_no_news_then(paper: Newspaper, line: Line) -> None:
    line.crawl()
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body></body></html>"
    found = bring_in(line, record(block, url="https://paper.example/news/7", date="2026-03-01T00:00:00Z"))["runs"][0]
    assert (found["captures"], found["quarantined"], found["articles_new"]) == (1, 1, 0)
    page = one(line.store, Page, Page.url == "https://paper.example/news/7")
    assert (page.state, page.next_due_at) == ("quarantined", line.now) and page.reason
    paper.stories["/news/7"] = story(7)
    line.crawl(later=HOUR)
    assert texts(line.store, "/news/7") and count(line.store, Alert) == 0


# --- comments

def test_comments_come_in_as_live_ones_do_with_the_times_of_the_records(paper: Newspaper, line: Line) -> None:
    said = paper.stories[PATH].comments = [(f"c{number}", f"Opinion number {number}.") for number in range(4)]
    records = [old(paper, START - 3 * DAY)]
    said[0] = ("c0", "Another opinion.")
    del said[3]
    records += [old(paper, START - 3 * DAY + timedelta(minutes=5)), old(paper, START - 3 * DAY + timedelta(minutes=14))]
    bring_in(line, *records)
    with line.store.reading() as session:
        assert threads.totals(session) == threads.CommentTotals(standing=4, edited=1, removed=0)
    bring_in(line, *records, old(paper, START - 3 * DAY + timedelta(minutes=15)))
    with line.store.reading() as session:
        assert threads.totals(session) == threads.CommentTotals(standing=3, edited=1, removed=1)
        assert session.scalar(select(func.min(Comment.first_seen_at))) == START - 3 * DAY


def test_a_thread_older_than_the_last_look_is_not_taken(paper: Newspaper, line: Line) -> None:
    paper.stories[PATH].comments = [("c1", "Now.")]
    line.crawl()
    looks = count(line.store, ThreadRead)
    paper.stories[PATH].comments = [("c0", "Then."), ("c1", "Otherwise.")]
    bring_in(line, old(paper, START - DAY))
    assert count(line.store, ThreadRead) == looks
    with line.store.reading() as session:
        assert threads.totals(session) == threads.CommentTotals(standing=1, edited=0, removed=0)


# --- how it is told later

def test_why_says_that_an_import_brought_an_article_in_and_when(paper: Newspaper, line: Line) -> None:
    line.crawl()
    line.now += HOUR
    paper.stories["/news/7"] = story(7)
    run = bring_in(line, old(paper, START - 9 * DAY), old(paper, START - 8 * DAY, "/news/7"))["runs"][0]["run"]
    del paper.stories["/news/7"]

    def discovered(path: str) -> tuple[str, str]:
        steps = told("--config", paper.config, "why", f"https://paper.example{path}")["steps"]
        return next((step["note"], step["at"]) for step in steps if step["step"] == "discovered")
    assert discovered("/news/7") == (f"an import brought it in, run {run} at 2026-03-02 07:00 UTC", "2026-03-02T07:00:00Z")
    assert discovered(PATH)[0].startswith("found on ")
    line.crawl(later=HOUR)
    assert "an import brought it in" in discovered("/news/7")[0]


def test_a_page_that_another_one_redirected_to_stays_one_where_an_import_brings_more_of_it(
        paper: Newspaper, line: Line) -> None:
    bring_in(line, old(paper, START - 9 * DAY))
    with line.store.writing() as session:  # known before the import began, and by no source
        session.execute(update(Page).values(found_at=START - DAY))
    said = told("--config", paper.config, "why", f"https://paper.example{PATH}")["steps"]
    assert "another page redirected to it" in [step["note"] for step in said]


# --- what is not taken

def test_only_articles_of_the_outlets_are_taken(paper: Newspaper, line: Line) -> None:
    feed = record(b"HTTP/1.1 200 OK\r\n\r\n<rss version='2.0'><channel><title>News</title></channel></rss>",
                  url="https://paper.example/news/feed", date="2026-03-01T00:00:00Z")
    picture = record(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG", url="https://paper.example/news/1.png",
                     date="2026-03-01T00:00:00Z")
    found = bring_in(line, old(paper, START - DAY), old(paper, START - DAY, "/front0"), old(paper, START - DAY, "/about"),
                     old(paper, START - DAY, host="other.example"), old(paper, START - DAY, status=404), feed, picture)
    file, = found["files"]
    assert {reason: number for reason, number in file["skipped"].items() if number} == {
        "not_article": 4, "foreign": 1, "status": 1}
    assert (file["taken"], count(line.store, Page), count(line.store, Capture)) == (1, 1, 1)


def test_one_outlet_alone_can_be_asked_for(tmp_path: Path, made_url: str, reactor: Reactor) -> None:
    with Newspaper(tmp_path, hosts=("paper.example", "gazette.example"), database=made_url) as paper, \
            Here(paper, reactor) as line:
        records = [old(paper, START - DAY), old(paper, START - DAY, host="gazette.example")]
        found = bring_in(line, *records, only="paper1")
        assert [run["outlet"] for run in found["runs"]] == ["paper1"] and found["files"][0]["skipped"]["foreign"] == 1
        assert {run["outlet"]: run["captures"] for run in bring_in(line, *records)["runs"]} == {"paper0": 1, "paper1": 0}


def test_a_file_that_is_none_is_told_before_anything_is_stored(paper: Newspaper, line: Line) -> None:
    good, bad = paper.folder / "good.warc", paper.folder / "bad.warc"
    good.write_bytes(old(paper, START - DAY))
    bad.write_bytes(b"<html></html>")
    with pytest.raises(FileError, match="no WARC file"):
        line.runner.run(Importer(line.settings, line.store, lambda: line.now).bring_in([good, bad]))
    assert count(line.store, Run) == count(line.store, Capture) == 0


def test_a_record_of_the_future_is_told_as_such(paper: Newspaper, line: Line) -> None:
    file, = bring_in(line, old(paper, START - DAY), old(paper, START + timedelta(seconds=1), "/news/1"))["files"]
    assert {reason: number for reason, number in file["skipped"].items() if number} == {"future": 1}


# --- our own archive

def test_our_own_archive_in_an_empty_store_gives_the_same_versions(paper: Newspaper, line: Line, tmp_path: Path,
                                                                   reactor: Reactor) -> None:
    said = paper.stories[PATH].comments = [("c1", "The railway is late.")]
    for doing in ("planned", "built", "opened"):
        edited(paper, doing)
        said.append((doing, f"It is {doing}."))
        line.crawl("paper0", later=DAY)
    (tmp_path / "other").mkdir()
    with Newspaper(tmp_path / "other", articles=2) as other, Here(other, reactor) as empty:
        files = sorted(line.settings.archive.rglob("*.warc.gz"))
        found = empty.runner.run(Importer(empty.settings, empty.store, lambda: line.now + DAY).bring_in(files))
        assert all(file["cut"] is False for file in found["files"])
        assert all_texts(empty.store) == all_texts(line.store)
        with empty.store.reading() as mine, line.store.reading() as theirs:
            assert threads.totals(mine) == threads.totals(theirs)
            assert sorted(mine.scalars(select(Capture.sha256))) == sorted(theirs.scalars(
                select(Capture.sha256).join(Page, Page.id == Capture.page_id).where(Page.kind == "article")))
    again = line.runner.run(Importer(line.settings, line.store, lambda: line.now).bring_in(files))
    assert sum(file["taken"] for file in again["files"]) == 0


def all_texts(store: Store) -> dict[str, list[tuple[int, str | None, str | None]]]:
    with store.reading() as session:
        return {article.url: [(row.version.seq, row.reading.title, row.reading.text)
                              for row in articles.versions(session, article.id)]
                for article in session.scalars(select(Article))}


# --- the command itself

@pytest.mark.long_on_postgresql
def test_the_command_says_what_came_of_it(paper: Newspaper) -> None:
    file = paper.folder / "old.warc"
    file.write_bytes(old(paper, START - DAY) + old(paper, START - DAY, "/news/1")[:-80])
    ended = steppewire("--config", paper.config, "import", file)
    assert ended.returncode == 0 and "cut" in ended.stdout, ended.stderr
    assert f"{file}: it is cut or damaged at byte" in ended.stderr.replace("\n", "")
    found = told("--config", paper.config, "import", file)
    assert (found["files"][0]["cut"], found["files"][0]["records"], found["runs"][0]["already"]) == (True, 1, 1)
    assert [row["versions"] for row in told("--config", paper.config, "article", "list")["articles"]] == [1]


@pytest.mark.parametrize(("content", "code"), [(b"<html></html>", 1), (None, 2)])
def test_what_cannot_be_imported_is_told(content: bytes | None, code: int, paper: Newspaper) -> None:
    file = paper.folder / "old.warc"
    if content is not None:
        file.write_bytes(content)
    ended = said("--config", paper.config, "import", file)
    assert ended.returncode == code and str(file) in ended.stderr and "Traceback" not in ended.stderr


def test_a_folder_and_a_file_that_is_not_there_are_told_with_file_and_remedy(paper: Newspaper) -> None:
    for path, message in ((paper.folder, "this is a folder"), (paper.folder / "none.warc", "there is no such file")):
        error = told("--config", paper.config, "import", path, code=2)["error"]
        assert (error["kind"], error["file"], error["message"]) == ("file", str(path), message) and error["remedy"]


@pytest.mark.long_on_postgresql
def test_where_nothing_is_taken_for_want_of_an_outlet_it_says_to_add_it(paper: Newspaper) -> None:
    file = paper.folder / "old.warc"
    file.write_bytes(old(paper, START - DAY, host="other.example") + old(paper, START + 40_000 * DAY))
    ended = said("--config", paper.config, "import", file)
    assert ended.returncode == 0 and "1 record is of none of the outlets" in ended.stderr
    assert f"add their outlet to outlets in {paper.config}" in ended.stderr
    shown = " ".join(ended.stdout.split())
    assert "dated in the future" in shown and "1 of no" in shown
    file.write_bytes(old(paper, START - DAY, host="other.example") + old(paper, START - DAY))
    for _ in range(2):  # taken, and there before
        assert "add their outlet" not in said("--config", paper.config, "import", file).stderr


def test_beside_a_daemon_it_says_so_and_does_nothing(paper: Newspaper, line: Line) -> None:
    file = paper.folder / "old.warc"
    file.write_bytes(old(paper, START - DAY))
    with line.store.lock():
        ended = said("--config", paper.config, "import", file)
    assert (ended.returncode, count(line.store, Run)) == (75, 0) and "stop the daemon" in ended.stderr


@pytest.mark.long_on_postgresql
def test_what_a_kill_interrupted_is_finished_by_the_same_command(paper: Newspaper, line: Line) -> None:
    records: list[bytes] = []
    for number in range(40):
        paper.stories[f"/news/{number}"] = story(number)
        records.append(old(paper, START - DAY + timedelta(minutes=number), f"/news/{number}"))
    file = paper.folder / "old.warc.gz"
    file.write_bytes(b"".join(map(gzip.compress, records)))
    importing = subprocess.Popen([*COMMAND, "--config", str(paper.config), "import", str(file)], env=environment(),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while count(line.store, Capture) < 5 and time.monotonic() < end:
        time.sleep(0.01)
    os.kill(importing.pid, signal.SIGKILL)
    importing.wait(10)
    kept = count(line.store, Capture)
    assert 5 <= kept < 40
    found = told("--config", paper.config, "import", file)
    assert found["runs"][0]["already"] == kept and found["runs"][0]["captures"] == 40 - kept
    with line.store.reading() as session:
        assert list(session.scalars(select(Run.state).order_by(Run.id))) == ["died", "done"]
        assert session.scalars(select(func.count()).select_from(Version).where(Version.judgement == "passed")).one() == 40
