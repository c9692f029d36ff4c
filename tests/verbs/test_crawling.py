"""A crawl by hand beside a daemon."""
import asyncio
from datetime import datetime
from pathlib import Path

import click
import pytest
from desk import Desk
from newspaper import Newspaper

from scheduler import utcnow
from settings import Settings, load
from storage import pages
from storage.store import Store, StoreError
from verbs import crawling
from worker_process import WorkerProcess


@pytest.fixture
def now() -> datetime:
    """The time of this machine, which a crawl by hand goes by."""
    return utcnow()


async def until_due(store: Store) -> None:
    """Waits until the outlet is due, as a daemon's rounds do."""
    while True:
        with store.reading() as session:
            due = pages.next_due(session, "steppe")
        if due is not None and due <= utcnow():
            return
        await asyncio.sleep(0.05)


def test_a_run_that_had_begun_and_takes_what_was_made_due_is_followed_by_one_more(desk: Desk, store: Store) -> None:
    desk.announce()

    async def beside() -> int:
        asked = asyncio.create_task(crawling.beside(store, ["steppe"]))
        await until_due(store)
        desk.announce()  # the run that was under way looks at it only now
        desk.end()
        desk.judge()
        await until_due(store)
        desk.begin()
        desk.end()
        desk.judge()
        run, = (await asked)["runs"]
        return int(run["run"])

    with store.lock():
        assert asyncio.run(asyncio.wait_for(beside(), 20)) == desk.run


def settings_of(url: str, folder: Path) -> tuple[Settings, Path]:
    """The settings of one outlet in a store, and their file."""
    (folder / "outlets").mkdir()
    (folder / "outlets" / "steppe.toml").write_text('name = "P"\nhome = "https://p.example/"\nsource = []', encoding="utf-8")
    config = folder / "steppewire.toml"
    config.write_text(f'outlets = ["steppe"]\ndata = "."\ndatabase = "{url}"', encoding="utf-8")
    return load(config), config


def test_a_crawl_beside_a_daemon_waits_without_a_worker(store: Store, made_url: str, tmp_path: Path,
                                                        capsys: pytest.CaptureFixture[str]) -> None:
    settings, config = settings_of(made_url, tmp_path)

    async def beside() -> None:
        async with WorkerProcess(config) as worker:
            assert worker.pid is not None
            with store.lock():
                asked = asyncio.create_task(crawling.crawl(settings, config, worker, ["steppe"]))
                while worker.pid is not None:
                    await asyncio.sleep(0.05)
            with pytest.raises(StoreError, match="the daemon has ended"):
                await asked

    with click.Context(click.Command("crawl")):
        asyncio.run(asyncio.wait_for(beside(), 60))
    assert capsys.readouterr().err == "the daemon is running: the outlets are made due, waiting for its runs …\n"


def test_a_crawl_alone_is_made_by_the_worker_that_it_began_with(tmp_path: Path) -> None:
    with Newspaper(tmp_path) as paper:
        async def alone() -> int:
            async with WorkerProcess(paper.config) as worker:
                run, = (await crawling.crawl(load(paper.config), paper.config, worker, []))["runs"]
                assert (run["state"], worker.pid) == ("done", None)
                return worker.started

        assert asyncio.run(asyncio.wait_for(alone(), 60)) == 1
