"""A mail server on 127.0.0.1 that keeps what it gets, byte for byte, and sends nothing on."""
import asyncio
import json
import re
import threading
from datetime import datetime, timezone
from email import message_from_bytes
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller


class _Controller(Controller):
    """A controller on a free port, known once it has started: aiosmtpd's own would connect to port 0."""

    async def _create_server(self) -> asyncio.Server:
        server = await self.loop.create_server(self._factory_invoker, host=self.hostname, port=0)
        self.port = server.sockets[0].getsockname()[1]
        return server


class MailSink:
    """A mail server while its `with` block runs, at 127.0.0.1 and `port`.

    Each mail becomes `folder/NNNN-MESSAGE-ID.eml`, numbered as they came (the numbers go on in a folder that has mails),
    written whole before the sender hears 250. `folder/log.jsonl` has a line a mail: {"at", "file", "sender", "recipients"},
    sender and recipients being the envelope's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._controller: Any = None

    @property
    def port(self) -> int:
        """The port it listens at, while it runs."""
        if self._controller is None:
            raise RuntimeError("the mail sink does not run")
        return int(self._controller.port)

    @property
    def mails(self) -> list[Path]:
        """The files of all mails, in the order they came."""
        return sorted(self.folder.glob("*.eml"), key=_number)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._controller = _Controller(self, hostname="127.0.0.1")
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._controller.stop()
        self._controller = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """aiosmtpd's call for each mail."""
        self.keep(envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content)
        return "250 kept"

    def keep(self, sender: str | None, recipients: list[str], content: bytes) -> Path:
        """Writes one mail and its line in the log; gives the mail's file."""
        message_id = str(message_from_bytes(content)["Message-ID"] or "no-message-id")
        with self._lock:
            number = _number(self.mails[-1]) + 1 if self.mails else 1
            file = self.folder / f"{number:04}-{re.sub(r'[^A-Za-z0-9.@_-]+', '', message_id)[:120]}.eml"
            part = file.with_suffix(".part")
            part.write_bytes(content)
            part.replace(file)
            line = {"at": f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}", "file": file.name, "sender": sender,
                    "recipients": recipients}
            with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(line, ensure_ascii=False) + "\n")
        return file


def _number(file: Path) -> int:
    return int(file.name.partition("-")[0])
