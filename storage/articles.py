"""Articles, their versions, and the newest reading of each."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from storage.models import Article, Capture, Change, Comment, Hold, Page, Reading, Thread, Version

JUDGED = ("passed", "accepted", "released")


@dataclass(frozen=True, slots=True)
class Latest:
    """An article's latest version that was not rejected, with its newest reading."""

    version: Version
    capture: Capture
    reading: Reading


@dataclass(frozen=True, slots=True)
class Aside:
    """What an article read besides its latest version: head is the last version that counts, where the latest waits for a
    person; rejected is the newest of those that a person said never count, and stood the one that counts before it."""

    head: Latest | None = None
    rejected: Latest | None = None
    stood: Latest | None = None


NO_ASIDE = Aside()


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """A line of the list of articles; versions counts judged ones, comments those that stand."""

    id: int
    outlet: str
    url: str
    title: str | None
    state: str
    versions: int
    comments: int
    first_seen: datetime
    last_changed: datetime


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version with the reading that it shows."""

    version: Version
    reading: Reading


def _newest_reading() -> Select[int]:
    return select(func.max(Reading.id)).where(Reading.outcome == "clean").group_by(Reading.capture_id)


# Made once, as it is asked for every page that is known.
_LATEST = (select(Version, Capture, Reading).join(Capture, Version.capture_id == Capture.id)
           .join(Reading, Reading.capture_id == Capture.id).where(Version.article_id == bindparam("article"),
                                                                  Reading.outcome == "clean", Version.judgement != "rejected")
           .order_by(Version.seq.desc(), Reading.id.desc()).limit(1))


def latest(session: Session, article_id: int) -> Latest | None:
    """The article's latest version; None where it has none. Those that were rejected are stepped over."""
    row = session.execute(_LATEST, {"article": article_id}).first()
    return Latest(*row) if row else None


def aside(session: Session, latest: Version) -> Aside:
    """What a text that is not the latest version's may be the same as."""
    head = _one(session, Version.article_id == latest.article_id, Version.judgement.in_(JUDGED)) if (
        latest.judgement == "held") else None
    rejected = _one(session, Version.article_id == latest.article_id, Version.judgement == "rejected", Version.hold_id.in_(
        select(Hold.id).where(Hold.decision == "rejected")))
    stood = _one(session, Version.article_id == latest.article_id, Version.judgement.in_(JUDGED),
                 Version.seq < rejected.version.seq) if rejected is not None else None
    return Aside(head, rejected, stood)


def _one(session: Session, *which: ColumnElement[bool]) -> Latest | None:
    """The newest of some versions, with its newest reading."""
    row = session.execute(
        select(Version, Capture, Reading).join(Capture, Version.capture_id == Capture.id)
        .join(Reading, Reading.capture_id == Capture.id).where(Reading.outcome == "clean", *which)
        .order_by(Version.seq.desc(), Reading.id.desc()).limit(1)).first()
    return Latest(*row) if row else None


def next_seq(session: Session, article_id: int) -> int:
    """The number of the article's next version."""
    return 1 + (session.scalar(select(func.max(Version.seq)).where(Version.article_id == article_id)) or 0)


def hidden(session: Session, capture_id: int, reader: str) -> list[Reading]:
    """The clean reading of a capture by a reader, where it is not the newest."""
    newer = aliased(Reading)
    return list(session.scalars(select(Reading).where(
        Reading.capture_id == capture_id, Reading.reader == reader, Reading.outcome == "clean", select(newer.id).where(
            newer.capture_id == capture_id, newer.outcome == "clean", newer.id > Reading.id).exists())))


def versions(session: Session, article_id: int) -> list[VersionRow]:
    """The article's versions in order, each with its newest reading."""
    rows = session.execute(
        select(Version, Reading).join(Reading, Reading.capture_id == Version.capture_id)
        .where(Version.article_id == article_id, Reading.id.in_(_newest_reading())).order_by(Version.seq))
    return [VersionRow(version, reading) for version, reading in rows]


def change(session: Session, old: Version, new: Version) -> Change | None:
    """What a version's change is made of, where the other is the one that it was compared with."""
    return session.scalar(select(Change).where(Change.version_id == new.id, Change.before_id == old.id))


def by_id_or_url(session: Session, which: str) -> Article | None:
    """The article with this id, or with this URL as its own or one of its pages'."""
    if which.isascii() and which.isdigit():
        return session.get(Article, int(which)) if int(which) < 2**31 else None
    found = session.scalar(select(Article).where(Article.url == which).order_by(Article.id).limit(1))
    return found or session.scalar(select(Article).join(Page, Page.article_id == Article.id).where(Page.url == which)
                                   .order_by(Article.id).limit(1))


def listing(session: Session, *, outlet: str | None = None, since: datetime | None = None,
            limit: int | None = None) -> list[ArticleRow]:
    """The articles with a judged version, the last changed one first; since asks for those changed at or after it.
    To vanish is a change."""
    counted = (select(Version.article_id, func.count().label("versions"), func.max(Version.seq).label("seq"),
                      func.max(Version.seen_at).label("changed"))
               .where(Version.judgement.in_(JUDGED)).group_by(Version.article_id).subquery())
    last_changed = case((Article.gone_at > counted.c.changed, Article.gone_at), else_=counted.c.changed)
    comments = (select(Thread.article_id, func.count().label("comments")).join(Comment, Comment.thread_id == Thread.id)
                .where(Comment.state == "standing").group_by(Thread.article_id).subquery())
    query = (select(Article, Reading.title, counted.c.versions, func.coalesce(comments.c.comments, 0), last_changed)
             .join(counted, counted.c.article_id == Article.id)
             .join(Version, (Version.article_id == Article.id) & (Version.seq == counted.c.seq))
             .join(Reading, (Reading.capture_id == Version.capture_id) & Reading.id.in_(_newest_reading()))
             .outerjoin(comments, comments.c.article_id == Article.id).order_by(last_changed.desc(), Article.id.desc()))
    if outlet is not None:
        query = query.where(Article.outlet == outlet)
    if since is not None:
        query = query.where(last_changed >= since)
    return [ArticleRow(found.id, found.outlet, found.url, title, found.state, number, said, found.first_seen_at, changed)
            for found, title, number, said, changed in session.execute(query.limit(limit))]


def shown(rows: Sequence[VersionRow]) -> list[VersionRow]:
    """The judged ones among an article's versions."""
    return [row for row in rows if row.version.judgement in JUDGED]
