"""Mails as a reader of mail shows them that shares no code with ours: mutt, where it is installed."""
import os
import pty
import select
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from storage.outbox import NewMail
from storage.passage import Part, Passage
from tests.alerts.written import alert, headlines, mail

# Every mail of a box, decoded, one after the other; then it ends.
SETTINGS = r"""
set charset="utf-8"
set folder="."  # asked for otherwise, and our keys would be the answer
set auto_tag=yes
set pipe_decode=yes
set pipe_split=no
set pipe_sep="\n=====\n"
set wait_key=no
set quit=yes
set wrap=0
set sort=mailbox-order
ignore *
unignore subject
alternative_order text/plain
push "<tag-pattern>~A<enter><pipe-message>cat > out<enter><quit>"
"""
SECONDS = 240


def shown(folder: Path, mails: Sequence[NewMail]) -> list[tuple[str, str]]:
    """The subject and the text of each mail as mutt shows them."""
    program = shutil.which("mutt")
    if program is None:
        pytest.skip("mutt is not installed")
    folder.joinpath("settings").write_text(SETTINGS, encoding="utf-8")
    folder.joinpath("box").write_bytes(b"".join(
        b"From wire@steppewire.example Mon Mar  2 06:00:00 2026\n" + each.bytes.replace(b"\r\n", b"\n").replace(
            b"\nFrom ", b"\n>From ") + b"\n\n" for each in mails))
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover  # it becomes mutt
        try:
            os.chdir(folder)
            os.execve(program, ["mutt", "-n", "-F", "settings", "-R", "-f", "box"],
                      {"TERM": "xterm", "LC_ALL": "C.UTF-8", "HOME": str(folder), "PATH": os.environ.get("PATH", "")})
        finally:
            os._exit(127)
    until = time.monotonic() + SECONDS
    try:
        while select.select([terminal], [], [], max(0.0, until - time.monotonic()))[0] and os.read(terminal, 65536):
            pass
    except OSError:  # what a terminal says when its program has ended
        pass
    finally:
        os.close(terminal)
        _, status = os.waitpid(child, 0)
    assert status == 0, "mutt did not end by itself"
    found = []
    for each in folder.joinpath("out").read_text(encoding="utf-8").split("\n=====\n"):
        head, _, body = each.partition("\n\n")
        # A long subject goes on in the next line; mutt tells of the part's own headers below it.
        found.append((head.partition("\nMIME-Version")[0].removeprefix("Subject: ").replace("\n ", " "), body))
    return [each for each in found if each[0]]


@pytest.mark.skipif(sys.platform != "linux", reason="mutt is driven over a terminal as Linux has it")
def test_another_reader_shows_every_headline_as_it_was_in_subject_and_text(tmp_path: Path) -> None:
    expected = list(headlines(2000))
    mails = [mail(alert(Passage(headline, ("x",), (Part("text", None, headline),)), number=number, event="article_new"))
             for number, headline in enumerate(expected)]
    found = shown(tmp_path, mails)
    assert len(found) == len(mails)
    wrong = [headline for headline, (subject, body) in zip(expected, found, strict=True)
             if subject != f"Steppe Courier, new article: {headline}" or f"\n{headline}\n" not in body
             or f"\n  {headline}\n" not in body]
    assert wrong == []
