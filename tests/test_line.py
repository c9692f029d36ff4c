"""The whole line: site → crawl → store → mail. What happened is told by the site's own log and the mail sink's folder, not by
our tables alone."""
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from command import ROOT, document, steppewire, told
from daemon import daemon, status, wait
from here import Here
from newspaper import Line, Newspaper, story
from sqlalchemy import text
from warcio.archiveiterator import ArchiveIterator

from alerts.channels.smtp import Smtp
from demo.server import Answer, Request, Server
from scheduler import MAIL
from tests.crawler.scripted import Reactor

SHARED = ROOT / ".." / "shared"
HOUR = timedelta(hours=1)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def paper(tmp_path: Path, store_url: str) -> Iterator[Newspaper]:
    with Newspaper(tmp_path, database=store_url) as paper:
        yield paper


@pytest.fixture
def line(paper: Newspaper, reactor: Reactor) -> Iterator[Line]:
    with Here(paper, reactor) as line:
        yield line


@pytest.mark.long_on_postgresql
def test_what_stands_is_stored_and_what_comes_after_it_is_mailed(paper: Newspaper) -> None:
    """By the command itself, with the machine's own clock. Its worker takes seconds to load, which the clock of the evidence
    must count."""
    first, = document("--config", paper.config, "crawl")["runs"]
    assert (first["state"], first["articles_new"], first["versions_new"], first["backlog"]) == ("done", 5, 5, True), first
    assert paper.mails() == []
    asked = min(hit.at for hit in paper.server.hits)
    assert min(datetime.fromisoformat(record["WARC-Date"]) for record in responses(paper)) >= asked
    paper.stories["/news/9"] = story(9)
    second, = document("--config", paper.config, "crawl", "paper0")["runs"]
    assert (second["articles_new"], second["versions_new"], second["backlog"]) == (1, 1, False)
    assert paper.told() == Counter(["/news/9"])
    alert, = told("--config", paper.config, "alert", "list")["alerts"]
    assert (alert["event"], alert["state"], alert["recipient"]) == ("article_new", "mailed", "a@example.org")


def responses(paper: Newspaper) -> list[dict[str, str]]:
    """The heads of all responses in the archive."""
    found: list[dict[str, str]] = []
    for file in (paper.folder / "archive").rglob("*.warc.gz"):
        with file.open("rb") as stream:
            found += [dict(record.rec_headers.headers) for record in ArchiveIterator(stream) if record.rec_type == "response"]
    return found


@pytest.mark.long_on_postgresql
def test_an_unchanged_site_makes_nothing_an_edit_a_version_and_what_vanishes_goes_after_looks_enough(
        paper: Newspaper, line: Line) -> None:
    """An article goes after three looks over a day, a comment after two."""
    line.crawl()
    # Every exchange is in the archive, under the real address.
    assert Counter(record["WARC-Target-URI"] for record in responses(paper)) == Counter(
        f"https://paper.example{hit.path}" for hit in paper.server.hits)
    before, most = len(paper.server.hits), len(paper.stories) + 1 + 1
    run, = line.crawl("paper0", later=HOUR)
    hits = paper.server.hits[before:]
    assert [hit.status for hit in hits if hit.path.startswith("/news/")] == [304] * len(paper.stories)
    assert len(hits) <= most
    nothing = {"posted": 0, "edited": 0, "removed": 0, "restored": 0}
    assert (run["state"], run["versions_new"], run["comments"], paper.mails()) == ("done", 0, nothing, [])

    kept = paper.stories["/news/1"].paragraphs[0]
    paper.stories["/news/1"].paragraphs[0] = kept.replace("two ministers", "three ministers")
    paper.stories["/news/2"].comments += [("c1", "A railway at last!"), ("c2", "As ever.")]
    assert line.crawl("paper0", later=HOUR)[0]["versions_new"] == 1
    paper.stories["/news/1"].paragraphs[0] = kept
    assert line.crawl("paper0", later=HOUR)[0]["versions_new"] == 1
    assert (line.articles()["/news/1"], line.articles()["/news/2"]) == ((3, 0), (1, 2))
    assert paper.told() == Counter({"/news/1": 2, "/news/2": 1})
    del paper.stories["/news/2"].comments[0]
    paper.stories["/news/3"].gone = True
    for later in (HOUR, HOUR / 4):
        line.crawl(later=later)
    assert line.articles()["/news/2"] == (1, 1)
    line.crawl(later=24 * HOUR)
    assert paper.told() == Counter({"/news/1": 2, "/news/2": 2, "/news/3": 1})


def test_a_site_that_is_down_is_not_asked_for_page_after_page(tmp_path: Path, reactor: Reactor) -> None:
    with Newspaper(tmp_path, articles=40) as paper, Here(paper, reactor) as line:
        line.crawl()
        connect, closed = paper.server.url, f"http://127.0.0.1:{free_port()}"
        file = tmp_path / "outlets" / "paper0.toml"
        file.write_text(file.read_text(encoding="utf-8").replace(connect, closed), encoding="utf-8")
        run, = line.crawl("paper0", later=HOUR)
        assert run["state"] == "failed" and run["requests"] <= 3 * (5 + 3)
        assert any("the site does not answer" in error for error in run["errors"])
        file.write_text(file.read_text(encoding="utf-8").replace(closed, connect), encoding="utf-8")
        run, = line.crawl("paper0", later=HOUR)
        assert run["state"] == "done" and len(line.articles()) == 40


def test_a_thread_is_asked_for_by_its_rhythm_long_before_the_ladder_wants_it(tmp_path: Path, reactor: Reactor) -> None:
    with Newspaper(tmp_path, articles=1, recheck="30d") as paper, Here(paper, reactor) as line:
        line.crawl()
        asked = []
        for minutes in (9, 2, 12, 3, 60, 30, 91):
            if minutes == 60:
                paper.stories["/news/0"].comments.append(("c1", "The railway was late again."))
            line.crawl(later=timedelta(minutes=minutes))
            asked.append(paper.asked("/news/0"))
        # After ten minutes, then each quarter of an hour at the latest; most answers are that nothing changed.
        assert asked == [1, 2, 3, 3, 4, 5, 6]
        with line.store.reading() as session:
            said, = session.scalars(text("SELECT count(*) FROM comment"))
        assert (said, paper.asked("/news/0", 304)) == (1, 4)


def test_an_edit_behind_an_etag_that_never_changes_is_found_by_a_look_that_comes_seldom(
        tmp_path: Path, reactor: Reactor) -> None:
    class Stuck(Newspaper):
        def answer(self, request: Request) -> Answer:
            answer = super().answer(request)
            if not request.path.startswith("/news/"):
                return answer
            tag = (("ETag", '"stuck"'),)
            known = request.headers.get("If-None-Match") == '"stuck"'
            # Without a thread, which is looked at oftener.
            body = answer.body.replace(b'class="comments"', b'class="links"')
            return Answer(status=304, headers=tag) if known else replace(answer, body=body, headers=tag, validators=False)

    with Stuck(tmp_path, recheck="7d") as paper, Here(paper, reactor) as line:
        line.crawl()
        paper.stories["/news/1"].paragraphs.append("The railway was closed again on Tuesday, and the band was sent home.")
        assert line.crawl(later=169 * HOUR)[0]["versions_new"] == 1
        assert paper.told() == Counter({"/news/1": 1})


def test_a_body_that_unpacks_without_end_is_quarantined_with_its_evidence(tmp_path: Path, reactor: Reactor) -> None:
    class Bombed(Newspaper):
        def answer(self, request: Request) -> Answer:
            if request.path == "/news/2":
                return Answer(gzip.compress(bytes(50_000_000), 1), headers=(("Content-Encoding", "gzip"),))
            return super().answer(request)

    with Bombed(tmp_path) as paper, Here(paper, reactor) as line:
        run, = line.crawl()
        (bomb,) = run["quarantined"]
        assert bomb["url"].endswith("/news/2") and bomb["reason"].startswith("too_large: as sent or unpacked it has more than")
        assert run["versions_new"] == 4
        with line.store.reading() as session:
            row, = session.execute(text("SELECT status, sha256 FROM capture JOIN page ON page.id = page_id"
                                        " WHERE page.state = 'quarantined'"))
        assert row.status == 200 and len(row.sha256) == 64


def test_four_outlets_on_one_slow_host_never_have_more_under_way_than_its_limit(tmp_path: Path, reactor: Reactor) -> None:
    with (Newspaper(tmp_path, articles=8, hosts=("paper.example",) * 4, delay=0.3, watch=False) as paper,
          Here(paper, reactor) as line):
        assert [(run["state"], run["articles_new"]) for run in line.crawl()] == [("done", 8)] * 4
        assert 1 < paper.server.max_in_flight <= 3


def test_a_worker_that_hangs_is_killed_and_the_next_one_goes_on(tmp_path: Path) -> None:
    with Newspaper(tmp_path) as paper, Line(paper) as line:
        def hang(request: Request) -> None:
            if request.path == "/news/2" and line.wire.worker.pid:
                os.kill(line.wire.worker.pid, signal.SIGSTOP)

        line.wire.worker.silent = 8.0
        paper.hold = hang
        run, = line.crawl()
        assert (run["state"], run["errors"]) == ("died", ["its worker died"])
        paper.hold = lambda _request: None
        run, = line.crawl("paper0")
        assert run["state"] == "done" and len(line.articles()) == 5


def test_a_mail_server_that_was_away_for_hours_has_all_within_five_minutes_of_being_back(
        tmp_path: Path, reactor: Reactor) -> None:
    with Newspaper(tmp_path) as paper, Here(paper, reactor) as line:
        line.crawl()
        with socket.create_server(("127.0.0.1", 0)) as taken:  # a port where nobody answers
            away = taken.getsockname()[1]
        there, line.wire.channels[MAIL] = line.wire.channels[MAIL], Smtp("127.0.0.1", away, "none")
        for number in range(10, 14):
            paper.stories[f"/news/{number}"] = story(number)
            line.crawl("paper0")
        asked = []
        for minute in range(240):
            line.runner.run(line.wire.deliver(line.now + timedelta(minutes=minute)))
            asked.append(len(line.attempts()))
        assert 40 <= asked[-1] <= 60  # at first after a minute, at last every 5
        line.wire.channels[MAIL] = there
        for minute in range(240, 245):
            line.runner.run(line.wire.deliver(line.now + timedelta(minutes=minute)))
        assert paper.told() == Counter(f"/news/{number}" for number in range(10, 14))


# --- the daemon

@pytest.mark.long
def test_a_daemon_killed_in_mid_crawl_goes_on_where_it_stopped(paper: Newspaper) -> None:
    paper.outlet = 'every = "1s"\n'
    paper.write()
    with daemon(paper) as running:
        wait("its first run", lambda: any("the run is done" in line for line in running.lines()))
        before = len(paper.server.hits)
        paper.stories |= {f"/news/{number}": story(number) for number in range(10, 40)}
        wait("some articles asked for", lambda: len(paper.server.hits) > before + 12)
        worker, = running.children()
        running.end(signal.SIGKILL)
        wait("the end of its worker", lambda: not Path(f"/proc/{worker}").exists())
    with daemon(paper) as running:
        wait("all articles told", lambda: len(paper.told()) >= 30)
        assert running.end(signal.SIGTERM) == 0
    assert paper.told() == Counter(f"/news/{number}" for number in range(10, 40))
    with Line(paper) as line:
        assert set(line.articles().values()) == {(1, 0)} and len(line.articles()) == 35


def test_a_second_daemon_ends_with_75_and_a_crawl_beside_the_first_waits_for_its_run(tmp_path: Path) -> None:
    """The lock of either database is looked at beside the store."""
    with Newspaper(tmp_path) as paper, daemon(paper) as running:
        wait("the daemon's first run", lambda: any("the run is done: 7 requests" in line for line in running.lines()))
        assert status(paper)["daemon"]["pid"] == running.pid
        second = steppewire("--config", paper.config, "run")
        assert second.returncode == 75
        assert "another steppewire holds" in second.stderr
        paper.stories["/news/9"] = story(9)
        run, = document("--config", paper.config, "crawl", "paper0")["runs"]
        assert (run["state"], run["articles_new"]) == ("done", 1)
        wait("the mail", lambda: paper.told() == Counter(["/news/9"]))
        assert running.end(signal.SIGTERM) == 0
        assert status(paper)["daemon"] is None


@pytest.mark.long  # tests/test_stop.py has a download that hangs too, among others
def test_sigterm_ends_the_daemon_within_seven_seconds_while_a_page_hangs(tmp_path: Path) -> None:
    with Newspaper(tmp_path, articles=3) as paper:
        paper.hang_at("/news/1")
        with daemon(paper) as running:
            wait("the page that hangs", lambda: paper.server.in_flight == 1 and len(paper.server.hits) >= 4)
            assert running.end(signal.SIGTERM) == 0
        # Stopping is no failure of the outlet's.
        assert [each["state"] for each in status(paper)["outlets"]] == ["new"]


# --- the founding article

# It is no part of the project, whose tests must pass without it.
@pytest.mark.skipif(not SHARED.exists(), reason="the founding capture lies outside the project")
def test_the_founding_article_and_its_thread_come_through_the_whole_line(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SHARED / "measure" / "seed_pages.py", tmp_path / "pages", "--markup", "caravanserai"],
                   check=True)
    page = (tmp_path / "pages" / "caravanserai-inside.html").read_bytes()
    expected = json.loads((tmp_path / "pages" / "caravanserai-inside.json").read_text(encoding="utf-8"))
    path = expected["url"].removeprefix("https://central.asia-news.com")

    def answer(request: Request) -> Answer:
        if request.path == path:
            return Answer(page)
        if request.path == "/en_GB/section":
            return Answer(f'<html><body><div class="article--block"><h5 class="article__title"><a href="{path}">A</a></h5>'
                          "</div></body></html>".encode())
        return Answer(b"", 404)

    shipped = (ROOT / "crawler" / "outlets" / "caravanserai.toml").read_text(encoding="utf-8")
    with Server(answer) as server:
        head, comments = shipped.split("[[source]]")[0], shipped[shipped.index("[comments]"):]
        (tmp_path / "outlets").mkdir()
        (tmp_path / "outlets" / "caravanserai.toml").write_text(
            f'{head}\nconnect = "{server.url}"\n[[source]]\nkind = "section"\n'
            f'url = "https://central.asia-news.com/en_GB/section"\n{comments}', encoding="utf-8")
        config = tmp_path / "steppewire.toml"
        config.write_text('outlets = ["caravanserai"]\n[comments]\nnames = "keep"\n', encoding="utf-8")
        run, = document("--config", config, "crawl")["runs"]
        assert (run["state"], run["articles_new"]) == ("done", 1), run
    shown = told("--config", config, "article", "show", expected["url"])
    assert shown["url"] == expected["url"] and shown["text"].split("\n") == expected["body"]
    thread = told("--config", config, "article", "thread", expected["url"])
    assert thread["thread"]["state"] == "complete" and thread["thread"]["declared"] == 32
    said = thread["comments"]
    assert [(each["author"], each["text"]) for each in said] == [
        (each["author"], each["text"]) for each in expected["comments"]]
    places = {each["id"]: place for place, each in enumerate(said)}
    parents = [places[each["parent"]] if each["parent"] else None for each in said]
    assert parents == [each["parent_index"] for each in expected["comments"]]
    roots: Counter[int] = Counter()
    for place in range(len(said)):
        root = place
        while (above := parents[root]) is not None:
            root = above
        roots[root] += 1
    assert [roots[root] for root in sorted(roots)] == [1] * 11 + [2, 1, 1, 3, 5, 1, 1, 3, 1, 3]
