"""An outlet's declared proxy: all goes through it, nothing past it. The proxy's log and the site's are the witnesses."""
import gzip
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.protocol import Factory

from crawler.egress import Egress
from crawler.guard import BlockedAddress
from crawler.outlet import Outlet, OutletError, Source, load
from crawler.refusal import ProxyFailed
from tests.crawler.proxy import Proxy
from tests.crawler.scripted import HOME, HOST, Answer, Site, World, article, listing, outlet_of
from tests.crawler.test_guard import Names, Recorder
from tests.crawler.tls import certificate, secure_site

SECURE = f"{HOST}:443"
PLAIN = f"{HOST}:80"
PASSWORD = "operator:let%20me%20in"


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    pem = certificate(tmp_path, HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with secure_site(pem) as site:
        yield site


@pytest.fixture
def proxy(secure: Site, site: Site) -> Iterator[Proxy]:
    with Proxy({SECURE: secure.port, PLAIN: site.port}) as proxy:
        yield proxy


@pytest.fixture
def names(world: World) -> Iterator[Names]:
    """What names resolve to in this test; at first to nothing, as on a machine that is cut off."""
    names = Names([])
    usual = world.reactor.reactor.installNameResolver(names)
    yield names
    world.reactor.reactor.installNameResolver(usual)


def through(world: World, proxy: Proxy | str, **keys: Any) -> Outlet:
    url = proxy if isinstance(proxy, str) else proxy.url
    world.outlet = world.memory.outlet = outlet_of(world.site, **{"connect": None, "egress": url, **keys})
    return world.outlet


def plain(world: World, proxy: Proxy | str, *hosts: str, url: str = f"http://{HOST}/rss") -> Outlet:
    return through(world, proxy, home=f"http://{HOST}/", hosts=(HOST, *hosts), source=(Source(kind="rss", url=url),))


# --- all goes through it

def test_https_goes_through_a_tunnel_and_the_site_sees_what_it_always_sees(world: World, secure: Site, proxy: Proxy,
                                                                           names: Names) -> None:
    secure.answers |= {"/robots.txt": Answer(status=301, headers=(("Location", "/r.txt"),)), "/r.txt": Answer(status=404),
                       "/rss": listing("/a", "/b", sources=["/map"]), "/map": listing("/c"), "/a": article(), "/c": article(),
                       "/b": Answer(status=301, headers=(("Location", "/b/"),)), "/b/": article()}
    through(world, proxy)
    assert world.crawl().state == "done"
    assert sorted(secure.paths()) == ["/a", "/b", "/b/", "/c", "/map", "/r.txt", "/robots.txt", "/rss"]
    assert {asked.host for asked in secure.log} == {HOST}
    assert set(proxy.targets) == {f"CONNECT {SECURE}"}
    assert secure.accepted == proxy.accepted == len(proxy.log)
    assert world.site.accepted == 0


def test_http_is_asked_for_by_its_whole_address(world: World, proxy: Proxy, names: Names) -> None:
    world.site.answers |= {"/rss": listing("/a?x=1", home=f"http://{HOST}"), "/a?x=1": article()}
    plain(world, proxy)
    assert world.crawl().state == "done"
    assert proxy.targets == [f"GET http://{HOST}{path}" for path in ("/robots.txt", "/rss", "/a?x=1")]
    assert world.site.paths() == ["/robots.txt", "/rss", "/a?x=1"]
    assert {asked.host for asked in world.site.log} == {HOST}


def test_the_name_of_a_proxy_is_looked_up(world: World, secure: Site, proxy: Proxy, names: Names) -> None:
    secure.answers |= {"/rss": listing("/a"), "/a": article()}
    names.by_name["proxy.example"] = ["127.0.0.1"]
    through(world, proxy.url.replace("127.0.0.1", "proxy.example"))
    assert world.crawl().state == "done"
    assert secure.paths() == ["/robots.txt", "/rss", "/a"]


def test_the_proxy_of_the_environment_is_not_used_beside_it(world: World, secure: Site, proxy: Proxy, names: Names,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    secure.answers |= {"/rss": listing("/a"), "/a": article()}
    with Proxy({}) as other:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, other.url)
        monkeypatch.setenv("no_proxy", "*")
        through(world, proxy)
        assert world.crawl().state == "done"
        assert other.accepted == 0
    assert proxy.accepted > 0


def test_the_certificate_is_checked_through_the_tunnel(world: World, tmp_path: Path, names: Names,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path, "nobody.example")))
    with secure_site(certificate(tmp_path, HOST)) as site, Proxy({SECURE: site.port}) as proxy:
        through(world, proxy)
        report = world.crawl()
        assert "TLS: certificate verify failed" in report.errors[0]
        assert site.log == []
        through(world, proxy, verify_tls=False)
        site.answers |= {"/rss": listing()}
        assert world.crawl().state == "done"


# --- its password

@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_password_goes_to_the_proxy_and_nowhere_else(world: World, secure: Site, site: Site, names: Names, scheme: str,
                                                         caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secure.answers |= {"/rss": listing("/a"), "/a": article()}
    site.answers |= {"/rss": listing("/a", home=f"http://{HOST}"), "/a": article()}
    with Proxy({SECURE: secure.port, PLAIN: site.port}, password="operator:let me in") as proxy:
        url = proxy.url.replace("operator:let me in", PASSWORD)
        outlet = through(world, url) if scheme == "https" else plain(world, url)
        assert world.crawl().state == "done"
    shown = [asked.headers for asked in secure.log + site.log] + [exchange for exchange, _ in world.memory.kept]
    archived = b"".join(gzip.decompress(file.read_bytes()) for file in world.memory.archive.folder.rglob("*.gz"))
    for secret in ("let%20me%20in", "let me in", "b3BlcmF0b3I", "proxy-authorization"):
        assert secret not in repr(shown).lower()
        assert secret not in caplog.text.lower()
        assert secret.encode() not in archived.lower()
        assert secret not in repr(outlet) + str(outlet) + repr(Egress.of(url))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_password_is_a_plain_reason(world: World, secure: Site, site: Site, names: Names,
                                                         scheme: str) -> None:
    with Proxy({SECURE: secure.port, PLAIN: site.port}, password="operator:other") as proxy:
        url = proxy.url.replace("operator:other@", "")
        (through if scheme == "https" else plain)(world, url)
        report = world.crawl()
    assert report.state == "blocked"
    assert "robots.txt cannot be had (the proxy refused: 407 Proxy Authentication Required)" in report.errors[0]
    assert secure.accepted == site.accepted == 0
    assert world.memory.hosts[HOST].robots is None


# --- it fails

@pytest.mark.parametrize(("says", "reason"), [
    (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "the proxy refused: 502 Bad Gateway"),
    (b"HTTP/1.0 403\r\n\r\n", "the proxy refused: 403"),
    (b"220 mail.example ESMTP\r\n\r\n", "the proxy refused: it does not speak HTTP"),
    (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000, "the proxy refused: its answer has no end"),
    (b"HTTP/1.1 200", "the proxy closed the connection"), (b"", "the proxy closed the connection")])
def test_what_a_proxy_answers_instead_of_a_tunnel_is_a_plain_reason(world: World, names: Names, says: bytes,
                                                                    reason: str) -> None:
    with Proxy({}, says=says) as proxy:
        through(world, proxy)
        report = world.crawl()
    assert report.errors == (f"{HOME}/rss: robots.txt cannot be had ({reason})",)


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "http://proxy.example:{port}"])
def test_a_proxy_that_is_away_is_a_plain_reason(world: World, names: Names, url: str) -> None:
    closed = Site()
    closed.server_close()
    through(world, url.format(port=closed.port))
    report = world.crawl()
    why = "connection refused" if "127" in url else "the host is unknown"
    assert report.errors == (f"{HOME}/rss: robots.txt cannot be had (the proxy cannot be reached: {why})",)


def test_a_proxy_that_never_answers_is_given_up_and_its_connection_closed(world: World, names: Names) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        through(world, f"http://127.0.0.1:{silent.getsockname()[1]}")
        report = world.crawl(timeout=0.5)
        connection, _ = silent.accept()
        with connection:
            connection.settimeout(5)
            assert connection.recv(1000).startswith(f"CONNECT {SECURE} HTTP/1.1\r\n".encode())
            with pytest.raises(ConnectionResetError):
                connection.recv(1000)
    assert report.errors == (f"{HOME}/rss: robots.txt cannot be had (timed out)",)


# --- what it is not asked for

INSIDE = ["127.0.0.1", "localhost", "sub.localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "10.0.0.1", "[::1]",
          "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "169.254.169.254", "100.64.0.1", "%31%32%37.0.0.1"]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", INSIDE)
def test_a_proxy_is_not_asked_for_an_internal_address_in_any_spelling(world: World, proxy: Proxy, names: Names, host: str,
                                                                      scheme: str) -> None:
    through(world, proxy, hosts=(HOST, host.strip("[]")), source=(Source(kind="rss", url=f"{scheme}://{host}/rss"),))
    report = world.crawl()
    assert "is not public" in report.errors[0] or "is no host name" in report.errors[0]
    assert proxy.accepted == 0


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["fd00::1"]])
def test_nor_for_a_name_that_we_know_to_be_inside(world: World, proxy: Proxy, names: Names, found: list[str]) -> None:
    names.by_name[HOST] = found
    through(world, proxy)
    assert "is not public" in world.crawl().errors[0]
    assert proxy.accepted == 0


def test_a_name_that_we_know_to_be_outside_is_carried(world: World, secure: Site, proxy: Proxy, names: Names) -> None:
    names.by_name[HOST] = ["93.184.216.34", "2606:2800:220:1::1"]
    secure.answers |= {"/rss": listing()}
    through(world, proxy)
    assert world.crawl().state == "done"


def test_a_name_that_is_looked_up_without_end_is_left_to_the_proxy(world: World, secure: Site, proxy: Proxy, names: Names,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.guard.LOOKUP_SECONDS", 0.1)
    names.silent = True
    secure.answers |= {"/rss": listing()}
    through(world, proxy)
    assert world.crawl().state == "done"


def test_nor_for_a_port_that_is_not_allowed_or_its_own_address(world: World, proxy: Proxy, names: Names) -> None:
    for port, reason in ((22, "port 22 is not allowed"), (25, "port 25 is not allowed"), (6379, "port 6379 is not allowed")):
        page = world.memory.page(f"https://{HOST}:{port}/a")
        through(world, proxy)
        world.memory.pages = {page.url: page}

        async def only_this(seen: Any, page: Any = page) -> tuple[Any, ...]:
            return (page,) if seen is None else ()

        world.memory.plan = only_this  # type: ignore[method-assign]  # the source itself would be asked for
        assert world.crawl().errors == (f"{page.url}: robots.txt cannot be had ({reason})",)
        world.memory.pages.clear()
    assert proxy.accepted == 0


def test_its_own_address_is_no_target(world: World, proxy: Proxy, names: Names) -> None:
    plain(world, proxy, "127.0.0.1", url=f"{proxy.url}/rss")
    assert "address 127.0.0.1 is not public" in world.crawl().errors[0]
    assert proxy.accepted == 0


def test_a_redirect_inside_is_not_carried(world: World, secure: Site, proxy: Proxy, names: Names) -> None:
    with Proxy({}) as inside:
        secure.answers |= {"/rss": listing("/a", "/b"),
                           "/a": Answer(status=302, headers=(("Location", f"https://127.0.0.1:{inside.server_address[1]}/"),)),
                           "/b": Answer(status=302, headers=(("Location", "https://127.1/"),))}
        through(world, proxy, hosts=(HOST, "127.0.0.1"))
        world.crawl()
        assert inside.accepted == 0
    assert world.memory.outcome("/a").reason and world.memory.outcome("/b").reason == "address 127.0.0.1 is not public"
    assert set(proxy.targets) == {f"CONNECT {SECURE}"}


def test_the_way_to_a_proxy_leads_nowhere_else() -> None:
    Egress("10.0.0.1", 3128).check("10.0.0.1", 3128)
    Egress("proxy.example", 3128).check("10.0.0.1", 3128)
    for host, port in (("10.0.0.1", 3129), ("10.0.0.2", 3128), ("93.184.216.34", 3128)):
        with pytest.raises(BlockedAddress):
            Egress("10.0.0.1", 3128).check(host, port)
    with pytest.raises(BlockedAddress):
        Egress("proxy.example", 3128).check("10.0.0.1", 80)


def test_what_names_say_of_a_proxy_s_address_does_not_lead_elsewhere(world: World) -> None:
    class Lying(Names):
        def _found(self, name: str) -> list[str]:
            return ["93.184.216.34"]

    recorder = Recorder(world.reactor.reactor, Lying())

    async def connecting() -> str:
        try:
            await maybe_deferred_to_future(Egress("10.0.0.1", 3128).endpoint(recorder, 1).connect(Factory()))
        except ProxyFailed as error:
            return str(error)
        return "connected"

    assert "93.184.216.34 port 3128 is not the declared proxy" in world.reactor.run(connecting())
    assert recorder.connected == []


# --- its key

def written(folder: Path, *lines: str) -> Path:
    file = folder / "steppe.toml"
    source = ["[[source]]", 'kind = "rss"', f'url = "{HOME}/rss"']
    file.write_text("\n".join(['name = "Steppe"', f'home = "{HOME}/"', *lines, *source]))
    return file


def test_a_proxy_with_a_password_may_be_declared(tmp_path: Path) -> None:
    outlet = load(written(tmp_path, f'egress = "http://{PASSWORD}@proxy.example:3128"'))
    assert Egress.of(outlet.egress or "") == Egress("proxy.example", 3128, b"Basic b3BlcmF0b3I6bGV0IG1lIGlu")
    assert outlet.verify_tls
    assert not load(written(tmp_path, "verify_tls = false")).verify_tls


@pytest.mark.parametrize("value", ["proxy.example:3128", "https://operator:secret@proxy.example:3128", "socks5://proxy.example:1080",
                                   "http://operator:secret@proxy.example", "http://operator:secret@proxy.example:99999", "http://:3128"])
def test_what_is_no_proxy_is_told_without_its_password(tmp_path: Path, value: str) -> None:
    with pytest.raises(OutletError) as caught:
        load(written(tmp_path, f'egress = "{value}"'))
    error = caught.value
    assert error.key == "egress"
    assert "http://proxy.example:3128" in error.remedy or "ort out of range" in error.remedy
    assert "secret" not in f"{error.value} {error.message} {error.remedy} {error} {error.__cause__}"


def test_a_proxy_and_connect_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(OutletError) as caught:
        load(written(tmp_path, 'egress = "http://operator:secret@proxy.example:3128"', 'connect = "http://127.0.0.1:8000"'))
    assert caught.value.key == "egress"
    assert caught.value.remedy == "egress and connect exclude each other: take one of the two out"
    assert caught.value.value == "http://proxy.example:3128"
