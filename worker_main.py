"""The crawl worker's process: a long-lived child of the daemon, which begins here and ends with it. What it does is in
worker.py, which takes long to load."""
import asyncio
import ctypes
import gc
import logging
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import logs
import settings as settings_module
from pipelines.read.children import Readers, at_once

logger = logging.getLogger("steppewire.worker")

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serves the daemon that started this process; ends with it."""
    config, parent = sys.argv[1] or None, int(sys.argv[2])
    up = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries print
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    logs.choose(sys.argv[3])
    logs.begin(int(sys.argv[4]))
    gc.disable()  # all that is loaded stays: to look through it time and again takes an eighth of the time
    from twisted.python.log import PythonLoggingObserver

    observer: Any = PythonLoggingObserver
    observer().start()  # until it has one, Twisted writes on stderr itself

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncioreactor: Any = import_module("twisted.internet.asyncioreactor")
    asyncioreactor.install(loop)  # not by Scrapy's own function: Scrapy is loaded while the readers load what they need
    from twisted.internet import reactor

    async def serve() -> None:
        down = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(down), sys.stdin)
        settings = settings_module.load(Path(config) if config else None)
        readers = Readers(at_once(), wall=settings.limits.reading.total_seconds())
        await readers.start()
        # They load what they need while this process does: neither has anything to do before both have.
        loading = asyncio.create_task(readers.load())
        worker = await asyncio.to_thread(import_module, "worker")
        gc.freeze()
        gc.set_threshold(10_000)  # each page makes thousands of objects, hardly any of them in a ring
        gc.enable()
        await worker.Worker(settings, readers, up).serve(down)
        await loading

    async def guarded() -> None:
        try:
            await serve()
        except BaseException:  # whatever it is, a worker that does not serve must not stay
            logger.exception("the worker failed")
            os._exit(1)

    typed_reactor: Any = reactor
    serving: list[asyncio.Task[None]] = []  # the loop itself keeps only weak references to its tasks
    typed_reactor.callWhenRunning(lambda: serving.append(asyncio.ensure_future(guarded())))
    typed_reactor.run(installSignalHandlers=False)


if __name__ == "__main__":
    main()
