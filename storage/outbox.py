"""The outbox: alerts wait in it, become mails, and every attempt to send one is on record before it is made."""
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, CursorResult, and_, func, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

import failpoint
from storage.models import Alert, Article, Attempt, Change, CommentVersion, Mail, Recipient, Version, Watch
from storage.schedule import Schedule
from storage.store import Store

HOUR = timedelta(hours=1)
Outcome = Literal["sent", "later", "refused", "paused", "died"]


@dataclass(frozen=True, slots=True)
class DueAlert:
    """An alert that may be mailed now. passage is the row's JSON, which `Passage.from_json` reads; outlet is an id. version is
    the number of the version that it tells of, before that of the one which this was compared with."""

    id: int
    watch: str
    recipient: str
    event: str
    subject: str
    article: int
    outlet: str
    url: str
    seen_at: datetime
    passage: dict[str, Any]
    zone: str = "UTC"
    quote_comments: bool = True
    version: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail as it will be sent for good: bytes is the whole message, lines ended by CRLF, or what the channel takes. watch is
    None where it is no watch's but tells the operator that a person is needed."""

    watch: str | None
    recipient: str
    message_id: str
    subject: str
    bytes: bytes
    made_at: datetime
    channel: str = "mail"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail that is claimed for one attempt. tries counts the earlier ones that were to be made again later, tried_since is
    the time of the first of these; both begin anew where a person had the mail tried anew."""

    mail: int
    attempt: int
    recipient: str
    message_id: str
    bytes: bytes
    tries: int
    tried_since: datetime | None


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert in a list. seq is the version's, or the comment version's where comment is set."""

    id: int
    watch: str
    recipient: str
    event: str
    article: int
    seq: int | None
    comment: int | None
    state: str
    reason: str | None
    mail: int | None
    mail_state: str | None


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail in a list; attempts are all that were begun. bounced_at is when it came back, bounce what was said of that, or of
    its being late."""

    id: int
    message_id: str
    watch: str | None
    recipient: str
    subject: str
    state: str
    attempts: int
    reason: str | None
    made_at: datetime
    due_at: datetime
    channel: str
    bounced_at: datetime | None
    bounce: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Alerts that wait for a mail and since when the oldest does; mails that wait to be sent, and dead
    ones; reason is what the oldest waiting mail's last attempt was answered, where it had one."""

    pending: int
    oldest: datetime | None
    waiting: int
    dead: int
    reason: str | None = None


# --- from alerts to mails

def due_groups(session: Session, now: datetime, *, only_confirmed: bool = False) -> list[tuple[str, str]]:
    """The (watch, recipient) pairs that have alerts to be mailed now, the one that waits longest first; an address that has not
    confirmed or is dead is left out. only_confirmed: so is one of which nothing is known, a channel excepted."""
    closed = select(Recipient.address).where(Recipient.state != "confirmed")
    known = select(Recipient.address).where(Recipient.state == "confirmed")
    asked = or_(Alert.recipient.in_(known), Alert.recipient.not_like("%@%")) if only_confirmed else true()
    return [(watch, recipient) for watch, recipient in session.execute(
        select(Alert.watch_id, Alert.recipient)
        .where(*_unmailed(), Alert.mail_at <= now, asked, Alert.recipient.not_in(closed))
        .group_by(Alert.watch_id, Alert.recipient).order_by(func.min(Alert.id)))]


def due_alerts(session: Session, now: datetime, watch: str, recipient: str, limit: int) -> list[DueAlert]:
    """The oldest alerts of one watch and recipient that may be mailed now."""
    return _told(session, limit, *_unmailed(), Alert.mail_at <= now, Alert.watch_id == watch, Alert.recipient == recipient)


def capped(session: Session, watch: str, recipient: str, now: datetime) -> datetime | None:
    """Until when a recipient has had as many mails of a watch as it allows within an hour; None where it may have one now."""
    cap = session.scalar(select(Watch.cap).where(Watch.id == watch))
    if cap is None:
        return None
    made = session.scalars(select(Mail.made_at).where(
        Mail.watch_id == watch, Mail.recipient == recipient, Mail.made_at > now - HOUR)
        .order_by(Mail.made_at.desc()).limit(cap)).all()
    return made[-1] + HOUR if len(made) == cap else None


def put_off(session: Session, watch: str, recipient: str, now: datetime, until: datetime) -> None:
    """Lets the alerts of one watch and recipient that are due wait until the watch may be told at or after a time."""
    schedule = Schedule.kept(session.get_one(Watch, watch).schedule)
    session.execute(update(Alert).where(*_unmailed(), Alert.mail_at <= now, Alert.watch_id == watch,
                                        Alert.recipient == recipient).values(mail_at=schedule.after(until)))


def alerts(session: Session, ids: Collection[int]) -> list[DueAlert]:
    """Alerts by their ids, as they are now."""
    return _told(session, None, Alert.id.in_(ids))


def told_by(session: Session, mail: int) -> list[DueAlert]:
    """The alerts that a mail tells of, as they are now."""
    return _told(session, None, Alert.mail_id == mail)


def _told(session: Session, limit: int | None, *which: ColumnElement[bool]) -> list[DueAlert]:
    seen_at = func.coalesce(Version.seen_at, CommentVersion.seen_at, Alert.made_at, type_=Alert.made_at.type)
    before = aliased(Version)
    found = session.execute(
        select(Alert, Article, Watch, seen_at, Version.seq, before.seq).join(Article, Article.id == Alert.article_id)
        .join(Watch, Watch.id == Alert.watch_id)
        .outerjoin(Version, Version.id == Alert.version_id)
        .outerjoin(Change, Change.version_id == Version.id).outerjoin(before, before.id == Change.before_id)
        .outerjoin(CommentVersion, CommentVersion.id == Alert.comment_version_id)
        .where(*which).order_by(Alert.id).limit(limit))
    return [DueAlert(alert.id, alert.watch_id, alert.recipient, alert.event, alert.subject, article.id, article.outlet,
                     article.url, seen, alert.passage, Schedule.kept(watch.schedule).zone, watch.quote_comments, seq, compared)
            for alert, article, watch, seen, seq, compared in found]


def freeze(store: Store, mail: NewMail, alerts: Sequence[int]) -> bool:
    """Stores a mail and claims its alerts in one transaction; False, and nothing done, where one of them is no longer free."""
    try:
        with store.writing() as session:
            if (claimed := _claim(session, post(session, mail), alerts)) != len(alerts):
                raise _NotFree(f"{claimed} of {len(alerts)} alerts")
            failpoint.reach("mail.freezing")
    except (_NotFree, IntegrityError):  # the other way to lose them: a mail of these very alerts, thus of this Message-ID
        return False
    failpoint.reach("mail.frozen")
    return True


def post(session: Session, mail: NewMail) -> int:
    """Stores a mail, to be sent at once; its id."""
    row = Mail(watch_id=mail.watch, recipient=mail.recipient, message_id=mail.message_id, subject=mail.subject,
               bytes=mail.bytes, made_at=mail.made_at, due_at=mail.made_at, channel=mail.channel)
    session.add(row)
    session.flush()
    return row.id


class _NotFree(Exception):
    pass


def _claim(session: Session, mail: int, alerts: Sequence[int]) -> int:
    return _rows(session.execute(update(Alert).where(Alert.id.in_(alerts), *_unmailed()).values(mail_id=mail, state="mailed")))


def drop(session: Session, alert: int, reason: str) -> None:
    """Takes an alert that cannot be mailed out of the way, with the reason."""
    session.execute(update(Alert).where(Alert.id == alert, *_unmailed()).values(state="dropped", reason=reason))


def drop_of_version(session: Session, version: int, reason: str) -> None:
    """Takes the alerts of a version that does not count out of the way, those that were mailed excepted."""
    session.execute(update(Alert).where(Alert.version_id == version, *_unmailed()).values(state="dropped", reason=reason))


def _unmailed() -> tuple[ColumnElement[bool], ...]:
    return Alert.state == "pending", Alert.mail_id.is_(None)


def _rows(result: Any) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount


# --- from mails to attempts

def begin_attempt(session: Session, *, due: datetime, at: datetime, until: datetime,
                  but: Collection[str] = (), channel: str = "mail") -> Outgoing | None:
    """Claims the mail of a channel that was due first at `due`, those that never failed before the others, nobody else's before
    `until`, and records that an attempt begins; None where no mail is left but those of the recipients in `but`. Commit it
    before anything is sent."""
    free = and_(Mail.state == "waiting", Mail.channel == channel, Mail.due_at <= due,
                or_(Mail.claimed_until.is_(None), Mail.claimed_until <= at), Mail.recipient.not_in(but))
    order = Mail.reason.is_not(None), Mail.due_at, Mail.id
    while (mail := session.scalar(select(Mail).where(free).order_by(*order).limit(1))) is not None:
        if _rows(session.execute(update(Mail).where(Mail.id == mail.id, free).values(claimed_until=until)
                                 .execution_options(synchronize_session=False))):
            attempt = Attempt(mail_id=mail.id, at=at)
            session.add(attempt)
            session.flush()
            tries, since = session.execute(select(func.count(), func.min(Attempt.at, type_=Attempt.at.type)).where(
                Attempt.mail_id == mail.id, Attempt.outcome == "later",
                *((Attempt.at >= mail.retried_at,) if mail.retried_at else ()))).one()
            return Outgoing(mail.id, attempt.id, mail.recipient, mail.message_id, mail.bytes, tries, since)
    return None


def end_attempt(session: Session, outgoing: Outgoing, at: datetime, outcome: Outcome, answer: str, *,
                due_at: datetime | None = None, dead: str | None = None) -> None:
    """Records how an attempt ended and frees the mail: it is sent, or dead for a reason, or waits until due_at (None: as due as
    before)."""
    session.execute(update(Attempt).where(Attempt.id == outgoing.attempt).values(ended_at=at, outcome=outcome, answer=answer))
    state = "sent" if outcome == "sent" else "waiting" if dead is None else "dead"
    values: dict[str, Any] = {"state": state, "claimed_until": None, "reason": None if outcome == "sent" else dead or answer}
    session.execute(update(Mail).where(Mail.id == outgoing.mail, Mail.state == "waiting").values(
        **values, **({"due_at": due_at} if due_at else {})))


def release(session: Session, sent: Outgoing, at: datetime, longest: timedelta, channel: str = "mail") -> None:
    """A mail got through: those of its channel that wait longer than `longest`, and since whose first failure none had got
    through, waited for the server and not for a reason of their own; they are due at once."""
    later: tuple[ColumnElement[bool], ...] = (Mail.state == "waiting", Mail.channel == channel, Mail.due_at > at + longest)
    if session.scalar(select(Mail.id).where(*later).limit(1)) is None:
        return
    before = session.scalar(select(func.max(Attempt.ended_at, type_=Attempt.at.type)).join(Mail, Mail.id == Attempt.mail_id)
                            .where(Attempt.outcome == "sent", Attempt.id != sent.attempt, Mail.channel == channel))
    if before is not None:
        later += (~select(Attempt.id).where(Attempt.mail_id == Mail.id, Attempt.outcome == "later",
                                            Attempt.at <= before).exists(),)
    session.execute(update(Mail).where(*later).values(due_at=at).execution_options(synchronize_session=False))


def stranded(session: Session, channels: Collection[str]) -> list[str]:
    """The channels of mails that wait, other than those named."""
    return sorted(session.scalars(
        select(Mail.channel).where(Mail.state == "waiting", Mail.channel.not_in(channels)).distinct()))


def bury(session: Session, channel: str, reason: str) -> None:
    """The mails of a channel that wait are dead for a reason."""
    session.execute(update(Mail).where(Mail.channel == channel, Mail.state == "waiting").values(state="dead", reason=reason))


def clear_claims(session: Session) -> None:
    """Frees what a sender that is no more had claimed, and says of its open attempts that they died."""
    session.execute(update(Mail).where(Mail.claimed_until.is_not(None)).values(claimed_until=None))
    session.execute(update(Attempt).where(Attempt.outcome.is_(None)).values(outcome="died"))


class NotRetried(RuntimeError):
    """Mails cannot be tried anew; the text says which and why. Nothing was changed."""


def retry(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Lets mails that are dead or wait be tried at once, with the bytes they have; NotRetried where one is sent or unknown."""
    states = dict(session.execute(select(Mail.id, Mail.state).where(Mail.id.in_(ids)).with_for_update()).all())
    for mail in ids:
        if mail not in states:
            raise NotRetried(f"there is no mail {mail}: `steppewire mail list` lists them")
        if states[mail] == "sent":
            raise NotRetried(f"mail {mail} is sent: nobody is mailed twice")
    session.execute(update(Mail).where(Mail.id.in_(ids)).values(state="waiting", due_at=now, retried_at=now))


def dead(session: Session) -> list[int]:
    """The mails that are dead, the oldest first."""
    return list(session.scalars(select(Mail.id).where(Mail.state == "dead").order_by(Mail.id)))


# --- for people

def list_alerts(session: Session, limit: int | None = None) -> list[AlertRow]:
    """The alerts, newest first."""
    found = session.execute(
        select(Alert, Version.seq, CommentVersion.seq, CommentVersion.comment_id, Mail.state)
        .outerjoin(Mail, Mail.id == Alert.mail_id)
        .outerjoin(Version, Version.id == Alert.version_id)
        .outerjoin(CommentVersion, CommentVersion.id == Alert.comment_version_id)
        .order_by(Alert.id.desc()).limit(limit))
    return [AlertRow(alert.id, alert.watch_id, alert.recipient, alert.event, alert.article_id,
                     seq if comment is None else comment_seq, comment, alert.state, alert.reason, alert.mail_id,
                     mail_state)
            for alert, seq, comment_seq, comment, mail_state in found]


def list_mails(session: Session, limit: int | None = None) -> list[MailRow]:
    """The mails, newest first, without their bytes."""
    attempts = select(func.count()).where(Attempt.mail_id == Mail.id).scalar_subquery()
    found = session.execute(
        select(Mail.id, Mail.message_id, Mail.watch_id, Mail.recipient, Mail.subject, Mail.state, attempts, Mail.reason,
               Mail.made_at, Mail.due_at, Mail.channel, Mail.bounced_at, Mail.bounce).order_by(Mail.id.desc()).limit(limit))
    return [MailRow(*row) for row in found]


def show_mail(session: Session, mail: int) -> bytes | None:
    """The bytes of a mail, None where there is none of this id."""
    return session.scalar(select(Mail.bytes).where(Mail.id == mail))


def redacted(session: Session, mail: int) -> datetime | None:
    """When something that is forgotten was taken out of a mail; None: never."""
    return session.scalar(select(Mail.redacted_at).where(Mail.id == mail))


def waiting(session: Session, channel: str) -> int:
    """How many mails of a channel are to be sent."""
    return session.scalars(select(func.count()).where(Mail.state == "waiting", Mail.channel == channel)).one()


def counts(session: Session) -> Counts:
    """How much waits, and how much is dead."""
    pending, oldest = session.execute(select(func.count(), func.min(Alert.made_at, type_=Alert.made_at.type))
                                      .where(Alert.state == "pending")).one()
    states = dict(session.execute(select(Mail.state, func.count()).group_by(Mail.state)).all())
    reason = session.scalar(select(Mail.reason).where(Mail.state == "waiting", Mail.reason.is_not(None))
                            .order_by(Mail.id).limit(1))
    return Counts(pending, oldest, states.get("waiting", 0), states.get("dead", 0), reason)
