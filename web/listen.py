"""Where the web application is asked: a thread and an event loop of its own, which nothing of the daemon waits for."""
import asyncio
import ipaddress
import logging
import socket
import threading
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

log = logging.getLogger("steppewire.web")

MOST_CONNECTIONS = 64
# A whole connection, whatever comes by it: nobody holds one open by sending or reading slowly.
MOST_SECONDS = 20.0
HEAD_BYTES = 8192
STOP_SECONDS = 2.0


def bound(address: str) -> socket.socket:
    """A socket that listens at an address such as "127.0.0.1:8080" or "[::1]:8080"; OSError where it cannot."""
    host, _, port = address.rpartition(":")
    if int(port) > 0xFFFF:
        raise OSError(f"there is no port {port}")
    family, _, _, _, where = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(where[0]), int(port)))
        listener.listen(MOST_CONNECTIONS)
    except OSError:
        listener.close()
        raise
    return listener


class Listener:
    """Answers for an application at an address until it is closed. OSError where it cannot listen there.

    A connection is ended after 20 seconds; of more than 64 at a time the last one is ended at once.
    """

    def __init__(self, address: str, app: ASGIApp) -> None:
        self._socket = bound(address)
        self.port = int(self._socket.getsockname()[1])
        if not ipaddress.ip_address(self._socket.getsockname()[0]).is_loopback:
            log.warning("answers to mails are taken at %s without TLS: let a web server stand before it", address)
        self._server = uvicorn.Server(uvicorn.Config(
            app, http=_Connection, ws="none", lifespan="off", loop="asyncio", log_config=None, log_level="error",
            access_log=False, server_header=False, proxy_headers=False, h11_max_incomplete_event_size=HEAD_BYTES,
            timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="web", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answers no more; what hangs is left behind."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)
        self._socket.close()


class _Connection(H11Protocol):
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._late = self.loop.call_later(MOST_SECONDS, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)
