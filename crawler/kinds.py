"""What the values in an outlet's file have to be, each with what to write instead; they do for every table of it."""
import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cssselect import GenericTranslator, SelectorError
from cssselect import parse as selectors
from cssselect.parser import CombinedSelector, Element
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

# The elements that hold all of a page.
WHOLE = ("html", "head", "body")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(text: Any) -> Any:
    """A timedelta from "90s", "10m", "3h" or "2d"."""
    if isinstance(text, timedelta):
        return text
    if not (found := re.fullmatch(r"(\d+)([smhd])", str(text))):
        raise ValueError("write a time as 90s, 10m, 3h or 2d")
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])


def _web_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write a whole address, such as https://example.org/news")
    return text


def _proxy(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "http" or not parts.hostname or not parts.port or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("write the proxy with its port, such as http://proxy.example:3128 or http://user:password@proxy.example:3128")
    return text


def _selector(text: str) -> str:
    try:
        GenericTranslator().css_to_xpath(text)
    except SelectorError as error:
        raise ValueError(f"write a CSS selector, such as div.comment ({error})") from error
    return text


def _part(text: str) -> str:
    """A selector of parts of a page; ValueError where it finds the page itself."""
    for each in selectors(_selector(text)):
        last = each.parsed_tree
        while not isinstance(last, Element):
            last = last.subselector if isinstance(last, CombinedSelector) else last.selector
        if (last.element or "").lower() in WHOLE:
            raise ValueError(f"{text} would drop the page: write what is to be left out of it, such as aside or div.share")
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"write a regular expression ({error})") from error
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("write a time zone, such as Asia/Almaty") from error
    return text


def _day(value: Any) -> Any:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError("write a day without quotes, such as 2026-03-01")
    return value


def _host(text: str) -> str:
    if not text or text != text.lower() or any(character in "/?#@" or character.isspace() for character in text):
        raise ValueError("write a bare host in small letters, such as news.example.org")
    return text


def _grouped(text: str) -> str:
    if re.compile(_pattern(text)).groups < 1:
        raise ValueError("put the number into a group, such as (\\d+) comments")
    return text


Duration = Annotated[timedelta, BeforeValidator(duration)]
Url = Annotated[str, AfterValidator(_web_url)]
Selector = Annotated[str, AfterValidator(_selector)]
Part = Annotated[str, AfterValidator(_part)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Grouped = Annotated[str, AfterValidator(_grouped)]
Host = Annotated[str, AfterValidator(_host)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Zone = Annotated[str, AfterValidator(_zone)]
Day = Annotated[date, BeforeValidator(_day)]


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)  # the input may hold a password
