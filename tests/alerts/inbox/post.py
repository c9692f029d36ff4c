"""Letters as they arrive, and a maildir that they arrive in."""
import itertools
from email.message import EmailMessage
from pathlib import Path

LETTERS = Path(__file__).parent / "letters"
MAILBOX = "wire@steppewire.example"
KEY = b"k" * 32
_numbers = itertools.count(1)


def recorded(name: str, *, envelope: str, recipient: str) -> bytes:
    """A letter of a mail server about our mail to a recipient, sent to the envelope sender of that mail."""
    text = (LETTERS / f"{name}.eml").read_text(encoding="utf-8")
    return text.replace("ENVELOPE", envelope).replace("RECIPIENT", recipient).encode()


def written(to: str, body: str = "", *, subject: str = "Re: a subject", html: str | None = None,
            **headers: str) -> bytes:
    """A letter of a person; headers as Auto_Submitted."""
    mail = EmailMessage()
    mail["From"] = "A Reader <reader@analysts.example>"
    mail["To"] = to
    mail["Subject"] = subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    if html is None or body:
        mail.set_content(body)
    if html is not None:
        mail.add_alternative(html, subtype="html") if body else mail.set_content(html, subtype="html")
    return mail.as_bytes()


class Maildir:
    """A maildir on disk, as a mail server fills it and a mail program shows it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for each in ("tmp", "new", "cur"):
            (folder / each).mkdir(parents=True)

    def arrives(self, content: bytes, name: str | None = None) -> str:
        """Puts a message in as a mail server does; its name."""
        name = name or f"{1772431200 + next(_numbers)}.M1P1.mx.example"
        (self.folder / "tmp" / name).write_bytes(content)
        (self.folder / "tmp" / name).rename(self.folder / "new" / name)
        return name

    def new(self) -> list[str]:
        return sorted(each.name for each in (self.folder / "new").iterdir())

    def seen(self) -> list[str]:
        """The names, without their flags, of the messages that are marked as seen."""
        return sorted(each.name.partition(":2,")[0] for each in (self.folder / "cur").iterdir()
                      if "S" in each.name.partition(":2,")[2])
