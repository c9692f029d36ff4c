"""Written times as aware UTC; never a guess, and never relative to now."""
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crawler.items import Certainty

if TYPE_CHECKING:
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
NUMBER = re.compile(r"\d+")
YEAR = re.compile(r"\d{4}|\d[-./]\d{1,2}[-./]\d\d")
LETTERS = re.compile(r"[^\W\d_]+")
MOST_WORDS = 6

# The months as pages of the region write them (English, Russian, Kazakh, Kyrgyz, Uzbek in both scripts, Tajik, Turkmen), and in
# Turkish, German and French. dateparser knows most of them, but takes half a second for the first and has no Tajik or Turkmen.
MONTHS = {name: number for number, names in enumerate((
    "january jan январь января янв қаңтар январ январи yanvar ýanwar ocak januar jänner janvier",
    "february feb февраль февраля фев февр ақпан феврал феврали fevral fewral şubat februar février",
    "march mar март марта мар наурыз марти mart märz mars",
    "april apr апрель апреля апр сәуір апрел апрели aprel nisan avril",
    "may май мая мамыр майи maý mayıs mai",
    "june jun июнь июня июн маусым июни iyun iýun haziran juni juin",
    "july jul июль июля июл шілде июли iyul iýul temmuz juli juillet",
    "august aug август августа авг тамыз августи avgust awgust ağustos août",
    "september sep sept сентябрь сентября сен сент қыркүйек сентябр сентябри sentabr sentyabr sentýabr eylül septembre",
    "october oct октябрь октября окт қазан октябр октябри oktabr oktyabr oktýabr ekim oktober octobre",
    "november nov ноябрь ноября ноя нояб қараша ноябр ноябри noyabr noýabr kasım novembre",
    "december dec декабрь декабря дек желтоқсан декабр декабри dekabr aralık dezember décembre"), 1) for name in names.split()}
_MONTH = "(?P<word>" + "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True)) + r")\b\.?"
_TIME = (r"(?P<hour>[0-2]?\d)[:.](?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d)(?:\.\d+)?)?"
         r"(?:\s?(?P<half>[ap])\.?m\b\.?|\s?uhr\b)?")
# Hours ahead of UTC: the names of RFC 822, those of Europe that mean one zone only, and those of the region's southern
# neighbours (IST is India's: news pages hardly ever write Ireland's or Israel's so).
ZONES = {"z": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
         "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "pkt": 5, "ist": 5.5}
_ZONE = (rf"(?:\s?(?:(?P<zone>{'|'.join(sorted(ZONES, key=len, reverse=True))})\b)?"
         r"\s?(?:(?P<sign>[+-])(?P<ahead>\d\d):?(?P<beside>\d\d)\b)?)")
_BETWEEN = r"[\s,|·•/–—-]*(?:(?:at|@|в|um|a las|saat|soat|сағат|саат)\s+)?"
_DAY, _YEAR = r"(?P<day>[0-3]?\d)", r"(?P<year>(?:19|20)\d\d)"
_DATES = (
    rf"{_DAY}(?:st|nd|rd|th)?[.\s-]+{_MONTH}[\s,-]+{_YEAR}\b", rf"{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}\b",
    rf"{_YEAR},?[\s-]+{_DAY}[\s-]+{_MONTH}", rf"{_YEAR}(?P<mark>[-./])(?P<month>[01]?\d)(?P=mark){_DAY}(?!\d)",
    rf"{_DAY}(?P<mark>[-./])(?P<month>[01]?\d)(?P=mark){_YEAR}(?!\d)",
    r"(?P<day>[0-3]?\d)\.(?P<month>[01]?\d)\.(?P<short>\d\d)(?![\d.])", rf"{_YEAR}年\s?(?P<month>[01]?\d)月\s?{_DAY}日")
FORMS = [re.compile(form, re.IGNORECASE) for date in _DATES for form in (
    rf"{date}(?:{_BETWEEN}{_TIME}{_ZONE})?", rf"{_TIME}{_ZONE}[\s,|·•/–—-]+{date}")]
FORMS += [re.compile(rf"{_MONTH}\s+{_DAY},?\s+{_TIME}{_ZONE}\s+{_YEAR}\b", re.IGNORECASE)]
WEEKDAY = re.compile(r"^[^\W\d]{2,12}[.,]{0,2}\s+")


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """A zone with its history as the tzdata package tells it: the machine's own copy may be older, and two machines would read
    one page in two ways."""
    path = files("tzdata.zoneinfo").joinpath(*name.split("/"))
    if not path.is_file():
        return ZoneInfo(name)
    with path.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def _at(found: re.Match[str]) -> datetime | None:
    part = found.groupdict()
    hour = int(part["hour"] or 0)
    if part["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if part["half"].lower() == "p" else 0)
    ahead = timedelta(hours=int(part["ahead"] or 0), minutes=int(part["beside"] or 0)) * (-1 if part["sign"] == "-" else 1)
    ahead += timedelta(hours=ZONES[(part["zone"] or "utc").lower()])
    try:
        month = int(part.get("month") or 0) or MONTHS[part["word"].lower()]
        zone = timezone(ahead) if part["zone"] or part["sign"] else None
        year = int(part.get("year") or 0) or 2000 + int(part["short"])
        return datetime(year, month, int(part["day"]), hour, int(part["minute"] or 0), int(part["second"] or 0),
                        tzinfo=zone)
    except ValueError:
        return None


def _plainly(text: str) -> datetime | None:
    text = LABEL.sub("", YEAR_WORD.sub(" ", text)).strip()
    for line in dict.fromkeys((text, WEEKDAY.sub("", text))):
        for form in FORMS:
            if (found := form.fullmatch(line)) and (time := _at(found)):
                return time
    return None


@lru_cache(maxsize=1)
def _parser() -> "DateDataParser":
    from dateparser.date import DateDataParser  # it takes half a second, and most pages write their dates plainly

    # Strict and absolute: what lacks a day, month or year, and what counts from now ("вчера"), is no time. Without
    # try_previous_locales=False a reading would depend on what was read before it.
    return DateDataParser(languages=LANGUAGES, try_previous_locales=False, settings={
        "STRICT_PARSING": True, "PARSERS": ["absolute-time"], "DATE_ORDER": "DMY", "PREFER_LOCALE_DATE_ORDER": False})


def _in_words(text: str) -> datetime | None:
    # Without a day and a year it is no date, and with so many words more than one.
    if len(NUMBER.findall(text)) < 2 or not YEAR.search(text) or len(LETTERS.findall(text)) > MOST_WORDS:
        return None
    try:
        found: datetime | None = _parser().get_date_data(LABEL.sub("", YEAR_WORD.sub(" ", text))).date_obj
    except (ValueError, OverflowError, TypeError):
        return None
    return found


def _by_machine(text: str) -> datetime | None:
    """A time as programs write it: RFC 2822, seconds or milliseconds since 1970, ISO 8601."""
    try:
        if RFC_2822.search(text):
            return parsedate_to_datetime(text)
        if EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text[:10]), timezone.utc)
        return datetime.fromisoformat(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_bare(found: datetime, text: str) -> bool:
    """Whether a text says a day and no time of it."""
    return found.tzinfo is None and not any((found.hour, found.minute, found.second)) and not CLOCK.search(text)


def _in_utc(found: datetime | None, text: str, zone: str) -> datetime | None:
    if found is None:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=timezone.utc if _is_bare(found, text) else zone_of(zone))
    try:
        return found.astimezone(timezone.utc)
    except OverflowError:
        return None


def _said(text: str | None) -> tuple[datetime | None, str]:
    text = " ".join((text or "").split())
    if not text or len(text) > LONGEST or not re.search(r"\d", text):
        return None, text
    return _by_machine(text) or _plainly(text) or _in_words(text), text


def moment(text: str | None, zone: str = "UTC") -> datetime | None:
    """The aware UTC time that a text says, None where it says none or a relative one.

    A time without a zone is one of `zone`; a bare date is midnight UTC of that day, so that its day stays the day written.
    """
    return _in_utc(*_said(text), zone)


def sure(text: str | None, zone: str = "UTC") -> tuple[datetime | None, Certainty | None]:
    """As moment, and how sure that is: exact with a zone, local without, day without a time."""
    found, text = _said(text)
    if (time := _in_utc(found, text, zone)) is None or found is None:
        return None, None
    return time, "exact" if found.tzinfo is not None else "day" if _is_bare(found, text) else "local"


def is_date(line: str) -> bool:
    """Whether a line is a date and nothing else, as machines and the region's pages write them."""
    line = " ".join(line.split())
    return len(line) <= LONGEST and (_by_machine(line) or _plainly(line)) is not None


def within(line: str, zone: str = "UTC") -> datetime | None:
    """The first time that a short line holds, whatever stands around it: "Published 5 April 2025 | 4 minutes"."""
    line = " ".join(line.split())[:LONGEST]
    if exact := _by_machine(line):
        return _in_utc(exact, line, zone)
    return next((_in_utc(_at(match), match[0], zone) for match in _times_in(YEAR_WORD.sub(" ", line))), None)


def piece(line: str) -> str | None:
    """The first time that a short line holds, as it is written there."""
    return next((match[0].rstrip() for match in _times_in(" ".join(line.split())[:LONGEST])), None)


def _times_in(line: str) -> Iterator[re.Match[str]]:
    able = FORMS if YEAR.search(line) else ()  # each form has one
    found = [match for form in able for match in form.finditer(line) if _alone(match)]
    return (match for match in sorted(found, key=lambda match: (match.start(), -match.end())) if _at(match))


def _alone(match: re.Match[str]) -> bool:
    """Whether no letter or digit touches what was found: it is no piece of a longer number or word."""
    end = match.start() + len(match[0].rstrip())
    before, after = match.string[:match.start()][-1:], match.string[end:][:1]
    return not before.isalnum() and not after.isalnum()


def possible(found: datetime | None, at: datetime) -> datetime | None:
    """The time, unless it is before 1990 or more than two days after `at`, when the page was fetched."""
    return found if found and EARLIEST <= found <= at + AHEAD else None
