import contextlib
import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alerts.channels import deadline
from alerts.channels.errors import Later, Paused, RefusedMessage, RefusedRecipient, Unreachable
from alerts.channels.smtp import Smtp
from tests.alerts.filled import READER, SENDER
from tests.alerts.mail_server import MailServer

MESSAGE = b"From: a@example.org\r\nSubject: x\r\n\r\n.a line with a dot\r\n..\r\nend\r\n"


def test_the_server_gets_the_very_bytes_and_its_answer_comes_back(mail_server: MailServer) -> None:
    assert mail_server.channel().send(SENDER, READER, MESSAGE) == "250 kept"
    assert mail_server.spool == [(READER, MESSAGE)]


@pytest.mark.parametrize(("stage", "answer", "error"), [
    ("MAIL", "451 busy", Later), ("MAIL", "421 closing", Later), ("MAIL", "550 not you", Paused),
    ("MAIL", "552 too large", RefusedMessage), ("MAIL", "530 log in first", Paused),
    ("RCPT", "450 greylisted", Later), ("RCPT", "421 closing", Later), ("RCPT", "550 no such user", RefusedRecipient),
    ("RCPT", "530 log in first", Paused),
    ("DATA", "451 busy", Later), ("DATA", "554 spam", RefusedMessage), ("DATA", "552 too large", RefusedMessage),
    ("DATA", "354 what?", Later), ("DATA", "cut", Later), ("MAIL", "cut", Later), ("RCPT", "cut", Later),
    ("MAIL", "hang", Later), ("RCPT", "hang", Later), ("DATA", "hang", Later)])
def test_each_failure_says_what_becomes_of_the_mail(mail_server: MailServer, stage: str, answer: str,
                                                    error: type[Exception]) -> None:
    mail_server.answers[stage] = answer
    with pytest.raises(error) as caught:
        mail_server.channel(timeout=0.5 if answer == "hang" else 30.0).send(SENDER, READER, MESSAGE)
    assert type(caught.value) is error
    if answer == "hang":
        assert str(caught.value) == "no answer within 0.5 s"
    elif answer != "cut":
        assert str(caught.value) == answer
    assert mail_server.spool == []


def test_a_server_that_hangs_at_the_goodbye_has_taken_the_mail(mail_server: MailServer) -> None:
    mail_server.answers["QUIT"] = "hang"
    assert mail_server.channel(timeout=3600.0).send(SENDER, READER, MESSAGE) == "250 kept"
    mail_server.answers["QUIT"] = "cut"
    assert mail_server.channel().send(SENDER, READER, MESSAGE) == "250 kept"
    assert len(mail_server.spool) == 2


def test_an_answer_of_a_server_is_one_printable_line(mail_server: MailServer) -> None:
    mail_server.answers["DATA"] = "451-one\r\n451 two \x00\x1b[2J" + "x" * 300
    with pytest.raises(Later) as caught:
        mail_server.channel().send(SENDER, READER, MESSAGE)
    assert str(caught.value).isprintable() and str(caught.value).startswith("451 one two")


@pytest.mark.parametrize("recipient", ["читатель@example.org", "a@example.org\r\nRCPT TO:<b@example.org>"])
def test_an_address_that_the_protocol_cannot_carry_is_refused(mail_server: MailServer, recipient: str) -> None:
    with pytest.raises(RefusedRecipient):
        mail_server.channel().send(SENDER, recipient, MESSAGE)
    assert "RCPT" not in mail_server.asked


# --- no conversation

def _nobody() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        Smtp("127.0.0.1", _nobody(), "none").send(SENDER, READER, MESSAGE)
    with pytest.raises(Unreachable):
        Smtp("mail.invalid", 25, "none").send(SENDER, READER, MESSAGE)
    with pytest.raises(Paused):  # for a person to mend
        Smtp("a..b", 25, "none").send(SENDER, READER, MESSAGE)


@contextmanager
def _raw(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that talks to its first client as it likes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                talk(connection)
        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join()


@pytest.mark.parametrize("greeting", [b"554 no service\r\n", b"421 later\r\n", b"220-" + b"x" * 9000 + b"\r\n",
                                      b"HTTP/1.1 400\r\n", b""])
def test_a_greeting_that_is_none_says_nothing_about_the_mail(greeting: bytes) -> None:
    with _raw(lambda connection: connection.sendall(greeting)) as port, pytest.raises(Unreachable):
        Smtp("127.0.0.1", port, "none").send(SENDER, READER, MESSAGE)


@pytest.mark.parametrize(("security", "answer"), [
    pytest.param("none", b"220-" + b"x" * 50, id="none"),
    pytest.param("tls", b"\x16\x03\x03\x40\x00\x02" + bytes(50), id="tls")])
def test_one_timer_ends_a_conversation_though_every_byte_comes_in_time(security: Literal["none", "tls"], answer: bytes) -> None:
    to_the_end: list[bool] = []

    def drip(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the client has gone
            for byte in answer:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)
            to_the_end.append(True)

    with _raw(drip) as port, pytest.raises(Unreachable, match=r"no answer within 0\.5 s"):
        Smtp("127.0.0.1", port, security, timeout=0.5).send(SENDER, READER, MESSAGE)
    assert to_the_end == []


def test_the_programs_end_cuts_a_hanging_conversation(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "GRACE_SECONDS", 0.3)
    stop = threading.Event()
    stop.set()
    mail_server.answers["DATA"] = "hang"
    with pytest.raises(Later, match="cut off at the program's end"):
        mail_server.channel().send(SENDER, READER, MESSAGE, stop)


# --- passwords and certificates

def _only(user: bytes, password: bytes) -> Callable[..., AuthResult]:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (user, password), handled=False)
    return check


def test_a_server_without_logins_pauses_a_channel_that_has_one(mail_server: MailServer) -> None:
    with pytest.raises(Paused):
        mail_server.channel(username="wire", password="secret").send(SENDER, READER, MESSAGE)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    start = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=1)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(start + dt.timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256()))
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return file


@pytest.fixture
def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def vouched(server_side: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of a certificate that we trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return server_side


def test_a_wrong_password_pauses_and_the_right_one_sends(vouched: ssl.SSLContext,
                                                         mail_server_with: Callable[..., MailServer]) -> None:
    server = mail_server_with(authenticator=_only(b"wire", b"secret"), auth_required=True, tls_context=vouched)
    for values in ({}, {"username": "wire", "password": "wrong"}, {"username": "wire", "password": "secreт"}):
        with pytest.raises(Paused) as caught:
            server.channel(security="starttls", **values).send(SENDER, READER, MESSAGE)
        assert "т" not in str(caught.value) and "0442" not in str(caught.value)
    channel = server.channel(security="starttls", username="wire", password="secret")
    assert channel.send(SENDER, READER, MESSAGE) == "250 kept"
    assert len(server.spool) == 1
    assert "secret" not in repr(channel)


def test_a_server_that_cannot_check_passwords_just_now_is_tried_again(vouched: ssl.SSLContext,
                                                                      mail_server_with: Callable[..., MailServer]) -> None:
    def busy(*_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False, message="454 4.7.0 Temporary authentication failure")

    server = mail_server_with(authenticator=busy, tls_context=vouched)
    with pytest.raises(Unreachable, match="454"):
        server.channel(security="starttls", username="wire", password="secret").send(SENDER, READER, MESSAGE)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_pauses(security: str, server_side: ssl.SSLContext, certificate: Path,
                                                      mail_server_with: Callable[..., MailServer],
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    server = mail_server_with(**{"ssl_context" if security == "tls" else "tls_context": server_side})
    with pytest.raises(Paused, match="certificate"):
        server.channel(security=security).send(SENDER, READER, MESSAGE)
    assert server.asked == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert server.channel(security=security).send(SENDER, READER, MESSAGE) == "250 kept"
    with pytest.raises(Paused, match="localhost"):
        server.channel(security=security, host="localhost").send(SENDER, READER, MESSAGE)
    assert server.spool == [(READER, MESSAGE)]


def test_without_starttls_on_offer_nothing_is_said_in_clear(mail_server: MailServer) -> None:
    with pytest.raises(Paused, match="STARTTLS"):
        mail_server.channel(security="starttls", username="wire", password="secret").send(SENDER, READER, MESSAGE)
    assert mail_server.asked == []


@pytest.mark.parametrize("stage", ["MAIL", "DATA"])
def test_one_timer_ends_a_guarded_conversation_too(stage: str, vouched: ssl.SSLContext,
                                                   mail_server_with: Callable[..., MailServer]) -> None:
    server = mail_server_with(tls_context=vouched)
    server.answers[stage] = "hang"
    with pytest.raises(Later, match=r"no answer within 1 s"):
        server.channel(security="starttls", timeout=1.0).send(SENDER, READER, MESSAGE)
