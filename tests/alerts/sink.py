"""A real web server on 127.0.0.1 that keeps what is posted to it, or fails in a way of its own."""
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from alerts.channels.webhook import Webhook

SECRET = "a secret of the desk"


class Sink:
    """A server that takes documents. `does` is how it answers: a status, "hang" (nothing comes), "cut" (it keeps the document
    and hangs up), or "drip" (a byte of its answer comes now and then); `headers` go with it, `says` is the answer's body.
    `posts` has each request that came whole, answered or not: path, headers and body. In a folder, each has a line in
    `posts.jsonl` before it is answered."""

    def __init__(self, folder: Path | None = None, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.does: int | str = 200
        self.headers: dict[str, str] = {}
        self.says = b""
        self.posts: list[tuple[str, dict[str, str], bytes]] = []
        self.over = threading.Event()
        self._file, self._lock = folder / "posts.jsonl" if folder else None, threading.Lock()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.keep(self.path, dict(self.headers), body)
                owner.answer(self)

            do_GET = do_POST  # what follows a redirect

            def log_message(self, *_: Any) -> None:
                """Says nothing: the posts are the log."""

        class Listener(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """A client that went away is no error."""

        self._listener = Listener(("127.0.0.1", port), Handler)
        self._listener.daemon_threads = True
        if tls is not None:
            self._listener.socket = tls.wrap_socket(self._listener.socket, server_side=True, do_handshake_on_connect=False)
        self.scheme = "https" if tls else "http"
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hooks/desk-51a7"

    def channel(self, **values: Any) -> Webhook:
        return Webhook(**{"url": self.url, "secret": SECRET, "timeout": 30.0, **values})

    def keep(self, path: str, headers: dict[str, str], body: bytes) -> None:
        with self._lock:
            self.posts.append((path, headers, body))
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"key": headers.get("Idempotency-Key"), "does": self.does,
                                           "body": body.decode()}, ensure_ascii=False) + "\n")

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        if self.does == "hang":
            self.over.wait(60)
        elif self.does == "drip":
            with suppress(OSError):
                while not self.over.wait(0.05):
                    handler.wfile.write(b"H")
        elif isinstance(self.does, int):
            handler.send_response(self.does)
            for name, value in self.headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(self.says)))
            handler.end_headers()
            handler.wfile.write(self.says)

    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.posts]

    def end(self) -> None:
        self.over.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()


@contextmanager
def sink(folder: Path | None = None, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Sink]:
    """A sink while the block runs."""
    one = Sink(folder, port, tls)
    try:
        yield one
    finally:
        one.end()
