"""Certificates are verified, under the real name of the host also where the requests go elsewhere."""
import ssl
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.crawler.scripted import HOST, Site, World, article, listing


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for a host, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1)).add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256()))
    file = folder / f"{name}.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return file


@pytest.fixture
def name() -> str:
    return HOST


@pytest.fixture
def pem(tmp_path: Path, name: str) -> Path:
    return certificate(tmp_path, name)


@pytest.fixture
def secure(pem: Path) -> Iterator[Site]:
    server = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.answers |= {"/rss": listing("/a"), "/a": article()}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


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
