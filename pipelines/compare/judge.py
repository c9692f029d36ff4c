"""Whether an outlet behaves unlike itself: what many articles changed at once is a redesign, a wall or a fault, and no edit."""
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from pipelines.compare.blame import NO_BLAME, Blame, Edit
from pipelines.compare.common import certain, in_motion
from pipelines.compare.motion import motion

# What is taken for the habit of an outlet that has none yet: one look in fifty, which many looks soon outweigh.
USUAL, USUAL_LOOKS = 0.02, 50
# A chance of less than one in a thousand is none: an outlet is judged some hundred times a month.
CHANCE = 0.001
# Of fresh stories a busy outlet edits up to half between two looks, whatever its habit over all looks is; seven of ten of
# those is a busy morning, and nine of ten (1 in 90) with nothing else to say for it is not.
FRESH, FRESH_CHANCE = 0.5, 0.02
# And of many that were looked at, so large a share: a redesign changes them all but for a few pages in caches.
ALL_BUT_FEW = 0.8
# How often an editor's change consists of nothing but lines at the same edge, or put in or taken out anywhere: a paragraph
# appended is usual, a first one that is lost is not.
PLACED = 0.15
# Fewer than so many articles that change without anything in common are no mass.
MASS = 5
# A place in common is believed from so many articles on.
FEW = 3


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks at known articles: how many articles were looked at, and how many of them had changed."""

    looked: int
    changed: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """held are the versions that are to wait for a person, none where reason is None; blame is what they have in common."""

    reason: str | None = None
    blame: Blame = NO_BLAME
    held: frozenset[int] = frozenset()


PASSED = Verdict()


def tail(changed: int, looked: int, rate: float) -> float:
    """The chance that of so many looked at at least so many changed, each at this rate (a binomial tail)."""
    return sum(comb(looked, count) * rate ** count * (1 - rate) ** (looked - count) for count in range(changed, looked + 1))


def usual_rate(habit: Looks) -> float:
    """The share of an outlet's looks that find a change, by its own last thirty days."""
    return (habit.changed + USUAL * USUAL_LOOKS) / (habit.looked + USUAL_LOOKS)


def judge(edits: Sequence[Edit], recent: Sequence[Edit], controls: Looks, habit: Looks) -> Verdict:
    """The verdict on a run. edits are the run's own; recent are those of the outlet's runs of the last two days that passed;
    controls are the articles that were looked at in the last hour, the run's own among them; habit is the same of the last
    thirty days by single looks."""
    if not edits:
        return PASSED
    return _same_text(edits, recent) or _in_motion(edits, controls, habit) or _same_lines(edits, recent) or PASSED


def _in_motion(edits: Sequence[Edit], controls: Looks, habit: Looks) -> Verdict | None:
    """Too large a share of the controls changed."""
    articles = {edit.article for edit in edits}
    changed = max(controls.changed, len(articles))
    looked = max(controls.looked, changed)
    rate = usual_rate(habit)
    if changed < FEW or tail(changed, looked, rate) >= CHANCE:
        return None
    blame = in_motion(edits)
    explained = {edit.article for edit in edits if blame.explains(edit)}
    if blame and len(explained) >= FEW and tail(len(explained), looked, max(rate, PLACED)) < CHANCE * 4:
        return _verdict(edits, blame, f"{_share(changed, looked, rate)}; {describe(edits, blame)}")
    if changed >= max(MASS, ALL_BUT_FEW * looked) and tail(changed, looked, FRESH) < FRESH_CHANCE:
        blame = in_motion(edits)
        held = _verdict(edits, blame, _share(changed, looked, rate))
        return held if blame else Verdict(held.reason, blame, frozenset(edit.version for edit in edits))
    return None


def _same_lines(edits: Sequence[Edit], recent: Sequence[Edit]) -> Verdict | None:
    """The same lines came or went in several articles."""
    blame = certain([*recent, *edits])
    if not blame or not any(blame.touches(edit) for edit in edits):
        return None
    return _verdict(edits, blame, _first_up(describe([*recent, *edits], blame)))


def _same_text(edits: Sequence[Edit], recent: Sequence[Edit]) -> Verdict | None:
    """Articles that said different things say the same now."""
    by_text: dict[str, dict[str, list[Edit]]] = defaultdict(lambda: defaultdict(list))
    for edit in [*recent, *edits]:
        moved = motion(edit)
        by_text[" ".join(moved.new)][" ".join(moved.old)].append(edit)
    own = {edit.version for edit in edits}
    for before in by_text.values():
        found = [edit for same in before.values() for edit in same]
        count = len({edit.article for edit in found})
        if len(before) > 1 and count > 1 and (held := frozenset(edit.version for edit in found) & own):
            return Verdict(f"{count} articles that said different things show the same text now.", NO_BLAME, held)
    return None


def judge_losses(lost: Sequence[int], controls: Looks, habit: Looks) -> str | None:
    """Why a run's losses are to wait for a person; None where they may be told. lost are the articles (or threads) that are
    gone; controls and habit are looks as for `judge`, a look that finds nothing there counting as changed."""
    missing = max(controls.changed, len(set(lost)))
    looked = max(controls.looked, missing)
    rate = usual_rate(habit)
    if not lost or missing < FEW or tail(missing, looked, rate) >= CHANCE or missing * 2 < looked:
        return None
    return (f"{missing} of {looked} articles looked at within the hour were gone, where {_percent(rate)} in 100 are usual.")


def _verdict(edits: Sequence[Edit], blame: Blame, reason: str) -> Verdict:
    return Verdict(reason if reason.endswith(".") else f"{reason}.", blame,
                   frozenset(edit.version for edit in edits if blame.touches(edit)))


def _share(changed: int, looked: int, rate: float) -> str:
    return f"{changed} of {looked} articles looked at within the hour had changed, where {_percent(rate)} in 100 are usual"


def _percent(rate: float) -> str:
    return f"{100 * rate:.0f}" if rate >= 0.01 else "fewer than 1"


WORDS = {("first", "new"): "got lines above the first one", ("first", "old"): "lost the lines above the first one",
         ("last", "new"): "got lines below the last one", ("last", "old"): "lost the end of the text",
         ("any", "new"): "got lines of their own", ("any", "old"): "lost lines of their own"}


def describe(edits: Sequence[Edit], blame: Blame) -> str:
    """What most of the edits have in common, in words."""
    said = [(Blame(added=(line,)), f"got the line “{_short(line)}”") for line in blame.added]
    said += [(Blame(dropped=(line,)), f"lost the line “{_short(line)}”") for line in blame.dropped]
    for shape in blame.shapes:
        verb = "got" if shape.side == "new" else "lost"
        if shape.kind in ("label", "mask"):
            words = f"{verb} lines like “{_short(shape.text)}”"
        elif shape.kind in ("begin", "end"):
            words = f"{verb} “{_short(shape.text)}” at the {'beginning' if shape.kind == 'begin' else 'end'} of a line"
        elif shape.kind.startswith("title"):
            words = f"{verb} “{_short(shape.text)}” in the headline" if shape.text else "say their headline otherwise"
        elif shape.kind == "moved":
            words = "have their lines in another order"
        else:
            words = WORDS[(shape.kind, shape.side)]
        said.append((Blame(shapes=(shape,)), words))
    counted = [(len({edit.article for edit in edits if one.touches(edit)}), words) for one, words in said]
    count, words = max(counted, key=lambda one: one[0])
    return f"{count} of them {words}"


def _short(line: str) -> str:
    return line if len(line) <= 60 else f"{line[:57]}…"


def _first_up(words: str) -> str:
    return words.replace("of them", "articles", 1)
