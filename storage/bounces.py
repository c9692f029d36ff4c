"""Mails that came back: what a mail server said of them after another had taken them."""
from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from storage.models import Mail


def recipient(session: Session, mail: int) -> str | None:
    """Whom a mail is for; None where there is none of this id."""
    return session.scalar(select(Mail.recipient).where(Mail.id == mail))


def of(session: Session, mail: int) -> tuple[datetime | None, str] | None:
    """When a mail came back (None: it was only late), and what was said of that; None where nothing was."""
    found = session.execute(select(Mail.bounced_at, Mail.bounce).where(Mail.id == mail)).one_or_none()
    return (found.bounced_at, found.bounce) if found is not None and found.bounce is not None else None


def bounced(session: Session, mail: int, said: str, now: datetime) -> bool:
    """Notes that a mail could not be delivered; False, and nothing done, where that is known already."""
    done = session.execute(update(Mail).where(Mail.id == mail, Mail.bounced_at.is_(None)).values(bounced_at=now, bounce=said))
    assert isinstance(done, CursorResult)
    return done.rowcount > 0


def late(session: Session, mail: int, said: str) -> None:
    """Notes what a server says of a mail that it goes on trying to deliver."""
    session.execute(update(Mail).where(Mail.id == mail, Mail.bounced_at.is_(None)).values(bounce=said))
