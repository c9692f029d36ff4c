"""Two ladders of a small site; `make prove PART=redesign` plays sixty articles and all redesigns."""
from pathlib import Path

import pytest

from prove import redesign
from prove.trial import Trial


@pytest.mark.long
@pytest.mark.parametrize("number", redesign.AT_A_TIME)
def test_a_redesign_that_the_ladder_meets_is_one_notice_and_hides_no_edit(tmp_path: Path, number: int) -> None:
    outcome = redesign.run(tmp_path, Trial(f"no standfirst, {number} at a time sqlite", 1), None, articles=18, edits=9)
    assert outcome.faults == []
    assert (outcome.counts["notices"], outcome.counts["edits"]) == (1, 9)
