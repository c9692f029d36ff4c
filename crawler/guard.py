"""Which addresses may be connected to: checked at the moment of connecting, on the address itself and not on a name."""
from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

from twisted.internet.interfaces import (
    IHostnameResolver,
    IReactorPluggableNameResolver,
    IReactorTCP,
    IReactorTime,
    IResolutionReceiver,
)
from zope.interface import implementer  # type: ignore[import-untyped]  # ships no types

WEB_PORTS = frozenset({80, 443})
# All public IPv6 addresses lie here; outside lie the old ways of writing an IPv4 address as an IPv6 one.
GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
# Anycast of the abandoned 6to4 relays (RFC 7526): the nearest one may stand in our own network.
RELAY_ANYCAST = "192.88.99."
# A name that takes longer to look up is one that we cannot look up.
LOOKUP_SECONDS = 5.0
NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.ASCII | re.IGNORECASE)

Address = IPv4Address | IPv6Address


class BlockedAddress(Exception):
    """A connection that is not made: the address is not public, or the port is not one of the web's."""


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, whatever it is wrapped in (mapped, 6to4, NAT64)."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not str(address).startswith(RELAY_ANYCAST)
    if address.ipv4_mapped:
        return is_public(address.ipv4_mapped)
    if address in NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.sixtofour and not is_public(address.sixtofour):
        return False
    return address in GLOBAL_UNICAST and address.is_global and not address.is_multicast


def written(host: str) -> Address | None:
    """The address that a URL's host is, in any spelling that some program takes for one (127.1, 0x7f.1, 2130706433); None for
    a name."""
    host = host.strip("[]").rstrip(".")
    try:
        return ip_address(host)
    except ValueError:
        pass
    if host.lower() == "localhost" or host.lower().endswith(".localhost"):  # RFC 6761: this machine, whatever the names say
        return IPv4Address("127.0.0.1")
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


class Checker(Protocol):
    """Says which addresses may be connected to."""

    def check(self, host: str, port: int) -> None:
        """BlockedAddress unless host, an address in figures, may be connected to on this port."""


class Guard:
    """Says of each address and port whether an outlet's requests may go there.

    extra is the one (address, port) that is allowed beside the public ones: the outlet's `connect`.
    """

    def __init__(self, ports: frozenset[int] = WEB_PORTS, extra: tuple[str, int] | None = None) -> None:
        self.ports, self.extra = ports, (ip_address(extra[0]), extra[1]) if extra else None

    def check(self, host: str, port: int) -> None:
        """BlockedAddress unless host, an address in figures, may be connected to on this port."""
        try:
            address = ip_address(host)
        except ValueError as error:
            raise BlockedAddress(f"{host!r} is no address") from error
        if (address, port) == self.extra:
            return
        if not is_public(address):
            raise BlockedAddress(f"address {address} is not public")
        self._check_port(port)

    def _check_port(self, port: int) -> None:
        if port not in self.ports:
            raise BlockedAddress(f"port {port} is not allowed")

    def refusal(self, host: str) -> str | None:
        """Why a host that is written as an address is never connected to; None for a name and for a public address."""
        address = written(host)
        return None if address is None or is_public(address) else f"address {address} is not public"

    async def check_for_proxy(self, host: str, port: int, resolver: Any) -> None:
        """BlockedAddress for what a proxy must not be asked to connect to, as far as we can know: an address that is not
        public, a name with any such address, a port that is not allowed. A name that we cannot look up passes."""
        self._check_port(port)
        if reason := self.refusal(host):
            raise BlockedAddress(reason)
        if written(host):
            return
        if not NAME.fullmatch(host):
            raise BlockedAddress(f"{host!r} is no host name")
        for address in await _addresses(resolver, host):
            self.check(address, port)


async def _addresses(resolver: Any, name: str) -> list[str]:
    looked_up = _Addresses()
    resolver.resolveHostName(looked_up, name)
    try:
        async with asyncio.timeout(LOOKUP_SECONDS):
            await looked_up.complete.wait()
    except TimeoutError:
        return []
    return looked_up.found


def endpoint(connect: str) -> tuple[str, int]:
    """The address and port that an outlet's `connect` names; ValueError unless it names an address in figures."""
    parts = urlsplit(connect)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    return str(ip_address(host)), parts.port or (443 if parts.scheme == "https" else 80)


@implementer(IReactorTCP, IReactorTime, IReactorPluggableNameResolver)
class GuardedReactor:
    """The part of a reactor that an HTTP client needs, with the guard in front of every connection it makes."""

    def __init__(self, reactor: Any, guard: Checker) -> None:
        self._reactor, self._guard = reactor, guard
        self.callLater, self.seconds, self.getDelayedCalls = reactor.callLater, reactor.seconds, reactor.getDelayedCalls

    @property
    def nameResolver(self) -> GuardedResolver:
        return GuardedResolver(self._reactor.nameResolver, self._guard)

    def connectTCP(self, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        self._guard.check(host, port)
        return self._reactor.connectTCP(host, port, *args, **kwargs)


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves names; of one that has any blocked address it tells the blocked ones only, so that none is connected to."""

    def __init__(self, resolver: Any, guard: Checker) -> None:
        self._resolver, self._guard = resolver, guard

    def resolveHostName(self, receiver: Any, hostName: str, portNumber: int = 0, addressTypes: Sequence[Any] | None = None,
                        transportSemantics: str = "TCP") -> Any:
        return self._resolver.resolveHostName(_Sieve(receiver, self._guard), hostName, portNumber, addressTypes,
                                              transportSemantics)


@implementer(IResolutionReceiver)
class _Sieve:
    def __init__(self, receiver: Any, guard: Checker) -> None:
        self._receiver, self._guard = receiver, guard
        self._allowed: list[Any] = []
        self._blocked: list[Any] = []
        self.resolutionBegan = receiver.resolutionBegan

    def addressResolved(self, address: Any) -> None:
        try:
            self._guard.check(address.host, address.port)
        except BlockedAddress:
            self._blocked.append(address)
        else:
            self._allowed.append(address)

    def resolutionComplete(self) -> None:
        for address in self._blocked or self._allowed:
            self._receiver.addressResolved(address)
        self._receiver.resolutionComplete()


@implementer(IResolutionReceiver)
class _Addresses:
    """What a name resolves to, once it is complete."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.complete = asyncio.Event()

    def resolutionBegan(self, resolution: Any) -> None:
        """Nothing is known yet."""

    def addressResolved(self, address: Any) -> None:
        self.found.append(address.host)

    def resolutionComplete(self) -> None:
        self.complete.set()
