"""What a forgotten comment has left in the tables: readings of its article, alerts, mails that wait."""
import json

import pytest
from command import said, steppewire, told
from forgetful import ANSWER, EDITED, NAME, OTHER, TEXT, Readers, Said, Wire, lying, mail, squeezed, thread
from sqlalchemy import select

from storage.models import Alert, Reading
from storage.store import Store
from tests.crawler.scripted import Reactor

pytestmark = pytest.mark.parametrize("names", ["keep"], indirect=True)
URL = "https://paper.example/news/1"


def leaked(readers: Readers) -> None:
    """Has an older reader have taken a comment for the article's, and an alert tell of it."""
    store = Store(readers.database)
    with store.writing() as session:
        for reading in session.scalars(select(Reading).where(Reading.text.contains("village number 1 "))):
            reading.text = f"{reading.text}\n{NAME} wrote:\n{TEXT}"
            reading.blocks = [*reading.blocks, {"kind": "paragraph", "text": f"{NAME} wrote:"},
                              {"kind": "paragraph", "text": TEXT}]
        found = session.scalars(select(Alert).where(Alert.comment_version_id.is_not(None)).order_by(Alert.id)).first()
        assert found is not None
        part = {"field": "text", "old": None, "new": TEXT, "old_spans": [], "new_spans": [[4, 11]]}
        session.add(Alert(watch_id=found.watch_id, recipient=found.recipient, event="article_edited", subject="version:old",
                          article_id=found.article_id, run_id=found.run_id, state="mailed",
                          passage=found.passage | {"author": None, "parts": [part]}, mail_id=found.mail_id,
                          made_at=found.made_at, mail_at=found.mail_at))
    store.engine.dispose()


@pytest.mark.long_on_postgresql
def test_a_comment_that_had_got_into_an_article_s_text_and_alert_is_taken_out_of_both(readers: Readers, wire: Wire) -> None:
    before = told("--config", readers.config, "article", "show", URL)
    leaked(readers)
    assert TEXT in told("--config", readers.config, "article", "show", URL)["text"]
    done = told("--config", readers.config, "forget", "--author", NAME)
    assert (done["alerts"], done["mails"]) == (3, 2)
    after = told("--config", readers.config, "article", "show", URL)
    assert (after["text"], after["blocks"]) == (before["text"], before["blocks"])
    assert lying(readers, NAME, TEXT, EDITED) == []
    assert told("--config", readers.config, "verify")["damaged"] == []


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("point", [pytest.param("redacted.removed", marks=pytest.mark.long), "forgotten.erasing"])
def test_it_is_taken_out_of_them_also_where_a_kill_came_between(point: str, readers: Readers, wire: Wire) -> None:
    leaked(readers)
    ended = steppewire("--config", readers.config, "forget", "--author", NAME, more={"STEPPEWIRE_FAILPOINT": point})
    assert f"failpoint {point}" in ended.stderr
    told("--config", readers.config, "forget", "--author", NAME)
    assert lying(readers, NAME, TEXT, EDITED) == []


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_mail_that_waits_is_made_anew_and_sent_without_it(readers: Readers, wire: Wire) -> None:
    readers.sink.__exit__(None, None, None)
    readers.said["/news/2"] = [Said(NAME, TEXT, "c7"), Said(OTHER, f"The railway? {ANSWER}", "c8", 3)]
    wire.crawl()
    waiting = [each for each in told("--config", readers.config, "mail", "list")["mails"] if each["state"] == "waiting"]
    told("--config", readers.config, "forget", "--author", NAME)
    readers.sink.__enter__()
    readers.write()
    wire.crawl()
    sent = {str(each["Message-ID"]): squeezed(mail(each.as_bytes())) for each in readers.mails()}
    found = "".join(sent[each["message_id"]] for each in waiting)
    assert "[withdrawn]" in found and squeezed(ANSWER) in found
    assert squeezed(NAME) not in found and "thirtyyears" not in found


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_an_alert_that_waits_for_its_mail_is_dropped(readers: Readers, wire: Wire) -> None:
    readers.said["/news/2"] = [Said(NAME, TEXT, "c7")]
    ended = steppewire("--config", readers.config, "crawl", "paper0", more={"STEPPEWIRE_FAILPOINT": "mail.freezing"})
    assert "failpoint mail.freezing" in ended.stderr
    assert told("--config", readers.config, "alert", "list")["alerts"][0]["state"] == "pending"
    told("--config", readers.config, "forget", "--author", NAME)
    before = len(readers.mails())
    assert told("--config", readers.config, "alert", "list")["alerts"][0]["state"] == "dropped"
    assert steppewire("--config", readers.config, "crawl", "paper0").returncode == 0
    assert len(readers.mails()) == before and lying(readers, NAME, TEXT) == []


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_an_alert_of_a_whole_thread_loses_the_one_comment_however_short(readers: Readers, wire: Wire) -> None:
    short, other = "No railway.", "A railway is what we need, whatever it costs us."
    readers.said["/news/2"] = [Said(NAME, short, "c7"), Said(OTHER, other, "c8", 3)]
    wire.crawl()
    readers.said["/news/2"] = []
    for _ in range(4):
        wire.crawl()
    alerts = told("--config", readers.config, "alert", "list")["alerts"]
    hidden = next(each for each in alerts if each["event"] == "thread_hidden")
    told("--config", readers.config, "forget", "--comment", "https://paper.example/news/2#c7")
    assert lying(readers, short) == [] and lying(readers, other)
    shown = squeezed(mail(said("--config", readers.config, "mail", "show", hidden["mail"]).stdout.encode()))
    assert squeezed(other) in shown and "[withdrawn]" in shown


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_who_answered_a_forgotten_comment_still_answers_it(readers: Readers, wire: Wire) -> None:
    store = Store(readers.database)
    with store.writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE comment SET parent_id = (SELECT id FROM comment WHERE native_id = 'c1'), depth = 1 WHERE native_id = 'c2'")
    before = store_view(store)
    told("--config", readers.config, "forget", "--comment", f"{URL}#c1")
    found = thread(readers)
    assert [(each["native_id"], each["parent"], each["depth"], each["text"]) for each in found] == [
        ("c1", None, 0, None), ("c2", "c1", 1, ANSWER)]
    answer, = store_view(store)
    assert answer == before[1] and answer[1] == int(str(found[0]["comment"]))
    drawn = said("--config", readers.config, "article", "thread", URL).stdout
    assert "forgotten" in drawn and drawn.index("forgotten") < drawn.index(f"│ {OTHER}") < drawn.index("│   Walking is healthy")
    store.engine.dispose()


def store_view(store: Store) -> list[tuple[object, ...]]:
    with store.reading() as session:
        return [tuple(row) for row in session.connection().exec_driver_sql(
            "SELECT native_id, parent_id, depth, position, text FROM current_thread ORDER BY position")]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_where_nobody_of_that_name_is_known_it_says_so(readers: Readers, wire: Wire) -> None:
    ended = said("--config", readers.config, "forget", "--author", "Gulnara S.", "--dry-run", "--json")
    assert "no comment that is stored is known to be by 'Gulnara S.'" in ended.stderr
    assert json.loads(ended.stdout)["comments"] == 0


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kept", [True, False])
def test_a_webhook_s_document_is_made_anew_without_it_whether_its_channel_is_still_there(
        kept: bool, readers: Readers, reactor: Reactor) -> None:
    channel = '[channel.desk]\nkind = "webhook"\nurl = "http://127.0.0.1:9/x"\nsecret = "x"\n'
    before = readers.settings
    readers.settings, readers.recipients = f"{before}\n{channel}", ("desk",)
    readers.write()
    wire = Wire(readers, reactor)
    wire.crawl()
    readers.said["/news/1"] = [Said(NAME, TEXT, "c1"), Said(OTHER, ANSWER, "c2", 3)]
    wire.crawl()
    rows = [each for each in told("--config", readers.config, "mail", "list")["mails"] if each["channel"] == "desk"]
    documents = {row["message_id"]: said("--config", readers.config, "mail", "show", row["mail"]).stdout for row in rows}
    assert any(TEXT in document for document in documents.values())
    if not kept:
        readers.settings, readers.recipients = before, ("a@example.org",)
        readers.write()
    told("--config", readers.config, "forget", "--author", NAME)
    after = {row["message_id"]: said("--config", readers.config, "mail", "show", row["mail"]).stdout for row in rows}
    assert {json.loads(document)["id"] for document in after.values()} == set(documents)
    assert not any(TEXT in document or NAME in document for document in after.values())
    assert any("[withdrawn]" in document and ANSWER in document for document in after.values())
    assert lying(readers, NAME, TEXT) == []
