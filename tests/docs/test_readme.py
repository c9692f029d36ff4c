"""What the README says is what a reader gets."""
import re
import sqlite3
import tomllib
from pathlib import Path
from typing import Any

import pytest
from command import ROOT, document

from settings import Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"```sql\n(.*?)```\n\n```text\n(.*?)```", README, re.S)


def test_the_readme_asks_three_questions() -> None:
    assert len(QUESTIONS) == 3


@pytest.mark.parametrize(("sql", "answer"), QUESTIONS)
def test_each_question_has_the_answer_that_the_readme_gives(sql: str, answer: str, played: Any) -> None:
    connection = sqlite3.connect(played.folder / "store.db")
    try:
        rows = connection.execute(sql).fetchall()
    finally:
        connection.close()
    assert "\n".join(" | ".join(map(str, row)) for row in rows) == answer.rstrip("\n")


def test_the_demo_prints_what_the_readme_shows(played: Any) -> None:
    found = played.document
    comments = ", ".join(f"{number} {name}" for name, number in found["comments"].items())
    stored = (f"Stored: {found['articles']} articles in {found['versions']} versions; comments: {comments}; "
              f"looks at threads: {found['thread_reads']['complete']} complete.")
    assert stored in README
    assert f"Alerts: {found['alerts']['mailed']} mailed." in README


def test_the_settings_it_shows_are_settings() -> None:
    shown = re.search(r"```toml\n(.*?)```", README, re.S)
    assert shown is not None
    settings = Settings(**tomllib.loads("\n".join(line.removeprefix("   ") for line in shown[1].splitlines())))
    assert settings.mail.security == "starttls" and settings.watch[0].words[1] == "Один пояс"


def test_every_file_it_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_init_says_what_the_readme_shows_and_check_then_finds_nothing_wrong(tmp_path: Path) -> None:
    from command import steppewire

    said = steppewire("init", cwd=tmp_path).stdout
    assert said in README
    assert document("check", cwd=tmp_path)["ok"]
