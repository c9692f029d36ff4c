"""The newspaper's wire without processes of its own: for tests that are about what a crawl finds, and not about processes."""
import asyncio
import io
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from newspaper import Line, Newspaper

import settings
from pipelines.read.children import Readers
from run_desk import Clock
from tests.crawler.scripted import Reactor
from worker import Worker
from worker_process import WorkerProcess


def _worker(config: Path | None) -> Worker:
    own = settings.load(config)
    return Worker(own, Readers(2, wall=own.limits.reading.total_seconds()), io.StringIO())


class WorkerHere(WorkerProcess):
    """A worker that crawls on the loop that it is called on, and reads with the children of that loop."""

    worker: Worker | None = None
    crawls: Iterable[asyncio.Task[None]] = ()

    async def crawl(self, run: int, outlet: str, now: datetime, at: float) -> None:
        self.worker = self.worker or _worker(self._config)
        self._runs.add(run)
        self.crawls = (*self.crawls, asyncio.create_task(self._crawl(self.worker, run, outlet, Clock(now, at))))

    async def _crawl(self, worker: Worker, run: int, outlet: str, clock: Clock) -> None:
        await worker._run(run, outlet, clock)
        await self._end({run})

    async def stop(self) -> None:
        if self.worker is not None:
            await asyncio.gather(*self.crawls)
            await self.worker._finish()
            self.worker.store.engine.dispose()


class Here(Line):
    """A line that crawls in this process, on the reactor, whose readers are started once for all tests."""

    def __init__(self, paper: Newspaper, reactor: Reactor) -> None:
        super().__init__(paper)
        self.reactor = reactor.have_readers()

    def _runner(self) -> Reactor:
        return self.reactor

    def _worker(self) -> WorkerProcess:
        return WorkerHere(self.paper.config)
