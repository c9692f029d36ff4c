"""Dead articles in the middle of a feed, each way in which they are dead; `make prove PART=feeds` does it in each kind of
source and on both databases."""
from functools import partial
from pathlib import Path

import pytest
from here import Here

from prove import feeds
from prove.trial import Trial
from tests.crawler.scripted import Reactor


@pytest.mark.parametrize(("source", "way"), [
    pytest.param(source, way, marks=[pytest.mark.long] * ((place + other) % len(feeds.SOURCES)))
    for place, way in enumerate(feeds.WAYS) for other, source in enumerate(feeds.SOURCES)])
def test_a_dead_article_holds_up_no_other_and_is_looked_at_until_it_is_there(
        source: str, way: str, tmp_path: Path, reactor: Reactor) -> None:
    outcome = feeds.run(tmp_path, Trial(f"{source} {way} x", 1), None, partial(Here, reactor=reactor))
    assert outcome.faults == []
    assert outcome.counts["stored"] == feeds.ARTICLES - 1
