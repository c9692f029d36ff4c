"""What a watch says to an article or a comment: whether its words are there, and the passage that its alert will show."""
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from pipelines.compare.diff import block_pairs
from pipelines.match.words import Span, find
from storage.passage import Part, Passage
from storage.watches import WatchRow

# A mail is read on a telephone: so many places of one article are shown, the rest is a command or a link away.
PARTS = 5


@dataclass(frozen=True, slots=True)
class Text:
    """An article as a watch sees it."""

    title: str
    lines: tuple[str, ...]

    @property
    def whole(self) -> str:
        return "\n".join((self.title, *self.lines))


def appeared(watch: WatchRow, new: Text) -> Passage | None:
    """The passage of an article that is new, None where no word of the watch is in it."""
    return _standing(watch, new, gone=False)


def vanished(watch: WatchRow, old: Text) -> Passage | None:
    """The passage of an article that is gone, None where no word of the watch was in it."""
    return _standing(watch, old, gone=True)


def edited(watch: WatchRow, old: Text, new: Text) -> Passage | None:
    """What was changed in an article that had, or now has, a word of the watch; None where neither text has one, or
    blocks only moved."""
    words = tuple(dict.fromkeys((*find(watch.words, new.whole), *find(watch.words, old.whole))))
    if not words:
        return None
    pairs = block_pairs(old.lines, new.lines)
    parts = [_part(watch, "title", old.title, new.title)] if old.title != new.title else []
    parts += [_part(watch, "text", before, after) for before, after in pairs]
    if not parts:  # what only moved is no news, and a mail without a change is none
        return None
    # The places that have a watched word come first; without any, the edit is told all the same.
    parts.sort(key=lambda part: not (part.old_spans or part.new_spans))
    return Passage(new.title, words, tuple(parts[:PARTS]))


def replaced(watch: WatchRow, old: Text, new: Text) -> Passage | None:
    """Both headlines, and what one story and then the other says at the same address, where either has a word of the watch;
    None where neither has."""
    words = tuple(dict.fromkeys((*find(watch.words, new.whole), *find(watch.words, old.whole))))
    if not words:
        return None
    parts = [_part(watch, "title", old.title, new.title)]
    for side, gone in ((old, True), (new, False)):
        found = _standing(watch, side, gone=gone)
        texts = [part for part in found.parts if part.field == "text"] if found is not None else []
        parts += texts[:PARTS // 2] or [_whole("text", side.lines[0], (), gone=gone)]
    return Passage(new.title, words, tuple(parts))


def said(watch: WatchRow, headline: str, author: str | None, old: str | None, new: str | None) -> Passage | None:
    """The passage of a comment that was posted (old is None), removed (new is None) or edited."""
    part = _part(watch, "comment", old, new)
    words = tuple(dict.fromkeys((*find(watch.words, new or ""), *find(watch.words, old or ""))))
    return Passage(headline, words, (part,), author) if words else None


def hidden(watch: WatchRow, headline: str, texts: Iterable[str]) -> Passage | None:
    """The passage of a thread that is shown no more, with the first of its comments that have a word of the watch; None where
    none has."""
    found = [(text, words) for text in texts if (words := find(watch.words, text))]
    if not found:
        return None
    return Passage(headline, tuple(dict.fromkeys(word for _, words in found for word in words)),
                   tuple(Part("comment", text, None, _ordered(words)) for text, words in found[:PARTS]))


def _standing(watch: WatchRow, text: Text, *, gone: bool) -> Passage | None:
    found = find(watch.words, text.whole)
    if not found:
        return None
    return Passage(text.title, tuple(found), tuple(
        _whole(field, piece, spans, gone=gone) for field, piece, spans in islice(_places(text, _ordered(found)), PARTS)))


def _whole(field: Literal["title", "text"], piece: str, spans: tuple[Span, ...], *, gone: bool) -> Part:
    return Part(field, piece, None, spans) if gone else Part(field, None, piece, (), spans)


def _places(text: Text, spans: Sequence[Span]) -> Iterator[tuple[Literal["title", "text"], str, tuple[Span, ...]]]:
    """The title and the lines that hold any of the spans in the whole text, each with those that lie in it; a phrase that
    begins in one line and ends in another is in neither."""
    start = 0
    for place, piece in enumerate((text.title, *text.lines)):
        end = start + len(piece)
        within = spans[bisect_left(spans, (start,)):bisect_left(spans, (end,))]
        if inside := tuple((first - start, last - start) for first, last in within if last <= end):
            yield "text" if place else "title", piece, inside
        start = end + 1


def _part(watch: WatchRow, field: str, old: str | None, new: str | None) -> Part:
    assert field in ("title", "text", "comment")
    return Part(field, old, new, _spans(watch.words, old), _spans(watch.words, new))  # type: ignore[arg-type]  # asserted


def _spans(words: Sequence[str], text: str | None) -> tuple[Span, ...]:
    return _ordered(find(words, text or ""))


def _ordered(found: dict[str, list[Span]]) -> tuple[Span, ...]:
    return tuple(sorted({span for spans in found.values() for span in spans}))
