"""Where no connection is made: the witness is a socket that listens there."""
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IReactorPluggableNameResolver
from zope.interface import implementer, verify

from crawler.guard import BlockedAddress, Guard, GuardedReactor, endpoint, is_public, written
from crawler.outlet import Source
from tests.crawler.scripted import HOST, Answer, Site, World, article, listing, outlet_of

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "fc00::1", "fd12:3456::1", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"]
PUBLIC = ["93.184.216.34", "100.63.255.255", "100.128.0.1", "172.32.0.1", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8",
          "64:ff9b::808:808", "2002:808:808::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_blocked(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(BlockedAddress, match="is not public"):
        Guard().check(address, 443)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not(address: str) -> None:
    Guard().check(address, 443)


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 8080])
def test_a_port_that_is_not_the_webs_is_blocked(port: int) -> None:
    with pytest.raises(BlockedAddress, match=f"port {port} is not allowed"):
        Guard().check("8.8.8.8", port)


def test_only_the_very_address_and_port_of_connect_are_allowed_beside() -> None:
    guard = Guard(extra=endpoint("http://127.0.0.1:8000/"))
    guard.check("127.0.0.1", 8000)
    for address, port in [("127.0.0.1", 8001), ("127.0.0.1", 80), ("127.0.0.2", 8000), ("::1", 8000), ("10.0.0.1", 8000)]:
        with pytest.raises(BlockedAddress):
            guard.check(address, port)


def test_connect_names_an_address_and_no_name_but_localhost() -> None:
    assert endpoint("http://localhost:8000") == ("127.0.0.1", 8000)
    assert endpoint("http://[::1]:8000") == ("::1", 8000)
    assert endpoint("https://127.0.0.1") == ("127.0.0.1", 443)
    with pytest.raises(ValueError, match="replica"):
        endpoint("http://replica.example:8000")


# --- names

@implementer(IHostnameResolver)
class Names:
    """A resolver that gives each time the next list of addresses, to some names their own, to addresses
    themselves; silent: of names it says nothing."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.by_name, self.silent = list(answers), dict[str, list[str]](), False

    def resolveHostName(self, receiver: Any, hostName: str, portNumber: int = 0, addressTypes: Any = None,
                        transportSemantics: str = "TCP") -> Any:
        receiver.resolutionBegan(None)
        for address in self._found(hostName):
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, portNumber))
        if not self.silent or written(hostName):
            receiver.resolutionComplete()

    def _found(self, name: str) -> list[str]:
        if address := written(name):
            return [str(address)]
        return self.by_name.get(name) or (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])


class Recorder:
    """A reactor that makes no connection and remembers which it was asked for."""

    def __init__(self, reactor: Any, names: Names) -> None:
        self.callLater, self.seconds, self.getDelayedCalls = reactor.callLater, reactor.seconds, reactor.getDelayedCalls
        self.nameResolver, self.connected = names, list[tuple[str, int]]()

    def connectTCP(self, host: str, port: int, factory: Any, **_: Any) -> None:
        self.connected.append((host, port))
        raise ConnectionRefusedError


async def connecting(recorder: Recorder, host: str = "news.example") -> str:
    """Asks a guarded client to connect to a host and returns the name of the exception it got."""
    from scrapy.utils.defer import maybe_deferred_to_future
    from twisted.internet.endpoints import HostnameEndpoint
    from twisted.internet.protocol import Factory

    guarded: Any = GuardedReactor(recorder, Guard())
    try:
        await maybe_deferred_to_future(HostnameEndpoint(guarded, host, 443, attemptDelay=0.01).connect(Factory()))
    except Exception as error:  # noqa: BLE001  # which one it is is the answer
        return type(error).__name__
    return "connected"


@pytest.mark.parametrize("addresses", [
    ["127.0.0.1"], ["::1"], ["10.0.0.1", "93.184.216.34"], ["93.184.216.34", "10.0.0.1"], ["2606:2800:220:1::1", "fd00::1"]])
def test_a_name_with_any_private_address_is_not_connected_to_at_all(world: World, addresses: list[str]) -> None:
    recorder = Recorder(world.reactor.reactor, Names(addresses))
    assert world.reactor.run(connecting(recorder)) == "BlockedAddress"
    assert recorder.connected == []


def test_a_name_that_is_public_first_and_private_then_is_not_connected_to_then(world: World) -> None:
    recorder = Recorder(world.reactor.reactor, Names(["93.184.216.34"], ["127.0.0.1"]))
    assert world.reactor.run(connecting(recorder)) == "ConnectionRefusedError"
    assert world.reactor.run(connecting(recorder)) == "BlockedAddress"
    assert recorder.connected == [("93.184.216.34", 443)]


def test_the_address_is_checked_at_the_moment_of_connecting_whatever_the_names_said(world: World) -> None:
    recorder = Recorder(world.reactor.reactor, Names(["93.184.216.34"]))
    guarded = GuardedReactor(recorder, Guard())
    with pytest.raises(BlockedAddress):
        guarded.connectTCP("127.0.0.1", 443, None)
    assert recorder.connected == []


def test_twisted_takes_the_guarded_reactor_for_one_whose_names_it_may_ask(world: World) -> None:
    guarded = GuardedReactor(world.reactor.reactor, Guard())
    assert IReactorPluggableNameResolver.providedBy(guarded)
    assert verify.verifyObject(IHostnameResolver, guarded.nameResolver)


# --- a whole crawl

@pytest.fixture
def secret() -> Iterator[Site]:
    """A service inside our network, on IPv4 and IPv6, that nobody may reach; it counts the connections it is offered."""
    site = Site()
    site.socket.settimeout(0)
    yield site
    site.server_close()


def connections(site: Site) -> int:
    """How many connections wait at a site that accepts none."""
    count = 0
    while True:
        try:
            connection, _ = site.socket.accept()
        except BlockingIOError:
            return count
        connection.close()
        count += 1


def test_the_witness_sees_a_connection(secret: Site) -> None:
    socket.create_connection(secret.server_address).close()
    assert connections(secret) == 1


HOSTS = ["127.0.0.1", "localhost", "localhost.", "2130706433", "017700000001", "0177.0.0.1", "0x7f.1", "127.1", "[::1]",
         "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "0.0.0.0", "100.64.0.1", "ⓛocalhost", "127。0。0。1",
         "127.0.0.1\\@ok", "ok@127.0.0.1", "127.0.0.1%2f@ok"]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_source_of_an_outlet_leads_inside(world: World, secret: Site, host: str, scheme: str) -> None:
    own = [host.strip("[]"), host] if "@" not in host else []
    names = ("localhost", "localhost.", "127.0.0.1", "ok", *own)
    outlet = outlet_of(world.site, hosts=names, connect=None, home=f"http://{HOST}:{secret.port}/",
                       source=(Source(kind="rss", url=f"{scheme}://{host}:{secret.port}/rss"),))
    world.memory.outlet = outlet
    report = world.crawl(outlet=outlet)
    assert report.state in ("blocked", "failed")
    assert world.memory.kept == []
    assert connections(secret) == 0


WAYS: dict[str, Callable[[str], dict[str, Any]]] = {
    "a redirect of an article": lambda url: {"/rss": listing("/a"), "/a": Answer(status=302, headers=(("Location", url),))},
    "a redirect of a source": lambda url: {"/rss": Answer(status=302, headers=(("Location", url),))},
    "a redirect of robots.txt": lambda url: {"/robots.txt": Answer(status=302, headers=(("Location", url),))},
    "a link in a feed": lambda url: {"/rss": listing(url, home="")},
    "a sitemap in a sitemap": lambda url: {"/rss": listing(sources=[url], home="")},
    "a meta refresh": lambda url: {"/rss": listing("/a"), "/a": Answer(
        f'<meta http-equiv="refresh" content="0; url={url}">'.encode(), headers=(("Content-Type", "text/html"),))},
    "a Refresh header": lambda url: {"/rss": listing("/a"), "/a": Answer(b"x", headers=(("Refresh", f"0; url={url}"),))},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "127.1"])
def test_nothing_a_page_says_leads_inside(world: World, secret: Site, way: str, host: str) -> None:
    world.site.answers |= WAYS[way](f"http://{host}:{secret.port}/latest/meta-data")
    world.crawl()
    assert connections(secret) == 0


@pytest.mark.parametrize("way", ["a redirect of an article", "a link in a feed"])
def test_nothing_leads_inside_even_where_the_outlet_names_the_host(world: World, secret: Site, way: str) -> None:
    outlet = outlet_of(world.site, hosts=(HOST, "127.0.0.1", "localhost"), connect=None, home=f"http://{HOST}:{secret.port}/",
                       source=(Source(kind="rss", url=f"http://localhost:{world.site.port}/rss"),))
    world.memory.outlet = outlet
    world.site.answers |= WAYS[way](f"http://127.0.0.1:{secret.port}/")
    world.crawl(outlet=outlet)
    assert connections(secret) == 0
    assert world.site.accepted == 0


def test_an_article_that_redirects_inside_is_a_failure_and_not_moved(world: World, secret: Site) -> None:
    world.site.answers |= WAYS["a redirect of an article"](f"http://127.0.0.1:{secret.port}/")
    world.crawl()
    seen = world.memory.outcome("/a")
    assert (seen.outcome, seen.reason) == ("failed", "address 127.0.0.1 is not public")
    assert connections(secret) == 0


def test_connect_of_one_outlet_opens_nothing_to_another(world: World, secret: Site) -> None:
    world.site.answers |= {"/rss": listing("/a"), "/a": article()}
    assert world.crawl().state == "done"
    asked = len(world.site.log)
    other = outlet_of(world.site, name="other", connect=None, hosts=("127.0.0.1",),
                      source=(Source(kind="rss", url=f"{world.site.address}/rss"),))
    world.memory.outlet = other
    world.memory.pages.clear()
    assert world.crawl(outlet=other).state == "blocked"
    assert len(world.site.log) == asked


def test_the_proxy_of_the_environment_is_not_used(world: World, secret: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{secret.port}")
    world.site.answers |= {"/rss": listing("/a"), "/a": article()}
    assert world.crawl().state == "done"
    assert connections(secret) == 0


def test_a_port_that_the_outlet_does_not_name_is_not_connected_to(world: World, secret: Site) -> None:
    outlet = outlet_of(world.site, hosts=("93.184.216.34",), connect=None, home="http://93.184.216.34/",
                       source=(Source(kind="rss", url="http://93.184.216.34/rss"),))
    world.memory.outlet = outlet
    page = world.memory.page("http://93.184.216.34:22/")

    async def only_this(seen: Any) -> tuple[Any, ...]:
        return (page,) if seen is None else ()

    world.memory.plan = only_this  # type: ignore[method-assign]  # the source itself would be connected to
    report = world.crawl(outlet=outlet)
    assert report.errors == ("http://93.184.216.34:22/: robots.txt cannot be had (port 22 is not allowed)",)
