"""What every stage of a run is handed, and what both kinds of page leave behind: a capture."""
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from crawler.items import Fetched
from crawler.outlet import Outlet
from pipelines.compare.blame import NO_BLAME, Blame
from pipelines.compare.noise import NO_NOISE, Noise
from pipelines.forgetting import Forgotten
from pipelines.names import Names
from storage import watches
from storage.insert import put
from storage.models import Capture
from storage.store import Store
from storage.watches import WatchRow


@dataclass(slots=True)
class Standing:
    """The watches of the outlet when they were last asked for; None before. asked: how many pages the run was handed to
    fetch. missing: the ids of those among them that it is handed last."""

    watches: tuple[WatchRow, ...] | None = None
    asked: int = 0
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """One run's way into the store. backlog: the outlet is new, what is found now was there before it was watched; so was what
    had been found up to the page backlog_to, when the first of its runs came to an end, and is only read now. imported: the
    run brings in old records: nobody hears of them, and what is known since is not changed by them. standing: what a page that
    is new is matched with; that it is so still is asked where it is written. forgotten: which comments are refused. noise:
    which lines change at every look. redesign: what redesigns that were accepted put into each text."""

    store: Store
    outlet: Outlet
    run_id: int
    backlog: bool
    names: Names
    backlog_to: int | None = None
    imported: bool = False
    standing: Standing = field(default_factory=Standing)
    forgotten: Forgotten | None = None
    noise: Noise = NO_NOISE
    redesign: Blame = NO_BLAME

    def watches(self, session: Session) -> tuple[WatchRow, ...]:
        """The watches that stand for the outlet."""
        return tuple(watches.standing(session, self.outlet.id, self.outlet.country))


def capture(session: Session, intake: Intake, page_id: int, fetched: Fetched | None) -> int | None:
    """Adds the row of an exchange that lies in the archive; its id, None where there was none."""
    if fetched is None or fetched.kept is None:
        return None
    return put(session, Capture, page_id=page_id, run_id=intake.run_id, at=fetched.at, status=fetched.status,
               final_url=fetched.url, file=fetched.kept.file, offset=fetched.kept.offset, sha256=fetched.kept.sha256)
