"""kill -9 at random moments, of the daemon, its worker and its readers."""
import time
from functools import partial
from pathlib import Path

from prove.life import Life, wait
from prove.trial import Outcome, Trial

KILLS = 20
# Of a second life each: from before the worker is there until long after its first pages.
LONGEST_LIFE = 3.5
# How long is waited for a worker or a reader that is not there yet.
PATIENCE = 5.0


def run(folder: Path, trial: Trial, database: str | None, kills: int = KILLS) -> Outcome:
    """Changes a newspaper under a daemon that is killed again and again, and looks what came of it."""
    killed = {"daemon": 0, "worker": 0, "reader": 0}
    with Life(folder, trial.seed, database) as one:
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
            which = turns[sum(killed.values())]
            if which == "daemon":
                one.kill_daemon()
                killed["daemon"] += 1
            elif wait(partial(one.kill_below, 1 if which == "worker" else 2), PATIENCE):
                killed[which] += 1
        one.drain()
        if one.daemon is not None:
            one.kill_daemon()
        counts = {"kills": kills, **killed, "changes": len(one.marks), "mails": len(one.spool()), "twice": one.duplicates()}
        faults = one.faults()
        if 10 * counts["twice"] > counts["mails"]:
            faults.append(f"{counts['twice']} of {counts['mails']} mails came twice")
        return Outcome(counts, faults)
