"""A thread's life by a script: what its site shows at each look, and what one who only looked could know of it.

The script knows each comment by a number of its own. What two complete looks could see is worked out here from what was shown
and nothing else; no code is shared with what compares threads.
"""
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from crawler.items import CommentRead, ThreadRead, ThreadState

Kind = Literal["ids", "sure", "weak"]
WORDS = ("steppe", "railway", "bridge", "camel", "border", "mine", "river", "lake", "tariff", "loan", "gas", "pipe", "road",
         "wind", "school", "market")
TEN = timedelta(minutes=10)


@dataclass
class Truth:
    """One comment of the site."""

    own: int
    parent: int | None
    author: str
    posted: datetime
    text: str
    alive: bool = True
    odd: bool = False  # the next reader does not find it


@dataclass
class Seen:
    """What one who looks knows of a comment."""

    state: str = "standing"
    text: str = ""
    last_look: int = 0
    missed_look: int | None = None
    missed_at: datetime | None = None
    reader: int = 0
    off: int | None = 0
    first_look: int = 0
    misses: int = 0


@dataclass(frozen=True)
class Event:
    """What is to be told after a look: of which comment, by its key, and of a removal the looks that bracket it."""

    event: str
    key: object
    after: int | None = None
    before: int | None = None


@dataclass
class Step:
    """One look: when it is, what it sees (None where no page answers, "304" for an unchanged one), what the reader of that day
    makes of the looks before it, and what is to be known and told afterwards."""

    at: datetime
    look: ThreadRead | None
    what: str
    reader: int
    again: dict[int, ThreadRead] = field(default_factory=dict)
    events: Counter[Event] = field(default_factory=Counter)
    thread_events: list[str] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)


class Life:
    """A life by its seed: `steps` yields its looks in order. off: by how much its outlet's label is always off."""

    def __init__(self, seed: int, begin: datetime, steps: int = 18) -> None:
        self.chance = random.Random(seed)
        self.kind: Kind = ("ids", "sure", "weak")[seed % 3]  # type: ignore[assignment]  # one of the three
        self.order = ("oldest", "newest", "shuffled")[(seed // 3) % 3]
        self.off = 1 if seed % 5 == 4 else 0
        self.changes_reader = seed % 4 == 1
        self.mass_at = 9 if seed % 8 == 3 else None
        self.now, self.length = begin, steps
        self.truth, self.seen = list[Truth](), dict[int, Seen]()
        self.reader, self.looks, self.numbers = 0, 0, 0
        self.hidden = self.closed = self.told_hidden = self.told_closed = False
        self.blank: tuple[int, datetime] | None = None
        self.showed: dict[int, list[tuple[int, int | None]]] = {}
        self.lied = False
        self.mass_look: int | None = None

    # --- the site

    def post(self) -> Truth:
        alive = [one for one in self.truth if one.alive and self.depth(one) < 4]
        parent = self.chance.choice(alive).own if alive and self.chance.random() < 0.5 else None
        self.numbers += 1
        text = f"{self.numbers}: " + " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, 9)))
        if parent is None and self.numbers <= 3:
            text = "Agreed!"
        new = Truth(len(self.truth), parent, self.chance.choice(["Aigul", "Bek", "Chol"]),
                    self.now - timedelta(seconds=self.numbers), text, odd=self.numbers % 9 == 5)
        self.truth.append(new)
        return new

    def depth(self, one: Truth) -> int:
        return 0 if one.parent is None else 1 + self.depth(self.truth[one.parent])

    def alive(self) -> list[Truth]:
        return [one for one in self.truth if one.alive]

    def leaf(self) -> Truth | None:
        answered = {one.parent for one in self.truth if one.alive}
        leaves = [one for one in self.alive() if one.own not in answered and one.text != "Agreed!"]
        return self.chance.choice(leaves) if leaves else None

    def live(self) -> None:
        """What happens between two looks. So little is lost at a time that no look is a mass change, but for one."""
        for _ in range(self.chance.choice([0, 0, 1, 1, 2, 4])):
            self.post()
        if self.mass_at is not None and self.mass_look is None:
            return  # all that is lost is lost at once
        pending = sum(seen.state == "standing" and not self.truth[own].alive for own, seen in self.seen.items())
        few = len(self.alive()) <= 10 or pending > 2
        if not few and self.chance.random() < 0.5 and (one := self.leaf()) is not None:
            one.alive = False
        # Where an edit is a removal and another comment, it counts among those.
        if not (few and self.kind == "weak") and self.chance.random() < 0.3 and (one := self.leaf()) is not None:
            self.edit(one)
        gone = [own for own, seen in self.seen.items() if seen.state == "removed" and not self.truth[own].alive
                and self.is_free(own) and not (self.kind == "weak" and self.changes_reader)]
        if gone and self.chance.random() < 0.25:
            self.truth[self.chance.choice(gone)].alive = True
        self.closed ^= self.chance.random() < 0.08

    def is_free(self, own: int) -> bool:
        parent = self.truth[own].parent
        return parent is None or self.truth[parent].alive

    def edit(self, one: Truth) -> None:
        self.numbers += 1
        text = f"{self.numbers}: changed to " + self.chance.choice(WORDS)
        if self.kind == "weak":  # nobody can tell it from another in its place
            one.alive = False
            self.truth.append(replace(one, own=len(self.truth), text=text, alive=True, odd=False))
        else:
            one.text = text

    def pages(self) -> list[Truth]:
        """The comments in the order of the page, answers below what they answer."""
        below: dict[int | None, list[Truth]] = {}
        for one in self.alive():
            below.setdefault(one.parent, []).append(one)
        found, stack = list[Truth](), list[Truth]()

        def put(of: int | None) -> None:
            answers = list(below.get(of, ()))
            if self.order == "newest":
                answers.reverse()
            elif self.order == "shuffled":
                self.chance.shuffle(answers)
            stack.extend(reversed(answers))

        put(None)
        while stack:
            found.append(one := stack.pop())
            put(one.own)
        return found

    # --- what a look shows

    def text(self, text: str, reader: int) -> str:
        return f"{text} Reply" if reader else text

    def read(self, shown: list[tuple[int, str]], reader: int) -> tuple[CommentRead, ...]:
        """What a reader makes of a page that shows these comments with these texts."""
        found = [(own, text) for own, text in shown if not (reader and self.truth[own].odd)]
        at = {own: place for place, (own, _) in enumerate(found)}
        read = list[CommentRead]()
        for place, (own, text) in enumerate(found):
            one = self.truth[own]
            parent = at.get(one.parent) if one.parent is not None else None
            read.append(CommentRead(
                (f"comment-{own}" if reader else str(own)) if self.kind == "ids" else None, parent,
                "dom" if parent is not None else None, place, read[parent].depth + 1 if parent is not None else 0,
                None if self.kind == "weak" else one.author, None if self.kind == "weak" else one.posted, "today",
                self.text(text, reader)))
        return tuple(read)

    def key(self, own: int) -> object:
        one = self.truth[own]
        return own if self.kind == "ids" else one.posted if self.kind == "sure" else one.text

    def thread(self, shown: list[tuple[int, str]], state: ThreadState, *, label: int = 0, lost: bool = False) -> ThreadRead:
        comments = self.read(shown, self.reader)
        off = None if lost else self.off + label
        declared = len(comments) + (off or 0) + (3 if lost else 0)
        if state == "complete" and off:
            state, reason = "partial", f"{declared} comments declared, {len(comments)} read"
        else:
            reason = None
        return ThreadRead("life", state, reason, declared, comments, "life", off=off or None if not lost else None,
                          closed=self.closed)

    # --- the looks

    def steps(self) -> Iterator[Step]:
        for _ in range(14):
            self.post()
        for number in range(self.length):
            if number:
                self.live()
            if number == self.mass_at:
                stay = [one for one in self.alive() if one.parent is None][-3:]
                for one in self.alive():
                    one.alive = one in stay
            if self.changes_reader and number == self.length // 2:
                self.reader = 1
            self.now += timedelta(minutes=self.chance.choice([4, 9, 10, 25, 90]))
            yield self.step(number)

    def step(self, number: int) -> Step:
        what = self.chance.choices(
            ["complete", "failed", "drift", "lie", "unchanged", "gone", "blank"],
            [10 if number else 100, 2, 2, 1, 1, 1, 1.5 if number > 2 else 0])[0]
        if number == self.length - 1 or (self.mass_at is not None and number > self.mass_at):
            what = "complete"
        if what in ("unchanged", "gone"):
            return Step(self.now, None, what, self.reader)
        if what == "blank" or (self.told_hidden and self.chance.random() < 0.4):
            return self.step_blank(what)
        every = [(one.own, one.text) for one in self.pages()]
        if what == "failed":
            cut = self.chance.randint(1, len(every) - 1)
            return self.step_shown(every[:cut], self.thread(every[:cut], "partial", lost=True), what)
        if what == "drift":
            some = [each for each in every if self.chance.random() < 0.8] or every
            return self.step_shown(some, self.thread(some, "partial", lost=True), what)
        return self.step_shown(every, self.thread(every, "complete", label=2 if what == "lie" else 0), what)

    def step_blank(self, what: str) -> Step:
        look = self.chance.choice([
            ThreadRead(None, "none"), ThreadRead("other", "unsupported", "by script only"),
            ThreadRead("life", "complete", None, 0, native_key="life", closed=self.told_closed),
            ThreadRead("life", "none", "there is none", native_key="life", closed=self.told_closed)])
        step = self.begun(look, "blank")
        if not self.told_hidden and any(seen.state == "standing" and seen.reader == self.reader for seen in self.seen.values()):
            if self.blank is None:
                self.blank = self.looks, self.now
            elif self.now - self.blank[1] >= TEN:
                step.thread_events, self.told_hidden = ["hidden"], True
                for seen in self.seen.values():
                    if seen.state == "standing":
                        seen.missed_look = seen.missed_at = None
        return step

    def begun(self, look: ThreadRead, what: str) -> Step:
        """A look, after what the present reader makes of those before it."""
        step = Step(self.now, look, what, self.reader)
        self.looks += 1
        stale = {seen.last_look for seen in self.seen.values() if seen.state == "standing" and seen.reader != self.reader
                 and (seen.missed_look is not None or seen.last_look == max(self.showed, default=0))}
        for old in sorted(stale):
            shown = self.showed[old]
            step.again[old] = ThreadRead("life", "complete", comments=self.read(shown, self.reader), native_key="life")
            for own, _ in shown:
                if self.seen[own].last_look == old and not (self.reader and self.truth[own].odd):
                    self.seen[own].reader = self.reader
        return step

    def step_shown(self, shown: list[tuple[int, str]], look: ThreadRead, what: str) -> Step:
        step = self.begun(look, what)
        owns = [own for own, _ in shown if not (self.reader and self.truth[own].odd)]
        step.shown = owns
        counts = what == "complete" and not (self.off and self.lied)
        if what in ("complete", "lie"):
            self.lied = what == "lie"
        self.blank = None
        if self.told_hidden:
            step.thread_events, self.told_hidden = ["shown"], False
        if self.closed != self.told_closed and (self.closed or counts):
            step.thread_events.append("closed" if self.closed else "opened")
            self.told_closed = self.closed
        told = Counter[Event]()
        for own, text in shown:
            if own not in owns:
                continue
            seen = self.seen.get(own)
            if seen is None:
                told[Event("posted", self.key(own))] += 1
                seen = self.seen[own] = Seen(first_look=self.looks)
            elif seen.state == "removed":
                told[Event("restored", self.key(own))] += 1
            elif seen.text != text and seen.reader == self.reader:
                told[Event("edited", self.key(own))] += 1
            seen.state, seen.text, seen.last_look, seen.reader = "standing", text, self.looks, self.reader
            seen.missed_look, seen.missed_at, seen.misses = None, None, 0
            seen.off = look.off if what in ("complete", "lie") else None
        if counts:
            self.miss(set(owns), told)
        self.showed[self.looks] = shown
        step.events = told
        return step

    def miss(self, owns: set[int], told: Counter[Event]) -> None:
        could = [(own, seen) for own, seen in self.seen.items() if seen.state == "standing" and own not in owns
                 and seen.reader == self.reader and not (self.off and seen.off not in (None, self.off))]
        if self.mass_at is not None and self.mass_look is None and len(could) > 5:
            self.mass_look = self.looks
        mass = self.mass_look is not None and (self.looks == self.mass_look
                                               or any(seen.missed_look == self.mass_look for _, seen in could))
        for own, seen in could:
            seen.misses += 1
            if seen.missed_at is None:
                seen.missed_look, seen.missed_at = self.looks, self.now
            elif mass and seen.first_look < (self.mass_look or 0) and (seen.misses < 3 or self.now - seen.missed_at < 6 * TEN):
                continue
            elif self.now - seen.missed_at >= TEN:
                key = self.key(own)
                bracket = (None, None) if key == "Agreed!" else (seen.last_look, seen.missed_look)
                told[Event("removed", key, *bracket)] += 1
                seen.state = "removed"
