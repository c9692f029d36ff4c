"""A mailbox asked by IMAP: what is unseen is read without being touched, and flagged as seen one by one."""
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Any, Literal

from alerts.channels.deadline import Deadline
from alerts.inbox.errors import Unreadable
from alerts.inbox.letter import MOST_BYTES, Letter
from alerts.text import line, shortened

ANSWER_CHARACTERS = 500
# What a server may send in one go: the part of a message that is asked for, and some more for servers that count otherwise.
LITERAL_BYTES = 2 * MOST_BYTES
GOODBYE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Imap:
    """A mailbox on a server. security says how the connection is guarded: `none`, `starttls` (never without it) or `tls` from
    its start, the certificate checked; timeout is in seconds, for the whole conversation."""

    host: str
    port: int = 993
    security: Literal["none", "starttls", "tls"] = "tls"
    username: str = ""
    password: str = field(default="", repr=False)
    folder: str = "INBOX"
    timeout: float = 30.0

    def look(self) -> str:
        """Enters and leaves; says how many messages nobody has seen."""
        with self._entered(None) as server:
            return f"{self.host}:{self.port} lets us in, unseen: {len(server.unseen())}"

    @contextmanager
    def open(self, most: int, stop: Event | None = None) -> Iterator[Iterator[Letter]]:
        """At most so many of the messages that nobody has seen, the oldest first, within one conversation."""
        with self._entered(stop) as server:
            yield _letters(server, most, stop)

    @contextmanager
    def _entered(self, stop: Event | None) -> Iterator["_Server"]:
        with Deadline(self.timeout, stop) as deadline:
            server: _Server | None = None
            try:
                server = _Server(self, deadline)
                server.enter(self)
                yield server
                with suppress(OSError, imaplib.IMAP4.error):  # all is marked, whatever happens to the goodbye
                    server.sock.settimeout(GOODBYE_SECONDS)
                    server.logout()
            except (OSError, imaplib.IMAP4.error, UnicodeError) as error:
                raise Unreadable(deadline.reason or _words(error)) from error
            finally:
                if server is not None:
                    with suppress(OSError):
                        server.shutdown()


def _letters(server: "_Server", most: int, stop: Event | None) -> Iterator[Letter]:
    for uid in server.unseen()[:most]:
        if stop is not None and stop.is_set():
            return
        content = server.content(uid)
        if content is not None:  # another program took it away meanwhile
            yield Letter(f"UID {uid}", content, partial(server.mark, uid))


class _Server(imaplib.IMAP4):
    """The library's client over a socket that a deadline watches."""

    def __init__(self, imap: Imap, deadline: Deadline) -> None:
        self._deadline, self._tls = deadline, imap.security == "tls"
        super().__init__(imap.host, imap.port, imap.timeout)

    def _create_socket(self, _timeout: float | None) -> socket.socket:
        connection = self._deadline.connect(self.host, self.port)
        return ssl.create_default_context().wrap_socket(connection, server_hostname=self.host) if self._tls else connection

    def read(self, size: int) -> bytes:
        """The library's, which would take whatever a server sends."""
        if size > LITERAL_BYTES:
            raise self.abort(f"the server sends {size} bytes at once")
        return super().read(size)

    def enter(self, imap: Imap) -> None:
        if imap.security == "starttls":
            self.starttls(ssl.create_default_context())
        if (imap.username + imap.password).isascii():
            self.login(imap.username, imap.password)
        else:
            self.authenticate("PLAIN", lambda _: f"\0{imap.username}\0{imap.password}".encode())
        name = imap.folder.replace("\\", "\\\\").replace('"', '\\"')
        if not name.isascii() or not name.isprintable():
            raise self.error("a folder's name with other than ASCII characters cannot be asked for")
        self.expect(self.select(f'"{name}"'))

    def unseen(self) -> list[str]:
        found = self.expect(self.uid("SEARCH", "UNSEEN"))
        uids = b" ".join(each for each in found if isinstance(each, bytes))
        if not re.fullmatch(rb"[0-9 ]*", uids):
            raise self.abort(f"these are no numbers of messages: {uids!r}")
        return sorted(uids.decode("ascii").split(), key=int)

    def content(self, uid: str) -> bytes | None:
        """The beginning of a message; None where it is there no more."""
        found = self.expect(self.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
        return next((each[1][:MOST_BYTES] for each in found if isinstance(each, tuple)), None)

    def mark(self, uid: str) -> None:
        self.expect(self.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))

    def expect(self, answer: tuple[str, list[Any]]) -> list[Any]:
        """What came with an answer that says OK."""
        kind, found = answer
        if kind != "OK":
            raise self.error(b" ".join(each for each in found if isinstance(each, bytes)).decode("utf-8", "replace") or kind)
        return found


def _words(error: Exception) -> str:
    """What the server said, in one line."""
    said = error.args[0] if len(error.args) == 1 else str(error)
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return shortened(line(re.sub(r"\bb'([^']*)'", r"\1", text)) or type(error).__name__, ANSWER_CHARACTERS)
