"""A wide world on one machine: names, public and internal addresses, and a forbidden server that counts who comes to it."""
import socket
import threading
from contextlib import suppress
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import implementer

from crawler.items import Fetched, ReadValue
from pipelines.read import door
from tests.crawler.scripted import HOST, Memory, Reactor, Site

PUBLIC = "93.184.216.34"
ALIAS = "93.184.216.35"


class Forbidden:
    """A service on a loopback address, as there are many inside a network. Its own accept log is the witness."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self.listening.getsockname()[1]
        self._accepted: list[int] = []
        self._came = threading.Condition()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, (_, port) = self.listening.accept()
            except OSError:
                return
            with self._came:
                self._accepted.append(port)
                self._came.notify_all()
            with connection, suppress(OSError):
                connection.settimeout(2)
                connection.recv(4096)
                connection.sendall(b"HTTP/1.0 404 Not Found\r\n\r\n")

    def connections(self) -> int:
        """How many connections were made to it since the last look. It looks by making one itself, which must be in the log:
        what was made before has been accepted by then."""
        with socket.create_connection(("127.0.0.1", self.port)) as marker:
            own = marker.getsockname()[1]
            with self._came:
                assert self._came.wait_for(lambda: own in self._accepted, 10), "the witness does not see a connection"
                seen, self._accepted = self._accepted, []
        return len(seen) - 1

    def close(self) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join()


@implementer(IHostnameResolver)
class Resolver:
    """The names of this world: numbers in every spelling that getaddrinfo takes, localhost, and those of a table; of several
    answers to a name each is given once, the last one for ever."""

    def __init__(self) -> None:
        self.table: dict[str, list[list[str]]] = {HOST: [[PUBLIC]]}
        self.asked: list[str] = []

    def resolveHostName(self, receiver: Any, hostName: str, portNumber: int = 0, addressTypes: Any = None,
                        transportSemantics: str = "TCP") -> Any:
        receiver.resolutionBegan(None)
        self.asked.append(hostName)
        for address in self._found(hostName):
            receiver.addressResolved((IPv6Address if ":" in address else IPv4Address)("TCP", address, portNumber))
        receiver.resolutionComplete()

    def _found(self, name: str) -> list[str]:
        answers = self.table.get(name)
        if answers:
            return answers.pop(0) if len(answers) > 1 else answers[0]
        name = name.rstrip(".").lower()
        if name == "localhost" or name.endswith(".localhost"):
            return ["127.0.0.1", "::1"]
        with suppress(ValueError):
            return [str(ip_address(name))]
        with suppress(OSError, ValueError):
            return [socket.inet_ntoa(socket.inet_aton(name))]
        return []


class Wide:
    """The reactor's way to the world while the context lasts: port 80 of the public address is the site, `open` has what else
    is meant to be reached; every other address and port there is, whichever it is, leads to the forbidden server."""

    def __init__(self, reactor: Reactor, site: Site) -> None:
        self.reactor, self.names, self.forbidden = reactor.reactor, Resolver(), Forbidden()
        self.open = {(PUBLIC, 80): site.port}
        self.dialled: list[tuple[str, int]] = []

    def __enter__(self) -> Self:
        self._usual_names = self.reactor.installNameResolver(self.names)
        self._usual_connect = self.reactor.connectTCP
        self.reactor.connectTCP = self._connect
        self._usual_delay = HostnameEndpoint._DEFAULT_ATTEMPT_DELAY
        HostnameEndpoint._DEFAULT_ATTEMPT_DELAY = 0.01  # Twisted tells of a failed attempt only when the next one would be due
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        HostnameEndpoint._DEFAULT_ATTEMPT_DELAY = self._usual_delay
        del self.reactor.connectTCP
        self.reactor.installNameResolver(self._usual_names)
        self.forbidden.close()

    def _connect(self, host: str, port: int, factory: Any, timeout: float = 30, bindAddress: Any = None) -> Any:
        self.dialled.append((host, port))
        there = self.open.get((host, port), self.forbidden.port)
        return self._usual_connect("127.0.0.1", there, factory, timeout, bindAddress)


class Reading(Memory):
    """A desk in memory that reads pages as the program does; a body that begins with { is a list of its own."""

    async def read(self, fetched: Fetched) -> ReadValue:
        if fetched.body.startswith(b"{"):
            return await super().read(fetched)
        await self._tell("read", fetched.url, fetched)
        self.fetched.append(fetched)
        return door.read(fetched, self.outlet)
