"""A maildir on disk."""
from pathlib import Path

import pytest

from tests.alerts.inbox.post import Maildir


@pytest.fixture
def on_disk(tmp_path: Path) -> Maildir:
    return Maildir(tmp_path / "mail")
