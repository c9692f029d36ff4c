"""The queries that docs/data.md gives for the views, with answers reckoned by hand from rows put in by hand."""
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from command import ROOT
from sqlalchemy import text
from sqlalchemy.orm import Session
from talk import Talk

from storage.store import Store

TEXT = (ROOT / "docs" / "data.md").read_text(encoding="utf-8").partition("## Views for analysts")[2]
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
DAM, RAIL, FAR = "https://a.example/dam", "https://a.example/rail", "https://b.example/dam"


def query(view: str) -> str:
    return re.search(rf"## {view}\n.*?```sql\n(.*?)```", TEXT, re.S)[1]  # type: ignore[index]  # a test below says so


def plain(value: Any) -> Any:
    """As both databases mean it: numbers as numbers, times as the text of their minute in UTC."""
    if isinstance(value, datetime):
        assert value.utcoffset() == timedelta(0)
        value = str(value)
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:00", value):
        return value[:16]
    return float(value) if value is not None and not isinstance(value, str) else value


@pytest.fixture
def talks(store: Store, now: datetime) -> Iterator[Session]:
    """Two articles of one outlet and one of another, looked at from 06:00 of the second of March on."""
    with store.writing() as session:
        if not store.is_sqlite:
            session.execute(text("SET TIME ZONE 'UTC'"))
        dam = Talk(session, DAM, now)
        first, second, third = (dam.look(now + hours * HOUR) for hours in (0, 2, 4))
        top = dam.comment("The dam will hold, they said.", author="reader-1", posted_at=now - 10 * MINUTE, certainty="exact",
                          text_key="dam")
        dam.comment("It did not.", [("posted", "It held.", None, first), ("edited", "It did not.", first, second)],
                    author="reader-2", parent_id=top, depth=1, position=1, posted_at=now - 5 * MINUTE, certainty="local")
        dam.comment("Who was paid for it?", [("posted", "Who was paid for it?", None, first), ("removed", None, first, second)],
                    author="reader-1", parent_id=top, depth=1, position=2, posted_at=now - 70 * MINUTE, certainty="exact")
        dam.comment("Back again.", [("posted", "Back again.", None, first), ("removed", None, first, second),
                                    ("restored", "Back again.", second, third)], position=3, certainty="day",
                    posted_at=datetime(2026, 3, 1, tzinfo=now.tzinfo))
        dam.comment(None, [("posted", None, None, first)], author="reader-5", position=4, forgotten_at=now, text_key="dam",
                    posted_at=now)
        dam.comment(None, [("posted", None, None, first), ("removed", None, first, second)], position=5, forgotten_at=now)
        rail = Talk(session, RAIL, now)
        rail.look(now)
        rail.look(now + HOUR, "partial", "page 2 failed", declared=9, seen=2)
        rail.comment("the dam will hold they said", author="reader-3", text_key="dam", first_seen_at=now + HOUR)
        rail.comment("Nothing to do with it at all.", author="reader-1", text_key="other", position=1,
                     first_seen_at=now + 2 * HOUR)
        rail.comment("Nothing to do with it at all!", author="reader-1", text_key="other", position=2,
                     first_seen_at=now + 3 * HOUR)
        far = Talk(session, FAR, now, outlet="other", state="hidden")
        far.look(now)
        far.look(now + HOUR)
        far.comment("The dam WILL hold, they said", author="reader-9", text_key="dam", first_seen_at=now)
        yield session


def answer(session: Session, view: str) -> list[tuple[Any, ...]]:
    return [tuple(map(plain, row)) for row in session.execute(text(query(view)))]


def test_each_view_has_a_query_on_itself() -> None:
    from storage.views import VIEWS

    for view in VIEWS:
        assert f"FROM {view}\n" in query(view)


def test_current_thread_counts_what_stands(talks: Session) -> None:
    assert answer(talks, "current_thread") == [(DAM, 3, 2, 1, 1), (RAIL, 3, 2, 0, 0), (FAR, 1, 1, 0, 0)]


def test_removed_comment_tells_what_was_said_and_the_two_looks(talks: Session) -> None:
    assert answer(talks, "removed_comment") == [
        (DAM, "reader-1", "Who was paid for it?", "2026-03-02 04:50", "2026-03-02 06:00", "2026-03-02 08:00")]


def test_thread_doubt_says_of_how_many_threads_removals_cannot_be_told(talks: Session) -> None:
    assert answer(talks, "thread_doubt") == [("other", 1, 1, 0), ("paper", 2, 1, 1)]


def test_comment_hour_counts_by_the_hour_what_has_one(talks: Session) -> None:
    assert answer(talks, "comment_hour") == [("paper", "2026-03-02 04:00", 1, 1), ("paper", "2026-03-02 05:00", 2, 0)]
    every = talks.execute(text("SELECT hour, timed_by, certainty, comments FROM comment_hour WHERE outlet = 'paper'"
                               " AND NOT (timed_by = 'posted_at' AND certainty <> 'day') ORDER BY hour"))
    assert [tuple(map(plain, row)) for row in every] == [
        ("2026-03-01 00:00", "posted_at", "day", 1), ("2026-03-02 07:00", "first_seen_at", None, 1),
        ("2026-03-02 08:00", "first_seen_at", None, 1), ("2026-03-02 09:00", "first_seen_at", None, 1)]


def test_reader_comment_follows_a_pseudonym_over_the_articles_of_an_outlet(talks: Session) -> None:
    assert answer(talks, "reader_comment") == [
        ("paper", "reader-1", 2, 4, 1), ("other", "reader-9", 1, 1, 0), ("paper", "reader-2", 1, 1, 0),
        ("paper", "reader-3", 1, 1, 0)]
    answers = talks.execute(text("SELECT author, answers FROM reader_comment WHERE answers IS NOT NULL ORDER BY author"))
    assert answers.all() == [("reader-1", "reader-1"), ("reader-2", "reader-1")]


def test_near_identical_shows_twins_under_other_articles_with_the_base_rate(talks: Session) -> None:
    # Of the paper's four texts with a key two have a twin elsewhere; a text that one article has twice is none.
    assert answer(talks, "near_identical") == [
        ("dam", "paper", DAM, "reader-1", "2026-03-02 06:00", "The dam will hold, they said.", 3, 0.5),
        ("dam", "other", FAR, "reader-9", "2026-03-02 06:00", "The dam WILL hold, they said", 3, 1),
        ("dam", "paper", RAIL, "reader-3", "2026-03-02 07:00", "the dam will hold they said", 3, 0.5)]
    assert talks.execute(text("SELECT DISTINCT comments, outlets, outlet_comments, outlet_twins FROM near_identical"
                              " WHERE outlet = 'paper'")).all() == [(3, 2, 4, 2)]


@pytest.mark.parametrize(("state", "reason", "looks", "doubt"), [
    ("open", None, ["complete", "partial", "complete"], None), ("open", None, ["complete"], "once"),
    ("open", "page 2 failed", ["complete", "complete", "partial"], "partial"), ("hidden", None, ["complete"] * 2, "hidden"),
    ("open", "the comments of disqus are not in the page", ["unsupported"], "unsupported"),
    ("open", "it failed", ["complete", "complete", "error"], "error"), ("closed", None, ["complete"] * 2, None)])
def test_a_thread_is_in_doubt_for_one_reason_or_none(state: str, reason: str | None, looks: list[str], doubt: str | None,
                                                     store: Store, now: datetime) -> None:
    with store.writing() as session:
        talk = Talk(session, DAM, now, state=state)
        for number, look in enumerate(looks):
            talk.look(now + number * HOUR, look, reason if number == len(looks) - 1 else None)
        found = session.execute(text("SELECT doubt, looks, complete_looks, last_reason FROM thread_doubt")).all()
    assert found == [(doubt, len(looks), looks.count("complete"), reason)]
