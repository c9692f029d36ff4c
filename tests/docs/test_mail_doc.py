"""docs/mail against the templates that it shows."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command import ROOT, environment
from lxml import html

from alerts.events import EVENTS
from tests.alerts.written import said, words

MAIL = ROOT / "docs" / "mail"
TEXTS = sorted(MAIL.glob("*/*.txt"))


def generate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, folder / "generate.py", *arguments], capture_output=True, text=True, check=False,
                          timeout=60, env=environment())


def test_every_mail_in_it_is_what_the_templates_make() -> None:
    ended = generate(MAIL, "--check")
    assert ended.returncode == 0, ended.stderr


def test_a_stale_one_is_told_and_left_as_it_is_until_it_is_written_anew(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "mail"
    shutil.copytree(MAIL, folder, ignore=shutil.ignore_patterns("screenshots"))
    for room in ("alerts", "pipelines", "storage", "crawler", "failpoint.py"):
        (tmp_path / room).symlink_to(ROOT / room)
    stale, left = folder / "ru" / "digest.txt", folder / "ru" / "of-old.html"
    stale.write_text("Another mail.\n", encoding="utf-8")
    left.write_text("A template that is no more.\n", encoding="utf-8")
    told = generate(folder, "--check")
    assert told.returncode == 1 and "ru/digest.txt, ru/of-old.html" in told.stderr
    assert stale.read_text(encoding="utf-8") == "Another mail.\n" and left.exists()
    assert generate(folder).returncode == 0
    assert stale.read_text(encoding="utf-8") == (MAIL / "ru" / "digest.txt").read_text(encoding="utf-8") and not left.exists()


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_is_shown_in_four_languages(event: str) -> None:
    heading = EVENTS[event].heading
    languages = {file.parent.name for file in TEXTS if f"\n{heading}\n" in file.read_text(encoding="utf-8")}
    assert languages >= {"en", "ru", "kk", "zh"} or event == "comment_restored"  # which reads as a new comment does


def test_every_page_has_a_picture_and_they_are_small() -> None:
    pictures = {file.stem: file.stat().st_size for file in (MAIL / "screenshots").glob("*.png")}
    assert pictures.keys() == {file.stem for file in MAIL.glob("*/*.html")}
    assert sum(pictures.values()) <= 2_000_000


def test_every_file_it_points_to_is_there() -> None:
    links = set(re.findall(r"\]\(([^)]+)\)", (MAIL / "README.md").read_text(encoding="utf-8")))
    assert len(links) > 100
    assert [link for link in links if not (MAIL / link).exists()] == []


@pytest.mark.parametrize("file", sorted(MAIL.glob("*/*.html")), ids=lambda file: str(file.relative_to(MAIL)))
def test_both_parts_say_the_same(file: Path) -> None:
    text = file.with_suffix(".txt").read_text(encoding="utf-8").partition("\n\n")[2]
    assert words(said(file.read_text(encoding="utf-8"))) == words(text)


def test_the_pages_fetch_nothing_and_run_nothing() -> None:
    for file in MAIL.glob("*/*.html"):
        tree = html.document_fromstring(file.read_bytes())
        assert tree.xpath("//img | //link | //iframe | //script | //object | //@src | //@background") == []
