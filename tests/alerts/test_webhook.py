import hashlib
import hmac
import json
import re
import ssl
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from command import ROOT
from jsonschema import Draft202012Validator

from alerts.channels.errors import ChannelError, Later, Paused, Refused, RefusedMessage, Unreachable
from alerts.channels.webhook import Webhook
from alerts.compose import compose
from alerts.public import PublicUrl
from storage import outbox
from storage.outbox import DueAlert
from storage.passage import Part, Passage
from tests.alerts.filled import NAMES, SENDER, Filled
from tests.alerts.sink import SECRET, Sink, sink
from tests.alerts.written import PUBLIC_URL
from tests.crawler.tls import certificate

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "webhook.json").read_text(encoding="utf-8"))
EDIT = Passage("Дорога <b>=?x?=", ("China",), (
    Part("title", "Дорога", "Дорога <b>=?x?="), Part("text", "China pays for it.", "China lends it.", ((0, 5),), ((0, 5),))))
SAID = Passage("A road", ("China",), (Part("comment", None, "China again! \u202e", (), ((0, 5),)),), "Aigul B.")


def due(own: int, passage: Passage, event: str, *, article: int = 7, quote: bool = True) -> DueAlert:
    return DueAlert(own, "debts", "desk", event, f"version:{own}", article, "steppe", f"https://steppe.example/a/{article}",
                    NOW - timedelta(minutes=own), passage.to_json(), quote_comments=quote, version=4, before=3)


def written(*alerts: DueAlert, public_url: PublicUrl | None = None) -> Any:
    mail = Webhook.write(alerts, NOW, sender=SENDER, public_url=public_url, names=NAMES)
    document = json.loads(mail.bytes)
    assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []
    assert (mail.watch, mail.recipient, mail.channel, mail.message_id) == ("debts", "desk", "desk", document["id"])
    return document


MESSAGE = Webhook.write([due(1, EDIT, "article_edited")], NOW, sender=SENDER, public_url=None, names=NAMES).bytes


# --- what is said

def test_a_document_tells_all_that_a_mail_tells() -> None:
    found = written(due(1, EDIT, "article_edited"), due(2, SAID, "comment_posted"), due(3, EDIT, "article_new", article=8),
                    public_url=PUBLIC_URL)
    assert (found["schema"], found["watch"], found["made_at"]) == (1, "debts", "2026-03-02T06:00:00Z")
    first, second = found["entries"]
    assert (first["article"], first["outlet"], first["outlet_name"], first["url"]) == (
        "7", "steppe", "Steppe Courier", "https://steppe.example/a/7")
    assert first["headline"] == "A road" and second["article"] == "8"
    edited, said = first["events"]
    assert edited == {
        "event": "article_edited", "seen_at": "2026-03-02T05:59:00Z", "words": ["China"], "author": None, "quoted": True,
        "parts": [{"field": "title", "old": "Дорога", "new": "Дорога <b>=?x?=", "old_spans": [], "new_spans": []},
                  {"field": "text", "old": "China pays for it.", "new": "China lends it.", "old_spans": [[0, 5]],
                   "new_spans": [[0, 5]]}]}
    assert said["author"] == "Aigul B." and said["parts"][0]["new"] == "China again! \u202e"
    assert first["links"] == [
        {"label": "The whole article", "url": PUBLIC_URL.article(7), "command": None},
        {"label": "All changes", "url": PUBLIC_URL.diff(7, 3, 4), "command": None},
        {"label": "The thread", "url": PUBLIC_URL.thread(7), "command": None}]


def test_without_an_address_of_its_own_it_names_the_command_that_shows_more() -> None:
    assert written(due(1, EDIT, "article_new"))["entries"][0]["links"] == [
        {"label": "The whole article", "url": None, "command": "steppewire article show 7"}]


def test_a_comment_is_quoted_only_where_the_watch_says_so() -> None:
    document = written(due(1, SAID, "comment_posted", quote=False), due(2, EDIT, "article_edited", quote=False))
    said, edited = document["entries"][0]["events"]
    assert (said["author"], said["parts"], said["quoted"], said["words"]) == (None, [], False, ["China"])
    assert len(edited["parts"]) == 2 and edited["quoted"]
    assert "again" not in json.dumps(document) and "Aigul" not in json.dumps(document)


def test_the_same_alerts_are_the_same_document_under_the_same_id() -> None:
    alerts = [due(1, EDIT, "article_edited"), due(2, SAID, "comment_posted")]
    assert written(*alerts)["id"] == written(*reversed(alerts))["id"] != written(alerts[0])["id"]


def test_a_text_that_no_encoding_has_makes_a_document_all_the_same() -> None:
    passage = Passage("A \ud800 road\r\nX: y", ("China",), (Part("text", None, "China \ud800\x00 pays", (), ((0, 5),)),))
    (entry,) = written(due(1, passage, "article_new"))["entries"]
    assert entry["headline"] == "A \ufffd road X: y" and entry["events"][0]["parts"][0]["new"] == "China ?\x00 pays"


# --- how it goes there

def test_a_document_is_posted_once_signed_and_with_its_key() -> None:
    with sink() as desk:
        assert desk.channel(clock=lambda: 1772431200.9, agent="Steppewire/1 (+mailto:x@example.org)").send(
            SENDER, "desk", MESSAGE) == "200 OK"
        ((path, headers, body),) = desk.posts
    assert (path, body) == ("/hooks/desk-51a7", MESSAGE)
    assert headers["Content-Type"] == "application/json" and headers["User-Agent"].startswith("Steppewire/1")
    assert headers["Idempotency-Key"] == json.loads(MESSAGE)["id"]
    made = hmac.new(SECRET.encode(), b"1772431200." + MESSAGE, hashlib.sha256).hexdigest()
    assert headers["Steppewire-Signature"] == f"t=1772431200,v1={made}"


def test_the_documented_way_to_verify_a_signature_works_and_refuses_what_was_altered() -> None:
    code, = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "operate.md").read_text(encoding="utf-8"), re.S)
    assert len(code.strip().splitlines()) <= 7
    names: dict[str, Any] = {}
    exec(code, names)
    verified: Callable[..., bool] = names["verified"]
    with sink() as desk:
        desk.channel().send(SENDER, "desk", MESSAGE)
        ((_, headers, body),) = desk.posts
    signature = headers["Steppewire-Signature"]
    assert verified(SECRET, signature, body)
    assert not verified(SECRET, signature, body + b" ")
    assert not verified("another secret", signature, body)
    at = int(signature[2:signature.index(",")])
    assert not verified(SECRET, signature.replace(str(at), str(at + 1)), body)
    old = at - 301
    aged = hmac.new(SECRET.encode(), f"{old}.".encode() + body, hashlib.sha256).hexdigest()
    assert not verified(SECRET, f"t={old},v1={aged}", body)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_will_do(status: int) -> None:
    with sink() as desk:
        desk.does = status
        assert desk.channel().send(SENDER, "desk", MESSAGE).startswith(str(status))


@pytest.mark.parametrize(("status", "kind"), [
    (400, RefusedMessage), (404, RefusedMessage), (410, RefusedMessage), (413, RefusedMessage), (422, RefusedMessage),
    (499, RefusedMessage), (401, Paused), (403, Paused), (301, Paused), (307, Paused), (308, Paused),
    (408, Later), (425, Later), (429, Later), (500, Later), (502, Later), (503, Later), (504, Later), (599, Later)])
def test_each_status_says_what_becomes_of_the_mail(status: int, kind: type[ChannelError]) -> None:
    with sink() as desk:
        desk.does, desk.headers, desk.says = status, {"Location": "/elsewhere"}, b"why\r\nit is so"
        with pytest.raises(kind, match=str(status)) as caught:
            desk.channel().send(SENDER, "desk", MESSAGE)
        assert type(caught.value) is kind and "why it is so" in str(caught.value)
        assert [path for path, _, _ in desk.posts] == ["/hooks/desk-51a7"]  # a redirect is not followed


@pytest.mark.parametrize(("said", "after"), [
    ("120", timedelta(seconds=120)), (format_datetime(NOW + timedelta(minutes=5), usegmt=True), timedelta(minutes=5)),
    (format_datetime(NOW - timedelta(minutes=5), usegmt=True), timedelta(0)), ("soon", None), ("-5", None), ("", None),
    ("9" * 30, None), ("Mon, 99 Foo 2026 00:00:00 GMT", None)])
def test_the_other_side_says_how_long_it_wants_to_be_left_alone(said: str, after: timedelta | None) -> None:
    with sink() as desk:
        desk.does, desk.headers = 503, {"Retry-After": said}
        with pytest.raises(Later) as caught:
            desk.channel(clock=NOW.timestamp).send(SENDER, "desk", MESSAGE)
        assert caught.value.after == after


def test_the_secret_part_of_an_address_is_in_no_error_and_no_repr() -> None:
    with sink() as desk:
        desk.does, desk.says = 404, b"Cannot POST /hooks/desk-51a7?key=hush-hush"
        channel = desk.channel(url=f"{desk.url}?key=hush-hush")
        with pytest.raises(Refused, match="Cannot POST") as caught:
            channel.send(SENDER, "desk", MESSAGE)
        for said in (str(caught.value), repr(channel)):
            assert "51a7" not in said and "hush" not in said and SECRET not in said


@pytest.mark.parametrize("does", ["hang", "drip"])
def test_one_timer_ends_a_conversation_whatever_it_hangs_in(does: str) -> None:
    with sink() as desk:
        desk.does = does
        with pytest.raises(Later, match=r"no answer within 0\.5 s"):
            desk.channel(timeout=0.5).send(SENDER, "desk", MESSAGE)
        assert desk.channel(timeout=0.5) and len(desk.posts) == 1


def test_the_program_s_end_cuts_a_hanging_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.channels.deadline.GRACE_SECONDS", 0.3)
    stop = threading.Event()
    with sink() as desk:
        desk.does = "hang"
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(Later, match="cut off at the program's end"):
            desk.channel().send(SENDER, "desk", MESSAGE, stop)


def test_a_server_that_hangs_up_leaves_the_outcome_unknown() -> None:
    with sink() as desk:
        desk.does = "cut"
        with pytest.raises(Later) as caught:
            desk.channel().send(SENDER, "desk", MESSAGE)
        assert not isinstance(caught.value, Unreachable) and len(desk.posts) == 1


def test_an_error_without_its_words_is_told_by_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stingy(Sink):
        def answer(self, handler: Any) -> None:
            handler.wfile.write(b"HTTP/1.1 500 Oh\r\nContent-Length: 1000\r\n\r\n")
            self.over.wait(60)

    monkeypatch.setattr("alerts.channels.webhook.WORDS_SECONDS", 0.2)
    desk = Stingy()
    try:
        with pytest.raises(Later, match="500 Oh"):
            desk.channel().send(SENDER, "desk", MESSAGE)
    finally:
        desk.end()


def test_where_nobody_answers_no_conversation_came_about() -> None:
    with sink() as desk:
        channel = desk.channel()
        assert channel.greet(SENDER).startswith("127.0.0.1 can be reached") and desk.posts == []
    for attempt in (lambda: channel.send(SENDER, "desk", MESSAGE), lambda: channel.greet(SENDER)):
        with pytest.raises(Unreachable, match="refused"):
            attempt()
    with pytest.raises(Unreachable):
        Webhook("https://nowhere.invalid/x", SECRET).greet(SENDER)


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with sink() as desk, sink() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        desk.channel().send(SENDER, "desk", MESSAGE)
        assert (len(desk.posts), len(proxy.posts)) == (1, 0)


def test_a_certificate_that_nobody_vouches_for_pauses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with sink(tls=context) as desk:
        url = f"https://localhost:{desk.port}/x"
        with pytest.raises(Paused, match="certificate"):
            desk.channel(url=url).send(SENDER, "desk", MESSAGE)
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        assert desk.channel(url=url).send(SENDER, "desk", MESSAGE) == "200 OK"
        with pytest.raises(Paused, match="certificate"):  # it is for another name
            desk.channel(url=f"https://127.0.0.1:{desk.port}/x").send(SENDER, "desk", MESSAGE)
        assert len(desk.posts) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://[::1]:1/x", "http://localhost/x", "https://example.org/x",
                                 "https://10.0.0.5:8443/x"])
def test_an_address_may_be_on_this_machine_or_guarded(url: str) -> None:
    assert Webhook(url, SECRET)


@pytest.mark.parametrize(("url", "secret", "why"), [
    ("http://example.org/x", SECRET, "https"), ("http://10.0.0.5/x", SECRET, "https"), ("ftp://example.org/x", SECRET, "https"),
    ("", SECRET, "address"), ("https:///x", SECRET, "address"), ("https://example.org:port/x", SECRET, "address"),
    ("https://example.org/a b", SECRET, "address"), ("https://example.org/\r\nX: y", SECRET, "address"),
    ("https://exämple.org/", SECRET, "address"), ("https://me:hush@example.org/", SECRET, "user"),
    ("https://example.org/x", "", "secret"), ("http://127.0.0.1.example.org/", SECRET, "https")])
def test_a_wrong_address_or_secret_is_refused_and_not_quoted(url: str, secret: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        Webhook(url, secret)
    assert "hush" not in str(caught.value) and (not url or url not in str(caught.value))


def test_a_mail_composed_for_a_webhook_arrives_as_it_was_frozen(filled: Filled) -> None:
    from alerts.deliver import Delivered, deliver

    with sink() as desk:
        filled.alert(recipient="desk")
        compose(filled.store, filled.now, sender=SENDER, public_url=None, names=NAMES, channels={"desk": Webhook.write})
        assert deliver(filled.store, filled.now, desk.channel(), sender=SENDER, own="desk") == Delivered(1, 0, 0)
        assert [body for _, _, body in desk.posts] == [mail.bytes for mail in filled.mails()]
    with filled.store.reading() as session:
        assert [row.channel for row in outbox.list_mails(session)] == ["desk"]
