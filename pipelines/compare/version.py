"""Whether two texts say the same: what an editor would not call an edit is no difference."""
import hashlib
import re
import unicodedata

# Quotation marks and apostrophes of every style, and dashes of every width: typography, not wording.
QUOTES = dict.fromkeys(map(ord, "“”„‟«»″〝〞‹›"), '"') | dict.fromkeys(map(ord, "‘’‚‛`´′ʻʼ"), "'")
DASHES = dict.fromkeys((code for code in range(0x2010, 0x2016)), "-") | {0x2212: "-"}
PLAIN = str.maketrans({**QUOTES, **DASHES, ord("ё"): "е", ord("Ё"): "Е"})
SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """A text with typography taken out: NFC, white space squeezed, invisible characters dropped, plain quotation marks and
    dashes, ё as е. Two texts with an equal plain form are the same version."""
    visible = "".join(character for character in unicodedata.normalize("NFC", text)
                      if unicodedata.category(character) != "Cf")
    return SPACE.sub(" ", visible.translate(PLAIN)).strip()


def block_key(text: str) -> str:
    """What blocks that say the same have in common, 16 digits: short, so that views may sort whole histories by it."""
    return hashlib.sha256(plain(text).encode()).hexdigest()[:16]


def same(old: str | None, new: str | None) -> bool:
    """Whether two texts say the same."""
    return plain(old or "") == plain(new or "")
