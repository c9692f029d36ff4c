"""A thread of 10,000 comments on 200 pages: stored, looked at again and shown, each measured in a process of its own."""
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from command import COMMAND, ROOT, environment
from desk import HOME, Desk, article
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawler.items import CommentRead, Fetched, Kept, Seen, ThreadPage, Wanted
from crawler.items import ThreadRead as Look
from pipelines.take_in import take_in
from prove.trial import Outcome, Trial
from storage.models import CommentVersion
from storage.store import Store

COMMENTS, PAGES = 10_000, 200
BEGIN = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
MOST_SECONDS = 5.0
LONGEST_SECONDS = 600
NEW, EDITED, MISSING = range(COMMENTS, COMMENTS + 5), (3, 4000, 9000), (500, 7000)
WORDS = ("the", "new", "railway", "over", "mountains", "is", "a", "good", "thing", "for", "all", "who", "live", "there", "and")
TOLD = {"posted": COMMENTS + len(NEW), "edited": len(EDITED), "removed": len(MISSING)}


def looks() -> Iterator[tuple[str, Look, list[Look]]]:
    """The looks by what they are called: each with the article's own page and the further ones. The second shows the same; the
    third five comments more, three edited ones and two less; so does the fourth, and they are removed."""
    chance = random.Random(1)
    texts = [" ".join(chance.choices(WORDS, k=30)) for _ in range(COMMENTS + len(NEW))]
    above = [chance.randrange(max(0, own - 50), own) if own and chance.random() < 0.6 else None for own in range(len(texts))]

    def pages(owns: Sequence[int], edited: Sequence[int] = ()) -> tuple[Look, list[Look]]:
        size = -(-len(owns) // PAGES)
        shown = [owns[begin:begin + size] for begin in range(0, len(owns), size)]
        first, *further = [Look("wordpress", "partial", "not all on this page", len(owns), tuple(CommentRead(
            str(own), None, None, place, 0, f"Reader {own % 700}", BEGIN - timedelta(days=2) + timedelta(seconds=own), "then",
            texts[own] + " I mean it." * (own in edited), certainty="exact", page=0,
            parent_id=str(answers) if (answers := above[own]) is not None else None) for place, own in enumerate(page)), "5",
            off=len(owns) - len(page)) for page in shown]
        return replace(first, wanted=tuple(Wanted(f"{HOME}/a/1/{number}") for number in range(2, len(shown) + 1))), further

    every = range(COMMENTS)
    after = [*NEW, *(own for own in every if own not in MISSING)]
    yield "stored", *pages(every)
    yield "all known", *pages(every)
    yield "some changed", *pages(after, EDITED)
    yield "some removed", *pages(after, EDITED)


def look(desk: Desk, first: Look, further: Sequence[Look]) -> None:
    page = desk.page("/a/1")
    asked = [ThreadPage(f"{page.url}/{number}", _fetched(desk, f"{page.url}/{number}"), read)
             for number, read in enumerate(further, 2)]
    asked.append(ThreadPage(page.url, _fetched(desk, page.url), first, again=True))
    take_in(desk.intake, Seen(page, "read", _fetched(desk, page.url), article("A text.", thread=first),
                              thread_pages=tuple(asked)), desk.now)


def _fetched(desk: Desk, url: str) -> Fetched:
    desk.captures += 1
    return Fetched(url, 200, (), b"", desk.now, asked=url,
                   kept=Kept(f"steppe/2026/03/{desk.run}.warc.gz", desk.captures * 1000, f"{desk.captures:064x}"))


def milliseconds(begun: float) -> int:
    return round(1000 * (time.perf_counter() - begun))


class Timed(Store):
    """A store that knows how many milliseconds its longest transaction was, from its beginning to the end of its commit."""

    longest = 0

    @contextmanager
    def writing(self) -> Iterator[Session]:
        begun = time.perf_counter()
        with super().writing() as session:
            yield session
        self.longest = max(self.longest, milliseconds(begun))


def measure(url: str) -> dict[str, int]:
    """The looks, each in a run of its own and heard by a watch that nearly all comments match."""
    store = Timed(url)
    store.upgrade()
    desk, counts = Desk(store, BEGIN), dict[str, int]()
    desk.begin()
    desk.next_run()
    desk.watch("mountains")
    for name, first, further in looks():
        desk.next_run(1)
        store.longest, begun = 0, time.perf_counter()
        look(desk, first, further)
        counts |= {f"{name} ms": milliseconds(begun), f"{name}: transaction ms": store.longest}
    counts["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with store.reading() as session:
        told = dict(session.execute(select(CommentVersion.event, func.count()).group_by(CommentVersion.event)).all())
    store.engine.dispose()
    assert told == TOLD, f"{told}, not {TOLD}"
    return counts


def shown(folder: Path, url: str) -> dict[str, int]:
    """The verb as a person calls it, a process of its own."""
    config = folder / "steppewire.toml"
    config.write_text(f'contact = "mailto:tests@example.org"\ndata = "."\ndatabase = "{url}"\n', encoding="utf-8")
    begun = time.perf_counter()
    with subprocess.Popen([*COMMAND, "--config", config, "article", "thread", "1", "--limit", "20", "--json"], cwd=folder,
                          env=environment(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        document = json.loads(process.stdout.read())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert len(document["comments"]) >= 20
    return {"20 shown ms": milliseconds(begun), "20 shown peak MB": used.ru_maxrss // 1024}


def run(folder: Path, trial: Trial, database: str | None) -> Outcome:
    """Takes in and shows the thread; a fault where a transaction took too long."""
    url = database or f"sqlite:///{folder / 'store.db'}"
    ran = subprocess.run([sys.executable, "-m", "prove.longthread", url], cwd=ROOT, capture_output=True, text=True, check=False,
                         timeout=LONGEST_SECONDS)
    if ran.returncode:
        return Outcome({}, [f"ended with {ran.returncode}: {ran.stderr[-500:]}"])
    counts = json.loads(ran.stdout) | shown(folder, url)
    late = [f"{name}: {took}" for name, took in counts.items() if "transaction" in name and took >= 1000 * MOST_SECONDS]
    return Outcome(counts, late)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
