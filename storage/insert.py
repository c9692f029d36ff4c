"""An INSERT that gives way to rows that are there already, in the words of either database."""
from typing import TYPE_CHECKING

from sqlalchemy import Table

from storage.models import Base

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert(dialect: str, model: type[Base] | Table) -> "postgresql.Insert | sqlite.Insert":
    """The INSERT of a dialect by its name, which has on_conflict_do_nothing and on_conflict_do_update."""
    if dialect == "postgresql":  # only what the store in use needs is loaded
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(model)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(model)
