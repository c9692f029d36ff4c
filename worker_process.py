"""The daemon's end of its crawl worker: start it, talk to it in lines, notice when it hangs or dies."""
import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import logs

logger = logging.getLogger("steppewire.worker_process")

SILENT_SECONDS = 30.0
STOP_SECONDS = 6.5


class WorkerProcess:
    """The worker, started when it is first needed, or before, and again after it ended; as a context it is there while the
    block runs. Who asks for crawls sets over, which is awaited with runs that the worker says have ended, and with those that
    were under way when it died. A worker that says nothing for `silent` seconds is killed."""

    over: Callable[[set[int]], Awaitable[None]]

    def __init__(self, config: Path | None, *, silent: float = SILENT_SECONDS) -> None:
        self._config, self.silent = config, silent
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._runs: set[int] = set()
        self._changed = asyncio.Event()
        self._stopping = False
        # Workers that were started, and readers that died or were killed in them: those of workers that are no more, and all.
        self.started = self._killed_before = self.killed = 0

    @property
    def pid(self) -> int | None:
        """The worker's process id; None while there is none."""
        return self._process.pid if self._process is not None else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def crawl(self, run: int, outlet: str, now: datetime, at: float) -> None:
        """Asks for a crawl; starts the worker where there is none. at is the monotonic time at which it was now: a worker that
        starts has seconds to load, which its clock is to count."""
        if self._process is None:
            await self.start()
        self._runs.add(run)
        await self._say({"run": run, "outlet": outlet, "now": now.isoformat(), "at": at})

    async def until_ended(self, which: Iterable[int]) -> None:
        """Waits until none of these runs is under way."""
        waited = set(which)
        while waited & self._runs:
            self._changed.clear()
            await self._changed.wait()

    async def kill(self) -> None:
        """Ends the worker at once; its runs are over when this returns."""
        if self._process is not None:
            self._process.kill()
        await self.until_ended(set(self._runs))

    async def stop(self) -> None:
        """Ends the worker: it finishes the pages in hand and is killed when that takes too long. Without a run it has nothing
        in hand, and what it has kept outlives it: it is killed at once."""
        process, watch = self._process, self._watch
        if process is None or watch is None:
            return
        self._stopping = True
        if self._runs:
            await self._say({"stop": True})
            await asyncio.wait({watch}, timeout=STOP_SECONDS)
        if process.returncode is None:
            process.kill()
        await watch

    async def start(self) -> None:
        """Starts the worker; it loads for a second or two before it does what it is asked for."""
        _reap()
        # No file of ours is the main module, so that readers, which run the main module again, import only what they need.
        arguments = ["-P", "-c", "from worker_main import main; main()", str(self._config or ""), str(os.getpid()),
                     logs.chosen(), str(logging.getLogger().getEffectiveLevel())]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True)
        self._watch = asyncio.create_task(self._listen(self._process))
        self.started += 1
        self._killed_before = self.killed

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await self._next_line(process, process.stdout):
            said = json.loads(line)
            self.killed = self._killed_before + said.get("killed", 0)
            if (run := said.get("ended")) is not None:
                await self._end({run})
        code = await process.wait()
        self._process = None
        if not self._stopping and (self._runs or code != 0):
            logger.error("the worker ended with code %s; runs under way: %s", code, sorted(self._runs) or "none")
        await self._end(set(self._runs))

    async def _next_line(self, process: asyncio.subprocess.Process, out: asyncio.StreamReader) -> bytes:
        """What the worker says next; one that is silent for too long hangs, and is killed."""
        try:
            async with asyncio.timeout(self.silent):
                return await out.readline()
        except TimeoutError:
            logger.error("the worker %s has been silent for %.0f s and is killed", process.pid, self.silent)
            process.kill()
            return b""

    async def _end(self, which: set[int]) -> None:
        if which:
            await self.over(which)
        self._runs -= which
        self._changed.set()

    async def _say(self, document: dict[str, Any]) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(document).encode() + b"\n")
        try:
            await self._process.stdin.drain()
        except ConnectionError:
            # It has ended; the listener closes its runs.
            logger.warning("the worker %s does not listen", self.pid)


def _reap() -> None:
    """As process 1 of a container the daemon inherits the readers of a worker that died. Call it while there is no worker: the
    end of one is for asyncio to hear of."""
    if os.getpid() == 1:
        with suppress(ChildProcessError):
            while os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG) is not None:
                pass
