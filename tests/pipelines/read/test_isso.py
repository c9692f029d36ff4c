"""The answers of a real Isso server, as they were recorded: each file says of which version, when, and after what."""
import json
from datetime import date
from pathlib import Path

import pytest

from crawler.items import ThreadRead
from pipelines.read.door import read
from tests.pipelines.read.test_json_api import outlet_with

RECORDED = sorted((Path(__file__).parent / "recorded" / "isso").glob("*.json"))
BOTH = "The first one, <script>alert(1)</script> & <b>bold</b>\nin two paragraphs"
FIRST, GONE = ("1", None, "A & B", BOTH, 0, False), ("1", None, None, "", 0, True)
ANSWERS = [("2", 0, "Марат", "Жақсы айтылды", 0, False), ("3", 0, None, "An answer to the answer", 0, False)]
MORE = ("3", 0, None, "Number 0", 0, False)


def alone(text: str, author: str | None = "李") -> tuple[str, int | None, str | None, str, int, bool]:
    return ("4", None, author, text, 0, False)


# What was said by the steps of tests/prove/isso.py, told anew: a comment's number, the place of the one that it answers, its
# author, text and likes, and whether it was taken down.
TOLD = {
    "nothing was said": [],
    "two comments, and two answers to the first": [FIRST, *ANSWERS, alone("很好的文章")],
    "the second comment was edited": [FIRST, *ANSWERS, alone("很好的文章，谢谢", None)],
    "the first comment was taken down and has answers": [GONE, *ANSWERS, alone("很好的文章，谢谢", None)],
    "what nobody had answered was taken down": [GONE, ANSWERS[0]],
    "three more answers": [GONE, ANSWERS[0], MORE],
}


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_an_answer_says_what_was_said(file: Path, fetched) -> None:
    recorded = json.loads(file.read_text(encoding="utf-8"))
    thread = read(fetched(recorded["body"], url=f"https://talk.example{recorded['address']}", content_type="application/json"),
                  outlet_with("isso"))
    assert isinstance(thread, ThreadRead)
    assert (thread.system, thread.native_key, thread.wanted) == ("isso", "/news/0", ())
    assert [((one.native_id or "").partition("@")[0], one.parent, one.author, one.text, one.likes, one.deleted)
            for one in thread.comments] == TOLD[recorded["after"]]
    left_out = 2 if "limit" in recorded["address"] else 0
    assert (thread.state, thread.declared, thread.off) == (
        "partial" if left_out else "complete", len(thread.comments) + left_out, left_out or None)
    assert all(one.posted_raw == (one.native_id or "").partition("@")[2] for one in thread.comments)


def test_every_answer_says_where_it_comes_from() -> None:
    recorded = [json.loads(file.read_text(encoding="utf-8")) for file in RECORDED]
    assert [each["after"] for each in recorded] == list(TOLD)
    assert {each["isso"] for each in recorded} == {"0.14.0"}
    assert all(date.fromisoformat(each["recorded"]) for each in recorded)
