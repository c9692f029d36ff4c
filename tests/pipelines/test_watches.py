"""What a watch asks for, from the page to the alert: where, in which language, of what, for whom and when; and that it looks
forward only."""
from dataclasses import replace
from datetime import datetime, time, timedelta, timezone

import pytest
from desk import Desk, article, thread

from pipelines import holds
from pipelines.compare.blame import Blame
from pipelines.judgement import judge
from storage import watches
from storage.models import Alert, Answer, Hold, Watch
from storage.schedule import Schedule
from storage.store import Store
from storage.watches import WatchRow
from tests.pipelines.test_holds import NAV, PATHS, body, many
from verbs import watching

RAILS = WatchRow("rails", ("railway",), ("a@example.org", "b@example.org"), ())
ONE = replace(RAILS, recipients=("a@example.org",))
DAILY = Schedule("Asia/Almaty", "day", time(7))
WAIT = timedelta(seconds=60)


@pytest.fixture
def desk(store: Store, now: datetime) -> Desk:
    """A desk after the first run of an outlet in Kazakhstan, so that what is found now is news."""
    desk = Desk(store, now)
    desk.outlet = desk.outlet.model_copy(update={"country": "KZ"})
    desk.begin()
    desk.next_run()
    return desk


def keep(desk: Desk, *rows: WatchRow) -> None:
    with desk.store.writing() as session:
        for row in rows:
            watches.keep(session, row, "cli", desk.now, session.get(Watch, row.id))


def told(desk: Desk) -> list[tuple[str, str]]:
    """Watches and events of all alerts that are not dropped, in order."""
    return [(alert.watch_id, alert.event) for alert in desk.rows(Alert) if alert.state != "dropped"]


def times(desk: Desk) -> list[datetime | None]:
    return [alert.mail_at for alert in desk.rows(Alert)]


# --- where, in which language, of what

def test_a_watch_hears_of_its_own_countries_and_outlets_alone(desk: Desk) -> None:
    keep(desk, replace(ONE, id="kz", countries=("KG", "KZ")), replace(ONE, id="kg", countries=("KG",)),
         replace(ONE, id="here", outlets=("steppe",)), replace(ONE, id="there", outlets=("other",)),
         replace(ONE, id="both", outlets=("steppe",), countries=("KG",)))
    desk.see(article("A railway.", thread=thread(("c1", "A railway."))))
    assert {own for own, _ in told(desk)} == {"kz", "here"}
    assert len(told(desk)) == 4


@pytest.mark.parametrize(("language", "heard"), [("ru", {"ru", "any"}), ("ru-RU", {"ru", "any"}), ("kk", {"kk", "any"}),
                                                 ("en", {"any"}), (None, {"ru", "kk", "any"})])
def test_a_watch_hears_of_its_own_languages_and_of_what_is_in_none_that_is_known(desk: Desk, language: str | None,
                                                                                heard: set[str]) -> None:
    keep(desk, replace(ONE, id="ru", languages=("ru",)), replace(ONE, id="kk", languages=("kk",)), replace(ONE, id="any"))
    desk.see(replace(article("A railway.", thread=thread(("c1", "A railway."))), language=language))
    desk.next_run()
    desk.see(replace(article("A railway is closed.", thread=thread(("c1", "A railway!"))), language=language))
    assert {own for own, _ in told(desk)} == heard
    assert len(told(desk)) == 4 * len(heard)


def test_an_article_that_is_gone_is_told_in_its_language(desk: Desk) -> None:
    keep(desk, replace(ONE, id="ru", languages=("ru",)), replace(ONE, id="kk", languages=("kk",)))
    desk.see(replace(article("A railway."), language="kk"))
    others = ("/a/2", "/a/3", "/a/4")
    for _ in range(5):
        for path in others:
            desk.see(article(f"A road at {path}."), path)
        desk.next_run()
        desk.miss()
    assert told(desk) == [("kk", "article_new"), ("kk", "article_gone")]


def test_a_watch_hears_of_the_events_that_it_asks_for_and_of_an_edit_once(desk: Desk) -> None:
    keep(desk, replace(ONE, id="words", events=("words_appeared", "words_vanished")),
         replace(ONE, id="edits", events=("article_edited",)), replace(ONE, id="talk", events=("comment_posted",)),
         replace(ONE, id="first", events=("article_edited", "headline_changed")), replace(ONE, id="large", least=40))
    desk.see(article("A road."))
    for lines, title in ((["A railway."], "A headline"), (["A railway, closed."], "A headline"),
                         (["A railway, closed."], "Another headline"), (["A road, closed."], "Another headline")):
        desk.next_run()
        desk.see(article(*lines, title=title, thread=thread(("c1", "A railway."))))
    assert [event for own, event in told(desk) if own == "words"] == ["words_appeared", "words_vanished"]
    assert [event for own, event in told(desk) if own == "edits"] == ["article_edited"] * 4
    assert [event for own, event in told(desk) if own == "talk"] == ["comment_posted"]
    assert [event for own, event in told(desk) if own == "first"] == ["article_edited", "article_edited", "headline_changed",
                                                                     "article_edited"]
    assert [event for own, event in told(desk) if own == "large"] == ["comment_posted"]


def test_who_ended_the_watch_or_muted_story_or_outlet_gets_no_alert_and_the_other_does(desk: Desk) -> None:
    keep(desk, *(replace(RAILS, id=own) for own in ("ended", "story", "outlet", "heard")))
    desk.see(article("A road."))
    desk.see(article("Another road."), "/a/2")

    def answer(watch: str, action: str, **about: object) -> Answer:
        return Answer(at=desk.now, action=action, via="link", watch_id=watch, recipient="a@example.org", **about)

    with desk.store.writing() as session:
        session.add_all([answer("ended", "end_watch"), answer("story", "mute_story", article_id=1),
                         answer("outlet", "mute_outlet", outlet="steppe"), answer("heard", "not_relevant", article_id=1),
                         answer("heard", "end_watch", undone_at=desk.now), answer("heard", "mute_outlet", outlet="other")])
    desk.next_run()
    desk.see(article("A railway."))
    desk.see(article("Another railway."), "/a/2")
    silent = {(alert.watch_id, alert.article_id) for alert in desk.rows(Alert) if alert.recipient == "b@example.org"} - {
        (alert.watch_id, alert.article_id) for alert in desk.rows(Alert) if alert.recipient == "a@example.org"}
    assert silent == {("ended", 1), ("ended", 2), ("story", 1), ("outlet", 1), ("outlet", 2)}


# --- when

def test_what_the_judgement_passes_waits_for_its_watch_s_digest(desk: Desk) -> None:
    keep(desk, replace(ONE, id="daily", schedule=DAILY), replace(ONE, id="soon"))
    desk.see(article("A railway."))
    assert times(desk) == [None, None]
    judged = desk.now
    desk.next_run()
    assert {alert.watch_id: alert.mail_at for alert in desk.rows(Alert)} == {
        "soon": judged + WAIT, "daily": datetime(2026, 3, 4, 2, tzinfo=timezone.utc)}


@pytest.mark.parametrize("verb", ["accept", "release"])
def test_what_a_hold_lets_go_waits_for_its_watch_s_digest_also_where_the_watch_is_of_a_country_or_rests(desk: Desk,
                                                                                                       verb: str) -> None:
    keep(desk, replace(ONE, id="daily", schedule=DAILY, countries=("KZ",)), replace(ONE, id="soon", countries=("KZ",)),
         replace(ONE, id="resting"))
    for path in PATHS:
        desk.see(article(*body(path)), path)
    desk.next_run()
    for path in PATHS:
        desk.see(article(*body(path, NAV, f"The railway at {path} is closed.")), path)
    desk.end()
    judge(desk.store, desk.now, WAIT, many(Blame((NAV,))))  # type: ignore[arg-type]  # a rule
    with desk.store.writing() as session:
        watches.pause(session.get_one(Watch, "resting"), desk.now)
    hold, = desk.rows(Hold)
    desk.now += timedelta(hours=1)
    holds.DECISIONS[verb](desk.store, hold.id, "Aigul", desk.now, WAIT)
    waiting = {(alert.watch_id, alert.state, alert.mail_at) for alert in desk.rows(Alert) if alert.event == "article_edited"}
    assert waiting == {("soon", "pending", desk.now + WAIT), ("resting", "pending", desk.now + WAIT),
                       ("daily", "pending", datetime(2026, 3, 5, 2, tzinfo=timezone.utc))}


# --- forward only

def test_a_watch_that_is_added_hears_nothing_of_what_was_there_and_of_all_that_comes(desk: Desk) -> None:
    desk.see(article("A railway.", thread=thread(("c1", "A railway."))))
    desk.next_run()
    keep(desk, ONE)
    desk.see(article("A railway.", thread=thread(("c1", "A railway."))))
    desk.next_run()
    assert told(desk) == []
    desk.see(article("A railway, closed.", thread=thread(("c1", "A railway."), ("c2", "A railway?"))))
    assert told(desk) == [("rails", "article_edited"), ("rails", "comment_posted")]


def test_a_run_that_is_under_way_goes_by_what_is_added_from_its_next_page_on(desk: Desk) -> None:
    desk.watch("nothing")
    pages = desk.announce("/a/1", "/a/2", "/a/3")
    assert len(pages) >= 3
    desk.see(article("A railway one."), "/a/1")
    keep(desk, ONE)
    desk.see(article("A railway two."), "/a/2")
    with desk.store.writing() as session:
        watches.pause(session.get_one(Watch, "rails"), desk.now)
    desk.see(article("A railway three."), "/a/3")
    assert [(own, alert.article_id) for (own, _), alert in zip(told(desk), desk.rows(Alert), strict=True)] == [("rails", 2)]


def test_what_a_watch_missed_while_it_rested_is_told_to_nobody(desk: Desk) -> None:
    keep(desk, ONE)
    desk.see(article("A railway."))
    watching.pause(desk.store, ["rails"], desk.now)
    desk.next_run()
    desk.see(article("A railway, closed.", thread=thread(("c1", "A railway."))))
    desk.see(article("Another railway."), "/a/2")
    desk.next_run()
    watching.resume(desk.store, ["rails"], desk.now)
    desk.see(article("A railway, closed.", thread=thread(("c1", "A railway."))))
    desk.see(article("Another railway."), "/a/2")
    desk.next_run()
    assert told(desk) == [("rails", "article_new")]
    desk.see(article("A railway, open.", thread=thread(("c1", "A railway."))))
    assert told(desk) == [("rails", "article_new"), ("rails", "article_edited")]


def test_another_query_hears_nothing_of_what_was_there(desk: Desk) -> None:
    keep(desk, replace(ONE, words=("mine",)))
    desk.see(article("A railway.", "A mine."))
    desk.next_run()
    keep(desk, ONE)
    desk.see(article("A railway.", "A mine."))
    desk.next_run()
    assert told(desk) == [("rails", "article_new")]
    assert desk.rows(Watch)[0].since == desk.now - timedelta(hours=24)


def test_a_watch_that_is_put_back_into_the_settings_hears_nothing_of_meanwhile(desk: Desk) -> None:
    def settings(*rows: WatchRow) -> None:
        with desk.store.writing() as session:
            watches.sync(session, rows, desk.now)

    settings(ONE)
    settings()
    desk.see(article("A railway."))
    desk.next_run()
    settings(ONE)
    desk.see(article("A railway."))
    desk.next_run()
    assert told(desk) == [] and desk.rows(Watch)[0].since == desk.now - timedelta(hours=24)
    desk.see(article("A railway, closed."))
    assert told(desk) == [("rails", "article_edited")]


def test_a_watch_hears_nothing_of_what_a_new_outlet_had_before(store: Store, now: datetime) -> None:
    desk = Desk(store, now)
    keep(desk, ONE)
    desk.begin()
    desk.announce("/a/1", "/a/2")
    desk.see(article("A railway.", thread=thread(("c1", "A railway."))))
    desk.next_run()
    desk.see(article("Another railway."), "/a/2")
    assert told(desk) == []
    desk.see(article("A third railway."), "/a/3")
    assert told(desk) == [("rails", "article_new")]
