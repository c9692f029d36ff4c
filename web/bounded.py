"""What a request may bring along: a few bytes, refused before they are read where there are more."""
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.page import page

MOST_BYTES = 8192


class Bounded:
    """An application that is asked with bodies of at most 8 KiB; what brings more is answered with 413 and read no further."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await self._body(scope, receive)
        if body is None:
            await page(413, "This is too much", ("Nothing was done.",), headers={"Connection": "close"})(scope, receive, send)
            return
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return messages.pop() if messages else await receive()

        await self.app(scope, again, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """What a request brought, None where it is or would be too much, or its sender went away."""
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if int(declared) > MOST_BYTES:
            return None
        body = b""
        while True:
            message = await receive()
            if message["type"] != "http.request" or len(body) + len(message["body"]) > MOST_BYTES:
                return None
            body += bytes(message["body"])
            if not message.get("more_body"):
                return body
