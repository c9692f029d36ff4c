"""Whether two texts say the same: what an editor would not call an edit is no difference."""
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest

# Quotation marks and apostrophes of every style, and dashes of every width: typography, not wording.
QUOTES = dict.fromkeys("“”„‟«»″〝〞‹›", '"') | dict.fromkeys("‘’‚‛`´′ʻʼ", "'")
DASHES = dict.fromkeys(map(chr, range(0x2010, 0x2016)), "-") | {"\u2212": "-"}
PLAIN = {**QUOTES, **DASHES, "ё": "е", "Ё": "Е"}
# Where Unicode has its invisible characters (category Cf); those that a version of it has not are looked up.
INVISIBLE = ("\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
             "\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
             "\U000e0020-\U000e007f")
TYPOGRAPHY = re.compile(f"[{INVISIBLE}{re.escape(''.join(PLAIN))}]")


def plain(text: str) -> str:
    """A text with typography taken out: NFC, white space squeezed, invisible characters dropped, plain quotation marks and
    dashes, ё as е. Two texts with an equal plain form are the same version."""
    if text.isascii():  # the backtick and white space are all the typography that ASCII has
        return " ".join(text.replace("`", "'").split())
    text = unicodedata.normalize("NFC", text)
    at = 0
    while found := TYPOGRAPHY.search(text, at):  # a text has few such characters, and each of them often
        other = PLAIN.get(found[0]) or ("" if unicodedata.category(found[0]) == "Cf" else found[0])
        text, at = (text.replace(found[0], other), found.start()) if other != found[0] else (text, found.end())
    return " ".join(text.split())


def block_key(text: str) -> str:
    """What blocks that say the same have in common, 16 digits: short, so that views may sort whole histories by it."""
    return hashlib.sha256(plain(text).encode()).hexdigest()[:16]


def same(old: str | None, new: str | None) -> bool:
    """Whether two texts say the same."""
    old, new = old or "", new or ""
    if old == new:
        return True
    # Nothing in a plain form goes across white space, and the lines that both begin with say the same as they are.
    before, after = old.split("\n"), new.split("\n")
    begin = next((place for place, (line, other) in enumerate(zip(before, after, strict=False)) if line != other),
                 min(len(before), len(after)))
    return all(word == other for word, other in zip_longest(_plain_words(before[begin:]), _plain_words(after[begin:])))


def _plain_words(lines: Sequence[str]) -> Iterator[str]:
    return filter(None, (plain(word) for line in lines for word in line.split()))


def keys(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str]]:
    """What makes a piece of one text a piece of the other, for the pieces of both: its plain form, or itself where both have
    it, as most pieces are."""
    before, after = [piece.strip() for piece in old], [piece.strip() for piece in new]
    both = {*before} & {*after}
    known = {piece: piece if piece in both else plain(piece) for piece in {*before, *after}}
    return [known[piece] for piece in before], [known[piece] for piece in after]
