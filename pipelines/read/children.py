"""The killable processes that pages are read in: one page cannot take another's time, memory or life."""
import ctypes
import os
import resource
import signal

import anyio
from anyio import BrokenWorkerProcess, CapacityLimiter, to_process

from crawler.items import Fetched, Nothing, ReadValue
from crawler.outlet import Outlet
from pipelines.read import door

WALL_SECONDS = 15
CPU_SECONDS = 20
# The parsers map some 300 MB at rest; a 5 MB page needs as much again.
ADDRESS_SPACE = 1 << 30
PR_SET_PDEATHSIG = 1


def _confine(parent: int) -> None:
    """Sets the child's limits for one page; it dies with its parent."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    used = resource.getrusage(resource.RUSAGE_SELF)
    # RLIMIT_CPU counts the process's whole life, hence anew before each page.
    for limit, soft in ((resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS),
                        (resource.RLIMIT_AS, ADDRESS_SPACE), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _read(fetched: Fetched, outlet: Outlet | None, parent: int) -> ReadValue:
    # A library's thread pool would map more than the limit allows on a machine of many cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _confine(parent)
    try:
        return door.read(fetched, outlet)
    except MemoryError:
        os._exit(1)


class Readers:
    """The door in `processes` children, one page in flight each. killed counts the pages whose child had to be killed or died."""

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self.killed = 0
        self._turns = anyio.Semaphore(processes)
        self._limiter = CapacityLimiter(processes)

    async def read(self, fetched: Fetched, outlet: Outlet | None) -> ReadValue:
        """What the door reads. A page that takes more than 15 seconds from its turn is Nothing(timeout); one whose child died is
        read once more, then it is Nothing(killed)."""
        async with self._turns:
            for _ in range(2):
                try:
                    with anyio.fail_after(WALL_SECONDS):
                        return await to_process.run_sync(_read, fetched, outlet, os.getpid(), cancellable=True,
                                                         limiter=self._limiter)
                except TimeoutError:
                    self.killed += 1
                    return Nothing("timeout", door.reader_name(outlet), f"it took more than {WALL_SECONDS} seconds")
                except BrokenWorkerProcess:
                    self.killed += 1
        return Nothing("killed", door.reader_name(outlet), "its reader died twice, of memory or processor time")
