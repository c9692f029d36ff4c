from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from asking import OUTLET, Wire
from desk import Desk

import settings as settings_module
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


@pytest.fixture
def wire(desk: Desk, tmp_path: Path) -> Wire:
    """The question after the outlet's first run, its settings in a folder of their own."""
    (tmp_path / "outlets").mkdir()
    (tmp_path / "outlets" / "steppe.toml").write_text(OUTLET, encoding="utf-8")
    (tmp_path / "steppewire.toml").write_text('outlets = ["steppe"]\ndata = "."', encoding="utf-8")
    return Wire(desk, settings_module.load(tmp_path / "steppewire.toml"), tmp_path)
