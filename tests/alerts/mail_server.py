"""A real mail server on 127.0.0.1 that keeps what it took, or fails in a way of its own."""
import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from alerts.channels.smtp import Smtp


class _Controller(Controller):
    """On a free port, known once it has started; leaves no connection open."""

    def __init__(self, handler: Any, **options: Any) -> None:
        super().__init__(handler, **options)
        self.talks: list[Any] = []

    def factory(self) -> Any:
        self.talks.append(super().factory())
        return self.talks[-1]

    async def hang_up(self) -> None:
        for talk in self.talks:
            if talk.transport is not None:
                talk.transport.abort()
        await asyncio.sleep(0.01)

    async def _create_server(self) -> asyncio.Server:
        server = await self.loop.create_server(self._factory_invoker, host=self.hostname, port=0, ssl=self.ssl_context)
        self.port = server.sockets[0].getsockname()[1]
        return server


class MailServer:
    """A real SMTP server. `answers` says what it does at MAIL, RCPT, DATA (after the dot) and QUIT: an answer, "hang" or "cut";
    `answers_for` the same for one recipient at RCPT and DATA. `spool` has what it took: (recipient, bytes); `senders` the
    addresses that these were sent from."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.answers_for: dict[tuple[str, str], str] = {}
        self.spool: list[tuple[str, bytes]] = []
        self.senders: list[str] = []
        self.asked: list[str] = []
        self.controller: Any = None
        self.port = 0

    def start(self, **options: Any) -> None:
        self.controller = _Controller(self, hostname="127.0.0.1", **options)
        self.controller.start()
        self.port = self.controller.port

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.controller.hang_up(), self.controller.loop).result()
        self.controller.stop()

    def channel(self, **values: Any) -> Smtp:
        return Smtp(**{"host": "127.0.0.1", "port": self.port, "security": "none", "timeout": 30.0, **values})

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=default) for _, content in self.spool]

    async def _answer(self, server: Any, stage: str, recipient: str = "") -> str | None:
        self.asked.append(stage)
        answer = self.answers_for.get((stage, recipient)) or self.answers.get(stage)
        if answer == "hang":
            await asyncio.sleep(3600)  # cancelled when the client goes
        if answer == "cut":
            server.transport.abort()
            await asyncio.sleep(3600)
        return answer

    async def handle_MAIL(self, server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if (answer := await self._answer(server, "MAIL")) is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or "250 OK"

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:
        if (answer := await self._answer(server, "RCPT", address)) is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        recipient = envelope.rcpt_tos[0]
        if "taken, then" in (self.answers.get("DATA") or ""):  # what a server does that dies between the mail and its answer
            self.senders.append(envelope.mail_from)
            self.spool.append((recipient, envelope.content))
            server.transport.abort()
            await asyncio.sleep(3600)
        if (answer := await self._answer(server, "DATA", recipient)) is None:
            self.senders.append(envelope.mail_from)
            self.spool.append((recipient, envelope.content))
        return answer or "250 kept"

    async def handle_QUIT(self, server: Any, _session: Any, _envelope: Any) -> str:
        return await self._answer(server, "QUIT") or "221 bye"
