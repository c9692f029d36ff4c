"""Every step from an article's reading to its mail as the one that stops it; by a real crawl, all of them."""
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asking import HOUR, NAMES, OUTLET, Asked, Wire, stored, watch
from command import said, steppewire, told
from desk import HOME, article, thread
from here import Here
from newspaper import Newspaper, story
from sqlalchemy import update

import settings as settings_module
from crawler.items import Seen
from demo.server import Answer, Request
from pipelines.take_in import take_in
from storage import watches
from storage.models import Alert, Attempt, Mail, Recipient, Run, Version, Watch
from storage.models import Answer as Reply
from storage.watches import WatchRow
from tests.alerts.mail_server import MailServer
from tests.crawler.scripted import Reactor

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
    (lambda wire: watch(wire, "railway", countries=("KG",)), "outlets in KG only, and the file of steppe names no country"),
    (lambda wire: watch(wire, "railway", fields=("title",)), "the watch w looks for its words in title only; add title or"),
    (lambda wire: watch(wire, "railway", events=("article_gone",)), "asks for article_gone only; add article_new to"),
    (lambda wire: paused(wire), "the watch w rests since 2026-03-03 06:00 UTC; `steppewire watch resume w`"),
    (lambda wire: muted(wire),
     "a@example.org muted its outlet in the watch w 2026-03-03 06:00 UTC (answer 1); `steppewire recipient undo 1`"),
], ids=["no watch", "no word", "another outlet", "country", "field", "event", "paused", "muted"])
def test_a_watch_that_says_nothing_is_named_with_the_cause(wire: Wire, prepare: Callable[[Wire], None], words: str) -> None:
    prepare(wire)
    stored(wire)
    asked = wire.ask()
    assert asked.stopped == "matched" and words in asked.answer
    assert asked.state("stored") == "yes" and asked.note("stored").endswith("1 version, standing")


def test_an_article_in_a_language_that_a_watch_does_not_read(wire: Wire) -> None:
    watch(wire, "railway", languages=("kk",))
    wire.desk.announce("/a/1")
    wire.desk.see(replace(article("The railway was opened."), language="en-GB"))
    wire.desk.end()
    wire.desk.judge()
    assert "the watch w reads kk only, and the article is in en-GB; add en to" in wire.ask().answer


def paused(wire: Wire) -> None:
    watch(wire, "railway")
    with wire.desk.store.writing() as session:
        session.get_one(Watch, "w").paused_at = wire.desk.now


def muted(wire: Wire) -> None:
    watch(wire, "railway")
    with wire.desk.store.writing() as session:
        session.add(Reply(at=wire.desk.now, action="mute_outlet", via="cli", watch_id="w", recipient="a@example.org",
                          outlet="steppe"))


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

@pytest.mark.parametrize(("state", "words"), [
    ("dead", "the alert for a@example.org waits, as mails to it come back: no such user; once it takes mail again: "
             "`steppewire recipient revive a@example.org`"),
    ("unconfirmed", "waits for it to confirm that it wants mails")])
def test_an_alert_waits_for_an_address_that_takes_no_mail(wire: Wire, state: str, words: str) -> None:
    wire.told()
    with wire.desk.store.writing() as session:
        session.add(Recipient(address="a@example.org", state=state, reason="no such user"))
    asked = wire.ask()
    assert asked.stopped == "mailed" and words in asked.answer


def test_a_mail_that_came_back_is_not_called_taken(wire: Wire, mail_server: MailServer) -> None:
    wire.told()
    wire.mail(mail_server)
    with wire.desk.store.writing() as session:
        session.execute(update(Mail).values(bounced_at=wire.desk.now, bounce="550 no such user"))
    assert "came back 2026-03-03 06:00 UTC: 550 no such user" in wire.ask().answer


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


def test_what_was_told_last_is_the_answer_and_what_was_told_before_is_dated_behind_it(
        wire: Wire, mail_server: MailServer) -> None:
    wire.told()
    with wire.desk.store.writing() as session:
        session.execute(update(Alert).values(state="dropped", reason="no more"))
    wire.desk.now += HOUR
    wire.desk.begin()
    wire.desk.see(article("The railway was opened on Monday."))
    wire.desk.end()
    wire.desk.judge()
    wire.mail(mail_server)
    asked = wire.ask()
    assert asked.answer == "It was mailed: mail 1 to a@example.org was taken by the mail server."
    assert asked.note("mailed").endswith(
        "; before that article_new of 2026-03-03 06:00 UTC: the alert for a@example.org was dropped: no more")


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
    assert asked.state("mailed") == "no" and asked.answer == (
        "It was mailed to 1 of 2: mail 1 to a@example.org was taken by the mail server; not to gone@example.org: mail 2 to "
        "gone@example.org is dead, tried once: 550 no such user; mend that, then `steppewire mail retry 2`.")
    assert asked.note("mailed").startswith("mail 1 to a@example.org was taken by the mail server; not to gone@example.org: ")


@pytest.mark.parametrize(("values", "words"), [
    ({"action": "mute_outlet", "outlet": "steppe"}, "muted its outlet in"),
    ({"action": "mute_story", "article_id": 1}, "muted this article in"), ({"action": "end_watch"}, "ended")])
def test_who_did_not_want_to_hear_of_it_is_named_where_others_heard(
        wire: Wire, mail_server: MailServer, values: dict[str, Any], words: str) -> None:
    wire.host(robots="")
    wire.desk.watch("railway", recipients=("a@example.org", "second@example.org", "third@example.org"))
    wire.desk.announce("/a/1")
    wire.desk.see(article("A road."))
    wire.desk.end()
    wire.desk.judge()
    with wire.desk.store.writing() as session:
        session.add(Reply(at=wire.desk.now, via="cli", watch_id="w", recipient="second@example.org", **values))
        session.add(Reply(at=wire.desk.now, via="cli", watch_id="w", recipient="third@example.org", undone_at=wire.desk.now,
                          **values))
    wire.desk.begin()
    wire.desk.see(article("A road. The railway was opened."))
    wire.desk.end()
    wire.desk.judge()
    wire.mail(mail_server)
    asked = wire.ask()
    assert asked.stopped == "" and asked.answer == (
        "It was mailed: mail 1 to a@example.org was taken by the mail server; mail 2 to third@example.org was taken by the "
        f"mail server; second@example.org {words} the watch w 2026-03-03 06:00 UTC (answer 1): `steppewire recipient undo 1`.")


def test_a_watch_that_all_its_recipients_silenced_is_named_where_another_told_of_it(
        wire: Wire, mail_server: MailServer) -> None:
    with wire.desk.store.writing() as session:
        watches.sync(session, [WatchRow(own, (word,), (f"{own}@example.org",), ()) for own, word in (
            ("one", "railway"), ("two", "railway"), ("three", "China"))], wire.desk.now)
        session.flush()
        for own in ("two", "three"):
            session.add(Reply(at=wire.desk.now, action="mute_outlet", via="cli", watch_id=own, recipient=f"{own}@example.org",
                              outlet="steppe"))
    stored(wire)
    wire.mail(mail_server)
    assert wire.ask().answer == (
        "It was mailed: mail 1 to one@example.org was taken by the mail server; two@example.org muted its outlet in the watch "
        "two 2026-03-03 06:00 UTC (answer 1): `steppewire recipient undo 1`.")


def test_who_heard_before_muting_it_is_not_said_to_have_heard_nothing(wire: Wire, mail_server: MailServer) -> None:
    wire.told()
    wire.mail(mail_server)
    with wire.desk.store.writing() as session:
        session.add(Reply(at=wire.desk.now, action="end_watch", via="cli", watch_id="w", recipient="a@example.org"))
    assert wire.ask().answer == "It was mailed: mail 1 to a@example.org was taken by the mail server."


def test_a_channel_that_took_a_mail_is_named_and_one_that_is_paused_says_so(wire: Wire, mail_server: MailServer) -> None:
    wire.told()
    wire.mail(mail_server)
    with wire.desk.store.writing() as session:
        session.execute(update(Mail).values(channel="desk"))
    assert wire.ask().answer == "It was mailed: mail 1 was taken by the channel desk."
    with wire.desk.store.writing() as session:
        session.execute(update(Mail).values(state="waiting", reason="401 Unauthorized"))
        session.execute(update(Attempt).values(outcome="paused", answer="401 Unauthorized"))
    answer = wire.ask().answer
    assert "waits, tried once, last answer: 401 Unauthorized; the channel desk is paused; it answers and does not" in answer
    assert "at the latest after 5m" in answer and "tried next" not in answer


def test_a_time_that_is_past_is_not_when_a_mail_is_tried_next(wire: Wire, mail_server: MailServer) -> None:
    wire.told()
    mail_server.answers["DATA"] = "451 busy"
    wire.mail(mail_server)
    wire.desk.now += 2 * HOUR
    assert "last answer: 451 busy; due since 2026-03-03 07:01 UTC" in wire.ask().answer


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
