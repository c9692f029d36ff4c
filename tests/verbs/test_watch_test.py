"""`watch test`: what a query or a watch would have told, by the command."""
import json
from pathlib import Path

import pytest
from command import said, told
from desk import Desk, article, thread
from sqlalchemy import update

from storage.models import Alert, Mail, Run
from storage.store import Store

CONFIG = 'data = "."\noutlets = []\n[[watch]]\nid = "rails"\nwords = ["railway"]\nrecipients = ["a@example.org"]\n'
WATCH = ("watch", "add", "debts", "--word", "debt", "--recipient", "a@example.org")


@pytest.fixture
def past(desk: Desk, tmp_path: Path) -> Path:
    """A folder whose settings name the store of an outlet with two edits and a comment, which nobody watches."""
    desk.see(article("A railway is open.", "Its debt is 5 billion."))
    desk.next_run()
    desk.see(article("A railway is open.", "Its debt is 7 billion."))
    desk.see(article("A road.", thread=thread(("c1", "What debt?"))), "/a/2")
    desk.next_run()
    url = desk.store.url.render_as_string(hide_password=False)
    (tmp_path / "steppewire.toml").write_text(f'database = "{url.replace("+psycopg", "")}"\n{CONFIG}', encoding="utf-8")
    return tmp_path


def test_a_query_shows_what_it_would_have_told_and_mails_nothing(past: Path, store: Store) -> None:
    found = told("watch", "test", "debt", "--since", "2026-03-01", cwd=past)
    assert [(hit["event"], hit["article"], hit["seq"], hit["comment"] is None) for hit in found["hits"]] == [
        ("article_new", "1", 1, True), ("article_edited", "1", 2, True), ("comment_posted", "2", 1, False)]
    assert found["hits"][1]["changes"] == [
        {"field": "text", "old": "Its debt is 5 billion.", "new": "Its debt is 7 billion."}]
    assert (found["ok"], found["matched"], found["spans"], found["error"]) == (True, True, [], None)
    assert found["events"] == [{"event": "article_edited", "hits": 1}, {"event": "article_new", "hits": 1},
                               {"event": "comment_posted", "hits": 1}]
    assert [(each["outlet"], each["day"], each["hits"]) for each in found["days"]] == [
        ("steppe", "2026-03-03", 1), ("steppe", "2026-03-04", 2)]
    assert found["mails"] == 2
    shown = said("watch", "test", "debt", "--since", "2026-03-01", cwd=past).stdout
    assert "- Its debt is 5 billion." in shown and "+ Its debt is 7 billion." in shown and "article_edited version 2: " in shown
    assert "mails to each recipient: 2" in shown
    with store.reading() as session:
        assert session.query(Alert).count() == session.query(Mail).count() == 0


def test_a_watch_is_tested_with_all_that_it_asks_for_also_while_it_rests(past: Path) -> None:
    assert said(*WATCH, "--event", "comment_posted", "--digest", "week", cwd=past).returncode == 0
    said("watch", "pause", "debts", cwd=past)
    found = told("watch", "test", "--watch", "debts", "--since", "2026-03-01", cwd=past)
    assert [hit["event"] for hit in found["hits"]] == ["comment_posted"] and found["mails"] == 1


def test_an_unchanged_place_that_has_the_word_is_shown_as_unchanged(past: Path) -> None:
    lines = said("watch", "test", "railway", "--since", "2026-03-01", cwd=past).stdout.splitlines()
    edited = lines[next(place for place, line in enumerate(lines) if "article_edited" in line):]
    assert "    A railway is open." in edited and "  + A railway is open." not in edited


def test_how_much_of_the_backlog_has_the_words_is_said_and_none_of_it_is_a_hit(desk: Desk, past: Path) -> None:
    assert told("watch", "test", "railway", "--since", "2026-03-01", cwd=past)["backlog"] == 0
    with desk.store.writing() as session:
        session.execute(update(Run).where(Run.id == 2).values(backlog=True))
    found = told("watch", "test", "railway OR road", "--since", "2026-03-01", cwd=past)
    assert [(hit["event"], hit["article"]) for hit in found["hits"]] == [("article_edited", "1"), ("article_new", "2")]
    assert found["backlog"] == 1
    shown = said("watch", "test", "railway", "--since", "2026-03-01", cwd=past).stdout
    assert "1 of the stored articles with these words" in " ".join(shown.split())
    assert told("watch", "test", "loan", "--since", "2026-03-01", cwd=past)["backlog"] == 0


def test_only_the_last_thirty_days_are_looked_at_unless_told_otherwise(past: Path) -> None:
    found = told("watch", "test", "debt", cwd=past)  # the past is a fixed one, and this is today
    assert (found["matched"], found["hits"], found["mails"]) == (False, [], 0)
    assert "nothing would have been told" in said("watch", "test", "debt", cwd=past).stdout


@pytest.mark.parametrize("more", [(), ("--text", "-")])
def test_a_query_that_is_none_is_a_document_and_a_sentence_and_exit_code_2(past: Path, more: tuple[str, ...]) -> None:
    ended = said("watch", "test", 'debt OR "loan', *more, "--json", cwd=past)
    found = json.loads(ended.stdout)
    assert ended.returncode == 2 and (found["ok"], found["matched"], found["hits"]) == (False, False, [])
    assert found["error"]["position"] == 8 and "never closed" in found["error"]["message"] and found["error"]["hint"]
    assert ended.stderr.startswith("steppewire: the query is wrong at character 9: ")
    plain = said("watch", "test", 'debt OR "loan', *more, cwd=past)
    assert (plain.returncode, plain.stdout, plain.stderr) == (2, "", ended.stderr)


def test_a_text_is_looked_in_without_any_store(tmp_path: Path) -> None:
    text = "Долг: Exim Bank — and the exim  bank."
    (tmp_path / "text").write_text(text, encoding="utf-8")
    found = told("watch", "test", '"exim bank" OR долг', "--text", "text", cwd=tmp_path)
    assert found["matched"] and [(text[span["start"]:span["end"]], span["term"]) for span in found["spans"]] == [
        ("Долг", "долг"), ("Exim Bank", "exim bank"), ("exim  bank", "exim bank")]
    piped = said("watch", "test", "loan", "--text", "-", "--json", cwd=tmp_path, given=text)
    assert (piped.returncode, json.loads(piped.stdout)["matched"]) == (0, False)
    missing = said("watch", "test", "loan", "--text", "nowhere", "--json", cwd=tmp_path)
    assert (missing.returncode, json.loads(missing.stdout)["error"]["kind"]) == (1, "file")


def test_a_watch_s_languages_count_for_a_text(past: Path) -> None:
    said(*WATCH, "--language", "ru", cwd=past)
    (past / "text").write_text("A debt.", encoding="utf-8")
    for language, matched in (("ru", True), ("en", False)):
        asked = ("watch", "test", "--watch", "debts", "--text", "text", "--language", language)
        assert told(*asked, cwd=past)["matched"] is matched


@pytest.mark.parametrize("arguments", [(), ("debt", "--watch", "debts"), ("debt", "--language", "ru"), ("--watch", "nowhere"),
                                       ("debt", "--text", "-", "--since", "2d")])
def test_what_cannot_be_meant_is_wrong_usage(past: Path, arguments: tuple[str, ...]) -> None:
    assert said("watch", "test", *arguments, cwd=past).returncode == 2


def test_what_a_digest_would_have_dropped_as_it_was_over_is_no_hit(desk: Desk, past: Path) -> None:
    for path in ("/a/2", "/a/3", "/a/4"):
        desk.see(article(f"A road at {path}."), path)
    desk.next_run()
    for _ in range(4):
        desk.miss()
        for path in ("/a/2", "/a/3", "/a/4"):
            desk.see(article(f"A road at {path}."), path)
        desk.next_run()
    desk.see(article("A railway is open.", "Its debt is 7 billion."))
    desk.next_run()
    both = ("--event", "article_gone", "--event", "article_back")
    said(*WATCH, *both, cwd=past)
    asked = ("watch", "test", "--watch", "debts", "--since", "2026-03-01")
    assert [hit["event"] for hit in told(*asked, cwd=past)["hits"]] == ["article_gone", "article_back"]
    said(*WATCH, *both, "--digest", "week", "--weekday", "wednesday", "--replace", cwd=past)
    assert told(*asked, cwd=past)["hits"] == []
