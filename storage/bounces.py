"""Mails that came back: what a mail server said of them after another had taken them."""
from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from storage.models import Mail


def recipient(session: Session, mail: int) -> str | None:
    """Whom a mail is for; None where there is none of this id."""
    return session.scalar(select(Mail.recipient).where(Mail.id == mail))


def bounced(session: Session, mail: int, said: str, now: datetime) -> bool:
    """Notes that a mail could not be delivered; False, and nothing done, where that is known already."""
    done = session.execute(update(Mail).where(Mail.id == mail, Mail.bounced_at.is_(None)).values(bounced_at=now, bounce=said))
    assert isinstance(done, CursorResult)
    return done.rowcount > 0


def late(session: Session, mail: int, said: str) -> None:
    """Notes what a server says of a mail that it goes on trying to deliver."""
    session.execute(update(Mail).where(Mail.id == mail, Mail.bounced_at.is_(None)).values(bounce=said))
