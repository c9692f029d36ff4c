"""An outlet: a publication that we read, one TOML file. Read it, or be told exactly what is wrong with it."""
import json
import re
import tomllib
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from crawler import api
from crawler.api import Api
from crawler.kinds import Day, Duration, Grouped, Host, Part, Pattern, Proxy, Selector, Table, Url, Zone

SHIPPED = Path(__file__).with_name("outlets")
LISTS_OF_TABLES = ("source", "layout")
# What an outlet's [comments] may be for.
SYSTEMS = ("native", "json_api")


class OutletError(ValueError):
    """An outlet's file is missing or wrong: file, key and value say where, remedy what would be right."""

    kind = "outlet"

    def __init__(self, message: str, *, file: str, key: str | None = None, value: Any = None, remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.file, self.key, self.value, self.remedy = message, file, key, value, remedy


class Source(Table):
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


class Comments(Table):
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
    label: Grouped | None = None


class JsonApi(Table):
    """Comments that a server hands out as JSON: api is a shipped mapping's name or a table of its own; values are what the
    article's page does not say of the thread; api_key_file is the file that holds the operator's own key, beside the outlet's
    file where it is relative; verified: an answer was seen live."""

    system: Literal["json_api"]
    verified: bool = False
    api: Annotated[Api, BeforeValidator(lambda value: api.named(value) if isinstance(value, str) else value)]
    values: dict[str, str] = Field(default_factory=dict)
    api_key_file: Path | None = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "JsonApi":
        for name in self.values:
            if name not in self.api.needs:
                raise ValueError(f"values has {name}, which the address does not need: write "
                                 f"{' or '.join(self.api.needs) or 'none'}")
        for name in self.api.needs:
            if name not in self.values and not self.api.values.get(name):
                raise ValueError(f"nothing says where {{{name}}} of the address is found: add it to values")
        if bool(self.api.key) != bool(self.api_key_file):
            raise ValueError(f"{self.api.name} is asked with a key: write api_key_file, the file that holds yours"
                             if self.api.key else f"{self.api.name} is asked without a key: take api_key_file out")
        return self

    @field_validator("api_key_file")
    @classmethod
    def _beside_the_outlet(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        return file and Path((info.context or {}).get("folder", ".")) / file

    def key(self) -> str:
        """The operator's own key; OutletError, which names the file and nothing of it, where it cannot be had."""
        try:
            key = Path(self.api_key_file or "").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise OutletError(f"the key of {self.api.name} cannot be read: {why}", file=str(self.api_key_file),
                              remedy="write the key into it, in one line, and let us read it") from None
        if not key or len(key.split()) > 1:
            raise OutletError(f"holds no key of {self.api.name}", file=str(self.api_key_file),
                              remedy="write the key into it, in one line, and nothing else")
        return key

    @property
    def host(self) -> str | None:
        """The host that is asked; None where the article's page names it."""
        base = self.api.base
        return urlsplit(self.api.address if base is None else self.values.get(base, "")).hostname


class Threads(Table):
    """How often articles with comments are looked at: a thread follows its own rate of new comments, between soonest and, in
    its article's first hours, slowest, until no comment came for so long; looks is how many there may be a day for all."""

    soonest: Duration = timedelta(minutes=10)
    slowest: Duration = timedelta(minutes=15)
    until: Duration = timedelta(days=30)
    looks: int = Field(default=2000, ge=24, le=100_000_000)

    @field_validator("soonest")
    @classmethod
    def _long_enough_for_a_removal(cls, value: timedelta) -> timedelta:
        if value < timedelta(minutes=10):
            raise ValueError("write 10m or more: only looks that far apart can say that a comment was removed")
        return value

    @field_validator("slowest")
    @classmethod
    def _not_sooner_than_soonest(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        if value < info.data.get("soonest", value):
            raise ValueError("write a time that is not shorter than soonest")
        return value

    @field_validator("until")
    @classmethod
    def _at_least_a_day(cls, value: timedelta) -> timedelta:
        if value < timedelta(days=1):
            raise ValueError("write 1d or more")
        return value


class Layout(Table):
    """How the outlet's article pages look: drop is taken out before reading; body, title, authors and published are where these
    stand. It counts for pages fetched before the day until (in UTC), in the order of the file; the last layout has none."""

    body: Selector | None = None
    title: Selector | None = None
    authors: Selector | None = None
    published: Selector | None = None
    drop: tuple[Part, ...] = ()
    until: Day | None = None


def _system(table: Any) -> str:
    """The system that a table of comments is for; `native` where it names none."""
    return str(table.get("system", "native") if isinstance(table, dict) else getattr(table, "system", "native"))


class Outlet(Table):
    """A publication. id is the file's name without .toml; articles is a regular expression for the paths of article URLs;
    delay is the least time in seconds between the starts of two requests to one host, concurrency how many may be under way;
    thread_pages is how many further answers of one thread are asked for in one run, budget how many requests may be made in
    a day (UTC); connect sends the outlet's requests
    elsewhere and changes nothing else; egress is the proxy that all of them go through; verify_tls says whether the
    certificates of its hosts are checked."""

    id: str
    name: str
    home: Url
    hosts: tuple[Host, ...]
    language: str | None = None
    country: str | None = None
    timezone: Zone = "UTC"
    articles: Pattern = "."
    delay: float = Field(default=1.0, ge=0, le=3600)
    concurrency: int = Field(default=1, ge=1, le=16)
    every: Duration = timedelta(minutes=15)
    recheck: tuple[Duration, ...] = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=3), timedelta(days=1),
                                     timedelta(days=3), timedelta(days=30))
    thread_pages: int = Field(default=50, ge=1, le=1000)
    budget: int = Field(default=20_000, ge=1)
    connect: Url | None = None
    egress: Proxy | None = Field(default=None, repr=False)
    verify_tls: bool = True
    source: tuple[Source, ...]
    comments: Annotated[Annotated[Comments, Tag("native")] | Annotated[JsonApi, Tag("json_api")],
                        Discriminator(_system)] | None = None
    threads: Threads = Threads()
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

    @model_validator(mode="after")
    def _the_api_is_its_own(self) -> "Outlet":
        host = self.comments.host if isinstance(self.comments, JsonApi) else None
        if host is not None and host not in self.hosts:
            raise ValueError(f"its comments are asked for at {host}, which is none of its hosts: add it to hosts")
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
        return Outlet.model_validate({**data, "id": file.stem}, context={"folder": file.parent})
    except ValidationError as error:
        # A misspelt key says more than the one that is then missing.
        first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
        loc = first["loc"]
        if loc[:1] == ("comments",) and loc[1:2] in {(system,) for system in SYSTEMS}:  # no key of the file
            loc = (*loc[:1], *loc[2:])
        key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in loc) or None  # as people count
        if first["type"] == "extra_forbidden":
            message, remedy = "this key is unknown", f"known keys are listed in {SHIPPED / 'caravanserai.toml'}"
        elif first["type"] == "missing":
            message, remedy = "this key is missing", "add it"
        elif first["type"] == "union_tag_invalid":
            message = remedy = f"write {' or '.join(SYSTEMS)}"
            key = f"{key}.system"
        else:
            said = first["msg"].removeprefix("Value error, ")
            message = remedy = _to_write(first["type"], loc, first["input"]) or said
        value = None if first["type"] == "missing" or key is None else first["input"]
        if isinstance(value, dict):  # of a whole table only what it is to name
            value = value.get("system") if first["type"] == "union_tag_invalid" else None
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
        own = loc[0] == "comments" and len(loc) == 2 and name not in ("id", "label", "system")
        selector = loc[0] == "layout" or own or name in ("links", "css")
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
