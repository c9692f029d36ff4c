"""Written times."""
import zoneinfo
from datetime import datetime, timedelta, timezone
from importlib.resources import files

import pytest

from pipelines.read.times import is_date, moment, possible, within, zone_of

ALMATY = "Asia/Almaty"


@pytest.mark.parametrize("text", [
    "2019-03-08T13:05:00+06:00", "2019-03-08T07:05:00Z", "2019-03-08 13:05", "Fri, 08 Mar 2019 13:05:00 +0600",
    "Fri, 08 Mar 2019 07:05:00 GMT", "1552028700", "1552028700000", "08.03.2019 13:05", "08 March 2019, 13:05",
    "March 8, 2019 at 1:05 pm", "8 марта 2019 г. в 13:05", "13:05, 8 марта 2019", "2019 жылғы 8 наурыз 13:05",
    "2019-yil 8-mart, 13:05", "2019年3月8日 13:05",
    "Опубликовано: 08.03.2019 13:05", "8.3.2019 at 13.05", "8 марти 2019, 13:05", "Fri Mar 8 08:05:00 CET 2019",
    "fredag 08. mar 2019 - 13:05", "8 mart 2019, 13:05", "2019-03-08 13:05:00 +0600", "1:05 PM, March 8, 2019",
    "12:35:00 PM IST Mar 8, 2019", "8 March 2019, 12:05 PKT", "8. März 2019 um 13:05 Uhr", "8. März 2019 @ 13:05",
    "08.03.19 13:05", "8 marzo 2019 a las 13:05"])
def test_an_absolute_time_is_read_in_utc(text):
    assert moment(text, ALMATY) == datetime(2019, 3, 8, 7, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["2019-03-08", "20190308", "08.03.2019", "8 March 2019", "8 марта 2019", "8 наурыз 2019",
                                  "08.03.19", "8-март, 2019", "2019-жылдын 8-март", "2019 yil 8 mart", "2019年3月8日"])
def test_a_bare_date_is_midnight_utc_so_that_the_day_stays(text):
    assert moment(text, ALMATY) == datetime(2019, 3, 8, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", [
    "2 hours ago", "yesterday", "Yesterday at 10:00", "today, 10:30", "вчера", "вчера в 12:00", "сегодня, 10:30",
    "3 дня назад", "кеше", "бүгін, 10:30", "кече", "Bugun, 10:30", "kecha", "3小时前", "now", "10:30", "Friday",
    "May 2019", "5 мая", "2019", "", "soon", None, "0001-01-01T00:00:00+14:00", "9" * 400, "8 March 2019" + "," * 200])
def test_what_is_relative_or_incomplete_is_no_time(text):
    assert moment(text, ALMATY) is None


def test_a_zone_has_its_history():
    assert moment("2024-02-28 12:00", ALMATY) == datetime(2024, 2, 28, 6, tzinfo=timezone.utc)
    assert moment("2024-03-02 12:00", ALMATY) == datetime(2024, 3, 2, 7, tzinfo=timezone.utc)


def test_a_zones_history_is_the_tzdata_packages_whatever_the_machine_has(tmp_path, monkeypatch):
    (tmp_path / "Asia").mkdir()
    (tmp_path / "Asia" / "Almaty").write_bytes(files("tzdata.zoneinfo.Asia").joinpath("Tokyo").read_bytes())
    zoneinfo.reset_tzpath([str(tmp_path)])
    zoneinfo.ZoneInfo.clear_cache()
    zone_of.cache_clear()
    try:
        assert moment("2024-02-28 12:00", ALMATY) == datetime(2024, 2, 28, 6, tzinfo=timezone.utc)
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()


def test_an_hour_that_comes_twice_is_the_first_and_one_that_never_comes_is_as_before_the_change():
    assert moment("2024-10-27 02:30", "Europe/Berlin") == datetime(2024, 10, 27, 0, 30, tzinfo=timezone.utc)
    assert moment("2024-03-31 02:30", "Europe/Berlin") == datetime(2024, 3, 31, 1, 30, tzinfo=timezone.utc)


@pytest.mark.parametrize("line", ["Published 8 March 2019, 13:05 | 4 minutes", "08.03.2019 13:05 - updated 09.03.2019 10:00",
                                  "By Aigerim S. | 8 марта 2019, 13:05"])
def test_a_time_within_a_line_is_found(line):
    assert within(line, ALMATY) == datetime(2019, 3, 8, 7, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize("line", ["128.03.2019", "8.3.20191", "v2019-03-081", "Suite 8, March", "2 days ago", ""])
def test_a_piece_of_a_longer_number_is_no_time(line):
    assert within(line, ALMATY) is None


def test_impossible_times_are_none(now):
    for wrong in (datetime(1989, 12, 31, tzinfo=timezone.utc), now + timedelta(days=3)):
        assert possible(wrong, now) is None
    assert possible(now + timedelta(days=1), now) == now + timedelta(days=1)
    assert possible(None, now) is None


@pytest.mark.parametrize(("line", "expected"), [
    ("01.03.2026 10:12", True), ("1 March 2026", True), ("2 марта 2026 года, 14:05", True), ("2026-03-02T06:00:00Z", True),
    ("Published on 1 March 2026 in Osh", False), ("1 March", False), ("yesterday", False), ("", False),
    ("1 March 2026 " * 20, False)])
def test_a_line_is_a_date_only_where_nothing_else_is_in_it(line, expected):
    assert is_date(line) is expected
