"""The views on articles over a scripted past, with answers reckoned by hand; the past is written by the stage itself."""
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from command import ROOT
from desk import HOME, Desk, article
from sqlalchemy import text, update

from pipelines.compare.version import block_key
from storage import forgotten
from storage.models import ArticleEvent, Change, Hold, Reading, Version
from storage.store import Store

TEXT = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
BEGAN = datetime(2026, 3, 2, 6, tzinfo=timezone.utc)
ROAD = f"{HOME}/a/1"
FIRST = "«The road» will be built — they said so in May."
PLAIN = '"The road" will be built - they said so in May.'
COST = "It costs 40 million, and nobody knows who is to pay for it."
BRIDGE = "A bridge is left out, and so are the two villages behind it."


@pytest.fixture
def desk(store: Store, now: datetime) -> Iterator[Desk]:
    """From hour 24 of the desk: a text, the same with other typography, one passage cut, the same once more, and it is back."""
    desk = Desk(store, now)
    desk.begin()
    desk.next_run()
    for hours, value in ((24, article(FIRST, COST, BRIDGE, title="A road")), (26, article(PLAIN, COST, BRIDGE, title="A road")),
                         (28, article(PLAIN, COST, title="A  road")), (30, article(PLAIN, COST, title="A road")),
                         (32, article(FIRST, COST, BRIDGE, title="No road"))):
        desk.now = now + timedelta(hours=hours)
        desk.see(value)
    with store.writing() as session:  # what a change is made of is reckoned elsewhere
        same = {"sentences_changed": 0, "figures": 0, "quotes": 0}
        session.execute(update(Change).where(Change.version_id == 2).values(
            sentences_removed=1, sentences_added=0, words_removed=13, words_added=0, headline=False, **same))
        session.execute(update(Change).where(Change.version_id == 3).values(
            sentences_removed=0, sentences_added=1, words_removed=0, words_added=13, headline=True, **same))
    yield desk


def plain(value: Any, now: datetime) -> Any:
    """As both databases mean it: times as hours since the beginning, numbers as numbers, whole ones rounded."""
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d \d\d:", value):
        value = datetime.fromisoformat(value).replace(tzinfo=timezone.utc)
    if isinstance(value, datetime):
        return round((value - now).total_seconds() / 3600)
    return value if value is None or isinstance(value, str) else round(float(value))


def ask(desk: Desk, query: str) -> list[tuple[Any, ...]]:
    with desk.store.reading() as session:
        return [tuple(plain(value, BEGAN) for value in row) for row in session.execute(text(query))]


def documented(view: str, number: int = 0) -> str:
    section = TEXT.partition(f"\n## {view}\n")[2].partition("\n## ")[0]
    return re.findall(r"```sql\n(.*?)```", section, re.S)[number]


def test_nothing_is_shown_before_it_is_judged(desk: Desk) -> None:
    for view in ("edit", "headline", "passage"):
        assert ask(desk, f"SELECT * FROM {view}") == []


def test_a_passage_stands_between_two_looks_and_typography_does_not_end_it(desk: Desk) -> None:
    desk.end()
    desk.judge()
    assert sorted(ask(desk, documented("passage")), key=str) == [
        (BRIDGE, 24, 26, 28, 2), (BRIDGE, 32, 32, None, 0), (COST, 24, 32, None, 8), (FIRST, 24, 32, None, 8)]
    assert ask(desk, "SELECT first_seq, last_seq, first_capture_id, still_there_capture_id, not_there_capture_id FROM passage"
               f" WHERE text = '{BRIDGE}' ORDER BY first_seq") == [(1, 1, 1, 2, 3), (3, 3, 5, 5, None)]


def test_headlines_have_a_history(desk: Desk) -> None:
    desk.end()
    desk.judge()
    assert ask(desk, documented("headline")) == [(ROAD, 1, "A road", 24, 30, 32), (ROAD, 2, "No road", 32, 32, None)]


def test_an_edit_shows_both_headlines_the_looks_between_which_it_was_made_and_what_was_cut(desk: Desk) -> None:
    desk.end()
    desk.judge()
    assert ask(desk, "SELECT url, seq, judgement, redesign, kind, old_title, new_title, old_first_seen_at, still_there_at,"
               " changed_at, hours, old_capture_id, still_there_capture_id, new_capture_id FROM edit ORDER BY seq") == [
        (ROAD, 2, "passed", 0, "cut", "A road", "A  road", 24, 26, 28, 4, 1, 2, 3),
        (ROAD, 3, "passed", 0, "expanded", "A  road", "No road", 28, 30, 32, 8, 3, 4, 5)]
    assert ask(desk, documented("edit")) == [(ROAD, 1, 32, 32)]
    cut, = ask(desk, documented("edit", 1))
    assert cut[:4] == (ROAD, 28, 4, 13)


def test_a_version_that_is_rejected_is_stepped_over_and_a_redesign_is_told_apart(desk: Desk) -> None:
    desk.end()
    desk.judge()
    with desk.store.writing() as session:
        session.execute(update(Version).where(Version.seq == 2).values(judgement="rejected"))
        session.execute(update(Change).where(Change.version_id == 3).values(redesign=True))
    # The third version was measured against the second: of the change from the first nothing is known but the texts.
    assert ask(desk, "SELECT seq, kind, redesign, old_title, new_title, still_there_at FROM edit") == [
        (3, None, 0, "A road", "No road", 26)]
    assert ask(desk, f"SELECT first_seq, last_seq FROM passage WHERE text = '{BRIDGE}'") == [(1, 3)]
    with desk.store.writing() as session:
        session.execute(update(Version).where(Version.seq == 2).values(judgement="accepted"))
    assert ask(desk, "SELECT seq, redesign FROM edit ORDER BY seq") == [(2, 0), (3, 1)]
    assert ask(desk, documented("edit")) == []


def test_what_forgetting_cut_out_of_a_reading_is_in_no_view(desk: Desk) -> None:
    desk.end()
    desk.judge()
    with desk.store.writing() as session:
        for reading in session.query(Reading):
            forgotten.scrub_reading(reading, lambda said: said.replace(BRIDGE, "A village.") if BRIDGE in said else None,
                                    lambda name: False)
    assert [row[0] for row in ask(desk, documented("passage"))].count("A village.") == 2
    assert BRIDGE not in str(ask(desk, "SELECT * FROM passage"))
    # Nor does the key tell of it, by which a text could be tried.
    assert block_key(BRIDGE) not in str([row.blocks for row in desk.rows(Reading)])


def test_a_passage_that_stands_twice_in_a_version_has_one_row(desk: Desk) -> None:
    desk.see(article(COST, COST, "Else."), "/a/2")
    desk.now += timedelta(hours=1)
    desk.see(article("Else.", COST, COST, COST), "/a/2")
    desk.end()
    desk.judge()
    assert ask(desk, f"SELECT first_seq, last_seq FROM passage WHERE url = '{HOME}/a/2' AND text = '{COST}'") == [(1, 2)]
    assert block_key(COST) == block_key(f" {COST} ")


def test_articles_that_vanished_and_what_became_of_them(desk: Desk) -> None:
    desk.end()
    desk.judge()
    then = [desk.now + timedelta(hours=hours) for hours in range(10)]
    with desk.store.writing() as session:
        for seq, (event, url) in enumerate((("gone", ROAD), ("back", ROAD), ("gone", ROAD), ("moved", f"{HOME}/a/9")), 1):
            session.add(ArticleEvent(article_id=1, seq=seq, event=event, url=url, run_id=desk.run, seen_at=then[2 * seq],
                                     last_there_at=then[0], first_missing_at=then[1], capture_id=seq))
            if seq == 3:
                session.flush()
                gone = session.connection().execute(text("SELECT url, back_at, back_as FROM disappeared_article"
                                                         " ORDER BY gone_at")).all()
                assert [(url, event) for url, _, event in gone] == [(ROAD, "back"), (ROAD, None)]
    assert ask(desk, documented("disappeared_article")) == [
        (ROAD, "No road", 32, 33, 38, 40), (ROAD, "No road", 32, 33, 34, 36)]
    assert ask(desk, "SELECT back_as, back_url, gone_capture_id, back_capture_id FROM disappeared_article"
               " ORDER BY gone_at") == [
        ("back", ROAD, 1, 2), ("moved", f"{HOME}/a/9", 3, 4)]


def test_holds_show_their_versions_and_who_decided(desk: Desk) -> None:
    desk.end()
    desk.judge()
    with desk.store.writing() as session:
        for ended, decision, who in ((desk.now, "accepted", "aigul"), (None, None, None)):
            session.add(Hold(outlet="steppe", began_at=desk.now, ended_at=ended, reason="Too many changed.", looked=10,
                             changed=9, blame={}, samples=[], decision=decision, who=who))
        session.flush()
        session.execute(update(Version).where(Version.seq > 1).values(hold_id=1, judgement="accepted"))
    assert ask(desk, documented("held_edit")) == [
        (1, "steppe", 32, "Too many changed.", 1, 2, "accepted", "aigul", 32),
        (2, "steppe", 32, "Too many changed.", 0, 0, None, None, None)]
    assert ask(desk, "SELECT seq, kind, old_title, new_title, old_capture_id, new_capture_id FROM held_edit WHERE seq > 1"
               " ORDER BY seq") == [(2, "cut", "A road", "A  road", 1, 3), (3, "expanded", "A  road", "No road", 3, 5)]
