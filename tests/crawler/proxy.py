"""Test equipment: a real little HTTP proxy on 127.0.0.1, whose wide world is a table of names."""
import select
import socket
import threading
from base64 import b64encode
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Carried:
    """One request to the proxy: its method, its target as it was asked for, and its headers."""

    method: str
    target: str
    headers: dict[str, str]


class Proxy(ThreadingHTTPServer):
    """Carries http by absolute URI and https by CONNECT. `world` says which port of 127.0.0.1 stands for host:port; what is not
    in it answers 502. `password` is user:password where one is asked for; `says` is answered to all, whatever it is."""

    daemon_threads = True

    def __init__(self, world: dict[str, int], *, password: str | None = None, says: bytes | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.world, self.password, self.says = world, password, says
        self.log: list[Carried] = []
        self.accepted = 0
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{f'{self.password}@' if self.password else ''}127.0.0.1:{self.server_address[1]}"

    @property
    def targets(self) -> list[str]:
        return [f"{carried.method} {carried.target}" for carried in self.log]

    def __enter__(self) -> "Proxy":
        self.thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.accepted += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The client went away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def do_CONNECT(self) -> None:
        if not (port := self._port(self.path)):
            return
        with socket.create_connection(("127.0.0.1", port)) as site:
            self.send_response(200, "Connection established")
            self.end_headers()
            _pass(self.connection, site)
        self.close_connection = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if not (port := self._port(f"{parts.hostname}:{parts.port or 80}")):
            return
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        hop = ("proxy-authorization", "connection")
        head = [f"GET {path} HTTP/1.1", *(f"{key}: {value}" for key, value in self.headers.items() if key.lower() not in hop),
                "Connection: close"]
        with socket.create_connection(("127.0.0.1", port)) as site:
            site.sendall("\r\n".join([*head, "", ""]).encode())
            while data := site.recv(65536):
                self.wfile.write(data)
        self.close_connection = True

    def _port(self, target: str) -> int | None:
        """The port that stands for a target; None where the proxy has answered for itself."""
        proxy = self.server
        proxy.log.append(Carried(self.command, self.path, {key.lower(): value for key, value in self.headers.items()}))
        said = self.headers.get("Proxy-Authorization")
        if proxy.says is not None:
            self.wfile.write(proxy.says)
            self.close_connection = True
        elif proxy.password and said != f"Basic {b64encode(proxy.password.encode()).decode()}":
            self.send_error(407)
        elif target not in proxy.world:
            self.send_error(502)
        else:
            return proxy.world[target]
        return None

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _pass(one: socket.socket, other: socket.socket) -> None:
    while True:
        ready, _, _ = select.select([one, other], [], [], 10)
        if not ready:
            return
        for end in ready:
            if not (data := end.recv(65536)):
                return
            (other if end is one else one).sendall(data)
