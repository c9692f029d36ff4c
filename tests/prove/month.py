"""A month at three outlets: what its mails list beside what the outlets' own script did."""
from datetime import timedelta
from pathlib import Path

from newspaper import Line

from prove.trial import Outcome, Trial
from tests.month.play import play
from tests.month.script import Script
from tests.month.site import Site

LOOK = timedelta(hours=3)
DAYS = 30


def run(folder: Path, trial: Trial, database: str | None, days: float = DAYS) -> Outcome:
    """Lives a month by its seed."""
    script = Script(trial.seed, LOOK)
    with Site(folder, database or f"sqlite:///{folder / 'store.db'}", script, LOOK) as site, Line(site) as line:
        month = play(site, line, script, days, LOOK)
    return Outcome({"days": int(days), "events": month.expected, "mails": month.mails}, month.faults)
