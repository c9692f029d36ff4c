"""A site of sixty articles that is redesigned while its authors go on: what its readers and its operator are told of it."""
from datetime import timedelta
from pathlib import Path

from newspaper import Line

from prove.trial import Outcome, Trial
from tests.redesign.layouts import REDESIGNS
from tests.redesign.play import Play, at_once, by_ladder
from tests.redesign.site import Site

ARTICLES = 60
AT_A_TIME = (1, 3, 6)
# Each kind of trial: the redesign, and how many articles the ladder meets at a time; None: all in one run.
KINDS: dict[str, tuple[str, int | None]] = {
    **{f"{name}, at once": (name, None) for name in REDESIGNS},
    **{f"{name}, {number} at a time": (name, number) for name in ("all together", "no standfirst") for number in AT_A_TIME}}


def run(folder: Path, trial: Trial, database: str | None, articles: int = ARTICLES, edits: int = 24) -> Outcome:
    """Plays one kind; its last word is the database."""
    name, number = KINDS[trial.kind.rpartition(" ")[0]]
    began = 0 if number else articles
    with Site(folder, database, articles=articles, published=began, seed=trial.seed, every="2d") as site, Line(site) as line:
        play = Play(site, line)
        counted = (at_once(play, REDESIGNS[name], edits=edits) if number is None
                   else by_ladder(play, REDESIGNS[name], number, articles=articles, edits=edits))
        passed = play.now - play.began
        faults = [*counted.faults(), *(f"{each} says the same as the one before" for each in play.empty_changes())]
        return Outcome({"articles": articles, "looks": counted.looks, "days": passed // timedelta(days=1),
                        "alerts before": counted.alerts, "notices": counted.notices, "edits": counted.edits,
                        "told": counted.told, "twice": counted.twice, "untrue": len(counted.untrue)}, faults)
