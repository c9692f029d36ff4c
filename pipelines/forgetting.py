"""What is to be forgotten and is met again: the marks by which it is known, and a look at a thread without it."""
import hashlib
import hmac
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from crawler.items import CommentRead, ThreadRead
from pipelines.names import Names, folded

# What stands where something was taken out. Any encoding has its letters.
WITHDRAWN = "[withdrawn]"
# How the id begins by which a comment that has none of its own is known once it is forgotten.
TOMBSTONE = "forgotten-"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What one outlet is to forget. marks are HMAC-SHA256 under a key of their own, which serves for nothing else; names is how
    the store keeps readers' names."""

    outlet: str
    key: bytes
    names: Names
    marks: Collection[str] = frozenset()

    def author(self, name: str) -> str:
        """The mark of a reader, by the name that the page shows."""
        return self._mark("author", folded(name))

    def comment(self, system: str, native_key: str, native_id: str | None, author: str | None, posted: datetime | None,
                text: str) -> str:
        """The mark of a comment: by its id in its thread; without one by author, as the store keeps names, and time; without
        these by its text."""
        if native_id is not None:
            return native_id if native_id.startswith(TOMBSTONE) else self._mark("id", system, native_key, native_id)
        if author is not None and posted is not None:
            return self._mark("said", system, native_key, folded(author), posted.isoformat())
        return self._mark("text", system, native_key, folded(author or ""), folded(text))

    def refuses(self, system: str, native_key: str, comment: CommentRead) -> str | None:
        """The mark by which a comment is to be refused; None where it is not."""
        author = self.names(self.outlet, comment.author)
        mark = self.comment(system, native_key, comment.native_id, author, comment.posted, comment.text)
        by_author = comment.author is not None and self.author(comment.author) in self.marks
        return mark if by_author or mark in self.marks else None

    def without(self, look: ThreadRead, page_url: str) -> ThreadRead:
        """A look at a thread with what is to be forgotten taken out: such a comment is there, with its id and its place, and
        says nothing."""
        if not self.marks or not look.comments:
            return look
        system, native_key, met = look.system or "", look.native_key or page_url, Counter[str]()
        comments = list(look.comments)
        for place, comment in enumerate(comments):
            if (mark := self.refuses(system, native_key, comment)) is not None:
                met[mark] += 1
                comments[place] = replace(
                    comment, native_id=comment.native_id or tombstone(mark, met[mark]), author=None, posted_raw=None, text="",
                    forgotten=True)
        return replace(look, comments=tuple(comments)) if met else look

    def _mark(self, *parts: str) -> str:
        return hmac.new(self.key, "\0".join((self.outlet, *parts)).encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def tombstone(mark: str, number: int) -> str:
    """The id of a forgotten comment that has none of its own, the number-th of those that have this mark."""
    return f"{TOMBSTONE}{mark[:24]}-{number}"

