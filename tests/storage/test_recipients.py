"""The addresses that alerts go to, and how each of them is."""
from datetime import datetime, timedelta

import pytest

from storage import outbox, recipients
from storage.models import Recipient, Watch
from storage.recipients import Named
from storage.store import Store
from tests.alerts.filled import READER, Filled

OTHER = "b@example.org"


@pytest.fixture
def filled(store: Store, now: datetime) -> Filled:
    return Filled(store, now)


def test_alerts_of_a_dead_address_wait_until_it_is_revived(filled: Filled) -> None:
    filled.alert()
    later = filled.now + timedelta(days=1)
    with filled.store.writing() as session:
        assert recipients.die(session, READER, "no such user", filled.now)
        assert not recipients.die(session, READER, "again", later)
    with filled.store.reading() as session:
        assert outbox.due_groups(session, filled.now) == []
        row = session.get_one(Recipient, READER)
        assert (row.state, row.dead_at, row.reason) == ("dead", filled.now, "no such user")
    with filled.store.writing() as session:
        assert recipients.revive(session, READER, later) and not recipients.revive(session, READER, later)
        assert not recipients.revive(session, "nobody@example.org", later)
    with filled.store.reading() as session:
        assert outbox.due_groups(session, filled.now) == [("debts", READER)]
        row = session.get_one(Recipient, READER)
        assert (row.state, row.dead_at, row.reason, row.confirmed_at) == ("confirmed", None, None, later)


def test_who_confirmed_once_keeps_that_time_when_revived(filled: Filled) -> None:
    with filled.store.writing() as session:
        recipients.confirm(session, READER, filled.now)
        recipients.die(session, READER, "no such user", filled.now)
        recipients.revive(session, READER, filled.now + timedelta(days=1))
        assert session.get_one(Recipient, READER).confirmed_at == filled.now


def test_only_new_addresses_of_watches_that_stand_are_asked(filled: Filled) -> None:
    with filled.store.writing() as session:
        session.add_all((
            Watch(id="debts", words=["x"], recipients=[READER, OTHER, "team", "old@example.org"], outlets=[], since=filled.now),
            Watch(id="roads", words=["x"], recipients=[READER], outlets=[], since=filled.now),
            Watch(id="over", words=["x"], recipients=["c@example.org"], outlets=[], since=filled.now, ended_at=filled.now)))
        recipients.die(session, OTHER, "no such user", filled.now)
    filled.mail(recipient="old@example.org", state="sent", watch="debts")
    filled.mail(recipient=READER, state="sent")  # a notice, as its operator
    filled.mail(recipient=READER, state="waiting", watch="debts")
    with filled.store.writing() as session:
        assert recipients.to_ask(session) == {READER: (Named("debts", ("x",)), Named("roads", ("x",)))}
        recipients.know(session, filled.now)
        assert recipients.state(session, "old@example.org") == "confirmed"
        assert recipients.state(session, READER) is None and recipients.state(session, OTHER) == "dead"


def test_the_list_has_all_that_alerts_go_to(filled: Filled) -> None:
    for _ in range(2):
        filled.alert(recipient=OTHER)
    filled.alert(recipient="gone@example.org", state="mailed")
    with filled.store.writing() as session:
        recipients.die(session, OTHER, "no such user", filled.now)
        recipients.confirm(session, READER, filled.now)
    with filled.store.reading() as session:
        listed = [(row.address, row.state, row.watches, row.waiting) for row in recipients.listing(session)]
    assert listed == [(OTHER, "dead", ("debts",), 2), ("gone@example.org", None, (), 0), (READER, "confirmed", (), 0)]
