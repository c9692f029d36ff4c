"""The demo as a user runs it. What it says is compared with what the site's script, the site's log and the mail sink say; none
of them shares code with the wire."""
import email
import email.policy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from command import document, lines
from once import Played, demo_played

STEPS = 4


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return demo_played(tmp_path_factory)


@pytest.fixture(scope="module")
def folder(demo: Played) -> Path:
    return demo.folder


@pytest.fixture(scope="module")
def played(demo: Played) -> dict[str, Any]:
    return demo.document


@pytest.fixture(scope="module")
def script(folder: Path, played: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "site" / "script.json").read_text(encoding="utf-8"))
    return found


def events(script: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [event | {"step": step["step"]} for step in script["steps"] if step["step"] <= STEPS for event in step["events"]
            if event["event"] in kinds]


def mails(folder: Path) -> list[email.message.EmailMessage]:
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default)  # type: ignore[misc]  # of the policy's kind
            for file in sorted((folder / "mails").glob("*.eml"))]


def test_every_article_and_every_edit_of_the_script_is_stored_once(played: dict[str, Any], script: dict[str, Any]) -> None:
    appeared = events(script, "article appears")
    assert (played["schema"], played["step"]) == (1, STEPS)
    assert played["articles"] == len(appeared)
    assert played["versions"] == len(appeared) + len(events(script, "article edited"))


def test_comments_stand_or_are_edited_or_removed_as_the_script_says(played: dict[str, Any], script: dict[str, Any]) -> None:
    posted = {event["comment"] for event in events(script, "comment posted")}
    removed = {event["comment"] for event in events(script, "comment removed")}
    edited = {event["comment"] for event in events(script, "comment edited")} - removed
    assert edited and removed
    assert played["comments"] == {"standing": len(posted - removed), "edited": len(edited), "removed": len(removed)}


def test_each_answer_with_an_article_is_a_look_at_its_thread(folder: Path, played: dict[str, Any]) -> None:
    answers = [hit for hit in lines(folder / "site" / "log.jsonl") if "/articles/" in hit["path"] and hit["status"] == 200]
    assert played["thread_reads"] == {"complete": len(answers), "partial": 0}


def test_what_has_not_changed_is_answered_without_a_body(folder: Path, played: dict[str, Any]) -> None:
    hits = [hit for hit in lines(folder / "site" / "log.jsonl") if "/articles/" in hit["path"]]
    assert any(hit["status"] == 304 for hit in hits)
    assert max(hit["in_flight"] for hit in hits) <= 4
    assert {hit["host"] for hit in hits} == {"steppe.example"}


def expected_alerts(script: dict[str, Any]) -> Counter[tuple[str, str, str]]:
    """(recipient, article's path, kind) of every alert that the script's events must make after the first step."""
    now: dict[str, str] = {}
    said: dict[str, str] = {}
    told: Counter[tuple[str, str, str]] = Counter()

    def tell(event: dict[str, Any], kind: str, *texts: str) -> None:
        for watch in script["watches"]:
            if any(word.casefold() in text.casefold() for word in watch["words"] for text in texts):
                told.update((recipient, event["article"], kind) for recipient in watch["recipients"])

    for step in script["steps"][:STEPS + 1]:
        for event in step["events"]:
            news, kind, article = step["step"] > 0, event["event"], event["article"]
            if kind in ("article appears", "article edited"):
                text = "\n".join([event["title"], *event["paragraphs"]])
                if news:
                    tell(event, kind, text, now.get(article, ""))
                now[article] = text
            elif kind == "article disappears":
                tell(event, kind, now[article])
            elif kind == "comment removed":
                tell(event, kind, said[event["comment"]])
            else:
                if news:
                    tell(event, kind, event["text"], said.get(event["comment"], ""))
                said[event["comment"]] = event["text"]
    return told


KINDS = {"New article": "article appears", "Article edited": "article edited", "Article gone": "article disappears",
         "New comment": "comment posted", "Comment edited": "comment edited", "Comment removed": "comment removed"}


def test_every_alert_of_the_script_is_in_one_mail_of_its_recipient_and_no_other_is(
        folder: Path, played: dict[str, Any], script: dict[str, Any]) -> None:
    told: Counter[tuple[str, str, str]] = Counter()
    for mail in mails(folder):
        body = mail.get_body(("plain",))
        assert body is not None
        path = ""
        for line in body.get_content().splitlines():
            if line.startswith("https://steppe.example/"):
                path = line.removeprefix("https://steppe.example")
            if line.strip() in KINDS:
                told[(mail["To"], path, KINDS[line.strip()])] += 1
    expected = expected_alerts(script)
    assert told == expected
    assert played["alerts"] == {"pending": 0, "mailed": expected.total(), "held": 0}


def test_the_mails_it_names_are_those_that_the_sink_got(folder: Path, played: dict[str, Any]) -> None:
    got = [(mail["Message-ID"], mail["To"], mail["Subject"]) for mail in mails(folder)]
    assert len({message_id for message_id, *_ in got}) == len(got) > 0
    assert [(mail["message_id"], mail["recipient"], mail["subject"]) for mail in played["mails"]] == got


def test_played_again_at_the_same_step_it_adds_nothing(folder: Path, played: dict[str, Any]) -> None:
    before = [file.name for file in (folder / "mails").iterdir()]
    again = document("demo", "--once", "--steps", str(STEPS), "--data", folder)
    assert again | {"seconds": 0} == played | {"seconds": 0}
    assert [file.name for file in (folder / "mails").iterdir()] == before
