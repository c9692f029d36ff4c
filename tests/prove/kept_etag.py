"""A source that changes and keeps its ETag, looked at by the program's own desk with a store behind it."""
from datetime import timedelta
from pathlib import Path
from typing import Any

from crawler.items import Fetched, ReadValue
from crawler.outlet import Outlet
from crawler.run import crawl
from pipelines.intake import Intake
from pipelines.names import names
from pipelines.read import door
from run_desk import Clock, RunDesk
from storage import runs
from storage.store import Store
from storage.writer import Writer
from tests.crawler.scripted import HOME, USER_AGENT, Answer, World

MOST_LOOKS = 12


class Here:
    """Reads in this process."""

    async def read(self, fetched: Fetched, outlet: Outlet) -> ReadValue:
        return door.read(fetched, outlet)


def _feed(*paths: str) -> Answer:
    items = "".join(f"<item><title>News</title><link>{HOME}{path}</link></item>" for path in paths)
    return Answer(f"<rss version='2.0'><channel><title>S</title>{items}</channel></rss>".encode(),
                  headers=(("ETag", '"kept"'), ("Content-Type", "application/rss+xml")))


def looks_until_found(world: World) -> int:
    """How many looks at the source it takes from its change until the new article is asked for."""
    return world.reactor.run(_looks(world))


async def _looks(world: World) -> int:
    import asyncio

    folder = world.memory.archive.folder
    store = Store(f"sqlite:///{Path(folder) / 'store.db'}")
    store.upgrade()
    writer, now = Writer(), world.memory.now
    try:
        world.site.answers["/rss"] = _feed("/a")
        for look in range(MOST_LOOKS):
            if look == 1:
                world.site.answers["/rss"] = _feed("/a", "/new")
            with store.writing() as session:
                run = runs.begin(session, world.outlet.id, now)
                assert run
                own = run.id
            readers: Any = Here()
            desk = RunDesk(Intake(store, world.outlet, own, False, names("pseudonym", b"key")), world.memory.archive, folder,
                           readers, writer, Clock(now))
            report = await crawl(world.outlet, desk.desk, gates=world.gates, user_agent=USER_AGENT, stop=asyncio.Event())
            with store.writing() as session:
                runs.end(session, own, now, state=report.state, requests=0, not_modified=0, errors=[])
            if "/new" in world.site.paths():
                return look
            now += timedelta(hours=1)
        return MOST_LOOKS
    finally:
        store.engine.dispose()
