"""A few crawls in one daemon; `make prove PART=memory` makes a thousand."""
from pathlib import Path

import pytest

from prove import memory
from prove.trial import Trial


@pytest.mark.long
def test_crawls_in_one_daemon_leave_no_file_open(tmp_path: Path) -> None:
    outcome = memory.run(tmp_path, Trial("sqlite", 1), None, crawls=60, warm=20)
    assert outcome.faults == []
    assert outcome.counts["crawls"] >= 60
