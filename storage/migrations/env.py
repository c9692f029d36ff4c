"""Alembic's entry: migrates the connection that Store.upgrade hands over."""
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

import failpoint
from storage import views
from storage.models import Base, UtcDateTime


def own_type(kind: str, obj: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations name SQLAlchemy's own types, so that an old one still runs when a type of ours is gone."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(obj, UtcDateTime) else False


def migrate(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # Batch mode makes a table anew; with foreign keys on, dropping the old one would delete the rows that refer to it.
        # The pragma does nothing inside a transaction, and the driver is in autocommit mode until our BEGIN.
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=OFF")
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=sqlite, compare_type=True,
                      transactional_ddl=True,  # both are; of SQLite the library does not know it
                      render_item=own_type)
    with context.begin_transaction():
        views.drop(connection)  # a table under a view can be neither made anew nor changed
        context.run_migrations()
        if context.get_context().get_current_revision() == context.get_head_revision():
            views.make(connection)
        failpoint.reach("schema.upgrading")
    connection.commit()
    failpoint.reach("schema.upgraded")
    if sqlite:
        raw.execute("PRAGMA foreign_keys=ON")


migrate(context.config.attributes["connection"])
