"""Fixtures of what is forgotten: a newspaper whose readers have names."""
from collections.abc import Iterator
from pathlib import Path

import pytest
from forgetful import ANSWER, EDITED, NAME, OTHER, TEXT, Readers, Said, Wire, lying, paper

from tests.crawler.scripted import Reactor


@pytest.fixture(params=["keep", "pseudonym"])
def names(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def readers(tmp_path: Path, store_url: str, names: str) -> Iterator[Readers]:
    with paper(tmp_path, store_url, settings=f'[comments]\nnames = "{names}"') as readers:
        yield readers


@pytest.fixture
def wire(readers: Readers, reactor: Reactor) -> Wire:
    """A first crawl, then a thread of two, of which the first is edited later."""
    wire = Wire(readers, reactor)
    wire.crawl()
    readers.said["/news/1"] = [Said(NAME, TEXT, "c1"), Said(OTHER, ANSWER, "c2", 3)]
    wire.crawl()
    readers.said["/news/1"][0].text = EDITED
    wire.crawl()
    assert lying(readers, TEXT) and lying(readers, EDITED) and lying(readers, NAME)
    return wire
