"""A mail server that is ill in a given way for a while: a gateway before a real one, which keeps what it took.

A conversation is passed on line by line; at the stage where the gateway is ill it answers, hangs or breaks off by itself. What
it saw of each conversation is its log, and the mails that the real server took are the spool.
"""
import base64
import contextlib
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from demo.sink import MailSink

PASSWORD = "open sesame"


@dataclass(frozen=True, slots=True)
class Illness:
    """What goes wrong at a stage: TLS, GREETING, EHLO, AUTH, MAIL, RCPT, DATA, DOT (before the real server has the message) or
    TAKEN (after it). does is an answer, "hang", "cut", "closed" (nobody listens) or "stranger" (another certificate). only: the
    one recipient who is concerned."""

    stage: str
    does: str
    only: str | None = None


@dataclass
class Talk:
    """A conversation as the gateway saw it. ill: it met the illness; times are those of time.time()."""

    began: float
    recipient: str | None = None
    message_id: str | None = None
    ill: bool = False
    taken: bool = False
    ended: float | None = None


class _Over(Exception):
    """The conversation ends here."""


@dataclass
class Gateway:
    """A mail server while its `with` block runs, at `port`. pems: the certificate that is vouched for and a stranger's, where
    it speaks TLS; login: it asks for PASSWORD."""

    folder: Path
    pems: tuple[Path, Path] | None = None
    login: bool = False
    illness: Illness | None = None
    talks: list[Talk] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.sink = MailSink(self.folder)
        self.sink.__enter__()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self._serve()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._shut()
        self.sink.__exit__(kind, error, trace)

    def fall_ill(self, illness: Illness) -> None:
        """Is ill from now on."""
        self.illness = illness
        if illness.does == "closed":
            self._shut()

    def recover(self) -> None:
        """Is well from now on; a conversation that hangs hangs on."""
        illness, self.illness = self.illness, None
        if illness is not None and illness.does == "closed":
            self.listener = socket.create_server(("127.0.0.1", self.port))
            self._serve()

    def _serve(self) -> None:
        self.thread = threading.Thread(target=self._accept, args=(self.listener,), daemon=True)
        self.thread.start()

    def _shut(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(client,), daemon=True).start()

    # --- one conversation

    def _converse(self, client: socket.socket) -> None:
        talk = Talk(time.time())
        self.talks.append(talk)
        with contextlib.suppress(OSError, _Over), contextlib.ExitStack() as stack:
            client = stack.enter_context(self._secured(talk, stack.enter_context(client)))
            server = stack.enter_context(socket.create_connection(("127.0.0.1", self.sink.port)))
            self._pass_on(talk, client, client.makefile("rb"), server, server.makefile("rb"))
        talk.ended = time.time()

    def _secured(self, talk: Talk, client: socket.socket) -> socket.socket:
        if self.pems is None:
            return client
        ill = self.illness if self.illness is not None and self.illness.stage == "TLS" else None
        if ill is not None:
            talk.ill = True
            if ill.does == "cut":
                client.recv(5)
                raise _Over
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pems[ill is not None])
        return context.wrap_socket(client, server_side=True)

    def _pass_on(self, talk: Talk, client: socket.socket, said: BinaryIO, server: socket.socket, answers: BinaryIO) -> None:
        if not self._fails(talk, "GREETING", client):
            client.sendall(_answer(answers))
        for line in said:
            command = line.split(b" ")[0].strip().upper().decode("latin-1")
            if command == "RCPT":
                talk.recipient = line.partition(b"<")[2].partition(b">")[0].decode("latin-1")
            if self._fails(talk, command, client):
                continue
            if command == "AUTH":
                right = base64.b64decode(line.split()[-1]).endswith(b"\0" + PASSWORD.encode())
                client.sendall(b"235 welcome\r\n" if right else b"535 5.7.8 wrong password\r\n")
                continue
            server.sendall(line)
            answer = _answer(answers)
            if command == "EHLO" and self.login:
                answer = answer.replace(b"250 HELP", b"250-AUTH PLAIN\r\n250 HELP")
            client.sendall(answer)
            if command == "DATA":
                self._message(talk, client, said, server, answers)

    def _message(self, talk: Talk, client: socket.socket, said: BinaryIO, server: socket.socket, answers: BinaryIO) -> None:
        lines: list[bytes] = []
        while not lines or lines[-1] != b".\r\n":
            lines.append(said.readline())
            if not lines[-1]:
                raise _Over
        talk.message_id = str(message_from_bytes(b"".join(lines))["Message-ID"])
        if self._fails(talk, "DOT", client):
            return
        server.sendall(b"".join(lines))
        answer = _answer(answers)
        talk.taken = True
        if not self._fails(talk, "TAKEN", client):
            client.sendall(answer)

    def _fails(self, talk: Talk, stage: str, client: socket.socket) -> bool:
        """Whether the gateway is ill here and has answered by itself; _Over where it does not answer at all."""
        ill = self.illness
        if ill is None or ill.stage != stage or (ill.only is not None and ill.only != talk.recipient):
            return False
        talk.ill = True
        if ill.does == "hang":
            while client.recv(4096):  # until the client has had enough
                pass
        if ill.does in ("hang", "cut"):
            raise _Over
        client.sendall(ill.does.encode() + b"\r\n")
        if ill.does.startswith("421"):
            raise _Over
        return True


def _answer(answers: BinaryIO) -> bytes:
    """The server's answer, of one or more lines."""
    lines = [answers.readline()]
    while lines[-1][3:4] == b"-":
        lines.append(answers.readline())
    if not lines[-1]:
        raise _Over
    return b"".join(lines)
