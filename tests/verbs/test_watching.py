"""Watches as people keep them: added, paused, resumed and ended beside those of the settings, and what is said of them."""
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command import said, told
from rich.console import Console
from sqlalchemy import update

import settings
from settings import Settings, SettingsError
from storage import recipients
from storage.models import Alert, Answer, Watch
from storage.store import Store
from tests.alerts.filled import READER, Filled
from verbs import watch_tables, watching
from verbs.watching import Unknown, add, listing, pause, remove, resume, stats, sync_watches

HOUR = timedelta(hours=1)
GIVEN: dict[str, Any] = {"id": "debts", "words": ["debt"], "recipients": [READER]}
CONFIG = """
data = "."
outlets = []
[[watch]]
id = "rails"
words = ["railway"]
recipients = ["a@example.org"]
"""


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Settings]:
    """The settings, with one watch."""
    (tmp_path / "steppewire.toml").write_text(CONFIG, encoding="utf-8")
    yield settings.load(tmp_path / "steppewire.toml")


def rows(store: Store) -> dict[str, Watch]:
    with store.reading() as session:
        return {row.id: row for row in session.query(Watch)}


def listed(store: Store, now: datetime) -> dict[str, dict[str, Any]]:
    with store.reading() as session:
        return {each["watch"]: each for each in listing(session, now)["watches"]}


def test_what_is_added_stands_beside_the_settings_and_outlives_their_next_start(store: Store, now: datetime,
                                                                                 read: Settings) -> None:
    sync_watches(read, store, now)
    add(read, store, GIVEN | {"digest": "day", "zone": "Asia/Almaty", "cap": 3}, now + HOUR)
    sync_watches(read, store, now + 2 * HOUR)
    found = listed(store, now)
    assert {own: (each["origin"], each["digest"], each["owner"]) for own, each in found.items()} == {
        "debts": ("cli", "day", READER), "rails": ("config", None, "a@example.org")}
    assert rows(store)["debts"].since == now + HOUR


@pytest.mark.parametrize(("given", "key", "words"), [
    ({"words": ["…"]}, "words", "needs a letter"),
    ({"words": []}, "words", "such as words"),
    ({"recipients": ["nobody"]}, "watch.debts.recipients", "neither an address nor a channel"),
    ({"id": "a b"}, "id", "such as id"),
    ({"outlets": ["nowhere"]}, "watch.outlets", "not crawled"),
    ({"at": "7"}, "at", "hour of the day"),
    ({"zone": "Mars"}, "zone", "Asia/Almaty"),
    ({"cap": 0}, "cap", "greater than or equal to 1"),
    ({"least": -1}, "least", "greater than or equal to 0"),
    ({"events": ["article_born"]}, "events.1", "article_new"),
    ({"at": "07:00"}, "watch.debts.at", "there is none"),
    ({"id": "rails"}, "watch.id", "a watch of the settings has this id"),
])
def test_what_could_be_no_watch_of_the_settings_is_refused_with_the_same_words(
        store: Store, now: datetime, read: Settings, given: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        add(read, store, GIVEN | given, now)
    assert (caught.value.file, caught.value.key) == ("the command line", key)
    assert caught.value.remedy and rows(store) == {}


def test_an_id_that_stands_is_refused_and_replaced_only_where_that_is_asked_for(store: Store, now: datetime,
                                                                                read: Settings) -> None:
    with pytest.raises(SettingsError, match="no watch with this id that could be replaced"):
        add(read, store, GIVEN, now, replace=True)
    add(read, store, GIVEN, now)
    with pytest.raises(SettingsError, match="stands already"):
        add(read, store, GIVEN | {"words": ["loan"]}, now + HOUR)
    assert rows(store)["debts"].words == ["debt"]
    add(read, store, GIVEN | {"cap": 2}, now + HOUR, replace=True)
    assert (rows(store)["debts"].since, rows(store)["debts"].cap) == (now, 2)
    add(read, store, GIVEN | {"words": ["loan"]}, now + HOUR, replace=True)
    assert (rows(store)["debts"].since, rows(store)["debts"].words) == (now + HOUR, ["loan"])


def test_the_id_of_a_watch_that_left_the_settings_is_free_once_the_daemon_knows_it(store: Store, now: datetime,
                                                                                   read: Settings) -> None:
    sync_watches(read, store, now)
    without = read.model_copy(update={"watch": ()})
    with pytest.raises(SettingsError, match="until the daemon is started anew"):
        add(without, store, GIVEN | {"id": "rails"}, now)
    sync_watches(without, store, now)
    add(without, store, GIVEN | {"id": "rails"}, now + HOUR)
    assert (rows(store)["rails"].origin, rows(store)["rails"].since) == ("cli", now + HOUR)
    with pytest.raises(SettingsError, match="was added by `steppewire watch add`"):
        sync_watches(read, store, now)


def test_a_watch_that_rests_does_so_through_a_new_start_and_counts_from_its_resumption(store: Store, now: datetime,
                                                                                       read: Settings) -> None:
    sync_watches(read, store, now)
    add(read, store, GIVEN, now)
    assert pause(store, ["rails", "debts"], now + HOUR) == {"rails": 0, "debts": 0}
    sync_watches(read, store, now + 2 * HOUR)
    assert {own: row.paused_at for own, row in rows(store).items()} == {"rails": now + HOUR, "debts": now + HOUR}
    assert resume(store, ["rails"], now + 3 * HOUR) == ["rails"] and resume(store, ["rails"], now + 4 * HOUR) == []
    assert (rows(store)["rails"].paused_at, rows(store)["rails"].since) == (None, now + 3 * HOUR)
    assert rows(store)["debts"].since == now


def test_a_watch_that_is_put_back_into_the_settings_does_not_rest_any_more(store: Store, now: datetime, read: Settings) -> None:
    sync_watches(read, store, now)
    pause(store, ["rails"], now)
    sync_watches(read.model_copy(update={"watch": ()}), store, now + HOUR)
    assert listed(store, now) == {}
    sync_watches(read, store, now + 2 * HOUR)
    assert (rows(store)["rails"].paused_at, rows(store)["rails"].since) == (None, now + 2 * HOUR)


def test_what_is_removed_ends_with_what_waits_of_it_and_keeps_its_history(store: Store, now: datetime, read: Settings) -> None:
    add(read, store, GIVEN, now)
    filled = Filled(store, now)
    waiting, held, mailed, other = filled.alert(), filled.alert(state="held"), filled.alert(), filled.alert(watch="loans")
    with store.writing() as session:
        session.execute(update(Alert).where(Alert.id == mailed).values(state="mailed", mail_id=None))
    assert remove(store, "steppewire.toml", ["debts"], now + HOUR) == {"debts": 2}
    assert rows(store)["debts"].ended_at == now + HOUR
    assert {alert.id: alert.state for alert in filled.alerts()} == {
        waiting: "dropped", held: "dropped", mailed: "mailed", other: "pending"}
    assert {alert.reason for alert in filled.alerts() if alert.state == "dropped"} == {"its watch was removed"}
    add(read, store, GIVEN, now + 2 * HOUR)
    assert (rows(store)["debts"].ended_at, rows(store)["debts"].since) == (None, now + 2 * HOUR)


def test_a_watch_of_the_settings_is_only_taken_out_of_their_file(store: Store, now: datetime, read: Settings) -> None:
    sync_watches(read, store, now)
    add(read, store, GIVEN, now)
    with pytest.raises(SettingsError, match="one of the settings") as caught:
        remove(store, "steppewire.toml", ["debts", "rails"], now)
    assert "nothing was removed" in caught.value.message
    assert caught.value.file == "steppewire.toml" and "take it out of this file" in caught.value.remedy
    assert set(listed(store, now)) == {"debts", "rails"}


@pytest.mark.parametrize("verb", [lambda store, names, now: pause(store, names, now),
                                  lambda store, names, now: resume(store, names, now),
                                  lambda store, names, now: remove(store, "x", names, now)])
def test_where_one_of_those_that_are_named_does_not_stand_nothing_is_done(store: Store, now: datetime, read: Settings,
                                                                         verb: Any) -> None:
    add(read, store, GIVEN, now)
    with pytest.raises(Unknown, match="there is no watch nowhere"):
        verb(store, ["debts", "nowhere"], now)
    row = rows(store)["debts"]
    assert (row.paused_at, row.ended_at, row.since) == (None, None, now)


def test_the_list_counts_the_last_thirty_days_and_says_when_the_next_mail_may_go(store: Store, now: datetime) -> None:
    filled = Filled(store, now)
    filled.alert(due=2 * HOUR)
    filled.alert(due=HOUR)
    filled.alert(due=None)
    found = listed(store, now)["debts"]
    assert (found["alerts_30_days"], found["next_mail_at"]) == (3, "2026-03-02T07:00:00Z")
    assert listed(store, now + timedelta(days=31))["debts"]["alerts_30_days"] == 0


def test_precision_is_the_share_of_what_was_mailed_that_nobody_called_irrelevant(store: Store, now: datetime) -> None:
    filled = Filled(store, now)
    article = filled.article()
    alerts = [filled.alert(article=article), filled.alert(article=article, event="article_edited"), filled.alert(),
              filled.alert(), filled.alert(recipient="other@analysts.example")]
    filled.alert()  # it waits
    mail, second = filled.mail(watch="debts"), filled.mail(watch="debts", recipient="other@analysts.example")

    def answer(action: str, **more: Any) -> Answer:
        return Answer(**{"at": now, "action": action, "via": "link", "watch_id": "debts", "recipient": READER,
                         "mail_id": mail, **more})

    with store.writing() as session:
        session.execute(update(Alert).where(Alert.id.in_(alerts[:4])).values(state="mailed", mail_id=mail))
        session.execute(update(Alert).where(Alert.id == alerts[4]).values(state="mailed", mail_id=second))
        session.add_all([answer("not_relevant", article_id=article), answer("not_relevant", article_id=article, undone_at=now),
                         answer("not_relevant", article_id=article), answer("mute_story", article_id=article),
                         answer("end_watch", recipient="other@analysts.example", mail_id=second)])
    with store.reading() as session:
        found, = stats(session, None)["figures"]
        assert stats(session, "debts")["figures"] == [found]
        with pytest.raises(Unknown, match="there never was a watch nowhere"):
            stats(session, "nowhere")
    assert (found["alerts"], found["mailed"], found["mails"], found["not_relevant"]) == (6, 5, 2, 2)
    assert found["precision"] == 1 - 2 / 5
    assert found["events"] == [{"event": "article_edited", "alerts": 1}, {"event": "article_new", "alerts": 5}]
    assert found["answers"] == [{"action": "end_watch", "number": 1}, {"action": "mute_story", "number": 1},
                                {"action": "not_relevant", "number": 2}]
    assert found["ended_by"] == ["other@analysts.example"]


def test_a_watch_of_which_nothing_was_mailed_has_no_precision(store: Store, now: datetime, read: Settings) -> None:
    add(read, store, GIVEN, now)
    with store.reading() as session:
        assert watching.stats(session, "debts")["figures"][0]["precision"] is None


def test_silence_is_no_precision(store: Store, now: datetime) -> None:
    filled = Filled(store, now)
    alert, mail = filled.alert(), filled.mail(watch="debts")
    with store.writing() as session:
        session.execute(update(Alert).where(Alert.id == alert).values(state="mailed", mail_id=mail))
    with store.reading() as session:
        found, = stats(session, None)["figures"]
    assert (found["mailed"], found["answers"], found["precision"]) == (1, [], None)
    assert "no answers" in drawn(watch_tables.figures, {"figures": [found]})


def test_who_ended_a_watch_is_said_where_it_is_listed(store: Store, now: datetime, read: Settings) -> None:
    add(read, store, GIVEN | {"recipients": [READER, "b@example.org"]}, now)

    def end(recipient: str, **more: Any) -> Answer:
        return Answer(at=now, action="end_watch", via="cli", watch_id="debts", recipient=recipient, **more)

    with store.writing() as session:
        session.add_all([end(READER), end("b@example.org", undone_at=now), end("gone@example.org")])
    found = listed(store, now)["debts"]
    assert found["ended_by"] == [READER]
    table = drawn(watch_tables.watches, {"watches": [found]})
    assert f"{READER} (ended it)" in table and "b@example.org (" not in table and "stands" in table
    with store.reading() as session:
        assert {each.address: each.watches for each in recipients.listing(session)} == {READER: (), "b@example.org": ("debts",)}
    with store.writing() as session:
        session.add(end("b@example.org"))
    assert "tells nobody" in drawn(watch_tables.watches, {"watches": [listed(store, now)["debts"]]})


def test_hours_of_a_watch_are_listed_with_their_clock(store: Store, now: datetime, read: Settings) -> None:
    add(read, store, GIVEN | {"quiet": ["22:00", "06:30"], "zone": "Asia/Almaty"}, now)
    table = drawn(watch_tables.watches, {"watches": [listed(store, now)["debts"]]})
    assert "quiet 22:00–06:30; by the clock of Asia/Almaty" in table


def drawn(draw: Any, document: dict[str, Any]) -> str:
    console = Console(width=400, record=True, file=io.StringIO())
    draw(console, document)
    return console.export_text()


# --- by the command

def test_a_watch_s_whole_life_by_the_command(tmp_path: Path) -> None:
    (tmp_path / "steppewire.toml").write_text(CONFIG, encoding="utf-8")
    said("db", "upgrade", cwd=tmp_path)
    added = said("watch", "add", "debts", "--word", "debt", "--word", "Exim Bank", "--recipient", READER, "--quote-comments",
                 "--quiet", "22:00", "06:30", cwd=tmp_path)
    assert added.returncode == 0 and "watch test --watch debts" in added.stdout
    listed = said("watch", "list", "--json", cwd=tmp_path)
    assert "the settings have rails besides" in listed.stderr
    watch, = json.loads(listed.stdout)["watches"]
    assert (watch["words"], watch["quiet"], watch["quote_comments"], watch["events"]) == (
        ["debt", "Exim Bank"], ["22:00", "06:30"], True, [])
    assert "rests" in said("watch", "pause", "debts", cwd=tmp_path).stdout
    assert told("watch", "list", cwd=tmp_path)["watches"][0]["paused_at"]
    assert "debts looks again" in said("watch", "resume", "debts", cwd=tmp_path).stdout
    assert "debts did not rest" in said("watch", "resume", "debts", cwd=tmp_path).stdout
    assert said("watch", "pause", "nowhere", cwd=tmp_path).returncode == 2
    assert said("watch", "remove", "debts", cwd=tmp_path).stdout == "debts has ended\n"
    assert said("watch", "remove", "debts", cwd=tmp_path).returncode == 2
    assert told("watch", "stats", "debts", cwd=tmp_path)["figures"][0]["ended_at"]


@pytest.mark.parametrize("option", [("--least", "0"), ("--cap", "0")])
def test_a_number_is_never_taken_for_no_answer(tmp_path: Path, option: tuple[str, str]) -> None:
    (tmp_path / "steppewire.toml").write_text(CONFIG, encoding="utf-8")
    said("db", "upgrade", cwd=tmp_path)
    ended = said("watch", "add", "debts", "--word", "debt", "--recipient", READER, *option, cwd=tmp_path)
    assert ended.returncode == (2 if option[0] == "--cap" else 0)


def test_check_tells_of_an_id_that_the_settings_share_with_a_watch_that_was_added(tmp_path: Path) -> None:
    (tmp_path / "steppewire.toml").write_text(CONFIG, encoding="utf-8")
    said("db", "upgrade", cwd=tmp_path)
    assert said("check", cwd=tmp_path).returncode == 0
    with closing(sqlite3.connect(tmp_path / "store.db")) as store, store:
        store.execute("INSERT INTO watch (id, origin, words, recipients, outlets, since) VALUES "
                      "('rails', 'cli', '[\"x\"]', '[\"a@example.org\"]', '[]', '2026-03-02 06:00:00.000000')")
    wrong, = (each for each in told("check", cwd=tmp_path, code=2)["checks"] if not each["ok"])
    assert wrong["what"] == "watch rails" and "steppewire watch remove rails" in wrong["note"]
