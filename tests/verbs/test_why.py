"""Every step of an article's way as the one that stops it: filled by the stages themselves, and by a real crawl."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command import said, steppewire, told
from desk import HOME, Desk, article, thread
from here import Here
from newspaper import Newspaper, story
from sqlalchemy import update

import settings as settings_module
from alerts.compose import compose
from alerts.deliver import deliver
from crawler.items import Nothing, Seen, SourceSeen
from demo.server import Answer, Request
from pipelines.plan import plan
from pipelines.take_in import take_in
from settings import Settings
from storage import hosts, models, watches
from storage.models import Alert, Host, Page, Run, Version
from storage.watches import WatchRow
from tests.alerts.filled import SENDER
from tests.alerts.mail_server import MailServer
from tests.crawler.scripted import Reactor
from verbs.finding import spellings
from verbs.why import NoAddress, why

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
        asked = Asked(why(self.settings, self.desk.store, url))
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


@pytest.fixture
def wire(desk: Desk, tmp_path: Path) -> Wire:
    (tmp_path / "outlets").mkdir()
    (tmp_path / "outlets" / "steppe.toml").write_text(OUTLET, encoding="utf-8")
    (tmp_path / "steppewire.toml").write_text('outlets = ["steppe"]\ndata = "."', encoding="utf-8")
    return Wire(desk, settings_module.load(tmp_path / "steppewire.toml"), tmp_path)


# --- the address

@pytest.mark.parametrize("url", [
    "https://steppe.example/a/1/", "http://steppe.example/a/1", "https://www.steppe.example/a/1#comments",
    "steppe.example/a/1?utm_source=mail&fbclid=1", " HTTPS://Steppe.Example:443/a/1 "])
def test_an_address_finds_its_page_in_every_spelling(wire: Wire, url: str) -> None:
    wire.desk.announce("/a/1")
    asked = wire.ask(url)
    assert asked.document["url"] == URL and asked.state("discovered") == "yes" and asked.state("outlet") == "yes"


def test_a_page_that_is_stored_with_a_slash_is_found_without_it(wire: Wire) -> None:
    wire.desk.announce("/a/1/")
    assert wire.ask(URL).document["url"] == f"{URL}/"
    assert wire.ask(f"{HOME}/a/11").state("discovered") == "no"


def test_the_address_that_a_page_calls_its_own_finds_it_too(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    wire.desk.see(article("One."))
    with wire.desk.store.writing() as session:
        session.execute(update(models.Article).values(claimed_url=f"{HOME}/a/the-first"))
    assert wire.ask(f"{HOME}/a/the-first").document["url"] == URL


@pytest.mark.parametrize("url", ["", "mailto:a@example.org", "javascript:alert(1)", "https://", "ftp://steppe.example/a"])
def test_what_is_no_web_address_is_refused(wire: Wire, url: str) -> None:
    with pytest.raises(NoAddress):
        why(wire.settings, wire.desk.store, url)


def test_the_root_has_one_path() -> None:
    assert spellings("example.org") == ["https://example.org/", "https://www.example.org/", "http://example.org/",
                                        "http://www.example.org/"]


# --- outlet

def test_a_host_that_no_outlet_has(wire: Wire) -> None:
    asked = wire.ask("https://unknown.example/a/1")
    assert asked.stopped == "outlet" and asked.answer.startswith("No outlet reads it: no outlet has the host unknown.example")


def test_an_outlet_that_is_not_crawled(wire: Wire) -> None:
    (wire.folder / "outlets" / "other.toml").write_text(OUTLET.replace("steppe.example", "other.example"), encoding="utf-8")
    asked = wire.ask("https://other.example/a/1")
    assert asked.stopped == "outlet" and "the outlet other has its host, but is not in `outlets`" in asked.answer


def test_an_outlet_whose_file_has_a_mistake(wire: Wire) -> None:
    (wire.folder / "outlets" / "steppe.toml").write_text("colour = [" + OUTLET, encoding="utf-8")
    asked = wire.ask()
    assert asked.stopped == "outlet" and "the file of the outlet steppe has a mistake" in asked.answer


def test_a_path_that_the_outlet_takes_for_no_article(wire: Wire) -> None:
    asked = wire.ask(f"{HOME}/video/1")
    assert asked.stopped == "outlet" and "its `articles` pattern '^/a' does not fit the path" in asked.answer


# --- robots

@pytest.mark.parametrize(("values", "words"), [
    ({"robots": "User-agent: *\nDisallow: /a/"}, "robots.txt of steppe.example forbids it"),
    ({"robots": None, "robots_status": 503}, "could not be had (status 503)"),
    ({"robots": None, "robots_status": 0}, "could not be had (no answer)"),
])
def test_robots_txt_stops_what_it_forbids_and_everything_where_it_cannot_be_had(wire: Wire, values: dict[str, Any],
                                                                               words: str) -> None:
    wire.host(**values)
    page, = wire.desk.announce("/a/1")
    take_in(wire.desk.intake, Seen(page, "failed", reason="robots.txt"), wire.desk.now)
    asked = wire.ask()
    assert asked.stopped == "robots" and words in asked.answer and asked.at("robots") == "2026-03-03T06:00:00Z"
    assert asked.state("discovered") == "yes" and asked.state("fetched") == "no"


def test_robots_txt_that_was_written_for_another_robot_or_path_allows_it(wire: Wire) -> None:
    wire.host(robots="User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /b/")
    assert wire.ask().state("robots") == "yes"
    wire.host(robots="User-agent: steppewire\nDisallow: /")
    assert wire.ask().state("robots") == "no"


def test_a_robots_txt_that_nobody_asked_for_is_not_known_and_stops_nothing(wire: Wire) -> None:
    asked = wire.ask()
    assert asked.state("robots") == "unknown" and asked.stopped == "discovered"


# --- discovered

def test_an_outlet_whose_sources_were_not_looked_at_yet(wire: Wire) -> None:
    asked = wire.ask()
    assert (asked.stopped, asked.state("discovered")) == ("discovered", "waiting")
    assert asked.answer == ("It is not discovered yet: no source of steppe was looked at yet; no daemon runs: start "
                            "`steppewire run`, or make one pass with `steppewire crawl`.")


def test_sources_that_have_not_shown_it_are_named_with_their_last_look(wire: Wire) -> None:
    wire.desk.announce("/a/2")
    asked = wire.ask()
    assert (asked.stopped, asked.state("discovered"), asked.at("discovered")) == ("discovered", "no", "2026-03-03T06:00:00Z")
    assert asked.answer.startswith("It was not discovered: no source of steppe has shown it, at the last look 2026-03-03 06:00")
    assert f"{HOME}/rss last answered 2026-03-03 06:00 UTC, is looked at again 2026-03-03 06:15 UTC" in asked.note("discovered")


def test_sources_that_fail_are_named_with_the_reason(wire: Wire) -> None:
    source, = plan(wire.desk.intake, None, wire.desk.now)
    plan(wire.desk.intake, SourceSeen(source, None, None, "status 503"), wire.desk.now)
    asked = wire.ask()
    assert asked.stopped == "discovered"
    assert "never answered as it should, has failed once since (status 503)" in asked.note("discovered")
    assert "1 of its 1 sources fail, the first with: status 503" in asked.answer
    assert "mend what is wrong with its sources" in asked.answer


# --- fetched

def test_a_page_that_is_due_waits(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    asked = wire.ask()
    assert (asked.stopped, asked.state("fetched"), asked.at("discovered")) == ("fetched", "waiting", "2026-03-03T06:00:00Z")
    assert asked.note("discovered") == f"found on {HOME}/rss"


def test_a_page_that_cannot_be_had_is_told_with_reason_tries_and_next_look(wire: Wire) -> None:
    page, = wire.desk.announce("/a/1")
    for _ in range(2):
        take_in(wire.desk.intake, Seen(page, "failed", wire.desk.fetched(URL, 500), reason="status 500"), wire.desk.now)
    asked = wire.ask()
    assert asked.stopped == "fetched"
    assert "status 500, 2 times in a row; looked at again 2026-03-03 06:20 UTC" in asked.answer


def test_a_page_that_is_not_there(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    wire.desk.miss()
    asked = wire.ask()
    assert asked.stopped == "fetched" and "it is not there: status 404, once" in asked.answer


def test_a_page_that_redirects_elsewhere(wire: Wire) -> None:
    page, = wire.desk.announce("/a/1")
    take_in(wire.desk.intake, Seen(page, "moved", wire.desk.fetched(f"{HOME}/a/2"), url_now=f"{HOME}/a/2"), wire.desk.now)
    asked = wire.ask()
    assert asked.stopped == "fetched"
    assert asked.answer == f"It was not fetched: it redirects to {HOME}/a/2; ask about the address that it redirects to."
    assert (wire.ask(f"{HOME}/a/2").note("discovered"), wire.ask(f"{HOME}/a/2").document["url"]) == (
        "another page redirected to it", f"{HOME}/a/2")


def test_an_article_that_has_gone_was_fetched_before(wire: Wire) -> None:
    wire.told()
    wire.desk.begin()
    wire.desk.miss()
    assert "it answered 200; it has since answered that it is not there, once; looked at again" in wire.ask().note("fetched")
    for _ in range(2):
        wire.desk.next_run()
        wire.desk.see(article("Another."), "/a/2")
        wire.desk.miss(status=410)
    asked = wire.ask()
    assert asked.state("fetched") == "yes" and asked.note("stored").endswith("gone")
    assert "it answered 200; it is gone since, having answered 410 3 times; looked at again 2026-04-04" in asked.note("fetched")


# --- read

def test_a_page_without_text_is_quarantined_with_its_reason(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    wire.desk.see(Nothing("no_text", "reader-1", "nothing to read"))
    asked = wire.ask()
    assert (asked.stopped, asked.state("fetched")) == ("read", "yes")
    assert "quarantined, its bytes are kept: no_text: nothing to read" in asked.answer


def test_a_source_is_no_article(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    asked = wire.ask(f"{HOME}/rss")
    assert asked.stopped == "read" and "it is a source" in asked.answer
    assert asked.note("discovered") == "the outlet's file names it"


# --- stored

def test_an_article_whose_run_is_not_judged_waits(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    wire.desk.see(article("One.", title="A headline"))
    asked = wire.ask()
    assert (asked.stopped, asked.state("stored")) == ("stored", "waiting")
    assert asked.note("read") == "A headline, 4 characters"
    assert "its run is not judged yet" in asked.answer


def test_an_article_that_was_rejected_is_not_stored_for_anybody(wire: Wire) -> None:
    wire.desk.announce("/a/1")
    wire.desk.see(article("One."))
    with wire.desk.store.writing() as session:
        session.execute(update(Version).values(judgement="rejected"))
    asked = wire.ask()
    assert (asked.stopped, asked.state("stored")) == ("stored", "no") and "judged rejected" in asked.answer


# --- matched

def stored(wire: Wire, *lines: str) -> None:
    wire.desk.announce("/a/1")
    wire.desk.see(article(*(lines or ("The railway was opened.",))))
    wire.desk.end()
    wire.desk.judge()


def watch(wire: Wire, *words: str, outlets: tuple[str, ...] = ()) -> None:
    with wire.desk.store.writing() as session:
        watches.sync(session, [WatchRow("w", words, ("a@example.org",), outlets)], wire.desk.now)


def test_a_backlog_is_told_to_nobody(wire: Wire) -> None:
    with wire.desk.store.writing() as session:
        session.execute(update(Run).values(backlog=True))
    watch(wire, "railway")
    wire.desk.backlog = True
    stored(wire)
    asked = wire.ask()
    assert asked.stopped == "matched" and "it was there when the outlet was new" in asked.answer


@pytest.mark.parametrize(("prepare", "words"), [
    (lambda wire: None, "there is no watch; add a watch to the settings"),
    (lambda wire: watch(wire, "China"), "no word of the watch w is in it"),
    (lambda wire: watch(wire, "railway", outlets=("other",)), "the watch w covers other only; add steppe to"),
], ids=["no watch", "no word", "another outlet"])
def test_a_watch_that_says_nothing_is_named_with_the_cause(wire: Wire, prepare: Callable[[Wire], None], words: str) -> None:
    prepare(wire)
    stored(wire)
    asked = wire.ask()
    assert asked.stopped == "matched" and words in asked.answer
    assert asked.state("stored") == "yes" and asked.note("stored").endswith("1 version, standing")


def test_a_watch_that_came_after_the_article(wire: Wire) -> None:
    stored(wire)
    wire.desk.now += HOUR
    watch(wire, "railway")
    asked = wire.ask()
    assert asked.stopped == "matched"
    assert "the watch w counts since 2026-03-03 07:00 UTC, and the article was there before" in asked.answer


def test_of_several_watches_those_that_have_a_word_in_it_come_first(wire: Wire) -> None:
    with wire.desk.store.writing() as session:
        watches.sync(session, [WatchRow(own, words, ("a@example.org",), outlets) for own, words, outlets in (
            ("one", ("China",), ()), ("three", ("railway",), ("other",)), ("two", ("Russia",), ()))], wire.desk.now)
    stored(wire)
    assert wire.ask().note("matched") == (
        "the watch three covers other only; no word of the watches one, two is in it")


def test_a_comment_that_was_told_is_not_the_article(wire: Wire) -> None:
    wire.desk.watch("railway")
    wire.desk.announce("/a/1")
    wire.desk.see(article("A road.", thread=thread(("c1", "The railway is late."))))
    wire.desk.end()
    wire.desk.judge()
    assert wire.desk.alerts() == [("comment_posted", "a@example.org")]
    assert wire.ask().stopped == "matched"


def test_a_page_that_others_redirect_to_is_not_taken_for_one_of_them(wire: Wire) -> None:
    page, = wire.desk.announce("/a/1")
    take_in(wire.desk.intake, Seen(page, "moved", wire.desk.fetched(f"{HOME}/front"), url_now=f"{HOME}/front"), wire.desk.now)
    assert wire.ask(f"{HOME}/front").document["url"] == f"{HOME}/front"


def test_watches_that_the_daemon_has_not_taken_over_yet(wire: Wire) -> None:
    stored(wire)
    file = wire.folder / "steppewire.toml"
    file.write_text(file.read_text(encoding="utf-8") + '\n[[watch]]\nid = "w"\nwords = ["x"]\nrecipients = ["a@example.org"]',
                    encoding="utf-8")
    wire.settings = settings_module.load(file)
    assert "start the daemon anew" in wire.ask().answer


# --- mailed

def test_an_alert_waits_for_its_mail(wire: Wire) -> None:
    wire.told()
    asked = wire.ask()
    assert (asked.stopped, asked.state("mailed")) == ("mailed", "waiting")
    assert asked.note("matched") == "by w (article_new)"
    assert "the alert for a@example.org goes into a mail from 2026-03-03 06:01 UTC on" in asked.answer


def test_an_alert_that_was_dropped(wire: Wire) -> None:
    wire.told()
    with wire.desk.store.writing() as session:
        session.execute(update(Alert).values(state="dropped", reason="cannot be rendered"))
    asked = wire.ask()
    assert asked.stopped == "mailed" and "was dropped: cannot be rendered" in asked.answer


def test_a_mail_that_waits_is_told_with_the_server_s_answer_and_the_next_attempt(wire: Wire, mail_server: MailServer) -> None:
    wire.told()
    mail_server.answers["DATA"] = "451 busy"
    wire.mail(mail_server)
    asked = wire.ask()
    assert (asked.stopped, asked.state("mailed")) == ("mailed", "waiting")
    assert "waits, tried once, last answer: 451 busy; tried next 2026-03-03 07:01 UTC" in asked.answer


def test_a_dead_mail_is_told_with_its_reason_and_the_way_to_have_it_tried_again(wire: Wire, mail_server: MailServer) -> None:
    wire.told()
    mail_server.answers["RCPT"] = "550 no such user"
    wire.mail(mail_server)
    asked = wire.ask()
    assert (asked.stopped, asked.state("mailed")) == ("mailed", "no")
    assert "is dead, tried once: 550 no such user; mend that, then `steppewire mail retry 1`" in asked.answer


def test_what_was_mailed_says_to_whom_and_when(wire: Wire, mail_server: MailServer) -> None:
    wire.told()
    wire.mail(mail_server)
    asked = wire.ask()
    assert asked.stopped == "" and {asked.state(name) for name in NAMES} == {"yes"}
    assert asked.answer == "It was mailed: mail 1 to a@example.org was taken by the mail server."
    assert (asked.at("mailed") or "").startswith("2026-03-03T07:00:0")


def test_one_recipient_s_dead_mail_is_told_though_another_s_was_sent(wire: Wire, mail_server: MailServer) -> None:
    wire.desk.watch("railway", recipients=("a@example.org", "gone@example.org"))
    stored(wire)
    mail_server.answers_for[("RCPT", "gone@example.org")] = "550 no such user"
    wire.mail(mail_server)
    asked = wire.ask()
    assert asked.state("mailed") == "no" and "550 no such user" in asked.answer
    assert "to a@example.org was taken" in asked.note("mailed")


def test_what_stops_an_outlet_now_is_not_why_an_article_of_before_was_not_told(wire: Wire) -> None:
    watch(wire, "China")
    stored(wire)
    wire.host(robots="User-agent: *\nDisallow: /")
    (wire.folder / "outlets" / "steppe.toml").write_text(OUTLET + "colour = 1", encoding="utf-8")
    asked = wire.ask()
    assert (asked.state("outlet"), asked.state("robots")) == ("no", "no")
    assert asked.answer.startswith("It was matched by no watch: no word of the watch w is in it")


# --- by a real crawl, and the command itself

def test_a_crawl_answers_for_each_of_its_pages(tmp_path: Path, reactor: Reactor) -> None:
    class Paper(Newspaper):
        def answer(self, request: Request) -> Answer:
            broken = {"/news/7": Answer(b'{"no": "page"}'), "/news/8": Answer(status=500),
                      "/robots.txt": Answer(b"User-agent: *\nDisallow: /news/6\n", type="text/plain")}
            return broken.get(request.path) or super().answer(request)

    with Paper(tmp_path, articles=1) as paper:
        with Here(paper, reactor) as line:
            line.crawl()
            paper.stories |= {f"/news/{number}": story(number) for number in (5, 6, 7, 8, 9)}
            paper.stories["/news/5"].paragraphs[0] = "A road was opened on Monday by two ministers and a brass band of eleven."
            line.crawl("paper0", later=HOUR)

        def ask(path: str) -> Asked:
            return Asked(told("--config", paper.config, "why", f"http://www.paper.example{path}/"))

        assert {number: ask(f"/news/{number}").stopped for number in (0, 4, 5, 6, 7, 8, 9)} == {
            0: "matched", 4: "discovered", 5: "matched", 6: "robots", 7: "read", 8: "fetched", 9: ""}
        assert "backlog" in ask("/news/0").answer
        shown = steppewire("--config", paper.config, "why", "paper.example/news/9")
        assert shown.returncode == 0 and shown.stdout.startswith("It was mailed: mail 1 to a@example.org")
        assert said("--config", paper.config, "why", "mailto:a@example.org").returncode == 2
        before = len(paper.server.hits)
        ask("/news/9")
        assert len(paper.server.hits) == before


def test_nobody_has_asked_for_a_page_that_is_not_there(wire: Wire) -> None:
    assert [page.url for page in wire.desk.rows(Page)] == []
    assert wire.ask().state("fetched") == "no"
