"""One article's place in a mail, ready for the templates: every text in it is safe to print."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

from alerts.events import event
from alerts.stretch import Stretch, compared, whole
from alerts.text import line
from storage.outbox import DueAlert
from storage.passage import Part, Passage


@dataclass(frozen=True, slots=True)
class Side:
    """One text of a passage: label is what stands over it, None where it needs nothing."""

    label: str | None
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One alert: what happened, when that was seen, which of the watch's words matched and where."""

    heading: str
    seen: str
    words: str
    author: str | None
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class More:
    """A way to see more: what it shows, and the command, or the link if it is one, that shows it."""

    label: str
    where: str
    is_link: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """An article and all that happened to it."""

    outlet: str
    headline: str
    title: tuple[Stretch, ...]
    url: str
    events: tuple[str, ...]
    happenings: tuple[Happening, ...]
    more: tuple[More, ...]

    @property
    def link(self) -> str | None:
        """The article's address where a reader may safely follow it."""
        return self.url if urlsplit(self.url).scheme in ("http", "https") else None


def entries(alerts: Sequence[DueAlert], names: Mapping[str, str], public_url: str | None) -> tuple[Entry, ...]:
    """One entry an article, in the order of their first alerts."""
    order = {alert.article: place for place, alert in reversed(list(enumerate(alerts)))}
    by_article = groupby(sorted(alerts, key=lambda alert: (order[alert.article], alert.id)), key=lambda alert: alert.article)
    return tuple(_entry(list(group), names, public_url) for _, group in by_article)


def _entry(alerts: Sequence[DueAlert], names: Mapping[str, str], public_url: str | None) -> Entry:
    last = alerts[-1]
    passages = [Passage.from_json(alert.passage) for alert in alerts]
    headline = line(passages[-1].headline) or line(last.url)
    return Entry(
        outlet=line(names.get(last.outlet, last.outlet)), headline=headline, title=_title(headline, passages[-1]),
        url=line(last.url), events=tuple(alert.event for alert in alerts),
        happenings=tuple(_happening(alert, passage) for alert, passage in zip(alerts, passages, strict=True)),
        more=_more(last.article, {alert.event for alert in alerts}, public_url))


def _title(headline: str, passage: Passage) -> tuple[Stretch, ...]:
    marked = next((part for part in passage.parts if part.field == "title" and part.new == headline), None)
    return whole(headline, marked.new_spans if marked else ())


def _happening(alert: DueAlert, passage: Passage) -> Happening:
    words = event(alert.event)
    # A headline that merely stands there stands above already.
    parts = [part for part in passage.parts if part.field != "title" or part.old is not None]
    return Happening(
        heading=words.heading, seen=f"{alert.seen_at:%Y-%m-%d %H:%M} UTC", words=", ".join(map(line, passage.words)),
        author=line(passage.author) if passage.author else None,
        sides=tuple(side for part in parts for side in _sides(part, words.before, words.after, apart=words.apart)))


def _sides(part: Part, before: str | None, after: str | None, *, apart: bool) -> list[Side]:
    def label(word: str | None) -> str | None:
        return word and (f"Headline {word.lower()}" if part.field == "title" else word)

    if part.old is not None and part.old == part.new:
        return [Side("Unchanged", whole(part.old, part.old_spans))]
    if part.old is None:
        return [Side(label("Added" if before and after and not apart else after), whole(part.new or "", part.new_spans))]
    if part.new is None:
        return [Side(label("Taken out" if before and after and not apart else before), whole(part.old, part.old_spans))]
    old, new = compared(part) if not apart else (whole(part.old, part.old_spans), whole(part.new, part.new_spans))
    return [Side(label(before or "Was"), old), Side(label(after or "Now"), new)]


def _more(article: int, events: set[str], public_url: str | None) -> tuple[More, ...]:
    verbs = {"show": "The whole article"}
    if events & {"article_edited", "article_replaced"}:
        verbs["diff"] = "All changes"
    if any(name.startswith(("comment_", "thread_")) for name in events):
        verbs["thread"] = "The thread"
    if public_url is None:
        return tuple(More(label, f"steppewire article {verb} {article}", False) for verb, label in verbs.items())
    base = f"{public_url.rstrip('/')}/article/{article}"
    return tuple(More(label, base if verb == "show" else f"{base}/{verb}", True) for verb, label in verbs.items())
