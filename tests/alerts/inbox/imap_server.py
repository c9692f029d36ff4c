"""A small IMAP server on 127.0.0.1 over a real socket, which keeps a folder and can fail at any step."""
import re
import socket
import ssl
import threading
from typing import Any


class ImapServer:
    """Knows what a reader of a mailbox asks for. `answers` says what it does instead at a command: a line that it answers,
    "hang" or "cut". `messages` are by UID, `seen` the UIDs so flagged, `said` all that clients sent."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None) -> None:
        self.messages: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.answers: dict[str, str] = {}
        self.said: list[str] = []
        self.readonly = False
        self.talks = 0
        self._tls, self._starttls = tls, starttls
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def stop(self) -> None:
        self._over.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for each in self._threads:
            each.join()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.talks += 1
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        talk = connection
        try:
            if self._tls is not None:
                talk = self._tls.wrap_socket(connection, server_side=True)
            self._talk(talk)
        except (OSError, ssl.SSLError):  # the client went
            pass
        finally:
            talk.close()

    def _talk(self, talk: Any, *, greet: bool = True) -> None:
        lines = talk.makefile("rb")
        greeting = self.answers.get("GREETING", "* OK ready")
        if greeting == "hang":
            self._over.wait()
            return
        if greet:
            talk.sendall(f"{greeting}\r\n".encode())
        while raw := lines.readline():
            line = raw.decode().rstrip("\r\n")
            self.said.append(line)
            tag, command, rest = [*line.split(" ", 2), ""][:3]
            if command == "UID":
                command, rest = [*rest.split(" ", 1), ""][:2]
            answer = self.answers.get(command)
            if answer == "hang":
                self._over.wait()
                return
            if answer == "cut":
                return
            if answer is not None:
                talk.sendall(answer.replace("TAG", tag).encode() + b"\r\n")
                continue
            talk.sendall(self._answer(command, rest) + f"{tag} OK {command} done\r\n".encode())
            if command == "STARTTLS" and self._starttls is not None:
                with self._starttls.wrap_socket(talk, server_side=True) as guarded:
                    self._talk(guarded, greet=False)
                return
            if command == "LOGOUT":
                return

    def _answer(self, command: str, rest: str) -> bytes:
        if command == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1" + (b" STARTTLS" if self._starttls else b"") + b"\r\n"
        if command == "SELECT":
            state = b"* OK [READ-ONLY] so it is\r\n" if self.readonly else b""
            return f"* {len(self.messages)} EXISTS\r\n".encode() + state
        if command == "SEARCH":
            unseen = (f" {uid}" for uid in self.messages if uid not in self.seen)
            return f"* SEARCH{''.join(unseen)}\r\n".encode()
        if command == "FETCH":
            uid, most = re.fullmatch(r"([0-9]+) \(BODY\.PEEK\[\]<0\.([0-9]+)>\)", rest).groups()  # type: ignore[union-attr]
            if int(uid) not in self.messages:
                return b""
            content = self.messages[int(uid)][:int(most)]
            return f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(content)}}}\r\n".encode() + content + b")\r\n"
        if command == "STORE":
            uid, flags = rest.split(" ", 1)
            assert flags == r"+FLAGS.SILENT (\Seen)"
            self.seen.add(int(uid))
        return b"* BYE\r\n" if command == "LOGOUT" else b""
