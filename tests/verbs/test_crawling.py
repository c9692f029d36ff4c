"""A crawl by hand beside a daemon."""
import asyncio
from datetime import datetime

import pytest
from desk import Desk

from scheduler import utcnow
from storage import pages
from storage.store import Store
from verbs import crawling


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
