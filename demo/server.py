"""A little web server on 127.0.0.1: real connections, true validators, and a count of the requests in flight.

What it answers is a function of the caller's: `Server(answer)` with `answer(Request) -> Answer`, called in a thread of each
connection's own. The server adds what HTTP asks for: a strong ETag from the body, Last-Modified, 304 to If-None-Match and
If-Modified-Since, gzip where it is accepted, HEAD, connections that stay open. It answers to every Host header.
"""
import gzip
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from socket import socket as Socket
from socketserver import TCPServer
from sys import exception
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

STOP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: path and query as they were on the wire, headers to be looked up in any case."""

    method: str
    path: str
    query: str
    headers: Message


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: body before any Content-Encoding, changed becomes Last-Modified. An answer of status 200 gets
    validators, unless they are switched off."""

    body: bytes = b""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    changed: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    validators: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """One request that was answered: path with its query, bytes of the body as sent, in_flight with this one counted."""

    at: datetime
    method: str
    path: str
    status: int
    bytes: int
    conditional: bool
    in_flight: int
    host: str | None


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Server:
    """A server while its `with` block runs, at `url`.

    delay is the seconds that each answer takes, clock the time of the Date header. hits are the requests answered, oldest
    first; max_in_flight is the most that were under way together. A request is in flight until its answer is about to be
    sent: counted longer, a client that asks again the moment it has an answer would be counted twice.
    """

    def __init__(self, answer: Callable[[Request], Answer], *, delay: float = 0.0,
                 clock: Callable[[], datetime] = _utc_now) -> None:
        self.answer, self.delay, self.clock = answer, delay, clock
        self.hits: list[Hit] = []
        self.in_flight = self.max_in_flight = 0
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._listener: _Listener | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it answers at, while it runs."""
        if self._listener is None:
            raise RuntimeError("the server does not run")
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        """http://127.0.0.1:PORT, while it runs."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._ending.clear()
        self._listener = _Listener(self)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._listener is None or self._thread is None:
            return
        self._ending.set()
        self._listener.end()
        self._thread.join()
        self._listener = self._thread = None

    def heard(self, hit: Hit) -> None:
        """Keeps a hit, before its answer is sent; never called twice at a time."""
        self.hits.append(hit)

    def respond(self, request: Request) -> Answer:
        """The whole answer to a request, counted and kept; its body is what goes on the wire."""
        with self._lock:
            self.in_flight += 1
            in_flight = self.in_flight
            self.max_in_flight = max(self.max_in_flight, in_flight)
        try:
            self._ending.wait(self.delay)
            answer = _finished(request, self.answer(request))
        finally:
            with self._lock:
                self.in_flight -= 1
        conditional = "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
        target = f"{request.path}?{request.query}" if request.query else request.path
        sent = 0 if request.method == "HEAD" else len(answer.body)
        with self._lock:
            self.heard(Hit(_utc_now(), request.method, target, answer.status, sent, conditional, in_flight,
                           request.headers.get("Host")))
        return answer


# --- what HTTP adds to an answer

def _finished(request: Request, answer: Answer) -> Answer:
    headers = [*answer.headers, ("Vary", "Accept-Encoding")]
    body, mark = answer.body, ""
    if body and _takes_gzip(request) and ("text/" in answer.type or "xml" in answer.type or "json" in answer.type):
        body, mark = gzip.compress(body, mtime=0), "-gzip"
        headers.append(("Content-Encoding", "gzip"))
    if answer.status != 200 or not answer.validators:
        return replace(answer, body=body, headers=tuple(headers))
    etag = f'"{sha256(answer.body).hexdigest()[:20]}{mark}"'
    headers += [("ETag", etag), ("Cache-Control", "no-cache")]
    if answer.changed:
        headers.append(("Last-Modified", format_datetime(answer.changed.astimezone(timezone.utc), usegmt=True)))
    if _unchanged(request, etag, answer.changed):
        return Answer(status=304, headers=tuple(header for header in headers if header[0] != "Content-Encoding"))
    return replace(answer, body=body, headers=tuple(headers))


def _takes_gzip(request: Request) -> bool:
    offers = [offer.replace(" ", "") for offer in request.headers.get("Accept-Encoding", "").split(",")]
    return any(offer.split(";")[0] == "gzip" and not offer.endswith((";q=0", ";q=0.0")) for offer in offers)


def _unchanged(request: Request, etag: str, changed: datetime | None) -> bool:
    """Whether the client has it already; If-None-Match decides alone where it is sent (RFC 9110, 13.2.2)."""
    if (tags := request.headers.get("If-None-Match")) is not None:
        known = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return "*" in known or etag in known
    if (since := request.headers.get("If-Modified-Since")) is None or changed is None:
        return False
    with suppress(ValueError):  # a date that is none is as good as no date (RFC 9110, 13.1.3)
        had = parsedate_to_datetime(since)
        return changed.replace(microsecond=0) <= (had if had.tzinfo else had.replace(tzinfo=timezone.utc))
    return False


# --- connections

class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave in one piece: in two, each answer waited 40 ms for an acknowledgement
    server: "_Listener"

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        answer = self.server.owner.respond(Request(self.command, target.path or "/", target.query, self.headers))
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_GET

    def date_time_string(self, timestamp: float | None = None) -> str:
        if timestamp is not None:
            return super().date_time_string(timestamp)
        return format_datetime(self.server.owner.clock().astimezone(timezone.utc), usegmt=True)

    def version_string(self) -> str:
        return "steppe"

    def log_message(self, *_: Any) -> None:
        """Says nothing on stderr: the hits are the log."""


class _Listener(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, owner: Server) -> None:
        self.owner = owner
        self._open: set[Socket] = set()
        self._change = threading.Condition()
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        # HTTPServer's own asks the resolver for this machine's name, which can take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._change:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._change:
            self._open.discard(request)
            self._change.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(exception(), ConnectionError):  # a client that went away is no error of ours
            super().handle_error(request, client_address)

    def end(self) -> None:
        """Stops to accept, ends the connections that clients keep open, and waits until their threads are done with them."""
        self.shutdown()
        with self._change:
            for connection in self._open:
                with suppress(OSError):  # its client has closed it meanwhile
                    connection.shutdown(SHUT_RDWR)
            self._change.wait_for(lambda: not self._open, STOP_SECONDS)
        self.server_close()
