"""A wall in front of a whole outlet: nothing is changed by it and nothing is gone, and its operator is told once of it, and
once that all is well."""
from datetime import datetime, timezone
from pathlib import Path

import pytest
from here import Here
from hostile.meaning import CHALLENGES, CONSENTS

from demo.server import Answer
from tests.crawler.scripted import Reactor
from tests.redesign.play import DAY, HOUR, Play
from tests.redesign.site import Site

TITLE, TEXT, ACCEPT = CONSENTS["Russian"]
CONSENT = (f"<html><head><title>{TITLE}</title></head><body><div><h1>{TITLE}</h1><p>{TEXT * 4}</p><p>{TEXT}</p>"
           f"<button>{ACCEPT}</button></div></body></html>")
WALLS = {"consent": Answer(CONSENT.encode()), "challenge": Answer(CHALLENGES["Cloudflare"].encode()),
         "challenge with 403": Answer(CHALLENGES["Cloudflare"].encode(), 403),
         "challenge with 503": Answer(CHALLENGES["Cloudflare"].encode(), 503)}


@pytest.mark.long  # tests/test_walls.py has two of each kind
@pytest.mark.parametrize("name", WALLS)
def test_a_wall_on_a_whole_outlet_is_one_notice_and_one_that_all_is_well(tmp_path: Path, made_url: str, reactor: Reactor,
                                                                        name: str) -> None:
    here = Here(site := Site(tmp_path, made_url, every="6h", articles=4), reactor)
    here.now = datetime.now(timezone.utc)  # the lock, that says whether a daemon is there, has the machine's own clock
    with site, here as line, line.store.lock():
        play = Play(site, line)
        play.look(whole=True)
        play.look(DAY, whole=True)
        play.begins()
        site.wall = WALLS[name]
        play.until(play.now + 1.5 * DAY)
        before = play.notices()
        site.wall = None
        play.until(play.now + 1.5 * DAY)
        assert (play.told(), len(play.versions())) == ([], 4)
        assert {article["state"] for article in play.articles()} == {"standing"}
        assert (len(before), len(play.notices())) == (1, 2), play.notices()
        play.site.edit(play.now, "/news/1")
        play.look(HOUR, whole=True)
        counted = play.count()
        assert (counted.told, counted.untrue) == (1, [])
