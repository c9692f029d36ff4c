import gzip
import socket
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from http.client import HTTPConnection, RemoteDisconnected
from threading import Barrier, Event
from typing import Any

import pytest

from demo.server import Answer, Request, Server

CHANGED = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
BODY = "Очередь на Хоргосе".encode() * 20
Ask = Callable[..., Any]


def page(_request: Request) -> Answer:
    return Answer(BODY, changed=CHANGED)


def test_a_page_is_not_sent_again_to_whom_has_its_etag(ask: Ask) -> None:
    with Server(page) as server:
        first = ask(server, "/")
        again = ask(server, "/", If_None_Match=f'"other", W/{first.headers["ETag"]}')
        other = ask(server, "/", If_None_Match='"other"')
    assert (first.status, first.body) == (200, BODY)
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (other.status, other.body) == (200, BODY)
    assert [hit.conditional for hit in server.hits] == [False, True, True]


def test_the_etag_is_the_body_s(ask: Ask) -> None:
    bodies = [b"one", b"two", b"one"]
    with Server(lambda _request: Answer(bodies.pop())) as server:
        first, second, third = (ask(server, "/").headers["ETag"] for _ in range(3))
    assert first == third != second


@pytest.mark.parametrize(("since", "status"), [
    ("Mon, 02 Mar 2026 06:00:00 GMT", 304), ("Mon, 02 Mar 2026 05:59:59 GMT", 200), ("yesterday", 200)])
def test_a_page_is_not_sent_again_unless_it_was_changed_since(ask: Ask, since: str, status: int) -> None:
    with Server(page) as server:
        assert ask(server, "/").headers["Last-Modified"] == "Mon, 02 Mar 2026 06:00:00 GMT"
        assert ask(server, "/", If_Modified_Since=since).status == status
        assert ask(server, "/", If_Modified_Since=since, If_None_Match='"other"').status == 200


def test_only_a_page_that_is_there_has_validators(ask: Ask) -> None:
    with Server(lambda _request: Answer(BODY, status=404, changed=CHANGED)) as server:
        lost = ask(server, "/", If_None_Match="*", If_Modified_Since="Mon, 02 Mar 2026 06:00:00 GMT")
    assert lost.status == 404
    assert "ETag" not in lost.headers
    assert "Last-Modified" not in lost.headers
    with Server(lambda _request: Answer(BODY, changed=CHANGED, validators=False)) as server:
        assert "ETag" not in ask(server, "/").headers


def test_gzip_is_sent_only_where_it_is_accepted_and_has_an_etag_of_its_own(ask: Ask) -> None:
    with Server(page) as server:
        plain, packed = ask(server, "/"), ask(server, "/", Accept_Encoding="br, gzip;q=0.8")
        refused = ask(server, "/", Accept_Encoding="gzip;q=0, br")
        again = ask(server, "/", Accept_Encoding="gzip", If_None_Match=packed.headers["ETag"])
        other = ask(server, "/", If_None_Match=packed.headers["ETag"])
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == BODY
    assert refused.body == plain.body == BODY
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert (again.status, other.status) == (304, 200)
    assert {answer.headers["Vary"] for answer in (plain, packed, again)} == {"Accept-Encoding"}
    assert [hit.bytes for hit in server.hits] == [len(BODY), len(packed.body), len(BODY), 0, len(BODY)]


def test_head_is_get_without_the_body(ask: Ask) -> None:
    with Server(page, clock=lambda: CHANGED) as server:
        head, got = ask(server, "/", "HEAD"), ask(server, "/")
    assert (head.status, head.body) == (200, b"")
    assert head.headers.items() == got.headers.items()
    assert (server.hits[0].method, server.hits[0].bytes) == ("HEAD", 0)


def test_a_connection_stays_open_for_further_requests() -> None:
    with Server(page) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.connect()
        port = connection.sock.getsockname()
        for _ in range(3):
            connection.request("GET", "/")
            assert connection.getresponse().read() == BODY
            assert connection.sock.getsockname() == port
        connection.close()


def test_any_host_is_answered_and_what_was_asked_is_kept(ask: Ask) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Answer:
        asked.append(request)
        return Answer(request.path.encode())

    with Server(answer) as server:
        assert ask(server, "/a%20b?page=2&x=", Host="steppe.example", X_Test="1").body == b"/a%20b"
    assert (asked[0].path, asked[0].query, asked[0].headers["x-test"]) == ("/a%20b", "page=2&x=", "1")
    assert (server.hits[0].host, server.hits[0].path) == ("steppe.example", "/a%20b?page=2&x=")


def test_requests_that_are_under_way_together_are_counted(ask: Ask) -> None:
    together = Barrier(4, timeout=30)

    def answer(_request: Request) -> Answer:
        together.wait()
        return Answer(BODY)

    with Server(answer) as server, ThreadPoolExecutor(4) as pool:
        assert [got.status for got in pool.map(lambda _: ask(server, "/"), range(8))] == [200] * 8
    assert server.max_in_flight == 4
    assert max(hit.in_flight for hit in server.hits) == 4
    assert server.in_flight == 0


def test_an_answer_that_has_arrived_is_no_longer_in_flight(ask: Ask) -> None:
    with Server(page) as server:
        for _ in range(100):
            ask(server, "/")
            assert server.in_flight == 0
            assert server.hits[-1].status == 200
    assert server.max_in_flight == 1


def test_each_answer_takes_the_delay_and_counts_while_it_does(ask: Ask) -> None:
    with Server(page, delay=0.3) as server, ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: ask(server, "/"), range(3)))
    assert server.max_in_flight > 1


def test_the_end_waits_neither_for_answers_under_way_nor_for_idle_connections(ask: Ask) -> None:
    reached = Event()

    class Slow(Server):
        def respond(self, request: Request) -> Answer:
            reached.set()
            return super().respond(request)

    with ThreadPoolExecutor(1) as pool:
        with Slow(page, delay=3600) as server, socket.create_connection(("127.0.0.1", server.port), 30) as idle:
            asked = pool.submit(ask, server, "/")
            assert reached.wait(30)
            server.__exit__(None, None, None)
            assert idle.recv(1) == b""
            assert server.in_flight == 0
        asked.exception(timeout=30)
    with pytest.raises(RuntimeError):
        _ = server.port


def test_an_answer_that_fails_breaks_the_connection_and_is_shown(ask: Ask, capfd: pytest.CaptureFixture[str]) -> None:
    def answer(request: Request) -> Answer:
        if request.path == "/bad":
            raise KeyError("no such page")
        return Answer(BODY)

    with Server(answer) as server:
        with pytest.raises(RemoteDisconnected):
            ask(server, "/bad")
        assert ask(server, "/").status == 200
    assert "no such page" in capfd.readouterr().err
    assert server.in_flight == 0


def test_a_client_that_breaks_off_is_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    with Server(page) as server:
        client = socket.create_connection(("127.0.0.1", server.port), 30)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing it sends a reset
        client.sendall(b"GET / HT")
        client.close()
        with socket.create_connection(("127.0.0.1", server.port), 30) as other:
            other.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert other.recv(15) == b"HTTP/1.1 200 OK"
    assert capfd.readouterr().err == ""


def test_the_date_is_the_clock_s(ask: Ask) -> None:
    with Server(page, clock=lambda: CHANGED) as server:
        assert ask(server, "/").headers.get_all("Date") == ["Mon, 02 Mar 2026 06:00:00 GMT"]
