"""What a run came to: its counts, its errors, and the state that follows from them."""
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from crawler.items import Page, Report

Outcome = Literal["had", "failed", "shut"]
# A run with more errors has one error; the pages' rows have each its own reason.
MOST_ERRORS = 50
# Articles that all redirect to one page were not moved there one by one: the site sends every visitor away.
SENT_AWAY = 3
STOPPED = "the crawl was stopped before its sources were read"


class Tally:
    """Counts what happens to the pages of one run."""

    def __init__(self, most: int | None = None) -> None:
        self.requests = self.not_modified = 0
        self._most, self._used_up = most, False
        self._pages: Counter[tuple[str, Outcome]] = Counter()
        self._targets: Counter[str] = Counter()
        self._errors: list[str] = []
        self._degraded = self._down = False
        # The sources of which nothing has come yet; None before it is known which they are.
        self._unread: set[int] | None = None

    def planned(self, pages: Iterable[Page]) -> None:
        """These pages are to be fetched."""
        self._unread = (self._unread or set()) | {page.id for page in pages if page.kind == "source"}

    def had(self, page: Page) -> None:
        """The page answered: with its content, unchanged, or that it is no more."""
        self._came(page, "had")

    def moved(self, page: Page, url_now: str) -> None:
        """The page redirects to another."""
        self.had(page)
        self._targets[url_now] += 1
        if self._targets[url_now] == SENT_AWAY:
            self.trouble(url_now, "several articles redirect to this page")

    def failed(self, page: Page, reason: str, *, shut: bool = False) -> None:
        """The page could not be had; shut: because the host does not let us in."""
        self._came(page, "shut" if shut else "failed")
        self._errors.append(f"{page.url}: {reason}")
        # One article that robots.txt forbids is no fault of a run; that the sources are forbidden is told by _state.
        self._degraded |= page.kind == "source" or not shut

    def left_out(self, url: str, reason: str, *, refused: bool) -> None:
        """A further page of a thread could not be had; refused: it may not be asked for, which is no fault of a run."""
        self._errors.append(f"{url}: {reason}")
        self._degraded |= not refused

    def _came(self, page: Page, outcome: Outcome) -> None:
        self._pages[page.kind, outcome] += 1
        if self._unread is not None:
            self._unread.discard(page.id)

    def trouble(self, url: str, reason: str) -> None:
        """Something else went wrong with part of the run."""
        self._errors.append(f"{url}: {reason}")
        self._degraded = True

    def has_room(self, url: str) -> bool:
        """Whether the run may make one more request; that it may not is said once."""
        if self._most is None or self.requests < self._most:
            return True
        if not self._used_up:
            self._used_up = True
            self.trouble(url, "the day's budget of requests is used up, the rest waits for tomorrow")
        return False

    def down(self, url: str) -> None:
        """The site gives no answer any more, and the run ends."""
        self.trouble(url, "the site does not answer, the rest is left for the next run")
        self._down = True

    def report(self, *, stopped: bool = False) -> Report:
        """The report of the run, complete only when it has ended; stopped: it was told to end."""
        # As after a kill: what the site had before it was watched is not all found yet.
        died = stopped and self._unread != set()
        every = [*([STOPPED] if died else []), *self._errors]
        errors = every[:MOST_ERRORS]
        if left := len(every) - len(errors):
            errors.append(f"and {left} more")
        return Report("died" if died else self._state(), self.requests, self.not_modified, tuple(errors))

    def _state(self) -> Literal["done", "degraded", "blocked", "failed"]:
        if self._down and not any(self._pages[kind, "had"] for kind in ("source", "article")):
            return "failed"
        had, failed, shut = (self._pages["source", outcome] for outcome in ("had", "failed", "shut"))
        if not had and failed:
            return "failed"
        if not had and not failed and not shut:
            had, failed, shut = (self._pages["article", outcome] for outcome in ("had", "failed", "shut"))
        if shut and not had and not failed:
            return "blocked"
        return "degraded" if self._degraded else "done"
