"""Holds: which changes of an outlet wait for a person, and what the judgement asks about them."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, aliased

from storage import watches
from storage.models import (
    Alert,
    Article,
    Capture,
    Change,
    Hold,
    Page,
    Reading,
    Run,
    Sighting,
    Version,
)
from storage.passage import Passage

Decision = Literal["accepted", "rejected", "released", "over"]
# The texts of so many changes are compared with a run's own; of more, the newest.
RECENT = 200
MANY = 500  # ids in one question


@dataclass(frozen=True, slots=True)
class Side:
    """A version as a reader read it."""

    version: int
    seen_at: datetime
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A version of a known article beside the newest one before it that was not rejected, both as one reader read them where
    one has."""

    version: int
    article: int
    url: str
    hold: int | None
    before: Side
    after: Side


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold in a list: how many changes and alerts it held, and how many of them it holds still."""

    hold: Hold
    articles: int
    versions: int
    versions_held: int
    alerts_held: int


# --- what was changed

def changed(session: Session, *which: ColumnElement[bool], newest: int | None = None) -> list[Changed]:
    """The versions of known articles of a kind beside those before them, the oldest first; newest: at most so many."""
    earlier = aliased(Version)
    before = (select(earlier.id).where(earlier.article_id == Version.article_id, earlier.seq < Version.seq,
                                       earlier.judgement != "rejected")
              .order_by(earlier.seq.desc()).limit(1).correlate(Version).scalar_subquery())
    rows = session.execute(select(Version, Article.url, before).join(Article, Article.id == Version.article_id)
                           .where(Version.seq > 1, *which).order_by(Version.id.desc()).limit(newest)).all()[::-1]
    known = _versions(session, {own for *_, own in rows if own is not None})
    captures = {version.capture_id for version, *_ in rows} | {version.capture_id for version in known.values()}
    readings = _readings(session, captures)
    found = []
    for version, url, own in rows:
        if own is None:
            continue  # nothing that counts was there before it: it is as good as new
        old, new = _alike(readings.get(known[own].capture_id, []), readings.get(version.capture_id, []))
        found.append(Changed(version.id, version.article_id, url, version.hold_id, _side(known[own], old), _side(version, new)))
    return found


def _versions(session: Session, ids: set[int]) -> dict[int, Version]:
    return {version.id: version for some in parts(ids)
            for version in session.scalars(select(Version).where(Version.id.in_(some)))}


# Reader, title and text.
Read = tuple[str | None, str | None, str | None]


def _readings(session: Session, captures: set[int]) -> dict[int, list[Read]]:
    """Of each capture its clean readings, the newest first: reader, title and text."""
    found: dict[int, list[Read]] = {}
    for some in parts(captures):
        for capture, *read in session.execute(
                select(Reading.capture_id, Reading.reader, Reading.title, Reading.text)
                .where(Reading.capture_id.in_(some), Reading.outcome == "clean").order_by(Reading.id.desc())):
            found.setdefault(capture, []).append((read[0], read[1], read[2]))
    return found


def _alike(old: Sequence[Read], new: Sequence[Read]) -> tuple[Read | None, Read | None]:
    """The newest readings of two captures that one reader made; the newest of each where none has read both."""
    readers = {read[0]: read for read in reversed(old)}
    both = next(((readers[read[0]], read) for read in new if read[0] in readers), None)
    return both or (old[0] if old else None, new[0] if new else None)


def _side(version: Version, read: Read | None) -> Side:
    _, title, text = read or ("", None, None)
    return Side(version.id, version.seen_at, title or "", text or "")


def parts(ids: Iterable[int]) -> list[list[int]]:
    every = sorted(ids)
    return [every[start:start + MANY] for start in range(0, len(every), MANY)]


def of_run(session: Session, run_id: int) -> list[Changed]:
    """What a run changed and nobody has judged."""
    return changed(session, Version.run_id == run_id, Version.judgement == "open")


def recent(session: Session, outlet: str, since: datetime) -> list[Changed]:
    """What an outlet's crawls changed since a time and what passed."""
    return changed(session, Version.judgement == "passed", Version.seen_at >= since,
                   Version.run_id.in_(select(Run.id).where(Run.outlet == outlet, Run.kind == "crawl")), newest=RECENT)


def held_by(session: Session, hold_id: int) -> list[Changed]:
    """What a hold holds still."""
    return changed(session, Version.hold_id == hold_id, Version.judgement == "held")


# --- what was looked at

def looked(session: Session, outlet: str, since: datetime, until: datetime, known_before: datetime) -> set[int]:
    """The articles known before a time of which a page answered within another."""
    return set(session.scalars(
        select(Article.id).distinct().join(Page, Page.article_id == Article.id)
        .where(Article.outlet == outlet, Article.first_seen_at < known_before, Page.kind == "article",
               Page.confirmed_at >= since, Page.confirmed_at <= until)))


def changed_articles(session: Session, outlet: str, since: datetime, until: datetime) -> set[int]:
    """The known articles of an outlet that changed within a time, what earlier decisions settled left out."""
    return set(session.scalars(
        select(Version.article_id).distinct().join(Run, Run.id == Version.run_id)
        .where(Run.outlet == outlet, Run.kind == "crawl", Version.seq > 1, Version.seen_at >= since, Version.seen_at <= until,
               Version.judgement.in_(("open", "passed", "held")))))


def looks(session: Session, outlet: str, since: datetime) -> int:
    """How often known articles of an outlet were looked at since a time by a crawl that got the page."""
    return session.scalars(
        select(func.count()).select_from(Capture).join(Run, Run.id == Capture.run_id).join(Page, Page.id == Capture.page_id)
        .where(Run.outlet == outlet, Run.kind == "crawl", Run.started_at >= since, Page.kind == "article",
               Capture.status == 200)).one() + (session.scalar(
        select(func.sum(Run.not_modified)).where(Run.outlet == outlet, Run.kind == "crawl", Run.started_at >= since)) or 0)


def changes(session: Session, outlet: str, since: datetime) -> int:
    """How many changes of known articles passed since a time."""
    return session.scalars(
        select(func.count()).select_from(Version).join(Run, Run.id == Version.run_id)
        .where(Run.outlet == outlet, Run.kind == "crawl", Version.seq > 1, Version.judgement.in_(("passed", "released")),
               Version.seen_at >= since)).one()


def seen_since(session: Session, version_ids: Iterable[int], since: datetime) -> set[int]:
    """Those of the versions that a look after a time found unchanged."""
    return {found for some in parts(version_ids) for found in session.scalars(
        select(Sighting.version_id).distinct().join(Capture, Capture.id == Sighting.capture_id)
        .where(Sighting.version_id.in_(some), Capture.at >= since))}


def passed_of(session: Session, hold_id: int, version_ids: Iterable[int]) -> set[int]:
    """Those of the versions that passed with the fault of a rejected hold in them."""
    return {found for some in parts(version_ids) for found in session.scalars(
        select(Version.id).where(Version.id.in_(some), Version.hold_id == hold_id, Version.judgement == "passed"))}


# --- holds

def undecided(session: Session, outlet: str, *, lock: bool = False) -> Hold | None:
    """The outlet's hold that nobody has decided; locked, it stays so until this transaction ends."""
    query = select(Hold).where(Hold.outlet == outlet, Hold.ended_at.is_(None))
    return session.scalar(query.with_for_update() if lock else query)


def decided(session: Session, outlet: str) -> list[Hold]:
    """The outlet's holds that a person decided, the newest first."""
    return list(session.scalars(select(Hold).where(Hold.outlet == outlet, Hold.decision.in_(
        ("accepted", "rejected", "released"))).order_by(Hold.id.desc())))


def newest_id(session: Session, outlet: str) -> int:
    """The id of the outlet's newest hold, 0 where it has none."""
    return session.scalar(select(func.max(Hold.id)).where(Hold.outlet == outlet)) or 0


def one(session: Session, hold_id: int, *, lock: bool = False) -> Hold | None:
    """A hold; locked, nobody else decides it until this transaction ends."""
    query = select(Hold).where(Hold.id == hold_id)
    return session.scalar(query.with_for_update() if lock else query)


def listing(session: Session, which: Iterable[int] | None = None) -> list[HoldRow]:
    """The holds, the undecided first, then the newest; or those with these ids."""
    query = select(Hold).order_by(Hold.ended_at.is_not(None), Hold.id.desc())
    found = list(session.scalars(query if which is None else query.where(Hold.id.in_(list(which)))))
    versions = {hold: (articles, number, held) for hold, articles, number, held in session.execute(
        select(Version.hold_id, func.count(Version.article_id.distinct()), func.count(),
               func.count().filter(Version.judgement == "held")).where(Version.hold_id.is_not(None))
        .group_by(Version.hold_id))}
    alerts = dict(session.execute(select(Run.hold_id, func.count()).join(Alert, Alert.run_id == Run.id)
                                  .where(Run.hold_id.is_not(None), Alert.state == "held").group_by(Run.hold_id)).all())
    return [HoldRow(hold, *versions.get(hold.id, (0, 0, 0)), alerts.get(hold.id, 0)) for hold in found]


def waiting(session: Session) -> list[HoldRow]:
    """The holds that wait for a person, the oldest first."""
    ids = list(session.scalars(select(Hold.id).where(Hold.ended_at.is_(None)).order_by(Hold.id)))
    return sorted(listing(session, ids), key=lambda row: row.hold.id) if ids else []


def in_doubt(session: Session, article_ids: Iterable[int], now: datetime, soon: timedelta) -> None:
    """Has the pages of articles looked at again soon and unconditionally."""
    for some in parts(set(article_ids)):
        for page in session.scalars(select(Page).where(Page.article_id.in_(some), Page.kind == "article",
                                                       Page.state == "known").order_by(Page.id).with_for_update()):
            page.doubt, page.etag, page.last_modified = True, None, None
            page.next_due_at = min(page.next_due_at, now + soon)


def judged(session: Session, version_ids: Iterable[int], judgement: str, hold_id: int | None = None) -> None:
    """Gives versions their judgement, and the hold that it is by."""
    values: dict[str, Any] = {"judgement": judgement} | ({"hold_id": hold_id} if hold_id is not None else {})
    for some in parts(version_ids):
        session.execute(update(Version).where(Version.id.in_(some)).values(**values))


def hold_alerts(session: Session, version_ids: Iterable[int]) -> None:
    """Has the alerts of versions wait for a person, those that are in a mail excepted."""
    for some in parts(version_ids):
        session.execute(update(Alert).where(Alert.version_id.in_(some), Alert.state == "pending", Alert.mail_id.is_(None))
                        .values(state="held", mail_at=None))


def alerts_of(session: Session, version_id: int) -> list[Alert]:
    """The alerts of a version that are in no mail yet."""
    return list(session.scalars(select(Alert).where(
        Alert.version_id == version_id, Alert.state.in_(("pending", "held")), Alert.mail_id.is_(None))
        .order_by(Alert.id).with_for_update()))


def settle_alerts(session: Session, which: ColumnElement[bool], now: datetime | None, reason: str | None) -> None:
    """Lets alerts that are held or wait be mailed from a time on, or, for a reason, never."""
    values = {"state": "dropped", "reason": reason} if reason is not None else {"state": "pending", "mail_at": now}
    session.execute(update(Alert).where(which, Alert.state.in_(("pending", "held")), Alert.mail_id.is_(None)).values(**values)
                    .execution_options(synchronize_session=False))
    if now is not None and reason is None:
        watches.postpone(session, now)


def losses_of(hold_id: int) -> ColumnElement[bool]:
    """The alerts of what a hold's runs lost: articles that are gone, threads and comments."""
    return _lost_in(hold_id) & (Alert.state == "held")


def _lost_in(hold_id: int) -> ColumnElement[bool]:
    """These, and those that were dropped since, as their article stands again."""
    return (Alert.run_id.in_(select(Run.id).where(Run.hold_id == hold_id)) & Alert.version_id.is_(None)
            & Alert.state.in_(("held", "dropped")))


def held_ids(session: Session, hold_id: int) -> set[int]:
    """The versions that a hold holds, which nobody else judges until this transaction ends."""
    return set(session.scalars(select(Version.id).where(Version.hold_id == hold_id, Version.judgement == "held")
                               .order_by(Version.id).with_for_update()))


def alerts_held(session: Session, hold_id: int) -> list[int]:
    """The alerts that a hold holds."""
    held = select(Version.id).where(Version.hold_id == hold_id)
    return list(session.scalars(select(Alert.id).where(Alert.state == "held", losses_of(hold_id) | Alert.version_id.in_(held))))


@dataclass(frozen=True, slots=True)
class ToBeTold:
    """An alert that is to be mailed, and the address of its article."""

    alert: int
    watch: str
    recipient: str
    event: str
    article: int
    url: str
    passage: Passage


def to_be_told(session: Session, alert_ids: Iterable[int]) -> list[ToBeTold]:
    """Those of the alerts that are to be mailed, in order."""
    pending = select(Alert, Article.url).join(Article, Article.id == Alert.article_id).where(Alert.state == "pending")
    found = [row for some in parts(alert_ids) for row in session.execute(pending.where(Alert.id.in_(some)))]
    return [ToBeTold(alert.id, alert.watch_id, alert.recipient, alert.event, alert.article_id, url,
                     Passage.from_json(alert.passage)) for alert, url in sorted(found, key=lambda row: row[0].id)]


def articles_of(session: Session, hold_id: int) -> set[int]:
    """The articles of which a hold held changes or losses."""
    return {*session.scalars(select(Version.article_id).distinct().where(Version.hold_id == hold_id)),
            *session.scalars(select(Alert.article_id).distinct().where(_lost_in(hold_id)))}


def looked_again(session: Session, hold_id: int) -> tuple[int, int]:
    """How many of a hold's articles were looked at again since their last change in it, and how many of them read as they did
    before it."""
    own = (select(Version.article_id, func.max(Version.seen_at).label("seen_at"),
                  func.count().filter(Version.judgement == "held").label("held"))
           .where(Version.hold_id == hold_id).group_by(Version.article_id).subquery())
    rows = session.execute(
        select(own.c.article_id, own.c.held).where(select(Page.id).where(
            Page.article_id == own.c.article_id, Page.kind == "article", Page.confirmed_at > own.c.seen_at).exists())).all()
    again = {article: held == 0 for article, held in rows}
    # An article that was gone is looked at seldom; that it is there again says as much.
    again |= dict.fromkeys(_back(session, hold_id), True)
    return len(again), sum(again.values())


def _back(session: Session, hold_id: int) -> set[int]:
    """The articles whose loss a hold held and that stand again."""
    return set(session.scalars(select(Alert.article_id).distinct().join(Article, Article.id == Alert.article_id).where(
        _lost_in(hold_id), Alert.event == "article_gone", Article.state == "standing")))


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of a hold in a list."""

    article: int
    url: str
    seq: int
    seen_at: datetime
    judgement: str
    redesign: bool


def changes_of(session: Session, hold_id: int) -> list[ChangeRow]:
    """The changes that a hold holds or held, or that its decision settled later, the oldest first."""
    return [ChangeRow(*row) for row in session.execute(
        select(Version.article_id, Article.url, Version.seq, Version.seen_at, Version.judgement,
               func.coalesce(Change.redesign, False)).join(Article, Article.id == Version.article_id)
        .outerjoin(Change, Change.version_id == Version.id).where(Version.hold_id == hold_id).order_by(Version.id))]


def returned(session: Session, latest: Version, reason: str) -> bool:
    """Steps over what an article's held versions say, as it reads as before them, and drops their alerts; False, and nothing
    done, where the latest was decided meanwhile."""
    gone = list(session.scalars(update(Version).where(Version.article_id == latest.article_id, Version.judgement == "held")
                                .values(judgement="rejected").returning(Version.id)
                                .execution_options(synchronize_session=False)))
    settle_alerts(session, Alert.version_id.in_(gone), None, reason)
    return latest.id in gone
