"""A comment system that answers in JSON, as a table of TOML: how it is asked for an article's thread, and where what stands in
its answers."""
import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from crawler.kinds import Grouped, Selector, Table

# The mappings that are shipped, one file each, beside the code that reads by them.
SHIPPED = Path(__file__).parents[1] / "pipelines" / "read" / "comments" / "apis"
PLACE = re.compile(r"\{(\w*)\}")
SCHEME = re.compile(r"https?://", re.IGNORECASE)


def _address(text: str) -> str:
    if not re.match(r"https?://[^/?#{}]+/|\{\w+\}/", text):
        raise ValueError("write a whole address, such as https://comments.example.org/list?id={id}, or one that begins with a "
                         "value, such as {host}/list?id={id}")
    if "#" in text or set(PLACE.sub("", text)) & {"{", "}"} or "" in PLACE.findall(text):
        raise ValueError("write the name of a value into each pair of braces, such as {id}, and no #")
    return text


def _dotted(text: str) -> str:
    if text and not all(text.split(".")):
        raise ValueError("write keys with dots between them, such as data.comments")
    return text


def _alternatives(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError('write where it is found, such as id = { css = "article", attribute = "data-id" }; a value that is '
                         "always the same stands in [comments.values]")
    return [value] if isinstance(value, dict) else value


Address = Annotated[str, AfterValidator(_address)]
# Where something stands in a document: keys with dots between them. An empty one is the document itself.
Dotted = Annotated[str, AfterValidator(_dotted)]


class Find(Table):
    """One way to find a value: the text of the first element that css selects, or its attribute; the page's scripts; or the
    page's own address, or the path of it. pattern is looked for in that, and its first group is the value; before is put before
    it."""

    css: Selector | None = None
    attribute: str | None = None
    within: Literal["scripts", "address", "path"] | None = None
    pattern: Grouped | None = None
    before: str = ""

    @model_validator(mode="after")
    def _looks_in_one_place(self) -> "Find":
        if (self.css is None) == (self.within is None):
            raise ValueError('write where to look: either css = "…" or within = "scripts", "address" or "path"')
        if self.attribute and self.css is None:
            raise ValueError("attribute goes with css")
        if self.within == "scripts" and self.pattern is None:
            raise ValueError("write the pattern that is looked for in the scripts")
        return self


class Fields(Table):
    """Where what stands in an entry of the list: dotted paths. id_with is what never changes of a comment and tells it from
    another one, where a system gives the id of a comment that is gone to a new one. deleted is what says that a comment was
    taken down, by one of the values `deleted_is`; only is what an entry has to say to be a reader's comment."""

    id: Dotted
    id_with: Dotted | None = None
    text: Dotted
    parent: Dotted | None = None
    author: Dotted | None = None
    posted: Dotted | None = None
    likes: Dotted | None = None
    dislikes: Dotted | None = None
    deleted: Dotted | None = None
    deleted_is: tuple[bool | int | str, ...] = (True,)
    only: dict[Dotted, tuple[bool | int | str, ...]] = Field(default_factory=dict)


class Paging(Table):
    """How a thread of several answers is asked for: parameter is the one of the address that counts the answers up, each with
    size entries, or that is given the cursor that stands in the answer; more is where the answer says that it goes on. pages is
    a header with the number of answers: where it has more, a short answer is not the last."""

    parameter: str
    size: int | None = Field(default=None, ge=1)
    cursor: Dotted | None = None
    more: Dotted | None = None
    pages: str | None = None

    @model_validator(mode="after")
    def _counts_or_follows(self) -> "Paging":
        if (self.size is None) == (self.cursor is None):
            raise ValueError("write either size, for answers that are counted, or cursor, for those that name the next one")
        return self


class Api(Table):
    """A comment system that answers in JSON.

    values are what its address needs of an article's page, each found in the first of some ways; address is the first one that
    is asked, with {name} for a value; thread is the system's own name of the thread. items is where the list of comments stands
    in an answer, children where the answers to a comment stand in it, total where the number of all comments does (counted
    says whether those that were taken down are among them), hidden how many more there are beside a list, closed what says that
    no comment is taken any more. html: texts are HTML. time is how a time is written: with its zone, in the outlet's zone, in
    UTC, or as seconds since 1970. key is the parameter of the address that holds the operator's own key.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")] = "json_api"
    evidence: Literal["seen live", "recorded", "from documentation"] = "from documentation"
    values: dict[str, Annotated[tuple[Find, ...], BeforeValidator(_alternatives)]] = Field(default_factory=dict)
    address: Address
    thread: str
    items: Dotted = ""
    children: Dotted | None = None
    fields: Fields
    html: bool = True
    time: Literal["iso", "local", "utc", "epoch"] = "iso"
    total: Dotted | None = None
    counted: Literal["all", "standing"] = "all"
    hidden: Dotted | None = None
    closed: Dotted | None = None
    paging: Paging | None = None
    key: Annotated[str, Field(pattern=r"^\w+$")] | None = None

    @model_validator(mode="after")
    def _knows_its_values(self) -> "Api":
        for name in PLACE.findall(self.thread):
            if name not in self.needs:
                raise ValueError(f"thread has {{{name}}}, which is not in the address")
        if self.key and self.key in self._asked:
            raise ValueError(f"take {self.key} out of the address: the key is put there only while the request is sent")
        if self.paging and self.paging.size is not None and not self._asked.get(self.paging.parameter, "").isdecimal():
            raise ValueError(f"write {self.paging.parameter} with its first number into the address, such as "
                             f"…&{self.paging.parameter}=1")
        return self

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the values that its address needs."""
        return tuple(dict.fromkeys(PLACE.findall(self.address)))

    @property
    def base(self) -> str | None:
        """The name of the value that its address begins with: a base address, as it is; None where its host is always the
        same."""
        return found[1] if (found := PLACE.match(self.address)) else None

    @cached_property
    def _asked(self) -> dict[str, str]:
        """The parameters of its address as they are written."""
        return dict(parse_qsl(self.address.partition("?")[2], keep_blank_values=True))

    def first(self, values: Mapping[str, str]) -> str:
        """The address of a thread's first answer."""
        return PLACE.sub(lambda found: values[found[1]].rstrip("/") if found[1] == self.base and found.start() == 0
                         else quote(values[found[1]], safe=""), self.address)

    @cached_property
    def _path(self) -> re.Pattern[str]:
        """What an address of its is before the question mark, a group for each value."""
        address = self.address.partition("?")[0]
        if self.base is None:
            return re.compile(_group(address, "([^/?#]+)"))
        return re.compile("(https?://[^?#]+)" + _group(address[len(self.base) + 2:], "([^/?#]+)"))

    def told(self, url: str) -> dict[str, str] | None:
        """The values in an address that is one of its own; None for any other address."""
        parts = urlsplit(url)
        if not (found := self._path.fullmatch(urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")))):
            return None
        names = PLACE.findall(self.address.partition("?")[0])
        values = {name: unquote(value) for name, value in zip(names, found.groups(), strict=True)}
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        for name, written in self._asked.items():
            found = re.fullmatch(_group(written), given.get(name, "\0"), re.DOTALL)
            if name not in given or not (found or (self.paging and name == self.paging.parameter)):
                return None
            values |= dict(zip(PLACE.findall(written), found.groups(), strict=True)) if found else {}
        return values

    def after(self, url: str, cursor: str | None) -> str:
        """The address of the answer after the one at url: the next number, or that of a cursor."""
        assert self.paging is not None
        parts = urlsplit(url)
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        number = given.get(self.paging.parameter, "")[:9]
        given[self.paging.parameter] = cursor if cursor is not None else str(int(number) + 1 if number.isdecimal() else 2)
        return urlunsplit(parts._replace(query=urlencode(given, quote_via=quote)))


def _group(written: str, group: str = "(.*)") -> str:
    """A pattern for what a piece of an address may be, a group in place of each value."""
    pieces = PLACE.split(written)  # every other one is a name
    return "".join(group if number % 2 else re.escape(piece) for number, piece in enumerate(pieces))


def shipped() -> dict[str, Path]:
    """The files of the mappings that are shipped, by their names."""
    return {file.stem: file for file in sorted(SHIPPED.glob("*.toml"))}


def named(name: str) -> Api:
    """The shipped mapping of that name; ValueError names those that there are."""
    if (file := shipped().get(name)) is None:
        raise ValueError(f"write one of {', '.join(shipped())}, or a table [comments.api] of your own")
    return Api.model_validate({"name": name, **tomllib.loads(file.read_text(encoding="utf-8"))})
