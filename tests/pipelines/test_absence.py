"""Articles that go, come back and move; on both databases."""
from dataclasses import replace
from datetime import timedelta

import pytest
from desk import HOME, Desk, article, thread
from sqlalchemy import update

from crawler.items import Nothing, Seen, ThreadRead
from pipelines.take_in import take_in
from storage import models
from storage.models import Alert, Article, ArticleEvent, Capture, Comment, Page, Version
from storage.passage import Passage

WORDS = " ".join(f"word{number:03}" for number in range(60))
NOT_FOUND = Nothing("not_found", "reader-1", "the page says with status 200 that there is none")


def events(desk: Desk) -> list[tuple[int, str, str]]:
    return [(row.article_id, row.event, row.url.removeprefix(HOME)) for row in desk.rows(ArticleEvent)]


def states(desk: Desk) -> dict[str, str]:
    return {row.url.removeprefix(HOME): row.state for row in desk.rows(Article)}


def page(desk: Desk, path: str) -> Page:
    return next(row for row in desk.rows(Page) if row.url == f"{HOME}{path}")


def redirect(desk: Desk, path: str, to: str) -> None:
    """A look at a page that redirects; to is a path or a whole address."""
    url = to if to.startswith("http") else f"{HOME}{to}"
    fetched = replace(desk.fetched(url), asked=f"{HOME}{path}")
    take_in(desk.intake, Seen(desk.page(path), "moved", fetched, url_now=url), desk.now)


def home(desk: Desk, path: str) -> None:
    redirect(desk, path, "/")


def words(desk: Desk, path: str) -> None:
    desk.see(NOT_FOUND, path)


def status(desk: Desk, path: str) -> None:
    desk.miss(path, 410)


def others(desk: Desk, *paths: str) -> None:
    for path in paths or ("/a/2",):
        desk.see(article(f"Another story, of {path}."), path)


def go(desk: Desk, path: str = "/a/1", how=status) -> None:  # type: ignore[no-untyped-def]  # as above
    """Three looks over a day at which a page is not there while another stands."""
    others(desk)
    for hours in (1, 1, 24):
        desk.next_run(hours=hours)
        others(desk)
        how(desk, path)


def mail(desk: Desk) -> None:
    """As if every alert so far were in a mail."""
    desk.next_run(hours=1)
    with desk.store.writing() as session:
        mail = models.Mail(recipient="a@example.org", message_id=f"<{desk.captures}>", subject="", bytes=b"", made_at=desk.now,
                           due_at=desk.now, watch_id="w")
        session.add(mail)
        session.flush()
        session.execute(update(Alert).where(Alert.state == "pending").values(state="mailed", mail_id=mail.id))


def told(desk: Desk) -> list[str]:
    return [alert.event for alert in desk.rows(Alert) if alert.state != "dropped"]


# --- gone

@pytest.mark.parametrize("how", [status, words, home])
def test_an_article_is_gone_whichever_way_its_page_says_that_it_is_not_there(
        desk: Desk, how) -> None:  # type: ignore[no-untyped-def]  # as above
    desk.watch("rail")
    desk.see(article("A rail."))
    seen_at = desk.now
    go(desk, how=how)
    assert states(desk) == {"/a/1": "gone", "/a/2": "standing"} and page(desk, "/a/1").state == "gone"
    row, = desk.rows(ArticleEvent)
    assert (row.event, row.url, row.seen_at, row.last_there_at, row.first_missing_at, row.seq) == (
        "gone", f"{HOME}/a/1", desk.now, seen_at, desk.now - timedelta(hours=25), 1)
    assert row.capture_id == desk.rows(Capture)[-1].id and row.run_id == desk.run
    gone = desk.rows(Alert)[-1]
    assert (gone.event, gone.version_id, gone.run_id) == ("article_gone", None, desk.run)
    assert [row.seq for row in desk.rows(Version)] == [1, 1]


def test_an_article_that_is_gone_and_behind_a_wall_for_a_while_is_gone_at_once_when_it_is_missing_again(desk: Desk) -> None:
    desk.see(article("A rail."))
    go(desk)
    desk.next_run(hours=48)
    for path in ("/a/1", "/a/2"):
        desk.see(Nothing("consent", "reader-1"), path)
        assert page(desk, path).state == "quarantined"
    desk.next_run(hours=1)
    status(desk, "/a/1")
    row = page(desk, "/a/1")
    assert (row.state, row.misses, states(desk)["/a/1"], len(events(desk))) == ("gone", 4, "gone", 1)


def test_a_known_article_s_miss_is_in_doubt_and_is_no_quarantine(desk: Desk) -> None:
    for path, how in (("/a/1", status), ("/a/2", words), ("/a/3", home)):
        desk.see(article(f"A rail at {path}."), path)
        desk.next_run(hours=1)
        how(desk, path)
        row = page(desk, path)
        assert (row.state, row.misses, row.missing_since, row.doubt, row.next_due_at) == (
            "known", 1, desk.now, True, desk.now + timedelta(minutes=10))


def test_a_page_that_never_was_an_article_is_quarantined_by_words_and_moved_by_a_redirect(desk: Desk) -> None:
    words(desk, "/a/1")
    home(desk, "/a/2")
    assert (page(desk, "/a/1").state, page(desk, "/a/1").misses) == ("quarantined", 0)
    assert (page(desk, "/a/2").state, page(desk, "/a/2").misses) == ("moved", 0)


def test_when_every_article_redirects_home_nothing_is_gone_and_all_is_as_before_afterwards(desk: Desk) -> None:
    desk.watch("rail")
    paths = [f"/a/{number}" for number in range(5)]
    for path in paths:
        desk.see(article(f"A rail at {path}."), path)
    for hours in (1, 1, 24, 24, 24):
        desk.next_run(hours=hours)
        for path in paths:
            home(desk, path)
    assert set(states(desk).values()) == {"standing"} and events(desk) == []
    desk.next_run()
    for path in paths:
        desk.see(article(f"A rail at {path}."), path)
    assert told(desk) == ["article_new"] * 5 and page(desk, "/a/1").misses == 0


def test_of_an_outlet_with_many_articles_one_that_stands_is_not_enough(desk: Desk) -> None:
    paths = [f"/a/{number}" for number in range(2, 8)]
    others(desk, "/a/1", *paths)
    for stand in (1, 1, 1, 3):
        desk.next_run(hours=24)
        others(desk, *paths[:stand])
        desk.miss("/a/1")
        assert (states(desk)["/a/1"] == "gone") == (stand == 3)


def test_articles_that_are_new_do_not_show_that_an_outlet_is_as_it_was(desk: Desk) -> None:
    others(desk, "/a/1", "/a/2")
    for day in range(4):
        desk.next_run()
        others(desk, *(f"/a/{day}{number}" for number in range(3)))
        desk.miss("/a/1")
    assert events(desk) == []


def test_two_of_three_articles_may_go(desk: Desk) -> None:
    others(desk, "/a/1", "/a/2", "/a/3")
    for hours in (1, 1, 24):
        desk.next_run(hours=hours)
        others(desk, "/a/3")
        desk.miss("/a/1")
        desk.miss("/a/2")
    assert states(desk) == {"/a/1": "gone", "/a/2": "gone", "/a/3": "standing"}


def test_while_nothing_else_stands_a_missing_page_is_asked_for_later_and_later(desk: Desk) -> None:
    desk.see(article("A rail."))
    waits = []
    for _ in range(12):
        desk.next_run()
        desk.miss()
        waits.append(page(desk, "/a/1").next_due_at - desk.now)
    assert waits[2:5] == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)]
    assert waits[-1] == timedelta(days=1)


def test_an_article_that_is_gone_is_looked_at_again_after_as_long_as_it_has_been_away(desk: Desk) -> None:
    desk.see(article("A rail."))
    go(desk)
    waits = []
    for _ in range(7):
        waits.append(page(desk, "/a/1").next_due_at - desk.now)
        desk.next_run(hours=waits[-1].total_seconds() / 3600)
        desk.miss()
    assert waits[0] == timedelta(hours=25) and waits[1] == timedelta(hours=50) and waits[-1] == timedelta(days=30)
    assert [event for _, event, _ in events(desk)] == ["gone"]


# --- back

def test_who_was_told_that_an_article_is_gone_hears_that_it_is_back(desk: Desk) -> None:
    desk.watch("rail", recipients=("a@example.org", "b@example.org"))
    desk.see(article("A rail."))
    go(desk)
    mail(desk)
    desk.watch("rail", own="later")
    desk.watch("rail", recipients=("b@example.org", "c@example.org"))
    desk.see(article("A rail."))
    back, = (row for row in desk.rows(Alert) if row.event == "article_back")
    assert (back.watch_id, back.recipient, back.version_id) == ("w", "b@example.org", None)
    assert back.passage["parts"][0]["new"] == "A rail."
    assert events(desk) == [(1, "gone", "/a/1"), (1, "back", "/a/1")] and states(desk)["/a/1"] == "standing"
    last = desk.rows(ArticleEvent)[-1]
    assert (last.seq, last.first_missing_at) == (2, desk.rows(ArticleEvent)[0].first_missing_at)


def test_nobody_hears_of_an_article_back_before_a_mail_told_that_it_is_gone(desk: Desk) -> None:
    desk.watch("rail")
    desk.see(article("A rail."))
    go(desk)
    with desk.store.writing() as session:
        session.execute(update(Alert).where(Alert.event == "article_gone").values(state="held"))
    desk.next_run(hours=1)
    desk.see(article("A rail."))
    gone = desk.rows(Alert)[-1]
    assert told(desk) == ["article_new"] and (gone.event, gone.reason) == ("article_gone", "the article stands again")


def test_an_article_that_comes_back_without_the_watched_word_is_told_as_back_and_as_edited(desk: Desk) -> None:
    desk.watch("rail")
    desk.see(article(WORDS, "A rail."))
    go(desk)
    mail(desk)
    desk.see(article(WORDS, "A road.", title="A headline of now"))
    back, edited = desk.rows(Alert)[-2:]
    assert (back.event, edited.event) == ("article_back", "article_edited")
    assert Passage.from_json(back.passage) == Passage("A headline of now", ("rail",), ())


def test_it_may_go_and_come_back_many_times(desk: Desk) -> None:
    desk.watch("rail")
    desk.see(article("A rail."))
    for _ in range(2):
        go(desk)
        mail(desk)
        desk.see(article("A rail."))
    assert [row.seq for row in desk.rows(ArticleEvent)] == [1, 2, 3, 4]
    assert told(desk) == ["article_new", "article_gone", "article_back", "article_gone", "article_back"]


# --- moved

def test_an_article_that_redirects_to_its_new_address_goes_on_there_with_its_thread(desk: Desk) -> None:
    desk.watch("word000")
    said = keyless(("c1", "Well."))
    desk.see(article(WORDS, thread=said))
    desk.next_run(hours=1)
    redirect(desk, "/a/1", "/a/1-slug")
    desk.see(article(f"{WORDS} more", thread=said), "/a/1-slug")
    assert events(desk) == [(1, "moved", "/a/1-slug")] and states(desk) == {"/a/1-slug": "standing"}
    assert [row.seq for row in desk.rows(Version)] == [1, 2] and told(desk) == ["article_new", "article_edited"]
    own, = desk.rows(models.Thread)
    assert own.native_key == f"{HOME}/a/1-slug" and len(desk.rows(Comment)) == 1 and desk.rows(models.ThreadEvent) == []


def test_a_thread_that_begins_with_the_new_address_is_called_by_it(desk: Desk) -> None:
    desk.see(article(WORDS))
    desk.next_run(hours=1)
    redirect(desk, "/a/1", "/a/9")
    for _ in range(2):
        desk.see(article(WORDS, thread=keyless(("c1", "Well."))), "/a/9")
    assert [row.native_key for row in desk.rows(models.Thread)] == [f"{HOME}/a/9"]
    assert desk.rows(models.ThreadEvent) == []


def test_a_redirect_to_another_story_moves_nothing(desk: Desk) -> None:
    others(desk, "/a/2")
    desk.see(article(WORDS))
    for path in ("/a/2", "/a/9"):
        desk.next_run(hours=1)
        redirect(desk, "/a/1", path)
    desk.see(article("A third tale altogether."), "/a/9")
    assert events(desk) == [] and states(desk) == {"/a/1": "moved", "/a/2": "standing", "/a/9": "standing"}


def test_a_redirect_to_what_is_known_as_an_article_too_is_told_of_and_joins_no_histories(desk: Desk) -> None:
    desk.see(article(WORDS))
    desk.see(article(f"{WORDS} more"), "/a/2")
    for _ in range(2):
        desk.next_run(hours=1)
        redirect(desk, "/a/1", "/a/2")
        desk.see(article(f"{WORDS} more"), "/a/2")
    assert events(desk) == [(1, "moved", "/a/2")] and states(desk) == {"/a/1": "moved", "/a/2": "standing"}


@pytest.mark.parametrize("first", ["the old address", "the new address"])
@pytest.mark.parametrize("how", [status, words, home])
def test_the_same_text_under_a_new_address_is_the_same_article(
        desk: Desk, first: str, how) -> None:  # type: ignore[no-untyped-def]  # as above
    desk.watch("word000")
    desk.see(article(WORDS, thread=keyless(("c1", "Well."))))
    desk.next_run(hours=1)
    if first == "the new address":
        desk.see(article(WORDS), "/b/1")
        old = page(desk, "/a/1")
        assert (page(desk, "/b/1").state, old.doubt) == ("quarantined", True) and old.next_due_at <= desk.now
        desk.next_run(hours=1 / 60)
        how(desk, "/a/1")
        assert page(desk, "/b/1").next_due_at <= desk.now
        desk.next_run(hours=1 / 60)
    else:
        how(desk, "/a/1")
    desk.see(article(WORDS, thread=keyless(("c1", "Well."))), "/b/1")
    for hours in (1, 24, 24):
        desk.next_run(hours=hours)
        others(desk)
        how(desk, "/a/1")
        desk.see(article(WORDS, thread=keyless(("c1", "Well."))), "/b/1")
    assert events(desk) == [(1, "moved", "/b/1")] and states(desk)["/b/1"] == "standing" and len(states(desk)) == 2
    assert told(desk) == ["article_new"] and len(desk.rows(models.Thread)) == 1
    assert {row.judgement for row in desk.rows(Version)} == {"passed"}


def test_an_article_found_elsewhere_after_it_was_told_to_be_gone_is_told_as_back(desk: Desk) -> None:
    desk.watch("word000")
    desk.see(article(WORDS))
    go(desk)
    mail(desk)
    desk.see(article(WORDS), "/b/1")
    assert events(desk) == [(1, "gone", "/a/1"), (1, "moved", "/b/1")] and states(desk)["/b/1"] == "standing"
    assert told(desk) == ["article_new", "article_gone", "article_back"]


@pytest.mark.parametrize("redirects", [True, False])
def test_an_article_that_moves_back_has_its_first_address_again(desk: Desk, redirects: bool) -> None:
    desk.see(article(WORDS))
    for old, new in (("/a/1", "/a/9"), ("/a/9", "/a/1")):
        others(desk)
        for hours in (1, 1, 24):
            desk.next_run(hours=hours)
            others(desk)
            if redirects:
                redirect(desk, old, new)
            else:
                desk.miss(old)
            desk.see(article(WORDS), new)
    assert events(desk) == [(1, "moved", "/a/9"), (1, "moved", "/a/1")]
    assert states(desk) == {"/a/1": "standing", "/a/2": "standing"} and len(desk.rows(Version)) == 2


def test_of_an_article_that_moved_the_old_address_may_go_without_a_word(desk: Desk) -> None:
    desk.watch("word000")
    desk.see(article(WORDS))
    desk.next_run(hours=1)
    redirect(desk, "/a/1", "/a/9")
    desk.see(article(WORDS), "/a/9")
    go(desk)
    assert states(desk)["/a/9"] == "standing" and page(desk, "/a/1").state == "gone" and told(desk) == ["article_new"]


def test_a_site_that_gives_all_its_articles_new_addresses_loses_and_gains_none(desk: Desk) -> None:
    desk.watch("word000")
    texts = [f"{WORDS} story {number} {number}" for number in range(6)]
    for number, each in enumerate(texts):
        desk.see(article(each, title=f"Headline {number}"), f"/a/{number}")
    desk.next_run()
    for _ in range(2):
        for number, each in enumerate(texts):
            desk.see(article(each, title=f"Headline {number}"), f"/new/{number}")
        desk.next_run(hours=1 / 4)
        for number in range(6):
            desk.miss(f"/a/{number}")
    for _ in range(3):
        desk.next_run()
        for number, each in enumerate(texts):
            desk.miss(f"/a/{number}")
            desk.see(article(each, title=f"Headline {number}"), f"/new/{number}")
    assert sorted(states(desk)) == [f"/new/{number}" for number in range(6)]
    assert {event for _, event, _ in events(desk)} == {"moved"} and len(events(desk)) == 6
    assert told(desk) == ["article_new"] * 6


def test_when_everything_redirects_to_one_article_nothing_collapses(desk: Desk) -> None:
    for number in range(5):
        desk.see(article(f"A story of its own, number {number}, {number}{number}."), f"/a/{number}")
    for hours in (1, 24, 24):
        desk.next_run(hours=hours)
        for number in range(1, 5):
            redirect(desk, f"/a/{number}", "/a/0")
        desk.see(article("A story of its own, number 0, 00."), "/a/0")
    assert len(desk.rows(Article)) == len(desk.rows(Version)) == 5 and events(desk) == []


def test_a_text_under_another_headline_is_not_what_is_missing(desk: Desk) -> None:
    desk.see(article("Watch the video.", title="A fire"))
    desk.next_run(hours=1)
    desk.miss()
    desk.see(article("Watch the video.", title="A flood"), "/a/2")
    assert states(desk) == {"/a/1": "standing", "/a/2": "standing"} and events(desk) == []


def test_an_article_whose_print_page_stands_is_not_gone_and_goes_on_there(desk: Desk) -> None:
    desk.watch("word000")
    desk.see(article(WORDS, thread=keyless(("c1", "Well."))))
    printed = replace(article(WORDS), claimed_url=f"{HOME}/a/1")
    desk.see(printed, "/a/1/print")
    others(desk)
    for hours in (1, 1, 24):
        desk.next_run(hours=hours)
        others(desk)
        desk.miss()
        desk.see(printed, "/a/1/print")
        assert states(desk)["/a/1" if hours == 1 else "/a/1/print"] == "standing"
    assert events(desk) == [(1, "moved", "/a/1/print")] and told(desk) == ["article_new"]
    assert [row.native_key for row in desk.rows(models.Thread)] == [f"{HOME}/a/1/print"]


def test_another_page_of_an_article_that_goes_or_redirects_to_it_says_nothing_of_it(desk: Desk) -> None:
    desk.see(article(WORDS))
    desk.see(replace(article(WORDS), claimed_url=f"{HOME}/a/1"), "/a/1/print")
    desk.next_run(hours=1)
    redirect(desk, "/a/1/print", "/a/1")
    assert states(desk) == {"/a/1": "standing"}
    go(desk, "/a/1/print")
    desk.see(article(WORDS))
    assert states(desk)["/a/1"] == "standing" and events(desk) == []


def test_a_redirect_to_another_outlet_is_tried_again_soon(desk: Desk) -> None:
    desk.see(article(WORDS))
    desk.next_run(hours=1)
    redirect(desk, "/a/1", "https://elsewhere.example/login")
    row = page(desk, "/a/1")
    assert (row.state, row.misses, row.next_due_at) == ("moved", 0, desk.now + timedelta(minutes=10))
    assert states(desk) == {"/a/1": "standing"}


# --- another story at the address

OTHER = "A flood closed every bridge over the river on Tuesday and the ferries were full until late."


def keyless(*comments: tuple[str, str]) -> ThreadRead:
    return replace(thread(*comments), native_key=None)


@pytest.mark.parametrize(("watched", "word"), [("word010", "word010"), ("ferries", "ferries"), ("elsewhere", None)])
def test_another_story_at_an_address_is_told_to_who_watches_for_either_with_both_headlines(desk: Desk, watched: str,
                                                                                         word: str | None) -> None:
    desk.see(article("First.", WORDS, title="A first story"))
    desk.watch(watched)
    desk.next_run()
    desk.see(article("Then.", OTHER, title="A second story"))
    assert [(row.event, row.version_id) for row in desk.rows(Alert)] == ([("article_replaced", 2)] if word else [])
    for row in desk.rows(Alert):
        passage = Passage.from_json(row.passage)
        title, *texts = passage.parts
        assert (passage.headline, title.old, title.new) == ("A second story", "A first story", "A second story")
        assert [(part.old, part.new) for part in texts] == (
            [(WORDS, None), (None, "Then.")] if watched == "word010" else [("First.", None), (None, OTHER)])
    assert len(desk.rows(Article)) == 1 and events(desk) == []


def test_the_comments_of_a_story_that_was_replaced_are_not_removed_and_the_new_one_has_a_thread_of_its_own(desk: Desk) -> None:
    desk.watch("said")
    desk.see(article(WORDS, thread=keyless(("c1", "One said."), ("c2", "Two said."))))
    for hours in (1, 1, 24, 24):
        desk.next_run(hours=hours)
        desk.see(article(OTHER, thread=keyless(("c9", "Three said."))))
    first, second = desk.rows(models.Thread)
    assert (first.state, second.state) == ("replaced", "open")
    assert (first.native_key, second.native_key) == (f"{HOME}/a/1 until version 2", f"{HOME}/a/1")
    assert {(row.thread_id, row.text, row.state) for row in desk.rows(Comment)} == {
        (1, "One said.", "standing"), (1, "Two said.", "standing"), (2, "Three said.", "standing")}
    assert sorted(told(desk)) == ["comment_posted"] * 3 and desk.rows(models.ThreadEvent) == []


@pytest.mark.parametrize("meanwhile", [keyless(("c9", "Three said.")), ThreadRead(None, "none")])
def test_a_story_that_is_back_at_its_address_has_its_comments_back_and_none_is_told_again(desk: Desk,
                                                                                         meanwhile: ThreadRead) -> None:
    desk.watch("said")
    for text, shown in ((WORDS, keyless(("c1", "One said."))), (OTHER, meanwhile),
                        (WORDS, keyless(("c1", "One said."), ("c2", "Two said."))), (WORDS, keyless(("c1", "One said.")))):
        desk.see(article(text, thread=shown))
        desk.next_run(hours=1)
    assert desk.rows(models.Thread)[0].state == "open" and desk.rows(models.Thread)[0].native_key == f"{HOME}/a/1"
    assert [row.text for row in desk.rows(Comment) if row.thread_id == 1] == ["One said.", "Two said."]
    assert told(desk).count("comment_posted") == 2 + len(meanwhile.comments) and "comment_removed" not in told(desk)


def test_a_story_written_anew_keeps_its_thread_where_its_comments_are_still_shown(desk: Desk) -> None:
    desk.see(article(WORDS, thread=keyless(("c1", "One."), ("c2", "Two."))))
    desk.next_run(hours=1)
    desk.see(article(OTHER, thread=keyless(("c1", "One."), ("c3", "Three."))))
    assert [row.state for row in desk.rows(models.Thread)] == ["open"] and len(desk.rows(Comment)) == 3
