"""Many hits in an hour, and digests through changes of the clock: how many mails there are, when, and what each lists. What was
to be told is counted where it was made; what was told is read from the mails."""
from collections import Counter
from datetime import datetime, time, timedelta, timezone
from email import message_from_bytes
from email.policy import default
from zoneinfo import ZoneInfo

import pytest

from alerts.compose import compose
from storage import watches
from storage.models import Mail
from storage.passage import Part, Passage
from storage.schedule import Schedule
from storage.watches import WatchRow
from tests.alerts.filled import NAMES, READER, SENDER, Filled

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CAP, HITS, DAYS = 5, 500, 5


def keep(filled: Filled, now: datetime, **wishes: object) -> None:
    with filled.store.writing() as session:
        watches.keep(session, WatchRow("debts", ("China",), (READER,), (), **wishes), "config", now)  # type: ignore[arg-type]


def hit(filled: Filled, number: int, at: datetime) -> None:
    """A hit that is judged at a time: it is told when its watch is."""
    mark = f"Hit{number:04d}"
    filled.now = at
    filled.alert(Passage(f"Report {mark}", ("China",), (Part("text", None, f"China pays {mark}.", (), ((0, 5),)),)))
    with filled.store.writing() as session:
        watches.postpone(session, at)


def tick(filled: Filled, now: datetime) -> None:
    compose(filled.store, now, sender=SENDER, public_url=None, names=NAMES)


def listed(mail: Mail) -> Counter[str]:
    """How often each hit is in a mail, by its passage in the plain part."""
    body = message_from_bytes(mail.bytes, policy=default).get_body(("plain",))  # type: ignore[attr-defined]  # an EmailMessage
    words = " ".join(body.get_content().split()).replace("*", "").split("China pays ")[1:]
    return Counter(each[:7] for each in words)


@pytest.mark.long_on_postgresql
def test_500_hits_in_an_hour_are_as_many_mails_as_the_cap_allows_and_one_that_lists_all_the_others(filled: Filled,
                                                                                                  now: datetime) -> None:
    keep(filled, now, cap=CAP)
    for minute in range(60):
        for number in range(minute * HITS // 60, (minute + 1) * HITS // 60):
            hit(filled, number, now + minute * MINUTE)
        tick(filled, now + minute * MINUTE)
    for minute in range(60, 180):
        tick(filled, now + minute * MINUTE)
    mails = filled.mails()
    assert len(mails) == CAP + 1
    assert [mail.made_at - now for mail in mails] == [*(minute * MINUTE for minute in range(CAP)), HOUR]
    told = sum((listed(mail) for mail in mails), Counter[str]())
    assert told == Counter(f"Hit{number:04d}" for number in range(HITS))
    assert len(mails[-1].bytes) < 10_000_000 and max(map(len, mails[-1].bytes.splitlines())) <= 998


@pytest.mark.parametrize(("zone", "at", "begin", "first"), [
    ("Europe/Berlin", time(2, 30), "2026-03-27T12:00+01:00", 1),  # the clock skips 02:30 on 29 March
    ("Europe/Berlin", time(2, 30), "2026-10-23T12:00+02:00", 1),  # 02:30 comes twice on 25 October
    ("Asia/Almaty", time(23, 30), "2024-02-27T12:00+06:00", 0),  # 23:30 came twice on 29 February
    ("Asia/Almaty", time(7), "2024-02-27T12:00+06:00", 1)])
def test_a_daily_digest_is_one_mail_each_local_day_through_changes_of_the_clock(filled: Filled, zone: str, at: time, begin: str,
                                                                               first: int) -> None:
    now = datetime.fromisoformat(begin).astimezone(timezone.utc)
    keep(filled, now, schedule=Schedule(zone, "day", at))
    for number in range(DAYS * 24):
        hit(filled, number, now + number * HOUR)
        for half in range(2):
            tick(filled, now + number * HOUR + half * HOUR / 2)
    tick(filled, now + (DAYS + 1) * DAY)
    mails = filled.mails()
    local = [mail.made_at.astimezone(ZoneInfo(zone)) for mail in mails[:-1]]
    assert [made.date() for made in local] == [datetime.fromisoformat(begin).date() + (number + first) * DAY
                                               for number in range(DAYS)]
    assert sum(made.time() != at for made in local) <= 1  # of the day on which the clock skips that time
    assert sum((listed(mail) for mail in mails), Counter[str]()) == Counter(f"Hit{number:04d}" for number in range(DAYS * 24))
