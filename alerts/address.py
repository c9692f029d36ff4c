"""Mail addresses."""
import re
from email.utils import parseaddr


def address(text: str) -> str:
    """The bare address in `a@example.org` or `Name <a@example.org>`; ValueError where there is none that a mail can carry."""
    found = parseaddr(text)[1]
    if not text.isprintable() or not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", found):
        raise ValueError(f"{text!r} is no mail address")
    return found


def domain(text: str) -> str:
    """What stands behind the @."""
    return address(text).rpartition("@")[2]
