"""The wire in figures for Prometheus, under names that start with steppewire_."""
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from health.life import Health
from storage.figures import Figures

# The store is counted at most so often, and never for more than a twentieth of the time.
COUNT_SECONDS = 15.0
COUNT_SHARE = 20
STATES = ("new", "ok", "degraded", "blocked", "held", "failing")
RUNS = ("done", "degraded", "blocked", "failed", "died")


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in the store, and each outlet's state and the time of its last good run."""

    at: datetime
    figures: Figures
    outlets: dict[str, tuple[str, datetime | None]]


class Metrics(Collector):
    """All figures of the daemon. count is called in the thread of whoever asks, one at a time; others get what was counted
    last."""

    def __init__(self, health: Health, version: str, count: Callable[[], Counted]) -> None:
        self._health, self._version, self._count = health, version, count
        self._counting = threading.Lock()
        self._counted: Counted | None = None
        self._next = 0.0
        self._failed = 0

    def registry(self) -> CollectorRegistry:
        """A registry with these figures and those of the process."""
        registry = CollectorRegistry()
        registry.register(self)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        return registry

    def collect(self) -> Iterator[Metric]:
        """prometheus-client's call for each scrape."""
        yield InfoMetricFamily("steppewire_up", "The program that runs.", {"version": self._version})
        yield GaugeMetricFamily("steppewire_healthy", "1 where /healthz says ok.", float(self._health.wrong() is None))
        yield from self._rounds()
        if self._health.workers is not None:
            yield CounterMetricFamily("steppewire_worker_restarts", "Crawl workers that were started after the first.",
                                      max(self._health.workers.started - 1, 0))
            yield CounterMetricFamily("steppewire_readers_killed", "Readers that a page killed.", self._health.workers.killed)
        if (counted := self._newest()) is not None:
            yield from _stored(counted)
        yield CounterMetricFamily("steppewire_count_failures", "Times that the store could not be counted.", self._failed)

    def _rounds(self) -> Iterator[Metric]:
        seconds = GaugeMetricFamily("steppewire_round_seconds", "How long the last round took.", labels=["round"])
        finished = GaugeMetricFamily("steppewire_round_finished_timestamp_seconds", "When it ended.", labels=["round"])
        for name, each in dict(self._health.rounds).items():
            if each.finished_at is not None:
                seconds.add_metric([name], each.seconds)
                finished.add_metric([name], each.finished_at.timestamp())
        yield seconds
        yield finished
        faults = CounterMetricFamily("steppewire_step_faults", "Steps of rounds that failed by a fault.", labels=["step"])
        for name, number in dict(self._health.faults).items():
            faults.add_metric([name], number)
        yield faults
        if self._health.letters:
            letters = CounterMetricFamily("steppewire_letters", "Messages that were read in the mailbox, by what came of them.",
                                          labels=["outcome"])
            for name, number in dict(self._health.letters).items():
                letters.add_metric([name], number)
            yield letters

    def _newest(self) -> Counted | None:
        if time.monotonic() >= self._next and self._counting.acquire(blocking=False):
            began = time.monotonic()
            try:
                self._counted = self._count()
            except Exception:  # noqa: BLE001  a store that does not answer is /healthz' to tell; the other figures still stand
                self._failed += 1
            finally:
                now = time.monotonic()
                self._next = now + max(COUNT_SECONDS, COUNT_SHARE * (now - began))
                self._counting.release()
        return self._counted


def _stored(counted: Counted) -> Iterator[Metric]:
    now, figures = datetime.now(timezone.utc), counted.figures
    yield GaugeMetricFamily("steppewire_counted_timestamp_seconds", "When the store was counted.", counted.at.timestamp())
    states = GaugeMetricFamily("steppewire_outlets", "Outlets by state.", labels=["state"])
    for state in STATES:
        states.add_metric([state], sum(each == state for each, _ in counted.outlets.values()))
    yield states
    ages = GaugeMetricFamily("steppewire_outlet_last_ok_age_seconds", "Since its last good run ended.", labels=["outlet"])
    for outlet, (_, last_ok) in counted.outlets.items():
        if last_ok is not None:
            ages.add_metric([outlet], _age(last_ok, now))
    yield ages
    runs = CounterMetricFamily("steppewire_runs", "Runs that ended, by state.", labels=["state"])
    for state in RUNS:
        runs.add_metric([state], figures.runs.get(state, 0))
    yield runs
    yield CounterMetricFamily("steppewire_requests", "Requests of all runs that ended.", figures.requests)
    yield CounterMetricFamily("steppewire_not_modified", "Of these, pages that had not changed.", figures.not_modified)
    for name in ("articles", "versions", "comments"):
        yield GaugeMetricFamily(f"steppewire_{name}", f"Stored {name}.", getattr(figures, name))
    yield GaugeMetricFamily("steppewire_alerts_pending", "Alerts that are in no mail yet.", figures.alerts_pending)
    yield GaugeMetricFamily("steppewire_alerts_oldest_age_seconds", "How long the oldest of them waits; 0 without any.",
                            _age(figures.alerts_oldest, now))
    yield GaugeMetricFamily("steppewire_mails_waiting", "Mails that are to be sent.", figures.mails_waiting)
    yield GaugeMetricFamily("steppewire_mails_oldest_age_seconds", "How long the oldest of them waits; 0 without any.",
                            _age(figures.mails_oldest, now))
    yield GaugeMetricFamily("steppewire_mails_dead", "Mails that were given up.", figures.mails_dead)
    waiting = GaugeMetricFamily("steppewire_channel_mails_waiting", "Of these to be sent, by channel.", labels=["channel"])
    dead = GaugeMetricFamily("steppewire_channel_mails_dead", "Of those given up, by channel.", labels=["channel"])
    for each in figures.channels:
        waiting.add_metric([each.channel], each.waiting)
        dead.add_metric([each.channel], each.dead)
    yield waiting
    yield dead
    yield GaugeMetricFamily("steppewire_mails_bounced", "Mails that were sent and came back.", figures.mails_bounced)


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since is not None else 0.0
