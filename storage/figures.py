"""How much there is of everything, for whoever watches the wire from outside."""
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import outbox
from storage.models import Article, Comment, Mail, Run, Version
from storage.undelivered import ChannelMails, by_channel


@dataclass(frozen=True, slots=True)
class Figures:
    """The store in figures: ended runs by state; requests and unchanged answers of all of them; alerts and mails that wait and
    since when the oldest does; channels: those whose mails are not all sent."""

    runs: dict[str, int]
    requests: int
    not_modified: int
    articles: int
    versions: int
    comments: int
    alerts_pending: int
    alerts_oldest: datetime | None
    mails_waiting: int
    mails_oldest: datetime | None
    mails_dead: int
    channels: tuple[ChannelMails, ...] = ()
    mails_bounced: int = 0


def figures(session: Session) -> Figures:
    """Counts everything once."""
    ended = session.execute(select(Run.state, func.count(), func.sum(Run.requests), func.sum(Run.not_modified))
                            .where(Run.state != "open").group_by(Run.state)).all()
    articles, versions, comments = (session.scalars(select(func.count()).select_from(table)).one()
                                    for table in (Article, Version, Comment))
    waiting = outbox.counts(session)
    oldest = session.scalar(select(func.min(Mail.made_at, type_=Mail.made_at.type)).where(Mail.state == "waiting"))
    bounced = session.scalars(select(func.count()).select_from(Mail).where(Mail.bounced_at.is_not(None))).one()
    return Figures({state: number for state, number, _, _ in ended}, sum(each[2] for each in ended),
                   sum(each[3] for each in ended), articles, versions, comments, waiting.pending, waiting.oldest,
                   waiting.waiting, oldest, waiting.dead, tuple(by_channel(session)), bounced)
