"""A site that is redesigned: one notice to its operator, and every edit of its authors is told all the same."""
from collections.abc import Iterator
from pathlib import Path

import pytest
from here import Here

from tests.crawler.scripted import Reactor
from tests.redesign.layouts import REDESIGNS
from tests.redesign.play import Play, at_once
from tests.redesign.site import Site


@pytest.fixture
def site(tmp_path: Path, made_url: str) -> Iterator[Site]:
    with Site(tmp_path, made_url, every="2d") as site:
        yield site


@pytest.fixture
def play(site: Site, reactor: Reactor) -> Iterator[Play]:
    with Here(site, reactor) as line:
        play = Play(site, line)
        yield play
        assert play.empty_changes() == []


@pytest.mark.parametrize("name", [name if name == "all together" else pytest.param(name, marks=pytest.mark.long)
                                  for name in REDESIGNS])
def test_a_redesign_seen_at_once_is_one_notice_and_hides_no_edit(play: Play, name: str) -> None:
    counted = at_once(play, REDESIGNS[name])
    assert counted.faults() == []
    assert counted.edits >= 20
