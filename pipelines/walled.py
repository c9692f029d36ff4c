"""A wall on a whole outlet: nearly all articles that answer are walls of consent, challenges or one and the same page."""
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.items import Report
from storage import runs, walls
from storage.store import Store

# Fewer may be pages of which nothing else is shown to anybody.
LEAST = 3
# Nine of ten: some pages may come from a cache before the wall.
NEARLY_ALL = 9
# While the wall stands so many articles are looked at so often; they tell that it is gone.
PROBES, PROBE = 3, timedelta(hours=1)


def judged(store: Store, run_id: int, report: Report, now: datetime) -> Report:
    """The report of a run, blocked where the outlet is behind a wall. Once it is gone, all articles that answered with it are
    due at once."""
    if report.state not in ("done", "degraded", "blocked"):
        return report
    with store.writing() as session:
        run = runs.get(session, [run_id])[0]
        found = walls.of_run(session, run)
        shut = (report.state == "blocked" or found.walls >= max(LEAST, NEARLY_ALL * found.stood)
                or (found.stood == 0 and found.since_stood >= LEAST))
        if shut:
            walls.look_again(session, run.outlet, now + PROBE, PROBES)
        elif found.stood and (last := runs.last_whole(session, run.outlet)) is not None and last.state == "blocked":
            walls.look_again(session, run.outlet, now)
    if not shut or report.state == "blocked":
        return report
    said = (f"{found.walls} of the {found.walls + found.stood} articles that answered are walls ({found.words})" if found.walls
            else "the last articles that answered were walls")
    return replace(report, state="blocked", errors=(said, *report.errors))
