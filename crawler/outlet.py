"""An outlet: a publication that we read, one TOML file. Read it, or be told exactly what is wrong with it."""
import json
import re
import tomllib
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cssselect import GenericTranslator, SelectorError
from cssselect import parse as selectors
from cssselect.parser import CombinedSelector, Element
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

SHIPPED = Path(__file__).with_name("outlets")
LISTS_OF_TABLES = ("source", "layout")
# The elements that hold all of a page.
WHOLE = ("html", "head", "body")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class OutletError(ValueError):
    """An outlet's file is missing or wrong: file, key and value say where, remedy what would be right."""

    kind = "outlet"

    def __init__(self, message: str, *, file: str, key: str | None = None, value: Any = None, remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.file, self.key, self.value, self.remedy = message, file, key, value, remedy


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


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)  # the input may hold a password


class Source(_Table):
    """One place where an outlet announces articles. links is the selector of a section page's article links (without it
    every link counts that fits the outlet's `articles`); pages is how many pages of a section are looked at (`?page=2` …)."""

    kind: Literal["rss", "atom", "sitemap", "section"]
    url: Url
    links: Selector | None = None
    pages: int = Field(default=1, ge=1, le=50)

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of all its pages, the first one first."""
        mark = "&" if urlsplit(self.url).query else "?"
        return (self.url, *(f"{self.url}{mark}page={number}" for number in range(2, self.pages + 1)))


class Comments(_Table):
    """Where an outlet's own comment markup has what; selectors below `item` are looked up inside one comment, answers left
    out. label is a regular expression whose first group is the page's own count; verified: the markup was seen live."""

    system: Literal["native"] = "native"
    verified: bool = False
    thread: Selector
    item: Selector
    text: Selector
    author: Selector | None = None
    time: Selector | None = None
    id: str = "id"
    label: Annotated[str, AfterValidator(_grouped)] | None = None


class Layout(_Table):
    """How the outlet's article pages look: drop is taken out before reading; body, title, authors and published are where these
    stand. It counts for pages fetched before the day until (in UTC), in the order of the file; the last layout has none."""

    body: Selector | None = None
    title: Selector | None = None
    authors: Selector | None = None
    published: Selector | None = None
    drop: tuple[Part, ...] = ()
    until: Annotated[date, BeforeValidator(_day)] | None = None


class Outlet(_Table):
    """A publication. id is the file's name without .toml; articles is a regular expression for the paths of article URLs;
    delay is the least time in seconds between the starts of two requests to one host, concurrency how many may be under way;
    thread_pages is how many further answers of one thread are asked for in one run; connect sends the outlet's requests
    elsewhere and changes nothing else; egress is the proxy that all of them go through; verify_tls says whether the
    certificates of its hosts are checked."""

    id: str
    name: str
    home: Url
    hosts: tuple[Annotated[str, AfterValidator(_host)], ...]
    language: str | None = None
    country: str | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    articles: Pattern = "."
    delay: float = Field(default=1.0, ge=0, le=3600)
    concurrency: int = Field(default=1, ge=1, le=16)
    every: Duration = timedelta(minutes=15)
    recheck: tuple[Duration, ...] = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=3), timedelta(days=1),
                                     timedelta(days=3), timedelta(days=30))
    thread_pages: int = Field(default=50, ge=1, le=1000)
    connect: Url | None = None
    egress: Annotated[str, AfterValidator(_proxy)] | None = Field(default=None, repr=False)
    verify_tls: bool = True
    source: tuple[Source, ...]
    comments: Comments | None = None
    layout: tuple[Layout, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _own_host_by_default(cls, data: Any) -> Any:
        if isinstance(data, dict) and "hosts" not in data and isinstance(data.get("home"), str):
            data = {**data, "hosts": [urlsplit(data["home"]).hostname or ""]}
        return data

    @field_validator("egress")
    @classmethod
    def _one_way_out(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and info.data.get("connect"):
            raise ValueError("egress and connect exclude each other: take one of the two out")
        return value

    @field_validator("layout")
    @classmethod
    def _one_after_the_other(cls, layouts: tuple[Layout, ...]) -> tuple[Layout, ...]:
        for number, (layout, after) in enumerate(pairwise(layouts), 1):
            if layout.until is None:
                raise ValueError(f"layout {number} of {len(layouts)} has no until: write the day from which the next counts, "
                                 "such as until = 2026-03-01")
            if after.until is not None and after.until <= layout.until:
                raise ValueError(f"layout {number + 1} ends on {after.until}, layout {number} not before it, on "
                                 f"{layout.until}: write them from the oldest to the newest, each with a day of its own")
        if layouts and layouts[-1].until is not None:
            raise ValueError(f"the last layout has until = {layouts[-1].until}: take it out, or add the layout that counts "
                             "from then on ([[layout]] alone is the general reader)")
        return layouts

    @model_validator(mode="after")
    def _sources_are_its_own(self) -> "Outlet":
        for source in self.source:
            if not self.owns(source.url):
                raise ValueError(f"the source {source.url} is on none of its hosts: add the host to hosts")
        return self

    def owns(self, url: str) -> bool:
        """Whether a URL's host is one of the outlet's."""
        return (urlsplit(url).hostname or "") in self.hosts

    def is_article(self, url: str) -> bool:
        """Whether a URL is the address of one of the outlet's articles."""
        parts = urlsplit(url)
        return self.owns(url) and re.search(self.articles, parts.path) is not None

    def layout_at(self, at: datetime) -> Layout | None:
        """The layout of a page that was fetched then; None where the outlet has none."""
        day = at.astimezone(timezone.utc).date()
        return next((layout for layout in self.layout if layout.until is None or day < layout.until), None)

    def source_of(self, url: str) -> Source | None:
        """The source one of whose pages has this address."""
        return next((source for source in self.source if url in source.urls), None)


def load(file: Path) -> Outlet:
    """The outlet of one file; OutletError says what is wrong with it."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise OutletError(f"cannot be read: {error}", file=str(file), remedy="give a readable UTF-8 file") from error
    except tomllib.TOMLDecodeError as error:
        raise OutletError(f"is not TOML: {error}", file=str(file), remedy="mend the line that is named") from error
    try:
        return Outlet.model_validate({**data, "id": file.stem})
    except ValidationError as error:
        # A misspelt key says more than the one that is then missing.
        first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
        key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"]) or None  # as people count
        if first["type"] == "extra_forbidden":
            message, remedy = "this key is unknown", f"known keys are listed in {SHIPPED / 'caravanserai.toml'}"
        elif first["type"] == "missing":
            message, remedy = "this key is missing", "add it"
        else:
            said = first["msg"].removeprefix("Value error, ")
            message = remedy = _to_write(first["type"], first["loc"], first["input"]) or said
        value = None if first["type"] == "missing" or key is None else first["input"]
        if key == "egress":
            value = without_password(str(value))
        raise OutletError(message, file=str(file), key=key, value=value, remedy=remedy) from error


def _to_write(kind: str, loc: tuple[int | str, ...], value: Any) -> str | None:
    """What to write where a list, a table or a text stands in another's place, of the key that pydantic's error names; None
    where the error is another one."""
    name = next((part for part in reversed(loc) if isinstance(part, str)), "")
    if kind == "tuple_type":
        if name in LISTS_OF_TABLES:
            return f"write [[{name}]], with two brackets on each side"
        return f"write a list, such as {name} = [{json.dumps(value if isinstance(value, str) else '…', ensure_ascii=False)}]"
    if kind == "model_type":
        return f"write a table, below {f'[[{name}]]' if name in LISTS_OF_TABLES else f'[{name}]'}"
    if kind == "string_type":
        selector = (loc[0] in ("layout", "comments") and name not in ("id", "label", "system")) or name == "links"
        return 'write one selector, such as "div.story"' if selector else "write a text in quotes"
    return None


def without_password(url: str) -> str:
    """A URL as it may be shown and logged: whatever stands before an @ is left out."""
    scheme, mark, rest = url.rpartition("//")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


def known(folders: Iterable[Path]) -> list[str]:
    """The ids of the outlets that have a file."""
    return sorted({file.stem for folder in (*folders, SHIPPED) if folder.is_dir() for file in folder.glob("*.toml")})


def find(name: str, folders: Iterable[Path]) -> Path:
    """The file of an outlet: in the first folder that has it, the shipped ones last; OutletError where none has it."""
    every = [*folders, SHIPPED]
    for folder in every:
        if (file := folder / f"{name}.toml").is_file():
            return file
    raise OutletError(f"there is no outlet {name!r}", file=f"{name}.toml", key="outlets", value=name,
                      remedy=f"put {name}.toml into one of {', '.join(map(str, every))}, or take the name out of outlets")
