import asyncio
import json
import smtplib
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from crawler.outlet import load
from demo.play import LAST, Demo, DemoRuns

Ask = Callable[..., Any]
START = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)


class Passes:
    """Keeps the clock of each pass and what the site and the folder said meanwhile."""

    def __init__(self, demo: Demo, fails_at: int | None = None) -> None:
        self.demo, self.fails_at = demo, fails_at
        self.clocks: list[datetime] = []
        self.shown: list[int] = []
        self.reached: list[int | None] = []

    async def __call__(self, now: datetime) -> None:
        self.clocks.append(now)
        self.shown.append(self.demo.site.step)
        self.reached.append(self.demo.step)
        if len(self.clocks) == self.fails_at:
            raise OSError("the power went out")


def test_a_step_is_looked_at_so_that_removals_and_disappearances_are_seen_within_it(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        passes = Passes(demo)
        asyncio.run(demo.play(0, passes))
        asyncio.run(demo.play(1, passes))
        assert demo.step == 1
    second = START + timedelta(days=2)
    assert passes.clocks == [START, START + timedelta(minutes=15), START + timedelta(hours=25),
                             second, second + timedelta(minutes=15), second + timedelta(hours=25)]
    assert passes.shown == [0, 0, 0, 1, 1, 1]
    assert passes.reached == [None, None, None, 0, 0, 0]


def test_a_demo_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        assert demo.step is None
        assert demo.site.step == 0
        asyncio.run(demo.play(2, Passes(demo)))
    with Demo(tmp_path) as demo:
        assert (demo.step, demo.site.step) == (2, 2)


def test_a_step_that_was_broken_off_is_shown_but_not_reached(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        asyncio.run(demo.play(0, Passes(demo)))
        with pytest.raises(OSError, match="power"):
            asyncio.run(demo.play(1, Passes(demo, fails_at=2)))
    with Demo(tmp_path) as demo:
        assert (demo.step, demo.site.step) == (0, 1)


def test_one_more_pass_is_later_than_all_passes_of_the_step_and_shows_the_same(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        asyncio.run(demo.play(3, Passes(demo)))
        passes = Passes(demo)
        asyncio.run(demo.again(passes))
        assert (passes.clocks, passes.shown, demo.step) == ([START + timedelta(days=6, hours=36)], [3], 3)


def test_steps_after_the_last_scripted_one_change_nothing(tmp_path: Path, ask: Ask) -> None:
    with Demo(tmp_path) as demo:
        etags = []
        for step in (LAST, LAST + 1, LAST + 9):
            asyncio.run(demo.play(step, Passes(demo)))
            etags.append([ask(demo.site, path).headers["ETag"] for path in ("/en_GB", "/ru/rss", "/sitemap-articles.xml")])
        assert etags == etags[:1] * 3


def test_the_files_are_those_of_this_start_and_all_else_stays(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    scripts, ports = [], []
    for _ in range(2):
        with Demo(folder) as demo:
            config = tomllib.loads(demo.config.read_text(encoding="utf-8"))
            outlet = load(folder / "outlets" / "steppe.toml")
            assert outlet.connect == demo.site_url
            assert (folder / config["outlets_dirs"][0] / f"{config['outlets'][0]}.toml").is_file()
            with smtplib.SMTP(config["mail"]["host"], config["mail"]["port"], timeout=30) as smtp:
                smtp.sendmail("wire@steppe.example", ["analyst@example.org"], b"Subject: hello\r\n\r\nhello\r\n")
            scripts.append((folder / "site" / "script.json").read_bytes())
            ports.append(outlet.connect)
            assert demo.config == folder / "steppewire.toml"
    assert scripts[0] == scripts[1]
    assert len(list((folder / "mails").glob("*.eml"))) == 2
    assert not list(folder.rglob("*.part"))


def test_the_outlet_stands_at_its_own_address_and_knows_its_articles(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        outlet = load(tmp_path / "outlets" / "steppe.toml")
        script = json.loads((tmp_path / "site" / "script.json").read_text(encoding="utf-8"))
        urls = [event["url"] for entry in script["steps"] for event in entry["events"] if event["event"] == "article appears"]
        assert outlet.hosts == ("steppe.example",)
        assert all(outlet.is_article(url) for url in urls)
        assert not outlet.is_article("https://steppe.example/en_GB/archives")
        assert (outlet.delay, outlet.concurrency) == (0.02, 4)
        assert demo.site_url.startswith("http://127.0.0.1:")


def test_the_sources_of_the_outlet_are_answered_at_every_step(tmp_path: Path, ask: Ask) -> None:
    with Demo(tmp_path) as demo:
        outlet = load(tmp_path / "outlets" / "steppe.toml")
        for step in range(LAST + 1):
            demo.site.step = step
            for source in outlet.source:
                for url in source.urls:
                    assert ask(demo.site, url.removeprefix("https://steppe.example")).status == 200, (step, url)


def test_every_request_is_in_the_log(tmp_path: Path, ask: Ask) -> None:
    with Demo(tmp_path) as demo:
        async def one_pass(_now: datetime) -> None:
            ask(demo.site, "/en_GB", Host="steppe.example")
        asyncio.run(demo.play(0, one_pass))
        asyncio.run(demo.play(1, one_pass))
        asyncio.run(demo.again(one_pass))
    lines = [json.loads(line) for line in (tmp_path / "site" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["step"], line["path"], line["status"]) for line in lines] == [
        *[(0, "/en_GB", 200)] * 3, *[(1, "/en_GB", 200)] * 4]


def test_the_watches_of_the_script_are_those_of_the_settings(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        config = tomllib.loads(demo.config.read_text(encoding="utf-8"))
        script = json.loads((tmp_path / "site" / "script.json").read_text(encoding="utf-8"))
    assert script["watches"] == config["watch"]
    assert script["passes"] == [0, 900, 90000]


def test_what_is_there_only_while_the_demo_runs_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="does not run"):
        _ = Demo(tmp_path).site_url


def test_a_second_demo_in_the_same_folder_is_refused_and_touches_nothing(tmp_path: Path) -> None:
    with Demo(tmp_path) as first:
        written = first.config.read_bytes()
        with pytest.raises(DemoRuns, match="another demo runs"), Demo(tmp_path):
            pass
        assert first.config.read_bytes() == written
    with Demo(tmp_path):
        pass
