import re
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from lxml import etree

from alerts.channels.errors import Later, RefusedRecipient
from alerts.compose import compose
from alerts.deliver import deliver, recover
from alerts.feed import atom
from storage import feed, outbox
from storage.feed import Told
from storage.models import Alert
from storage.outbox import DueAlert
from storage.passage import Part, Passage
from tests.alerts.filled import NAMES, PASSAGE, READER, SENDER, Filled
from tests.alerts.test_deliver import Scripted
from tests.alerts.written import PUBLIC_URL

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = ("<script>alert(1)</script>", "]]><x/>", "&lt;img src=x onerror=alert(1)&gt;", "\x00\x1b[31m\x0b\ufffe\uffff",
           "\u202egnp.exe", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;", "javascript:alert(1)", "A\r\nB: c",
           "Қазақ тілі 中文 \U0001f682", "\ud800 alone", "<b><i>unclosed", "'\"><svg/onload=alert(1)>")


def event(own: int, passage: Passage = PASSAGE, name: str = "article_new", url: str = "https://steppe.example/a/1") -> Told:
    return Told(DueAlert(own, "debts", READER, name, f"version:{own}", own, "steppe", url, NOW - timedelta(hours=1),
                         passage.to_json()), NOW + timedelta(minutes=own))


def made(*told: Told, **values: Any) -> bytes:
    return atom("debts", NOW, told, **{"sender": SENDER, "public_url": None, "names": NAMES, **values})


def of(filled: Filled, later: timedelta = timedelta(0), watch: str = "debts") -> list[tuple[str, str]]:
    """The events that a watch's feed has, the newest first."""
    with filled.store.reading() as session:
        return [(each.alert.event, each.alert.subject) for each in feed.told(session, watch, filled.now + later)]


def ids(document: bytes) -> list[str]:
    return [entry.id for entry in feedparser.parse(document).entries]


# --- the document

def test_a_feed_reader_finds_all_that_a_feed_must_have() -> None:
    found = feedparser.parse(made(event(2), event(1), public_url=PUBLIC_URL, address="https://wire.example/f.atom"))
    assert not found.bozo and found.version == "atom10" and found.encoding == "utf-8"
    assert (found.feed.title, found.feed.id, found.feed.author) == ("Steppewire: debts", "tag:steppewire.example,2026:debts",
                                                                    "Steppewire")
    assert found.feed.updated == "2026-03-02T06:02:00Z"
    assert [(link.rel, link.href) for link in found.feed.links] == [("self", "https://wire.example/f.atom")]
    first = found.entries[0]
    assert first.title == "Steppe Courier, new article: A railway through the pass"
    assert (first.id, first.link) == ("tag:steppewire.example,2026:debts/article_new/version%3A2", "https://steppe.example/a/1")
    assert (first.published, first.updated) == ("2026-03-02T05:00:00Z", "2026-03-02T06:02:00Z")
    assert first.content[0].type == "text/html"
    assert "<b>China</b> pays for it." in first.content[0].value
    assert f'<a href="{PUBLIC_URL.article(2)}">' in first.content[0].value


def test_an_edit_shows_what_was_taken_out_and_put_in() -> None:
    passage = Passage("A road", ("China",), (Part("text", "China pays.\nNow.", "China lends.\nNow."),))
    value = feedparser.parse(made(event(1, passage, "article_edited"))).entries[0].content[0].value
    assert "<del>pays</del>" in value and "<ins>lends</ins>" in value and re.search(r"Now\.", value)


def test_the_document_is_what_rfc_4287_asks_for() -> None:
    for document in (made(), made(event(1), event(2))):
        root = etree.fromstring(document)
        for element, needed in ((root, ("id", "title", "updated", "author")),
                                *((entry, ("id", "title", "updated", "content")) for entry in root.iter(f"{ATOM}entry"))):
            for name in needed:
                assert len(element.findall(ATOM + name)) == 1
            assert re.fullmatch(r"tag:[a-z.]+,2026:[A-Za-z0-9%/_.-]+", element.findtext(f"{ATOM}id"))
            assert datetime.fromisoformat(element.findtext(f"{ATOM}updated")).tzinfo is not None
    assert feedparser.parse(made()).feed.updated == "2026-03-02T06:00:00Z"


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_is_only_text(hostile: str) -> None:
    passage = Passage(hostile, (hostile,), (Part("text", hostile, hostile + "!"), Part("comment", None, hostile)), hostile)
    for url in ("https://steppe.example/a/1", f"https://steppe.example/{hostile}", hostile):
        document = made(event(1, passage, "article_edited", url), names={"steppe": hostile})
        strict = ElementTree.fromstring(document)
        assert [child.tag for child in strict].count(f"{ATOM}entry") == 1
        entry = strict.find(f"{ATOM}entry")
        assert entry is not None
        tags = Tags(entry.findtext(f"{ATOM}content") or "")
        assert tags.tags <= {"p", "bdi", "strong", "br", "b", "del", "ins", "blockquote", "code"}
        assert tags.attributes <= {"dir"}
        assert [link.get("href", "").startswith("https://") for link in entry.findall(f"{ATOM}link")] in ([], [True])
        assert [title.get("type") for title in entry.findall(f"{ATOM}title")] == ["text"]
        assert not feedparser.parse(document).bozo


def test_the_watch_and_the_domain_alone_make_the_ids() -> None:
    one, again = made(event(1)), made(event(1), public_url=PUBLIC_URL, names={})
    assert ids(one) == ids(again) != ids(atom("other", NOW, [event(1)], sender="x@y.example",
                                              public_url=None, names=NAMES))


# --- what is in it

def test_an_event_is_in_the_feed_once_however_many_hear_of_it(filled: Filled) -> None:
    first = filled.alert()
    with filled.store.writing() as session:
        row = session.get_one(Alert, first)
        for recipient in ("b@example.org", "desk"):
            session.add(Alert(watch_id="debts", recipient=recipient, event=row.event, subject=row.subject, run_id=row.run_id,
                              article_id=row.article_id, made_at=row.made_at, passage=row.passage, mail_at=row.mail_at))
        session.add(Alert(watch_id="debts", recipient=READER, event="article_gone", subject=row.subject, run_id=row.run_id,
                          article_id=row.article_id, made_at=row.made_at, passage=row.passage, mail_at=row.mail_at))
    assert of(filled) == [("article_gone", "version:1"), ("article_new", "version:1")]


def test_what_is_not_judged_is_held_dropped_or_another_watch_s_is_not_in_it(filled: Filled) -> None:
    for due, state in ((None, "pending"), (timedelta(seconds=1), "pending"), (timedelta(0), "held"), (timedelta(0), "dropped")):
        filled.alert(due=due, state=state)
    filled.alert(watch="roads")
    assert of(filled) == []
    assert len(of(filled, timedelta(seconds=1))) == 1


def test_the_newest_fifty_by_when_they_might_be_told_are_in_it(filled: Filled) -> None:
    released = filled.alert(due=timedelta(minutes=100))  # an old one that a person let go of last
    for minute in range(60):
        filled.alert(due=timedelta(minutes=minute))
    found = of(filled, timedelta(hours=2))
    assert len(found) == 50
    with filled.store.reading() as session:
        assert feed.told(session, "debts", filled.now + timedelta(hours=2))[0].alert.id == released
    assert len(set(found)) == 50 and of(filled, timedelta(minutes=99)) != found


def test_mails_that_fail_die_and_are_sent_again_take_nothing_out_and_put_nothing_in_twice(filled: Filled) -> None:
    """The feed at each step of a mail's life: before it is made, with a sender that died, refused, tried anew, sent."""
    def go(channel: Scripted, later: timedelta) -> None:
        deliver(filled.store, filled.now + later, channel, sender=SENDER)

    for number in range(3):
        filled.alert(recipient=("a@example.org", "b@example.org", "c@example.org")[number])
    before = of(filled)
    assert len(before) == 3
    compose(filled.store, filled.now, sender=SENDER, public_url=None, names=NAMES)
    assert of(filled) == before
    with filled.store.writing() as session:
        outbox.begin_attempt(session, due=filled.now, at=filled.now, until=filled.now + timedelta(minutes=5))
    assert of(filled) == before
    recover(filled.store)
    go(Scripted(RefusedRecipient("550 no"), Later("451 busy")), timedelta(0))
    assert of(filled) == before and {mail.state for mail in filled.mails()} == {"dead", "waiting", "sent"}
    with filled.store.writing() as session:
        outbox.retry(session, outbox.dead(session), filled.now)
    go(Scripted(), timedelta(hours=1))
    assert {mail.state for mail in filled.mails()} == {"sent"} and of(filled, timedelta(days=1)) == before
