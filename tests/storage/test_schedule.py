"""When watches are told. The oracle is the zone's clock, looked at minute by minute."""
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.schedule import WEEKDAYS, Schedule

UTC = timezone.utc
# Zones that set their clock in 2024: Kazakhstan for good, on 1 March; the others for summer and back.
YEAR = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
ZONES = ("Asia/Almaty", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Bishkek", "Asia/Kathmandu")
MOMENTS = st.integers(0, 350 * 24 * 60).map(lambda minutes: YEAR[0] + timedelta(minutes=minutes))
HOURS = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def told(schedule: Schedule, since: datetime, until: datetime) -> list[datetime]:
    """All times at which a watch that always has something to tell is told."""
    found, at = [], since
    while (at := schedule.after(at)) < until:
        found.append(at)
        at += timedelta(minutes=1)
    return found


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [time(0), time(0, 30), time(2, 30), time(7), time(23, 30)], ids=str)
def test_a_daily_digest_comes_once_each_local_day(zone: str, at: time) -> None:
    clock = ZoneInfo(zone)
    times = told(Schedule(zone, "day", at), *YEAR)
    days = [each.astimezone(clock).date() for each in times]
    first, last = YEAR[0].astimezone(clock).date(), YEAR[1].astimezone(clock).date()
    assert sorted(set(days)) == days  # none twice, in order
    whole = {date.fromordinal(day) for day in range(first.toordinal() + 1, last.toordinal())}
    assert whole <= set(days)


@pytest.mark.parametrize("zone", ZONES)
def test_a_weekly_digest_comes_once_each_local_week(zone: str) -> None:
    times = [each.astimezone(ZoneInfo(zone)) for each in told(Schedule(zone, "week", time(2, 30), "sunday"), *YEAR)]
    assert len(times) == 52 and {each.weekday() for each in times} == {6}
    assert {(after.date() - before.date()).days for before, after in pairwise(times)} == {7}


@pytest.mark.parametrize("zone", ZONES)
def test_an_hourly_digest_comes_each_hour(zone: str) -> None:
    assert len(told(Schedule(zone, "hour"), *YEAR)) == 366 * 24


def test_an_hour_that_the_clock_skips_is_that_after_the_gap() -> None:
    night = datetime(2024, 3, 30, 22, tzinfo=UTC)
    assert Schedule("Europe/Berlin", "day", time(2, 30)).after(night) == datetime(2024, 3, 31, 1, tzinfo=UTC)


def test_of_an_hour_that_comes_twice_it_is_the_first() -> None:
    # Kazakhstan set its clock back from 1 March 00:00 to 29 February 23:00.
    before = datetime(2024, 2, 29, 12, tzinfo=UTC)
    schedule = Schedule("Asia/Almaty", "day", time(23, 30))
    first = schedule.after(before)
    assert first == datetime(2024, 2, 29, 17, 30, tzinfo=UTC)
    assert schedule.after(first + timedelta(minutes=1)) == datetime(2024, 3, 1, 18, 30, tzinfo=UTC)


@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from([None, "hour", "day", "week"]), HOURS, st.sampled_from(WEEKDAYS))
def test_nothing_is_told_before_its_time_and_telling_is_told_at_once(moment: datetime, zone: str, digest: str | None, at: time,
                                                                     weekday: str) -> None:
    schedule = Schedule(zone, digest, at, weekday)  # type: ignore[arg-type]  # one of the four
    found = schedule.after(moment)
    assert moment <= found <= moment + timedelta(days=8)
    assert schedule.after(found) == found


@given(MOMENTS, st.sampled_from(ZONES), HOURS, HOURS)
def test_quiet_hours_are_quiet_by_the_zone_s_clock(moment: datetime, zone: str, begin: time, end: time) -> None:
    schedule = Schedule(zone, quiet=(begin, end))
    found = schedule.after(moment)
    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None).time()
    quiet = begin <= shown < end if begin < end else begin <= shown or shown < end
    change = any((moment + timedelta(hours=ahead)).astimezone(ZoneInfo(zone)).utcoffset()
                 != moment.astimezone(ZoneInfo(zone)).utcoffset() for ahead in range(-25, 26))
    if change or begin == end:  # what the clock shows is then not all that there is to say
        return
    assert (found > moment) is quiet
    if quiet:
        assert found.astimezone(ZoneInfo(zone)).replace(tzinfo=None).time() == end and found - moment <= timedelta(hours=24)


def test_a_digest_in_the_quiet_hours_comes_at_their_end() -> None:
    schedule = Schedule("Asia/Almaty", "day", time(6), quiet=(time(22), time(8)))
    assert schedule.after(datetime(2026, 3, 2, 0, tzinfo=UTC)) == datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize("schedule", [Schedule(), Schedule("Asia/Almaty", "week", time(6, 30), "friday", (time(22), time(7)))])
def test_a_watch_s_row_keeps_the_whole_schedule(schedule: Schedule) -> None:
    assert Schedule.from_json(schedule.to_json()) == schedule
