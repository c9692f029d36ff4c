"""What the store knows of one page's way, from the source that announced it to the mails that told of it."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import watches
from storage.models import Alert, Article, Attempt, Capture, Hold, Mail, Page, Reading, Recipient, Run, Version, Watch


@dataclass(frozen=True, slots=True)
class Telling:
    """One recipient's alert of an article, with the mail that it is in, how often that was tried, when last, and how
    that ended; and the hold that it is of, with its reason; and what is known of the recipient."""

    alert: Alert
    mail: Mail | None
    attempts: int
    tried_at: datetime | None
    outcome: str | None = None
    hold: int | None = None
    held: str | None = None
    recipient: Recipient | None = None


def pages_at(session: Session, urls: Sequence[str]) -> list[Page]:
    """The pages with one of these addresses; else those that answered from one, else those whose article claims one as its
    own. Those with an article come first, then those that answered last."""
    asked = select(Page).where(Page.url.in_(urls))
    # What redirects to another page is not that page.
    answered = select(Page).where(Page.id.in_(select(Capture.page_id).where(Capture.final_url.in_(urls))),
                                  Page.kind == "article", Page.state != "moved")
    claimed = select(Page).join(Article, Article.id == Page.article_id).where(Article.claimed_url.in_(urls))
    for query in (asked, answered, claimed):
        if found := list(session.scalars(query.order_by(Page.article_id.is_(None), Page.confirmed_at.is_(None),
                                                        Page.confirmed_at.desc(), Page.id))):
            return found
    return []


def sources(session: Session, outlet: str) -> list[Page]:
    """The sources that the outlet's file names, as far as a run of it has begun."""
    return list(session.scalars(select(Page).where(
        Page.outlet == outlet, Page.kind == "source", Page.found_on_id.is_(None), Page.state != "gone").order_by(Page.id)))


def last_capture(session: Session, page_id: int, *statuses: int) -> Capture | None:
    """The newest answer to a page's address that was kept, of one of the statuses where some are given."""
    query = select(Capture).where(Capture.page_id == page_id, *((Capture.status.in_(statuses),) if statuses else ()))
    return session.scalar(query.order_by(Capture.id.desc()).limit(1))


def brought_in(session: Session, page: Page) -> Run | None:
    """The import by which a page became known; None where it was known before, or by a crawl."""
    run = session.scalar(select(Run).join(Capture, Capture.run_id == Run.id).where(Capture.page_id == page.id)
                         .order_by(Capture.id).limit(1))
    known = run is not None and (page.found_on_id is not None or page.found_at < run.started_at)
    return None if run is None or known or run.kind != "import" else run


def last_reading(session: Session, page_id: int, outcome: str) -> tuple[Reading, Capture] | None:
    """The newest reading of a page with an outcome, and what was read."""
    row = session.execute(select(Reading, Capture).join(Capture, Capture.id == Reading.capture_id).where(
        Capture.page_id == page_id, Reading.outcome == outcome).order_by(Reading.id.desc()).limit(1)).first()
    return (row[0], row[1]) if row else None


def tellings(session: Session, article_id: int) -> list[Telling]:
    """The alerts of an article and of its comments, in the order in which they were made."""
    attempts = select(func.count()).where(Attempt.mail_id == Mail.id).scalar_subquery()
    tried = select(func.max(func.coalesce(Attempt.ended_at, Attempt.at, type_=Attempt.at.type), type_=Attempt.at.type)).where(
        Attempt.mail_id == Mail.id).scalar_subquery()
    ended = select(Attempt.outcome).where(Attempt.mail_id == Mail.id).order_by(Attempt.id.desc()).limit(1).scalar_subquery()
    found = session.execute(select(Alert, Mail, attempts, tried, ended, Hold.id, Hold.reason, Recipient)
                            .outerjoin(Recipient, Recipient.address == Alert.recipient)
                            .outerjoin(Mail, Mail.id == Alert.mail_id).outerjoin(Version, Version.id == Alert.version_id)
                            .outerjoin(Run, Run.id == Alert.run_id)
                            .outerjoin(Hold, Hold.id == func.coalesce(Version.hold_id, Run.hold_id))
                            .where(Alert.article_id == article_id).order_by(Alert.id))
    return [Telling(*row) for row in found]


def standing_watches(session: Session) -> list[Watch]:
    """The watches that stand and are not broken."""
    kept = watches.kept(session)
    return [watch for watch in watches.every(session) if watch.id in kept]
