import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.politeness import Gates
from tests.crawler.scripted import Memory, Reactor, Site, World, outlet_of


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def world(reactor: Reactor, site: Site, tmp_path: Path, now: datetime) -> Iterator[World]:
    outlet = outlet_of(site)
    archive = Archive(tmp_path / "archive", "life1")
    yield World(reactor, site, outlet, Memory(outlet, archive, now), Gates())
    archive.close()
