"""Text of strangers made fit for a mail: nothing in it can end a header, steer a terminal or turn a line around."""
import re
import unicodedata

# Controls, lone surrogates (no encoding has them), separators that some readers take for line ends, and the marks that turn
# the direction of everything after them; those that only say what a neighbour is (U+200E, U+200F, U+061C) stay.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")


def lines(text: str) -> str:
    """A text whose only control character is the line feed."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _BREAKS.sub("\n", text)).replace("\t", " "))


def line(text: str) -> str:
    """A text as one line, every stretch of white space one space."""
    return " ".join(lines(text).split())


def shortened(text: str, limit: int) -> str:
    """The text, cut to at most limit characters with an ellipsis at its end where something was cut off."""
    if len(text) <= limit:
        return text
    end = limit - 1
    while end > 1 and unicodedata.combining(text[end]):
        end -= 1
    return text[:end].rstrip() + "…"
