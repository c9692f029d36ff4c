"""The daemon and its mailbox: what comes back and what is answered while it runs."""
import json
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command import document, steppewire
from daemon import daemon, status, wait
from newspaper import Newspaper, story

import settings
from alerts import token
from alerts.notice import notice
from storage import bounces
from storage.models import Notice
from storage.store import Store
from tests.alerts.filled import Filled
from tests.alerts.inbox.imap_server import ImapServer
from tests.alerts.inbox.post import Maildir, recorded, written
from verbs.checking import check
from verbs.inbox import Inbox
from verbs.needs import needs

HOUR = timedelta(hours=1)
RECIPIENT = "a@example.org"


@pytest.fixture
def on_disk(tmp_path: Path) -> Maildir:
    return Maildir(tmp_path / "maildir")


@pytest.fixture
def imap_server() -> Iterator[ImapServer]:
    server = ImapServer()
    yield server
    server.stop()


def senders(paper: Newspaper) -> list[str]:
    """The addresses that mails were sent from, by the mail server's own log."""
    log = paper.folder / "mails" / "log.jsonl"
    return [json.loads(line)["sender"] for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def mails(paper: Newspaper) -> list[dict[str, Any]]:
    return list(document("--config", paper.config, "mail", "list")["mails"])


def comes_back(paper: Newspaper, arrives: Callable[[bytes], object]) -> None:
    """A daemon's mail comes back: its recipient hears nothing more, and the mail says why."""
    with daemon(paper) as running:
        wait("its first run", lambda: any("the run is done" in line for line in running.lines()))
        paper.stories["/news/9"] = story(9)
        wait("a mail", lambda: len(senders(paper)) == 1)
        sender, = senders(paper)
        assert sender.startswith("wire+b1.") and sender.endswith("@steppewire.example")
        arrives(recorded("postfix", envelope="wire+b1.0000000000000000@steppewire.example", recipient=RECIPIENT))
        arrives(recorded("postfix", envelope=sender, recipient=RECIPIENT))
        wait("the mail that came back", lambda: mails(paper)[-1]["bounced_at"] is not None)
        paper.stories["/news/10"] = story(10)
        wait("an alert that waits", lambda: status(paper)["alerts"]["pending"] == 1)
        assert running.end(signal.SIGTERM) == 0
        assert not any("failed" in line for line in running.lines()), running.lines()
    mail = mails(paper)[-1]
    assert mail["state"] == "sent" and mail["reason"].startswith(f"550 5.1.1 <{RECIPIENT}>")
    shown = steppewire("--config", paper.config, "mail", "show", mail["mail"])
    assert shown.stdout.startswith("Content-Type: ") and "it came back at 20" in shown.stderr and "550 5.1.1" in shown.stderr
    assert paper.told() == {"/news/9": 1}


@pytest.mark.parametrize("way", ["reply", pytest.param("button", marks=pytest.mark.long)])
def test_what_a_recipient_answers_by_mail_is_done_and_no_more_is_told(way: str, tmp_path: Path, on_disk: Maildir) -> None:
    """By the mail's own headers, as a mail program goes by them."""
    mailbox = f'[mailbox]\naddress = "wire@steppewire.example"\nmaildir = "{on_disk.folder}"\nevery = "200ms"\n'
    with Newspaper(tmp_path, settings=mailbox, recipients=(RECIPIENT, "b@example.org")) as paper:
        paper.outlet = 'every = "1s"\n'
        paper.write()
        with daemon(paper) as running:
            wait("its first run", lambda: any("the run is done" in line for line in running.lines()))
            paper.stories["/news/9"] = story(9)
            wait("both mails", lambda: len(paper.mails()) == 2)
            mail = next(each for each in paper.mails() if each["To"] == RECIPIENT)
            if way == "reply":
                body = mail.get_body(("plain",))
                assert body is not None
                quoted = "\n".join(f"> {line}" for line in body.get_content().splitlines())
                letter = written(mail["Reply-To"], f"Stop.\n\nOn Monday Steppewire wrote:\n{quoted}\n")
            else:
                to, _, token_of_it = mail["List-Unsubscribe"].strip("<>").removeprefix("mailto:").partition("?subject=")
                letter = written(to, subject=token_of_it)
            on_disk.arrives(written(mail["Reply-To"], "I am away.\n", Auto_Submitted="auto-replied"))
            on_disk.arrives(letter)
            wait("the letters", lambda: len(on_disk.seen()) == 2)
            paper.stories["/news/10"] = story(10)
            wait("the other's mail", lambda: len(paper.mails()) == 3)
            assert running.end(signal.SIGTERM) == 0
    assert paper.mails()[2]["To"] == "b@example.org"
    recipients = document("--config", paper.config, "recipient", "list")["recipients"]
    answers = {each["address"]: [(said["action"], said["via"]) for said in each["answers"]] for each in recipients}
    assert answers == {RECIPIENT: [("end_watch", "mail")], "b@example.org": []}


def test_a_mail_that_comes_back_silences_its_recipient_until_somebody_revives_it(tmp_path: Path, on_disk: Maildir) -> None:
    mailbox = f'[mailbox]\naddress = "wire@steppewire.example"\nmaildir = "{on_disk.folder}"\nevery = "200ms"\n'
    with Newspaper(tmp_path, settings=mailbox) as paper:
        paper.outlet = 'every = "1s"\n'
        paper.write()
        comes_back(paper, on_disk.arrives)
        assert on_disk.new() == [] and len(on_disk.seen()) == 2
        need, = (each for each in status(paper)["needs"] if each["need"].startswith("recipient"))
        assert RECIPIENT in need["said"] and "550 5.1.1" in need["said"]
        assert steppewire("--config", paper.config, "recipient", "revive", RECIPIENT).returncode == 0
        with daemon(paper) as running:
            wait("what waited", lambda: paper.told()["/news/10"] == 1)
            assert running.end(signal.SIGTERM) == 0
        assert paper.told() == {"/news/9": 1, "/news/10": 1}


@pytest.mark.long
def test_a_mail_that_comes_back_by_imap_silences_its_recipient(tmp_path: Path, imap_server: ImapServer) -> None:
    mailbox = (f'[mailbox]\naddress = "wire@steppewire.example"\nimap_host = "127.0.0.1"\nimap_port = {imap_server.port}\n'
               'imap_security = "none"\nimap_username = "wire"\nimap_password = "secret"\nevery = "200ms"\n')
    with Newspaper(tmp_path, settings=mailbox) as paper:
        paper.outlet = 'every = "1s"\n'
        paper.write()

        def arrives(content: bytes) -> None:
            imap_server.messages[len(imap_server.messages) + 1] = content

        comes_back(paper, arrives)
    assert imap_server.seen == {1, 2}


def test_a_mailbox_that_hangs_holds_up_no_mail_and_not_the_end(tmp_path: Path, imap_server: ImapServer) -> None:
    imap_server.answers["SELECT"] = "hang"
    mailbox = (f'[mailbox]\naddress = "wire@steppewire.example"\nimap_host = "127.0.0.1"\nimap_port = {imap_server.port}\n'
               'imap_security = "none"\nimap_username = "wire"\nevery = "200ms"\n')
    with Newspaper(tmp_path, settings=mailbox) as paper:
        paper.outlet = 'every = "1s"\n'
        paper.write()
        with daemon(paper) as running:
            wait("its first run", lambda: any("the run is done" in line for line in running.lines()))
            wait("the mailbox that hangs", lambda: any("SELECT" in line for line in imap_server.said))
            paper.stories["/news/9"] = story(9)
            wait("a mail", lambda: len(senders(paper)) == 1)
            assert running.end(signal.SIGTERM) == 0


# --- what a person is told

@pytest.fixture
def read(tmp_path: Path) -> Callable[..., settings.Settings]:
    """The settings with these in the table of the mailbox."""
    def load(**values: str | int) -> settings.Settings:
        lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
        (tmp_path / "steppewire.toml").write_text(f'data = "."\n[mailbox]\n{lines}', encoding="utf-8")
        (tmp_path / "answer.key").write_bytes(b"k" * 32)
        return settings.load(tmp_path / "steppewire.toml")

    return load


def looked(own: Inbox, filled: Filled, later: timedelta = timedelta(0)) -> list[str]:
    """Reads the mailbox; what of it needs a person then."""
    own.read(filled.now + later, threading.Event(), lambda _: None)
    return [each.said for each in own.needs()]


def test_a_mailbox_that_cannot_be_read_is_told_once_and_when_it_can_be_again(
        store: Store, filled_here: Filled, read: Callable[..., settings.Settings], tmp_path: Path) -> None:
    ours = read(address="wire@steppewire.example", maildir=str(tmp_path / "later"))
    own, filled = Inbox(ours, store), filled_here

    def told(later: timedelta) -> int:
        """How many mails the operator had by then."""
        looked(own, filled, later)
        notice(store, needs(ours, store, filled.now + later, own.needs()), filled.now + later,
               sender="Steppewire <wire@steppewire.example>", recipient="operator@example.org", well_after=ours.operator.after)
        return len(filled.mails())

    assert told(timedelta(0)) == 0 and told(HOUR / 2) == 0
    assert "No such file" in looked(own, filled)[0]
    assert [told(HOUR * hours) for hours in (1, 2, 3)] == [1, 1, 1]
    assert "The mailbox cannot be read" in filled.mails()[0].bytes.decode()
    Maildir(tmp_path / "later")
    assert looked(own, filled, 3 * HOUR) == [] and told(4 * HOUR) == 1 and told(5 * HOUR) == 2


def test_status_knows_of_the_mailbox_what_the_daemon_that_runs_last_said(
        store: Store, filled_here: Filled, read: Callable[..., settings.Settings], tmp_path: Path) -> None:
    ours = read(address="wire@steppewire.example", maildir=str(tmp_path / "later"))
    with store.writing() as session:
        session.add(Notice(need="mailbox", said="The mailbox cannot be read.", began_at=filled_here.now,
                           seen_at=filled_here.now))
    assert [each.key for each in needs(ours, store, filled_here.now)] == []
    with store.lock():
        assert [each.key for each in needs(ours, store, filled_here.now)] == ["mailbox"]
        with store.writing() as session:
            session.query(Notice).update({"ended_at": filled_here.now})
        assert [each.key for each in needs(ours, store, filled_here.now)] == []


def test_an_address_whose_last_mail_came_back_though_it_is_alive_is_told(
        store: Store, filled_here: Filled, read: Callable[..., settings.Settings]) -> None:
    ours, filled = read(), filled_here
    filled.alert()
    first = filled.mail(watch="debts", state="sent")
    with store.writing() as session:
        bounces.bounced(session, first, "552 5.2.2 full", filled.now)
    need, = needs(ours, store, filled.now)
    assert need.key == "mail-bounced:reader@analysts.example" and "552 5.2.2 full" in need.said
    filled.mail(watch="debts", state="sent")
    assert needs(ours, store, filled.now) == ()


@pytest.fixture
def filled_here(store: Store, now: Any) -> Filled:
    return Filled(store, now)


def noted(ours: settings.Settings, *, smtp: bool = False) -> dict[str, tuple[bool, str]]:
    return {each["what"]: (each["ok"], each["note"]) for each in check(ours, "a file", smtp=smtp)["checks"]}


def test_check_looks_whether_the_mailbox_can_be_read(read: Callable[..., settings.Settings], on_disk: Maildir,
                                                     imap_server: ImapServer, tmp_path: Path) -> None:
    on_disk.arrives(written("wire@steppewire.example"))
    assert noted(read(maildir=str(on_disk.folder)))["mailbox"] == (True, f"{on_disk.folder}, unseen: 1")
    ok, note = noted(read(maildir=str(tmp_path / "nowhere")))["mailbox"]
    assert not ok and "No such file" in note
    imap: dict[str, str | int] = {"imap_host": "127.0.0.1", "imap_port": imap_server.port, "imap_security": "none",
                                  "imap_username": "wire"}
    assert "with --smtp" in noted(read(**imap))["mailbox"][1] and imap_server.talks == 0
    assert "lets us in, unseen: 0" in noted(read(**imap), smtp=True)["mailbox"][1]
    imap_server.answers["LOGIN"] = "TAG NO who are you?"
    assert noted(read(**imap), smtp=True)["mailbox"] == (False, "who are you?")
    assert "nobody reads wire@steppewire.example" in noted(read(address="wire@steppewire.example"))["mailbox"][1]
    assert "mailbox" not in noted(read())


@pytest.mark.parametrize(("values", "key", "says"), [
    ({"maildir": "a", "imap_host": "b", "imap_username": "c"}, "mailbox.maildir", "not both"),
    ({"imap_host": "b"}, "mailbox.imap_username", "missing")])
def test_a_mailbox_that_is_not_clear_is_refused(values: dict[str, str], key: str, says: str, store: Store,
                                                read: Callable[..., settings.Settings]) -> None:
    with pytest.raises(settings.SettingsError, match=says) as caught:
        Inbox(read(**values), store)
    assert caught.value.key == key
    ok, note = noted(read(**values))["mailbox"]
    assert not ok and says in note


def test_an_address_that_has_no_room_for_what_is_added_to_it_is_refused(read: Callable[..., settings.Settings]) -> None:
    assert read(address="thirteen-char@example.org").mailbox.address == "thirteen-char@example.org"
    with pytest.raises(settings.SettingsError, match="at most 13 characters"):
        read(address="fourteen-chars@example.org")


def test_the_longest_address_that_is_taken_has_room_for_what_is_added() -> None:
    for made in (token.reply_to(b"k" * 32, "thirteen-char@example.org", "0" * 32),
                 token.envelope(b"k" * 32, "thirteen-char@example.org", 10**17)):
        assert len(made.partition("@")[0]) <= 64
