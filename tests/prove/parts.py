"""The parts of the campaign, by name."""
import os
import tempfile
import time
import traceback
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from prove import (
    addresses,
    failpoints,
    feeds,
    firstcrawl,
    guards,
    isso,
    kills,
    lives,
    longthread,
    memory,
    month,
    redesign,
    rhythm,
    smtp,
    store,
    transport,
)
from prove.case import Case
from prove.trial import Done, Outcome, Part, Trial

# Where the runner says that a PostgreSQL server is.
POSTGRES = "PROVE_POSTGRES"
DATABASES = ("sqlite", "postgresql")


def database(kind: str) -> str | None:
    """The address of a new database of a kind that names its server; None for a SQLite file in the trial's own folder."""
    if "postgresql" not in kind:
        return None
    import psycopg

    name = f"prove_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(os.environ[POSTGRES], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]  # the name is ours
    return os.environ[POSTGRES].replace("/postgres?", f"/{name}?")


def in_a_folder(run: Callable[[Path, Trial, str | None], Outcome], trial: Trial) -> Outcome:
    """Runs a trial in a folder of its own, on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="steppewire-prove-") as folder:
        return run(Path(folder), trial, database(trial.kind))


def of_cases(events: str, cases: Callable[[], list[Case]], _trial: Trial) -> Outcome:
    """A campaign that has its own cases, each with the outcome that is expected, as one trial."""
    found = cases()
    faults = [f"{case.name}: {case.observed}, not {case.expected}" for case in found if not case.ok]
    return Outcome({events: len(found)}, faults)


PARTS = {
    "kills": Part(
        "kill -9 of the daemon, the worker or a reader at a random moment loses nothing and tells nobody twice, by mail or by "
        "a webhook that refuses and hangs up now and then, told at once, with a cap, in quiet hours or by a digest",
        [Trial(kind, seed) for seed in range(10) for kind in DATABASES], partial(in_a_folder, kills.run), "kills"),
    "failpoints": Part(
        "kill -9 at each failpoint leaves what was committed before it and nothing else, and nothing is lost",
        [Trial(f"{name} {kind}", 1) for name in failpoints.FAILPOINTS for kind in DATABASES],
        partial(in_a_folder, failpoints.run), "kills"),
    "smtp": Part(
        "A mail server that is ill in one of 15 ways loses no mail: each arrives once it is well, or is dead with its reason; "
        "no other mail waits for more than one attempt",
        [Trial(f"{kind} {database}", seed) for kind, each in smtp.KINDS.items() for seed in range(len(each))
         for database in DATABASES], partial(in_a_folder, smtp.run), "mails"),
    "addresses": Part(
        "No way of writing, resolving or redirecting an address leads a crawl inside: the forbidden server's own log is the "
        "witness, and the same doors without the guard lead there",
        [Trial("ways and controls")], partial(of_cases, "ways", addresses.cases), "ways"),
    "transport": Part(
        "An answer that lies or fails on the wire ends as it should, and the rest of the crawl goes on",
        [Trial("answers")], partial(of_cases, "answers", transport.cases), "answers"),
    "store": Part(
        "An analyst who reads for long holds up no crawl; a PostgreSQL server that is stopped in mid-crawl costs nothing",
        [Trial(kind, seed) for seed in (1, 2) for kind in ("analyst sqlite", "analyst postgresql", "restart of postgresql")],
        partial(in_a_folder, store.run), "changes"),
    "memory": Part(
        "A thousand crawls in one daemon: its processes grow by less than 20 MB and leave no file open",
        [Trial("sqlite", 1)], partial(in_a_folder, memory.run), "crawls", together=False),
    "feeds": Part(
        "An article that is dead in the middle of a feed (404, 500, 304 at first sight, no answer in time) holds up no other, "
        "is looked at again, and is stored and mailed once it is there",
        [Trial(f"{source} {way} {database}", 1) for source in feeds.SOURCES for way in feeds.WAYS for database in DATABASES],
        partial(in_a_folder, feeds.run), "articles"),
    "firstcrawl": Part(
        "kill -9, three times in the first crawl of 4,000 articles, leaves no article unfetched, mails nothing of the backlog "
        "and all that comes after it",
        [Trial("sqlite", 1), Trial("postgresql", 1)], partial(in_a_folder, firstcrawl.run), "articles",
        together=False),
    "rhythm": Part(
        "Of comments that stand 15 minutes or longer in the first six hours of an article, 90 % are seen at least, and a day "
        "has no more looks at threads than the outlet allows: 40 articles a day, the clock passed in, by the rule with 2000, "
        "4000 and 1000 looks a day and by the ladder alone; what was there to be seen is told by the script",
        [Trial(kind, 1) for kind in rhythm.KINDS], partial(in_a_folder, rhythm.run), "comments"),
    "lives": Part(
        "A thread's life is told as it was: nothing is removed that was not, nothing is missed that two complete looks could "
        "see, the tree is the page's at each look; 400 lives by their seeds, with and without ids, against a script that knows",
        [Trial(database, seed) for seed in range(lives.TRIALS) for database in DATABASES],
        partial(in_a_folder, lives.run), "lives"),
    "longthread": Part(
        "A thread of 10,000 comments on 200 pages is stored, and looked at again, in transactions of less than 5 s; how long "
        "that takes, and `article thread --limit 20`, each a process of its own with its most memory",
        [Trial(database, 1) for database in DATABASES], partial(in_a_folder, longthread.run), together=False,
        summed=False),
    "redesign": Part(
        "A site of 60 articles is redesigned while its authors edit: before its operator decides its readers are told of at "
        "most one change that no author made, the operator once; after `hold accept` 95 % of the edits before, in and after it "
        "are told, each once, and nothing else; all articles seen in one run, or 1, 3 and 6 at a time by the ladder",
        [Trial(f"{kind} {database}", 1) for kind in redesign.KINDS for database in DATABASES],
        partial(in_a_folder, redesign.run), "edits"),
    "month": Part(
        "The mails of a month, 3 outlets, 4 watches, 3 recipients, with a digest a day and a week, quiet hours, a cap and "
        "chosen events, list what the outlets' script did: nothing is missing, double or empty; each entry has what matched",
        [Trial(database, seed) for seed in (1, 2, 3) for database in DATABASES], partial(in_a_folder, month.run), "events"),
    "isso": Part(
        "The thread of a real Isso server, written to over its own API, is known as it stands, look after look",
        [Trial(database, seed) for seed in (1, 2, 3) for database in DATABASES], partial(in_a_folder, isso.run), "looks"),
    "guards": Part(
        "each guard, taken out of a copy of the tree, turns the test that holds it red; with all of them there all are green",
        [Trial(guards.ALL_THERE), *(Trial(guard.name) for guard in guards.GUARDS)], partial(in_a_folder, guards.run)),
}


def one(part: str, trial: Trial) -> Done:
    """Runs a trial; an exception in it is a fault."""
    began = time.monotonic()
    try:
        outcome = PARTS[part].run(trial)
    except Exception:  # noqa: BLE001  # whatever it is, the other trials go on and the table tells of it
        outcome = Outcome({}, [traceback.format_exc(limit=8)])
    return Done(trial.kind, trial.seed, round(time.monotonic() - began, 1), dict(outcome.counts), list(outcome.faults))
