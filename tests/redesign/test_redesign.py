"""A site that is redesigned: one notice to its operator, and every edit of its authors is told all the same."""
from collections.abc import Iterator
from pathlib import Path

import pytest
from here import Here
from sqlalchemy import select

from storage.models import Reading
from tests.crawler.scripted import Reactor
from tests.redesign.layouts import BEFORE, REDESIGNS
from tests.redesign.play import DAY, HOUR, MINUTE, Play, at_once
from tests.redesign.site import Site
from tests.redesign.words import sentence


@pytest.fixture
def site(tmp_path: Path, made_url: str) -> Iterator[Site]:
    with Site(tmp_path, made_url, every="2d", articles=12) as site:
        yield site


@pytest.fixture
def sixty(tmp_path: Path, made_url: str, reactor: Reactor) -> Iterator[Play]:
    with Site(tmp_path, made_url, every="2d") as site, Here(site, reactor) as line:
        play = Play(site, line)
        yield play
        assert play.empty_changes() == []


@pytest.fixture
def play(site: Site, reactor: Reactor) -> Iterator[Play]:
    with Here(site, reactor) as line:
        play = Play(site, line)
        yield play
        assert play.empty_changes() == []


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("name", [name if name == "all together" else pytest.param(name, marks=pytest.mark.long)
                                  for name in REDESIGNS])
def test_a_redesign_seen_at_once_is_one_notice_and_hides_no_edit(sixty: Play, name: str) -> None:
    counted = at_once(sixty, REDESIGNS[name])
    assert counted.faults() == []
    assert counted.edits >= 20


@pytest.mark.long_on_postgresql
def test_a_fault_that_is_rejected_tells_nothing_and_what_authors_change_after_it_is_told(play: Play) -> None:
    redesigned(play)
    play.decide("reject")
    play.look(HOUR, whole=True)
    assert (play.told(), play.holds()) == ([], [])
    play.site.layout = BEFORE
    play.look(HOUR, whole=True)
    assert (play.told(), play.holds()) == ([], [])
    edited(play, 6)
    play.look(HOUR, whole=True)
    counted = play.count()
    assert (counted.told, counted.twice, counted.untrue) == (6, 0, [])


@pytest.mark.long_on_postgresql
def test_a_released_hold_is_told_as_it_is_and_does_not_begin_again(play: Play) -> None:
    redesigned(play)
    play.decide("release")
    play.look(MINUTE)
    assert {one.path for one in play.told()} == set(play.site.articles)
    number = len(play.told())
    play.look(HOUR, whole=True)
    assert (len(play.told()), play.holds()) == (number, [])


@pytest.mark.long_on_postgresql
def test_a_redesign_that_is_taken_back_ends_its_hold_and_tells_the_operator_that_all_is_well(play: Play) -> None:
    redesigned(play)
    play.site.layout = BEFORE
    edited(play, 6)
    play.look(HOUR, whole=True)
    play.look(HOUR, whole=True)
    play.look(HOUR)
    over, = play.holds(undecided=False)
    assert over["decision"] == "over"
    assert len(play.notices()) == 2, play.notices()
    counted = play.count()
    assert (counted.told, counted.twice, counted.untrue) == (6, 0, [])


@pytest.mark.long_on_postgresql
def test_a_breaking_story_edited_twenty_times_in_two_hours_is_never_held(play: Play) -> None:
    site = play.site
    play.look(whole=True)
    play.look(DAY, whole=True)
    play.begins()
    path = "/news/1"
    site.articles[path].paragraphs = [[sentence("en", site.chance) for _ in range(9)] for _ in range(3)]
    play.look(HOUR, whole=True)
    play.begins()
    for _ in range(20):
        site.edit(play.now, path, "figure")
        play.look(6 * MINUTE)
    play.look(11 * MINUTE)
    counted = play.count()
    assert (play.holds(undecided=False), counted.told, counted.twice, counted.untrue) == ([], 20, 0, [])


LAYOUT = '[[layout]]\nbody = "article"\ndrop = ["article p:nth-of-type(2)"]\n'


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("changed", ["layout", "comments"])
def test_what_another_way_of_reading_makes_of_the_same_pages_is_no_edit(play: Play, changed: str) -> None:
    site = play.site
    play.look(whole=True)
    play.look(DAY, whole=True)
    play.begins()
    file = site.folder / "outlets" / "paper0.toml"
    said = file.read_text(encoding="utf-8")
    if changed == "layout":
        file.write_text(said + LAYOUT, encoding="utf-8")
    else:
        file.write_text(said.replace('text = "p.said"', 'text = "div.comment"'), encoding="utf-8")
    before = readings(play)
    for path in list(site.articles)[::6]:  # of which some are asked for whole
        site.articles[path].comments += [(f"n{path[6:]}", f"One more comment below {path}.")]
    for _ in range(3):
        play.look(HOUR, whole=True)
    assert [one for one in play.told() if one.event != "New comment"] == []
    assert {row[1] for row in play.versions()} == {1}
    now = readings(play)
    assert before.items() <= now.items() and len({reader for _, reader in now}) == 2


def readings(play: Play) -> dict[tuple[int, str], str | None]:
    """The texts of all readings, by capture and reader."""
    with play.line.store.reading() as session:
        return {(row.capture_id, row.reader): row.text for row in session.scalars(select(Reading))}


def redesigned(play: Play) -> None:
    """An outlet whose redesign is held: nobody but its operator has heard of it."""
    play.look(whole=True)
    play.look(DAY, whole=True)
    play.begins()
    play.site.layout = REDESIGNS["all together"]
    play.look(HOUR, whole=True)
    play.look(HOUR)
    assert (play.told(), len(play.holds()), len(play.notices())) == ([], 1, 1)


def edited(play: Play, number: int) -> None:
    for path in list(play.site.articles)[:number]:
        play.site.edit(play.now, path)
