"""A hold from the site to the mails: crawled, held, told to the operator, decided on the command line."""
import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from command import said, steppewire, told
from here import Here
from newspaper import Newspaper

from pipelines import judgement
from pipelines.compare.blame import Blame
from pipelines.compare.judge import Verdict
from tests.crawler.scripted import Reactor
from verbs.needs import needs

BOX = "Subscribe to our letter of the steppe, which comes to you each morning before breakfast."
OPERATOR = "op@example.org"


class Held(Here):
    """A line whose runs are held where three articles or more have a box that they had not."""

    def judge(self) -> list[int]:
        return judgement.judge(self.store, self.now, timedelta(0), lambda edits, *_: Verdict(
            "many articles put in one line", Blame((BOX,)), frozenset(edit.version for edit in edits))
            if sum(BOX in edit.new for edit in edits) >= 3 else Verdict())

    def look(self) -> None:
        """One crawl of everything, judged, and what came of it mailed; the operator told."""
        async def turn() -> None:
            self.now += timedelta(hours=1)
            started = await self.wire.dispatch(self.now, ["paper0"])
            await self.wire.worker.until_ended(started.values())
            await asyncio.to_thread(self.judge)
        self.runner.run(turn())
        self.mail()

    def mail(self) -> None:
        async def turn() -> None:
            await self.wire.notify(self.now)
            await self.wire.compose(self.now)
            await self.wire.deliver(self.now)
        self.now += timedelta(minutes=2)
        self.runner.run(turn())


@pytest.fixture
def paper(tmp_path: Path, store_url: str) -> Iterator[Newspaper]:
    with Newspaper(tmp_path, database=store_url, settings=f'[operator]\nmail = "{OPERATOR}"\nafter = "1h"\n') as paper:
        yield paper


@pytest.fixture
def line(paper: Newspaper, reactor: Reactor) -> Iterator[Held]:
    with Held(paper, reactor) as line:
        line.look()
        yield line


def redesign(paper: Newspaper) -> None:
    for story in paper.stories.values():
        story.paragraphs.append(BOX)


def to(paper: Newspaper, recipient: str) -> list[str]:
    return [body.get_content() for mail in paper.mails() if mail["To"] == recipient and (body := mail.get_body(("plain",)))]


def test_a_redesign_is_one_mail_to_the_operator_and_after_accept_the_one_edit_is_told(paper: Newspaper, line: Held) -> None:
    redesign(paper)
    paper.stories["/news/1"].paragraphs[1] = "Its 4 bridges cost twice as much as the plan had said, and nobody says why."
    line.look()
    line.look()
    mail, = to(paper, OPERATOR)
    assert "Changes of 5 articles of the outlet paper0 are held: many articles put in one line" in mail
    assert mail.splitlines().count(f"    + {BOX}") == 3
    assert "if it is a redesign: `steppewire hold accept 1`" in mail
    assert to(paper, "a@example.org") == []
    status = told("--config", paper.config, "status", code=1)
    assert status["outlets"][0]["state"] == "held" and status["outlets"][0]["reason"] == "hold 1: many articles put in one line"
    assert [need["need"] for need in status["needs"]] == ["hold:1"]
    why = told("--config", paper.config, "why", "https://paper.example/news/1")
    assert "is held: many articles put in one line; decide about hold 1" in why["answer"]
    assert {alert["state"] for alert in told("--config", paper.config, "alert", "list")["alerts"]} == {"held"}
    decided, = told("--config", paper.config, "hold", "accept", "1", "--who", "Aigul")["decided"]
    assert (decided["versions"], decided["alerts"]) == (5, {"told": 1, "dropped": 4})
    line.now = max(line.now, datetime.now(line.now.tzinfo)) + timedelta(minutes=2)
    line.mail()
    one, = to(paper, "a@example.org")
    assert "/news/1" in one and "twice as much" in one and BOX not in one
    assert told("--config", paper.config, "status")["needs"] == []
    line.now += timedelta(days=2)
    line.mail()
    assert len(to(paper, OPERATOR)) == 1  # who decided need not be told that it is decided


@pytest.mark.long_on_postgresql
def test_a_hold_that_ends_by_itself_is_told_to_be_over(paper: Newspaper, line: Held) -> None:
    redesign(paper)
    line.look()
    for story in paper.stories.values():
        story.paragraphs.remove(BOX)
    line.look()
    hold, = told("--config", paper.config, "hold", "list")["holds"]
    assert (hold["decision"], hold["who"]) == ("over", None)
    line.now += timedelta(hours=2)
    line.mail()
    assert len(to(paper, OPERATOR)) == 2 and "This needs nobody any more" in to(paper, OPERATOR)[1]
    assert to(paper, "a@example.org") == []


@pytest.mark.long_on_postgresql
def test_an_unknown_or_decided_hold_is_an_error_and_nothing_else_is_decided(paper: Newspaper, line: Held) -> None:
    redesign(paper)
    line.look()
    wrong = said("--config", paper.config, "hold", "accept", "1", "7", "--json")
    assert wrong.returncode == 2
    assert json.loads(wrong.stdout)["error"]["message"] == "there is no hold 7: `steppewire hold list` lists them"
    assert said("--config", paper.config, "hold", "show", "7").returncode == 2
    assert told("--config", paper.config, "hold", "list")["holds"][0]["decision"] is None
    assert said("--config", paper.config, "hold", "reject", "1").returncode == 0
    again = said("--config", paper.config, "hold", "release", "1")
    assert again.returncode == 1 and "hold 1 is decided already: rejected" in again.stderr
    shown = said("--config", paper.config, "hold", "show", "1").stdout
    assert f"+ {BOX}"[:60] in shown and "rejected by" in shown


@pytest.mark.parametrize(("point", "before"), [("hold.deciding", True), ("hold.decided", False)])
def test_a_decision_that_is_killed_is_made_whole_or_not_at_all(paper: Newspaper, line: Held, point: str, before: bool) -> None:
    redesign(paper)
    line.look()
    killed = steppewire("--config", paper.config, "hold", "release", "1", more={"STEPPEWIRE_FAILPOINT": point})
    assert killed.returncode == -9 and f"failpoint {point}" in killed.stderr
    hold, = told("--config", paper.config, "hold", "list")["holds"]
    assert (hold["decision"], hold["held"]) == ((None, {"versions": 5, "alerts": 5}) if before
                                                else ("released", {"versions": 0, "alerts": 0}))
    ended = said("--config", paper.config, "hold", "release", "1")
    assert ended.returncode == (0 if before else 1)
    assert {alert["state"] for alert in told("--config", paper.config, "alert", "list")["alerts"]} == {"pending"}
    assert needs(line.settings, line.store, line.now) == ()
