import json
import smtplib
import socket
from pathlib import Path

from demo.sink import MailSink

MAIL = (b"From: wire@steppe.example\r\nMessage-ID: <a1@steppe.example>\r\nSubject: =?utf-8?b?0JA=?=\r\n\r\n"
        b".a dot begins this line\r\n..two this\r\n  blanks stay  \r\n\xd0\x90\xff\r\n" + b"x" * 900 + b"\r\n")


def send(sink: MailSink, mail: bytes, *recipients: str) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=30) as smtp:
        smtp.sendmail("wire@steppe.example", recipients or ["analyst@example.org"], mail)


def test_a_mail_is_kept_byte_for_byte(tmp_path: Path) -> None:
    with MailSink(tmp_path / "mails") as sink:
        send(sink, MAIL)
    assert [file.name for file in sink.mails] == ["0001-a1@steppe.example.eml"]
    assert sink.mails[0].read_bytes() == MAIL


def test_the_envelope_is_kept_beside_the_mails(tmp_path: Path) -> None:
    with MailSink(tmp_path) as sink:
        send(sink, MAIL, "analyst@example.org", "desk@example.org")
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [(line["file"], line["sender"], line["recipients"]) for line in lines] == [
        ("0001-a1@steppe.example.eml", "wire@steppe.example", ["analyst@example.org", "desk@example.org"])]


def test_equal_mails_are_kept_apart_in_the_order_they_came_over_two_lives(tmp_path: Path) -> None:
    for _ in range(2):
        with MailSink(tmp_path) as sink:
            send(sink, MAIL)
            send(sink, MAIL.replace(b"a1@", b"a0@"))
    names = [file.name.partition("@")[0] for file in sink.mails]
    assert names == ["0001-a1", "0002-a0", "0003-a1", "0004-a0"]


def test_a_message_id_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    with MailSink(tmp_path / "mails") as sink:
        send(sink, MAIL.replace(b"<a1@steppe.example>", b"<../../../etc/x/\x00" + b"y" * 300 + b"@b>"))
        send(sink, MAIL.replace(b"Message-ID: <a1@steppe.example>\r\n", b""))
    assert len(sink.mails) == 2
    assert {path.parent for path in tmp_path.rglob("*.eml")} == {tmp_path / "mails"}
    assert "no-message-id" in sink.mails[1].name


def test_the_end_does_not_wait_for_a_client_that_stays_connected(tmp_path: Path) -> None:
    with MailSink(tmp_path) as sink, socket.create_connection(("127.0.0.1", sink.port), 30) as idle:
        assert idle.recv(100).startswith(b"220")
        sink.__exit__(None, None, None)
        assert idle.recv(100) == b""
        sink.__enter__()
