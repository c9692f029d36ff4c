"""Pages taken in: versions, quarantine, disappearance, alerts; on both databases."""
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from desk import HOME, Desk, article, thread
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawler.items import Nothing, Seen
from pipelines.take_in import confirm, stale_head, take_in
from storage import articles, runs
from storage.models import Alert, Article, Capture, Page, Reading, Run, Version
from storage.store import Store


def test_a_first_look_makes_an_article_with_one_version_its_capture_and_its_reading(desk: Desk) -> None:
    desk.see(article("One.", "Two."))
    assert [(row.seq, row.judgement) for row in desk.rows(Version)] == [(1, "open")]
    assert [(row.url, row.state) for row in desk.rows(Article)] == [("https://steppe.example/a/1", "standing")]
    assert [(row.text, row.outcome) for row in desk.rows(Reading)] == [("One.\nTwo.", "clean")]
    assert len(desk.rows(Capture)) == 1


def test_the_same_text_again_is_a_capture_and_no_version(desk: Desk) -> None:
    desk.see(article("One."))
    desk.see(article("One."))
    assert len(desk.rows(Version)) == 1 and len(desk.rows(Capture)) == 2


def test_typography_makes_no_version(desk: Desk) -> None:
    desk.see(article("«Да», сказал он ещё раз."))
    desk.see(article('"Да",  сказал он еще раз.'))
    assert len(desk.rows(Version)) == 1


def test_an_edited_paragraph_makes_exactly_one_version(desk: Desk) -> None:
    desk.see(article("One.", "Two."))
    desk.see(article("One.", "Three."))
    desk.see(article("One.", "Three."))
    assert [row.seq for row in desk.rows(Version)] == [1, 2]


def test_a_changed_headline_is_a_version(desk: Desk) -> None:
    desk.see(article("One.", title="Before"))
    desk.see(article("One.", title="After"))
    assert [row.seq for row in desk.rows(Version)] == [1, 2]


def test_a_text_that_is_put_back_makes_three_versions(desk: Desk) -> None:
    for text in ("A.", "B.", "A."):
        desk.see(article(text))
    assert [row.seq for row in desk.rows(Version)] == [1, 2, 3]


def test_what_an_older_reader_made_of_the_head_is_read_again_and_is_no_edit(desk: Desk) -> None:
    desk.see(article("One. Share this!", reader="reader-0"))
    stale = stale_head(desk.intake, desk.page("/a/1").id, lambda _: "reader-1")
    assert stale is not None and stale.reading.reader == "reader-0"
    desk.see(article("One."), again=article("One."))
    assert len(desk.rows(Version)) == 1
    assert [row.reader for row in desk.rows(Reading)] == ["reader-0", "reader-1", "reader-1"]
    assert stale_head(desk.intake, desk.page("/a/1").id, lambda _: "reader-1") is None


def test_who_is_the_older_reader_is_asked_for_the_day_of_the_heads_bytes(desk: Desk) -> None:
    desk.see(article("One.", reader="reader-of-2026"))
    asked = list[datetime]()

    def reader(at: datetime) -> str:
        asked.append(at)
        return f"reader-of-{at.year}"
    assert stale_head(desk.intake, desk.page("/a/1").id, reader) is None
    assert asked == [desk.rows(Capture)[0].at]


def test_a_page_without_text_is_quarantined_with_its_evidence_and_makes_no_version(desk: Desk) -> None:
    desk.see(Nothing("no_text", "reader-1", "nothing to read"))
    page = desk.rows(Page)[-1]
    assert (page.state, page.reason, page.next_due_at) == ("quarantined", "no_text: nothing to read",
                                                           desk.now + timedelta(minutes=10))
    assert [(row.outcome, row.reason) for row in desk.rows(Reading)] == [("no_text", "no_text")]
    assert (len(desk.rows(Capture)), desk.rows(Version), desk.rows(Article)) == (1, [], [])


def test_an_article_that_reads_empty_once_keeps_its_version_and_is_asked_for_in_full_next_time(desk: Desk) -> None:
    desk.see(article("One."), ETag='"1"')
    desk.see(Nothing("no_text", "reader-1"))
    page = desk.rows(Page)[-1]
    assert page.doubt and len(desk.rows(Version)) == 1
    desk.see(article("One."), ETag='"1"')
    page = desk.rows(Page)[-1]
    assert (page.doubt, page.etag, page.state, len(desk.rows(Version))) == (False, '"1"', "known", 1)


def test_validators_of_another_path_are_not_kept(desk: Desk) -> None:
    page = desk.page("/a/1")
    elsewhere = replace(desk.fetched(f"{HOME}/b/1", ETag='"b"'), asked=page.url)
    take_in(desk.intake, Seen(page, "read", elsewhere, article("One.")), desk.now)
    assert desk.rows(Page)[-1].etag is None
    desk.see(article("One."), ETag='"a"')
    assert desk.rows(Page)[-1].etag == '"a"'


def test_a_304_only_moves_the_page_s_times(desk: Desk) -> None:
    desk.see(article("One."), ETag='"1"')
    desk.now += timedelta(hours=6)
    confirm(desk.intake, [desk.page("/a/1").id], desk.now)
    page = desk.rows(Page)[-1]
    assert (page.confirmed_at, page.next_due_at) == (desk.now, desk.now + timedelta(hours=6))
    assert len(desk.rows(Capture)) == 1


class Meeting:
    """A store whose first readers wait for each other before they go on to write."""

    def __init__(self, store: Store) -> None:
        self.store, self.both, self.waits = store, threading.Barrier(2, timeout=20), 2

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.store.reading() as session:
            yield session
        if self.waits:
            self.both.wait()
            self.waits = 0

    def writing(self) -> AbstractContextManager[Session]:
        return self.store.writing()


def test_two_looks_that_were_compared_with_one_version_store_each_state_once(desk: Desk) -> None:
    desk.see(article("Before."))
    page = desk.page("/a/1")
    intake = replace(desk.intake, store=Meeting(desk.store))  # type: ignore[arg-type]  # it has what is used of a store
    seen = [Seen(page, "read", desk.fetched(page.url), article("After.")) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(take_in, intake, each, desk.now) for each in seen]:
            done.result()
    assert [row.seq for row in desk.rows(Version)] == [1, 2]
    assert len(desk.rows(Capture)) == 3


# --- what is supposed of a page that is new

def look(desk: Desk, path: str, text: str) -> Seen:
    """A look at a page by whoever planned it before anything was read of it."""
    page = replace(desk.page(path), fresh=True)
    return Seen(page, "read", desk.fetched(page.url), article(text))


def test_a_page_that_was_read_since_it_was_planned_is_compared_with_what_was_read(desk: Desk) -> None:
    desk.see(article("Another."), "/a/0")
    looks = [look(desk, "/a/1", text) for text in ("Before.", "After.", "After.")]
    for each in looks:
        take_in(desk.intake, each, desk.now)
    assert [(row.article_id, row.seq) for row in desk.rows(Version)] == [(1, 1), (2, 1), (2, 2)]


def test_two_looks_at_once_at_a_new_page_make_one_article(desk: Desk) -> None:
    desk.see(article("Another."), "/a/0")
    intake, looks = desk.intake, [look(desk, "/a/1", text) for text in ("This.", "That.")]
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(take_in, intake, each, desk.now) for each in looks]:
            done.result()
    assert len(desk.rows(Article)) == 2 and [row.seq for row in desk.rows(Version)] == [1, 1, 2]


def test_a_watch_that_began_or_ended_since_another_page_was_taken_in_counts_for_a_new_one(desk: Desk) -> None:
    desk.see(article("A rail."), "/a/0")
    desk.watch("rail")
    desk.see(article("Another rail."), "/a/1")
    assert [alert.article_id for alert in desk.rows(Alert)] == [2]
    desk.watch("road")
    desk.see(article("A third rail."), "/a/2")
    desk.see(article("A road."), "/a/3")
    assert [alert.article_id for alert in desk.rows(Alert)] == [2, 4]


def test_of_a_new_page_nothing_is_asked_outside_of_the_transaction_that_writes_it(desk: Desk) -> None:
    desk.watch("rail")
    desk.see(article("A rail."), "/a/0")
    take_in(replace(desk.intake, store=Unread(desk.store)), look(desk, "/a/1", "Another rail."),  # type: ignore[arg-type]  # as above
            desk.now)
    assert [alert.article_id for alert in desk.rows(Alert)] == [1, 2]


class Unread:
    """A store that is only written to."""

    def __init__(self, store: Store) -> None:
        self.writing = store.writing


# --- disappearance

def looks_until_gone(desk: Desk) -> None:
    desk.see(article("Another."), "/a/2")
    desk.miss()
    desk.next_run(hours=1 / 6)
    desk.miss()
    desk.next_run(hours=24)
    desk.see(article("Another."), "/a/2")
    desk.miss()


def test_an_article_is_gone_after_three_misses_over_a_day_and_a_watch_is_told(desk: Desk) -> None:
    desk.watch("rail")
    desk.see(article("A rail."))
    desk.next_run()
    looks_until_gone(desk)
    assert desk.rows(Article)[0].state == "gone"
    assert desk.alerts() == [("article_new", "a@example.org"), ("article_gone", "a@example.org")]
    desk.next_run()
    desk.miss()
    assert len(desk.alerts()) == 2


def test_three_misses_within_a_day_are_not_enough(desk: Desk) -> None:
    desk.see(article("A rail."))
    for _ in range(4):
        desk.next_run(hours=5)
        desk.see(article("Another."), "/a/2")
        desk.miss()
    assert [row.state for row in desk.rows(Article)] == ["standing", "standing"]


def test_two_misses_a_day_apart_are_not_enough(desk: Desk) -> None:
    desk.see(article("One."))
    desk.miss()
    desk.next_run(hours=25)
    desk.see(article("Another."), "/a/2")
    desk.miss()
    assert [row.state for row in desk.rows(Article)] == ["standing", "standing"]


def test_nothing_is_gone_while_the_outlet_shows_no_other_article(desk: Desk) -> None:
    desk.see(article("A rail."))
    for hours in (1, 1, 24, 24):
        desk.next_run(hours=hours)
        desk.miss()
    assert [row.state for row in desk.rows(Article)] == ["standing"]


def test_an_article_that_comes_back_stands_again(desk: Desk) -> None:
    desk.see(article("A rail."))
    looks_until_gone(desk)
    desk.see(article("A rail."))
    assert [row.state for row in desk.rows(Article)] == ["standing", "standing"] and len(desk.rows(Version)) == 2


def test_a_redirect_to_another_article_changes_no_identity(desk: Desk) -> None:
    desk.see(article("A rail."))
    page = desk.page("/a/1")
    seen = Seen(page, "moved", desk.fetched("https://steppe.example/a/9"), url_now="https://steppe.example/a/9")
    take_in(desk.intake, seen, desk.now)
    assert [(row.url, row.state) for row in desk.rows(Article)] == [(page.url, "moved")]
    assert [(row.url, row.state) for row in desk.rows(Page) if row.kind == "article"] == [
        (page.url, "moved"), ("https://steppe.example/a/9", "new")]


# --- alerts

def test_a_watch_is_told_of_what_appears_and_of_what_changes_each_recipient_once(desk: Desk) -> None:
    desk.watch("rail", recipients=("a@example.org", "b@example.org"))
    desk.see(article("A rail."))
    desk.see(article("A rail.", "And more."))
    desk.see(article("Nothing of it."), "/a/2")
    assert desk.alerts() == [("article_new", "a@example.org"), ("article_new", "b@example.org"),
                             ("article_edited", "a@example.org"), ("article_edited", "b@example.org")]


def test_the_passage_is_written_by_the_match(desk: Desk) -> None:
    desk.watch("rail")
    desk.see(article("A rail.", "Other."))
    assert desk.rows(Alert)[0].passage == {"headline": "A headline", "words": ["rail"], "author": None, "parts": [
        {"field": "text", "old": None, "new": "A rail.", "old_spans": [], "new_spans": [[2, 6]]}]}


def test_what_a_new_outlet_had_before_is_not_told(desk: Desk) -> None:
    desk.watch("rail")
    desk.backlog = True
    desk.see(article("A rail.", thread=thread(("c1", "A rail!"))))
    assert desk.alerts() == []
    desk.backlog = False
    desk.see(article("A rail.", thread=thread(("c1", "A rail!"), ("c2", "Which rail?"))))
    assert desk.alerts() == [("comment_posted", "a@example.org")]


def test_what_was_found_before_the_first_run_ended_is_not_told_however_late_it_is_read(desk: Desk) -> None:
    desk.watch("rail")
    desk.page("/a/1")
    desk.miss("/a/3")
    with desk.store.writing() as session:  # as if the first run, which is over, had found these two
        first = session.scalars(select(Run).order_by(Run.id)).first()
        assert first is not None
        first.newest_page = session.scalars(select(func.max(Page.id))).one()
    assert not desk.backlog
    desk.see(article("A rail.", thread=thread(("c1", "A rail!"))), "/a/1")
    assert desk.alerts() == []
    desk.see(article("A rail, and a second one.", thread=thread(("c1", "A rail!"), ("c2", "Which rail?"))), "/a/1")
    desk.see(article("A third rail."), "/a/3")  # announced, and not there when it was
    desk.see(article("A fourth rail."), "/a/4")
    assert sorted(event for event, _ in desk.alerts()) == ["article_edited", "article_new", "article_new", "comment_posted"]


def test_a_watch_of_another_outlet_hears_nothing(desk: Desk) -> None:
    desk.watch("rail")
    with desk.store.writing() as session:
        from storage.models import Watch
        session.get_one(Watch, "w").outlets = ["elsewhere"]
    desk.see(article("A rail."))
    assert desk.alerts() == []


def test_an_alert_may_be_mailed_only_after_its_run_is_judged(desk: Desk) -> None:
    desk.watch("rail")
    desk.see(article("A rail."))
    desk.judge()
    assert desk.rows(Alert)[0].mail_at is None
    desk.end()
    desk.judge()
    assert desk.rows(Alert)[0].mail_at == desk.now + timedelta(seconds=60)
    assert (desk.rows(Version)[0].judgement, desk.rows(Run)[-1].judgement) == ("passed", "passed")


def test_an_article_is_listed_once_its_version_is_judged(desk: Desk) -> None:
    desk.see(article("A rail.", thread=thread(("c1", "one"), ("c2", "two", "c1"))))
    with desk.store.reading() as session:
        assert articles.listing(session) == []
    desk.end()
    desk.judge()
    with desk.store.reading() as session:
        row, = articles.listing(session)
    assert (row.title, row.versions, row.comments, row.state) == ("A headline", 1, 2, "standing")


# --- the lease

def test_a_run_that_was_closed_can_write_nothing_more(desk: Desk) -> None:
    with desk.store.writing() as session:
        runs.close_open(session, desk.now, "a test")
    with pytest.raises(runs.RunEnded):
        desk.see(article("One."))
    assert desk.rows(Version) == [] and desk.rows(Capture) == []


def test_a_run_that_was_closed_confirms_nothing(desk: Desk) -> None:
    desk.see(article("One."))
    desk.now += timedelta(hours=6)
    with desk.store.writing() as session:
        runs.close_open(session, desk.now, "a test")
    before = desk.rows(Page)[-1].confirmed_at
    with pytest.raises(runs.RunEnded):
        confirm(desk.intake, [desk.page("/a/1").id], desk.now)
    assert desk.rows(Page)[-1].confirmed_at == before


def test_a_run_that_was_closed_as_died_stays_so(desk: Desk) -> None:
    with desk.store.writing() as session:
        runs.close_open(session, desk.now, "a test")
    with pytest.raises(runs.RunEnded):
        desk.end("done")
    assert [(run.state, run.errors) for run in desk.rows(Run)][-1] == ("died", ["a test"])


def test_an_outlet_has_one_open_run(desk: Desk) -> None:
    with desk.store.writing() as session:
        assert runs.begin(session, "steppe", desk.now) is None
        assert runs.begin(session, "other", desk.now) is not None


def test_a_failing_page_is_asked_for_later_and_later_and_at_the_latest_after_a_day(desk: Desk) -> None:
    page, waits = desk.page("/a/1"), []
    for _ in range(12):
        take_in(desk.intake, Seen(page, "failed", reason="status 503"), desk.now)
        waits.append(desk.rows(Page)[-1].next_due_at - desk.now)
    assert waits[:3] == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)]
    assert waits[-1] == timedelta(days=1)
