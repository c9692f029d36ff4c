"""kill -9 at random moments, of the daemon, its worker and its readers."""
import time
from pathlib import Path

from prove.life import Life
from prove.trial import Outcome, Trial

KILLS = 20
# Of a second life each: from before the worker is there until long after its first pages.
LONGEST_LIFE = 3.5


def run(folder: Path, trial: Trial, database: str | None, kills: int = KILLS) -> Outcome:
    """Changes a newspaper under a daemon that is killed again and again, and looks what came of it."""
    killed = {"daemon": 0, "worker": 0, "reader": 0}
    with Life(folder, trial.seed, database) as one:
        while sum(killed.values()) < kills:
            if one.ended():
                one.start()
            for _ in range(one.random.choice([1, 1, 2])):
                one.change()
            time.sleep(one.random.uniform(0.1, LONGEST_LIFE))
            if one.ended():
                continue  # the database still held the last one's lock
            which = one.random.choice(["daemon", "worker", "reader"])
            if which == "daemon":
                one.kill_daemon()
                killed["daemon"] += 1
            elif one.kill_below(1 if which == "worker" else 2):
                killed[which] += 1
        one.drain()
        if one.daemon is not None:
            one.kill_daemon()
        counts = {"kills": kills, **killed, "changes": len(one.marks), "mails": len(one.spool()), "twice": one.duplicates()}
        return Outcome(counts, one.faults())
