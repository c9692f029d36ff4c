"""The desk that the stages' tests share."""
from collections.abc import Iterator
from datetime import datetime

import pytest
from desk import Desk

from storage.store import Store


@pytest.fixture
def desk(store: Store, now: datetime) -> Iterator[Desk]:
    """A desk after the outlet's first run, so that what is found now is news."""
    desk = Desk(store, now)
    desk.begin()
    desk.next_run()
    yield desk
