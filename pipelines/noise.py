"""What an outlet's own history tells of its noise: lines that change at nearly every look while the rest stands."""
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from sqlalchemy.orm import Session

from pipelines.compare.noise import LABEL, LONGEST, LONGEST_LEADING, Noise, by_form, label, mask
from pipelines.compare.version import plain
from storage import noise
from storage.noise import Learned

# One article may be edited at each look, its death toll brought up to date; a line that changes so often in several is the
# site's. Of a background that agencies add to several stories a figure is seldom corrected twice.
ARTICLES, CHANGES = 3, 2
# A line that was put in everywhere is no noise, nor is one that was put in and taken out: one that is there again may be.
COMES_AND_GOES = 3
# A box may show by chance what it showed before.
NEARLY = 0.7
# A box of more lines is not known by the line above it.
BOX = 8
Rule = tuple[str, str]


def known(session: Session, outlet: str) -> Noise:
    """What is known of an outlet's noise."""
    return Noise(noise.rules(session, outlet))


def learned(session: Session, outlet: str, run_id: int) -> list[Learned]:
    """What a run's changes, and earlier looks at what it changed, tell of the outlet's noise that is not known; nothing
    where it changed no known article."""
    articles = noise.changed_by(session, run_id)
    if not articles:
        return []
    rules = set(noise.rules(session, outlet))
    histories = noise.histories(session, outlet, articles)
    return [one for one in from_looks(histories) if (one.kind, one.key) not in rules]


def from_looks(histories: dict[tuple[int, int], list[str]]) -> list[Learned]:
    """The rules that looks tell, each history the texts of an article's page, the oldest first."""
    changed: dict[Rule, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    examples: dict[Rule, str] = {}
    sizes: dict[Rule, int] = {}
    for (article, _), texts in histories.items():
        for old, new in pairwise(texts):
            if old != new:
                for rule, (example, size) in _changes(old, new):
                    changed[rule][article] += 1
                    examples.setdefault(rule, example)
                    sizes[rule] = min(size, sizes.get(rule, size))
    often = {rule: found for rule, by_article in changed.items()
             if len(found := {article for article, times in by_article.items() if times >= CHANGES}) >= ARTICLES}
    stood = _stood(often, histories)
    rules = []
    for rule, found in often.items():
        kind, key = rule
        times = sum(changed[rule].values())
        if kind == "line":
            if sum(changed[rule][article] >= COMES_AND_GOES for article in found) < ARTICLES:
                continue
        elif times < NEARLY * (times + stood[rule]):
            continue
        key = f"{sizes[rule]} {key}" if kind == "below" else key
        rules.append(Learned(kind, key, examples[rule], times, len(changed[rule])))
    return rules


def _lines(text: str) -> list[str]:
    """What counts of the lines of a text by their form."""
    return list(by_form(text.split("\n")))


def _changes(old: str, new: str) -> Iterator[tuple[Rule, tuple[str, int]]]:
    """The rules, each once, that would explain a change of lines between two looks, each with a line and how many lines they
    are."""
    before, after = _lines(old), _lines(new)
    was, now = [plain(line) for line in before], [plain(line) for line in after]
    found: dict[Rule, tuple[str, int]] = {}
    for op, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if op == "equal":
            continue
        gone, come = before[i:j], after[k:m]
        for line in (*come, *gone):
            if len(line) <= LONGEST:
                found.setdefault(("line", plain(line)), (line, 1))
        if op != "replace":
            continue
        masks = {mask(line) for line in gone if _may_count(line)}
        labels = {label(line) for line in gone} - {None}
        for line in come:
            if _may_count(line) and mask(line) in masks:
                found.setdefault(("figures", mask(line)), (line, 1))
            if (own := label(line)) is not None and own in labels:
                found.setdefault(("label", own), (line, 1))
        if (i and k and was[i - 1] == now[k - 1] and len(before[i - 1]) <= LABEL and max(len(gone), len(come)) <= BOX
                and all(len(line) <= LONGEST_LEADING for line in (*gone, *come))):
            found.setdefault(("below", was[i - 1]), (come[0], min(len(gone), len(come))))
    yield from found.items()


def _may_count(line: str) -> bool:
    """Whether a line may be one of which only the figures change: a short one that is no sentence."""
    return len(line) <= LONGEST and any(map(str.isdigit, line)) and not line.rstrip().endswith((".", "!", "?", "。"))


def _stood(rules: Iterable[Rule], histories: dict[tuple[int, int], list[str]]) -> dict[Rule, int]:
    """How often what a rule knows was there at two looks after each other and did not change."""
    wanted = set(rules)
    stood: dict[Rule, int] = defaultdict(int)
    for texts in histories.values():
        for old, new in pairwise(texts):
            before = dict(_shown(_lines(old), wanted))
            for rule, line in _shown(_lines(new), wanted):
                stood[rule] += before.get(rule) == line
    return stood


def _shown(lines: Sequence[str], wanted: set[Rule]) -> Iterator[tuple[Rule, str]]:
    """What of a text the wanted rules know: the rule and what stands there."""
    above = ""
    for line in lines:
        own = plain(line)
        for rule in (("figures", mask(line)), ("label", label(line) or ""), ("below", above)):
            if rule in wanted:
                yield rule, own
        above = own


