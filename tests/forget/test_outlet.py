"""Comments that are forgotten: what lies anywhere below the data folder is looked through by means that are none of ours."""
import html
import re
from email import message_from_string
from email.policy import default

import pytest
from command import said, steppewire, told
from forgetful import ANSWER, EDITED, NAME, OTHER, TEXT, Readers, Said, Wire, lying, members, plain, thread

from storage.store import Store
from tests.crawler.scripted import Reactor


@pytest.mark.long_on_postgresql
def test_a_reader_is_gone_from_everything_that_is_stored_and_stays_so(readers: Readers, wire: Wire) -> None:
    before = thread(readers)
    done = told("--config", readers.config, "forget", "--author", "gulnara   SEITKALI")
    assert (done["comments"], done["versions"], done["alerts"], done["mails"], done["left"]) == (1, 2, 2, 2, [])
    assert done["captures"] == 2 and done["files"] >= 1 and done["which"] == []
    assert lying(readers, NAME, TEXT, EDITED) == []
    assert lying(readers, ANSWER) and told("--config", readers.config, "verify")["damaged"] == []
    after = thread(readers)
    assert [each["native_id"] for each in after] == ["c1", "c2"]
    assert (after[0]["text"], after[0]["author"], after[1]) == (None, None, before[1])
    shown = told("--config", readers.config, "article", "show", "https://paper.example/news/1")["comments"]
    assert [each["forgotten"] for each in shown] == [after[0]["forgotten"], None]
    assert after[0]["forgotten"] and [version["event"] for version in after[0]["versions"]] == ["posted", "edited"]
    readers.said["/news/1"].append(Said(NAME, f"{TEXT} I say it again.", "c3"))
    wire.crawl()
    told("--config", readers.config, "reprocess")
    assert lying(readers, NAME, TEXT, EDITED) == []
    assert [(each["native_id"], each["text"]) for each in thread(readers)] == [("c1", None), ("c2", ANSWER), ("c3", None)]
    assert told("--config", readers.config, "verify")["damaged"] == []
    assert len(readers.mails()) == 2


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("names", ["pseudonym"], indirect=True)
def test_one_comment_is_forgotten_and_others_of_its_author_stay(readers: Readers, wire: Wire) -> None:
    readers.said["/news/1"].append(Said(NAME, "Another word of mine, which may stay where it is.", "c3"))
    wire.crawl()
    own = next(each["comment"] for each in thread(readers) if each["native_id"] == "c1")
    dry = told("--config", readers.config, "forget", "--comment", str(own), "--dry-run")
    assert (dry["comments"], dry["captures"], dry["which"][0]["text"]) == (1, 3, EDITED)
    assert lying(readers, TEXT)
    told("--config", readers.config, "forget", "--comment", "https://paper.example/news/1#c1")
    assert lying(readers, TEXT, EDITED) == []
    wire.crawl()
    assert lying(readers, TEXT, EDITED) == []
    assert [each["text"] for each in thread(readers)] == [None, ANSWER, "Another word of mine, which may stay where it is."]


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("names", ["pseudonym"], indirect=True)
def test_a_mail_says_that_it_was_redacted_and_keeps_its_message_id(readers: Readers, wire: Wire) -> None:
    before = told("--config", readers.config, "mail", "list")["mails"]
    told("--config", readers.config, "forget", "--author", NAME)
    after = told("--config", readers.config, "mail", "list")["mails"]
    assert [each["message_id"] for each in after] == [each["message_id"] for each in before]
    shown = said("--config", readers.config, "mail", "show", "1")
    assert "[withdrawn]" in shown.stdout and "taken out" in shown.stderr
    assert after[0]["message_id"] in said("--config", readers.config, "mail", "show", after[0]["mail"]).stdout


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("names", ["pseudonym"], indirect=True)
def test_a_redacted_mail_is_answered_as_before(readers: Readers, wire: Wire) -> None:
    def ways() -> tuple[str, list[str]]:
        shown = said("--config", readers.config, "mail", "show", "1").stdout
        found = message_from_string(shown, policy=default)
        return str(found["List-Unsubscribe"]), re.findall(r"subject=(\S+)", found.get_body(("plain",)).get_content())

    before = ways()
    told("--config", readers.config, "forget", "--author", NAME)
    assert ways() == before and len(before[1]) == 4
    assert told("--config", readers.config, "answer", before[1][0])["state"] == "done"


# --- ends in between

@pytest.mark.parametrize("names", ["pseudonym"], indirect=True)
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("point", [
    "redacted.pointed", *(pytest.param(point, marks=pytest.mark.long) for point in (
        "redacted.writing", "redacted.written", "redacted.pointing", "redacted.removed", "forgotten.erasing",
        "forgotten.erased"))])
def test_killed_anywhere_nothing_is_lost_and_the_same_command_ends_it(point: str, readers: Readers, wire: Wire) -> None:
    before = told("--config", readers.config, "verify")
    ended = steppewire("--config", readers.config, "forget", "--author", NAME, more={"STEPPEWIRE_FAILPOINT": point})
    assert f"failpoint {point}" in ended.stderr
    between = told("--config", readers.config, "verify")
    assert (between["damaged"], between["captures"]) == ([], before["captures"])
    assert told("--config", readers.config, "forget", "--author", NAME)["left"] == []
    assert lying(readers, NAME, TEXT, EDITED) == [] and lying(readers, ANSWER)
    after = told("--config", readers.config, "verify")
    assert (after["damaged"], after["captures"], after["files"]) == ([], before["captures"], before["files"])
    named = {file.name for file in readers.folder.rglob("*.warc.gz*")}
    assert len(named) == after["files"] and not any(name.endswith(".part") for name in named)


@pytest.mark.parametrize("names", ["pseudonym"], indirect=True)
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_a_crawl_kept_before_it_was_killed_goes_with_the_next_one(readers: Readers, wire: Wire) -> None:
    told("--config", readers.config, "forget", "--author", NAME)
    readers.said["/news/1"].append(Said(OTHER, "One word more.", "c3", 3))
    ended = steppewire("--config", readers.config, "crawl", "paper0", more={"STEPPEWIRE_FAILPOINT": "redacted.writing"})
    assert "failpoint redacted.writing" in ended.stderr
    assert lying(readers, TEXT) or lying(readers, EDITED)
    ended = steppewire("--config", readers.config, "crawl", "paper0")
    assert ended.returncode == 0, ended.stderr
    assert lying(readers, NAME, TEXT, EDITED) == []
    assert told("--config", readers.config, "verify")["damaged"] == []


# --- whose it is

@pytest.mark.parametrize("names", ["keep"], indirect=True)
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("encoding", "charset"), [("gzip", "utf-8"), ("br", "windows-1251"), ("", "utf-8")])
def test_what_the_article_and_others_say_stays(encoding: str, charset: str, readers: Readers, reactor: Reactor) -> None:
    name, text, short = "Айгуль Серикова", "Дорогу обещали моему селу тридцать лет назад.", "Да"
    readers.encoding, readers.charset, readers.machine = encoding, charset, False
    readers.aside = f"Most read: {name}"
    readers.stories["/news/1"].paragraphs += [f"{name} asked the minister about it twice.", text, short]
    readers.said["/news/1"] = [Said(name, text, "c1"), Said(OTHER, f"{name}, no.", "c2", 3), Said(name, short, "c3", 3)]
    Wire(readers, reactor).crawl()
    before = told("--config", readers.config, "article", "show", "https://paper.example/news/1")
    assert told("--config", readers.config, "forget", "--author", name)["left"] == []
    after = told("--config", readers.config, "article", "show", "https://paper.example/news/1")
    assert (after["text"], after["title"]) == (before["text"], before["title"]) and text in after["text"]
    assert [each["text"] for each in after["comments"]] == [None, f"{name}, no.", None]
    page, = (plain(record).decode(charset) for file in readers.folder.rglob("*.warc.gz")
             for record in members(file.read_bytes()) if b"Steppewire-Redacted: " in record)
    page = html.unescape(page)
    assert (page.count(text), page.count(f"<p>{short}</p>"), page.count(name)) == (1, 1, 2)
    assert page.count("[withdrawn]") == 8  # of either comment the text, the name, and the name in two attributes
    assert told("--config", readers.config, "verify")["damaged"] == []


@pytest.mark.parametrize("names", ["keep"], indirect=True)
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_comment_without_an_id_is_refused_and_makes_one_row(readers: Readers, reactor: Reactor) -> None:
    wire = Wire(readers, reactor)
    readers.said["/news/1"] = [Said(NAME, TEXT), Said(OTHER, ANSWER, day=3)]
    wire.crawl()
    own = thread(readers)[0]["comment"]
    told("--config", readers.config, "forget", "--comment", str(own))
    for _ in range(2):
        wire.crawl()
    assert [each["text"] for each in thread(readers)] == [None, ANSWER]
    assert lying(readers, NAME, TEXT) == []


# --- what cannot be done

@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("names", ["drop"], indirect=True)
def test_where_names_are_dropped_only_what_comes_is_refused_and_it_says_so(readers: Readers, wire: Wire) -> None:
    ended = said("--config", readers.config, "forget", "--author", NAME)
    assert "names are dropped" in ended.stderr and "out of reach" in ended.stderr
    assert thread(readers)[0]["text"] == EDITED
    readers.said["/news/2"] = [Said(NAME, TEXT, "c9")]
    wire.crawl()
    shown = told("--config", readers.config, "article", "thread", "https://paper.example/news/2")
    assert [each["text"] for each in shown["comments"]] == [None]


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("names", ["keep"], indirect=True)
def test_beside_another_it_says_what_to_do(readers: Readers, wire: Wire) -> None:
    store = Store(readers.database)
    with store.lock():
        ended = said("--config", readers.config, "forget", "--author", NAME)
    store.engine.dispose()
    assert ended.returncode == 1 and "stop the daemon" in ended.stderr and lying(readers, NAME)


@pytest.mark.parametrize("arguments", [("--author", "A", "--comment", "1"), ("--author", "  "), ("--comment", "99"),
                                       ("--comment", "https://paper.example/news/1#c99"),
                                       ("--author", "A", "--outlet", "nowhere")])
@pytest.mark.parametrize("names", ["keep"], indirect=True)
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], readers: Readers, reactor: Reactor) -> None:
    Wire(readers, reactor).crawl()
    assert told("--config", readers.config, "forget", *arguments, code=2)["error"]["kind"] == "usage"
