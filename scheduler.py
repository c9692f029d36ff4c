"""The daemon: a tiny clock whose ticks ask the store what is due.

dispatch starts the runs that are due, judge passes those that ended, compose makes mails of due alerts, deliver sends them,
notify tells the operator what needs a person, heartbeat tells a monitor that nothing does.
What is due is a column of the store: a restart, a sleep or a change of the clock loses nothing and does nothing twice.
"""
import asyncio
import logging
import math
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from functools import cached_property, partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

import failpoint
from alerts import token
from alerts.answering import Answering
from alerts.broken import tell_owners
from alerts.compose import compose
from alerts.confirmation import ask
from alerts.deliver import Channel, Patience, deliver, recover
from alerts.heartbeat import beat
from alerts.inbox import reading
from alerts.notice import notice
from crawler import outlet as outlets
from crawler.outlet import OutletError
from health.life import Health
from health.notify import Manager
from pipelines import budget, judgement
from settings import Settings
from storage import clock as store_clock
from storage import outbox, pages, runs
from storage.store import Lock, Store
from verbs.answering import answering
from verbs.channels import channel, other_channels
from verbs.inbox import Inbox
from verbs.needs import needs, outlet_names
from verbs.watching import sync_watches
from worker_process import WorkerProcess

logger = logging.getLogger("steppewire.scheduler")

LOST_LOCK = 75
# An outlet whose runs die one after the other runs alone.
DEATHS_ALONE = 2
# A clock that is set by less than this needs nobody's attention.
CLOCK_STEP = timedelta(minutes=1)
# The worker has 6.5 s to end; what still hangs after it is left behind.
CLOSE_SECONDS = 6.8
# What mails call the channel that is none of the settings' own, and its rounds.
MAIL = "mail"
Step = Callable[[datetime], Awaitable[object]]


def utcnow() -> datetime:
    """The time of this machine."""
    return datetime.now(timezone.utc)


def round_of(own: str) -> str:
    """What the rounds in which a channel's mails are sent are called."""
    return own if own == MAIL else f"channel {own}"


class Wire:
    """All that is done in one round of ticks, for whoever holds the store's lock; every time is handed in."""

    def __init__(self, settings: Settings, worker: WorkerProcess, store: Store, clock: Callable[[], datetime] = utcnow) -> None:
        self.settings, self.worker, self.store, self.clock = settings, worker, store, clock
        self.worker.over = self._over
        self.stop_sending = threading.Event()
        limits = settings.limits
        self.patience = Patience(limits.first_retry, limits.longest_retry, limits.give_up)
        self._alone = self._stopping = False
        self._mistakes: dict[str, str] = {}
        self._ended: set[int] = set()
        self._closing = asyncio.Lock()
        self.channels: dict[str, Channel] = {MAIL: channel(settings)}
        self.others = other_channels(settings)
        self.channels |= self.others
        self._paused_until: dict[str, datetime] = {}
        self.inbox = Inbox(settings, store)
        self.health = Health()
        self._well = False
        self._beaten = -math.inf
        self._beating: asyncio.Task[None] | None = None
        self._away: Counter[str] = Counter()

    def begin(self, now: datetime) -> None:
        """What the holder of the lock does first: runs and claims of a former holder are over, watches are the settings'."""
        with self.store.reading() as session:
            newest = runs.newest_time(session)
        if newest is not None and newest - now >= CLOCK_STEP:
            self._set_back(newest - now, now)
        with self.store.writing() as session:
            died = runs.close_open(session, now, "the daemon that began it ended without it")
        if died:
            logger.warning("runs %s had not ended; they are closed as died", died)
        recover(self.store)
        sync_watches(self.settings, self.store, now)

    @cached_property
    def answering(self) -> Answering:
        """How the mails are answered."""
        return answering(self.settings)

    async def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back: what is due later by it would else be due that much too late. Runs under way still count by
        the old clock, so they end first."""
        await self.worker.kill()
        await asyncio.to_thread(self._set_back, by, now)
        self._paused_until.clear()

    def _set_back(self, by: timedelta, now: datetime) -> None:
        logger.warning("the clock was set back by %s: what is due is due that much earlier", by)
        with self.store.writing() as session:
            store_clock.set_back(session, by, now)

    async def dispatch(self, now: datetime, only: Iterable[str] | None = None) -> dict[str, int]:
        """Starts a run of each outlet that is due, or of those named, as far as they have none: outlet to run."""
        at = time.monotonic()
        await self._close_ended()
        started: dict[str, int] = {}
        for outlet in self.settings.outlets if only is None else only:
            run = await asyncio.to_thread(self._begin_run, outlet, now, only is not None)
            if run is not None:
                started[outlet] = run
                await self.worker.crawl(run, outlet, now, at)
        return started

    def _begin_run(self, outlet: str, now: datetime, wanted: bool) -> int | None:
        try:
            found = outlets.load(outlets.find(outlet, self.settings.outlets_dirs))
        except OutletError as error:
            if self._mistakes.get(outlet) != str(error):
                logger.error("the outlet is left out: %s: %s: %s", error.file, error.key, error, extra={"outlet": outlet})
            self._mistakes[outlet] = str(error)
            return None
        self._mistakes.pop(outlet, None)
        with self.store.reading() as session:
            due = pages.next_due(session, outlet)
            open_runs = runs.open_runs(session)
            deaths, lost = runs.in_a_row(session, outlet, "died"), runs.in_a_row(session, outlet, "died", "failed")
            last = runs.last(session, outlet)
            waits = outlet in open_runs or (due is not None and (due > now or not budget.has_room(session, found, now)))
        if outlet in open_runs or (waits and not wanted):
            return None
        alone = deaths >= DEATHS_ALONE
        # One whose runs die or fail one after the other is left alone for a while, longer and longer.
        ended = last.ended_at if last is not None and (alone or last.state == "failed") else None
        if not wanted and ended is not None and ended <= now < ended + self.settings.limits.after_death * lost:
            return None
        if (alone or self._alone) and open_runs:
            return None
        with self.store.writing() as session:
            if wanted:
                pages.make_due(session, outlet, now)
            run = runs.begin(session, outlet, now)
            failpoint.reach("run.beginning", run is not None)
        failpoint.reach("run.begun", run is not None)
        self._alone = alone
        return run.id if run is not None else None

    async def _over(self, which: set[int]) -> None:
        """A run that its worker says is over, or that went with it, and that is still open, died. Where the store does not take
        it, it is closed later: an open run would keep its outlet from ever being crawled again."""
        self._ended |= which
        try:
            await self._close_ended()
        except SQLAlchemyError as error:
            logger.error("runs %s are over and cannot be closed yet: %s", sorted(which), error)

    async def _close_ended(self) -> None:
        def close(which: set[int]) -> None:
            with self.store.writing() as session:
                reason = "it was stopped before it was done" if self._stopping else "its worker died"
                runs.close_open(session, self.clock(), reason, sorted(which))
                for run in runs.get(session, sorted(which)):
                    logger.info("the run is %s: %s requests, %s unchanged; %s", run.state, run.requests, run.not_modified,
                                "; ".join(run.errors[:3]) or "no errors", extra={"run": run.id, "outlet": run.outlet})

        async with self._closing:  # a round and the worker may ask at once, and a run's end is told once
            if which := set(self._ended):
                await asyncio.to_thread(close, which)
                self._ended -= which

    async def judge(self, now: datetime, group_wait: timedelta | None = None) -> None:
        """Judges the runs that ended; their alerts may be mailed after the group wait."""
        wait = self.settings.mail.group_wait if group_wait is None else group_wait

        await asyncio.to_thread(judgement.judge, self.store, now, wait)

    async def compose(self, now: datetime) -> None:
        """Makes mails of the alerts that are due, and first asks new addresses whether they want them, where that is wanted."""
        mail = self.settings.mail

        def make() -> None:
            if mail.confirm:
                ask(self.store, now, sender=mail.sender, answering=self.answering, contact=self.settings.contact)
            compose(self.store, now, sender=mail.sender, public_url=self.answering.public_url,
                    names=outlet_names(self.settings), zones=mail.zones,
                    channels={own: each.write for own, each in self.others.items()}, answering=self.answering,
                    only_confirmed=mail.confirm)

        await asyncio.to_thread(make)

    async def deliver(self, now: datetime, own: str = MAIL) -> None:
        """Sends the mails of a channel that are due: one attempt each. One that does not let us in is left alone for a while,
        one that cannot be reached at first for a shorter one: its coming back waits for nobody. What one channel does concerns
        no other."""
        if own == MAIL:
            await asyncio.to_thread(self._bury)
        if now < self._paused_until.get(own, now):
            return
        done = await asyncio.to_thread(deliver, self.store, now, self.channels[own], sender=self.settings.mail.sender, own=own,
                                       stop=self.stop_sending, patience=self.patience, envelope=self.envelope(own),
                                       progress=partial(self.health.sign, round_of(own)))
        pause, after = self.settings.limits.pause, done.after or timedelta(0)
        if done.paused:
            after = min(self.patience.wait(self._away[own]), pause) if done.away else pause
        self._paused_until[own] = now + after
        self._away[own] = self._away[own] + 1 if done.away else 0

    def envelope(self, own: str) -> Callable[[int], str] | None:
        """The address that a channel's mails are sent from, by a mail's id; None where all are sent from one."""
        mailbox = self.settings.mailbox.address
        return partial(token.envelope, self.settings.answer_key(), mailbox) if own == MAIL and mailbox is not None else None

    async def read_mailbox(self, now: datetime) -> None:
        """Reads what came back and what people answered."""
        def progress(outcome: str) -> None:
            self.health.letters[outcome] += 1
            self.health.sign("mailbox")

        await asyncio.to_thread(self.inbox.read, now, self.stop_sending, progress)

    def sends(self, own: str) -> Step:
        """The step that sends a channel's mails."""
        async def deliver(now: datetime) -> None:
            await self.deliver(now, own)

        return deliver

    def _bury(self) -> None:
        """Mails of channels that are no more in the settings are dead."""
        with self.store.reading() as session:
            gone = outbox.stranded(session, self.channels)
        for own in gone:
            logger.error("there is no channel %s in the settings any more: its mails are dead", own)
            with self.store.writing() as session:
                outbox.bury(session, own, f"there is no channel {own} in the settings any more")

    async def notify(self, now: datetime) -> None:
        """Keeps the notices of what needs a person, and makes the operator's mail where one of them is to be told."""
        self._well = False

        def look() -> bool:
            found = needs(self.settings, self.store, now, self.inbox.needs())
            notice(self.store, found, now, sender=self.settings.mail.sender, recipient=self.settings.operator.mail,
                   well_after=self.settings.operator.after)
            tell_owners(self.store, now, sender=self.settings.mail.sender)
            return not found

        self._well = await asyncio.to_thread(look)

    async def heartbeat(self, _now: datetime) -> None:
        """Has the monitor asked for, every so often while the rounds turn and nothing needs a person; nobody waits for it."""
        operator, at = self.settings.operator, time.monotonic()
        url, since = operator.heartbeat_url, at - self._beaten
        if url is None or since < operator.heartbeat_every.total_seconds() or not self._well or self.health.wrong():
            return
        if self._beating is None or self._beating.done():
            self._beaten, self._beating = at, asyncio.create_task(self._beat(url))

    async def _beat(self, url: str) -> None:
        if trouble := await asyncio.to_thread(beat, url):
            logger.warning("the monitor of heartbeat_url was not reached: %s", trouble)  # the address may hold a secret

    async def one_pass(self, now: datetime, only: Iterable[str] | None = None) -> list[int]:
        """One round of all ticks: runs what is due (or the outlets named), waits for it, and mails what came of it, the group
        wait taken as over; the runs."""
        started = await self.dispatch(now, only)
        await self.worker.until_ended(started.values())
        await self.judge(now, timedelta(0))
        await self.compose(now)
        await asyncio.gather(*(self.deliver(now, own) for own in self.channels))
        return sorted(started.values())

    async def close(self) -> None:
        """Ends the worker."""
        self._stopping = True
        await self.worker.stop()


class Ticks:
    """The daemon's rounds, each every so often until it is over. Waits are monotonic: a clock that is set, or a machine that
    slept, neither stops a round nor makes it come twice; only what is due changes with the clock."""

    def __init__(self, wire: Wire, lock: Lock) -> None:
        self.wire, self.lock, self.health = wire, lock, wire.health
        self.over = asyncio.Event()
        self.code = 0
        self._trouble: dict[str, str] = {}
        self._said, self._at = wire.clock(), time.monotonic()

    async def rounds(self, name: str, every: timedelta, *steps: Step) -> None:
        """Goes through the steps until it is over."""
        while not self.over.is_set():
            if not await asyncio.to_thread(self.lock.still_held):
                logger.critical("the store's lock is lost: another daemon may hold it now")
                self.health.lost("the store's lock is lost")
                self.end(LOST_LOCK)
                return
            self.health.turns(name)
            self.health.finished(name, await self._round(steps))
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), every.total_seconds())

    async def _round(self, steps: Iterable[Step]) -> str | None:
        """One round; why the store did not answer in it, None where it did."""
        now = self.wire.clock()
        for step in steps:
            try:
                await step(now)
            except SQLAlchemyError as error:
                # The database is away or busy: what is due stays due, the next round asks again.
                why = str(getattr(error, "orig", None) or error)
                self._troubled(step, why)
                return " ".join(why.split())
            except Exception:  # the edge of the loop: a fault in one step must not stop the others; what is due stays due
                logger.exception("%s failed", step.__name__)
                self.health.faults[step.__name__] += 1
            else:
                if self._trouble.pop(step.__name__, None):
                    logger.info("%s: the store answers again", step.__name__)
        return None

    def _troubled(self, step: Step, why: str) -> None:
        """Says once what is wrong with the store, not at every tick."""
        if self._trouble.get(step.__name__) != why:
            logger.error("%s: the store does not answer: %s", step.__name__, why)
        self._trouble[step.__name__] = why

    async def look_at_the_clock(self, now: datetime) -> None:
        """Notices a clock that was set back; goes before what asks for what is due."""
        at = time.monotonic()
        by = self._said + timedelta(seconds=at - self._at) - now
        if by >= CLOCK_STEP:
            await self.wire.set_back(by, now)
        self._said, self._at = now, at

    def end(self, code: int = 0) -> None:
        """Ends the rounds."""
        self.code = self.code or code
        self.over.set()


async def run(settings: Settings, config: Path | None, store: Store, lock: Lock,
              clock: Callable[[], datetime] = utcnow, health: Health | None = None, manager: Manager | None = None) -> int:
    """The daemon, until SIGTERM or SIGINT; its exit code. It returns within 7 s of that whatever hangs; a thread that still
    talks to a mail server or a database then is for the caller to leave behind."""
    wire = Wire(settings, WorkerProcess(config, silent=settings.limits.silence.total_seconds()), store, clock)
    wire.health = health or wire.health
    wire.health.workers = wire.worker
    wire.begin(clock())
    ticks = Ticks(wire, lock)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ticks.end)
    logger.info("watching %s; process %s", ", ".join(settings.outlets) or "no outlet", os.getpid())
    limits = settings.limits
    wire.health.begins("crawl", limits.tick.total_seconds())
    wire.health.begins("mail", limits.mail_tick.total_seconds(), limits.conversation.total_seconds())
    for own in wire.others:
        wire.health.begins(round_of(own), limits.mail_tick.total_seconds(), limits.conversation.total_seconds())
    rounds = [asyncio.create_task(ticks.rounds("crawl", limits.tick, ticks.look_at_the_clock, wire.dispatch, wire.judge)),
              asyncio.create_task(ticks.rounds("mail", limits.mail_tick, wire.compose, wire.deliver, wire.notify,
                                               wire.heartbeat)),
              *(asyncio.create_task(ticks.rounds(round_of(own), limits.mail_tick, wire.sends(own))) for own in wire.others)]
    if wire.inbox.box is not None:
        every = settings.mailbox.every
        wire.health.begins("mailbox", every.total_seconds(), reading.SECONDS)
        rounds.append(asyncio.create_task(ticks.rounds("mailbox", every, wire.read_mailbox)))
    manager = manager or Manager({})
    manager.say("READY=1")
    told = asyncio.create_task(manager.hears(wire.health, lambda: f"watching {len(settings.outlets)} outlets"))
    await ticks.over.wait()
    told.cancel()
    manager.say("STOPPING=1", "STATUS=stopping")
    wire.health.lost("it is stopping")
    logger.info("stopping")
    wire.stop_sending.set()
    await asyncio.wait({asyncio.create_task(wire.close())}, timeout=CLOSE_SECONDS)
    for each in rounds:
        each.cancel()
    return ticks.code
