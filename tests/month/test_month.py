"""Days at three outlets, with digests, quiet hours and a cap: the mails list what happened, and nothing else."""
from datetime import timedelta
from pathlib import Path

import pytest
from here import Here
from retold import differences

from tests.crawler.scripted import Reactor
from tests.month.play import play
from tests.month.script import Script
from tests.month.site import Site

LOOK = timedelta(hours=3)


@pytest.mark.long_on_postgresql
def test_all_that_happens_in_some_days_is_in_the_mails_once(tmp_path: Path, store_url: str, reactor: Reactor) -> None:
    script = Script(5, LOOK, articles=8)
    with Site(tmp_path, store_url, script, LOOK) as site, Here(site, reactor) as line:
        month = play(site, line, script, 4, LOOK)
        told, wrong = differences(line.store, wait=line.settings.mail.group_wait)
    assert not month.faults, "\n".join(month.faults)
    assert told > 20 and not wrong, "\n".join(wrong)  # `watch test` finds afterwards what the wire told
    events = {one.event for one in script.expected}
    assert {"Article gone", "Article back", "Comment removed", "Watched words taken out by an edit", "New article"} <= events
