"""Whose a text of a page is: what the page shows of comments that are to be forgotten, and where that stands in its source."""
import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from crawler.items import ArticleRead, CommentRead, Fetched, ReadValue, ThreadRead
from crawler.outlet import Outlet
from pipelines import redact
from pipelines.forgetting import WITHDRAWN, Forgotten
from pipelines.names import folded
from pipelines.redact import LONG, Place, Source, letters
from storage.forgotten import Stored
from storage.models import Thread

Read = Callable[[Fetched, Outlet | None], Awaitable[ReadValue]]
STILL_THERE = "a comment that is to be forgotten is still read there"


@dataclass
class _Said:
    """What pages show of one comment."""

    texts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


class Words:
    """What the pages of one outlet show of what is to be forgotten."""

    def __init__(self, outlet: Outlet | None, forgotten: Forgotten, read: Read) -> None:
        self.outlet, self.forgotten, self.read = outlet, forgotten, read
        self._said: dict[str, _Said] = {}

    @property
    def texts(self) -> set[str]:
        """Every text that any of them has had."""
        return {text for said in self._said.values() for text in said.texts}

    @property
    def names(self) -> set[str]:
        """The name of everyone who wrote one of them."""
        return {name for said in self._said.values() for name in said.names}

    def known(self, comments: Iterable[tuple[str, Stored]], name: str | None) -> None:
        """What the store knows of comments, by their marks, and the name by which their author is to be forgotten."""
        for mark, each in comments:
            said = self._said.setdefault(mark, _Said())
            said.texts |= set(each.texts)
            # A pseudonym stands on no page.
            said.names |= {known for known in (name or each.comment.author,) if known}

    async def learn(self, fetched: Fetched, thread: Thread | None, url: str) -> ReadValue:
        """Learns from a page what it shows of them: a name whose pseudonym alone is kept, a text it had between two looks. What
        is read there."""
        value = await self.read(fetched, self.outlet)
        for place, mark in self._met(value, thread, url).items():
            said, comment = self._said.setdefault(mark, _Said()), _comments(value)[place]
            said.texts |= {comment.text} - {"", WITHDRAWN}
            said.names |= {comment.author or ""} - {"", WITHDRAWN}
        return value

    async def places(self, source: Source, fetched: Fetched, back: Callable[[str], bytes], thread: Thread | None,
                     url: str) -> tuple[list[Place], ReadValue, str | None]:
        """Where what is to be forgotten stands; what is then read, and why it is still there, if it is.

        Whose a text or a name is, is told by reading the page without it: it is the comment's where the comment then has lost
        it, and another's where something else has. What nobody reads is the comment's where it is long, or text and name stand
        side by side.
        """
        before = await self.read(fetched, self.outlet)
        met = self._met(before, thread, url)

        async def without(places: Iterable[Place]) -> ReadValue:
            return await self.read(replace(fetched, body=back(source.without(places))), self.outlet)

        sure, doubtful = await asyncio.to_thread(self._candidates, source)
        if not sure and not met:
            return [], before, None
        value = await without(sure)
        if _rest(value, met) == _rest(before, met) and self._is_clear(value, met):
            return sure, value, None
        chosen = []
        for place in redact.apart((*sure, *(doubtful if met else ()))):
            value = await without([place])
            if _touched(before, value, met) or (place in sure and _rest(value, met) == _rest(before, met)):
                chosen.append(place)
        value = await without(chosen) if chosen else before
        return chosen, value, None if self._is_clear(value, met) else STILL_THERE

    def _met(self, value: ReadValue, thread: Thread | None, url: str) -> dict[int, str]:
        """Which comments of a page are to be forgotten, by their places, with their marks."""
        look = value.thread if isinstance(value, ArticleRead) else value
        if not isinstance(look, ThreadRead):
            return {}
        system, key = (thread.system, thread.native_key) if thread is not None else (look.system or "", look.native_key or url)
        marks = {place: self.forgotten.refuses(system, key, comment) for place, comment in enumerate(look.comments)}
        return {place: mark for place, mark in marks.items() if mark is not None}

    def _candidates(self, source: Source) -> tuple[list[Place], list[Place]]:
        sure, doubtful = list[Place](), list[Place]()
        for said in self._said.values():
            names = redact.apart(place for name in said.names for place in source.words(name))
            near = set[Place]()
            for text in said.texts:
                for place in source.whole(text):
                    beside = source.beside(place, names)
                    near.update(beside)
                    (sure if beside or len(letters(text)) >= LONG else doubtful).append(place)
            sure += near
            doubtful += [place for place in names if place not in near]
        return redact.apart(sure), redact.apart(doubtful)

    def _is_clear(self, value: ReadValue, met: Mapping[int, str]) -> bool:
        """Whether nothing is read any more in the places of what is to be forgotten."""
        read = _comments(value)
        for place, mark in met.items():
            said = self._said[mark]
            if place >= len(read) or folded(read[place].author or "") in map(folded, said.names):
                return False
            if letters(read[place].text) in map(letters, said.texts):
                return False
        return True


def _comments(value: ReadValue) -> tuple[CommentRead, ...]:
    look = value.thread if isinstance(value, ArticleRead) else value
    return look.comments if isinstance(look, ThreadRead) else ()


def _rest(value: ReadValue, met: Collection[int]) -> ReadValue:
    """What is read but for text and author of what is to be forgotten."""
    def blank(look: ThreadRead) -> ThreadRead:
        return replace(look, comments=tuple(replace(comment, author=None, text="") if place in met else comment
                                            for place, comment in enumerate(look.comments)))

    if isinstance(value, ArticleRead):
        return replace(value, thread=blank(value.thread))
    return blank(value) if isinstance(value, ThreadRead) else value


def _touched(before: ReadValue, after: ReadValue, met: Collection[int]) -> bool:
    """Whether what is to be forgotten is read otherwise than it was."""
    old, new = _comments(before), _comments(after)
    return len(old) == len(new) and any((old[place].author, old[place].text) != (new[place].author, new[place].text)
                                        for place in met)
