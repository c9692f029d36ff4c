"""The daemon's own part: what it does first, whom it leaves alone, and how it ends."""
import asyncio
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from daemon import daemon, wait
from newspaper import Line, Newspaper
from postgres import Postgres
from sqlalchemy import select, text

import settings
from scheduler import LOST_LOCK, Ticks, Wire
from storage import outbox, pages, runs
from storage.models import Run
from storage.store import Store
from tests.alerts.filled import Filled

OUTLET = """
name = "Steppe"
home = "https://steppe.example/"
[[source]]
kind = "rss"
url = "https://steppe.example/rss"
"""
MINUTE = timedelta(minutes=1)


class Idle:
    """A worker that is asked for crawls and never ends one."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def crawl(self, _run: int, outlet: str, _now: datetime, _at: float) -> None:
        self.asked.append(outlet)


@pytest.fixture
def wire(store: Store, now: datetime, tmp_path: Path) -> Iterator[Wire]:
    """The wire of two outlets, with a worker that does nothing."""
    (tmp_path / "outlets").mkdir()
    for name in ("steppe", "other"):
        (tmp_path / "outlets" / f"{name}.toml").write_text(OUTLET, encoding="utf-8")
    config = tmp_path / "steppewire.toml"
    config.write_text('outlets = ["steppe", "other"]\n', encoding="utf-8")
    idle: Any = Idle()
    yield Wire(settings.load(config), idle, store, lambda: now)


def ended(wire: Wire, outlet: str, state: str, at: datetime) -> None:
    """A run of an outlet that ended so."""
    with wire.store.writing() as session:
        run = runs.begin(session, outlet, at)
        assert run is not None
        session.flush()
        runs.end(session, run.id, at, state=state, requests=1, not_modified=0, errors=[])


def budgeted(wire: Wire, budget: int, kind: str, now: datetime) -> None:
    """Gives the outlet steppe a budget, and a page that was looked at and is due."""
    (wire.settings.outlets_dirs[0] / "steppe.toml").write_text(f"budget = {budget}\n{OUTLET}", encoding="utf-8")
    with wire.store.writing() as session:
        pages.add(session, "steppe", kind, [f"https://steppe.example/{kind}"], now, state="known")


def used(wire: Wire, at: datetime, requests: int) -> None:
    """The run of the outlet steppe that is under way ends having made so many requests."""
    with wire.store.writing() as session:
        runs.end(session, runs.open_runs(session)["steppe"], at, state="done", requests=requests, not_modified=0, errors=[])


def run_of(wire: Wire, outlet: str) -> Run:
    with wire.store.reading() as session:
        return session.scalars(select(Run).where(Run.outlet == outlet).order_by(Run.id.desc()).limit(1)).one()


def begun(wire: Wire, at: datetime, *only: str) -> set[str]:
    """The outlets that a round of dispatch begins a run of."""
    return set(asyncio.run(wire.dispatch(at, only or None)))


def test_an_outlet_whose_day_is_used_up_is_left_alone_until_the_next_one(wire: Wire, now: datetime) -> None:
    budgeted(wire, 3, "source", now)
    assert begun(wire, now, "steppe") == {"steppe"}
    used(wire, now, 3)
    assert "steppe" not in begun(wire, now + MINUTE)
    assert "steppe" not in begun(wire, now + 300 * MINUTE)
    assert begun(wire, now + 301 * MINUTE, "steppe") == {"steppe"}  # by hand it begins, and says why it does nothing
    used(wire, now + 301 * MINUTE, 0)
    assert "steppe" in begun(wire, now + timedelta(days=1))


def test_known_articles_that_find_no_room_begin_no_run_before_a_source_does(wire: Wire, now: datetime) -> None:
    budgeted(wire, 60, "article", now)
    begun(wire, now, "steppe")
    used(wire, now, 30)
    assert "steppe" not in begun(wire, now + MINUTE)  # a tenth, and half for the source's looks until midnight, are kept
    budgeted(wire, 60, "source", now)
    assert "steppe" in begun(wire, now + MINUTE)


def test_what_a_dead_daemon_had_in_hand_is_free_when_the_next_one_begins(wire: Wire, now: datetime) -> None:
    mail = Filled(wire.store, now).mail()
    with wire.store.writing() as session:
        runs.begin(session, "steppe", now)
        assert outbox.begin_attempt(session, due=now, at=now, until=now + 5 * MINUTE) is not None
    wire.begin(now)
    run = run_of(wire, "steppe")
    assert (run.state, run.errors) == ("died", ["the daemon that began it ended without it"])
    with wire.store.writing() as session:
        again = outbox.begin_attempt(session, due=now, at=now, until=now + 5 * MINUTE)
    assert again is not None and again.mail == mail


# --- whom it leaves alone

def test_an_outlet_whose_run_failed_is_left_alone_longer_each_time(wire: Wire, now: datetime) -> None:
    for failures in (1, 2):
        ended(wire, "steppe", "failed", now)
        ended(wire, "other", "done", now)
        assert begun(wire, now + failures * MINUTE - MINUTE / 60) == {"other"}
        with wire.store.writing() as session:
            runs.close_open(session, now, "a test")
        ended(wire, "other", "done", now)
    assert begun(wire, now + MINUTE, "steppe") == {"steppe"}, "a person who asks for it is not kept waiting"


def test_an_outlet_that_failed_is_crawled_again_once_its_time_is_over(wire: Wire, now: datetime) -> None:
    ended(wire, "steppe", "failed", now)
    assert "steppe" in begun(wire, now + MINUTE)


def test_an_outlet_whose_runs_die_one_after_the_other_runs_alone(wire: Wire, now: datetime) -> None:
    for _ in range(2):
        ended(wire, "steppe", "died", now)
    with wire.store.writing() as session:
        assert runs.begin(session, "other", now) is not None
    later = now + 10 * MINUTE
    assert begun(wire, later) == set(), "another is under way"
    with wire.store.writing() as session:
        runs.close_open(session, later, "a test")
    assert begun(wire, later) == {"steppe"}
    assert begun(wire, later) == set(), "it is under way, alone"


# --- what goes wrong

def test_a_run_whose_end_the_store_did_not_take_is_closed_later(wire: Wire, now: datetime) -> None:
    def rename(old: str, new: str) -> None:
        with wire.store.engine.connect() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")
            connection.commit()

    run = asyncio.run(wire.dispatch(now, ["steppe"]))["steppe"]
    rename("run", "away")
    asyncio.run(wire._over({run}))
    rename("away", "run")
    assert run_of(wire, "steppe").state == "open"
    asyncio.run(wire.dispatch(now, []))
    assert (run_of(wire, "steppe").state, run_of(wire, "steppe").errors) == ("died", ["its worker died"])


def test_a_run_s_end_is_told_once_though_a_round_asks_for_it_with_the_worker(
        wire: Wire, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    async def both(run: int) -> None:
        await asyncio.gather(wire._over({run}), *(wire._close_ended() for _ in range(3)))

    caplog.set_level("INFO")
    asyncio.run(both(asyncio.run(wire.dispatch(now, ["steppe"]))["steppe"]))
    assert len([line for line in caplog.messages if line.startswith("the run is died")]) == 1


class Held:
    """A lock that is held, or not."""

    def __init__(self, held: bool) -> None:
        self.held = held

    def still_held(self) -> bool:
        return self.held


def rounds(wire: Wire, lock: Any, *names: str) -> tuple[int, list[str]]:
    """Goes through steps of these names until one has gone through twice; the exit code and the steps begun. The step called
    fault raises."""
    ticks, gone = Ticks(wire, lock), list[str]()
    wire.health.begins("crawl", 1.0)

    def step(name: str) -> Any:
        async def go(_now: datetime) -> None:
            gone.append(name)
            if gone.count(name) == 2 and name == names[-1]:
                ticks.end()
            if name == "fault":
                raise RuntimeError("a fault")

        go.__name__ = name
        return go

    async def whole() -> None:
        await asyncio.wait_for(ticks.rounds("crawl", timedelta(milliseconds=1), *map(step, names)), 30)

    asyncio.run(whole())
    return ticks.code, gone


def test_a_fault_in_one_step_stops_no_other(wire: Wire) -> None:
    assert rounds(wire, Held(True), "fault", "next") == (0, ["fault", "next"] * 2)


def test_a_daemon_whose_lock_is_lost_ends_with_75_and_does_nothing_more(wire: Wire) -> None:
    assert rounds(wire, Held(False), "step") == (LOST_LOCK, [])


def test_a_run_under_way_ends_where_the_clock_is_set_back(tmp_path: Path) -> None:
    with Newspaper(tmp_path) as paper, Line(paper) as line:
        paper.hang_at("/news/2")

        async def set_back() -> None:
            run = (await line.wire.dispatch(line.now))["paper0"]
            async with asyncio.timeout(60):
                while not paper.asked("/news/") and not paper.server.in_flight:
                    await asyncio.sleep(0.05)
            await line.wire.set_back(timedelta(days=1), line.now - timedelta(days=1))
            await line.wire.worker.until_ended([])
            with line.store.reading() as session:
                assert runs.get(session, [run])[0].state == "died"

        line.runner.run(set_back())


# --- how it ends

def test_sigterm_ends_the_daemon_within_seven_seconds_while_the_store_hangs(tmp_path: Path, postgres: Postgres) -> None:
    """A run is under way and its end cannot be written: somebody else holds the table."""
    with Newspaper(tmp_path, articles=3, database=postgres.database()) as paper:
        paper.hang_at("/news/1")
        store = Store(paper.database)
        with daemon(paper) as running:
            wait("the page that hangs", lambda: paper.server.in_flight == 1 and len(paper.server.hits) >= 4)
            with store.engine.connect() as other:
                other.execute(text("LOCK TABLE run IN ACCESS EXCLUSIVE MODE"))
                assert running.end(signal.SIGTERM) == 0
        store.engine.dispose()
