"""kill -9 at every failpoint: each fires with its effect before or after it, and nothing is lost by it."""
import ast
import subprocess
from pathlib import Path

from command import COMMAND, ROOT, environment

from prove.life import Life, records
from prove.trial import Outcome, Trial

ARTICLES = 3
SECONDS = 60
# What each stage leaves, in the order of the line. A stage that is done has changed the answer to its question.
WORKER = {
    "responses": "",  # asked of the archive
    "captures": "SELECT count(*) FROM capture",
    "pages": "SELECT count(*) FROM page",
    "versions": "SELECT count(*) FROM version",
    "confirmed": "SELECT min(confirmed_at) FROM page WHERE kind = 'article'",
    "done": "SELECT count(*) FROM run WHERE state = 'done'",
}
WIRE = {
    "runs": "SELECT count(*) FROM run",
    "done": WORKER["done"],
    "judged": "SELECT count(*) FROM run WHERE judgement <> 'open'",
    "mails": "SELECT count(*) FROM mail",
    "attempts": "SELECT count(*) FROM attempt",
    "spool": "",  # asked of the mail server's folder
    "sent": "SELECT count(*) FROM attempt WHERE outcome = 'sent'",
}
# Each failpoint: how often it is to be reached, whose it is, and the last stage whose effect is there when it fires. A crawl's
# first plan and the head of a WARC file come before what is looked at, hence the numbers. A run whose readers die goes on
# without the page that they died of, so that what it leaves then is told one by one.
UNREAD = ("responses", "captures", "confirmed")
FAILPOINTS: dict[str, tuple[int, dict[str, str], str | tuple[str, ...] | None]] = {
    "run.beginning": (1, WIRE, None),
    "run.begun": (1, WIRE, "runs"),
    "answer.fetched": (1, WORKER, None),
    "record.torn": (3, WORKER, None),
    "record.written": (1, WORKER, "responses"),
    "records.synced": (2, WORKER, "responses"),
    "page.reading": (1, WORKER, UNREAD),
    "page.read": (1, WORKER, UNREAD),
    "listing.taking": (2, WORKER, "responses"),
    "listing.taken": (2, WORKER, "pages"),
    "page.taking": (1, WORKER, "pages"),
    "page.taken": (1, WORKER, "versions"),
    "unchanged.taking": (1, WORKER, "versions"),
    "unchanged.taken": (1, WORKER, "confirmed"),
    "run.ending": (1, WORKER, "confirmed"),
    "run.ended": (1, WORKER, "done"),
    "run.judging": (1, WIRE, "done"),
    "run.judged": (1, WIRE, "judged"),
    "mail.freezing": (1, WIRE, "judged"),
    "mail.frozen": (1, WIRE, "mails"),
    "attempt.beginning": (1, WIRE, "mails"),
    "attempt.begun": (1, WIRE, "attempts"),
    "attempt.made": (1, WIRE, "spool"),
    "outcome.recording": (1, WIRE, "spool"),
    "outcome.recorded": (1, WIRE, "sent"),
}
# Those of the tables' own making: on an empty database, before the tables are there and after.
SCHEMA = {"schema.upgrading": False, "schema.upgraded": True}
# Those of what is forgotten: tests/forget fires them.
FORGETTING = {f"redacted.{step}" for step in ("writing", "written", "pointing", "pointed", "removed")} | {
    "forgotten.erasing", "forgotten.erased"}
# Those of a hold's decision: tests/test_hold.py fires them.
DECIDING = {"hold.deciding", "hold.decided"}
# Those of the mailbox: tests/alerts/inbox fires them.
READING = {f"letter.{step}" for step in ("taking", "taken", "marked")}


def in_source() -> set[str]:
    """The names of all failpoints in the program."""
    found: set[str] = set()
    for file in (*ROOT.glob("*.py"), *(file for room in ("alerts", "crawler", "forget", "pipelines", "storage", "verbs")
                                       for file in ROOT.glob(f"{room}/**/*.py"))):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "reach":
                assert isinstance(node.args[0], ast.Constant), f"{file}: a failpoint's name stands where it is reached"
                found.add(node.args[0].value)
    return found


def state(one: Life, stages: dict[str, str]) -> dict[str, object]:
    """What each stage has left so far."""
    past = {"responses": lambda: sum(len(records(file)) for file in (one.folder / "archive").rglob("*.warc.gz")),
            "spool": lambda: len(one.paper.mails())}
    return {stage: one.sql(query) if query else past[stage]() for stage, query in stages.items()}


def fire(one: Life, name: str) -> list[str]:
    """Has a crawl come to a failpoint and says what is wrong with the way it fired: it did not, or its effect was elsewhere."""
    nth, stages, last = FAILPOINTS[name]
    before = state(one, stages)
    one.change("article")
    ended = subprocess.run([*COMMAND, "--config", str(one.paper.config), "crawl", "paper0"], capture_output=True, text=True,
                           env=environment() | {"STEPPEWIRE_FAILPOINT": f"{name}:{nth}"}, timeout=SECONDS, check=False)
    # A reader has no stderr of its own; that two of them died of the page is in the run's errors.
    errors = str(one.sql("SELECT errors FROM run ORDER BY id DESC LIMIT 1")) if name.startswith("page.rea") else ""
    if f"failpoint {name}: " not in ended.stderr and "could not be read: killed" not in errors and "killed: " not in errors:
        return [f"{name} was not reached: {ended.stderr[-1000:]}"]
    if stages is WIRE and ended.returncode != -9:
        return [f"{name} ended the crawl with {ended.returncode}"]
    after = state(one, stages)
    order = list(stages)
    expected = set(order[:order.index(last) + 1] if isinstance(last, str) else last or ())
    changed = {stage for stage in order if before[stage] != after[stage]}
    return [f"{name} left {sorted(changed)}, not {sorted(expected)}"] if changed != expected else []


def run(folder: Path, trial: Trial, database: str | None) -> Outcome:
    """Fires one failpoint and has the line go on after it."""
    with Life(folder, trial.seed, database, articles=ARTICLES) as one:
        faults = fire(one, trial.kind.split()[0])
        one.start()
        one.drain(45)
        one.kill_daemon()
        return Outcome({"kills": 1, "changes": len(one.marks), "mails": len(one.spool()), "twice": one.duplicates()},
                       [*faults, *one.faults()])
