"""A clock that is set back or forward, and a machine that slept: the daemon's rounds go on, and nothing comes twice."""
import asyncio
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from here import Here
from newspaper import Newspaper, story

import scheduler
import settings
from demo.server import Request
from tests.crawler.scripted import Reactor
from verbs.checking import settle

DAY = timedelta(days=1)
QUICK = '[limits]\ntick = "50ms"\nmail_tick = "100ms"\nafter_death = "100ms"\n'
LONGEST = 60.0


class SetClock:
    """This machine's clock, set forward or back by a test."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(timezone.utc) + self.by


def live(paper: Newspaper, clock: Callable[[], datetime], until: Callable[[], bool]) -> None:
    """Runs the daemon in this process until something holds."""
    wire_settings = settings.load(paper.config)
    store = settle(wire_settings, str(paper.config))
    over = threading.Event()

    def end() -> None:
        for _ in range(int(LONGEST / 0.05)):
            if over.wait(0.05) or until():
                break
        os.kill(os.getpid(), signal.SIGTERM)

    with store.lock() as lock:
        store.upgrade()
        ending = threading.Thread(target=end)
        ending.start()
        try:
            assert asyncio.run(scheduler.run(wire_settings, paper.config, store, lock, clock)) == 0
        finally:
            over.set()
            ending.join()
    store.engine.dispose()
    assert until(), "waited in vain"


@pytest.fixture
def paper(tmp_path: Path, store_url: str) -> Iterator[Newspaper]:
    with Newspaper(tmp_path, database=store_url, outlet='every = "1s"\n', recheck="1s", settings=QUICK) as paper:
        yield paper


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("by", [pytest.param(-DAY, id="back"), pytest.param(DAY, id="forward", marks=pytest.mark.long)])
def test_a_clock_that_is_set_stops_nothing_and_brings_nothing_twice(by: timedelta, paper: Newspaper) -> None:
    clock = SetClock()
    fronts: list[int] = []

    def set_the_clock(request: Request) -> None:
        if request.path.startswith("/front"):
            fronts.append(1)
            if len(fronts) == 2:
                paper.stories["/news/8"] = story(8)
                clock.by = by
            if len(fronts) == 3:
                paper.stories["/news/9"] = story(9)

    paper.hold = set_the_clock
    live(paper, clock, lambda: len(fronts) >= 5 and sum(paper.told().values()) >= 2)
    assert paper.told() == Counter({"/news/8": 1, "/news/9": 1})


@pytest.mark.long_on_postgresql
def test_a_clock_that_was_set_back_while_the_daemon_was_away_stops_nothing(paper: Newspaper, reactor: Reactor) -> None:
    clock = SetClock()
    clock.by = DAY
    line = Here(paper, reactor)
    line.now = clock()
    with line:
        line.crawl("paper0")
    clock.by = timedelta(0)
    paper.stories["/news/9"] = story(9)
    live(paper, clock, lambda: sum(paper.told().values()) >= 1)
    assert paper.told() == Counter({"/news/9": 1})
