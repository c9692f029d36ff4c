"""Two days of a small outlet; `make prove PART=rhythm` plays a month of a larger one."""
from pathlib import Path

from prove import rhythm
from prove.trial import Trial


def test_nearly_all_that_readers_write_is_seen_within_the_looks_of_a_day(tmp_path: Path) -> None:
    outcome = rhythm.run(tmp_path, Trial("rhythm", 1), None, days=3, of=2, articles=8)
    assert outcome.faults == []
    assert outcome.counts["removed later"] > 3 and outcome.counts["caught of them"] == outcome.counts["removed later"]
