"""`article thread`: the tree for people, the document for programs, and what of it holds for any thread."""
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command import said
from sqlalchemy.orm import Session
from talk import Talk

from storage.models import Article, Comment, CommentVersion, Edition
from storage.store import Store
from verbs import threads
from verbs.threads import NoComment, article_thread

HOUR = timedelta(hours=1)
URL, RUSSIAN = "https://a.example/en/dam", "https://a.example/ru/dam"
WHOLE = """\
Thread of native: partial at the last look, 2026-03-02 09:00 UTC: 5 comments
seen, of 7 declared.
Why it is partial: page 2 failed.
The thread is closed.
The thread was closed between 2026-03-02 08:00 and 2026-03-02 09:00 UTC.
Comments: 7 standing, 1 edited, 1 removed, 1 new since 2026-03-02 08:00 UTC.
Of the last 4 looks, 1 not complete: 2026-03-02 09:00 UTC partial (page 2
failed).
It is shown under:
  1  https://a.example/en/dam
  2  https://a.example/ru/dam

Ann · 2026-03-02 05:50 UTC
  The dam will hold.
  It has held for years.
│ Bek · ~2026-03-02 05:55 UTC · ✎ edited
│   It did not.
│   edited between 2026-03-02 06:00 and 2026-03-02 07:00 UTC; was: It held.
│ │ no name · 2026-03-02 · ✗ removed
│ │   Who was paid for it?
│ │   removed between 2026-03-02 06:00 and 2026-03-02 07:00 UTC, or it was
│ │   edited: which of the two is a guess
│ │ │ Dana · “вчера”, first seen 2026-03-02 06:00 UTC
│ │ │   Nobody.
no name · no time, first seen 2026-03-02 06:00 UTC · restored
  Back again.
  removed between 2026-03-02 06:00 and 2026-03-02 07:00 UTC
  restored between 2026-03-02 07:00 and 2026-03-02 08:00 UTC
no name · no time, first seen 2026-03-02 06:00 UTC · forgotten 2026-03-02 08:00
UTC
no name · no time, first seen 2026-03-02 06:00 UTC · its text was never seen
no name · no time, first seen 2026-03-02 09:00 UTC · new
  Late.

~ The page writes no zone with this time: it is taken as one of the outlet's
own.
"""

Show = Callable[..., str]


@pytest.fixture
def show(made_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Show:
    """What `article thread` prints in 80 columns."""
    (tmp_path / "steppewire.toml").write_text(f'outlets = []\ndata = "."\ndatabase = "{made_url}"\n', encoding="utf-8")

    def printed(*arguments: str, code: int = 0, columns: int = 80) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        ended = said("--config", str(tmp_path / "steppewire.toml"), "article", "thread", *arguments)
        assert ended.returncode == code, ended.stderr
        return "\n".join(line.rstrip() for line in (ended.stdout or ended.stderr).split("\n"))

    return printed


def every_mark(session: Session, now: datetime) -> Talk:
    """A thread with one comment of each kind."""
    talk = Talk(session, URL, now, state="closed")
    first, second, third = (talk.look(now + number * HOUR) for number in range(3))
    last = talk.look(now + 3 * HOUR, "partial", "page 2 failed", declared=7, seen=5)
    talk.happened("closed", third, last)
    other = Article(outlet="paper", url=RUSSIAN, state="standing", first_seen_at=now)
    session.add(other)
    session.flush()
    session.add(Edition(thread_id=talk.thread, article_id=other.id))
    top = talk.comment("The dam will hold.\nIt has held for years.", author="Ann", native_id="c1", certainty="exact",
                       posted_at=now - timedelta(minutes=10))
    second_one = talk.comment("It did not.", [("posted", "It held.", None, first), ("edited", "It did not.", first, second)],
                              author="Bek", native_id="c2", parent_id=top, position=1, certainty="local",
                              posted_at=now - timedelta(minutes=5))
    gone = talk.comment("Who was paid for it?", [("posted", "Who was paid for it?", None, first),
                                                 ("removed", None, first, second)],
                        native_id="c3", parent_id=second_one, position=2, certainty="day",
                        posted_at=datetime(2026, 3, 2, tzinfo=now.tzinfo))
    session.query(CommentVersion).filter_by(comment_id=gone, seq=2).update({"guess": True})
    talk.comment("Nobody.", author="Dana", native_id="c4", parent_id=gone, position=3, posted_raw="вчера")
    talk.comment("Back again.", [("posted", "Back again.", None, first), ("removed", None, first, second),
                                 ("restored", "Back again.", second, third)], position=4)
    talk.comment(None, [("posted", None, None, first)], position=5, forgotten_at=now + 2 * HOUR)
    talk.comment("", [("posted", "", None, first)], position=6)
    talk.comment("Late.", [("posted", "Late.", third, last)], position=7, first_seen_at=now + 3 * HOUR)
    return talk


def put(store: Store, fill: Callable[[Session], Any]) -> None:
    with store.writing() as session:
        fill(session)


def told(show: Show, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(show(*arguments, "--json"))
    return found


def test_people_see_every_mark_and_what_happened_in_words(store: Store, show: Show, now: datetime) -> None:
    put(store, lambda session: every_mark(session, now))
    assert show(URL) == WHOLE
    assert show(RUSSIAN) == WHOLE
    assert max(map(len, show(URL, columns=120).splitlines())) > 80


def test_the_document_has_the_looks_the_events_and_the_history_of_each_comment(store: Store, show: Show, now: datetime) -> None:
    put(store, lambda session: every_mark(session, now))
    found = told(show, URL)
    assert (found["thread"]["thread_state"], found["since"], found["next"]) == ("closed", "2026-03-02T08:00:00Z", None)
    assert found["counts"] == {"standing": 7, "edited": 1, "removed": 1, "new": 1}
    assert [(read["at"], read["state"]) for read in found["reads"]] == [
        ("2026-03-02T09:00:00Z", "partial"), ("2026-03-02T08:00:00Z", "complete"), ("2026-03-02T07:00:00Z", "complete"),
        ("2026-03-02T06:00:00Z", "complete")]
    assert found["events"] == [{"thread": found["thread"]["thread"], "seq": 4, "event": "closed",
                                "after": "2026-03-02T08:00:00Z", "before": "2026-03-02T09:00:00Z"}]
    assert [edition["url"] for edition in found["editions"]] == [URL, RUSSIAN]
    assert [(each["id"], each["parent"], each["depth"], each["state"], each["new"]) for each in found["comments"]] == [
        ("c1", None, 0, "standing", False), ("c2", "c1", 1, "edited", False), ("c3", "c2", 2, "removed", False),
        ("c4", "c3", 3, "standing", False), ("at-4", None, 0, "standing", False), ("at-5", None, 0, "standing", False),
        ("at-6", None, 0, "standing", False), ("at-7", None, 0, "standing", True)]
    assert [(event["event"], event["text"], event["after"], event["before"]) for event in found["comments"][1]["versions"]] == [
        ("posted", "It held.", None, "2026-03-02T06:00:00Z"),
        ("edited", "It did not.", "2026-03-02T06:00:00Z", "2026-03-02T07:00:00Z")]
    assert (found["comments"][5]["text"], found["comments"][5]["forgotten"]) == (None, "2026-03-02T08:00:00Z")


def test_new_is_what_was_first_seen_since_the_time_that_is_given(store: Store, show: Show, now: datetime) -> None:
    put(store, lambda session: every_mark(session, now))
    for since, new in (("2026-03-02T05:00:00Z", 8), ("2026-03-02T08:30:00", 1), ("2026-03-03", 0), ("36500d", 8), ("1s", 0)):
        found = told(show, URL, "--since", since)
        assert (found["counts"]["new"], sum(each["new"] for each in found["comments"])) == (new, new), since
    assert "36h" in show(URL, "--since", "lately", code=2)


def test_after_one_look_nothing_is_new(store: Store, show: Show, now: datetime) -> None:
    def fill(session: Session) -> None:
        talk = Talk(session, URL, now)
        talk.look(now)
        talk.comment("The first.")

    put(store, fill)
    assert (told(show, URL)["since"], told(show, URL)["counts"]["new"]) == (None, 0)
    assert "new" not in show(URL)


def test_an_article_without_a_thread_has_an_empty_document(store: Store, show: Show, now: datetime) -> None:
    put(store, lambda session: session.add(Article(outlet="paper", url=URL, state="standing", first_seen_at=now)))
    found = told(show, URL)
    assert found["thread"] == {"thread": None, "system": None, "state": "none", "reason": None, "declared": None, "seen": 0,
                               "at": None, "thread_state": None}
    assert (found["comments"], found["reads"], found["editions"]) == ([], [], [])
    assert show(URL).startswith("There is no thread")


def test_parts_of_a_thread_are_the_whole_and_each_names_its_parents(store: Store, show: Show, now: datetime) -> None:
    put(store, lambda session: every_mark(session, now))
    whole, after, parts = told(show, URL)["comments"], None, []
    while True:
        part = told(show, URL, "--limit", "3", *(("--after", after) if after else ()))
        names = [each["id"] for each in part["comments"]]
        assert all(each["parent"] in (None, *names[:place]) for place, each in enumerate(part["comments"]))
        parts.append([each for each in part["comments"] if not each["repeated"]])
        if (after := part["next"]) is None:
            break
    assert [len(part) for part in parts] == [3, 3, 2]
    assert [each for part in parts for each in part] == whole
    assert show(URL, "--limit", "3").splitlines()[-1] == "There is more: steppewire article thread 1 --after c3"
    assert "│ │ … no name, 2026-03-02 (see the page before)" in show(URL, "--after", "c3")
    assert "no comment 'c9'" in show(URL, "--after", "c9", code=2)


def test_what_readers_wrote_cannot_steer_the_terminal_nor_the_shell(store: Store, show: Show, now: datetime) -> None:
    evil = "\x1b[2Jgone\x9b31m \u202eexe.txt\u2066 \x07[bold]bold[/bold] :smile:\rover"

    def fill(session: Session) -> None:
        talk = Talk(session, URL, now)
        first, second = talk.look(now), talk.look(now + HOUR, "partial", evil)
        talk.comment(evil, [("posted", evil * 2, None, first), ("edited", evil, first, second)], author=evil, posted_raw=evil,
                     native_id="$(rm -rf /)")
        talk.comment("The other.", position=1)

    put(store, fill)
    printed = show(URL) + show(URL, "--limit", "1")
    assert not any(character in printed for character in "\x1b\x9b\x07\r\u202e\u2066")
    assert "[2Jgone31m exe.txt [bold]bold[/bold] :smile:" in printed
    assert "--after '$(rm -rf /)'" in printed


def test_names_are_unique_among_all_comments_that_ever_were(store: Store, show: Show, now: datetime) -> None:
    def fill(session: Session) -> None:
        talk = Talk(session, URL, now)
        first, second = talk.look(now), talk.look(now + HOUR)
        talk.comment("Was first.", [("posted", "Was first.", None, first), ("removed", None, first, second)])
        talk.comment("Is first.")
        talk.comment("Calls itself so.", native_id="at-0", position=1)
        talk.comment("Was second.", [("posted", "Was second.", None, first), ("removed", None, first, second)], position=1)
        other = Talk(session, RUSSIAN, now, system="wordpress")
        other.look(now)
        other.comment("Has the same id.", native_id="at-0")
        session.add(Edition(thread_id=other.thread, article_id=talk.article))

    put(store, fill)
    assert {each["text"]: each["id"] for each in told(show, URL)["comments"]} == {
        "Calls itself so.": "at-0", "Is first.": "at-0.2", "Was first.": "at-0.1", "Was second.": "at-1",
        "Has the same id.": "at-0.5"}


def test_comments_that_answer_each_other_in_a_ring_are_shown_once(store: Store, show: Show, now: datetime) -> None:
    def fill(session: Session) -> None:
        talk = Talk(session, URL, now)
        talk.look(now)
        one = talk.comment("One.", native_id="a")
        two = talk.comment("Two.", native_id="b", parent_id=one, position=1)
        talk.comment("Three.", native_id="c", parent_id=two, position=2)
        session.query(Comment).filter_by(id=one).update({"parent_id": two})
        session.query(Comment).filter_by(id=two).update({"parent_id": one})

    put(store, fill)
    assert [(each["id"], each["parent"], each["depth"]) for each in told(show, URL)["comments"]] == [
        ("a", None, 0), ("b", "a", 1), ("c", "b", 2)]


def test_a_very_deep_thread_stays_within_the_width(store: Store, show: Show, now: datetime) -> None:
    def fill(session: Session) -> None:
        talk = Talk(session, URL, now)
        talk.look(now)
        above = None
        for depth in range(300):
            above = talk.comment("И ещё один ответ, который длиннее строки. " * 3, parent_id=above, position=depth, depth=depth)

    put(store, fill)
    printed = show(URL)
    assert max(map(len, printed.splitlines())) <= 80
    assert "299 levels down" in printed.replace("\n" + "│ " * 20, " ")


@pytest.mark.long_on_postgresql
def test_a_thread_of_ten_thousand_is_read_piece_by_piece(store: Store, now: datetime) -> None:
    every = range(1, 10_001)
    with store.writing() as session:
        talk = Talk(session, URL, now)
        look = talk.look(now)
        session.connection().execute(Comment.metadata.tables["comment"].insert(), [
            {"id": number, "thread_id": talk.thread, "text": f"Comment {number}", "reader": "r", "position": number, "depth": 0,
             "parent_id": number // 2 or None, "state": "standing", "first_seen_at": now, "last_seen_at": now,
             "last_read_id": look} for number in every])
        session.connection().execute(CommentVersion.metadata.tables["comment_version"].insert(), [
            {"comment_id": number, "seq": 1, "event": "posted", "text": f"Comment {number}", "reader": "r", "guess": False,
             "run_id": talk.run, "capture_id": talk.capture, "seen_at": now, "before_read_id": look} for number in every])
    with store.reading() as session:
        shown = article_thread(session, session.get_one(Article, talk.article))
        seen, most = [], 0
        for comment in shown.comments:
            seen.append(comment["text"])
            most = max(most, len(session.identity_map))
        assert sorted(seen) == sorted(f"Comment {number}" for number in every)
        assert most < 3000  # a piece of 500 with its versions, and what is left of the one before


def test_there_is_nothing_to_go_on_from_in_an_empty_thread(store: Store, now: datetime) -> None:
    with store.writing() as session:
        talk = Talk(session, URL, now)
        talk.look(now)
        with pytest.raises(NoComment, match="'x'"):
            threads.article_thread(session, session.get_one(Article, talk.article), after="x")
