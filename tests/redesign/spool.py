"""What the mails that arrived tell, read as their recipients read them: from the plain text, and from nothing else."""
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import pairwise

CHANGED = re.compile(r"\[-(.*?)-\]|\{\+(.*?)\+\}")
URL = re.compile(r"^https?://\S+$")
WHOLE = ("Added", "Taken out", "It read", "Headline added", "Headline taken out")
LABEL = re.compile(r"^(?:Headline )?[A-Z][a-z ]+:$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that one mail tells of an article: path is its address, changed what the mail shows as changed."""

    mail: int
    path: str
    event: str
    changed: str


def told(mails: Iterable[EmailMessage], recipient: str) -> Iterator[Told]:
    """All that the mails to a recipient tell, in order."""
    for number, mail in enumerate(mails):
        body = mail.get_body(("plain",))
        if body is None or recipient not in str(mail["To"]):
            continue
        yield from _entries(number, body.get_content())


def _entries(number: int, text: str) -> Iterator[Told]:
    lines = [*text.splitlines(), ""]
    path = event = label = ""
    changed: list[str] = []
    for line, following in pairwise(lines):
        ends = URL.match(line) or following.startswith("Seen ") or line == "-- "
        if ends and event:
            yield Told(number, path, event, "\n".join(changed))
            event = ""
        if URL.match(line):
            path = "/" + line.split("/", 3)[3]
        elif following.startswith("Seen "):
            event, label, changed = line, "", []
        elif LABEL.match(line):
            label = line.removesuffix(":")
        elif line.startswith("  ") and event:
            changed.append(line if label in WHOLE or not label else " ".join(a or b for a, b in CHANGED.findall(line)))
