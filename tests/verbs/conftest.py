from collections.abc import Iterator
from datetime import datetime

import pytest
from desk import Desk

from storage.store import Store
from tests.alerts.mail_server import MailServer


@pytest.fixture
def desk(store: Store, now: datetime) -> Desk:
    """A desk after the outlet's first run, so that what is found now is news."""
    desk = Desk(store, now)
    desk.begin()
    desk.next_run()
    return desk


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()
