"""Links of mails as a person, a mail program, a scanner of mails and a stranger follow them."""
import base64
import hashlib
import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from sqlalchemy import select

from alerts import token
from storage import answers, recipients
from storage.models import Answer
from storage.outbox import NewMail, post
from tests.alerts.filled import READER
from tests.web.conftest import KEY, Room

A1, A2, A3 = ("0123456789abcdef" * 2, "123456789abcdef0" * 2, "23456789abcdef01" * 2)
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def said(room: Room) -> list[tuple[str, str, str | None, str]]:
    with room.filled.store.reading() as session:
        rows = session.scalars(select(Answer).order_by(Answer.id))
        return [(row.action, row.recipient, row.watch_id, row.via) for row in rows]


def silent(room: Room, article: int) -> set[tuple[str, str]]:
    with room.filled.store.reading() as session:
        return set(answers.silent(session, article, "steppe"))


def plain(text: str) -> str:
    """What a page says, its markup and style taken out."""
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", text, flags=re.S)).split())


def test_a_link_shows_what_it_does_and_does_nothing(room: Room) -> None:
    article = room.filled.article()
    room.mail(A1, article)
    for action, about, words in (
            ("end_watch", None, ("End this watch?", "“debts”", READER)),
            ("mute_story", article, ("Mute this story?", "A railway through the pass", "Steppe Courier", "“debts”", READER)),
            ("mute_outlet", article, ("Mute this outlet?", "Steppe Courier", "“debts”", READER)),
            ("not_relevant", article, ("Was this not relevant?", "A railway through the pass", READER))):
        for method in ("GET", "HEAD"):
            answer = room.ask(method, room.link(action, A1, about))
            assert answer.status == 200
            assert method == "HEAD" or all(word in plain(answer.text) for word in words)
            assert answer.text.count("<button") == (method == "GET")
    assert said(room) == []


def test_one_post_without_login_ends_that_watch_for_that_address_and_nothing_else(room: Room) -> None:
    article = room.filled.article()
    room.mail(A1, article)
    room.mail(A2, article, recipient="b@example.org")
    for values in ({}, {"recipient": "b@example.org"}, {"watch": "roads"}):
        room.filled.alert(article=article, **values)
    answer = room.ask("POST", room.link("end_watch", A1), ONE_CLICK, FORM)
    assert answer.status == 200 and "sends nothing more to reader@analysts.example" in plain(answer.text)
    assert "1 alert that waited is dropped." in plain(answer.text) and "<button" not in answer.text
    assert said(room) == [("end_watch", READER, "debts", "link")]
    assert silent(room, article) == {("debts", READER)}
    assert [alert.state for alert in room.filled.alerts()] == ["mailed", "mailed", "dropped", "pending", "pending"]


def test_a_link_works_once_and_another_mail_s_says_that_it_is_so_already(room: Room) -> None:
    article = room.filled.article()
    room.mail(A1, article)
    room.mail(A2, article)
    link = room.link("end_watch", A1)
    assert room.ask("POST", link).status == 200
    for method in ("POST", "GET"):
        used, other = room.ask(method, link), room.ask(method, room.link("end_watch", A2))
        assert used.status == other.status == 410
        assert "was used before" in plain(used.text) and "ended already" in plain(other.text)
        assert all("Nothing was done." in plain(each.text) and READER not in each.text and "<button" not in each.text
                   for each in (used, other))
    assert len(said(room)) == 1


@pytest.mark.parametrize("number", [2, 12])
def test_of_posts_at_the_same_time_one_acts(room: Room, number: int) -> None:
    article = room.filled.article()
    room.mail(A1, article)
    room.filled.alert(article=article)
    link, gate = room.link("end_watch", A1), threading.Barrier(number)

    def press(_number: int) -> int:
        gate.wait()
        return room.ask("POST", link, ONE_CLICK, FORM).status

    with ThreadPoolExecutor(number) as pool:
        assert sorted(pool.map(press, range(number))) == [200] + [410] * (number - 1)
    assert len(said(room)) == 1


TOKEN = token.make(KEY, "end_watch", A1)


@pytest.mark.parametrize("forged", [
    TOKEN[:-1], TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1"), TOKEN.replace("e.", "s.", 1), TOKEN + "x", f"{TOKEN}%00",
    f"%00{TOKEN}", f"../{TOKEN}", f"{TOKEN}/..", f"{TOKEN}/", f"..%2f{TOKEN}", f"{TOKEN}%2f", ".", "..", "...", "%2e%2e",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd", quote("ключ.ſ.é"), "%ff%fe", "%", "%zz", "", "a" * 7000, "e." * 3000, "%F0%9F" * 900,
    "<script>alert(1)</script>".replace("<", "%3C").replace(">", "%3E"),
    token.make(KEY, "end_watch", A2), token.make(KEY, "mute_story", A1, 99), token.make(b"o" * 32, "end_watch", A1)])
def test_a_forged_link_does_nothing_and_reveals_nothing(room: Room, forged: str) -> None:
    room.mail(A1, room.filled.article())
    for method in ("GET", "POST"):
        answer = room.ask(method, f"/answer/{forged}")
        assert answer.status == 404
        assert "Nothing was done." in plain(answer.text) and READER not in answer.text and "debts" not in answer.text
        assert "script>" not in answer.text and "passwd" not in answer.text
    assert said(room) == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_what_is_neither_a_look_nor_a_press_does_nothing(room: Room, method: str) -> None:
    room.mail(A1, room.filled.article())
    answer = room.ask(method, room.link("end_watch", A1))
    assert answer.status == 405 and set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert said(room) == []


@pytest.mark.parametrize("path", ["/", "/answer", "/answer/a/b", "/.env", "//answer//x", "/healthz"])
def test_there_is_nothing_else(room: Room, path: str) -> None:
    assert room.ask("GET", path).status == 404


class Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_every_page_is_closed_against_scripts_caches_and_other_sites(room: Room) -> None:
    article = room.filled.article()
    room.mail(A1, article, headline="<script>alert(1)</script> & \"'><img src=x onerror=1>")
    link = room.link("mute_story", A1, article)
    pages = [room.ask("GET", link), room.ask("POST", link), room.ask("POST", link), room.ask("GET", "/answer/x"),
             room.ask("GET", "/"), room.ask("PUT", link), room.ask("POST", link, b"x" * 9000)]
    assert [page.status for page in pages] == [200, 200, 410, 404, 404, 405, 413]
    for page in pages:
        (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.S)
        policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
        wanted = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy == {"default-src": "'none'", "style-src": f"'sha256-{wanted}'", "form-action": "'self'",
                          "base-uri": "'none'", "frame-ancestors": "'none'"}
        assert page.headers["referrer-policy"] == "no-referrer" and page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff" and "set-cookie" not in page.headers
        assert "server" not in page.headers and page.headers["content-type"] == "text/html; charset=utf-8"
        markup = Markup()
        markup.feed(page.text)
        assert {tag for tag, _ in markup.tags} <= {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "form",
                                                   "button", "footer"}
        assert not any(name.startswith("on") or name in ("href", "src", "action") for _, had in markup.tags for name in had)
    assert "<script>alert(1)</script> & \"'><img src=x onerror=1>" in plain(pages[0].text).replace("\u2068", "")


def test_a_headline_read_from_right_to_left_is_kept_apart(room: Room) -> None:
    article = room.filled.article()
    room.mail(A1, article, headline="خط\u202e آهن\r\nX-Header: y")
    text = plain(room.ask("GET", room.link("mute_story", A1, article)).text)
    assert "“\u2068خط آهن X-Header: y\u2069”" in text


def test_a_confirmation_is_said_once(room: Room) -> None:
    with room.filled.store.writing() as session:
        recipients.asked(session, READER, room.filled.now)
        post(session, NewMail(None, READER, f"<{A3}@x.example>", "Please confirm", b"", room.filled.now))
    link = room.link("confirm", A3)
    assert READER in room.ask("GET", link).text
    with room.filled.store.reading() as session:
        assert recipients.state(session, READER) == "unconfirmed"
    assert [room.ask("POST", link).status for _ in range(2)] == [200, 410]
    with room.filled.store.reading() as session:
        assert recipients.state(session, READER) == "confirmed"


def test_a_body_of_a_gigabyte_is_refused_before_it_is_read(room: Room) -> None:
    room.mail(A1, room.filled.article())
    link = room.link("end_watch", A1)
    with socket.create_connection(("127.0.0.1", room.port), timeout=20) as client:
        client.sendall(f"POST {link} HTTP/1.1\r\nHost: x\r\nContent-Length: {2**30}\r\n\r\n".encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 413 ")
    assert taken(room, f"POST {link} HTTP/1.1\r\nHost: x\r\nContent-Length: {2**30}\r\n\r\n".encode(), b"x" * 65536) < 2**25
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    assert taken(room, f"POST {link} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode(), chunk) < 2**25
    assert said(room) == []


def taken(room: Room, head: bytes, piece: bytes) -> int:
    """How many bytes were taken until the connection was cut."""
    with socket.create_connection(("127.0.0.1", room.port), timeout=20) as client:
        client.sendall(head)
        sent = 0
        try:
            while sent < 2**30:
                client.sendall(piece)
                sent += len(piece)
        except ConnectionError:
            pass
        return sent


def test_a_short_body_of_any_kind_is_as_good_as_none(room: Room) -> None:
    for number, body in enumerate((b"", ONE_CLICK, b"\0\xff" * 4000, b"a=b&" * 100)):
        digest = f"{number}" * 32
        room.mail(digest, room.filled.article(), watch=f"watch{number}")
        assert room.ask("POST", room.link("end_watch", digest), body).status == 200


def test_a_store_that_does_not_answer_says_so_and_nothing_is_done(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.mail(A1, room.filled.article())
    with room.filled.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE answer RENAME TO elsewhere")
    answer = room.ask("POST", room.link("end_watch", A1))
    assert answer.status == 503 and answer.headers["retry-after"] == "300" and READER not in answer.text
    with room.filled.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO answer")
    assert room.ask("POST", room.link("end_watch", A1)).status == 200
