"""Threads of several pages, from the site to the store: what a look of many requests may conclude. On both databases."""
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from command import document
from here import Here
from newspaper import Line
from sqlalchemy import func, select
from talkative import ARTICLE, TalkingPaper

from demo.server import Request
from storage.models import Capture, Comment, CommentVersion, Page, ThreadCapture, ThreadRead
from tests.crawler.scripted import Reactor

LATER = timedelta(minutes=11)
# A further page does not say which of the others is the article's own: that one is asked for by its number as well.
FURTHER = [f"{ARTICLE}/comment-page-{number}/" for number in (2, 3, 1)]


@pytest.fixture
def paper(tmp_path: Path, store_url: str) -> Iterator[TalkingPaper]:
    with TalkingPaper(tmp_path, database=store_url, watch=False) as paper:
        paper.talk.say(*range(1, 13))
        yield paper


@pytest.fixture
def line(paper: TalkingPaper, reactor: Reactor) -> Iterator[Line]:
    with Here(paper, reactor) as line:
        yield line


def looks(line: Line) -> list[tuple[str, str | None, int]]:
    with line.store.reading() as session:
        return [(row.state, row.reason, row.seen) for row in session.scalars(select(ThreadRead).order_by(ThreadRead.id))]


def events(line: Line) -> Counter[str]:
    with line.store.reading() as session:
        return Counter(session.scalars(select(CommentVersion.event)))


def asked(paper: TalkingPaper) -> list[str]:
    return [hit.path for hit in paper.server.hits if hit.path.startswith((ARTICLE, "/wp-json"))]


def at(paper: TalkingPaper, path: str, happens: object) -> None:
    """Something happens once, when a path is asked for."""
    def once(request: Request) -> None:
        if request.path == path:
            paper.hold = lambda _request: None
            happens()  # type: ignore[operator]  # a callable

    paper.hold = once


def test_a_thread_of_three_pages_is_read_whole_and_kept_as_evidence(paper: TalkingPaper, line: Line) -> None:
    run, = line.crawl()
    assert looks(line) == [("complete", None, 12)]
    assert (run["state"], run["comments"]["posted"]) == ("done", 12)
    assert asked(paper) == [ARTICLE, *FURTHER, ARTICLE]
    assert run["requests"] == len(paper.server.hits)
    with line.store.reading() as session:
        shown = dict(session.execute(select(Comment.native_id, Page.url).join(
            CommentVersion, CommentVersion.comment_id == Comment.id).join(
            Capture, Capture.id == CommentVersion.capture_id).join(Page, Page.id == Capture.page_id)).all())
        assert session.scalar(select(func.count()).select_from(ThreadCapture)) == 4
    home = f"https://paper.example{ARTICLE}"
    assert shown == {str(number): home if number <= 5 else f"{home}/comment-page-{(number + 4) // 5}/"
                     for number in range(1, 13)}


@pytest.mark.long_on_postgresql
def test_pages_of_threads_are_evidence_to_verify_and_nothing_to_read_again_or_to_ask_by_themselves(
        paper: TalkingPaper, line: Line) -> None:
    line.crawl()
    verified = document("--config", paper.config, "verify")
    assert (verified["captures"], verified["damaged"]) == (6, [])
    read, = document("--config", paper.config, "reprocess")["outlets"]
    assert (read["captures"], read["already"]) == (1, 1)
    why = document("--config", paper.config, "why", f"https://paper.example{ARTICLE}/comment-page-2/")
    assert why["answer"].endswith(f"ask about https://paper.example{ARTICLE}.")
    paper.server.hits.clear()
    line.crawl("paper0", later=LATER)
    assert asked(paper) == [ARTICLE, *FURTHER, ARTICLE]
    assert not any(hit.conditional or hit.status == 304 for hit in paper.server.hits if hit.path.startswith(ARTICLE))


def test_a_page_that_fails_removes_nothing_and_what_is_missing_on_all_of_them_twice_is_removed(
        paper: TalkingPaper, line: Line) -> None:
    line.crawl()
    paper.talk.failing = {f"{ARTICLE}/comment-page-2/"}
    for _ in range(3):
        run, = line.crawl("paper0", later=LATER)
        assert run["state"] == "degraded"
    assert looks(line)[1:] == [("partial", f"https://paper.example{ARTICLE}/comment-page-2/: status 500", 7)] * 3
    assert events(line) == {"posted": 12}
    paper.talk.failing = set()
    paper.talk.drop(7)
    line.crawl("paper0", later=LATER)
    assert (looks(line)[-1], events(line)) == (("complete", None, 11), {"posted": 12})
    line.crawl("paper0", later=LATER)
    assert (looks(line)[-1], events(line)) == (("complete", None, 11), {"posted": 12, "removed": 1})


def test_another_order_changes_nothing(paper: TalkingPaper, line: Line) -> None:
    line.crawl()
    paper.talk.newest_first = True
    line.crawl("paper0", later=LATER)
    assert (looks(line)[-1], events(line)) == (("complete", None, 12), {"posted": 12})


@pytest.mark.long_on_postgresql
def test_a_comment_that_is_posted_while_the_pages_are_read_makes_the_look_partial(paper: TalkingPaper, line: Line) -> None:
    paper.talk.newest_first = True
    line.crawl()
    at(paper, f"{ARTICLE}/comment-page-3/", lambda: paper.talk.say(13))
    line.crawl("paper0", later=LATER)
    state, reason, _ = looks(line)[-1]
    assert (state, reason) == ("partial", "the thread changed while its pages were read")
    line.crawl("paper0", later=LATER)
    assert (looks(line)[-1], events(line)) == (("complete", None, 13), {"posted": 13})


@pytest.mark.long_on_postgresql
def test_a_comment_that_is_removed_while_the_pages_are_read_hides_no_other(paper: TalkingPaper, line: Line) -> None:
    """Number 6 moves to the first page after that was read, and the look does not see it."""
    line.crawl()
    for number in (1, 2):
        at(paper, f"{ARTICLE}/comment-page-2/", lambda number=number: paper.talk.drop(number))
        line.crawl("paper0", later=LATER)
        assert looks(line)[-1][0] == "partial"
    assert events(line) == {"posted": 12}


def test_a_thread_beyond_its_budget_is_partial_and_says_so(paper: TalkingPaper, line: Line) -> None:
    paper.outlet = "thread_pages = 1"
    paper.write()
    run, = line.crawl()
    assert looks(line) == [("partial", f"https://paper.example{ARTICLE}/comment-page-3/: not asked for: thread_pages is 1", 10)]
    assert run["state"] == "done"


def test_the_answers_of_the_system_stand_for_its_pages(paper: TalkingPaper, line: Line) -> None:
    line.crawl()
    paper.talk.rest = True
    paper.server.hits.clear()
    line.crawl("paper0", later=LATER)
    assert [path.partition("?")[0] for path in asked(paper)] == [ARTICLE, "/wp-json/wp/v2/comments"]
    assert (looks(line)[-1], events(line)) == (("complete", None, 12), {"posted": 12})


@pytest.mark.long_on_postgresql
def test_where_the_system_does_not_answer_its_pages_are_asked_for(paper: TalkingPaper, line: Line) -> None:
    paper.talk.rest = True
    answer = paper.answer
    paper.server.answer = lambda request: answer(request) if request.path != "/robots.txt" else type(answer(request))(
        b"User-agent: *\nDisallow: /wp-json/\n", type="text/plain")
    run, = line.crawl()
    assert looks(line) == [("complete", None, 12)]
    assert (run["state"], run["errors"]) == ("done", [])
    assert asked(paper) == [ARTICLE, *FURTHER, ARTICLE]
