"""Some of the campaign against addresses that lie: every spelling once, every door, and the controls that prove the doors."""
import pytest

from tests.crawler.scripted import Reactor
from tests.prove.addresses import DOORS, ODD, ways
from tests.prove.addresses import trial as tried

WAYS = ways()
SOME = [name for name, way in WAYS.items() if not way.guarded or name.startswith(("a source at", "a name that", "the "))
        or (name.endswith(("127.0.0.1'", "inside.example'", "port 25 of the outlet")) and name.startswith((*DOORS, "through")))
        or name in {f"a redirect to {odd!r}" for odd in ODD}]


@pytest.mark.parametrize("name", SOME)
def test_what_is_inside_is_not_reached_and_without_the_guard_it_is(reactor: Reactor, name: str) -> None:
    case = tried(reactor, name, WAYS[name])
    assert case.ok, case
    assert case.expected == ("block" if WAYS[name].guarded else "reached")


def test_the_campaign_tries_hundreds_of_ways() -> None:
    assert sum(way.guarded for way in WAYS.values()) > 300
