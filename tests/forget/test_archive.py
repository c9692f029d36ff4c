"""Records of the archive without what is to be forgotten: answers of comment systems, further pages, imports, other outlets."""
import gzip
import hashlib
from collections.abc import Iterator
from datetime import datetime, timezone
from email.message import Message
from pathlib import Path

import pytest
from command import told
from forgetful import ANSWER, EDITED, NAME, OTHER, TEXT, Readers, Said, Wire, lying, members, paper, plain, thread
from talkative import ARTICLE, TalkingPaper

from demo.server import Request
from tests.crawler.scripted import Reactor
from tests.crawler.test_warc import record

pytestmark = [pytest.mark.parametrize("names", ["keep"], indirect=True),
              pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)]
HOME = f"https://paper.example{ARTICLE}"


@pytest.fixture
def talking(tmp_path: Path, store_url: str, names: str) -> Iterator[TalkingPaper]:
    with TalkingPaper(tmp_path, database=store_url, settings=f'[comments]\nnames = "{names}"') as paper:
        paper.talk.say(*range(11, 23))
        yield paper


def redacted(folder: Path) -> list[bytes]:
    return [plain(each) for file in folder.rglob("*.warc.gz") for each in members(file.read_bytes())
            if b"Steppewire-Redacted: " in each]


@pytest.mark.parametrize("rest", [False, True])
def test_a_comment_goes_from_further_pages_and_from_answers_of_the_system(
        rest: bool, talking: TalkingPaper, reactor: Reactor) -> None:
    talking.talk.rest = rest
    wire = Wire(talking, reactor)
    wire.crawl()
    gone, there = "reader number 19 has to say", "reader number 18 has to say"
    assert lying(talking, gone)
    done = told("--config", talking.config, "forget", "--comment", f"{HOME}#19")
    assert (done["comments"], done["left"]) == (1, []) and lying(talking, gone, "Reader 19") == [] and lying(talking, there)
    assert all((b"/wp-json/" if rest else b"/comment-page-") in each for each in redacted(talking.folder))
    wire.crawl()
    assert lying(talking, gone, "Reader 19") == []
    found = thread(talking, ARTICLE)
    assert (len(found), [each["native_id"] for each in found if each["text"] is None]) == (12, ["19"])
    assert told("--config", talking.config, "verify")["damaged"] == []


def test_an_import_of_a_forgotten_comment_leaves_nothing_of_it(readers: Readers, wire: Wire) -> None:
    told("--config", readers.config, "forget", "--author", NAME)
    before = thread(readers)
    for at in (datetime(2026, 3, 1, tzinfo=timezone.utc), datetime(2026, 6, 1, tzinfo=timezone.utc)):
        readers.stories["/news/1"].paragraphs.append(f"A paragraph that was there in month {at.month} of the year alone.")
        shown = readers.answer(Request("GET", "/news/1", "", Message()))
        block = f"HTTP/1.1 200 OK\r\nContent-Type: {shown.type}\r\n\r\n".encode() + shown.body
        old = readers.folder / "old.warc.gz"
        old.write_bytes(gzip.compress(record(block, url="https://paper.example/news/1", date=at.isoformat().replace(
            "+00:00", "Z"))))
        told("--config", readers.config, "import", old)
        old.unlink()
    assert lying(readers, "month 6 of the year") and lying(readers, NAME, TEXT, EDITED) == []
    assert [(each["native_id"], each["text"]) for each in thread(readers)] == [
        (each["native_id"], each["text"]) for each in before]
    assert told("--config", readers.config, "verify")["damaged"] == []


def test_of_two_outlets_of_one_name_only_that_which_is_named_is_touched(
        tmp_path: Path, store_url: str, names: str, reactor: Reactor) -> None:
    with paper(tmp_path, store_url, settings=f'[comments]\nnames = "{names}"',
               hosts=("paper.example", "other.example")) as readers:
        twin = readers.folder / "outlets" / "paper1.toml"
        twin.write_text(twin.read_text(encoding="utf-8").replace("Paper 1", "Paper 0"), encoding="utf-8")
        readers.said["/news/1"] = [Said(NAME, TEXT, "c1")]
        wire = Wire(readers, reactor)
        wire.crawl("paper0", "paper1")
        before = digests(readers.folder / "archive" / "paper1")
        told("--config", readers.config, "forget", "--author", NAME, "--outlet", "paper0")
        assert before and digests(readers.folder / "archive" / "paper1") == before
        assert not any(TEXT.encode() in plain(each) for file in (readers.folder / "archive" / "paper0").rglob("*.warc.gz")
                       for each in members(file.read_bytes()))
        other = told("--config", readers.config, "article", "thread", "https://other.example/news/1")["comments"]
        assert [(each["author"], each["text"]) for each in other] == [(NAME, TEXT)]
        assert [each["text"] for each in thread(readers)] == [None]
        wire.crawl("paper0", "paper1")
        other = told("--config", readers.config, "article", "thread", "https://other.example/news/1")["comments"]
        assert [each["text"] for each in other] == [TEXT]
        wrong = told("--config", readers.config, "forget", "--outlet", "paper0", "--comment", other[0]["comment"],
                     code=2)["error"]
        assert (wrong["key"], wrong["value"], wrong["remedy"]) == ("--outlet", "paper0", "leave it out, or name paper1")


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*.warc.gz")}


@pytest.mark.parametrize("name", ["China", "Anonymous", "Monday"])
def test_where_a_name_is_a_common_word_the_article_stays_byte_for_byte(
        name: str, readers: Readers, reactor: Reactor) -> None:
    readers.machine, story = False, readers.stories["/news/1"]
    story.title = f"{name} looks west"
    story.paragraphs += [f"{name} and its neighbours met on Monday, and {name} spoke first.", name, f"By {name}", "Yes"]
    readers.aside = f"{name}: more"
    readers.said["/news/1"] = [Said(name, "Yes", "c1"), Said(OTHER, "Yes", "c2", 3), Said(name, TEXT, "c3", 4),
                               Said(OTHER, f"{name}? {ANSWER}", "c4", 5)]
    Wire(readers, reactor).crawl()
    before = told("--config", readers.config, "article", "show", "https://paper.example/news/1")
    assert told("--config", readers.config, "forget", "--author", name)["left"] == []
    after = told("--config", readers.config, "article", "show", "https://paper.example/news/1")
    assert [after[key] for key in ("title", "text", "blocks", "authors")] == [
        before[key] for key in ("title", "text", "blocks", "authors")]
    assert [each["text"] for each in after["comments"]] == [None, "Yes", None, f"{name}? {ANSWER}"]
    shown = readers.answer(Request("GET", "/news/1", "", Message())).body.decode()
    page, = (each.decode() for each in redacted(readers.folder))
    article, _, said = shown.partition('<div class="comments">')
    kept, _, left = page.partition('<div class="comments">')
    assert kept.partition("<html")[2] == article.partition("<html")[2]
    assert (left.count("[withdrawn]"), left.count("<i>"), left.count(name)) == (8, said.count("<i>"), said.count(name) - 6)
    assert "thirty years ago" not in left
