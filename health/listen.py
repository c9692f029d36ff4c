"""Where the daemon is asked from outside: GET /healthz and GET /metrics, in threads that nothing waits for."""
import ipaddress
import json
import logging
import socket
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from sys import exception
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from health.life import Health

logger = logging.getLogger("steppewire.health")

MOST_THREADS = 8
MOST_SECONDS = 5.0
MOST_BYTES = 8192
POLL_SECONDS = 0.1


class Listener(ThreadingHTTPServer):
    """Answers at an address such as "127.0.0.1:9464" or "[::1]:9464" until it is closed. OSError where it cannot listen there.

    A connection is ended after 5 seconds or 8 KiB of asking; of more than 8 at a time the last one is ended at once.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: str, health: Health, registry: CollectorRegistry) -> None:
        self.health, self.registry = health, registry
        self._turns = threading.Semaphore(MOST_THREADS)
        self._open: dict[Any, float] = {}
        host, _, port = address.rpartition(":")
        if int(port) > 0xFFFF:
            raise OSError(f"there is no port {port}")
        self.address_family, _, _, _, where = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        super().__init__((str(where[0]), int(port)), _Handler)
        if not ipaddress.ip_address(str(where[0])).is_loopback:
            logger.warning("/healthz and /metrics are open to all who reach %s", address)
        threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), name="health", daemon=True).start()

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self.server_address[1])

    def close(self) -> None:
        """Answers no more."""
        self.shutdown()
        self.server_close()

    def server_bind(self) -> None:
        # HTTPServer's own asks the resolver for this machine's name, which can take seconds.
        TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._turns.acquire(blocking=False):
            super().shutdown_request(request)
            return
        self._open[request] = time.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        if self._open.pop(request, None) is not None:
            self._turns.release()

    def service_actions(self) -> None:
        late = time.monotonic() - MOST_SECONDS
        for request, began in list(self._open.items()):
            if began < late:
                with suppress(OSError):  # it may have ended just now
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(exception(), OSError):  # a client that went away, or was sent away, is no error of ours
            logger.exception("a question could not be answered")


class _Head:
    """The lines of a request, up to a limit."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._left = stream, MOST_BYTES

    def readline(self, most: int = -1) -> bytes:
        line: bytes = self._stream.readline(self._left + 1)
        self._left -= len(line)
        if self._left < 0:
            raise ConnectionError("the request is too long")
        return line

    def close(self) -> None:
        self._stream.close()


class _Handler(BaseHTTPRequestHandler):
    server: Listener
    timeout = MOST_SECONDS
    wbufsize = -1  # head and body leave in one piece

    def setup(self) -> None:
        super().setup()
        self.rfile = _Head(self.rfile)  # type: ignore[assignment]  # no more of a stream is asked for

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/healthz":
            wrong = self.server.health.wrong()
            document = {"ok": wrong is None, "reason": wrong, "since": f"{self.server.health.since:%Y-%m-%dT%H:%M:%SZ}"}
            self._answer(HTTPStatus.OK if wrong is None else HTTPStatus.SERVICE_UNAVAILABLE, "application/json",
                         json.dumps(document).encode() + b"\n")
        elif path == "/metrics":
            encode, kind = choose_encoder(self.headers.get("Accept", ""))
            self._answer(HTTPStatus.OK, kind, encode(self.server.registry))
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"there are /healthz and /metrics\n")

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "steppewire"

    def log_message(self, *_: Any) -> None:
        """Says nothing: a monitor asks all the time."""
