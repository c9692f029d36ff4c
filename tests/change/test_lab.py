"""The lab of judgement: redesigns met a few articles at a time, and outlets that are none but edits."""
import pytest

from tests.change.lab import AT_ONCE, WINDOW, quiet, redesign
from tests.change.layouts import CHANGES

LONG = pytest.mark.long
QUICK = ("new lines", "standfirst lost")


@pytest.mark.parametrize("at_a_time", [1, pytest.param(3, marks=LONG), pytest.param(6, marks=LONG), AT_ONCE])
@pytest.mark.parametrize("name", [name if name in QUICK else pytest.param(name, marks=LONG)
                                  for name in CHANGES if name != "markup alone"])
def test_a_redesign_is_held_before_it_is_told_and_hides_no_edit(
        name: str, at_a_time: int, request: pytest.FixtureRequest) -> None:
    if (name, at_a_time) == ("captions", 3):
        # Captions have no words in common and are known by their places: of all paces and two seeds 88 of 92 edits are told.
        request.applymarker(pytest.mark.xfail(strict=True, reason="9 of 11 edits are told"))
    got = redesign(name, at_a_time, 1)
    assert got.held and got.false_before <= 1 and got.false_after <= 1
    assert got.told >= 0.95 * got.edits


@pytest.mark.parametrize("at_a_time", [1, pytest.param(3, marks=LONG), pytest.param(6, marks=LONG)])
@pytest.mark.parametrize("name", ["new lines", pytest.param("tags", marks=LONG)])
def test_a_redesign_whose_pages_change_one_by_one_is_held_by_its_lines(name: str, at_a_time: int) -> None:
    got = redesign(name, at_a_time, 2, WINDOW)
    assert got.held and got.false_before <= (1 if name == "new lines" else 5)
    assert got.told >= 0.95 * got.edits


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=LONG) for seed in range(1, 20))])
def test_an_outlet_without_redesign_is_never_held(seed: int) -> None:
    outlet = quiet(seed, days=4 if seed == 0 else 30)
    assert [verdict.reason for _, verdict in outlet.verdicts] == []
    assert outlet.changes > 150
