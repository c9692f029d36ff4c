"""One request over a connection of its own."""
from collections.abc import Callable
from email.message import Message
from http.client import HTTPConnection
from typing import NamedTuple

import pytest

from demo.server import Server


class Got(NamedTuple):
    status: int
    headers: Message
    body: bytes


Ask = Callable[..., Got]


@pytest.fixture
def ask() -> Ask:
    """ask(server, path, method="GET", **headers), underscores in the headers' names being hyphens."""
    def asked(server: Server, path: str, method: str = "GET", **headers: str) -> Got:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            with connection.getresponse() as response:
                return Got(response.status, response.headers, response.read())
        finally:
            connection.close()
    return asked
