"""How much of what readers wrote is seen at which number of looks: a scripted outlet, its clock passed in, looked at by the
rule that sets the next look of a thread. What was there to be seen is told by the script alone."""
import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from random import Random

from sqlalchemy.orm import Session

from crawler.outlet import Outlet
from pipelines import due
from prove.trial import Outcome, Trial
from storage.models import Article, Page, Thread
from storage.store import Store
from storage.threads import NEWEST, Pace

BEGIN = datetime(2026, 3, 2, tzinfo=timezone.utc)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EAST = 5  # hours of the outlet's clock before UTC
ARTICLES = 40  # a day
DAYS = 34  # so that each age up to the end of a rhythm is there
MEASURED = 3  # the last of them
LONG_ENOUGH, YOUNG = 15 * MINUTE, 6 * HOUR
REMOVED = 0.15
# Each kind of trial: the outlet's looks a day; None: by its ladder alone.
KINDS: dict[str, int | None] = {"rhythm": 2000, "rhythm-4000": 4000, "rhythm-1000": 1000, "ladder": None}
WANTED = 0.9


@dataclass(frozen=True)
class Said:
    """A comment of the script."""

    posted: datetime
    removed: datetime | None

    def shown(self, at: datetime) -> bool:
        return self.posted <= at and (self.removed is None or at < self.removed)


@dataclass
class Story:
    """An article of the script, and what a crawler that looked at it knows."""

    published: datetime
    said: list[Said]
    looks: list[datetime] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    missed: dict[int, datetime] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    row: Page = field(default_factory=Page)


def awake(at: datetime) -> float:
    """How likely somebody is to write at this hour, 1 at the most."""
    return 0.06 + 0.94 * max(0.0, math.sin((at.hour + at.minute / 60 + EAST - 6) % 24 / 18 * math.pi)) ** 0.7


def life(random: Random) -> timedelta:
    """How long a comment stands that is removed: 30 % up to half an hour, 90 % up to a day (Zhu and others 2013)."""
    part = random.random()
    if part < 0.3:
        return timedelta(minutes=random.uniform(1, 30))
    least, most = (30.0, 24 * 60.0) if part < 0.9 else (24 * 60.0, 10 * 24 * 60.0)
    return timedelta(minutes=least * (most / least) ** random.random())


def comments(random: Random, published: datetime) -> Iterator[Said]:
    """None for a third of the articles, a few for most, many for some; fewer by the hour, fewer by night, answers in bursts."""
    number = 0 if random.random() < 0.35 else int(random.lognormvariate(1.6, 1.1))
    times: list[datetime] = []
    while len(times) < number:
        at = published + timedelta(hours=random.lognormvariate(1.0, 1.4))
        if random.random() > awake(at):
            continue
        times.append(at)
        while random.random() < 0.4:
            at += timedelta(minutes=random.expovariate(1 / 12))
            times.append(at)
    for at in times:
        yield Said(at, at + life(random) if random.random() < REMOVED else None)


def script(seed: int, days: int, articles: int = ARTICLES) -> list[Story]:
    """The articles of so many days, most of them by day."""
    random, stories = Random(seed), []
    while len(stories) < days * articles:
        published = BEGIN + random.random() * days * DAY
        if random.random() <= awake(published):
            stories.append(Story(published, sorted(comments(random, published), key=lambda said: said.posted)))
    return sorted(stories, key=lambda story: story.published)


def outlet(looks: int | None) -> Outlet:
    url = "https://paper.example/"
    return Outlet.model_validate({"id": "paper", "name": "Paper", "home": url, "threads": {"looks": looks or 2000},
                                  "source": [{"kind": "rss", "url": f"{url}rss"}]})


def play(store: Store, stories: list[Story], days: int, looks: int | None) -> None:
    """Looks at each story when it is due: first when the feed that is read each quarter of an hour shows it, each minute."""
    paper, end, order = outlet(looks), BEGIN + days * DAY, count()
    with store.writing() as session:
        queue = [(_next(story.published, paper.every), next(order), story) for story in stories]
        heapq.heapify(queue)
        while queue and queue[0][0] < end:
            now, _, story = heapq.heappop(queue)
            _look(session, paper, story, now, by_pace=looks is not None)
            heapq.heappush(queue, (_next(story.row.next_due_at, MINUTE), next(order), story))


def _next(at: datetime, every: timedelta) -> datetime:
    return BEGIN + math.ceil((at - BEGIN) / every) * every


def _look(session: Session, paper: Outlet, story: Story, now: datetime, *, by_pace: bool) -> None:
    if not story.looks:
        _found(session, story, now)
    before = story.looks[-1] if story.looks else now
    story.looks.append(now)
    shown = {place for place, said in enumerate(story.said) if said.shown(now)}
    story.seen |= shown
    missing = story.seen - shown - story.gone
    story.gone |= {place for place in missing if now - story.missed.get(place, now) >= due.SOON}
    story.missed = {place: story.missed.get(place, now) for place in missing - story.gone}
    if story.missed:
        due.doubted(story.row, now)
    else:
        due.stood(story.row, paper, now, changed=before == now)
    if by_pace:
        newest = tuple(sorted((story.said[place].posted for place in story.seen), reverse=True)[:NEWEST])
        pace = Pace(story.looks[0], story.looks[0], now, newest=newest)
        due.paced(session, story.row, paper, now, pace, doubt=bool(story.missed))
        session.flush()


def _found(session: Session, story: Story, now: datetime) -> None:
    url = f"https://paper.example/{id(story)}"
    article = Article(outlet="paper", url=url, first_seen_at=now)
    session.add(article)
    session.flush()
    story.row = Page(outlet="paper", url=url, kind="article", article_id=article.id, found_at=now, next_due_at=now, misses=0,
                     tries=0, recheck_step=0)
    session.add_all((story.row, Thread(outlet="paper", system="native", native_key=url, article_id=article.id)))
    session.flush()


def measured(stories: list[Story], days: int, looks: int | None, of: int) -> dict[str, int]:
    """What was seen of the stories of the last days but one, and the looks of the last days."""
    end = BEGIN + days * DAY
    counts = dict.fromkeys(("comments", "caught", "removed later", "caught of them", "removals", "within an hour"), 0)
    for story in stories:
        if not end - (of + 1) * DAY <= story.published < end - DAY:
            continue
        for place, said in enumerate(story.said):
            until = min(said.removed or end, end)
            caught = any(said.shown(at) for at in story.looks)
            assert caught == (place in story.seen)
            if said.posted - story.published < YOUNG and until - said.posted >= LONG_ENOUGH:
                counts["comments"] += 1
                counts["caught"] += caught
                counts["removed later"] += said.removed is not None
                counts["caught of them"] += caught and said.removed is not None
            if caught and said.removed is not None and said.removed < end - HOUR:
                last = max(at for at in story.looks if at < said.removed)
                first = min((at for at in story.looks if at >= said.removed), default=end)
                counts["removals"] += 1
                counts["within an hour"] += first - last <= HOUR
    again = sorted(at for story in stories for at in story.looks[1:])
    each = [sum(begin <= at < begin + DAY for at in again) for begin in (BEGIN + day * DAY for day in range(days))]
    first = sum(story.looks[0] >= end - of * DAY for story in stories if story.looks)
    return counts | {"days": of, "requests": first + sum(each[-of:]), "looks on the busiest day": max(each),
                     "days over the budget": sum(one > looks for one in each) if looks else 0}


def run(folder: Path, trial: Trial, database: str | None, days: int = DAYS, of: int = MEASURED,
        articles: int = ARTICLES) -> Outcome:
    """Plays a script by one kind of rule."""
    looks = KINDS[trial.kind]
    store = Store(database or f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    stories = script(trial.seed, days, articles)
    play(store, stories, days, looks)
    store.engine.dispose()
    counts = measured(stories, days, looks, of)
    faults = [f"{counts['days over the budget']} days had more looks than {looks}"] if counts["days over the budget"] else []
    if looks is not None and looks >= KINDS["rhythm"]:  # type: ignore[operator]  # it has one
        faults += [f"only {counts['caught']} of {counts['comments']} were caught"] if (
            counts["caught"] < WANTED * counts["comments"]) else []
    return Outcome(counts, faults)
