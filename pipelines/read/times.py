"""Written times as aware UTC; never a guess, and never relative to now."""
import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateparser.date import DateDataParser

EARLIEST = datetime(1990, 1, 1, tzinfo=timezone.utc)
AHEAD = timedelta(days=2)
LONGEST = 100
# English first: most others read its month names too. A language costs 5 ms once.
LANGUAGES = ["en", "ru", "kk", "ky", "uz", "uz-Cyrl", "tr", "zh", "uk", "de", "fr", "es", "fa", "ar"]
# Words around a date that dateparser does not know: "of the year" in Kazakh, Kyrgyz, Uzbek and Russian.
YEAR_WORD = re.compile(r"[\s-]+(?:жылғы|жылы|жылдын|йил|yil|года|год|ж\.|г\.)", re.IGNORECASE)
LABEL = re.compile(r"^[^\W\d]+:\s+")
RFC_2822 = re.compile(r"\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UT|UTC|Z)$")
EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
CLOCK = re.compile(r"\d:\d\d")


@lru_cache(maxsize=1)
def _parser() -> DateDataParser:
    # Strict and absolute: what lacks a day, month or year, and what counts from now ("вчера"), is no time. Without
    # try_previous_locales=False a reading would depend on what was read before it.
    return DateDataParser(languages=LANGUAGES, try_previous_locales=False, settings={
        "STRICT_PARSING": True, "PARSERS": ["absolute-time"], "DATE_ORDER": "DMY", "PREFER_LOCALE_DATE_ORDER": False})


def _in_words(text: str) -> datetime | None:
    parser = _parser()
    try:
        found: datetime | None = parser.get_date_data(LABEL.sub("", YEAR_WORD.sub(" ", text))).date_obj
    except (ValueError, OverflowError, TypeError):
        return None
    return found


def _read(text: str) -> datetime | None:
    try:
        if RFC_2822.search(text):
            return parsedate_to_datetime(text)
        if EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text[:10]), timezone.utc)
        return datetime.fromisoformat(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _in_words(text)


def moment(text: str | None, zone: str = "UTC") -> datetime | None:
    """The aware UTC time that a text says, None where it says none or a relative one.

    A time without a zone is one of `zone`; a bare date is midnight UTC of that day, so that its day stays the day written.
    """
    text = " ".join((text or "").split())
    if not text or len(text) > LONGEST or not re.search(r"\d", text):
        return None
    found = _read(text)
    if found is None:
        return None
    if found.tzinfo is None:
        bare = not any((found.hour, found.minute, found.second)) and not CLOCK.search(text)
        found = found.replace(tzinfo=timezone.utc if bare else ZoneInfo(zone))
    try:
        return found.astimezone(timezone.utc)
    except OverflowError:
        return None


def possible(found: datetime | None, at: datetime) -> datetime | None:
    """The time, unless it is before 1990 or more than two days after `at`, when the page was fetched."""
    return found if found and EARLIEST <= found <= at + AHEAD else None
