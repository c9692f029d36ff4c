"""A mail's content as one JSON document, posted to an address of the operator's and signed."""
import contextlib
import hashlib
import hmac
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from alerts.channels.deadline import Deadline
from alerts.channels.errors import ChannelError, Later, Paused, RefusedMessage, Unreachable
from alerts.entry import More, entries
from alerts.happening import quotes
from alerts.message import message_id
from alerts.opening import subject
from alerts.public import PublicUrl
from alerts.text import line, shortened
from storage.outbox import DueAlert, NewMail
from storage.passage import Part, Passage

ANSWER_CHARACTERS = 300
# The answer's status decides; a server that does not go on to say why is not waited for.
WORDS_SECONDS = 2.0
# A shorter part of an address is no secret worth the name.
SECRET_CHARACTERS = 6
# 408, 425 and 429 speak of this moment (RFC 9110, 8470, 6585), 401 and 403 of us: the message is at fault in none of them.
PASSING = frozenset({408, 425, 429})
NOT_LET_IN = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that takes a POST. Each is signed under secret; timeout is in seconds, for the whole conversation. ValueError
    where the address is none, or would send in clear to another machine, and where the secret is empty."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    agent: str = "Steppewire"
    timeout: float = 60.0
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        if not self.secret:
            raise ValueError("a webhook needs a secret to sign with")
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if host is None or not (self.url.isascii() and self.url.isprintable()) or " " in self.url:
            raise ValueError("a webhook needs an address such as https://hooks.example.org/steppewire")
        if parts.username is not None:
            raise ValueError("a webhook's address has no user and password; what is posted is signed")
        if parts.scheme != "https" and not (parts.scheme == "http" and _here(host)):
            raise ValueError("a webhook's address begins with https://, unless it is on this machine")

    @staticmethod
    def write(alerts: Sequence[DueAlert], now: datetime, *, sender: str, public_url: PublicUrl | None,
              names: Mapping[str, str]) -> NewMail:
        """The document that tells of alerts of one watch for one webhook; docs/schemas/webhook.json describes it."""
        articles = entries(alerts, names, public_url)
        order = {alert.article: place for place, alert in reversed(list(enumerate(alerts)))}
        ordered = sorted(alerts, key=lambda alert: (order[alert.article], alert.id))
        groups = [list(group) for _, group in groupby(ordered, key=lambda alert: alert.article)]
        own, title = message_id(alerts, sender), subject(articles)
        told = [{"article": str(group[0].article), "outlet": group[0].outlet, "outlet_name": entry.outlet, "url": group[-1].url,
                 "headline": entry.headline, "events": list(map(_event, group)), "links": list(map(_link, entry.more))}
                for entry, group in zip(articles, groups, strict=True)]
        document = {"schema": 1, "id": own, "watch": alerts[0].watch, "made_at": _time(now), "subject": title, "entries": told}
        return NewMail(alerts[0].watch, alerts[0].recipient, own, title,
                       json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"), now, channel=alerts[0].recipient)

    def greet(self, _sender: str) -> str:
        """Connects and leaves without asking for anything; says where. Raises a ChannelError where nobody answers."""
        with Deadline(self.timeout, None) as deadline:
            self._connected(deadline).close()
        parts = urlsplit(self.url)
        return f"{parts.hostname} can be reached; whether it takes what is posted is seen with the first mail"

    def send(self, _sender: str, _recipient: str, message: bytes, stop: threading.Event | None = None) -> str:
        """Posts a document and returns the answer's status, or raises a ChannelError. No redirect is followed and no proxy
        asked. 5 s after stop is set the conversation is cut."""
        with Deadline(self.timeout, stop) as deadline:
            connection = self._connected(deadline)
            try:
                connection.request("POST", self._target(), message, self._headers(message))
                with connection.getresponse() as response:
                    return self._judged(response, connection)
            except (OSError, HTTPException, ValueError) as error:
                raise Later(deadline.reason or _words(error)) from error
            finally:
                connection.close()

    def _connected(self, deadline: Deadline) -> HTTPConnection:
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        connection = HTTPConnection(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
        try:
            plain = deadline.connect(connection.host, connection.port)
            connection.sock = plain
            if parts.scheme == "https":
                connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
        except (OSError, UnicodeError) as error:
            connection.close()
            # Of a certificate that nobody vouches for, and of a server that speaks no TLS, a person must hear.
            person = isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError) and not deadline.reason
            raise (Paused if person else Unreachable)(deadline.reason or _words(error)) from error
        return connection

    def _target(self) -> str:
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _headers(self, message: bytes) -> dict[str, str]:
        parts, at = urlsplit(self.url), int(self.clock())
        return {"Host": parts.netloc, "Content-Type": "application/json", "User-Agent": self.agent,
                "Idempotency-Key": json.loads(message)["id"],
                "Steppewire-Signature": f"t={at},v1={signature(self.secret, at, message)}", "Connection": "close"}

    def _judged(self, response: HTTPResponse, connection: HTTPConnection) -> str:
        status = response.status
        if 200 <= status < 300:
            return shortened(line(f"{status} {response.reason}"), ANSWER_CHARACTERS)
        said = b""
        with contextlib.suppress(OSError, HTTPException, ValueError):
            if connection.sock is not None:
                connection.sock.settimeout(WORDS_SECONDS)
            said = response.read1(ANSWER_CHARACTERS)
        words = shortened(self._kept_secret(f"{status} {response.reason} {said.decode('utf-8', 'replace')}"), ANSWER_CHARACTERS)
        raise _refusal(status, words, self._after(response))

    def _kept_secret(self, text: str) -> str:
        """A text without what of the address may be a secret: servers like to repeat it."""
        parts = urlsplit(self.url)
        for piece in sorted({*parts.path.split("/"), *re.split("[&=]", parts.query)}, key=len, reverse=True):
            text = text.replace(piece, "[…]") if len(piece) >= SECRET_CHARACTERS else text
        return line(text)

    def _after(self, response: HTTPResponse) -> timedelta | None:
        """What Retry-After says, in seconds or as a date."""
        said = response.headers.get("Retry-After", "").strip()
        with contextlib.suppress(ValueError, OverflowError):
            if said.isascii() and said.isdigit():
                return timedelta(seconds=int(said))
            until = parsedate_to_datetime(said)
            until = until if until.tzinfo else until.replace(tzinfo=timezone.utc)
            return max(until - datetime.fromtimestamp(self.clock(), timezone.utc), timedelta(0))
        return None


def signature(secret: str, at: int, body: bytes) -> str:
    """What stands as v1 in the header: HMAC-SHA256 of the time, a full stop and the body."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def _refusal(status: int, words: str, after: timedelta | None) -> ChannelError:
    if 300 <= status < 400:
        return Paused(f"{words}: it leads elsewhere, which is not followed: write the address that takes the document")
    if status in NOT_LET_IN:
        return Paused(words)
    if 400 <= status < 500 and status not in PASSING:
        return RefusedMessage(words)
    return Later(words, after)


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _event(alert: DueAlert) -> dict[str, Any]:
    passage, quoted = Passage.from_json(alert.passage), quotes(alert)
    kept = [part for part in passage.parts if quoted or part.field != "comment"]
    return {"event": alert.event, "seen_at": _time(alert.seen_at), "words": list(passage.words),
            "author": passage.author if quoted else None, "quoted": len(kept) == len(passage.parts),
            "parts": list(map(_part, kept))}


def _part(part: Part) -> dict[str, Any]:
    return {"field": part.field, "old": part.old, "new": part.new, "old_spans": part.old_spans, "new_spans": part.new_spans}


def _link(more: More) -> dict[str, Any]:
    return {"label": more.label, "url": more.where if more.is_link else None, "command": None if more.is_link else more.where}


def _time(at: datetime) -> str:
    return at.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def _words(error: Exception) -> str:
    return shortened(line(str(error)) or type(error).__name__, ANSWER_CHARACTERS)
