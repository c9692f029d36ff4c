"""Notices: what needs a person, since when, and whether the operator was told that it is so, and that it is no more."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from storage.models import Mail, Notice

# What ends and comes back within so long is the same: something that fails off and on is told once, not each time.
SAME = timedelta(hours=24)
# Of one need there is at most one mail in so long, be it that it began or that it is over.
ONE_MAIL = timedelta(hours=1)
# How often it is noted of a need that it still stands; oftener would only keep other writers waiting.
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs a person: said is one plain sentence with what to do, key stays the same as long as it is needed.
    since: since when it is so, None where only this look says so. The operator gets a mail once it has been so for
    mail_after; None: never. detail are lines that the mail shows below the sentence."""

    key: str
    said: str
    since: datetime | None
    mail_after: timedelta | None
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A need that stands, since when, and whether a mail told of it; due: it is now to be told."""

    key: str
    said: str
    since: datetime
    told: bool
    due: bool
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Over:
    """A need that was told and stands no more: from when to when it stood."""

    key: str
    said: str
    since: datetime
    until: datetime


def up_to_date(session: Session, needs: Sequence[Need], now: datetime, well_after: timedelta) -> bool:
    """Whether the table says of all needs what there is to say, so that nothing is to be written and nothing is due."""
    rows = {row.need: row for row in session.scalars(select(Notice).where(Notice.ended_at.is_(None)))}
    mailed = _mailed(session)
    return rows.keys() == {need.key for need in needs} and not over(session, now, well_after) and all(
        now - NOTED_EVERY < rows[need.key].seen_at <= now and rows[need.key].said == need.said
        and not _due(need, rows[need.key], now, mailed) for need in needs)


def keep(session: Session, needs: Sequence[Need], now: datetime) -> list[Standing]:
    """Begins, notes and ends notices as the needs are; those that stand, in the order of the needs."""
    rows = {row.need: row for row in session.scalars(select(Notice))}
    mailed = _mailed(session)
    for name in rows.keys() - {need.key for need in needs}:
        rows[name].ended_at = rows[name].ended_at or now
    standing = []
    for need in needs:
        row = rows.get(need.key)
        if row is None:
            row = Notice(need=need.key, began_at=need.since or now)
        elif row.ended_at is not None and (row.mail_id is None or _cleared(row) or now - row.ended_at >= SAME):
            row.began_at, row.mail_id = need.since or now, None
        row.said, row.seen_at, row.ended_at = need.said, now, None
        session.add(row)
        standing.append(Standing(need.key, need.said, row.began_at, row.mail_id is not None, _due(need, row, now, mailed),
                                 need.detail))
    session.flush()
    return standing


def standing(session: Session, key: str) -> list[Need]:
    """The need of a key as it was last noted, where it stands; nobody is to be told of it for that."""
    rows = session.scalars(select(Notice).where(Notice.need == key, Notice.ended_at.is_(None)))
    return [Need(row.need, row.said, row.began_at, None) for row in rows]


def told(session: Session, keys: Sequence[str], mail: int) -> None:
    """Notes that a mail tells of needs."""
    session.execute(update(Notice).where(Notice.need.in_(keys)).values(mail_id=mail))


def over(session: Session, now: datetime, well_after: timedelta) -> list[Over]:
    """The needs that were told, have not stood for so long, and of which no mail said yet that they are over. Of one that comes
    back soon after it was said to be over that is said again only after a day: else what fails off and on would make two mails
    each time."""
    found = []
    mailed = _mailed(session)
    for row, last in session.execute(
            select(Notice, Mail.made_at).outerjoin(Mail, Mail.id == Notice.cleared_id)
            .where(Notice.ended_at.is_not(None), Notice.mail_id.is_not(None)).order_by(Notice.ended_at, Notice.id)):
        assert row.ended_at is not None
        wait = SAME if last is not None and row.began_at - last < SAME else well_after
        if not _cleared(row) and now - row.ended_at >= wait and not _lately(row.need, now, mailed):
            found.append(Over(row.need, row.said, row.began_at, row.ended_at))
    return found


def cleared(session: Session, keys: Sequence[str], mail: int) -> None:
    """Notes that a mail says of needs that they are over."""
    session.execute(update(Notice).where(Notice.need.in_(keys)).values(cleared_id=mail))


def untold(session: Session, key: str, now: datetime) -> bool:
    """Whether a need stands of which nobody was told, nor of an earlier one under its key just now."""
    row = session.scalar(select(Notice).where(Notice.need == key, Notice.ended_at.is_(None)))
    return row is not None and row.mail_id is None and not _lately(key, now, _mailed(session))


def told_once(session: Session, key: str, mail: int) -> None:
    """Notes that a mail tells of a need; nobody will be told that it is over."""
    session.execute(update(Notice).where(Notice.need == key).values(mail_id=mail, cleared_id=mail))


def settled(session: Session, key: str, now: datetime) -> None:
    """A person has seen to a need: it ends, and nobody has to be told that it did."""
    session.execute(update(Notice).where(Notice.need == key).values(ended_at=now, cleared_id=Notice.mail_id))


def _cleared(row: Notice) -> bool:
    # Mails are numbered in the order in which they were made.
    return row.cleared_id is not None and row.mail_id is not None and row.cleared_id >= row.mail_id


def _due(need: Need, row: Notice, now: datetime, mailed: Mapping[str, datetime]) -> bool:
    return (need.mail_after is not None and row.mail_id is None and now - row.began_at >= need.mail_after
            and not _lately(need.key, now, mailed))


def _mailed(session: Session) -> dict[str, datetime]:
    """When the last mail told of a need, or that it is over."""
    return dict(session.execute(
        select(Notice.need, func.max(Mail.made_at, type_=Mail.made_at.type))
        .join(Mail, or_(Mail.id == Notice.mail_id, Mail.id == Notice.cleared_id)).group_by(Notice.need)).all())


def _lately(need: str, now: datetime, mailed: Mapping[str, datetime]) -> bool:
    return need in mailed and now - mailed[need] < ONE_MAIL
