"""How a mail begins, where a telephone shows it unopened: its subject, its first line, and the contents of a long one."""
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.entry import FULL_ALERTS, Entry
from alerts.events import event, told
from alerts.happening import Side
from alerts.stretch import LEFT_OUT, window
from alerts.text import line, shortened

SUBJECT_CHARACTERS = 150
OUTLET_CHARACTERS = 40
# What a telephone shows below the subject.
LEAD_CHARACTERS = 140
# A mail of so many articles needs no contents; the contents of a longer one end where nobody would look for more.
ENTRIES_AT_A_GLANCE = 3
CONTENTS = 50
CONTENTS_CHARACTERS = 150


@dataclass(frozen=True, slots=True)
class Said:
    """A first line: what stands before it, None where it needs nothing, and its text."""

    label: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the contents: the number of an entry, its outlet, what happened, and its headline."""

    number: int
    outlet: str
    told: str
    headline: str


def subject(articles: Sequence[Entry]) -> str:
    """One line of at most 150 characters: outlet, what happened, to which headline; and how many articles more, of how many
    outlets, and in the place of how many of them another story stands."""
    first = articles[0]
    begin = f"{shortened(first.outlet, OUTLET_CHARACTERS)}, {told(first.events)}: "
    end = f" … and {len(articles) - 1} more{_hidden(articles)}" if len(articles) > 1 else ""
    return begin + shortened(first.headline, SUBJECT_CHARACTERS - len(begin) - len(end)).removesuffix("…" if end else "") + end


def _hidden(articles: Sequence[Entry]) -> str:
    """What a subject that names the first article only must not hide."""
    outlets = len({entry.outlet for entry in articles})
    replaced = sum("article_replaced" in entry.events for entry in articles[1:])
    said = [f"{outlets} outlets"] if outlets > 1 else []
    said += [f"{replaced} replaced"] if replaced else []
    return f" ({', '.join(said)})" if said else ""


def lead(articles: Sequence[Entry]) -> tuple[Said, ...]:
    """The first lines: of one article the words that matched or were changed, of several how many they are and of what."""
    if len(articles) == 1:
        return _passage(articles[0])
    outlets = len({entry.outlet for entry in articles})
    events = Counter(name for entry in articles for name in entry.events)
    where = "of one outlet" if outlets == 1 else f"of {outlets} outlets"
    what = ", ".join(f"{event(name).heading.lower()}: {number}" for name, number in events.most_common())
    brief = f" The first {FULL_ALERTS} or so are told in full, the others briefly." if articles[-1].brief else ""
    return (Said(None, f"{len(articles)} articles {where}; {what}.{brief}"),)


def contents(articles: Sequence[Entry]) -> tuple[Listed, ...]:
    """An article a line where there are too many to see at a glance; else nothing."""
    if len(articles) <= ENTRIES_AT_A_GLANCE:
        return ()
    return tuple(Listed(number, shortened(entry.outlet, OUTLET_CHARACTERS), told(entry.events),
                        shortened(entry.headline, CONTENTS_CHARACTERS))
                 for number, entry in enumerate(articles[:CONTENTS], start=1))


def _passage(entry: Entry) -> tuple[Said, ...]:
    first = next((happening for happening in entry.happenings if happening.places), None)
    if first is None:
        told = " ".join(f"{each.heading}. Matched: {each.words}." for each in entry.happenings)
        return (Said(None, shortened(told, LEAD_CHARACTERS)),)
    place = first.places[0]
    # Where words were only put in, or only taken out, the other side has nothing that the first does not say.
    sides = [side for side in place if any(stretch.change != "same" for stretch in side.stretches)] or place
    # With a label, as a stranger's words begin no line.
    return tuple(Said(side.label or first.heading, _around(side, LEAD_CHARACTERS // len(sides))) for side in sides)


def _around(side: Side, characters: int) -> str:
    """What was changed in a text, else its first watched word, with what stands around it."""
    pieces = [(stretch.change != "same", piece.watched, piece.text) for stretch in side.stretches for piece in stretch.pieces]
    text = "".join(piece for _, _, piece in pieces)
    about = next((place for kind in (0, 1) for place, piece in enumerate(pieces) if piece[kind]), 0)
    at = sum(len(piece) for _, _, piece in pieces[:about])
    first, last = window(text, at, at, characters)
    return line((LEFT_OUT if first else "") + text[first:last] + (LEFT_OUT if last < len(text) else ""))
