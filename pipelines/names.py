"""What the tables keep of a reader's name."""
import hashlib
import hmac
from collections.abc import Callable
from typing import Literal

Names = Callable[[str, str | None], str | None]


def names(keep: Literal["keep", "pseudonym", "drop"], key: bytes) -> Names:
    """A function of outlet and name: the name itself, nothing, or a pseudonym (HMAC-SHA256 under the key, equal for equal names
    at one outlet, 12 hexadecimal digits of it)."""
    def pseudonym(outlet: str, name: str | None) -> str | None:
        if name is None:
            return None
        digest = hmac.new(key, f"{outlet}\0{folded(name)}".encode(), hashlib.sha256).hexdigest()
        return f"reader-{digest[:12]}"

    return {"keep": lambda _outlet, name: name, "drop": lambda _outlet, _name: None, "pseudonym": pseudonym}[keep]


def folded(name: str) -> str:
    """A name without what writes the same one differently: case and spaces."""
    return " ".join(name.split()).casefold()
