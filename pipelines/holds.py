"""What is decided about a hold: a redesign is taken out of what it held, a fault is stepped over, news is told."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

import failpoint
from pipelines import noise as learning
from pipelines.compare.blame import NO_BLAME, Blame, Edit
from pipelines.compare.change import measure
from pipelines.compare.diff import block_pairs
from pipelines.compare.noise import NO_NOISE, Noise
from pipelines.compare.version import same
from pipelines.match import watch as watching
from storage import holds, notices, watches
from storage.holds import Changed, Decision, ToBeTold
from storage.models import Alert, Change, Hold
from storage.store import Store
from storage.watches import WatchRow


class NoHold(LookupError):
    """There is no hold of this id."""


class Decided(RuntimeError):
    """A hold is decided already; the text says how, when and by whom."""


class _OnlyLooked(Exception):
    """The decision is not to be made."""


class _Overtaken(Exception):
    """What the hold holds has changed since it was read."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a decision did, or would do: versions that count, that are no more than the redesign or never count, and alerts
    told and dropped."""

    hold: int
    outlet: str
    decision: Decision
    versions: int
    alerts: tuple[ToBeTold, ...]
    dropped: int

    @property
    def told(self) -> int:
        """How many alerts are to be mailed."""
        return len(self.alerts)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an edit once a blame is taken out of it. touched: the blame was in it; nothing: it was all of it; back:
    the edit is the way back from what is blamed."""

    edit: Edit
    touched: bool
    back: bool = False

    @property
    def nothing(self) -> bool:
        return _differences(self.edit) == 0

    @property
    def silent(self) -> bool:
        """Whether nobody is told of what is left: nothing, or blocks that only moved."""
        return same(self.edit.old_title, self.edit.new_title) and not block_pairs(self.edit.old, self.edit.new)


def edit(one: Changed, noise: Noise = NO_NOISE) -> Edit:
    """A change as the rules see it: noise is not in it."""
    return Edit(one.version, one.article, one.before.title, one.after.title,
                noise.without(one.before.text.split("\n")), noise.without(one.after.text.split("\n")))


def left(blame: Blame, of: Edit) -> Left:
    """What is left of an edit without a blame: between two versions an outlet may have put its new layout on, or taken it off
    again; of both ways the one that leaves least."""
    best = Left(of, touched=False)
    for way in (blame, blame.back) if blame else ():
        rest = way.leaves(of)
        if rest != of and _differences(rest) < _differences(best.edit):
            best = Left(rest, touched=True, back=way is not blame)
    return best


def _differences(of: Edit) -> int:
    if same("\n".join(of.old), "\n".join(of.new)):
        return int(not same(of.old_title, of.new_title))
    lines = sum((old is not None) + (new is not None) for old, new in block_pairs(of.old, of.new))
    return 1 + lines + int(not same(of.old_title, of.new_title))  # blocks that only moved are less than any line


# --- a decision

def accept(store: Store, hold_id: int, who: str, now: datetime, group_wait: timedelta, *, only_look: bool = False) -> Done:
    """The outlet was made over: what its changes have in common is told to nobody, what is left of them is."""
    return _decide(store, hold_id, "accepted", who, now, group_wait, only_look=only_look)


def reject(store: Store, hold_id: int, who: str, now: datetime, group_wait: timedelta, *, only_look: bool = False) -> Done:
    """A fault or a wall: nothing of the hold ever counts."""
    return _decide(store, hold_id, "rejected", who, now, group_wait, only_look=only_look)


def release(store: Store, hold_id: int, who: str, now: datetime, group_wait: timedelta, *, only_look: bool = False) -> Done:
    """All of it is news: it is told as it is."""
    return _decide(store, hold_id, "released", who, now, group_wait, only_look=only_look)


def over(store: Store, hold_id: int, now: datetime, group_wait: timedelta) -> Done:
    """The outlet is itself again: of each article what differs from how it read before the hold is told."""
    return _decide(store, hold_id, "over", None, now, group_wait)


DECISIONS: dict[str, Callable[..., Done]] = {"accept": accept, "reject": reject, "release": release}


def _decide(store: Store, hold_id: int, decision: Decision, who: str | None, now: datetime, group_wait: timedelta, *,
            only_look: bool = False) -> Done:
    """Decides a hold in one transaction, which checks that it is undecided and holds what was read; NoHold, Decided. With
    only_look the transaction is taken back."""
    while True:
        with store.reading() as session:
            hold = _undecided(session, hold_id, lock=False)
            blame = Blame.from_json(hold.blame)
            held = holds.held_by(session, hold_id)
            noise = learning.known(session, hold.outlet)
            outlet = hold.outlet
        rests = (_rests(blame, [edit(one, noise) for one in held]) if decision == "accepted"
                 else _rests_of_all(blame, [edit(one, noise) for one in held]) if decision == "over" else {})
        try:
            with store.writing() as session:
                hold = _undecided(session, hold_id, lock=True)
                # Locked, so that a look which finds an article as it was before waits, or is seen.
                if holds.held_ids(session, hold_id) != {one.version for one in held}:
                    raise _Overtaken
                ids = [one.version for one in held]
                alerts = holds.alerts_held(session, hold_id)
                hold.ended_at, hold.decision, hold.who = now, decision, who
                if decision == "released":
                    holds.judged(session, ids, "released")
                    holds.settle_alerts(session, holds.losses_of(hold_id) | Alert.version_id.in_(ids), now + group_wait, None)
                elif decision == "rejected":
                    reason = f"hold {hold_id} was rejected: nothing of it counts"
                    holds.judged(session, ids, "rejected")
                    holds.settle_alerts(session, holds.losses_of(hold_id) | Alert.version_id.in_(ids), None, reason)
                else:
                    standing = watches.kept(session)
                    for one in held:
                        settle(session, one.version, hold_id, rests[one.version], standing, now + group_wait)
                    lost = ("was accepted: what was missing was the redesign's" if decision == "accepted"
                            else "is over: the outlet is itself again")
                    holds.settle_alerts(session, holds.losses_of(hold_id), None, f"hold {hold_id} {lost}")
                if decision != "over":
                    notices.settled(session, need_key(hold_id), now)
                told = tuple(holds.to_be_told(session, alerts))
                done = Done(hold_id, outlet, decision, len(ids), told, len(alerts) - len(told))
                failpoint.reach("hold.deciding")
                if only_look:
                    raise _OnlyLooked
            failpoint.reach("hold.decided")
            return done
        except _OnlyLooked:
            return done
        except _Overtaken:
            continue


def need_key(hold_id: int) -> str:
    """The key of the need that a hold is."""
    return f"hold:{hold_id}"


def _undecided(session: Session, hold_id: int, *, lock: bool) -> Hold:
    hold = holds.one(session, hold_id, lock=lock)
    if hold is None:
        raise NoHold(f"there is no hold {hold_id}: `steppewire hold list` lists them")
    if hold.ended_at is not None:
        by = f" by {hold.who}" if hold.who else ""
        raise Decided(f"hold {hold_id} is decided already: {hold.decision} at {hold.ended_at:%Y-%m-%d %H:%M} UTC{by}")
    return hold


def _rests(blame: Blame, edits: Sequence[Edit]) -> dict[int, Edit | None]:
    """Of each version of a hold that is accepted what is left of its change, None where nothing is. Without any blame the first
    change of each article is the redesign."""
    met: set[int] = set()
    rests: dict[int, Edit | None] = {}
    for one in edits:
        if blame:
            # Places are an article's first change alone.
            rest = left(blame.by_words if one.article in met else blame, one)
            rests[one.version] = None if rest.nothing else rest.edit
        else:
            rests[one.version] = one if one.article in met else None
        met.add(one.article)
    return rests


def _rests_of_all(blame: Blame, edits: Sequence[Edit]) -> dict[int, Edit | None]:
    """Of each version of a hold that is over what is left of its change. What came and went between is the redesign's way there
    and back: the last version of each article says what became of it since before the hold."""
    first, last = {one.article: one for one in reversed(edits)}, {one.article: one for one in edits}
    rests: dict[int, Edit | None] = dict.fromkeys(one.version for one in edits)
    for article, one in last.items():
        rest = left(blame, replace(one, old_title=first[article].old_title, old=first[article].old))
        rests[one.version] = None if rest.nothing else rest.edit
    return rests


def redesign(session: Session, outlet: str) -> Blame:
    """What the redesigns of an outlet that were accepted have in common."""
    found = NO_BLAME
    for hold in holds.decided(session, outlet):
        if hold.decision == "accepted":
            found |= Blame.from_json(hold.blame)
    return found


def settle(session: Session, version: int, hold_id: int, rest: Edit | None, standing: Mapping[str, WatchRow],
           mail_at: datetime, judgement: str = "accepted") -> None:
    """Judges a version of a redesign that is accepted: its alerts tell of what is left of the change, or are dropped."""
    holds.judged(session, [version], judgement, hold_id)
    if rest is None:
        session.execute(update(Change).where(Change.version_id == version).values(redesign=True))
        holds.settle_alerts(session, Alert.version_id == version, None,
                            f"hold {hold_id}: nothing was changed but what the outlet's redesign changed")
        return
    figures = measure(rest.old_title, "\n".join(rest.old), rest.new_title, "\n".join(rest.new))
    session.execute(update(Change).where(Change.version_id == version).values(**asdict(figures)))
    old, new = watching.Text(rest.old_title, rest.old), watching.Text(rest.new_title, rest.new)
    for alert in holds.alerts_of(session, version):
        watch = standing.get(alert.watch_id)
        told = watching.of_edit(watch, old, new, figures) if watch is not None else None
        if told is None:
            alert.state = "dropped"
            alert.reason = (f"hold {hold_id}: its watch has ended" if watch is None
                            else f"hold {hold_id}: what the redesign left is nothing that its watch asks for")
        else:
            alert.event, passage = told
            alert.passage, alert.state, alert.mail_at = passage.to_json(), "pending", mail_at
    session.flush()
    watches.postpone(session, mail_at)
