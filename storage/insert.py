"""An INSERT that gives way to rows that are there already, in the words of either database."""
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.models import Base


def insert(dialect: str, model: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """The INSERT of a dialect by its name, which has on_conflict_do_nothing and on_conflict_do_update."""
    return postgresql.insert(model) if dialect == "postgresql" else sqlite.insert(model)
