"""Addresses of the pages that the daemon has of what mails tell of, each signed: only those know it to whom it was given."""
import hmac
from dataclasses import dataclass, field

from alerts import token


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """Where people reach the daemon's pages, and what signs the addresses below that."""

    address: str
    key: bytes = field(repr=False)

    def article(self, article: int) -> str:
        """The article's newest version."""
        return self._signed(f"article/{article}")

    def diff(self, article: int, old: int, new: int) -> str:
        """What changed between two of its versions, by their numbers."""
        return self._signed(f"article/{article}/diff/{old}-{new}")

    def thread(self, article: int) -> str:
        """Its comments."""
        return self._signed(f"article/{article}/thread")

    def _signed(self, path: str) -> str:
        return f"{self.address.rstrip('/')}/{path}/{token.page(self.key, path)}"


def is_signed(key: bytes, path: str, signature: str) -> bool:
    """Whether a signature is that of a path such as article/7/thread."""
    return hmac.compare_digest(token.page(key, path).encode(), signature.encode("utf-8", "replace"))
