"""The kind of a change, told from its figures by Python and by either database."""
import random
from types import SimpleNamespace
from typing import Any

from sqlalchemy import text

from storage.kinds import KINDS, kind, sql
from storage.models import Change
from storage.store import Store

NUMBERS = (0, 0, 0, 1, 1, 2, 3, 5, 8, 40)
SHARES = (0.0, 0.1, 0.2, 0.5, 0.84, 0.85, 1.0)
TYPES = {bool: "BOOLEAN", float: "DOUBLE PRECISION", int: "INTEGER"}
ROWS = 400  # SQLite joins at most 500 SELECTs


def drawn(rng: random.Random) -> dict[str, Any]:
    told = {column.name: rng.choice(NUMBERS) for column in Change.__table__.columns}
    return told | {"headline": rng.random() < 0.5, "correction": rng.random() < 0.2, "similarity": rng.choice(SHARES)}


def select(row: dict[str, Any]) -> str:
    return "SELECT " + ", ".join(f"CAST({str(value).upper()} AS {TYPES[type(value)]}) AS {name}" for name, value in row.items())


def test_both_databases_tell_the_kind_that_python_tells(store: Store) -> None:
    rng, met = random.Random(7), set()
    with store.reading() as session:
        for _ in range(4):
            rows = [drawn(rng) | {"version_id": number} for number in range(ROWS)]
            made = " UNION ALL ".join(map(select, rows))
            told = session.execute(text(f"SELECT {sql('made')} FROM ({made}) AS made ORDER BY made.version_id")).scalars().all()
            assert told == [kind(SimpleNamespace(**row)) for row in rows]
            met |= set(told)
    assert met == set(KINDS)
