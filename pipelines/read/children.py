"""The killable processes that pages are read in: no page can take another's time, memory or life."""
import ctypes
import fcntl
import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import anyio
from anyio import BrokenWorkerProcess, CapacityLimiter, to_process

import failpoint
from crawler.items import Fetched, Nothing, ReadValue
from crawler.outlet import Outlet
from pipelines.read import door

WALL_SECONDS = 15.0
CPU_SECONDS = 20
ADDRESS_SPACE = 1 << 30
MOST_READERS = 4
# The most that Linux gives a process without privileges.
PIPE = 1 << 20
PR_SET_PDEATHSIG = 1
Read = Callable[[Fetched, Outlet | None], ReadValue]


def _confine(parent: int) -> None:
    """Sets the child's limits for one page, and has it die with its parent."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    used = resource.getrusage(resource.RUSAGE_SELF)
    # RLIMIT_CPU counts the process's whole life, hence anew for each page.
    for limit, most in ((resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS),
                        (resource.RLIMIT_AS, ADDRESS_SPACE), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


@cache
def _settle() -> None:
    """A child's stderr is a pipe that nobody reads: what a C library says there would block it in the end. And what is typed to
    interrupt its parent, which ends it then, is no end of a page. Its pipes hold a page whole, so that nobody is woken for each
    piece; where the machine allows no more, they stay as they are."""
    # A pool of a thread a core would map more than a child may have on a machine of many cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for pipe in (0, 1):
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _load_confined(parent: int) -> None:
    _confine(parent)
    _settle()
    door.load()


def _read_confined(read: Read, fetched: Fetched, outlet: Outlet | None, parent: int) -> ReadValue:
    _confine(parent)
    _settle()
    try:
        failpoint.reach("page.reading")
        value = read(fetched, outlet)
        failpoint.reach("page.read")
        return value
    except MemoryError:
        os._exit(1)


def at_once() -> int:
    """How many pages this machine reads at a time: one a core, at most four."""
    return min(os.cpu_count() or 1, MOST_READERS)


class Readers:
    """The door in `processes` children, a page in flight each. killed counts the children that died or had to be killed.

    A child re-runs the parent's main module, as anyio does it, so that module must be guarded by `__name__`. read, a function
    of a module, and wall, in seconds, are there for the tests.
    """

    def __init__(self, processes: int, *, read: Read = door.read, wall: float = WALL_SECONDS) -> None:
        self.killed = 0
        self._read, self._wall = read, wall
        self._turns = anyio.Semaphore(processes)
        self._children = CapacityLimiter(processes)

    async def start(self) -> None:
        """Call it first, from a task that outlives all reading, where no asyncio.run is at the bottom: anyio kills all children
        when the topmost task of their first call ends."""
        await to_process.run_sync(os.getpid, limiter=self._children)

    async def load(self) -> None:
        """Has every child load what it reads with; call it after `start`, from anywhere."""
        async def one() -> None:
            try:
                await to_process.run_sync(_load_confined, os.getpid(), cancellable=True, limiter=self._children)
            except BrokenWorkerProcess:
                self.killed += 1  # another one is begun for the first page

        async with anyio.create_task_group() as group:
            for _ in range(int(self._children.total_tokens)):
                group.start_soon(one)

    async def read(self, fetched: Fetched, outlet: Outlet | None) -> ReadValue:
        """What the door reads. A page that takes more than 15 seconds from its turn is Nothing(timeout); one whose child died
        is read once more, and is Nothing(killed) when that one dies too."""
        async with self._turns:
            try:
                with anyio.fail_after(self._wall):
                    return await self._twice(fetched, outlet)
            except TimeoutError:
                self.killed += 1
                return Nothing("timeout", door.reader_name(outlet, fetched.at),
                               f"reading it took more than {self._wall:g} seconds")

    async def _twice(self, fetched: Fetched, outlet: Outlet | None) -> ReadValue:
        for _ in range(2):
            try:
                return await to_process.run_sync(_read_confined, self._read, fetched, outlet, os.getpid(), cancellable=True,
                                                 limiter=self._children)
            except BrokenWorkerProcess:
                self.killed += 1
        return Nothing("killed", door.reader_name(outlet, fetched.at), "its reader died twice, of memory or of processor time")
