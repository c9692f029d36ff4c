"""The same with a real IMAP server, where Dovecot is installed: an unprivileged one of its own, on loopback ports."""
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from alerts.inbox import reading
from alerts.inbox.errors import Unreadable
from alerts.inbox.imap import Imap
from tests.alerts.filled import READER, Filled
from tests.alerts.inbox.post import KEY, MAILBOX, Maildir, recorded, written
from tests.alerts.inbox.test_reading import envelope, mailed, one, state
from tests.crawler.tls import certificate

DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
pytestmark = [pytest.mark.long, pytest.mark.skipif(DOVECOT is None, reason="there is no dovecot on this machine")]
PASSWORD = 'pass "word" \\'

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail
ssl = yes
ssl_cert = <{pem}
ssl_key = <{pem}
auth_mechanisms = plain login
disable_plaintext_auth = yes
passdb {{
  driver = passwd-file
  args = scheme=plain {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {clear}
  }}
  inet_listener imaps {{
    port = {tls}
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A server that runs: its folder of mail, its ports, and its certificate."""

    mail: Maildir
    clear: int
    tls: int
    pem: Path


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    # It gives its privileges up and so cannot live below a folder of root's alone.
    folder = Path(tempfile.mkdtemp(prefix="steppewire-dovecot-"))
    who = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    group = subprocess.run(["id", "-gn", who.pw_name], capture_output=True, text=True, check=True).stdout.strip()
    clear, tls = free_ports()
    pem = certificate(folder, "localhost")
    (folder / "users").write_text(f"wire:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    (folder / "dovecot.conf").write_text(CONFIG.format(folder=folder, user=who.pw_name, group=group, pem=pem, clear=clear,
                                                       tls=tls), encoding="utf-8")
    mail = Maildir(folder / "mail")
    if os.geteuid() == 0:
        for each in (folder, *folder.rglob("*")):
            os.chown(each, who.pw_uid, who.pw_gid)
    assert DOVECOT is not None
    with subprocess.Popen([DOVECOT, "-F", "-c", str(folder / "dovecot.conf")], user=who.pw_uid, group=who.pw_gid,
                          extra_groups=[] if os.geteuid() == 0 else None) as process:
        try:
            for _ in range(100):
                with socket.socket() as knock:
                    if process.poll() is not None or knock.connect_ex(("127.0.0.1", tls)) == 0:
                        break
                time.sleep(0.1)
            assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
            yield Dovecot(mail, clear, tls, pem)
        finally:
            process.terminate()
            process.wait(timeout=10)
            shutil.rmtree(folder)


@pytest.fixture
def box(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Imap:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.pem))
    for folder in ("new", "cur"):
        for each in (server.mail.folder / folder).iterdir():
            each.unlink()
    return Imap("localhost", server.tls, "tls", "wire", PASSWORD)


def arrives(server: Dovecot, content: bytes) -> str:
    name = server.mail.arrives(content)
    (server.mail.folder / "new" / name).chmod(0o666)
    return name


def test_letters_are_read_once_and_shown_as_seen(server: Dovecot, box: Imap, filled: Filled) -> None:
    mail = mailed(filled)
    names = [arrives(server, recorded("postfix", envelope=envelope(mail), recipient=READER)),
             arrives(server, written(MAILBOX, "a person's letter\n" * 100_000))]
    assert box.look() == f"localhost:{server.tls} lets us in, unseen: 2"
    assert reading.read(filled.store, box, filled.now, KEY) == {"bounced": 1, "left": 1}
    assert state(filled) == "dead" and one(filled, mail).bounced_at == filled.now
    assert server.mail.new() == [] and server.mail.seen() == sorted(names)
    assert reading.read(filled.store, box, filled.now, KEY) == {}
    assert box.look() == f"localhost:{server.tls} lets us in, unseen: 0"


def test_what_is_looked_at_and_not_marked_stays_unseen(server: Dovecot, box: Imap) -> None:
    arrives(server, written(MAILBOX))
    with box.open(10) as letters:
        assert next(letters).content.startswith(b"From: A Reader")
    assert server.mail.seen() == [] and "unseen: 1" in box.look()


def test_starttls_goes_before_the_password_which_must_be_right(server: Dovecot, box: Imap) -> None:
    assert "lets us in" in Imap("localhost", server.clear, "starttls", "wire", PASSWORD).look()
    with pytest.raises(Unreadable, match="AUTHENTICATIONFAILED"):
        Imap("localhost", server.tls, "tls", "wire", "wrong").look()
    with pytest.raises(Unreadable, match="exist"):
        Imap("localhost", server.tls, "tls", "wire", PASSWORD, "Nowhere").look()


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Dovecot, box: Imap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Unreadable, match="certificate"):
        box.look()
