"""The captures of a store, in the order in which they were made."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, aliased

from storage.models import Capture, Page, Reading, Run, ThreadCapture, ThreadRead

# The trouble of a reader, which says nothing of the page: such a reading gives way to one that came about.
TROUBLE = ("killed", "timeout", "unread")
# A reader's name, or what names the reader of each capture.
Reader = str | ColumnElement[str]


@dataclass(frozen=True, slots=True)
class CaptureRow:
    """A capture and the address of its page."""

    capture: Capture
    url: str

    @property
    def id(self) -> int:
        """The capture's."""
        return self.capture.id


@dataclass(frozen=True, slots=True)
class CaptureRead:
    """A capture and one reading of it."""

    capture: Capture
    reading: Reading


@dataclass(frozen=True, slots=True)
class TextRow:
    """The text of a clean reading with the digest that was written beside it, its capture and the address of the page."""

    id: int
    text: str | None
    sha256: str | None
    capture: Capture
    url: str


def outlets(session: Session) -> list[str]:
    """The outlets of which there are article pages."""
    return list(session.scalars(select(Page.outlet).where(Page.kind == "article").distinct().order_by(Page.outlet)))


def _articles(outlet: str, since: datetime | None) -> tuple[ColumnElement[bool], ...]:
    """What makes a capture one of an article page that answered, and not for its thread only."""
    for_thread = select(ThreadCapture.capture_id).where(ThreadCapture.capture_id == Capture.id).exists()
    wanted = (Page.outlet == outlet, Page.kind == "article", Capture.status == 200, ~for_thread)
    return (*wanted, Capture.at >= since) if since is not None else wanted


def reader_of_the_day(readers: Iterable[tuple[datetime | None, str]]) -> Reader:
    """Who would read each capture: the first of the readers whose time ends after the capture was made; the last has no end."""
    *dated, (_, last) = readers
    return case(*((Capture.at < end, name) for end, name in dated), else_=last) if dated else last


def _read_by(reader: Reader) -> ColumnElement[bool]:
    came_about = (Reading.outcome == "clean") | Reading.reason.not_in(TROUBLE)
    return select(Reading.id).where(Reading.capture_id == Capture.id, Reading.reader == reader, came_about).exists()


def count(session: Session, outlet: str, reader: Reader | None, since: datetime | None) -> tuple[int, int]:
    """How many captures of its article pages an outlet has, made at or after a time, and how many a reader has read."""
    total = select(func.count()).select_from(Capture).join(Page, Page.id == Capture.page_id).where(*_articles(outlet, since))
    every = session.scalars(total).one()
    return every, session.scalars(total.where(_read_by(reader))).one() if reader is not None else 0


def unread(session: Session, outlet: str, reader: Reader, since: datetime | None, *, after: int,
           limit: int) -> list[CaptureRow]:
    """The next captures of the outlet's article pages after one that a reader has not read."""
    query = select(Capture, Page.url).join(Page, Page.id == Capture.page_id).where(
        *_articles(outlet, since), ~_read_by(reader))
    return _next(session, query, after, limit)


def outshone(session: Session, outlet: str, reader: Reader, since: datetime | None, limit: int) -> list[Reading]:
    """Clean readings of article pages by a reader that are not the newest of their captures, which is the one that is shown."""
    newer = aliased(Reading)
    return list(session.scalars(
        select(Reading).join(Capture, Capture.id == Reading.capture_id).join(Page, Page.id == Capture.page_id)
        .where(*_articles(outlet, since), Reading.reader == reader, Reading.outcome == "clean", select(newer.id).where(
            newer.capture_id == Capture.id, newer.outcome == "clean", newer.id > Reading.id).exists())
        .order_by(Reading.id).limit(limit).with_for_update(of=Reading)))


def every(session: Session, *, after: int, limit: int) -> list[CaptureRow]:
    """The next captures after one, of whatever page."""
    return _next(session, select(Capture, Page.url).join(Page, Page.id == Capture.page_id), after, limit)


def _next(session: Session, query: Select[Capture, str], after: int, limit: int) -> list[CaptureRow]:
    rows = session.execute(query.where(Capture.id > after).order_by(Capture.id).limit(limit))
    return [CaptureRow(capture, url) for capture, url in rows]


def texts(session: Session, *, after: int, limit: int) -> list[TextRow]:
    """The texts of the next clean readings after one."""
    rows = session.execute(
        select(Reading.id, Reading.text, Reading.text_sha256, Capture, Page.url)
        .join(Capture, Capture.id == Reading.capture_id).join(Page, Page.id == Capture.page_id)
        .where(Reading.id > after, Reading.outcome == "clean").order_by(Reading.id).limit(limit))
    return [TextRow(*row) for row in rows]


def totals(session: Session) -> tuple[int, int]:
    """How many captures there are, and how many clean readings."""
    texts = select(func.count()).select_from(Reading).where(Reading.outcome == "clean")
    return session.scalars(select(func.count()).select_from(Capture)).one(), session.scalars(texts).one()


def alike(session: Session, outlet: str, url: str, final_url: str, sha256: str, reader: str, *,
          threadless: bool) -> CaptureRead | None:
    """The newest capture of a page with these bytes that this reader has read as an article with a date. threadless: as the
    first to read it, in a crawl that saw no thread of comments there."""
    query = (select(Capture, Reading).join(Reading, Reading.capture_id == Capture.id).join(Page, Page.id == Capture.page_id)
             .where(Page.outlet == outlet, Page.url == url, Capture.sha256 == sha256,
                    Capture.final_url == final_url, Capture.status == 200, Reading.reader == reader,
                    Reading.outcome == "clean", Reading.published.is_not(None)))
    if threadless:
        other = aliased(Reading)
        query = query.join(Run, Run.id == Capture.run_id).where(
            Run.kind == "crawl", ~select(ThreadRead.id).where(ThreadRead.capture_id == Capture.id).exists(),
            ~select(other.id).where(other.capture_id == Capture.id, other.id < Reading.id).exists())
    row = session.execute(query.order_by(Capture.id.desc()).limit(1)).first()
    return CaptureRead(*row) if row else None
