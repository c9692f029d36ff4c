"""kill -9 at random moments, of the daemon, its worker and its readers."""
import time
from collections import Counter
from functools import partial
from pathlib import Path

from prove.life import Life, wait
from prove.trial import Outcome, Trial
from prove.when import CAP

KILLS = 20
# Of the daemon's deaths so many come as it posts to the webhook, which is waited for so long.
IN_THE_ACT, TELLS = 0.5, 10.0
# By the trial's seed.
WHEN = ("at once", "cap", "quiet", "digest")
# Of a second life each: from before the worker is there until long after its first pages.
LONGEST_LIFE = 3.5
# How long is waited for a worker or a reader that is not there yet.
PATIENCE = 5.0


def run(folder: Path, trial: Trial, database: str | None, kills: int = KILLS) -> Outcome:
    """Changes a newspaper under a daemon that is killed again and again, and looks what came of it."""
    killed = {"daemon": 0, "worker": 0, "reader": 0}
    when = WHEN[trial.seed % len(WHEN)]
    with Life(folder, trial.seed, database, desk=True, when=when) as one:
        assert one.desk is not None
        turns = [("daemon", "worker", "reader")[number % 3] for number in range(kills)]
        one.random.shuffle(turns)
        while sum(killed.values()) < kills:
            if one.ended():
                one.start()
            for _ in range(one.random.choice([1, 1, 2])):
                one.change()
            time.sleep(one.random.uniform(0.1, LONGEST_LIFE))
            if one.ended():
                continue  # the database still held the last one's lock
            one.release()
            which = turns[sum(killed.values())]
            if which == "daemon":
                if one.random.random() < IN_THE_ACT:  # as it tells the webhook, or just has
                    posts = len(one.desk.posts)
                    wait(lambda before=posts: len(one.desk.posts) > before, TELLS)
                    time.sleep(one.random.choice([0.0, 0.0, one.random.uniform(0.0, 0.2)]))
                one.kill_daemon()
                killed["daemon"] += 1
            elif wait(partial(one.kill_below, 1 if which == "worker" else 2), PATIENCE):
                killed[which] += 1
        early = Counter(mail["To"] for mail in {mail["Message-ID"]: mail for mail in one.paper.mails()}.values())
        one.drain()
        if one.daemon is not None:
            one.kill_daemon()
        counts = {"kills": kills, **killed, "changes": len(one.marks), "mails": len(one.spool()), "twice": one.duplicates(),
                  "posted": len(one.desk.taken()), "posted twice": one.desk.again()}
        faults = one.faults()
        if when == "cap" and max(early.values(), default=0) > CAP:
            faults.append(f"more than {CAP} mails an hour: {early}")
        if 10 * counts["twice"] > counts["mails"]:
            faults.append(f"{counts['twice']} of {counts['mails']} mails came twice")
        return Outcome(counts, faults)
