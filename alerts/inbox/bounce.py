"""What mail servers say of a mail that could not be delivered: reports of RFC 3464, and the texts of servers without them."""
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from typing import Literal

from alerts.inbox.letter import decoded, header, text
from alerts.text import line, shortened

SAID_CHARACTERS = 500
# A report has one block a recipient; a mail of ours goes to one, who may be a list of many.
MOST_BLOCKS = 200
# What follows an address in a text is looked at for so many lines.
LINES = 12
REPORTS = ("message/delivery-status", "message/global-delivery-status")  # RFC 3464, RFC 6533
UNKNOWN = "unknown"
Action = Literal["failed", "delayed"]
# The others, such as `relayed`, were not asked for and say nothing of a failure.
_ACTIONS: dict[str, Action] = {"failed": "failed", "delayed": "delayed"}
_STATUS = re.compile(r"([245])\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9.])")
# A status behind the code of an SMTP answer, `550 5.1.1` or `550-5.1.1`, or behind the mark of qmail and Exchange, `#5.1.1`.
_ANSWERED = re.compile(r"(?:\b[45][0-9]{2}[ -]#?|#)([45]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")
# The status of an address that there is not, in RFC 3463: 5.1 is about the recipient's address, 5.2.1 a mailbox that takes
# nothing more, 5.4.1 and 5.4.4 a host that cannot be reached or found (5.4.1 is also how Exchange Online refuses an unknown
# address), 5.0.0 a failure of which the server says no more. Not 5.1.7 and 5.1.8, the sender's address; not a full mailbox
# (5.2.2), a size, the way there, what is in the mail, a policy: of these nothing is wrong with the address.
_NO_ADDRESS = re.compile(r"5\.1\.(?![789]$)[0-9]+|5\.2\.1|5\.4\.[14]|5\.0\.0")
# Old servers say in words what has no status in their texts.
_WORDS = {"Unrouteable address": "5.1.0", "Unrouteable mail domain": "5.1.2", "retry timeout exceeded": "4.4.7",
          "mailbox is full": "5.2.2"}
_BELOW = re.compile(r"^-+ (?:Below this line is a copy|This is a copy of the message|The body of the message|Forwarded message)"
                    r"|^Original message headers:", re.IGNORECASE | re.MULTILINE)
# What a text says that is about a failure for good; else it only warns.
_FAILED = ("This is a permanent error", "Delivery has failed to these recipients", "couldn't be delivered",
           "did not reach some or all of the intended recipients")
# By what a text is known to be a server's: exim, qmail (its QSBMF), Exchange of three ages.
_SERVERS = ("This message was created automatically by mail delivery software", "Hi. This is the ",
            "Diagnostic information for administrators", "Delivery has failed to these recipients",
            "did not reach some or all of the intended recipients")


@dataclass(frozen=True, slots=True)
class Report:
    """What a server says of a mail to one recipient; status is `5.1.1` and so on, said its words in one line."""

    action: Action
    recipient: str
    status: str
    said: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """What became of one of our mails: failed is for good, else it is only late; no_address: there is no such address."""

    failed: bool
    no_address: bool
    said: str


def read(message: Message, recipient: str) -> Bounce | None:
    """What a message says of our mail to a recipient; None where it is no report of a failure.

    Only a report about the recipient's own address can say that there is no such address: where a server sent the mail on to
    others, what fails are these.
    """
    found = list(reports(message)) or list(_in_words(message, recipient))
    own = [each for each in found if each.recipient == recipient.casefold()]
    if not (about := own or found):
        return None
    worst = next((each for each in about if each.action == "failed"), about[0])
    failed = worst.action == "failed"
    said = worst.said if own else f"sent on to {worst.recipient}: {worst.said}"
    return Bounce(failed, failed and bool(own) and bool(_NO_ADDRESS.fullmatch(worst.status)),
                  shortened(line(said), SAID_CHARACTERS))


def reports(message: Message) -> Iterator[Report]:
    """The reports of RFC 3464 in a message, those of an enclosed message left out."""
    parts = message.get_payload() if message.get_content_type().startswith("multipart/") else [message]
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, Message) and part.get_content_type() in REPORTS:
            for block in _blocks(part)[:MOST_BLOCKS]:
                action = _ACTIONS.get(header(block, "Action").partition(" ")[0].casefold())
                recipient = _bare(header(block, "Final-Recipient") or header(block, "Original-Recipient"))
                if recipient and action is not None:
                    said = header(block, "Diagnostic-Code")
                    status = _precise(header(block, "Status"), said)
                    words = re.sub(r"^[A-Za-z0-9.-]+ ?; ?", "", said)
                    yield Report(action, recipient, status, words or f"{action}, status {status}")


def _blocks(part: Message) -> list[Message]:
    """The blocks of fields in a report; the library knows them as such in the older form only."""
    payload = part.get_payload()
    inside = [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []
    if part.get_content_subtype() == "delivery-status":
        return inside
    said = inside[0].as_string() if inside else decoded(part)
    return [message_from_string(block.lstrip()) for block in re.split(r"\r?\n\r?\n", said)]


def _precise(status: str, said: str) -> str:
    """The status; where it is a general one, the one that the server beyond has given, which knows more."""
    found = _STATUS.match(status)
    if found is not None and not found[0].endswith(".0.0"):
        return found[0]
    if answered := _ANSWERED.search(said):
        return answered[1]
    # A bare 552 or 554 is about a size or the mail itself (RFC 5321 §4.2.3), whatever the status leaves open.
    return found[0] if found and not re.search(r"(?:^|; ?)(?:4[0-9]{2}|55[24])\b", said) else UNKNOWN


def _bare(recipient: str) -> str:
    """The address in `rfc822; reader@analysts.example`."""
    return recipient.rpartition(";")[2].strip(" <>").casefold()


# --- servers that only write a text

def _in_words(message: Message, recipient: str) -> Iterator[Report]:
    """What a server says in words, where it names our recipient on a line of its own and a status behind it."""
    body = text(message, "plain")
    if below := _BELOW.search(body):
        body = body[:below.start()]
    words = line(body)
    if not any(mark in words for mark in _SERVERS):
        return
    action: Action = "failed" if any(mark in words for mark in _FAILED) else "delayed"
    lines = body.splitlines()
    for number, each in enumerate(lines):
        if _named(each) != recipient.casefold():
            continue
        said = line(" ".join(_paragraph(lines[number + 1:number + 1 + LINES])))
        status = _ANSWERED.search(said)
        known = status[1] if status else next((code for begin, code in _WORDS.items() if begin in said), None)
        if known is not None:
            yield Report(action, recipient.casefold(), known, said)
            return


def _named(words: str) -> str:
    """The address that stands alone on a line, as `  reader@analysts.example`, `<reader@analysts.example>:` or
    `reader@analysts.example on 3/2/2026 6:00 AM`."""
    return re.sub(r" on [0-9].*$", "", words.strip()).strip("<>:'\" ").casefold()


def _paragraph(lines: list[str]) -> Iterator[str]:
    for each in lines:
        if not each.strip():
            return
        yield each
