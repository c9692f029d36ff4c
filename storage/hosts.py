"""What is remembered of a host across restarts."""
from sqlalchemy.orm import Session

from storage.models import Host


def get(session: Session, name: str) -> Host:
    """The host's row; a new one where it is not known yet."""
    return session.get(Host, name) or Host(name=name)


def put(session: Session, host: Host) -> None:
    """Keeps the host's row."""
    session.merge(host)
