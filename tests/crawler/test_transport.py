"""The campaign against answers that lie or fail on the wire, case by case."""
import pytest

from tests.crawler.scripted import Reactor
from tests.prove.transport import TRIALS
from tests.prove.transport import trial as tried


@pytest.mark.parametrize("name", TRIALS)
def test_what_lies_or_fails_on_the_wire_ends_as_it_should(reactor: Reactor, name: str) -> None:
    case = tried(reactor, name)
    assert case.observed == case.expected
    assert case.ok
