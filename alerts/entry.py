"""One article's place in a mail, ready for the templates: every text in it is safe to print."""
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from alerts.happening import Happening, counted, happening, unquoted
from alerts.public import PublicUrl
from alerts.stretch import Stretch, excerpt, whole
from alerts.text import line
from storage.outbox import DueAlert
from storage.passage import Passage

# What anybody reads at once is told in full; what comes after it briefly, so that a mail can list thousands.
FULL_ALERTS = 100
FULL_CHARACTERS = 200_000
BRIEF_CHARACTERS = 200
OF_EDITS = {"article_edited", "article_replaced", "headline_changed", "words_appeared", "words_vanished"}


@dataclass(frozen=True, slots=True)
class More:
    """A way to see more, or to say something to it: what it does, and the command, or the link if it is one, that does it."""

    label: str
    where: str
    is_link: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """An article and all that happened to it. brief: nothing of it is told in full. answers are what a recipient can say to it;
    where there are none, nothing is printed."""

    outlet: str
    headline: str
    title: tuple[Stretch, ...]
    url: str | None
    events: tuple[str, ...]
    happenings: tuple[Happening, ...]
    more: tuple[More, ...]
    brief: bool = False
    answers: tuple[More, ...] = ()

    @property
    def link(self) -> str | None:
        """The article's address where a reader may safely follow it."""
        return self.url if self.url and self.url.lower().startswith(("http://", "https://")) else None


def no_answers(article: int) -> tuple[More, ...]:
    """Nothing."""
    return ()


def entries(alerts: Sequence[DueAlert], names: Mapping[str, str], public_url: PublicUrl | None, *,
            answers: Callable[[int], tuple[More, ...]] = no_answers,
            brief: int = BRIEF_CHARACTERS) -> tuple[Entry, ...]:
    """One entry an article, in the order of their first alerts. The first alerts are told in full, those after them with about
    so many characters as brief says, and without answers; answers gives what can be said to an article, by its id."""
    order = {alert.article: place for place, alert in reversed(list(enumerate(alerts)))}
    ordered = sorted(alerts, key=lambda alert: (order[alert.article], alert.id))
    full = _in_full(ordered)
    return tuple(_entry(list(group), names, public_url, answers, full, brief)
                 for _, group in groupby(ordered, key=lambda alert: alert.article))


def _in_full(alerts: Sequence[DueAlert]) -> set[int]:
    full: set[int] = set()
    room = FULL_CHARACTERS
    for alert in alerts:
        room -= len(str(alert.passage))
        if full and (room < 0 or len(full) == FULL_ALERTS):
            break
        full.add(alert.id)
    return full


def _entry(alerts: Sequence[DueAlert], names: Mapping[str, str], public_url: PublicUrl | None,
           answers: Callable[[int], tuple[More, ...]], full: Collection[int], characters: int) -> Entry:
    last = alerts[-1]
    passages = [Passage.from_json(alert.passage) for alert in alerts]
    brief = not any(alert.id in full for alert in alerts)
    headline, url = line(passages[-1].headline) or line(last.url), line(last.url)
    more = _more(alerts, public_url)
    return Entry(
        outlet=line(names.get(last.outlet, last.outlet)), headline=headline,
        title=_title(headline, passages[-1], characters if brief else None),
        # What is told briefly has one way to more: the best there is, and the address unless it is a text of its own.
        url=None if brief and len(url) > characters else url, events=tuple(alert.event for alert in alerts),
        happenings=tuple(_happenings(alerts, passages, full, characters)), more=more[-1:] if brief else more, brief=brief,
        answers=() if brief else answers(last.article))


def _happenings(alerts: Sequence[DueAlert], passages: Sequence[Passage], full: Collection[int],
                characters: int) -> Iterator[Happening]:
    """An alert each; of comments that are not quoted, all of a kind at the place of their first."""
    kinds: dict[str, list[tuple[DueAlert, Passage]]] = {}
    for alert, passage in zip(alerts, passages, strict=True):
        kinds.setdefault(alert.event if unquoted(alert) else str(alert.id), []).append((alert, passage))
    for rows in kinds.values():
        (first, passage), limit = rows[0], None if rows[0][0].id in full else characters
        if unquoted(first):
            yield counted([alert for alert, _ in rows], [passage for _, passage in rows], limit)
        else:
            yield happening(first, passage, limit)


def _title(headline: str, passage: Passage, characters: int | None) -> tuple[Stretch, ...]:
    marked = next((spans for part in passage.parts if part.field == "title"
                   for text, spans in ((part.new, part.new_spans), (part.old, part.old_spans)) if text == headline), ())
    return whole(headline, marked) if characters is None else excerpt(headline, marked, characters)


def _more(alerts: Sequence[DueAlert], public_url: PublicUrl | None) -> tuple[More, ...]:
    article, events = alerts[-1].article, {alert.event for alert in alerts}
    found = [("The whole article", public_url.article(article) if public_url else f"steppewire article show {article}")]
    if edits := [alert for alert in alerts if alert.event in OF_EDITS]:
        old, new = _edited(edits)
        of = f" --from {old} --to {new}" if old and new else ""
        found.append(("All changes", public_url.diff(article, old, new) if public_url and old and new
                      else f"steppewire article diff {article}{of}"))
    if any(name.startswith(("comment_", "thread_")) for name in events):
        found.append(("The thread", public_url.thread(article) if public_url else f"steppewire article thread {article}"))
    return tuple(More(label, where, where.startswith("http")) for label, where in found)


def _edited(edits: Sequence[DueAlert]) -> tuple[int | None, int | None]:
    """The version before the first edit, and that of the last one; None where one is not known."""
    first, last = (each(edits, key=lambda alert: alert.version or 0) for each in (min, max))
    return first.before or (first.version or 1) - 1 or None, last.version
