"""A filled store on both databases, and mail servers."""
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from storage.store import Store
from tests.alerts.filled import Filled
from tests.alerts.mail_server import MailServer


@pytest.fixture
def filled(store: Store, now: datetime) -> Filled:
    return Filled(store, now)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mail_server_with() -> Iterator[Callable[..., MailServer]]:
    """Starts a server with options of aiosmtpd's."""
    started: list[MailServer] = []

    def start(**options: Any) -> MailServer:
        started.append(MailServer())
        started[-1].start(**options)
        return started[-1]

    yield start
    for server in started:
        server.stop()
