"""A filled store, its mails, and the web application before it, on a real port."""
import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from alerts import token
from storage import outbox
from storage.outbox import NewMail
from storage.passage import Part, Passage
from storage.store import Store
from tests.alerts.filled import NAMES, PASSAGE, READER, Filled
from web.app import app
from web.listen import Listener

KEY = b"k" * 32


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Room:
    """The application on its port, and what is behind it."""

    filled: Filled
    port: int

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            with connection.getresponse() as answer:
                return Answer(answer.status, answer.read().decode(),
                              {name.lower(): value for name, value in answer.getheaders()})
        finally:
            connection.close()

    def mail(self, digest: str, *articles: int, headline: str = PASSAGE.headline, **values: Any) -> str:
        """A mail that tells of articles; its digest."""
        passage = Passage(headline, ("China",), (Part("text", None, "China pays.", (), ((0, 5),)),))
        ids = [self.filled.alert(passage, article=article, **values) for article in articles]
        watch, recipient = values.get("watch", "debts"), values.get("recipient", READER)
        mail = NewMail(watch, recipient, f"<{digest}@x.example>", "A subject", b"", self.filled.now)
        assert outbox.freeze(self.filled.store, mail, ids)
        return digest

    def link(self, action: str, digest: str, article: int | None = None) -> str:
        return f"/answer/{token.make(KEY, action, digest, article)}"


@pytest.fixture
def room(store: Store, now: datetime) -> Iterator[Room]:
    listener = Listener("127.0.0.1:0", app(store, KEY, NAMES, lambda: now))
    yield Room(Filled(store, now), listener.port)
    listener.close()
