"""What recipients answer by: the words in a link or a subject that name an action and a mail, and addresses that name a mail,
each signed, so that nobody can make one up."""
import hmac
import re
from dataclasses import dataclass
from urllib.parse import quote

CODES = {"n": "not_relevant", "s": "mute_story", "o": "mute_outlet", "e": "end_watch", "c": "confirm"}
_CODE = {action: code for code, action in CODES.items()}
# Half of SHA-256 in a link; a quarter where an address has to hold it, whose part before the @ may have 64 characters.
SIGNATURE, MARK = 32, 16
_TOKEN = re.compile(r"([a-z])\.([0-9a-f]{32})\.(0|[1-9][0-9]{0,17})\.([0-9a-f]{32})")
_BOUNCE = re.compile(r"b([1-9][0-9]{0,17})\.([0-9a-f]{16})")
_REPLY = re.compile(r"r([0-9a-f]{32})\.([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says: digest is what the Message-ID of the mail has before its @, article None where it is about none in
    particular. text is the token itself, as it was made."""

    action: str
    digest: str
    article: int | None
    text: str


def make(key: bytes, action: str, digest: str, article: int | None = None) -> str:
    """The token of an action on a mail; lower-case, so that no mail program changes it."""
    said = f"{_CODE[action]}.{digest}.{article or 0}"
    return f"{said}.{_sign(key, said, SIGNATURE)}"


def read(key: bytes, text: str) -> Token | None:
    """What a token says; None where it is none, or not of this key."""
    text = text.strip().lower()
    found = _TOKEN.fullmatch(text)
    if found is None or not _is_signed(key, text[:found.end(3)], found[4]) or found[1] not in CODES:
        return None
    return Token(CODES[found[1]], found[2], int(found[3]) or None, text)


def envelope(key: bytes, mailbox: str, mail: int) -> str:
    """The address that a mail is sent from, so that what comes back says which mail it was."""
    return _with(key, mailbox, f"b{mail}")


def reply_to(key: bytes, mailbox: str, digest: str) -> str:
    """The address that a reply to a mail goes to."""
    return _with(key, mailbox, f"r{digest}")


def bounced(key: bytes, address: str) -> int | None:
    """The mail that an address of `envelope` stands for; None where it is none, or not of this key."""
    found = _BOUNCE.fullmatch(_added(address))
    return int(found[1]) if found and _is_signed(key, f"b{found[1]}", found[2]) else None


def replied(key: bytes, address: str) -> str | None:
    """The digest of the mail that an address of `reply_to` stands for; None where it is none, or not of this key."""
    found = _REPLY.fullmatch(_added(address))
    return found[1] if found and _is_signed(key, f"r{found[1]}", found[2]) else None


def feed(key: bytes, watch: str) -> str:
    """What signs the address of a watch's feed."""
    return _sign(key, f"feed.{watch}", SIGNATURE)


def feed_address(key: bytes, public_url: str, watch: str) -> str:
    """The address of a watch's feed below the one where people reach us."""
    return f"{public_url.rstrip('/')}/feed/{quote(watch, safe='')}/{feed(key, watch)}.atom"


def page(key: bytes, path: str) -> str:
    """What signs the address of a page, such as article/7/thread."""
    return _sign(key, f"page.{path}", SIGNATURE)


def _with(key: bytes, mailbox: str, said: str) -> str:
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{said}.{_sign(key, said, MARK)}@{domain}"


def _added(address: str) -> str:
    """What an address has behind the last + of its local part."""
    return address.rpartition("@")[0].rpartition("+")[2].lower()


def _is_signed(key: bytes, said: str, signature: str) -> bool:
    return hmac.compare_digest(_sign(key, said, len(signature)), signature)


def _sign(key: bytes, said: str, length: int) -> str:
    return hmac.new(key, said.encode(), "sha256").hexdigest()[:length]
