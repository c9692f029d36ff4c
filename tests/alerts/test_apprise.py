import base64
import json
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from alerts import message
from alerts.channels.apprise import Apprise
from alerts.channels.errors import Later, Unreachable
from storage.outbox import DueAlert
from storage.passage import Part, Passage
from tests.alerts.filled import NAMES, SENDER
from tests.alerts.sink import Sink, sink

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
HOSTILE = Passage("A road @everyone <!channel> [here](http://evil.example) *b* &amp;", ("China",), (
    Part("text", None, "China @here pays <@U1> for it. " + "x " * 50, (), ((0, 5),)),))


def due(own: int, passage: Passage = HOSTILE) -> DueAlert:
    return DueAlert(own, "debts", "chat", "article_new", f"version:{own}", 7, "steppe", "https://steppe.example/a/7",
                    NOW - timedelta(minutes=own), passage.to_json())


def written(*alerts: DueAlert) -> bytes:
    return Apprise.write(alerts or [due(1)], NOW, sender=SENDER, public_url=None, names=NAMES).bytes


def url(to: Sink, more: str = "") -> str:
    return f"json://me:hush-hush@127.0.0.1:{to.port}/desk-51a7{more}"


# --- what is said

def test_a_message_is_a_mail_s_subject_and_plain_text() -> None:
    alerts = [due(1), due(2)]
    made = Apprise.write(alerts, NOW, sender=SENDER, public_url=None, names=NAMES)
    assert (made.watch, made.recipient, made.channel) == ("debts", "chat", "chat")
    addressed = [DueAlert(**{name: getattr(alert, name) for name in alert.__slots__} | {"recipient": "a@example.org"})
                 for alert in alerts]
    sent = message_from_bytes(message.write(addressed, NOW, sender=SENDER, public_url=None, names=NAMES).bytes, policy=default)
    body = sent.get_body(("plain",))
    assert body is not None
    said = made.bytes.decode().replace("\u2060", "")
    assert said.split() == f"{sent['Subject']}\n\n{body.get_content()}".split()
    assert made.message_id.endswith("@steppewire.example>") and made.subject == sent["Subject"]


def test_nobody_is_called_by_name() -> None:
    said = written().decode()
    assert "@everyone" not in said and "@here" not in said and "<!" not in said and "<@" not in said
    assert "@\u2060everyone" in said and "pays" in said


# --- how it goes there

def test_a_message_is_handed_over_in_one_piece() -> None:
    with sink() as chat:
        assert Apprise(url(chat)).send(SENDER, "chat", written()) == "JSON took it"
        ((path, headers, body),) = chat.posts
    document = json.loads(body)
    title, _, text = written().decode().partition("\n\n")
    assert path == "/desk-51a7" and document["title"] == title and document["message"].split() == text.split()
    assert not document.get("attachments")
    assert base64.b64decode(headers["Authorization"].split()[1]) == b"me:hush-hush"
    assert headers["User-Agent"] == "Steppewire"


def test_a_text_is_cut_to_what_the_service_takes() -> None:
    with sink() as chat:
        long = f"A title\n\n{'word ' * 20_000}".encode()
        Apprise(url(chat)).send(SENDER, "chat", long)
        (document,) = chat.documents()
    assert len(chat.posts) == 1
    assert 30_000 < len(document["message"]) <= 32_768 and document["message"].endswith("…")


@pytest.mark.parametrize("status", [400, 404, 410, 401, 500, 503])
def test_what_is_not_taken_waits_and_its_status_is_told(status: int) -> None:
    with sink() as chat:
        chat.does, chat.says = status, b"/desk-51a7"
        with pytest.raises(Later, match=f"JSON did not take it, error {status}") as caught:
            Apprise(url(chat)).send(SENDER, "chat", written())
        assert not isinstance(caught.value, Unreachable) and "51a7" not in str(caught.value)


def test_an_address_is_in_no_error_no_repr_and_no_output(capfd: pytest.CaptureFixture[str],
                                                         caplog: pytest.LogCaptureFixture) -> None:
    with sink() as chat:
        channel = Apprise(url(chat))
    with pytest.raises(Later) as caught:
        channel.send(SENDER, "chat", written())
    with pytest.raises(ValueError, match="makes nothing") as refused:
        Apprise("nothing://hush-hush/51a7")
    printed = capfd.readouterr()
    for said in (str(caught.value), str(refused.value), repr(channel), printed.out, printed.err, caplog.text):
        assert "hush" not in said and "51a7" not in said


def test_one_timer_ends_what_hangs() -> None:
    with sink() as chat:
        chat.does = "hang"
        channel = Apprise(url(chat, "?rto=60"))
        object.__setattr__(channel, "timeout", 1.5)
        with pytest.raises(Later, match=r"no answer within 1\.5 s"):
            channel.send(SENDER, "chat", written())
        assert len(chat.posts) == 1


def test_the_program_s_end_cuts_what_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.channels.apprise.GRACE_SECONDS", 0.3)
    stop = threading.Event()
    with sink() as chat:
        chat.does = "hang"
        channel = Apprise(url(chat, "?rto=60"))

        def end() -> None:
            while not chat.posts:
                time.sleep(0.02)
            stop.set()

        threading.Thread(target=end).start()
        with pytest.raises(Later, match="cut off at the program's end"):
            channel.send(SENDER, "chat", written(), stop)


def test_neither_our_environment_nor_files_of_its_own_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sink() as chat, sink() as other:
        for folder in (tmp_path, tmp_path / ".config" / "apprise"):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "apprise.yml").write_text(f"urls:\n  - {url(other)}\n", encoding="utf-8")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
        for name in ("APPRISE_URLS", "http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, url(other) if name == "APPRISE_URLS" else f"http://127.0.0.1:{other.port}")
        monkeypatch.setenv("APPRISE_CONFIG_PATH", str(tmp_path / "apprise.yml"))
        monkeypatch.chdir(tmp_path)
        Apprise(url(chat)).send(SENDER, "chat", written())
        assert (len(chat.posts), len(other.posts)) == (1, 0)
    assert sorted(file.name for file in tmp_path.rglob("*")) == [".config", "apprise", "apprise.yml", "apprise.yml"]


# --- what is set wrong

def test_where_it_is_not_installed_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.channels.apprise.find_spec", lambda _name: None)
    with pytest.raises(ValueError, match=r"pip install 'steppewire\[apprise\]'"):
        Apprise("json://127.0.0.1/")


@pytest.mark.parametrize("make", [lambda: Apprise(""), lambda: Apprise("discord://"), lambda: Apprise("https//x"),
                                  lambda: Apprise("json://127.0.0.1/", secret="mine")])
def test_an_address_that_is_none_and_a_secret_are_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=r"makes nothing|no secret"):
        make()


def test_it_says_which_service_it_is_without_asking_it() -> None:
    with sink() as chat:
        assert Apprise(url(chat)).greet(SENDER) == "Apprise knows the service: JSON; nothing was sent"
        assert chat.posts == []
