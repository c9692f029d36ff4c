"""One pass by hand: alone, or beside a daemon that does it."""
import asyncio
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from crawler import outlet as outlets
from scheduler import Wire, utcnow
from settings import Settings, SettingsError
from storage import pages, runs
from storage.store import Store, StoreError, StoreLocked
from verbs import documents
from verbs.shared import config_file, held_store, open_store
from worker_process import WorkerProcess

ASK_SECONDS = 0.5
TELL_SECONDS = 1.0


def require_known(settings: Settings, names: Sequence[str], file: str) -> None:
    """SettingsError where an outlet is named that is not crawled; OutletError where the file of one that is has a mistake."""
    for name in names:
        if name not in settings.outlets:
            raise SettingsError(f"outlet {name!r} is not crawled", file=file, key="outlets", value=name,
                                remedy=f"name one of {', '.join(settings.outlets) or 'none'}, or add it to outlets")
    for name in settings.outlets:
        outlets.load(outlets.find(name, settings.outlets_dirs))


async def crawl(settings: Settings, config: Path | None, worker: WorkerProcess, names: Sequence[str]) -> dict[str, Any]:
    """One pass, by this process and its worker where nobody else holds the store."""
    require_known(settings, names, config_file(config))
    with ExitStack() as held:
        try:
            # On a thread, as it may take its time: the worker's signs of life are heard meanwhile.
            _, store = await asyncio.to_thread(held.enter_context, held_store(config))
        except StoreLocked:
            await worker.stop()
            click.echo("the daemon is running: the outlets are made due, waiting for its runs …", err=True)
            return await beside(open_store(config), names or settings.outlets)
        return await alone(settings, worker, store, names)


async def alone(settings: Settings, worker: WorkerProcess, store: Store, names: Sequence[str]) -> dict[str, Any]:
    """One pass, with one delivery attempt, by the holder of the store's lock."""
    wire = Wire(settings, worker, store)
    wire.begin(utcnow())
    told = asyncio.create_task(_tell(store))
    try:
        made = await wire.one_pass(utcnow(), names or None)
    finally:
        told.cancel()
        await wire.close()
    with store.reading() as session:
        return documents.crawled(session, made)


async def _tell(store: Store) -> None:
    """Says each second how far the open runs are; on a terminal only."""
    if not sys.stderr.isatty():
        return
    from rich.console import Console

    with Console(stderr=True).status("starting …") as status:
        while True:
            await asyncio.sleep(TELL_SECONDS)
            with store.reading() as session:
                status.update(f"{runs.fetched(session)} answers kept …")


async def beside(store: Store, names: Sequence[str]) -> dict[str, Any]:
    """Makes the outlets due and waits for the daemon to run and judge each of them once."""
    with store.writing() as session:
        under_way = set(names) & runs.open_runs(session).keys()
        last = {name: runs.newest_id(session, name) for name in names}
        for name in names:
            pages.make_due(session, name, utcnow())
    while True:
        with store.reading() as session:
            done = {name: runs.judged_after(session, name, last[name]) for name in names}
            if all(done.values()):
                return documents.crawled(session, [run for run in done.values() if run is not None])
            over = under_way - runs.open_runs(session).keys()
        if over:
            # A run that had begun and not yet planned took what was made due, and put it off: it is due once more.
            with store.writing() as session:
                for name in over:
                    pages.make_due(session, name, utcnow())
            under_way -= over
        if store.holder() is None:
            raise StoreError("the daemon has ended before it had crawled: run the command again")
        await asyncio.sleep(ASK_SECONDS)
