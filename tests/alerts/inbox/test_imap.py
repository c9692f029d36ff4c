"""A mailbox asked by IMAP, over real sockets."""
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alerts.inbox.errors import Unreadable
from alerts.inbox.imap import Imap
from alerts.inbox.letter import MOST_BYTES
from tests.alerts.inbox.imap_server import ImapServer
from tests.crawler.tls import certificate


@pytest.fixture
def imap_server() -> Iterator[Callable[..., ImapServer]]:
    started: list[ImapServer] = []

    def start(**options: Any) -> ImapServer:
        started.append(ImapServer(**options))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
def guarded(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def box(server: ImapServer, **values: Any) -> Imap:
    return Imap(**{"host": "127.0.0.1", "port": server.port, "security": "none", "username": "wire",
                   "password": "pass \"word\\", "timeout": 20.0, **values})


def taken(imap: Imap, most: int = 100) -> list[bytes]:
    """The contents of the letters, each marked."""
    found = []
    with imap.open(most) as letters:
        for letter in letters:
            found.append(letter.content)
            letter.mark()
    return found


def test_what_is_unseen_comes_once_the_oldest_first(imap_server: Callable[..., ImapServer]) -> None:
    server = imap_server()
    server.messages = {9: b"nine", 10: b"ten", 7: b"seven"}
    server.seen = {9}
    assert taken(box(server)) == [b"seven", b"ten"]
    assert server.seen == {7, 9, 10}
    assert taken(box(server)) == []
    assert r'LOGIN wire "pass \"word\\"' in " ".join(server.said)


def test_what_is_not_marked_comes_again_and_looking_marks_nothing(imap_server: Callable[..., ImapServer]) -> None:
    server = imap_server()
    server.messages = {1: b"one", 2: b"two"}
    for _ in range(2):
        with box(server).open(100) as letters:
            assert next(letters).content == b"one"
    assert box(server).look() == f"127.0.0.1:{server.port} lets us in, unseen: 2"
    assert server.seen == set()


def test_no_more_than_so_many_come_in_one_conversation(imap_server: Callable[..., ImapServer]) -> None:
    server = imap_server()
    server.messages = dict.fromkeys(range(1, 6), b"x")
    assert len(taken(box(server), most=2)) == 2 and server.seen == {1, 2}


def test_of_a_long_message_only_the_beginning_is_asked_for(imap_server: Callable[..., ImapServer]) -> None:
    server = imap_server()
    server.messages = {1: b"x" * (MOST_BYTES + 1)}
    assert [len(each) for each in taken(box(server))] == [MOST_BYTES]


def test_a_message_that_is_gone_meanwhile_is_passed_over(imap_server: Callable[..., ImapServer]) -> None:
    server = imap_server()
    server.messages = {1: b"one", 2: b"two"}
    with box(server).open(100) as letters:
        del server.messages[1]
        assert [each.content for each in letters] == [b"two"]


def test_a_folder_with_spaces_and_quotes_is_asked_for_by_its_name(imap_server: Callable[..., ImapServer]) -> None:
    server = imap_server()
    box(server, folder='In "the" box').look()
    assert any(each.endswith(r'SELECT "In \"the\" box"') for each in server.said)


@pytest.mark.parametrize(("command", "answer", "says"), [
    ("LOGIN", "TAG NO [AUTHENTICATIONFAILED] who are you?", "[AUTHENTICATIONFAILED] who are you?"),
    ("LOGIN", "TAG NO [ALERT] \x1b[2J", "[ALERT] [2J"),
    ("SELECT", "TAG NO there is no such folder", "there is no such folder"),
    ("SEARCH", "TAG NO not now", "not now"), ("FETCH", "TAG BAD what?", "what?"), ("STORE", "TAG NO it is full", "it is full"),
    ("LOGIN", "cut", "EOF"), ("FETCH", "cut", "EOF"), ("STORE", "cut", "EOF"), ("GREETING", "* BYE too many", "BYE"),
    ("GREETING", "SSH-2.0-what", "SSH-2.0-what"), ("CAPABILITY", "* CAPABILITY POP3\r\nTAG OK done", "not IMAP4 compliant"),
    ("GREETING", "hang", "no answer within 0.5 s"), ("LOGIN", "hang", "no answer within 0.5 s"),
    ("FETCH", "hang", "no answer within 0.5 s"), ("STORE", "hang", "no answer within 0.5 s"),
    ("SEARCH", "* SEARCH one two\r\nTAG OK done", "no numbers of messages"),
    ("FETCH", "* 1 FETCH (BODY[]<0> {9000000000}\r\n", "9000000000 bytes at once")])
def test_each_failure_is_told_in_one_line(imap_server: Callable[..., ImapServer], command: str, answer: str, says: str) -> None:
    server = imap_server()
    server.messages[1] = b"one"
    server.answers[command] = answer
    with pytest.raises(Unreadable) as caught:
        taken(box(server, timeout=0.5 if answer == "hang" else 20.0))
    assert says in str(caught.value) and str(caught.value).isprintable() and "pass" not in str(caught.value)
    assert server.seen == set()


def test_a_mailbox_that_can_only_be_read_is_said_to_be_so(imap_server: Callable[..., ImapServer]) -> None:
    server = imap_server()
    server.messages[1] = b"one"
    server.readonly = True
    with pytest.raises(Unreadable, match="not writable"):
        taken(box(server))


def test_a_server_that_hangs_at_the_goodbye_has_given_all(imap_server: Callable[..., ImapServer],
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.inbox.imap.GOODBYE_SECONDS", 0.2)
    server = imap_server()
    server.messages[1] = b"one"
    server.answers["LOGOUT"] = "hang"
    assert taken(box(server, timeout=20.0)) == [b"one"] and server.seen == {1}


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        with pytest.raises(Unreadable, match="refused"):
            Imap("127.0.0.1", port, "none").look()


def test_the_programs_end_cuts_a_hanging_conversation(imap_server: Callable[..., ImapServer],
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.channels.deadline.GRACE_SECONDS", 0.2)
    server = imap_server()
    server.messages[1] = b"one"
    server.answers["FETCH"] = "hang"
    stop = threading.Event()
    imap = box(server, timeout=3600.0)
    with pytest.raises(Unreadable, match="cut off at the program's end"), imap.open(100, stop) as letters:
        stop_soon = threading.Timer(0.1, stop.set)
        stop_soon.start()
        next(letters)
    stop_soon.join()


def test_no_letter_is_begun_after_the_programs_end_was_called(imap_server: Callable[..., ImapServer]) -> None:
    server = imap_server()
    server.messages = {1: b"one", 2: b"two"}
    stop = threading.Event()
    with box(server).open(100, stop) as letters:
        next(letters)
        stop.set()
        assert list(letters) == []


# --- passwords and certificates

@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_guarded_server_is_read_where_somebody_vouches_for_it(security: str, imap_server: Callable[..., ImapServer],
                                                                guarded: ssl.SSLContext, pem: Path,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    server = imap_server(**{security: guarded})
    server.messages[1] = b"one"
    with pytest.raises(Unreadable, match="certificate"):
        taken(box(server, host="localhost", security=security))
    assert not any("LOGIN" in each for each in server.said)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    assert taken(box(server, host="localhost", security=security)) == [b"one"]
    with pytest.raises(Unreadable, match="certificate"):
        taken(box(server, security=security))  # it is no certificate of 127.0.0.1


@pytest.mark.parametrize("greeting", ["* OK ready", "* PREAUTH come in"])
def test_without_starttls_on_offer_nothing_is_said_in_clear(imap_server: Callable[..., ImapServer], greeting: str) -> None:
    server = imap_server()
    server.answers["GREETING"] = greeting
    with pytest.raises(Unreadable):
        box(server, security="starttls").look()
    assert not any("LOGIN" in each or "SELECT" in each for each in server.said)


def test_a_password_beyond_ascii_is_not_in_what_is_told(imap_server: Callable[..., ImapServer]) -> None:
    server = imap_server()
    server.answers["AUTHENTICATE"] = "TAG NO not so"
    with pytest.raises(Unreadable, match="not so"):
        box(server, password="пароль").look()
