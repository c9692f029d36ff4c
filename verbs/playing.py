"""The demo: the replica outlet's life played through the same wire as the daemon's, with its own clock."""
import asyncio
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import settings as settings_module
from demo.play import Demo
from scheduler import Wire
from storage import articles, outbox, threads
from storage.store import Store
from verbs import documents
from verbs.checking import settle
from worker_process import WorkerProcess


async def play(folder: Path, steps: int, *, stay: bool, show: Callable[[dict[str, Any]], None],
               say: Callable[[str], None]) -> None:
    """Plays the steps up to and including the one named, or one more pass where they were played before; shows what came of
    it. With stay, the site then answers until SIGINT or SIGTERM."""
    began = time.monotonic()
    with Demo(folder) as demo:
        settings = settings_module.load(demo.config)
        store = settle(settings, str(demo.config))
        with store.lock():
            store.upgrade()
            await _play(demo, settings, store, steps, say)
        show(_document(store, demo, time.monotonic() - began))
        if stay:
            say(_tour(store, demo))
            await _interrupted()


async def _play(demo: Demo, settings: settings_module.Settings, store: Store, steps: int, say: Callable[[str], None]) -> None:
    now: datetime | None = None

    def clock() -> datetime:
        assert now is not None
        return now

    wire = Wire(settings, WorkerProcess(demo.config, silent=settings.limits.silence.total_seconds()), store, clock)

    async def one_pass(moment: datetime) -> None:
        nonlocal now
        first, now = now is None, moment
        if first:
            wire.begin(moment)
        await wire.one_pass(moment)

    try:
        if demo.step is not None and demo.step >= steps:
            await demo.again(one_pass)
        while demo.step is None or demo.step < steps:
            step = 0 if demo.step is None else demo.step + 1
            say(f"step {step} of {steps} …")
            await demo.play(step, one_pass)
    finally:
        await wire.close()


def _document(store: Store, demo: Demo, seconds: float) -> dict[str, Any]:
    with store.reading() as session:
        rows = articles.listing(session)
        totals, reads = threads.totals(session), threads.read_totals(session)
        alerts = Counter(alert.state for alert in outbox.list_alerts(session))
        mails = outbox.list_mails(session)
    return documents.SCHEMA | {
        "step": demo.step, "articles": len(rows), "versions": sum(row.versions for row in rows),
        "comments": {"standing": totals.standing, "edited": totals.edited, "removed": totals.removed},
        "thread_reads": {"complete": reads[0], "partial": reads[1]},
        "alerts": {state: alerts[state] for state in ("pending", "mailed", "held")},
        "mails": [{"message_id": mail.message_id, "recipient": mail.recipient, "subject": mail.subject}
                  for mail in reversed(mails)],
        "seconds": round(seconds, 1)}


def _tour(store: Store, demo: Demo) -> str:
    """Where a person can look around, with articles that show something."""
    with store.reading() as session:
        rows = articles.listing(session)
    changed = max(rows, key=lambda row: row.versions)
    discussed = max(rows, key=lambda row: row.comments)
    command = f"steppewire --config {demo.config}"
    return "\n".join([
        "", f"The replica outlet answers at {demo.site_url} until you press Ctrl-C. Look around in another terminal",
        "(with .venv/bin before steppewire where it came by make):",
        f"  {command} article list", f"  {command} article diff {changed.id}", f"  {command} article thread {discussed.id}",
        f"  {command} mail list", f"  sqlite3 {demo.folder / 'store.db'}"])


async def _interrupted() -> None:
    done = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, done.set)
    await done.wait()
