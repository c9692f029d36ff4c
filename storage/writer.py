"""One thread that does all writing of a process, so that no database call runs on an event loop."""
import asyncio
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")

QUEUE = 64
# Between two commits, so that another SQLite writer comes between: it waits 8 ms (p95), with 5 ms of rest as with 1, since a
# page is compared and matched outside of any transaction anyhow.
REST_SECONDS = 0.001


class Writer:
    """A thread behind a bounded queue; jobs run one by one in the order they were handed in."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[tuple[Callable[[], None], bool]] = queue.Queue(QUEUE)
        self._began: float | None = None
        threading.Thread(target=self._work, name="writer", daemon=True).start()

    @property
    def busy_seconds(self) -> float:
        """How long the job in hand has taken so far; 0 between two jobs."""
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    async def do(self, job: Callable[[], T], *, rest: bool = True) -> T:
        """Runs a job on the thread and returns its result or raises its exception; waits while the queue is full. Without rest
        the next job begins at once: only for one that commits nothing."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        context = copy_context()

        def run() -> None:
            result, raised = None, None
            try:
                result = context.run(job)
            except BaseException as error:  # noqa: BLE001  it is raised where the job was handed in
                raised = error
            with suppress(RuntimeError):  # the loop is closed: whoever waited was interrupted, and the job is done all the same
                loop.call_soon_threadsafe(_settle, done, result, raised)

        while True:
            try:
                self._jobs.put_nowait((run, rest))
                return await done
            except queue.Full:
                await asyncio.sleep(REST_SECONDS)

    def _work(self) -> None:
        while True:
            job, rest = self._jobs.get()
            self._began = time.monotonic()
            job()
            self._began = None
            if rest:
                time.sleep(REST_SECONDS)


def _settle(done: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if done.cancelled():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(result)
