"""The judgement of runs that ended: what counts and may be told, and what waits for a person."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

import failpoint
from pipelines import due
from pipelines import holds as deciding
from pipelines import noise as learning
from pipelines.compare import judge as rules
from pipelines.compare.blame import NO_BLAME, Blame, Edit
from pipelines.compare.diff import block_pairs
from pipelines.compare.judge import Looks, Verdict
from pipelines.compare.version import same
from pipelines.holds import Decided, Left, NoHold
from storage import holds, losses, runs, watches
from storage import noise as noises
from storage.insert import put
from storage.models import Alert, Hold
from storage.runs import Unjudged
from storage.store import Store

CONTROLS = timedelta(hours=1)
RECENT = timedelta(hours=48)
HABIT = timedelta(days=30)
NOTHING_BUT_NOISE = "noise: nothing changed but lines that change at every look"
SAMPLES = 3
SAMPLE_LINES = 4
SAMPLE_CHARACTERS = 200
# A hold is over once so many of its articles read as before, or all where it has fewer, and most of those looked at again.
RETURNED = 3


NO_LOOKS = Looks(0, 0)
NOTHING_LOST = losses.Lost()
Rule = Callable[[Sequence[Edit], Sequence[Edit], Looks, Looks], Verdict]


class _Overtaken(Exception):
    """A hold began or ended since the run was read."""


@dataclass(frozen=True, slots=True)
class _Settled:
    """A change that an earlier hold's decision settles; or, with no hold, one that is nothing but noise."""

    hold: int | None
    judgement: str
    rest: Edit | None


@dataclass(frozen=True, slots=True)
class _Found:
    """What is to become of a run's changes. newest and undecided are the outlet's holds as they were when it was read; held are
    the versions that are to wait and lost the losses, blame and reason those of the hold they join or begin."""

    newest: int = 0
    undecided: int | None = None
    settled: tuple[tuple[int, _Settled], ...] = ()
    held: frozenset[int] = frozenset()
    reason: str | None = None
    blame: Blame = NO_BLAME
    controls: Looks = NO_LOOKS
    samples: tuple[dict[str, Any], ...] = ()
    articles: frozenset[int] = frozenset()
    lost: losses.Lost = NOTHING_LOST


def judge(store: Store, now: datetime, group_wait: timedelta, rule: Rule = rules.judge) -> list[int]:
    """Judges every run that ended or died and was not judged, in order, each in one transaction; the ids judged. A version that
    passes counts, and its alerts may be mailed after the group wait; one that is held waits for a person with its alerts. The
    rule says whether a hold begins."""
    with store.reading() as session:
        waiting = runs.unjudged(session)
    judged = [run for run in waiting if _judge(store, run, now, group_wait, rule)]
    for outlet in dict.fromkeys(run.outlet for run in judged):
        _end_over(store, outlet, now, group_wait)
    return [run.id for run in judged]


def _judge(store: Store, run: Unjudged, now: datetime, group_wait: timedelta, rule: Rule) -> bool:
    """Judges a run; False where somebody else did. What its changes tell of the outlet's noise is learned before."""
    if run.kind == "crawl":
        _learn(store, run, now)
    while True:
        with store.reading() as session:
            found = _found(session, run, rule) if run.kind == "crawl" else None
        try:
            with store.writing() as session:
                row = runs.to_judge(session, run.id)
                if row is None:
                    return False
                if found is not None:
                    row.hold_id = _hold(session, run, found, now, now + group_wait)
                row.judgement = "held" if row.hold_id is not None else "passed"
                runs.passed(session, run.id, now + group_wait)
                failpoint.reach("run.judging")
            failpoint.reach("run.judged")
            return True
        except _Overtaken:
            continue


def _learn(store: Store, run: Unjudged, now: datetime) -> None:
    with store.reading() as session:
        learned = learning.learned(session, run.outlet, run.id)
    if learned:
        with store.writing() as session:
            noises.add(session, run.outlet, learned, now)


# --- what is found

def _found(session: Session, run: Unjudged, rule: Rule) -> _Found | None:
    """What is to become of a run's changes and losses; None where it has none."""
    changed, lost = holds.of_run(session, run.id), losses.lost(session, run.id)
    if not changed and not lost:
        return None
    noise = learning.known(session, run.outlet)
    open_hold = holds.undecided(session, run.outlet)
    found = _Found(holds.newest_id(session, run.outlet), open_hold.id if open_hold is not None else None)
    settled: dict[int, _Settled] = {}
    edits: list[Edit] = []
    silent: set[int] = set()
    earlier = holds.decided(session, run.outlet)
    unseen = _unseen(session, changed, earlier)
    for one in changed:
        edit, stop = deciding.edit(one, noise), False
        if deciding.left(NO_BLAME, edit).nothing:
            settled[one.version], stop = _Settled(None, "rejected", None), True
        for hold in () if stop else earlier:
            what = _by_earlier(edit, hold, one.version in unseen.get(hold.id, ()))
            if what is None:
                continue
            if isinstance(what, _Settled):
                settled[one.version] = what
                stop = what.rest is None
            else:
                stop = what.silent  # released: it passes, and begins no other hold
                if stop:
                    settled[one.version] = _Settled(hold.id, "released", None)
            edit = what.rest or edit if isinstance(what, _Settled) else what.edit
            break
        if stop:
            silent.add(one.article)
        else:
            edits.append(edit)
    return _lost(session, run, _judged(session, run, found, changed, settled, edits, silent, open_hold, rule), lost)


def _judged(session: Session, run: Unjudged, found: _Found, changed: Sequence[holds.Changed], settled: dict[int, _Settled],
            edits: Sequence[Edit], silent: set[int], open_hold: Hold | None, rule: Rule) -> _Found:
    noise = learning.known(session, run.outlet)
    held: set[int] = set()
    blame, reason = NO_BLAME, None
    if open_hold is not None:
        blame, reason = Blame.from_json(open_hold.blame), open_hold.reason
        waiting = {one.article for one in holds.held_by(session, open_hold.id)}
        held = {edit.version for edit in edits if not blame or blame.touches(edit) or edit.article in waiting}
    since = run.ended_at - CONTROLS
    known = holds.looked(session, run.outlet, since, run.ended_at, run.started_at)
    moved = holds.changed_articles(session, run.outlet, since, run.ended_at)
    controls = Looks(len(known | moved - silent), len(moved - silent))
    rest = [edit for edit in edits if edit.version not in held]
    if rest:
        recent = [deciding.edit(one, noise) for one in holds.recent(session, run.outlet, run.ended_at - RECENT)]
        habit = Looks(holds.looks(session, run.outlet, run.ended_at - HABIT),
                      holds.changes(session, run.outlet, run.ended_at - HABIT))
        verdict = rule(rest, recent, controls, habit)
        if verdict.reason is not None:
            held |= verdict.held & {edit.version for edit in rest}
            blame, reason = blame | verdict.blame, reason or verdict.reason
    by_version = {one.version: one for one in changed}
    shown = [edit for edit in edits if edit.version in held]
    return replace(found, settled=tuple((version, what) for version, what in settled.items() if version not in held),
                   held=frozenset(held), reason=reason, blame=blame, controls=controls,
                   samples=tuple(sample(edit, by_version[edit.version].url) for edit in shown[:SAMPLES]),
                   articles=frozenset(edit.article for edit in shown))


def _lost(session: Session, run: Unjudged, found: _Found, lost: losses.Lost) -> _Found:
    """Adds the losses that are the outlet's rather than those of single articles."""
    since = run.ended_at - CONTROLS
    ago = run.ended_at - HABIT
    if lost.gone:
        missing = losses.missing(session, run.outlet, since, run.ended_at) | lost.gone
        known = holds.looked(session, run.outlet, since, run.ended_at, run.started_at) | missing
        before = losses.gone_since(session, run.outlet, ago) - len(lost.gone)  # its own losses are no habit
        habit = Looks(holds.looks(session, run.outlet, ago), max(0, before))
        found = _losing(session, found, Looks(len(known), len(missing)), habit, replace(lost, threads=frozenset()))
    if lost.threads:
        emptied = losses.lost_threads(session, *losses.of_crawls(run.outlet, since, run.ended_at)) | lost.threads
        known = losses.threads_looked(session, run.outlet, since, run.ended_at) | emptied
        habit = Looks(holds.looks(session, run.outlet, ago), 0)
        found = _losing(session, found, Looks(len(known), len(emptied)), habit, replace(lost, gone=frozenset()))
    return found


def _losing(session: Session, found: _Found, controls: Looks, habit: Looks, lost: losses.Lost) -> _Found:
    articles = lost.gone | lost.threads
    reason = rules.judge_losses(sorted(articles), controls, habit)
    if reason is None:
        return found
    if lost.threads:
        reason = (f"{controls.changed} of {controls.looked} threads looked at within the hour lost all or most of their "
                  "comments.")
    shown = tuple({"article": str(article), "url": url, "old": [_short(title)] if title else [], "new": []}
                  for article, url, title in losses.headlines(session, articles, SAMPLES))
    both = losses.Lost(found.lost.gone | lost.gone, found.lost.threads | lost.threads)
    return replace(found, reason=found.reason or reason, lost=both, samples=(*found.samples, *shown)[:SAMPLES],
                   controls=found.controls if found.reason is not None else controls)


def _by_earlier(edit: Edit, hold: Hold, unseen: bool) -> _Settled | Left | None:
    """What an earlier hold's decision says of an edit: how it is settled, or what of it a released hold leaves to be judged;
    None where it says nothing."""
    blame = Blame.from_json(hold.blame)
    assert hold.decision is not None
    if not blame:
        if not unseen or hold.decision == "rejected":
            return None
        nothing = replace(edit, new_title=edit.old_title, new=edit.old)
        return _Settled(hold.id, "accepted", None) if hold.decision == "accepted" else Left(nothing, touched=True)
    rest = deciding.left(blame if unseen else blame.by_words, edit)
    if not rest.touched:
        return None
    if hold.decision == "released":
        return rest
    if hold.decision == "rejected":
        # What an author wrote on top of the fault counts, and the fault with it; so the way back from it is no edit.
        fault = "accepted" if rest.back else "rejected"
        return _Settled(hold.id, fault, None) if rest.nothing else _Settled(hold.id, "passed", rest.edit)
    return _Settled(hold.id, "accepted" if rest.nothing else "passed", None if rest.nothing else rest.edit)


def _unseen(session: Session, changed: Sequence[holds.Changed], earlier: Sequence[Hold]) -> dict[int, set[int]]:
    """Of each decided hold that blames more than words the changes of articles that were not looked at between its begin and
    now; of a rejected one also of those that show its fault since an author wrote on top of it."""
    found = {}
    for hold in earlier:
        blame = Blame.from_json(hold.blame)
        if not blame or blame != blame.by_words:
            before = {one.before.version for one in changed if one.before.seen_at < hold.began_at}
            seen = holds.seen_since(session, before, hold.began_at)
            before -= seen
            if hold.decision == "rejected":
                before |= holds.passed_of(session, hold.id, {one.before.version for one in changed})
            found[hold.id] = {one.version for one in changed if one.before.version in before}
    return found


def sample(edit: Edit, url: str) -> dict[str, Any]:
    """A change as the operator's mail shows it: the first lines that differ, shortened."""
    pairs: list[tuple[str | None, str | None]] = [] if same(edit.old_title, edit.new_title) else [
        (edit.old_title, edit.new_title)]
    pairs += block_pairs(edit.old, edit.new)
    return {"article": str(edit.article), "url": url,
            "old": [_short(old) for old, _ in pairs if old][:SAMPLE_LINES],
            "new": [_short(new) for _, new in pairs if new][:SAMPLE_LINES]}


def _short(text: str) -> str:
    return text if len(text) <= SAMPLE_CHARACTERS else text[:SAMPLE_CHARACTERS - 1].rstrip() + "…"


# --- what is written

def _hold(session: Session, run: Unjudged, found: _Found, now: datetime, mail_at: datetime) -> int | None:
    """Writes what was found of a run's changes; the id of the hold that it began or joined."""
    open_hold = holds.undecided(session, run.outlet, lock=True)
    if (holds.newest_id(session, run.outlet), open_hold.id if open_hold else None) != (found.newest, found.undecided):
        raise _Overtaken
    standing = watches.kept(session) if found.settled else {}
    for version, what in found.settled:
        if what.judgement == "rejected":
            holds.judged(session, [version], "rejected", what.hold)
            why = f"hold {what.hold} was rejected: it is of its kind" if what.hold is not None else NOTHING_BUT_NOISE
            holds.settle_alerts(session, Alert.version_id == version, None, why)
        elif what.judgement == "released":
            holds.judged(session, [version], "released", what.hold)
        else:
            assert what.hold is not None
            deciding.settle(session, version, what.hold, what.rest, standing, mail_at, what.judgement)
    if not found.held and not found.lost:
        return None
    if open_hold is not None:
        hold_id = open_hold.id
        open_hold.blame = found.blame.to_json()
        if len(open_hold.samples) < SAMPLES:
            known = {each["article"] for each in open_hold.samples}
            more = [each for each in found.samples if each["article"] not in known]
            open_hold.samples = [*open_hold.samples, *more][:SAMPLES]
    else:
        hold_id = put(session, Hold, outlet=run.outlet, began_at=now, reason=found.reason, looked=found.controls.looked,
                      changed=found.controls.changed, blame=found.blame.to_json(), samples=list(found.samples))
    holds.in_doubt(session, found.articles, now, due.SOON)
    holds.judged(session, found.held, "held", hold_id)
    holds.hold_alerts(session, found.held)
    losses.hold_losses(session, run.id, found.lost)
    return hold_id


# --- a hold that ends by itself

def _end_over(store: Store, outlet: str, now: datetime, group_wait: timedelta) -> None:
    with store.reading() as session:
        hold = holds.undecided(session, outlet)
        if hold is None:
            return
        again, returned = holds.looked_again(session, hold.id)
        articles = holds.articles_of(session, hold.id)
        noisy = bool(articles) and articles == _nothing_but_noise(session, outlet, hold.id)
    if noisy or (returned >= min(RETURNED, len(articles)) and 2 * returned > again):
        try:
            deciding.over(store, hold.id, now, group_wait)
        except (Decided, NoHold):
            return  # a person was quicker


def _nothing_but_noise(session: Session, outlet: str, hold_id: int) -> set[int]:
    """The articles of a hold of which every change that waits is noise by what has been learned since."""
    noise = learning.known(session, outlet)
    held = holds.held_by(session, hold_id)
    return {one.article for one in held} - {
        one.article for one in held if not deciding.left(NO_BLAME, deciding.edit(one, noise)).nothing}
