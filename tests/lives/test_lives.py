"""Forty lives of a thread: nothing is removed that was not, nothing is missed that two complete looks could see, and the tree
is the page's at every step. `make prove PART=lives` lives more of them, and as many on PostgreSQL."""
from datetime import datetime

import pytest

from storage.store import Store
from tests.lives.watcher import faults

LIVES, QUICK = 40, 20  # the rest with -m long
TOGETHER = 10  # so many share a store, whose making costs as much as one of them
# On PostgreSQL three of each ten: each kind of thread, each order, a label that is off, a new reader and a mass change.
SHARE = (1, 3, 4)


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("first", [first if first < QUICK else pytest.param(first, marks=pytest.mark.long)
                                   for first in range(0, LIVES, TOGETHER)])
def test_lives_are_told_as_far_as_two_complete_looks_could_see(store: Store, now: datetime, first: int) -> None:
    seeds = [first + each for each in (range(TOGETHER) if store.is_sqlite else SHARE)]
    assert [fault for seed in seeds for fault in faults(store, now, seed)] == []
