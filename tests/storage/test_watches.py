"""The table of watches: what of it is the settings', and when what a watch is told of is mailed."""
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from storage import outbox, watches
from storage.models import Recipient, Watch
from storage.schedule import Schedule
from storage.store import Store
from storage.watches import WatchRow
from tests.alerts.filled import READER, Filled

ROW = WatchRow("debts", ("China",), (READER,), ("steppe",), ("KZ",), ("ru",), ("text",), ("words_appeared",), ("figures",), 9,
               True, Schedule("Asia/Almaty", "day", time(7), "monday", (time(22), time(6))), 3, "owner@analysts.example")


@pytest.fixture
def filled(store: Store, now: datetime) -> Filled:
    return Filled(store, now)


def sync(store: Store, now: datetime, *rows: WatchRow) -> None:
    with store.writing() as session:
        watches.sync(session, rows, now)


def test_a_watch_stands_as_it_was_written(store: Store, now: datetime) -> None:
    sync(store, now, ROW)
    with store.reading() as session:
        assert watches.standing(session) == [ROW]
        assert watches.standing(session, "steppe", "KZ") == [ROW]
        assert watches.standing(session, "steppe", "KG") == watches.standing(session, "steppe") == []
        assert watches.standing(session, "other", "KZ") == []


@pytest.mark.parametrize("changed", [{"words": ("Russia",)}, {"languages": ()}, {"fields": ()}, {"countries": ()}])
def test_a_watch_whose_query_changes_counts_from_then(store: Store, now: datetime, changed: dict[str, tuple[str, ...]]) -> None:
    sync(store, now, ROW)
    sync(store, now + timedelta(hours=1), replace(ROW, cap=1, events=()))
    sync(store, now + timedelta(hours=2), replace(ROW, **changed))
    with store.reading() as session:
        assert session.get_one(Watch, "debts").since == now + timedelta(hours=2)


def test_a_watch_that_only_asks_for_other_events_counts_as_before(store: Store, now: datetime) -> None:
    sync(store, now, ROW)
    sync(store, now + timedelta(hours=1), replace(ROW, cap=1, events=()))
    with store.reading() as session:
        assert session.get_one(Watch, "debts").since == now


def test_the_settings_cannot_take_over_a_watch_that_was_added_otherwise(store: Store, now: datetime) -> None:
    with store.writing() as session:
        watches.keep(session, ROW, "cli", now)
    with pytest.raises(ValueError, match="the watch debts is there already"):
        sync(store, now, replace(ROW, words=("Russia",)))
    sync(store, now)
    with store.reading() as session:
        assert watches.standing(session) == [ROW]


def test_a_watch_that_rests_is_not_matched(store: Store, now: datetime) -> None:
    sync(store, now, ROW)
    with store.writing() as session:
        session.get_one(Watch, "debts").paused_at = now
    with store.reading() as session:
        assert watches.standing(session) == []


def test_what_may_be_mailed_waits_for_the_digest_of_its_own_watch(filled: Filled, now: datetime) -> None:
    store, wait = filled.store, now + timedelta(minutes=1)
    daily = replace(ROW, schedule=Schedule("Asia/Almaty", "day", time(7)))
    sync(store, now, daily, replace(ROW, id="rails", schedule=Schedule()))
    late, soon = filled.alert(due=timedelta(minutes=1)), filled.alert(due=timedelta(minutes=1), watch="rails")
    with store.writing() as session:
        watches.postpone(session, wait)
    times = {alert.id: alert.mail_at for alert in filled.alerts()}
    assert times == {late: datetime.fromisoformat("2026-03-03T07:00+05:00"), soon: wait}


def test_what_waits_for_a_digest_goes_by_the_schedule_s_change(filled: Filled, now: datetime) -> None:
    sync(filled.store, now, ROW)
    filled.alert(due=timedelta(days=1))
    filled.alert(due=None)  # not judged yet
    sync(filled.store, now + timedelta(hours=1), replace(ROW, schedule=Schedule()))
    assert [alert.mail_at for alert in filled.alerts()] == [now + timedelta(hours=1), None]


def test_a_watch_at_its_cap_waits_until_its_first_mail_is_an_hour_old(filled: Filled, now: datetime) -> None:
    sync(filled.store, now, replace(ROW, cap=2, schedule=Schedule()))
    for ago in (70, 50, 10):
        filled.mail(watch="debts", made=timedelta(minutes=ago))
    with filled.store.reading() as session:
        assert outbox.capped(session, "debts", READER, now) == now + timedelta(minutes=10)
        assert outbox.capped(session, "debts", "another@analysts.example", now) is None
        assert outbox.capped(session, "debts", READER, now + timedelta(minutes=10)) is None


def test_what_is_over_the_cap_waits_for_the_end_of_the_quiet_hours_too(filled: Filled, now: datetime) -> None:
    sync(filled.store, now, replace(ROW, cap=1, schedule=Schedule("Asia/Almaty", quiet=(time(11, 30), time(14)))))
    filled.alert()
    with filled.store.writing() as session:
        outbox.put_off(session, "debts", READER, now, now + timedelta(minutes=50))  # 11:50 in Almaty
    assert filled.alerts()[0].mail_at == datetime.fromisoformat("2026-03-02T14:00+05:00")


def test_alerts_of_an_address_that_is_dead_or_has_not_confirmed_wait(filled: Filled, now: datetime) -> None:
    for name, state in (("dead", "dead"), ("new", "unconfirmed"), ("yes", "confirmed")):
        filled.alert(recipient=f"{name}@analysts.example")
        with filled.store.writing() as session:
            session.add(Recipient(address=f"{name}@analysts.example", state=state))
    filled.alert()
    with filled.store.reading() as session:
        assert [recipient for _, recipient in outbox.due_groups(session, now)] == ["yes@analysts.example", READER]
    assert {alert.state for alert in filled.alerts()} == {"pending"} and not filled.mails()
