"""The proxy that an outlet declares: the one place that its requests then go to, and what it may be asked for."""
from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped]  # ships no types

from crawler.guard import Address, BlockedAddress, GuardedReactor
from crawler.refusal import ProxyFailed, reason_of

# What a proxy says before the tunnel is open is a status line and a few headers.
MOST_HEAD = 16_384
STATUS = re.compile(rb"HTTP/1\.\d (\d{3})(?: ([^\r\n]*))?")


@dataclass(frozen=True)
class Egress:
    """A declared proxy. authorization is the value of Proxy-Authorization, None without a password."""

    host: str
    port: int
    authorization: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str) -> Egress:
        """The proxy of an outlet's `egress`."""
        parts = urlsplit(url)
        assert parts.hostname and parts.port
        said = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        return cls(parts.hostname, parts.port, b"Basic " + b64encode(said.encode()) if parts.username else None)

    def check(self, host: str, port: int) -> None:
        """BlockedAddress for every address but the proxy's own; of a proxy that has a name, for every port but its own (its
        addresses are whatever its name resolves to: the operator declared it)."""
        declared = _address(self.host)
        if port != self.port or (declared and ip_address(host) != declared):
            raise BlockedAddress(f"{host} port {port} is not the declared proxy")

    def endpoint(self, reactor: Any, timeout: float) -> Any:
        """A Twisted endpoint that connects to the proxy and to nothing else."""
        guarded: Any = GuardedReactor(reactor, self)
        return _Reached(HostnameEndpoint(guarded, self.host, self.port, timeout))

    def tunnel(self, reactor: Any, timeout: float, host: bytes, port: int) -> Any:
        """A Twisted endpoint that is connected through the proxy to a host and port."""
        return _Tunnel(self.endpoint(reactor, timeout), host, port, self.authorization)


def _address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


@implementer(IStreamClientEndpoint)
class _Reached:
    """Connects, and says of a failure that it was the proxy's."""

    def __init__(self, endpoint: Any) -> None:
        self._endpoint = endpoint

    def connect(self, factory: Any) -> Deferred[Any]:
        connecting: Deferred[Any] = self._endpoint.connect(factory)
        return connecting.addErrback(self._failed)

    def _failed(self, failure: Failure) -> None:
        assert failure.value is not None
        raise ProxyFailed(f"the proxy cannot be reached: {reason_of(failure.value)}") from failure.value


@implementer(IStreamClientEndpoint)
class _Tunnel:
    """Asks the proxy for a tunnel; the protocol of its factory gets the connection when that is open."""

    def __init__(self, proxy: Any, host: bytes, port: int, authorization: bytes | None) -> None:
        self._proxy = proxy
        there = (b"[%b]:%d" if b":" in host else b"%b:%d") % (host, port)
        self._asking = b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n" % (there, there)
        if authorization:
            self._asking += b"Proxy-Authorization: %b\r\n" % authorization

    def connect(self, factory: Any) -> Deferred[Any]:
        connections: list[_Asking] = []

        def give_up(_: Any) -> None:
            connecting.cancel()
            for each in connections:
                each.give_up()

        opened: Deferred[Any] = Deferred(give_up)
        connecting: Deferred[Any] = self._proxy.connect(Factory.forProtocol(lambda: _Asking(self._asking, factory, opened)))
        connecting.addCallbacks(connections.append, opened.errback)
        return opened


class _Asking(Protocol):
    """A connection to the proxy: first our question and its answer, then whatever goes through the tunnel."""

    def __init__(self, asking: bytes, factory: Any, opened: Deferred[Any]) -> None:
        self._asking, self._factory, self._opened = asking, factory, opened
        self._head = b""
        self._through: Any = None

    def connectionMade(self) -> None:
        self.transport: Any
        self.transport.write(self._asking + b"\r\n")

    def dataReceived(self, data: bytes) -> None:
        if self._through:
            self._through.dataReceived(data)
            return
        if self._opened.called:
            return
        self._head += data
        head, end, rest = self._head.partition(b"\r\n\r\n")
        if len(head) > MOST_HEAD:
            self._refused("its answer has no end")
        elif end:
            self._answered(head, rest)

    def _answered(self, head: bytes, rest: bytes) -> None:
        said = STATUS.match(head)
        if not said:
            self._refused("it does not speak HTTP")
        elif not said[1].startswith(b"2"):
            self._refused(" ".join((said[1] + b" " + (said[2] or b"")).decode("ascii", "replace").split()))
        else:
            self._through = self._factory.buildProtocol(self.transport.getPeer())
            self._through.makeConnection(self.transport)
            self._opened.callback(self._through)
            if rest:
                self._through.dataReceived(rest)

    def _refused(self, answer: str) -> None:
        self.transport.abortConnection()
        self._opened.errback(ProxyFailed(f"the proxy refused: {answer[:100]}"))

    def give_up(self) -> None:
        """Ends the connection: nobody waits for the tunnel any more."""
        self.transport.abortConnection()

    def connectionLost(self, reason: Failure = None) -> None:  # type: ignore[assignment]  # as Twisted calls it
        if self._through:
            self._through.connectionLost(reason)
        elif not self._opened.called:
            self._opened.errback(ProxyFailed("the proxy closed the connection"))
