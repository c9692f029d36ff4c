"""An INSERT that gives way to rows that are there already, in the words of either database."""
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Base


def insert(session: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """The dialect's own INSERT, which has on_conflict_do_nothing and on_conflict_do_update."""
    return postgresql.insert(model) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(model)
