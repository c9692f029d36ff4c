"""Comments that a server hands out as JSON: what of an article's page names its thread, and what an answer says of it."""
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from crawler.api import Api, Find, named
from crawler.items import CommentRead, Fetched, ThreadRead, Wanted
from crawler.outlet import JsonApi, Outlet
from pipelines.read import decode, screen
from pipelines.read.address import absolute
from pipelines.read.clean import ELEMENT, one_line, plain, tidy
from pipelines.read.comments import parts
from pipelines.read.comments.parts import MAX_COMMENTS, MAX_NAME, Found, Said, View, text_of
from pipelines.read.layout import select

# What an outlet's page may ask for without its outlet naming it: every WordPress answers so.
UNASKED = ("wordpress",)
# No column and no count is larger.
MOST = 2**31
# The year 2286 in seconds since 1970, which have ten digits until then.
LATEST = 10_000_000_000
# What stands in an answer for "no comment".
NO_ID = (None, "", "0", 0, False)
# A page's scripts are looked through so far, and no value of a thread is longer.
MAX_SCRIPTS, MAX_VALUE = 1_000_000, 1_000
NAMED = lru_cache(maxsize=16)(named)


# --- on the article's page

def find(view: View) -> Found | None:
    """The thread of an outlet whose comments are asked for at an API: nothing of it is in the page, its first answer is wanted.
    `error` where the page does not say which thread is its own, or names a host that is not the outlet's."""
    of = view.outlet.comments if view.outlet else None
    if view.outlet is None or not isinstance(of, JsonApi):
        return None
    values = {**_values(of.api, view), **of.values}
    lacking = [name for name in of.api.needs if name not in values]
    if lacking:
        return Found(ThreadRead(of.api.name, "error", f"the page does not say {' and '.join(lacking)} of its thread"))
    if of.api.base is not None:
        values[of.api.base] = _base(values[of.api.base], view.fetched.url)
    url = of.api.first(values)
    if not view.outlet.owns(url):
        host = one_line(urlsplit(url).hostname or "no host", MAX_NAME)
        return Found(ThreadRead(of.api.name, "error", f"its comments are at {host}, which is none of the outlet's hosts"))
    return Found(ThreadRead(of.api.name, "partial", "the thread is asked for", native_key=_key(of.api, values),
                            wanted=(Wanted(url),)))


def _base(value: str, url: str) -> str:
    """A base address that a page names; an empty one where it is none of the web."""
    found = absolute(value, url)
    return found.partition("?")[0].rstrip("/") if found else ""


def _key(api: Api, values: Mapping[str, str]) -> str:
    return one_line(re.sub(r"\{(\w+)\}", lambda found: values[found[1]], api.thread), MAX_VALUE)


def _values(api: Api, view: View) -> dict[str, str]:
    found = ((name, next((value for way in ways if (value := _found(way, view))), None)) for name, ways in api.values.items())
    return {name: value for name, value in found if value is not None}


def _found(way: Find, view: View) -> str | None:
    """What one way finds on a page; None where that is nothing."""
    for text in _texts(way, view):
        found = re.search(way.pattern, text) if way.pattern else None
        value = (found[1] if found else None) if way.pattern else text
        if value and value.strip() and len(value) <= MAX_VALUE:
            return way.before + value.strip()
    return None


def _texts(way: Find, view: View) -> Iterator[str]:
    if way.css is not None:
        for element in select(way.css)(view.tree):
            yield (element.get(way.attribute) or "") if way.attribute else element.text_content()
    elif way.within == "scripts":
        yield "\n".join(script.text or "" for script in view.tree.iter("script"))[:MAX_SCRIPTS]
    else:
        yield urlsplit(view.fetched.url).path if way.within == "path" else view.fetched.url


# --- in an answer

@dataclass(frozen=True, slots=True)
class Asked:
    """An answer and its thread: the API it comes from, the address that was asked, and the values in that."""

    api: Api
    url: str
    values: Mapping[str, str]
    fetched: Fetched
    zone: str


def asked(fetched: Fetched, outlet: Outlet | None) -> Asked | None:
    """Whose thread an answer should be, by the address that was asked; None where it is no API's."""
    own = outlet.comments if outlet else None
    apis = [*([own.api] if isinstance(own, JsonApi) else []), *map(NAMED, UNASKED)]
    url = fetched.asked or fetched.url
    found = ((api, api.told(url)) for api in apis)
    zone = outlet.timezone if outlet else "UTC"
    return next((Asked(api, url, values, fetched, zone) for api, values in found if values is not None), None)


def is_json(text: str, content_type: str | None) -> bool:
    """Whether an answer is JSON, or says so of itself."""
    return text.lstrip()[:1] in ("{", "[") or "json" in (content_type or "").partition(";")[0].lower()


def read(text: str, of: Asked) -> ThreadRead:
    """The comments of an answer, and what is to be asked next. `partial` where an entry is no comment, or where the thread, if
    it is one answer, has another number of them; `error` where the answer is none of this API's."""
    key = _key(of.api, of.values)
    try:
        document = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        return ThreadRead(of.api.name, "error", "the answer is nested too deep", native_key=key)
    except ValueError:
        return ThreadRead(of.api.name, "error", "the answer is broken JSON", native_key=key)
    top = at(document, of.api.items)
    if not isinstance(top, list):
        where = f"at {of.api.items} " if of.api.items else ""
        return ThreadRead(of.api.name, "error", f"there is no list of comments {where}in the answer", native_key=key)
    answer = _Answer(of.api, document)
    comments = answer.comments(of)
    if answer.wrong and not comments:
        return ThreadRead(of.api.name, "error", f"none of the answer's {answer.wrong} entries is a comment", native_key=key)
    wanted = _next(of, document, top)
    doubt, off = answer.doubt(comments), None
    declared = answer.declared(comments)
    if doubt is None and declared is not None and of.api.paging is None and declared != len(comments):
        doubt, off = f"{declared} comments declared, {len(comments)} read", declared - len(comments)
    if doubt is None and isinstance(wanted, str):
        doubt, wanted = wanted, None
    return ThreadRead(of.api.name, "partial" if doubt else "complete", doubt, declared, comments, key,
                      wanted=(wanted,) if isinstance(wanted, Wanted) else (),
                      closed=at(document, of.api.closed) is True if of.api.closed else False, off=off)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def at(value: Any, path: str | None) -> Any:
    """What stands at a dotted path; None where nothing does."""
    for name in (path or "").split(".") if path else ():
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _is_one_of(value: Any, which: tuple[bool | int | str, ...]) -> bool:
    """Whether a value is one of these, a truth value never being a number."""
    return any(type(value) is type(one) and value == one for one in which)


def _id(value: Any) -> str | None:
    """A native id; None where a value is none."""
    if isinstance(value, bool) or value in NO_ID or not isinstance(value, str | int):
        return None
    return one_line(str(value), MAX_NAME) or None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST else None


class _Answer:
    """A document of an API: its comments in the answer's order, and how many entries of it are none."""

    def __init__(self, api: Api, document: Any) -> None:
        self.api, self.wrong, self.hidden = api, 0, 0
        self.said: list[Said] = []
        self.ids: list[str] = []
        self.raw: list[str | None] = []
        self._total = _number(at(document, api.total)) if api.total else None
        self._walk(document)

    def _walk(self, document: Any) -> None:
        """Each comment before the answers to it."""
        left: list[tuple[Any, int | None]] = []
        self._push(document, self.api.items, None, left)
        while left and len(self.said) < MAX_COMMENTS:
            entry, above = left.pop()
            if not isinstance(entry, dict):
                self.wrong += 1
                continue
            if any(not _is_one_of(at(entry, path), which) for path, which in self.api.fields.only.items()):
                continue
            one = self._said(entry, above)
            if one is None:
                self.wrong += 1
                continue
            self.said.append(one)
            if self.api.children:
                self._push(entry, self.api.children, len(self.said) - 1, left)
        self.left = len(left)

    def _push(self, above: Any, path: str, place: int | None, left: list[tuple[Any, int | None]]) -> None:
        entries = at(above, path)
        if self.api.hidden:
            self.hidden += _number(at(above, self.api.hidden)) or 0
        if isinstance(entries, list):
            left += [(entry, place) for entry in reversed(entries)]
        elif entries:
            self.wrong += 1

    def _said(self, entry: dict[str, Any], above: int | None) -> Said | None:
        fields = self.api.fields
        native_id, text = _id(at(entry, fields.id)), at(entry, fields.text)
        deleted = fields.deleted is not None and _is_one_of(at(entry, fields.deleted), fields.deleted_is)
        if native_id is None or not (isinstance(text, str) or (deleted and text is None)):
            return None
        parent = at(entry, fields.parent) if fields.parent else None
        if parent not in NO_ID and _id(parent) is None:
            return None
        time, raw = self._time(at(entry, fields.posted) if fields.posted else None)
        author = at(entry, fields.author) if fields.author else None
        name = plain(author[:MAX_VALUE])[:MAX_NAME] if isinstance(author, str) else ""
        self.raw.append(raw)
        self.ids.append(native_id)
        return Said(
            native_id=self._lasting(native_id, entry), text=self._text(text or ""), author=name or None,
            times=[time] if time else [], parent=above, parent_source="api",
            likes=_number(at(entry, fields.likes)) if fields.likes else None,
            dislikes=_number(at(entry, fields.dislikes)) if fields.dislikes else None, deleted=deleted, parent_id=_id(parent))

    def _lasting(self, native_id: str, entry: dict[str, Any]) -> str:
        """A native id that no other comment has or will have."""
        beside = at(entry, self.api.fields.id_with) if self.api.fields.id_with else None
        return f"{native_id}@{one_line(str(beside), MAX_NAME)}" if isinstance(beside, str | int | float) else native_id

    def _text(self, text: str) -> str:
        return lines(text) if self.api.html else tidy(text)

    def _time(self, value: Any) -> tuple[str | None, str | None]:
        """A time as one that says its zone, if the API's times have one; and as it is written."""
        if self.api.time == "epoch":
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < LATEST:  # nor what is no number
                return None, None
            return f"{int(value)}", f"{value}"
        raw = one_line(value, MAX_NAME) if isinstance(value, str) else ""
        utc = self.api.time == "utc" and re.search(r"\d:\d\d(?::\d\d(?:\.\d+)?)?$", raw)
        return (f"{raw}+00:00" if utc else raw) or None, raw or None

    def comments(self, of: Asked) -> tuple[CommentRead, ...]:
        """The comments, each below the one that it answers where that is in the answer."""
        places = {native_id: place for place, native_id in reversed(list(enumerate(self.ids)))}
        said = list[Said]()
        for one in self.said:
            parent = places.get(one.parent_id) if one.parent is None and one.parent_id else one.parent
            named = self.said[parent].native_id if parent is not None and one.parent_id else one.parent_id
            said.append(replace(one, parent=parent, parent_id=named))
        return tuple(replace(one, posted_raw=raw) for one, raw in zip(parts.comments(said, of), self.raw, strict=True))

    def doubt(self, comments: tuple[CommentRead, ...]) -> str | None:
        """Why the comments may not be all of the answer; None where nothing says so."""
        if self.wrong:
            return f"{self.wrong} of {self.wrong + len(comments)} entries are no comments"
        if self.left:
            return f"there are more than {MAX_COMMENTS:,} comments in one answer"
        if len({one.native_id for one in comments}) < len(comments):
            return "two comments have one id"
        return None

    def declared(self, comments: tuple[CommentRead, ...]) -> int | None:
        """How many comments there are as the answer says, those that were taken down and are still shown among them."""
        if self._total is not None:
            return self._total + (sum(one.deleted for one in comments) if self.api.counted == "standing" else 0)
        return len(comments) + self.hidden if self.api.hidden else None


def _next(of: Asked, document: Any, top: list[Any]) -> Wanted | str | None:
    """The answer after this one; None where this one is the last; a text where it cannot be known."""
    paging = of.api.paging
    if paging is None:
        return None
    if paging.size is not None:
        pages, number = (_digits(text) for text in (of.fetched.header(paging.pages or "") or "", _parameter(of)))
        more = len(top) >= paging.size or (bool(top) and pages is not None and number is not None and number < pages)
        return Wanted(of.api.after(of.url, None)) if more else None
    goes_on, cursor = at(document, paging.more) if paging.more else None, at(document, paging.cursor)
    if goes_on is False or (paging.more is None and cursor in (None, "", False)):
        return None
    if not isinstance(cursor, str | int) or isinstance(cursor, bool) or not str(cursor) or len(str(cursor)) > MAX_VALUE:
        return "the answer does not say whether it is the last one"
    after = of.api.after(of.url, str(cursor))
    return "the answer names itself as the next one" if after == of.url else Wanted(after)


def _parameter(of: Asked) -> str:
    found = re.search(rf"[?&]{re.escape(of.api.paging.parameter)}=(\d+)", of.url) if of.api.paging else None
    return found[1] if found else ""


def _digits(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text.strip()) else None


def lines(html: str) -> str:
    """The text of a piece of HTML by the rules for pages: a line each block, entities resolved, nothing of scripts. What no
    parser is to see is read as text without its tags."""
    if "<" not in html and "&" not in html:
        return tidy(html)
    markup = decode.utf8(html)
    try:
        screen.check_markup(markup)
        return text_of(decode.tree(markup))
    except screen.Refused as refused:
        return "" if refused.reason == "empty" else tidy(unescape(ELEMENT.sub(" ", html)))
