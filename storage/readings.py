"""The readings: what one reader made of one capture, written once."""
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Insert, or_
from sqlalchemy.orm import Session

from storage import captures
from storage.insert import insert
from storage.models import Reading

# The values of a reading's columns by their names.
Row = dict[str, Any]


@lru_cache(maxsize=2)
def _written(dialect: str) -> Insert:
    table = Reading.metadata.tables[Reading.__tablename__]
    new = insert(dialect, table)
    return new.on_conflict_do_update(
        index_elements=["capture_id", "reader"], set_={column.name: new.excluded[column.name] for column in table.c[1:]},
        where=or_(*(table.c.reason == reason for reason in captures.TROUBLE)))


def write(session: Session, rows: Iterable[Row]) -> None:
    """Writes readings; one that is there already stays, as a reader makes the same of the same capture, unless its reader was
    in trouble."""
    # In one order, so that two who write the same ones never wait for each other.
    if ordered := sorted(rows, key=lambda each: int(each["capture_id"])):
        # Nothing of what else the session holds bears on it.
        with session.no_autoflush:
            session.execute(_written(session.get_bind().dialect.name), ordered)


def show(session: Session, shown: Iterable[Reading]) -> None:
    """Makes readings the newest of their captures: what an outlet's file says now counts, also where it said so before."""
    for reading in shown:
        values = {column.name: getattr(reading, column.name) for column in Reading.__table__.columns if column.name != "id"}
        session.delete(reading)
        session.flush()
        session.add(Reading(**values))
