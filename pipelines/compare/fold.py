"""Texts that a reader takes for the same, under one key: near-identical comments are counted by it."""
import hashlib
import re
import unicodedata

# Letters that look alike, as the Latin ones: Cyrillic and Greek small letters, some by the look of their capitals (В, Н).
LOOKALIKES = str.maketrans("авеёкмнортсухіїјѕһԁԛԝӏαβεηικμνορτυχ", "abeekmhoptcyxiijshdqwlabenikmvoptyx")
# A text of fewer words says the same as many others by chance: «Спасибо большое!», "I agree with you".
WORDS = 5
WORD = re.compile(r"[^\W_]+")
IDEOGRAPHS = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


def text_key(text: str) -> str | None:
    """The key of a text, 16 hexadecimal digits: the same for texts that differ in nothing but case, punctuation, spaces, emoji
    and letters that look alike. None for fewer than five words, two ideographs counting as one."""
    words = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    ideographs = sum(len(IDEOGRAPHS.findall(word)) for word in words)
    if sum(not IDEOGRAPHS.search(word) for word in words) + ideographs // 2 < WORDS:
        return None
    return hashlib.sha256("".join(words).translate(LOOKALIKES).encode()).hexdigest()[:16]
