"""The addresses that alerts go to: whether they said that they want mails, and whether mails to them come back."""
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from storage import watch_figures, watches
from storage.insert import insert
from storage.models import Alert, Mail, Recipient


@dataclass(frozen=True, slots=True)
class Named:
    """A watch that stands and names an address, and the words that it looks for."""

    watch: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """An address in a list. state is None where nothing is known of it; watches are those that stand and name it, without
    those that it has ended, waiting the alerts that are in no mail yet."""

    address: str
    state: str | None
    asked_at: datetime | None
    confirmed_at: datetime | None
    dead_at: datetime | None
    reason: str | None
    watches: tuple[str, ...]
    waiting: int


def state(session: Session, address: str) -> str | None:
    """How an address is; None where nothing is known of it."""
    return session.scalar(select(Recipient.state).where(Recipient.address == address))


def die(session: Session, address: str, reason: str, now: datetime) -> bool:
    """Mails to an address come back: nothing more is mailed to it, and its alerts wait; False where it was dead before."""
    if state(session, address) == "dead":
        return False
    _put(session, address, {"state": "dead", "dead_at": now, "reason": reason})
    return True


def confirm(session: Session, address: str, now: datetime) -> None:
    """An address is its owner's, who wants the mails: what waits for it goes out. One that was dead lives, and what came back
    of it is settled."""
    _put(session, address, {"state": "confirmed", "confirmed_at": now, "dead_at": None, "reason": None,
                            "revived_at": now})


def revive(session: Session, address: str, now: datetime) -> bool:
    """A dead address is mailed to again, with what waits for it, and what came back of it is settled; False, and nothing done,
    where it is not dead."""
    revived = session.execute(update(Recipient).where(Recipient.address == address, Recipient.state == "dead").values(
        state="confirmed", dead_at=None, reason=None, revived_at=now, confirmed_at=func.coalesce(Recipient.confirmed_at, now)))
    assert isinstance(revived, CursorResult)
    return revived.rowcount > 0


def asked(session: Session, address: str, now: datetime) -> bool:
    """Notes that an address is asked whether it wants mails; False where something is known of it, and it is not asked."""
    made = insert(session.get_bind().dialect.name, Recipient).values(address=address, state="unconfirmed", asked_at=now)
    return session.scalar(made.on_conflict_do_nothing().returning(Recipient.address)) is not None


def unknown(session: Session) -> frozenset[str]:
    """The addresses of watches that stand of which nothing is known; a channel is no address."""
    known = set(session.scalars(select(Recipient.address)))
    return frozenset(address for address in _named(session) if address not in known and "@" in address)


def to_ask(session: Session) -> Mapping[str, tuple[Named, ...]]:
    """The addresses of which nothing is known and which no watch's mail went to, with the watches that name them."""
    new = unknown(session)
    mailed, named = _mailed(session, new), _named(session)
    return {address: named[address] for address in sorted(new - mailed)}


def know(session: Session, now: datetime) -> None:
    """Addresses that a watch's mail went to before anybody was asked count as confirmed."""
    for address in sorted(_mailed(session, unknown(session))):
        session.execute(insert(session.get_bind().dialect.name, Recipient).values(
            address=address, state="confirmed", confirmed_at=now).on_conflict_do_nothing())


def listing(session: Session) -> list[RecipientRow]:
    """All that alerts go to or went to, by their names."""
    rows = {row.address: row for row in session.scalars(select(Recipient))}
    named, ended = _named(session), watch_figures.ended_by(session)
    waiting: dict[str, int] = dict(session.execute(select(Alert.recipient, func.count()).where(
        Alert.state == "pending", Alert.mail_id.is_(None)).group_by(Alert.recipient)).all())
    others = set(session.scalars(select(Alert.recipient).distinct()))
    told = {address: tuple(each.watch for each in of if address not in ended.get(each.watch, ()))
            for address, of in named.items()}
    return [_row(address, rows.get(address), told.get(address, ()), waiting.get(address, 0))
            for address in sorted(rows.keys() | named.keys() | others)]


def _row(address: str, row: Recipient | None, watches: tuple[str, ...], waiting: int) -> RecipientRow:
    if row is None:
        return RecipientRow(address, None, None, None, None, None, watches, waiting)
    return RecipientRow(address, row.state, row.asked_at, row.confirmed_at, row.dead_at, row.reason, watches, waiting)


def _named(session: Session) -> dict[str, tuple[Named, ...]]:
    """The recipients of the watches that stand, with those watches."""
    named: dict[str, tuple[Named, ...]] = {}
    for watch in watches.kept(session).values():
        for address in dict.fromkeys(watch.recipients):
            named[address] = (*named.get(address, ()), Named(watch.id, watch.words))
    return named


def _mailed(session: Session, addresses: Collection[str]) -> set[str]:
    return set(session.scalars(select(Mail.recipient).distinct().where(
        Mail.recipient.in_(addresses), Mail.watch_id.is_not(None), Mail.state == "sent")))


def _put(session: Session, address: str, values: dict[str, Any]) -> None:
    session.execute(insert(session.get_bind().dialect.name, Recipient).values(address=address, **values)
                    .on_conflict_do_update(index_elements=["address"], set_=values))
