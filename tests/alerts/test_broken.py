"""A watch that is broken: it is shown, its owner is mailed once, and all others go on."""
import email
import email.policy
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desk import Desk, article
from sqlalchemy import text

import settings
from alerts.broken import tell_owners
from alerts.compose import compose
from alerts.notice import notice
from settings import Settings
from storage import outbox, watches
from storage.models import Recipient, Watch
from storage.schedule import Schedule
from storage.store import Store
from storage.watches import WatchRow
from tests.alerts.filled import SENDER, Filled
from verbs.needs import needs
from verbs.watching import listing

OWNER = "owner@analysts.example"
WHOLE = WatchRow("whole", ("railway",), ("a@example.org",), ())
HURT = WatchRow("hurt", ("railway",), ("b@example.org",), (), owner=OWNER)
HOUR = timedelta(hours=1)
# What a hand may write into the table, and what only a database takes that knows no JSON.
WRITTEN = ['words = \'"railway"\'', "words = '[]'", "words = '[\"…\"]'", "words = '[7]'", "events = '[\"article_born\"]'",
           "fields = '{}'", "recipients = '\"b@example.org\"'", "schedule = '7'",
           'schedule = \'{"zone": "Mars", "digest": null, "at": "07:00", "weekday": "monday", "quiet": null}\'']
ON_SQLITE = ["words = 'railway'", "words = 7", "least = 'many'"]


@pytest.fixture
def read(tmp_path: Path) -> Settings:
    (tmp_path / "steppewire.toml").write_text('data = "."', encoding="utf-8")
    return settings.load(tmp_path / "steppewire.toml")


def keep(store: Store, now: datetime, *rows: WatchRow) -> None:
    with store.writing() as session:
        for row in rows:
            watches.keep(session, row, "cli", now, session.get(Watch, row.id))


def hurt(store: Store, written: str = WRITTEN[0]) -> None:
    with store.writing() as session:
        session.execute(text(f"UPDATE watch SET {written} WHERE id = 'hurt'"))


def tick(store: Store, read: Settings, now: datetime, operator: str | None = None) -> int:
    """What the daemon does in a round, once it has looked at what needs a person."""
    notice(store, needs(read, store, now), now, sender=SENDER, recipient=operator, well_after=HOUR)
    return tell_owners(store, now, sender=SENDER)


def mails(store: Store) -> list[str]:
    with store.reading() as session:
        return [mail.recipient for mail in outbox.list_mails(session)]


@pytest.mark.parametrize("written", WRITTEN)
def test_whatever_is_written_there_the_others_go_on_and_it_is_said_to_be_broken(store: Store, now: datetime, read: Settings,
                                                                                written: str) -> None:
    others_go_on(store, now, read, written)


@pytest.mark.parametrize("written", ON_SQLITE)
def test_also_what_only_sqlite_takes_stops_no_other(tmp_path: Path, now: datetime, read: Settings, written: str) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.upgrade()
    others_go_on(store, now, read, written)
    store.engine.dispose()


def others_go_on(store: Store, now: datetime, read: Settings, written: str) -> None:
    keep(store, now, WHOLE, replace(HURT, schedule=Schedule(digest="day")))
    hurt(store, written)
    desk = Desk(store, now)
    desk.begin()
    desk.next_run()
    desk.see(article("A railway."))
    desk.next_run()
    assert desk.alerts() == [("article_new", "a@example.org")]
    assert compose(store, desk.now, sender=SENDER, public_url=None, names={}) == 1
    with store.reading() as session:
        assert {each["watch"]: each["broken"] is None for each in listing(session, now)["watches"]} == {
            "whole": True, "hurt": False}
    assert tick(store, read, now) == 1 and mails(store)[0] == OWNER


def test_what_it_found_before_is_mailed_at_once_where_its_schedule_cannot_be_read(store: Store, now: datetime) -> None:
    keep(store, now, replace(HURT, schedule=Schedule(digest="day")))
    desk = Desk(store, now)
    desk.begin()
    desk.next_run()
    desk.see(article("A railway."))
    hurt(store, "schedule = '7'")
    desk.next_run()
    assert compose(store, desk.now, sender=SENDER, public_url=None, names={}) == 1


def test_its_owner_is_mailed_once_and_again_only_when_it_was_mended_and_breaks_anew(store: Store, now: datetime,
                                                                                    read: Settings) -> None:
    keep(store, now, WHOLE, HURT)
    assert tick(store, read, now) == 0
    hurt(store)
    assert [tick(store, read, now + number * HOUR) for number in range(3)] == [1, 0, 0]
    keep(store, now, HURT)
    assert tick(store, read, now + 3 * HOUR) == 0
    hurt(store)
    assert [tick(store, read, now + number * HOUR) for number in range(4, 30)] == [1] + 25 * [0]
    assert mails(store) == [OWNER] * 2
    with store.reading() as session:
        assert session.get_one(Watch, "hurt").ended_at is None
        mail = email.message_from_bytes(outbox.show_mail(session, 1) or b"", policy=email.policy.default)
    assert mail["Subject"] == "Steppewire: the watch hurt finds nothing any more"
    body = mail.get_content()
    assert "`words` is 'railway', which is no list of texts" in body and "steppewire watch add hurt --replace" in body


def test_one_that_breaks_off_and_on_makes_no_more_than_a_mail_an_hour(store: Store, now: datetime, read: Settings) -> None:
    keep(store, now, HURT)
    made = []
    for minute in range(0, 120, 10):
        hurt(store)
        made.append(tick(store, read, now + timedelta(minutes=minute)))
        keep(store, now, HURT)
        tick(store, read, now + timedelta(minutes=minute + 5))
    assert made == [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("state", ["dead", "unconfirmed"])
def test_an_owner_who_gets_no_mail_is_mailed_once_that_is_over(store: Store, now: datetime, read: Settings, state: str) -> None:
    keep(store, now, HURT)
    hurt(store)
    with store.writing() as session:
        session.add(Recipient(address=OWNER, state=state))
    assert tick(store, read, now) == 0 and mails(store) == []
    with store.writing() as session:
        session.get_one(Recipient, OWNER).state = "confirmed"
    assert tick(store, read, now + HOUR) == 1


def test_of_one_without_any_address_the_operator_is_told_and_of_others_only_status_tells(store: Store, now: datetime,
                                                                                         read: Settings) -> None:
    keep(store, now, HURT)
    hurt(store)
    tick(store, read, now, "operator@example.org")
    assert mails(store) == [OWNER]
    assert [need.key for need in needs(read, store, now)] == ["watch:hurt"]
    keep(store, now, replace(HURT, owner=None, recipients=("desk",)))
    tick(store, read, now + HOUR, "operator@example.org")
    hurt(store)
    tick(store, read, now + 2 * HOUR, "operator@example.org")
    tick(store, read, now + 3 * HOUR, "operator@example.org")
    assert mails(store) == ["operator@example.org", OWNER]


def test_a_watch_that_is_removed_needs_nobody(store: Store, now: datetime, read: Settings) -> None:
    keep(store, now, HURT)
    hurt(store)
    with store.writing() as session:
        watches.end(session, session.get_one(Watch, "hurt"), now, "its watch was removed")
    assert tick(store, read, now) == 0 and needs(read, store, now) == ()
    assert Filled(store, now).mails() == []
