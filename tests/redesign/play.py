"""A site's life of a few days, and how many things its readers and its operator are told in it. The clock moves as told; what
is true is the site's own script, what is told is what the mail sink got."""
import datetime as clocks
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from command import told
from newspaper import Line
from sqlalchemy import select

from storage import pages
from storage.models import Reading, Version
from tests.redesign import spool
from tests.redesign.layouts import REDESIGNS, Layout
from tests.redesign.site import OPERATOR, Edit, Site

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONGEST = 12 * HOUR
READER = "a@example.org"
ALL_TOLD = 0.95


@dataclass
class Count:
    """What came of a life: alerts are what its readers were told before a person decided and no author made, notices what the
    operator was told."""

    looks: int = 0
    alerts: int = 0
    notices: int = 0
    edits: int = 0
    told: int = 0
    twice: int = 0
    untrue: list[str] = field(default_factory=list)

    def faults(self, most: int = 1) -> list[str]:
        """What is not as it must be."""
        return [*([f"{self.alerts} alerts before it was decided"] if self.alerts > most else []),
                *([f"{self.notices} notices"] if self.notices > 1 else []),
                *([f"{self.told} of {self.edits} edits were told"] if self.told < ALL_TOLD * self.edits else []),
                *([f"{self.twice} edits were told twice"] if self.twice else []), *self.untrue[:5]]


@contextmanager
def clock_of(now: datetime) -> Iterator[None]:
    """The command line's clock stands at a time."""
    from commands import hold

    class Clock(datetime):
        @classmethod
        def now(cls, tz: clocks.tzinfo | None = None) -> datetime:  # type: ignore[override]  # always aware
            return now.astimezone(tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hold, "datetime", Clock)
        yield


class Play:
    """A site and the line that watches it."""

    def __init__(self, site: Site, line: Line) -> None:
        self.site, self.line = site, line
        self.looks, self.began = 0, line.now
        self.since = 0  # which mails are of the redesign's time

    @property
    def now(self) -> datetime:
        return self.line.now

    def look(self, later: timedelta = timedelta(0), *, whole: bool = False) -> list[dict[str, Any]]:
        """One round of all ticks: over what is due, or over all that is known."""
        self.looks += 1
        runs = self.line.crawl(*(["paper0"] if whole else []), later=later)
        self.tick()
        return runs

    def tick(self) -> None:
        """The rounds of the mail alone."""
        for step in (self.line.wire.judge, self.line.wire.compose, self.line.wire.notify, self.line.wire.deliver):
            self.line.runner.run(step(self.now))

    def until(self, end: datetime, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Goes from one time at which something is due to the next, or by half a day where nothing is."""
        while self.now < end:
            with self.line.store.reading() as session:
                due = pages.next_due(session, "paper0") or end
            self.look(max(min(due, self.now + LONGEST, end) - self.now, timedelta(seconds=1)))
            meanwhile()

    # --- what was told

    def begins(self) -> None:
        """What was told so far is not counted."""
        self.since = len(self.site.mails())

    def told(self) -> list[spool.Told]:
        return list(spool.told(self.site.mails()[self.since:], READER))

    def notices(self) -> list[str]:
        """The subjects of the operator's mails."""
        return [str(mail["Subject"]) for mail in self.site.mails()[self.since:] if OPERATOR in str(mail["To"])]

    def count(self, made: list[Edit] | None = None) -> Count:
        """What was told beside what was made."""
        found, edits = self.told(), self.site.edits if made is None else made
        marks = {path: [edit.mark for edit in edits if edit.path == path] for path in {edit.path for edit in edits}}
        times = Counter(mark for one in found for mark in marks.get(one.path, ()) if mark in one.changed)
        untrue = [f"{one.event} of {one.path}: {one.changed[:100]!r}" for one in found
                  if not any(mark in one.changed for mark in marks.get(one.path, ()))]
        return Count(looks=self.looks, alerts=len(untrue), notices=len(self.notices()), edits=len(edits), told=len(times),
                     twice=sum(number > 1 for number in times.values()), untrue=untrue)

    # --- what is decided

    def holds(self, *, undecided: bool = True) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = told("--config", self.site.config, "hold", "list")["holds"]
        return [each for each in found if not undecided or each["ended_at"] is None]

    def decide(self, verb: str) -> dict[str, Any]:
        """What a person at the command line does with the one hold that waits."""
        hold, = self.holds()
        with clock_of(self.now):
            return told("--config", self.site.config, "hold", verb, hold["hold"])

    # --- what is stored

    def articles(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = told("--config", self.site.config, "article", "list")["articles"]
        return found

    def empty_changes(self) -> list[str]:
        """Versions that say the same as the one before them, spaces aside: there must be none."""
        with self.line.store.reading() as session:
            rows = session.execute(select(Version.article_id, Version.seq, Reading.title, Reading.text).join(
                Reading, Reading.capture_id == Version.capture_id).order_by(
                Version.article_id, Version.seq, Reading.id)).all()
        shown = {(row.article_id, row.seq): " ".join(f"{row.title} {row.text}".split()) for row in rows}
        return [f"article {article}, version {seq}" for (article, seq), text in shown.items()
                if shown.get((article, seq - 1)) == text]

    def versions(self) -> list[tuple[int, int, str]]:
        """Of each version its article, its number and its judgement."""
        with self.line.store.reading() as session:
            rows = session.execute(select(Version.article_id, Version.seq, Version.judgement).order_by(Version.id))
            return [(row.article_id, row.seq, row.judgement) for row in rows]


def at_once(play: Play, layout: Layout, *, edits: int = 24, verb: str = "accept") -> Count:
    """A redesign of which all articles are seen in one run, with edits before it, in it and after it: before the decision there
    is at most one alert, after it each edit is told."""
    site, paths = play.site, list(play.site.articles)
    site.chance.shuffle(paths)
    play.look(whole=True)
    play.look(DAY, whole=True)
    play.begins()
    for path in paths[:edits // 3]:
        site.edit(play.now, path)
    site.layout = layout
    play.look(3 * HOUR, whole=True)
    for path in paths[edits // 6:edits // 2]:  # some for the second time
        site.edit(play.now, path)
    play.look(HOUR, whole=True)
    before = play.count()
    if play.holds():
        play.decide(verb)
    play.tick()
    for path in paths[edits // 2:edits // 2 + edits // 3]:
        site.edit(play.now, path)
    play.look(HOUR, whole=True)
    play.look(HOUR, whole=True)
    after = play.count()
    after.alerts, after.notices = before.alerts, before.notices
    return after


def by_ladder(play: Play, layout: Layout, a_time: int, *, articles: int = 60, edits: int = 24) -> Count:
    """A redesign that the ladder meets a few articles at a time over two days: the articles appeared as many at a time."""
    site, apart = play.site, 48 * HOUR * a_time / articles
    begin = play.now
    for number in range(0, articles, a_time):
        play.until(begin + (number // a_time) * apart)
        site.publish(a_time)
        play.look(whole=False)
    # Each has been looked at after a day then, and each will be after three.
    play.until(begin + 100 * HOUR)
    play.begins()
    paths = list(site.articles)
    site.chance.shuffle(paths)
    for path in paths[:edits // 3]:
        site.edit(play.now, path)
    site.layout = layout
    pace = iter(paths[edits // 3:2 * edits // 3])
    start = play.now

    def meanwhile() -> None:
        if play.now - start > 3 * HOUR * (len(site.edits) - edits // 3) and (path := next(pace, None)):
            site.edit(play.now, path)

    play.until(start + 49 * HOUR, meanwhile)
    before = play.count()
    if play.holds():
        play.decide("accept")
    play.tick()
    for path in paths[2 * edits // 3:edits]:
        site.edit(play.now, path)
    play.until(play.now + 32 * DAY if edits else play.now)
    after = play.count()
    after.alerts, after.notices = before.alerts, before.notices
    return after


__all__ = ["REDESIGNS", "Count", "Play", "at_once", "by_ladder"]
