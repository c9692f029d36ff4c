"""An outlet as the rules see it, without crawler and database: runs look at articles and at controls, and are judged."""
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipelines.compare.blame import Blame, Edit
from pipelines.compare.judge import Looks, Verdict, judge
from pipelines.compare.version import same

HOUR = 60.0
DAY = 24 * HOUR
LADDER = (10.0, HOUR, 3 * HOUR, DAY, 3 * DAY, 30 * DAY)
CONTROLS = 10
Shown = tuple[str, tuple[str, ...]]


@dataclass
class Told:
    """An alert: what was told, and when, in minutes."""

    at: float
    edit: Edit


@dataclass
class Outlet:
    """Articles by their numbers; shows says what an article's page shows at a time, in minutes. looks and changes are the habit
    of the thirty days before."""

    chance: random.Random
    shows: Callable[[int, float], Shown]
    known: dict[int, Shown] = field(default_factory=dict)
    looks: int = 3000
    changes: int = 60
    told: list[Told] = field(default_factory=list)
    verdicts: list[tuple[float, Verdict]] = field(default_factory=list)
    held: list[Edit] = field(default_factory=list)
    hold: Blame | None = None
    began: float = 0.0
    accepted: list[tuple[float, Blame]] = field(default_factory=list)
    seen: dict[int, float] = field(default_factory=dict)
    runs: int = 0
    _hour: list[tuple[float, int, bool]] = field(default_factory=list)
    _passed: list[tuple[float, Edit]] = field(default_factory=list)
    _versions: int = 0

    def run(self, at: float, articles: Sequence[int]) -> None:
        """One run that looks at some articles, at controls if it found an edit, and is judged."""
        self.runs += 1
        self._hour = [one for one in self._hour if one[0] > at - HOUR]
        edits = [edit for article in articles if (edit := self._look(at, article))]
        if edits:
            looked = {article for _, article, _ in self._hour}
            rest = sorted(self.known.keys() - looked)
            more = self.chance.sample(rest, min(len(rest), max(0, CONTROLS - len(looked))))
            edits += [edit for article in more if (edit := self._look(at, article))]
            self._judge(at, edits)
        self.seen |= {article: at for time, article, _ in self._hour if time == at}

    def _look(self, at: float, article: int) -> Edit | None:
        now, before = self.shows(article, at), self.known.get(article)
        self.known[article] = now
        if before is None:
            return None
        self.looks += 1
        changed = not (same(before[0], now[0]) and same("\n".join(before[1]), "\n".join(now[1])))
        self._hour.append((at, article, changed))
        if not changed:
            return None
        self.changes += 1
        self._versions += 1
        return Edit(self._versions, article, before[0], now[0], before[1], now[1])

    def _judge(self, at: float, found: Sequence[Edit]) -> None:
        edits = []
        for edit in found:
            rest = edit
            for began, blame in self.accepted:
                rest = _left(blame if self.seen.get(edit.article, -1.0) < began else blame.by_words, rest)
            if _nothing(rest):
                self._hour = [(time, article, changed and article != edit.article) for time, article, changed in self._hour]
            else:
                edits.append(rest)
        waiting = {edit.article for edit in self.held}
        held = {edit.version for edit in edits
                if self.hold is not None and (not self.hold or self.hold.touches(edit) or edit.article in waiting)}
        rest_of = [edit for edit in edits if edit.version not in held]
        if rest_of:
            looked = {article for _, article, _ in self._hour}
            moved = {article for _, article, changed in self._hour if changed}
            recent = [edit for time, edit in self._passed if time > at - 2 * DAY]
            verdict = judge(rest_of, recent, Looks(len(looked), len(moved)), Looks(self.looks, self.changes))
            if verdict.reason is not None:
                self.verdicts.append((at, verdict))
                if self.hold is None:
                    self.began = at
                self.hold = verdict.blame if self.hold is None else self.hold | verdict.blame
                held |= verdict.held
        self.held += [edit for edit in edits if edit.version in held]
        for edit in edits:
            if edit.version not in held:
                self.told.append(Told(at, edit))
                self._passed.append((at, edit))

    def accept(self, at: float) -> None:
        """The operator accepts the hold: what its blame leaves is told."""
        if self.hold is None:
            return
        met: set[int] = set()
        for edit in self.held:
            blame = self.hold
            if not blame:
                rest = edit if edit.article in met else None
            else:
                rest = _left(blame.by_words if edit.article in met else blame, edit)
            met.add(edit.article)
            if rest is not None and not _nothing(rest):
                self.told.append(Told(at, rest))
        self.accepted.append((self.began, self.hold))
        self.hold, self.held = None, []


def _left(blame: Blame, edit: Edit) -> Edit:
    return min((blame.leaves(edit), blame.back.leaves(edit), edit), key=_size)


def _nothing(edit: Edit) -> bool:
    return same(edit.old_title, edit.new_title) and same("\n".join(edit.old), "\n".join(edit.new))


def _size(edit: Edit) -> int:
    """How many lines of either side the other has not."""
    if _nothing(edit):
        return 0
    return len(set(edit.old) ^ set(edit.new)) + len({edit.old_title, edit.new_title})


def due(published: float, start: float, end: float) -> list[float]:
    """When the ladder looks at an article of a time between two times."""
    return [published + rung for rung in LADDER if start <= published + rung < end]
