"""The port of the web application, as clients that are slow, many or broken meet it."""
import logging
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from web import listen
from web.bounded import Bounded
from web.listen import MOST_CONNECTIONS, Listener


async def hello(_request: Request) -> Response:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", hello)], middleware=[Middleware(Bounded)])


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener("127.0.0.1:0", APP)
    yield listener
    listener.close()


def ask(listener: Listener, host: str = "127.0.0.1") -> str:
    with urllib.request.urlopen(f"http://{host}:{listener.port}/", timeout=20) as answer:
        text: str = answer.read().decode()
        return text


def test_a_port_that_is_taken_is_an_error_at_once(listener: Listener) -> None:
    with pytest.raises(OSError, match="in use"):
        Listener(f"127.0.0.1:{listener.port}", APP)
    with pytest.raises(OSError, match="no port 65536"):
        Listener("127.0.0.1:65536", APP)
    assert ask(listener) == "hello"


def test_it_answers_at_the_other_protocol_s_addresses_too() -> None:
    listener = Listener("[::1]:0", APP)
    assert ask(listener, "[::1]") == "hello"
    listener.close()


def test_what_is_closed_answers_no_more_and_its_port_is_free() -> None:
    listener = Listener("127.0.0.1:0", APP)
    assert ask(listener) == "hello"
    with socket.create_connection(("127.0.0.1", listener.port)) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        listener.close()
    with pytest.raises(OSError):
        ask(listener)
    again = Listener(f"127.0.0.1:{listener.port}", APP)
    assert ask(again) == "hello"
    again.close()


@pytest.mark.parametrize("beginning", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab"])
def test_a_client_that_says_nothing_more_is_sent_away(listener: Listener, monkeypatch: pytest.MonkeyPatch,
                                                      beginning: bytes) -> None:
    monkeypatch.setattr(listen, "MOST_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as client:
        client.sendall(beginning)
        with suppress(ConnectionResetError):
            assert client.recv(1000) == b""
    assert ask(listener) == "hello"


def test_of_too_many_at_a_time_the_last_is_sent_away_and_the_others_are_answered(
        listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "MOST_SECONDS", 600.0)
    with ExitStack() as clients:
        there = [clients.enter_context(socket.create_connection(("127.0.0.1", listener.port), timeout=20))
                 for _ in range(MOST_CONNECTIONS)]
        for client in (there[0], there[-1]):  # all of them are there once the last was answered
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
        with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as one_more, suppress(ConnectionResetError):
            assert one_more.recv(1000) == b""
    assert ask(listener) == "hello"


@pytest.mark.parametrize("said", [b"\0\xff\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 3000, b"GET /" + b"a" * 20_000])
def test_what_is_no_request_or_an_endless_one_is_refused(listener: Listener, said: bytes) -> None:
    with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as client:
        client.sendall(said)
        assert client.recv(1000).startswith(b"HTTP/1.1 400")
    assert ask(listener) == "hello"


def test_who_listens_for_all_is_told_that_there_is_no_tls(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "steppewire.web")
    listener = Listener("0.0.0.0:0", APP)
    assert "0.0.0.0:0 without TLS" in caplog.text and ask(listener) == "hello"
    listener.close()
