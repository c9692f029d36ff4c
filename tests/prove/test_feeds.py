"""Dead articles in the middle of a feed, each way in which they are dead; `make prove PART=feeds` does it in each kind of
source and on both databases."""
from pathlib import Path

import pytest

from prove import feeds
from prove.trial import Trial


@pytest.mark.parametrize(("source", "way"), [
    pytest.param(source, way, marks=[pytest.mark.long] * ((place + other) % len(feeds.SOURCES)))
    for place, way in enumerate(feeds.WAYS) for other, source in enumerate(feeds.SOURCES)])
def test_a_dead_article_holds_up_no_other_and_is_looked_at_until_it_is_there(source: str, way: str, tmp_path: Path) -> None:
    outcome = feeds.run(tmp_path, Trial(f"{source} {way} x", 1), None)
    assert outcome.faults == []
    assert outcome.counts["stored"] == feeds.ARTICLES - 1
