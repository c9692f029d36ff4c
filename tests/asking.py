"""What the tests of `why` ask, and what they are answered."""
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from desk import HOME, Desk, article

from alerts.compose import compose
from alerts.deliver import deliver
from settings import Settings
from storage import hosts, watches
from storage.models import Host
from storage.watches import WatchRow
from tests.alerts.filled import SENDER
from tests.alerts.mail_server import MailServer
from verbs.why import why

HOUR = timedelta(hours=1)
NAMES = ["outlet", "robots", "discovered", "fetched", "read", "stored", "matched", "mailed"]
OUTLET = f"""
name = "Steppe"
home = "{HOME}/"
articles = "^/a"
[[source]]
kind = "rss"
url = "{HOME}/rss"
"""
URL = f"{HOME}/a/1"


@dataclass
class Asked:
    """The answer to one question."""

    document: dict[str, Any]

    @property
    def stopped(self) -> str:
        """The first step that is neither taken nor unknown."""
        return next((step["step"] for step in self.document["steps"] if step["state"] in ("no", "waiting")), "")

    def state(self, name: str) -> str:
        return next(step["state"] for step in self.document["steps"] if step["step"] == name)

    def note(self, name: str) -> str:
        return next(step["note"] for step in self.document["steps"] if step["step"] == name)

    def at(self, name: str) -> str | None:
        return next(step["at"] for step in self.document["steps"] if step["step"] == name)

    @property
    def answer(self) -> str:
        return str(self.document["answer"])


@dataclass
class Wire:
    """A desk, the settings that fit its outlet, and the question."""

    desk: Desk
    settings: Settings
    folder: Path

    def ask(self, url: str = URL) -> Asked:
        asked = Asked(why(self.settings, self.desk.store, url, self.desk.now))
        assert [step["step"] for step in asked.document["steps"]] == NAMES
        return asked

    def told(self, *words: str) -> None:
        """An article that a watch has matched, judged."""
        self.desk.watch(*(words or ("railway",)))
        self.host(robots="")
        self.desk.announce("/a/1")
        self.desk.see(article("The railway was opened."))
        self.desk.end()
        self.desk.judge()

    def host(self, **values: Any) -> None:
        with self.desk.store.writing() as session:
            hosts.put(session, Host(name="steppe.example", robots_at=self.desk.now, **values))

    def mail(self, server: MailServer, later: timedelta = HOUR) -> None:
        now = self.desk.now + later
        compose(self.desk.store, now, sender=SENDER, public_url=None, names={})
        deliver(self.desk.store, now, server.channel(), sender=SENDER)


def stored(wire: Wire, *lines: str) -> None:
    wire.desk.announce("/a/1")
    wire.desk.see(article(*(lines or ("The railway was opened.",))))
    wire.desk.end()
    wire.desk.judge()


def watch(wire: Wire, *words: str, outlets: tuple[str, ...] = (), **wishes: Any) -> None:
    with wire.desk.store.writing() as session:
        watches.sync(session, [WatchRow("w", words, ("a@example.org",), outlets, **wishes)], wire.desk.now)
