"""Certificates are verified, under the real name of the host also where the requests go elsewhere."""
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.politeness import Gates
from tests.crawler.scripted import HOST, Site, World, article, listing
from tests.crawler.tls import certificate, secure_site


@pytest.fixture
def name() -> str:
    return HOST


@pytest.fixture
def pem(tmp_path: Path, name: str) -> Path:
    return certificate(tmp_path, name)


@pytest.fixture
def secure(pem: Path) -> Iterator[Site]:
    with secure_site(pem) as server:
        server.answers |= {"/rss": listing("/a"), "/a": article()}
        yield server


def crawled(world: World, secure: Site) -> tuple[str, str]:
    outlet = world.outlet.model_copy(update={"connect": f"https://127.0.0.1:{secure.port}"})
    report = world.crawl(outlet=outlet)
    return report.state, report.errors[0] if report.errors else ""


def test_a_certificate_that_nobody_vouches_for_is_refused(world: World, secure: Site) -> None:
    state, error = crawled(world, secure)
    assert state == "blocked"
    assert "robots.txt cannot be had (TLS: certificate verify failed)" in error
    assert secure.log == []


@pytest.mark.parametrize("name", [HOST, "other.example"])
def test_a_certificate_counts_for_the_host_that_it_names(world: World, secure: Site, pem: Path, name: str,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    state, error = crawled(world, secure)
    if name == HOST:
        assert (state, error) == ("done", "")
    else:
        assert state == "blocked"
        assert "the certificate is another host's" in error
        assert secure.log == []


def test_an_outlet_may_say_that_its_certificates_are_not_checked(world: World, secure: Site) -> None:
    world.outlet = world.outlet.model_copy(update={"verify_tls": False})
    assert crawled(world, secure) == ("done", "")
    assert world.memory.outcome("/a").outcome == "read"


def test_what_one_outlet_says_of_certificates_holds_for_no_other(world: World, secure: Site) -> None:
    careful, careless = world.outlet, world.outlet.model_copy(update={"verify_tls": False})
    world.outlet = careless
    assert crawled(world, secure)[0] == "done"
    asked = len(secure.log)
    world.outlet = careful
    world.memory.hosts.clear()
    world.gates = Gates()
    assert crawled(world, secure)[0] == "blocked"
    assert len(secure.log) == asked
