"""Threads of several pages taken in: their evidence, and that no page of them is ever looked at by itself; on both
databases."""
from collections.abc import Sequence
from dataclasses import replace

from desk import HOME, Desk, article
from sqlalchemy import select

from crawler.items import CommentRead, Seen, ThreadPage, Wanted
from crawler.items import ThreadRead as Look
from pipelines import due
from pipelines.further import kept
from pipelines.plan import plan
from pipelines.take_in import take_in
from storage import captures, pages, trace
from storage.models import Capture, Comment, CommentVersion, Page, ThreadCapture, ThreadRead

URLS = tuple(f"{HOME}/a/1/page-{number}" for number in (2, 3))


def read(*ids: str, declared: int, wanted: Sequence[str] = ()) -> Look:
    return Look("wordpress", "partial", "not all", declared, tuple(
        CommentRead(own, None, None, place, 0, "Aigul", None, None, f"said {own}") for place, own in enumerate(ids)), "/a",
        tuple(map(Wanted, wanted)), off=declared - len(ids))


def look(desk: Desk, *shown: Sequence[str] | str, declared: int = 4) -> None:
    """A look at a thread of three pages: the ids on each, or the reason why it was not read."""
    desk.next_run()
    first = read(*shown[0], declared=declared, wanted=URLS)
    page = desk.page("/a/1")
    further = [ThreadPage(url, desk.fetched(url, 500), reason=ids) if isinstance(ids, str) else
               ThreadPage(url, desk.fetched(url), read(*ids, declared=declared))
               for url, ids in zip(URLS, shown[1:], strict=True)]
    value = article("A text.", thread=first)
    seen = Seen(page, "read", desk.fetched(page.url, ETag='"1"', Last_Modified="Mon, 02 Mar 2026 06:00:00 GMT"), value,
                thread_pages=(*further, ThreadPage(page.url, desk.fetched(page.url), first, again=True)))
    take_in(desk.intake, seen, desk.now)


def test_each_answer_is_evidence_and_a_comment_names_the_one_that_showed_it(desk: Desk) -> None:
    look(desk, ["1"], ["2", "3"], ["4"])
    made, = desk.rows(ThreadRead)
    assert (made.state, made.reason, made.declared, made.seen) == ("complete", None, 4, 4)
    evidence = {row.id: row for row in desk.rows(Capture)}
    with desk.store.reading() as session:
        listed = list(session.execute(select(ThreadCapture.seq, Capture.final_url, Capture.id).join(
            Capture, Capture.id == ThreadCapture.capture_id).order_by(ThreadCapture.seq)))
    assert [(seq, url) for seq, url, _ in listed] == [(1, URLS[0]), (2, URLS[1]), (3, f"{HOME}/a/1")]
    assert evidence[made.capture_id].final_url == f"{HOME}/a/1"
    assert made.capture_id not in {own for _, _, own in listed}
    shown = {comment.id: comment.native_id for comment in desk.rows(Comment)}
    assert {shown[version.comment_id]: evidence[version.capture_id].final_url for version in desk.rows(CommentVersion)} == {
        "1": f"{HOME}/a/1", "2": URLS[0], "3": URLS[0], "4": URLS[1]}


def test_pages_of_a_thread_belong_to_its_article_and_are_never_due_by_themselves(desk: Desk) -> None:
    for _ in range(2):
        look(desk, ["1"], ["2", "3"], ["4"])
    own, *further = sorted((page for page in desk.rows(Page) if page.kind != "source"), key=lambda page: page.url)
    assert [(page.url, page.kind, page.article_id, page.state) for page in further] == [
        (url, "thread", own.article_id, "known") for url in URLS]
    with desk.store.writing() as session:
        pages.make_due(session, "steppe", desk.now)
        assert [session.get_one(Page, page.id).next_due_at for page in further] == [due.NEVER] * 2
    asked = plan(desk.intake, None, desk.now)
    assert {page.url for page in asked} == {f"{HOME}/rss", f"{HOME}/a/1"}
    with desk.store.reading() as session:
        session.get_one(Page, further[0].id).next_due_at = desk.now  # whatever made it so
        session.flush()
        rows = (*pages.due_sources(session, "steppe", desk.now),
               *(page for new in (True, False) for page in pages.due_articles(session, "steppe", desk.now, 10, new=new)))
        assert [page.kind for page in rows] == ["source", "article"]
        session.rollback()


def test_no_page_of_a_thread_of_several_has_validators_and_one_of_one_page_has(desk: Desk) -> None:
    look(desk, ["1"], ["2", "3"], ["4"])
    page, = (page for page in desk.rows(Page) if page.kind == "article")
    assert (page.doubt, page.etag, page.last_modified) == (False, None, None)
    desk.next_run()
    desk.see(article("A text.", thread=replace(read("1", "2", "3", "4", declared=4), state="complete", off=None)), ETag='"2"')
    page, = (page for page in desk.rows(Page) if page.kind == "article")
    assert page.etag == '"2"'


def test_a_page_that_failed_removes_nothing_whatever_the_others_lack(desk: Desk) -> None:
    look(desk, ["1"], ["2", "3"], ["4"])
    for _ in range(3):
        look(desk, ["1"], "status 500", ["4"])
    assert {version.event for version in desk.rows(CommentVersion)} == {"posted"}
    assert [(row.state, row.reason) for row in desk.rows(ThreadRead)][1:] == [("partial", f"{URLS[0]}: status 500")] * 3
    assert desk.rows(Capture)[-2].status == 200
    assert sum(capture.status == 500 for capture in desk.rows(Capture)) == 3


def test_comments_that_change_their_pages_are_the_same_comments(desk: Desk) -> None:
    look(desk, ["1"], ["2", "3"], ["4"])
    look(desk, ["4"], ["3", "2"], ["1"])
    look(desk, ["0"], ["4", "3"], ["2", "1"], declared=5)
    assert [(version.event, version.text) for version in desk.rows(CommentVersion)] == [
        ("posted", f"said {own}") for own in ("1", "2", "3", "4", "0")]


def test_what_is_missing_on_all_pages_twice_is_removed(desk: Desk) -> None:
    look(desk, ["1"], ["2", "3"], ["4"])
    for _ in range(2):
        look(desk, ["1"], ["2"], ["4"], declared=3)
    assert [(comment.native_id, comment.state) for comment in desk.rows(Comment)] == [
        ("1", "standing"), ("2", "standing"), ("3", "removed"), ("4", "standing")]


def test_captures_for_a_thread_are_no_articles_to_read_again(desk: Desk) -> None:
    look(desk, ["1"], ["2", "3"], ["4"])
    with desk.store.reading() as session:
        row, = captures.unread(session, "steppe", "another reader", None, after=0, limit=10)
        made, = desk.rows(ThreadRead)
        assert row.id == made.capture_id
        assert captures.count(session, "steppe", None, None) == (1, 0)
        # A page that answered from where a thread's page stands is not it.
        assert [page.kind for page in trace.pages_at(session, [f"{HOME}/a/1"])] == ["article"]


def test_a_thread_whose_page_is_an_article_of_its_own_keeps_it_one(desk: Desk) -> None:
    """An announced page that also stands in a thread goes on being looked at."""
    desk.page("/a/1/page-2")
    look(desk, ["1"], ["2", "3"], ["4"])
    page, = (page for page in desk.rows(Page) if page.url == URLS[0])
    assert (page.kind, page.article_id, page.state) == ("article", None, "new")


def test_pages_of_which_nothing_came_leave_no_evidence(desk: Desk) -> None:
    page = desk.page("/a/1")
    seen = Seen(page, "read", desk.fetched(page.url), article("A text."),
                thread_pages=(ThreadPage(URLS[0], reason="timed out"),))
    with desk.store.writing() as session:
        assert kept(session, desk.intake, 1, session.get_one(Page, page.id), seen, desk.now) == {}
        assert pages.ids_at(session, "steppe", URLS) == {}
