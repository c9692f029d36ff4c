"""A small first crawl that is killed three times; `make prove PART=firstcrawl` has the large one."""
from pathlib import Path

import pytest

from prove import firstcrawl
from prove.trial import Trial


@pytest.mark.long
def test_a_first_crawl_that_is_killed_three_times_leaves_no_article_out_and_mails_none_of_them(tmp_path: Path) -> None:
    outcome = firstcrawl.run(tmp_path, Trial("sqlite", 1), None, articles=300)
    assert outcome.faults == []
    assert outcome.counts["later ones mailed"] == firstcrawl.LATE
