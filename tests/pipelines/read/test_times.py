"""Written times."""
from datetime import datetime, timedelta, timezone

import pytest

from pipelines.read.times import moment, possible

ALMATY = "Asia/Almaty"


@pytest.mark.parametrize("text", [
    "2019-03-08T13:05:00+06:00", "2019-03-08T07:05:00Z", "2019-03-08 13:05", "Fri, 08 Mar 2019 13:05:00 +0600",
    "Fri, 08 Mar 2019 07:05:00 GMT", "1552028700", "1552028700000", "08.03.2019 13:05", "08 March 2019, 13:05",
    "March 8, 2019 at 1:05 pm", "8 марта 2019 г. в 13:05", "13:05, 8 марта 2019", "2019 жылғы 8 наурыз 13:05",
    "2019-yil 8-mart, 13:05", "2019年3月8日 13:05",
    "Опубликовано: 08.03.2019 13:05", "8.3.2019 at 13.05"])
def test_an_absolute_time_is_read_in_utc(text):
    assert moment(text, ALMATY) == datetime(2019, 3, 8, 7, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["2019-03-08", "20190308", "08.03.2019", "8 March 2019", "8 марта 2019", "8 наурыз 2019",
                                  "8-март, 2019", "2019-жылдын 8-март", "2019 yil 8 mart", "2019年3月8日"])
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


def test_impossible_times_are_none(now):
    for wrong in (datetime(1989, 12, 31, tzinfo=timezone.utc), now + timedelta(days=3)):
        assert possible(wrong, now) is None
    assert possible(now + timedelta(days=1), now) == now + timedelta(days=1)
    assert possible(None, now) is None
