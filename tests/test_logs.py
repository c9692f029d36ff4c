"""What is logged: lines that parse, that say what they are about, and that no site can forge."""
import contextvars
import json
import logging
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command import steppewire
from daemon import daemon, wait
from newspaper import Newspaper, story

import logs
from demo.server import Answer, Request

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
FORGED = "2026-01-01T00:00:00.000000Z CRITICAL steppewire[1]: forged"
HOSTILE = f'a title\n{FORGED}\r\x1b[2J\x85\u2028{{"level": "CRITICAL"}}\udc80'


def record(message: str, *args: object, error: BaseException | None = None, **more: object) -> logging.LogRecord:
    found = logging.LogRecord("steppewire.test", logging.WARNING, "", 0, message, args,
                              (type(error), error, error.__traceback__) if error else None)
    found.__dict__.update(more)
    return found


def drawn(one: logging.LogRecord) -> tuple[str, str]:
    """A record as text and as JSON."""
    return logs.Lines(logs.as_text).format(one), logs.Lines(logs.as_json).format(one)


def test_a_line_says_what_it_is_about() -> None:
    text, line = drawn(record("it failed: %s", "why", run=17, outlet="24kg", page="https://p.example/1"))
    found = json.loads(line)
    assert TIME.fullmatch(found.pop("time")) and found.pop("pid")
    assert found == {"level": "WARNING", "logger": "steppewire.test", "message": "it failed: why",
                     "run": "17", "outlet": "24kg", "page": "https://p.example/1"}
    assert text.endswith(": it failed: why (run 17, outlet 24kg, page https://p.example/1)")


def test_what_a_task_is_about_holds_for_all_that_it_logs_and_for_no_other() -> None:
    def run() -> dict[str, Any]:
        logs.about(run=1, outlet="a")
        logs.about(page="https://a.example/")
        found: dict[str, Any] = json.loads(drawn(record("x", run=2))[1])
        return found

    found = contextvars.copy_context().run(run)
    assert (found["run"], found["outlet"], found["page"]) == ("2", "a", "https://a.example/")
    assert not {"run", "outlet", "page"} & set(json.loads(drawn(record("x"))[1]))


@pytest.mark.parametrize("place", ["message", "page", "error"])
def test_nothing_that_a_site_says_forges_a_line(place: str) -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError as error:
        text, line = drawn(record("it says %s", HOSTILE if place == "message" else "nothing",
                                  error=error if place == "error" else None, **({"page": HOSTILE} if place == "page" else {})))
    found = json.loads(line)
    assert line.isascii() and line.isprintable() and HOSTILE in found[place]
    first, *more = text.splitlines()
    assert not any(each.startswith(FORGED[:4]) for each in more) and all(each.startswith("    ") for each in more)
    assert "".join((first, *more)).isprintable() and ("forged" in text)


@pytest.mark.parametrize("letter", ["x", "Ж", "\x1b", "\n", "\U0001f682"])
def test_a_line_is_never_longer_than_what_the_kernel_writes_in_one_piece(letter: str) -> None:
    try:
        raise ValueError(letter * 9000 + "the end")
    except ValueError as error:
        for line in drawn(record("%s", letter * 9000, error=error, page=letter * 9000)):
            assert len(line.encode()) < logs.LONGEST
            assert "the end" in line


def test_a_message_that_does_not_fit_its_arguments_is_still_a_line() -> None:
    assert json.loads(drawn(record("%d stories", "five"))[1])["message"] == "%d stories ('five',)"


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Newspaper]:
    """A paper that has every kind of trouble: a page that is none, one that fails, is missing, moved, or shut."""
    with Newspaper(tmp_path) as paper:
        for number in (5, 404, 500, 301):
            paper.stories[f"/news/{number}"] = story(number)
        answer = paper.server.answer

        def troubled(request: Request) -> Answer:
            if request.path == "/news/5":
                return Answer(b"%PDF-1.4 nothing")
            status = request.path.removeprefix("/news/")
            if status in ("404", "500"):
                return Answer(b"", int(status))
            if status == "301":
                return Answer(b"", 301, headers=(("Location", "/elsewhere\x85"),))
            return Answer(b"here now") if request.path.startswith("/elsewhere") else answer(request)

        paper.server.answer = troubled
        yield paper


def test_every_line_of_a_daemon_is_json_and_a_crawl_s_lines_say_their_run_outlet_and_page(paper: Newspaper) -> None:
    with daemon(paper, "--log-format", "json") as running:
        wait("the run's end", lambda: any("the run is" in line for line in running.lines()))
        assert running.end(signal.SIGTERM) == 0
        found = [json.loads(line) for line in running.lines()]
    for each in found:
        assert {"time", "level", "logger", "message", "pid"} <= set(each) and TIME.fullmatch(each["time"])
    told = {each["page"].removeprefix("https://paper.example"): each for each in found if "page" in each}
    assert set(told) == {"/news/5", "/news/404", "/news/500", "/news/301"}
    assert all((each["run"], each["outlet"]) == ("1", "paper0") and each["pid"] != running.pid for each in told.values())
    assert told["/news/5"]["message"].startswith("the page is quarantined: ")
    assert told["/news/404"]["message"] == "the page is missing"
    assert (told["/news/500"]["level"], told["/news/500"]["message"]) == ("WARNING", "the page failed: status 500")
    assert told["/news/301"]["message"].startswith("the page redirects to another: https://paper.example/elsewhere")
    ended, = (each for each in found if each["message"].startswith("the run is"))
    assert (ended["run"], ended["outlet"], ended["pid"]) == ("1", "paper0", running.pid)


def test_a_line_of_scrapy_s_own_says_its_run_outlet_and_page(tmp_path: Path) -> None:
    """Scrapy tells of a callback that raised: here because a table is taken away while the page is asked for."""
    def take_away(request: Request) -> None:
        if request.path == "/news/0":
            with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as connection:
                connection.execute("ALTER TABLE reading RENAME TO other")

    with Newspaper(tmp_path, articles=1) as paper:
        paper.hold = take_away
        ended = steppewire("--log-format", "json", "--config", paper.config, "crawl", "--json")
    found = [json.loads(line) for line in ended.stderr.splitlines()]
    scrapy, = (each for each in found if each["logger"].startswith("scrapy"))
    assert "no such table" in scrapy["error"]
    assert (scrapy["run"], scrapy["outlet"], scrapy["page"]) == ("1", "paper0", "https://paper.example/news/0")


def test_a_hostile_site_forges_no_line_of_a_daemon_s_log(tmp_path: Path) -> None:
    with Newspaper(tmp_path, articles=1) as paper:
        paper.stories[f"/news/2%0A{FORGED.replace(' ', '%20')}"] = story(2)
        paper.outlet = f'label_of_nothing = "{FORGED}"'
        paper.write()
        with daemon(paper) as running:
            running.process.wait(timeout=60)
            assert all(line.startswith("steppewire: ") for line in running.lines())
        paper.outlet = ""
        paper.write()
        with daemon(paper) as running:
            wait("the run's end", lambda: any("the run is" in line for line in running.lines()))
            assert running.end(signal.SIGTERM) == 0
            assert not any(line.startswith(FORGED[:10]) for line in running.lines())


def test_a_daemon_that_cannot_start_says_so_in_its_format(tmp_path: Path) -> None:
    for more, draw in ((), str), (("--log-format", "json"), lambda line: json.loads(line)["message"]):
        ended = steppewire(*more, "run", cwd=tmp_path, more={"STEPPEWIRE_MAIL__PORT": "many"})
        line, = ended.stderr.splitlines()
        assert ended.returncode == 2 and "mail.port" in draw(line)


def test_the_environment_decides_where_no_option_does(tmp_path: Path) -> None:
    (tmp_path / "steppewire.toml").write_text("outlet = 1", encoding="utf-8")
    ended = steppewire("run", cwd=tmp_path, more={logs.VARIABLE: "json"})
    assert json.loads(ended.stderr)["level"] == "CRITICAL"
    assert steppewire("run", cwd=tmp_path, more={logs.VARIABLE: "xml"}).returncode == 2
    assert "outlet" in steppewire("run", "--log-format", "text", cwd=tmp_path, more={logs.VARIABLE: "json"}).stderr[:40]
