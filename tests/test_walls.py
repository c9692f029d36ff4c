"""A wall on a whole outlet, from the site to the state of its runs: nothing of it counts, all is looked at again after it."""
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from here import Here
from newspaper import Line, Newspaper, story
from sqlalchemy import func, select

from demo.server import Answer, Request
from storage.models import Article, Version
from storage.store import Store
from tests.crawler.scripted import Reactor
from verbs.needs import needs

CONSENT = b"""<html><head><title>Before you continue</title></head><body><h1>Before you continue</h1>
<p>We and our partners use cookies and process personal data to show you advertisements.</p>
<p>You can accept all cookies or manage your privacy settings and your consent.</p><button>Accept all</button></body></html>"""
CHALLENGE = b"""<html><head><title>Just a moment...</title></head><body><h1>Just a moment...</h1>
<p>Enable JavaScript and cookies to continue</p><script>window._cf_chl_opt = {};</script></body></html>"""
UNKNOWN = b"""<html><head><title>Paper</title></head><body><article><h1>Paper</h1><p>This newspaper is read by its members only
since this morning, and whoever wants to be one of them writes a letter to its office.</p></article></body></html>"""
HOUR = timedelta(hours=1)


class WalledPaper(Newspaper):
    """A newspaper that can put a wall before its articles, or before all of its pages."""

    wall: Answer | None = None
    whole = False

    def answer(self, request: Request) -> Answer:
        if self.wall is not None and (request.path.startswith("/news/") or (self.whole and request.path != "/robots.txt")):
            return self.wall
        return super().answer(request)


@pytest.fixture
def paper(tmp_path: Path, store_url: str) -> Iterator[WalledPaper]:
    with WalledPaper(tmp_path, database=store_url) as paper:
        yield paper


@pytest.fixture
def line(paper: WalledPaper, reactor: Reactor) -> Iterator[Line]:
    with Here(paper, reactor) as line:
        yield line


def counted(store: Store) -> tuple[int, int]:
    """How many versions count, and how many articles do not stand."""
    with store.reading() as session:
        return (session.scalars(select(func.count()).select_from(Version).where(Version.judgement != "rejected")).one(),
                session.scalars(select(func.count()).select_from(Article).where(Article.state != "standing")).one())


def needed(line: Line) -> list[str]:
    return [need.said for need in needs(line.settings, line.store, line.now) if need.key.startswith("outlet:")]


WALLS = {
    "consent": (Answer(CONSENT), False), "challenge": (Answer(CHALLENGE), False),
    "challenge-403": (Answer(CHALLENGE, 403), False), "challenge-503": (Answer(CHALLENGE, 503), False),
    "unknown": (Answer(UNKNOWN), False), "all-consent": (Answer(CONSENT), True),
    "all-challenge": (Answer(CHALLENGE), True), "all-503": (Answer(CHALLENGE, 503), True)}
QUICK = ("unknown", "all-challenge")


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(("wall", "whole"), [
    pytest.param(*each, id=name, marks=[] if name in QUICK else pytest.mark.long) for name, each in WALLS.items()])
def test_an_outlet_behind_a_wall_is_blocked_and_nothing_of_it_counts_and_all_is_looked_at_after_it(
        paper: WalledPaper, line: Line, wall: Answer, whole: bool) -> None:
    line.crawl()
    line.crawl(later=HOUR)
    assert counted(line.store) == (5, 0)
    paper.wall, paper.whole = wall, whole
    paper.stories["/news/9"] = story(9)
    for _ in range(3):
        run, = line.crawl("paper0", later=2 * HOUR)
        assert run["state"] == "blocked", run
        assert len(needed(line)) == 1
        assert "does not let us in" in needed(line)[0]
    run, = line.crawl("paper0", later=26 * HOUR)
    assert run["state"] == "blocked", run
    assert counted(line.store) == (5, 0)
    assert paper.mails() == []
    paper.wall, hits = None, len(paper.server.hits)
    runs = [run for _ in range(8) for run in line.crawl(later=HOUR / 4)]  # an article is tried each hour, then all are due
    assert needed(line) == [], runs
    assert {hit.path for hit in paper.server.hits[hits:]} >= paper.stories.keys()
    assert counted(line.store) == (6, 0)
    assert paper.told()["/news/9"] == 1
    assert sum(paper.told().values()) == 1


def test_one_article_behind_a_wall_of_its_own_blocks_nothing(paper: WalledPaper, line: Line) -> None:
    line.crawl()
    answer = paper.answer

    def one(request: Request) -> Answer:
        return Answer(CONSENT) if request.path == "/news/1" else answer(request)

    paper.server.answer = one
    run, = line.crawl("paper0", later=2 * HOUR)
    assert run["state"] == "done"
    assert needed(line) == []
