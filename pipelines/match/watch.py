"""What a watch says to an article or a comment: whether its words are there, and the passage that its alert will show."""
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from pipelines.compare.change import Statistics
from pipelines.compare.diff import block_pairs
from pipelines.match.words import Span, find
from storage.kinds import kind
from storage.passage import Part, Passage
from storage.watches import OF_EDITS, WatchRow

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


def of_edit(watch: WatchRow, old: Text, new: Text, statistics: Statistics) -> tuple[str, Passage] | None:
    """What a watch is told of an edit: the first event of those it asks for that the edit is, and its passage; None where it is
    none of them. statistics is what the edit is made of."""
    if statistics.replaced:
        passage = replaced(watch, old, new) if watch.asks_for("article_replaced") else None
        return ("article_replaced", passage) if passage is not None else None
    before, after = _found(watch, old), _found(watch, new)
    both = tuple(dict.fromkeys((*after, *before)))
    size = statistics.chars_added + statistics.chars_removed
    large = size >= watch.least and (not watch.kinds or kind(statistics) in watch.kinds)
    words_of = {"words_appeared": tuple(word for word in after if word not in before),
                "words_vanished": tuple(word for word in before if word not in after),
                "headline_changed": both if statistics.headline else (), "article_edited": both if large else ()}
    for event in OF_EDITS:
        if watch.asks_for(event) and (words := words_of[event]):
            passage = _edited(watch, old, new, words)
            return (event, passage) if passage is not None else None
    return None


def appeared(watch: WatchRow, new: Text) -> Passage | None:
    """The passage of an article that is new, None where no word of the watch is in it."""
    return _standing(watch, new, gone=False)


def vanished(watch: WatchRow, old: Text) -> Passage | None:
    """The passage of an article that is gone, None where no word of the watch was in it."""
    return _standing(watch, old, gone=True)


def _edited(watch: WatchRow, old: Text, new: Text, words: tuple[str, ...]) -> Passage | None:
    """What was changed in an article; None where blocks only moved. Of a word that is in none of the changed places the passage
    has an unchanged one."""
    pairs = block_pairs(old.lines, new.lines)
    parts = [_part(watch, "title", old.title, new.title)] if old.title != new.title else []
    parts += [_part(watch, "text", before, after) for before, after in pairs]
    if not parts:  # what only moved is no news, and a mail without a change is none
        return None
    # The places that have a watched word come first; without any, the edit is told all the same.
    parts.sort(key=lambda part: not (part.old_spans or part.new_spans))
    shown, left = parts[:PARTS], [*parts[PARTS:], *_unchanged(watch, new, words)]
    for word in words:
        if len(shown) < 2 * PARTS and not any(_has(watch, part, word) for part in shown):
            shown += [part for part in left if _has(watch, part, word)][:1]
    return Passage(new.title, words, tuple(shown))


def _unchanged(watch: WatchRow, text: Text, words: tuple[str, ...]) -> Iterator[Part]:
    searched = _searched(watch, text)
    for field, piece, spans in _places(searched, _ordered(find(words, searched.whole))):
        yield Part(field, piece, piece, spans, spans)


def _has(watch: WatchRow, part: Part, word: str) -> bool:
    looked = part.field == "comment" or watch.looks_in(part.field)
    return looked and any(find((word,), side) for side in (part.old, part.new) if side is not None)


def replaced(watch: WatchRow, old: Text, new: Text) -> Passage | None:
    """Both headlines, and what one story and then the other says at the same address, where either has a word of the watch;
    None where neither has."""
    words = tuple(dict.fromkeys((*_found(watch, new), *_found(watch, old))))
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
    return Passage(headline, words, (part,), author) if words and watch.looks_in("comments") else None


def hidden(watch: WatchRow, headline: str, texts: Iterable[str]) -> Passage | None:
    """The passage of a thread that is shown no more, with the first of its comments that have a word of the watch; None where
    none has."""
    found = _in_comments(watch, texts)
    if not found:
        return None
    return Passage(headline, tuple(dict.fromkeys(word for _, words in found for word in words)),
                   tuple(Part("comment", text, None, _ordered(words)) for text, words in found[:PARTS]))


def closed(watch: WatchRow, article: Text, texts: Iterable[str]) -> Passage | None:
    """The passage of a thread that takes no more comments, where the article or a comment has a word of the watch; None where
    none has."""
    of_article = _standing(watch, article, gone=False)
    found = _in_comments(watch, texts)
    words = (*(of_article.words if of_article else ()), *(word for _, words in found for word in words))
    if not words:
        return None
    parts = [*(of_article.parts if of_article else ()),
             *(Part("comment", None, text, (), _ordered(words)) for text, words in found)]
    return Passage(article.title, tuple(dict.fromkeys(words)), tuple(parts[:PARTS]))


def _in_comments(watch: WatchRow, texts: Iterable[str]) -> list[tuple[str, dict[str, list[Span]]]]:
    """The comments that have a word of the watch, where it looks in them."""
    return [(text, words) for text in texts if watch.looks_in("comments") and (words := find(watch.words, text))]


def _searched(watch: WatchRow, text: Text) -> Text:
    """What of a text the watch looks at."""
    return Text(text.title if watch.looks_in("title") else "", text.lines if watch.looks_in("text") else ())


def _found(watch: WatchRow, text: Text) -> dict[str, list[Span]]:
    return find(watch.words, _searched(watch, text).whole)


def _standing(watch: WatchRow, text: Text, *, gone: bool) -> Passage | None:
    found = _found(watch, text)
    if not found:
        return None
    places = _places(_searched(watch, text), _ordered(found))
    return Passage(text.title, tuple(found), tuple(
        _whole(field, piece, spans, gone=gone) for field, piece, spans in islice(places, PARTS)))


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


def _part(watch: WatchRow, field: Literal["title", "text", "comment"], old: str | None, new: str | None) -> Part:
    words = watch.words if field == "comment" or watch.looks_in(field) else ()
    return Part(field, old, new, _spans(words, old), _spans(words, new))


def _spans(words: Sequence[str], text: str | None) -> tuple[Span, ...]:
    return _ordered(find(words, text or ""))


def _ordered(found: dict[str, list[Span]]) -> tuple[Span, ...]:
    return tuple(sorted({span for spans in found.values() for span in spans}))
