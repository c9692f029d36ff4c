"""What happened to an article, an alert each: when, which words matched, and the passage as old and new words side by side."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest
from zoneinfo import ZoneInfo

from alerts.events import Event, event
from alerts.stretch import Stretch, compared, excerpt, excerpts, whole
from alerts.text import line, shortened
from storage.outbox import DueAlert
from storage.passage import Part, Passage

UNQUOTED = "This mail quotes no comments; “The thread” below has them."


@dataclass(frozen=True, slots=True)
class Side:
    """One text of a passage: label is what stands over it, None where it needs nothing."""

    label: str | None
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One alert, or all of a kind that tell of comments which are not quoted: what happened, when that was seen, which of the
    watch's words matched and where. Each place is one text, or an old and a new one to be shown side by side."""

    heading: str
    seen: str
    words: str
    author: str | None
    places: tuple[tuple[Side, ...], ...]
    note: str | None = None

    @property
    def shows_changes(self) -> bool:
        """Whether any of its texts has words that were taken out or put in."""
        return any(stretch.change != "same" for place in self.places for side in place for stretch in side.stretches)


def unquoted(alert: DueAlert) -> bool:
    """Whether an alert tells of a comment without its words."""
    return alert.event.startswith("comment_") and not quotes(alert)


def quotes(alert: DueAlert) -> bool:
    """Whether readers' words and names may stand in the mail."""
    return alert.quote_comments


def happening(alert: DueAlert, passage: Passage, characters: int | None) -> Happening:
    """What one alert tells; characters is about how many of its passage are shown, None where all are."""
    words = event(alert.event)
    quoted = quotes(alert)
    parts = [part for part in passage.parts if not _stands_above(part, passage.headline)]
    kept = [part for part in parts if quoted or part.field != "comment"]
    return Happening(
        heading=words.heading, seen=_time(alert.seen_at, alert), words=_words(passage.words, characters),
        author=line(passage.author) if passage.author and quoted else None,
        places=tuple(_places(kept, words, characters)), note=UNQUOTED if len(kept) < len(parts) else None)


def counted(alerts: Sequence[DueAlert], passages: Sequence[Passage], characters: int | None) -> Happening:
    """What alerts of one kind tell of comments that are not quoted: how many there were, and which words matched."""
    words = event(alerts[0].event)
    first, last = (edge(alert.seen_at for alert in alerts) for edge in (min, max))
    return Happening(
        heading=words.heading if len(alerts) == 1 else words.many.format(n=len(alerts)),
        seen=_time(last, alerts[0]) if first == last else f"{_minute(first, alerts[0])} to {_time(last, alerts[0])}",
        words=_words(tuple(dict.fromkeys(word for passage in passages for word in passage.words)), characters), author=None,
        places=(), note=UNQUOTED)


def _time(at: datetime, alert: DueAlert) -> str:
    return f"{_minute(at, alert)} {alert.zone}"


def _minute(at: datetime, alert: DueAlert) -> str:
    return f"{at.astimezone(ZoneInfo(alert.zone)):%Y-%m-%d %H:%M}"


def _words(words: Sequence[str], characters: int | None) -> str:
    said = ", ".join(map(line, words))
    return said if characters is None else shortened(said, characters)


def _stands_above(part: Part, headline: str) -> bool:
    """Whether a part is the headline as the entry shows it already."""
    return part.field == "title" and (part.old is None or part.old == part.new or (part.new is None and part.old == headline))


def _places(parts: Sequence[Part], words: Event, characters: int | None) -> Iterator[tuple[Side, ...]]:
    if characters is None:
        for part in _paired(parts) if words.apart else parts:
            yield _sides(part, words, None)
    elif parts:
        # The place that has what matched; without any, the first.
        yield _sides(next((part for part in parts if part.old_spans or part.new_spans), parts[0]), words, characters)


def _paired(parts: Sequence[Part]) -> Iterator[Part]:
    """The places of two stories, of which each has only its own: beside each other, in the order in which they come."""
    yield from (part for part in parts if part.old is not None and part.new is not None)
    for old, new in zip_longest([part for part in parts if part.new is None], [part for part in parts if part.old is None]):
        yield replace(old, new=new.new, new_spans=new.new_spans) if old and new else old or new


def _sides(part: Part, words: Event, characters: int | None) -> tuple[Side, ...]:
    def shown(text: str, spans: tuple[tuple[int, int], ...]) -> tuple[Stretch, ...]:
        return whole(text, spans) if characters is None else excerpt(text, spans, characters)

    both = bool(words.before and words.after and not words.apart)
    if part.old is not None and part.old == part.new:
        return (Side("Unchanged", shown(part.old, part.new_spans or part.old_spans)),)
    if part.old is None:
        return (Side(_label("Added" if both else words.after, part, words), shown(part.new or "", part.new_spans)),)
    if part.new is None:
        return (Side(_label("Taken out" if both else words.before, part, words), shown(part.old, part.old_spans)),)
    if characters is not None:
        old, new = excerpts(part, characters)
    elif words.apart:
        old, new = whole(part.old, part.old_spans), whole(part.new, part.new_spans)
    else:
        old, new = compared(part)
    return (Side(_label(words.before or "Was", part, words), old), Side(_label(words.after or "Now", part, words), new))


def _label(word: str | None, part: Part, words: Event) -> str | None:
    if part.field == "comment" and words.comment:
        return words.comment
    return word and (f"Headline {word.lower()}" if part.field == "title" else word)
