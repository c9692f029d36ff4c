"""What lies in the mailbox, one message at a time, and the texts in it."""
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from threading import Event
from typing import Protocol

from alerts.text import line

# Of a longer message only so much is read: what a server or a person says to us stands at its beginning.
MOST_BYTES = 1_000_000
# A text is looked at so far.
TEXT_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that nobody has seen: name is what the mailbox calls it, content at most its first MOST_BYTES. `mark` marks it
    as seen, so that it does not come again; call it once what it says is committed."""

    name: str
    content: bytes
    mark: Callable[[], None]


class Box(Protocol):
    """A mailbox. Both raise Unreadable; so does going through the letters, and marking one."""

    def look(self) -> str:
        """Enters and leaves without touching anything; says how many messages nobody has seen."""
        ...

    def open(self, most: int, stop: Event | None = None) -> AbstractContextManager[Iterator[Letter]]:
        """At most so many of the messages that nobody has seen, the oldest first, while the context lasts; after stop is set it
        must end within 5 s."""
        ...


def parsed(content: bytes) -> Message:
    """A message with its parts."""
    return message_from_bytes(content)


def header(message: Message, name: str) -> str:
    """A header as it stands, all of its lines joined; empty where there is none."""
    return " ".join(" ".join(str(value) for value in message.get_all(name, [])).split())


def subject(message: Message) -> str:
    """The subject, decoded as far as it can be, in one line."""
    raw = header(message, "Subject")
    try:
        return line(str(make_header(decode_header(raw))))
    except (LookupError, ValueError):  # an encoding that there is not, or that it is not in
        return line(raw)


def text(message: Message, kind: str) -> str:
    """The first text of a kind, `plain` or `html`, that is no attachment and not part of a message that is enclosed; empty
    where there is none."""
    for part in _parts(message):
        wanted = part.get_content_type() == f"text/{kind}" and part.get_content_disposition() != "attachment"
        if wanted and (found := decoded(part)).strip():
            return found
    return ""


def decoded(part: Message) -> str:
    """The beginning of a part's text, whatever it says its encoding is."""
    raw = part.get_payload(decode=True)
    content = raw if isinstance(raw, bytes) else b""
    try:
        found = content.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):  # an encoding that there is not
        found = content.decode("utf-8", "replace")
    return found[:TEXT_CHARACTERS]


def _parts(message: Message) -> Iterator[Message]:
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part)
    elif message.get_content_maintype() != "message":
        yield message
