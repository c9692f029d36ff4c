"""What becomes of due times when the clock is set back."""
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.models import Alert, Host, Mail, Notice, Page

# Pages that are never due again have a time in the last year there is.
NEVER_YEAR = 9999


def set_back(session: Session, by: timedelta, now: datetime) -> None:
    """Makes all that is due after now due that much earlier, as it would be had the clock always been right."""
    columns: tuple[InstrumentedAttribute[Any], ...] = (Page.next_due_at, Page.missing_since, Mail.due_at, Mail.retried_at,
                                                      Alert.mail_at, Host.retry_at, Notice.began_at, Notice.ended_at)
    for column in columns:
        table = column.class_
        identity = table.name if table is Host else table.id
        found = session.execute(select(identity, column).where(column > now)).all()
        for each, at in found:
            if at.year < NEVER_YEAR:
                session.execute(update(table).where(identity == each).values({column: max(at - by, now)}))
