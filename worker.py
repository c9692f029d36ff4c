"""What the crawl worker does: many crawls at a time, told by the daemon.

Down its standard input come JSON lines: {"run": 17, "outlet": "24kg", "now": "2026-03-02T06:00:00Z", "at": 4711.3} starts a
crawl, at being the machine's monotonic time when it was now; {"stop": true} ends the worker when the pages in hand are
finished, the end of the file at once. Up its standard output go {"ended": 17} and, each second, {"beat": n}, each with how
many readers were "killed" in this life. Every fact is in the store: a lost line costs one tick.
"""
import asyncio
import json
import logging
import os
import secrets
from datetime import datetime
from functools import cached_property, partial
from typing import IO, Any

import failpoint
import logs
from crawler import outlet as outlets
from crawler.archive import Archive
from crawler.items import Report
from crawler.outlet import Outlet
from crawler.politeness import Gates
from crawler.run import crawl
from forget import outlet as forgetting
from pipelines import budget, holds
from pipelines.forgetting import Forgotten
from pipelines.intake import Intake
from pipelines.names import Names, names
from pipelines.noise import known as known_noise
from pipelines.read.children import Readers
from pipelines.walled import judged
from run_desk import Clock, RunDesk
from settings import Settings
from storage import forgotten, runs
from storage.store import Store
from storage.writer import Writer

logger = logging.getLogger("steppewire.worker")

STOP_SECONDS = 6.0
# A job that holds the one writer thread for so long will not end: no beat is given any more, and the daemon ends the worker.
STUCK_SECONDS = 60.0


class Worker:
    """The crawls of one worker's life."""

    def __init__(self, settings: Settings, readers: Readers, up: IO[str]) -> None:
        self.settings, self.readers, self.up = settings, readers, up
        self.store = Store(self.settings.database_url)
        self.archive = Archive(self.settings.archive, life=secrets.token_hex(4))
        self.writer, self.gates, self.stopping = Writer(), Gates(), asyncio.Event()
        self.crawls: set[asyncio.Task[None]] = set()

    @cached_property
    def names(self) -> Names:
        """How the names of readers are kept. Its key may be made only after this process began: by the holder of the store."""
        return names(self.settings.comments.names, self.settings.pseudonym_key())

    async def serve(self, down: asyncio.StreamReader) -> None:
        """Runs until it is told to stop; the end of the input ends the process at once. Its readers are started."""
        beats = asyncio.create_task(self._beat())
        while line := await down.readline():
            said = json.loads(line)
            if said.get("stop"):
                self.stopping.set()
                await asyncio.wait({asyncio.create_task(self._finish())}, timeout=STOP_SECONDS)
                beats.cancel()
                os._exit(0)
            task = asyncio.create_task(self._run(
                said["run"], said["outlet"], Clock(datetime.fromisoformat(said["now"]), said["at"])))
            self.crawls.add(task)
            task.add_done_callback(self.crawls.discard)
        os._exit(1)

    async def _finish(self) -> None:
        while self.crawls:
            await asyncio.wait(set(self.crawls))
        await self.writer.do(self.archive.close)

    async def _beat(self) -> None:
        number = 0
        while True:
            if self.writer.busy_seconds < STUCK_SECONDS:
                self._say({"beat": number})
            number += 1
            await asyncio.sleep(self.settings.limits.beat.total_seconds())

    def _say(self, document: dict[str, Any]) -> None:
        self.up.write(json.dumps(document | {"killed": self.readers.killed}) + "\n")
        self.up.flush()

    async def _run(self, run_id: int, outlet_id: str, clock: Clock) -> None:
        logs.about(run=run_id, outlet=outlet_id)
        try:
            outlet = outlets.load(outlets.find(outlet_id, self.settings.outlets_dirs))
            report = await self._crawl(run_id, outlet, clock)
        except Exception as error:  # the edge of the loop: the run is closed as failed, with the error in its row
            logger.exception("the run failed")
            report = Report("failed", 0, 0, (f"{type(error).__name__}: {error}",))
        try:
            await self.writer.do(partial(self._end, run_id, clock, report))
        except Exception:  # the daemon finds the run still open and closes it as died
            logger.exception("the run could not be closed")
        self._say({"ended": run_id})

    async def _crawl(self, run_id: int, outlet: Outlet, clock: Clock) -> Report:
        with self.store.reading() as session:
            backlog, newest = runs.get(session, [run_id])[0].backlog, runs.backlog_to(session, outlet.id)
            marks = forgotten.marks(session, outlet.id)
            room = budget.left(session, outlet, clock.now(), run_id)
            noise, redesign = known_noise(session, outlet.id), holds.redesign(session, outlet.id)
        known = Forgotten(outlet.id, self.settings.forget_key(), self.names, marks) if marks else None
        intake = Intake(self.store, outlet, run_id, backlog, self.names, newest, forgotten=known, noise=noise,
                        redesign=redesign)
        desk = RunDesk(intake, self.archive, self.settings.archive, self.readers, self.writer, clock)
        limits = self.settings.limits
        report = await crawl(outlet, desk.desk, gates=self.gates, user_agent=self.settings.user_agent, stop=self.stopping,
                             seconds=limits.crawl.total_seconds(), timeout=limits.answer.total_seconds(),
                             most=room)
        await desk.flush()
        report = await self.writer.do(partial(judged, self.store, run_id, report, clock.now()))
        if known is not None:
            # It is gone from the archive before anybody may look at what the run has brought.
            closed = await self.writer.do(partial(self.archive.end, outlet.id))
            left = await forgetting.again(self.settings.archive, self.store, outlet, known, self.readers.read, clock.now(),
                                          closed)
            for each in left:
                logger.error("the record at %s of %s: %s", each.offset, each.file, each.note)
        return report

    def _end(self, run_id: int, clock: Clock, report: Report) -> None:
        with self.store.writing() as session:
            runs.end(session, run_id, clock.now(), state=report.state, requests=report.requests,
                     not_modified=report.not_modified, errors=report.errors)
            failpoint.reach("run.ending")
        failpoint.reach("run.ended")
