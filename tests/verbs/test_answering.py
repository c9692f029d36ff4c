"""`answer` and `recipient` as an operator types them, and the links of mails before a real daemon."""
import re
import signal
import socket
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import pytest
from command import said, steppewire, told
from daemon import daemon, wait
from newspaper import Line, Newspaper

from alerts import token
from storage import recipients
from storage.store import Store
from tests.alerts.filled import READER

OTHER = "b@example.org"


def paper(folder: Path, settings: str = "") -> Newspaper:
    return Newspaper(folder, articles=2, recipients=(READER, OTHER), settings=settings)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_story(of: Newspaper, number: int) -> None:
    from newspaper import story

    of.stories[f"/news/{number}"] = story(number)


def test_a_watch_is_ended_at_the_command_line_for_one_address_and_stays_so(tmp_path: Path) -> None:
    with paper(tmp_path) as of:
        with Line(of) as line:
            line.crawl()
            new_story(of, 7)
            line.crawl("paper0")
        mails = {mail["To"]: mail for mail in of.mails()}
        assert set(mails) == {READER, OTHER}
        way = str(mails[READER]["List-Unsubscribe"]).partition("subject=")[2].rstrip(">")
        document = told("--config", of.config, "answer", way)
        assert (document["state"], document["action"], document["watch"], document["recipient"], document["outlet"]) == (
            "done", "end_watch", "rails", READER, None)
        again = told("--config", of.config, "answer", way, code=1)
        assert (again["state"], again["answer"]) == ("used", None)
        forged = told("--config", of.config, "answer", way[:-1] + ("0" if way[-1] != "0" else "1"), code=1)
        assert (forged["state"], forged["recipient"], forged["watch"]) == ("unknown", None, None)
        with Line(of) as line:  # a restart, which reads the settings again
            new_story(of, 8)
            line.crawl("paper0")
        assert [mail["To"] for mail in of.mails()][2:] == [OTHER]
        listed = {row["address"]: row for row in told("--config", of.config, "recipient", "list")["recipients"]}
        (answer,) = listed[READER]["answers"]
        assert (answer["action"], answer["via"], answer["watch"]) == ("end_watch", "cli", "rails")
        assert listed[OTHER]["answers"] == [] and listed[OTHER]["watches"] == ["rails"]
        assert said("--config", of.config, "recipient", "undo", answer["answer"]).returncode == 0
        assert said("--config", of.config, "recipient", "undo", answer["answer"]).returncode == 1
        with Line(of) as line:
            new_story(of, 9)
            line.crawl("paper0")
        assert sorted(mail["To"] for mail in of.mails()[3:]) == sorted([OTHER, READER])


def test_addresses_are_confirmed_and_revived_by_name(tmp_path: Path) -> None:
    with paper(tmp_path, "confirm = true") as of:
        with Line(of) as line:
            line.crawl()
            new_story(of, 7)
            line.crawl("paper0")
        assert [mail["Subject"] for mail in of.mails()] == ["Do you want mails from this news wire? Please confirm"] * 2
        listed = {row["address"]: row for row in told("--config", of.config, "recipient", "list")["recipients"]}
        assert {(row["state"], row["waiting"]) for row in listed.values()} == {("unconfirmed", 1)}
        assert None not in {row["asked_at"] for row in listed.values()}
        assert told("--config", of.config, "status")["needs"] == []
        assert said("--config", of.config, "recipient", "confirm", READER).returncode == 0
        store = Store(f"sqlite:///{tmp_path / 'store.db'}")
        with store.writing() as session:
            recipients.die(session, OTHER, "550 no such user", datetime.now(timezone.utc))
        store.engine.dispose()
        needs = {need["need"]: need for need in told("--config", of.config, "status", code=1)["needs"]}
        need = needs[f"recipient-dead:{OTHER}"]
        for word in ("550 no such user", "1 alert is waiting", f"`steppewire recipient revive {OTHER}`"):
            assert word in need["said"]
        nobody = "nobody@example.org"
        for wrong in (("confirm", OTHER), ("confirm", nobody), ("revive", READER), ("revive", nobody)):
            ended = said("--config", of.config, "recipient", *wrong)
            assert ended.returncode == 1 and wrong[1] in ended.stderr and "Traceback" not in ended.stderr
        with Line(of) as line:
            line.crawl("paper0")
            assert [mail["To"] for mail in of.mails()[2:]] == [READER]
            assert "alerts that waited: 1" in said("--config", of.config, "recipient", "revive", OTHER).stdout
            line.crawl("paper0")
        assert [mail["To"] for mail in of.mails()[2:]] == [READER, OTHER]


def test_what_recipients_answered_is_shown_to_people_too(tmp_path: Path) -> None:
    with paper(tmp_path) as of:
        with Line(of) as line:
            line.crawl()
            new_story(of, 7)
            line.crawl("paper0")
        (mail,) = [mail for mail in of.mails() if mail["To"] == READER]
        digest = str(mail["Message-ID"])[1:].partition("@")[0]
        key = (tmp_path / "answer.key").read_bytes()
        assert "This is noted" in said("--config", of.config, "answer", token.make(key, "not_relevant", digest, 3)).stdout
        shown = said("--config", of.config, "recipient", "list").stdout
        for word in (READER, OTHER, "rails", "not_relevant"):
            assert word in shown


# --- the key

def test_the_key_is_made_by_init_and_where_it_is_missing_for_its_owner_alone(tmp_path: Path) -> None:
    assert said("--config", tmp_path / "steppewire.toml", "init").returncode == 0
    key = tmp_path / "var" / "answer.key"
    assert len(key.read_bytes()) == 32 and key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    assert said("--config", tmp_path / "steppewire.toml", "db", "upgrade").returncode == 0
    assert len(key.read_bytes()) == 32 and key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [None, b"", b"short"])
def test_with_no_key_or_an_empty_one_nothing_is_signed(tmp_path: Path, content: bytes | None) -> None:
    config = tmp_path / "steppewire.toml"
    said("--config", config, "init")
    said("--config", config, "db", "upgrade")
    key = tmp_path / "var" / "answer.key"
    key.unlink() if content is None else key.write_bytes(content)
    forged = token.make(content or b"", "end_watch", "0" * 32)
    ended = said("--config", config, "answer", forged)
    assert ended.returncode == 2 and str(key) in ended.stderr and "there is no key for answers" in ended.stderr


# --- a real daemon

def test_a_daemon_answers_the_links_of_its_mails_and_ends_in_time(tmp_path: Path) -> None:
    port = free_port()
    with paper(tmp_path) as of:
        with of.config.open("a", encoding="utf-8") as config:
            config.write(f'[web]\nlisten = "127.0.0.1:{port}"\n')
        text = of.config.read_text(encoding="utf-8")
        of.config.write_text(f'public_url = "http://127.0.0.1:{port}"\n{text}', encoding="utf-8")
        assert {check["what"]: check for check in told("--config", of.config, "check")["checks"]}["web"]["ok"]
        with Line(of) as line:
            line.crawl()
            new_story(of, 7)
            line.crawl("paper0")
        (mail,) = [mail for mail in of.mails() if mail["To"] == READER]
        link = str(mail["List-Unsubscribe"]).partition(", <")[2].rstrip(">")
        body = mail.get_body(("plain",))
        assert body is not None
        (article,) = re.findall(r"^The whole article: (http\S+)", body.get_content(), re.M)
        with daemon(of) as running, socket.socket() as idle:
            wait("its start", lambda: any("watching" in each for each in running.lines()))
            assert {check["what"]: check for check in told("--config", of.config, "check")["checks"]}["web"]["ok"]
            with urllib.request.urlopen(link, timeout=20) as page:
                assert b"End this watch?" in page.read()
            with urllib.request.urlopen(article, timeout=20) as page:
                assert b"Versions" in page.read()
            with urllib.request.urlopen(link, data=b"List-Unsubscribe=One-Click", timeout=20) as page:
                assert b"This watch is ended" in page.read()
            with pytest.raises(urllib.error.HTTPError, match="410") as gone:
                urllib.request.urlopen(link, data=b"", timeout=20)
            gone.value.close()
            idle.connect(("127.0.0.1", port))
            idle.sendall(b"POST /answer/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
            assert running.end(signal.SIGTERM) == 0
        with closing(sqlite3.connect(tmp_path / "store.db")) as store:
            assert store.execute("SELECT action, recipient, via FROM answer").fetchall() == [("end_watch", READER, "link")]


def test_a_port_that_is_taken_is_told_at_the_start_and_by_check(tmp_path: Path) -> None:
    with paper(tmp_path) as of, closing(socket.create_server(("127.0.0.1", 0))) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with of.config.open("a", encoding="utf-8") as config:
            config.write(f'[web]\nlisten = "{address}"\n')
        ended = steppewire("--config", of.config, "run")
        assert ended.returncode == 2 and "Traceback" not in ended.stderr
        for word in (str(of.config), "web.listen", address, "free port"):
            assert word in ended.stderr
        found = {check["what"]: check for check in told("--config", of.config, "check", code=2)["checks"]}["web"]
        assert not found["ok"] and "public_url" in found["note"]
        text = of.config.read_text(encoding="utf-8")
        of.config.write_text(f'public_url = "https://wire.example.org"\n{text}', encoding="utf-8")
        found = {check["what"]: check for check in told("--config", of.config, "check", code=2)["checks"]}["web"]
        assert not found["ok"] and "web.listen" in found["note"] and address in found["note"]
