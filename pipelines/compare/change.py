"""What a change of an article is made of: how much was added and taken out, and what it touches."""
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.compare.align import SIGN, WORDS
from pipelines.compare.correction import is_notice
from pipelines.compare.diff import operations, pairs, sentences
from pipelines.compare.version import plain, same
from storage.kinds import kind

# A figure with the separators of its thousands, its decimals or the other parts of a date or time; in a name (G20) it is none.
FIGURE = re.compile(r"(?<![A-Za-zА-Яа-я\d])(?:(\d{1,3}(?:[ ,.']\d{3})+)(?![\d])([.,]\d+)?|\d+(?:[.,:/-]\d+)*)")
# A quotation in any style of marks, inside one block; a word or two in marks is a name.
QUOTATION = re.compile(r"«([^«»\n]+)»|[“„‟]([^“”„‟\n]+)[“”]|\"([^\"\n]+)\"|[「『]([^「」『』\n]+)[」』]"
                       r"|(?<!\w)‘((?:[^‘’\n]|’(?=\w))+)’(?!\w)")
QUOTED_WORDS, QUOTED_SIGNS = 3, 6
RUN, DECIMAL = re.compile(r"\w+"), re.compile(r"\d[.,](?=\d)")
NAME_WORD = re.compile(r"[^\W\d_][\w'-]*")
# The words that tell one story from another: in every text stand the same short ones. Of a script without spaces, two signs.
TELLING = re.compile(rf"[^\W{SIGN}]{{5,}}|(?=([{SIGN}]{{2}}))")
LONG = 5
SIGNS = re.compile(f"[{SIGN}]")


@dataclass(frozen=True, slots=True)
class Statistics:
    """A change in figures, the columns of the table `change`: characters and words of both texts, added and removed (what only
    moved is neither); sentences that are new, gone, or said otherwise; blocks that only moved; whether the headline changed;
    how many figures, names and quotations differ; whether a notice of correction is there that was not; similarity, the share
    of words in common, from 0 to 1."""

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
    told = pairs(old, new)
    touched = [pair for pair in told if not pair.equal and pair.move is None]
    steps = [step for step in operations(touched) if step.op != "equal"]
    kept = [pair.new for pair in told if pair.equal or pair.move is not None]
    moved = [pair.new for pair in told if pair.move is not None]
    removed, added = [plain(pair.old) for pair in touched], [plain(pair.new) for pair in touched]
    everything_kept = "\n".join(kept)
    runs = RUN.findall(everything_kept)
    words_kept, sentences_kept = _words(everything_kept, runs), sum(_sentences(piece) for piece in kept)
    return Statistics(
        headline=not same(old_title, new_title), chars_old=len(old), chars_new=len(new),
        chars_added=sum(len(step.new) for step in steps), chars_removed=sum(len(step.old) for step in steps),
        words_old=words_kept + sum(map(_words, removed)), words_new=words_kept + sum(map(_words, added)),
        words_added=sum(_words(step.new) for step in steps), words_removed=sum(_words(step.old) for step in steps),
        sentences_old=sentences_kept + sum(map(bool, removed)), sentences_new=sentences_kept + sum(map(bool, added)),
        sentences_added=sum(not pair.old for pair in touched), sentences_removed=sum(not pair.new for pair in touched),
        sentences_changed=sum(bool(pair.old and pair.new) for pair in touched),
        blocks_moved=sum(len([line for line in piece.splitlines() if line.strip()]) for piece in moved),
        figures=_differing(_figures, removed, added), names=_differing(_names, removed, added),
        quotes=_quotes(old, new),
        correction=sum(map(is_notice, added)) > sum(map(is_notice, removed)),
        similarity=_similarity(everything_kept, runs, removed, added))


def _words(text: str, runs: Sequence[str] | None = None) -> int:
    """How many words a text has, of whose runs of letters and figures some may be known: where there are spaces, it is quicker
    to count these, less the decimals."""
    if not text.isascii() and SIGNS.search(text):
        return len(WORDS.findall(text))
    return len(RUN.findall(text) if runs is None else runs) - len(DECIMAL.findall(text))


def _sentences(text: str) -> int:
    return sum(len(sentences(line)) for line in text.splitlines() if line and not line.isspace())


def _differing(found: Callable[[str], Iterator[str]], removed: list[str], added: list[str]) -> int:
    return _apart(Counter(each for piece in removed for each in found(piece)),
                  Counter(each for piece in added for each in found(piece)))


def _apart(old: Counter[str], new: Counter[str]) -> int:
    """How many of either side are not on the other; one that was changed is on both sides, and counts once."""
    return max((old - new).total(), (new - old).total())


def _figures(piece: str) -> Iterator[str]:
    for found in FIGURE.finditer(piece):
        yield re.sub(r"\D", "", found[1]) + (found[2] or "").replace(",", ".") if found[1] else found[0].replace(",", ".")


def _names(sentence: str) -> Iterator[str]:
    """The capitalised words that do not begin the sentence or a quotation, those that follow each other as one."""
    run: list[str] = []
    end = 0
    for number, found in enumerate(NAME_WORD.finditer(sentence)):
        before = sentence[end:found.start()]
        if run and before != " ":
            yield " ".join(run)
            run = []
        if found[0][0].isupper() and number and not before.endswith(('"', "- ")):
            run.append(found[0])
        elif run:
            yield " ".join(run)
            run = []
        end = found.end()
    if run:
        yield " ".join(run)


def _quotes(old: str, new: str) -> int:
    """How many quotations differ, looked for in the lines that do."""
    before, after = Counter(old.split("\n")), Counter(new.split("\n"))
    return _apart(Counter(_quotations("\n".join((before - after).elements()))),
                  Counter(_quotations("\n".join((after - before).elements()))))


def _quotations(text: str) -> Iterator[str]:
    for found in QUOTATION.finditer(text):
        said = plain(found[found.lastindex or 0]).strip(" .,!?…。，！？")
        if _words(said) >= (QUOTED_SIGNS if SIGNS.search(said) else QUOTED_WORDS):
            yield said


def _similarity(kept: str, runs: Sequence[str], removed: list[str], added: list[str]) -> float:
    """The share of words in common; of texts that have no telling ones, of all words. runs are those of what was kept."""
    for pattern in (TELLING, WORDS):
        both = _count(pattern, kept, runs)
        before, after = _bag(pattern, removed), _bag(pattern, added)
        shared = (before & after).total()
        if total := 2 * both + before.total() + after.total():
            return 2 * (both + shared) / total
    return 0.0 if removed or added else 1.0


def _count(pattern: re.Pattern[str], text: str, runs: Sequence[str]) -> int:
    if pattern is TELLING and (text.isascii() or not SIGNS.search(text)):
        return sum(map(LONG.__le__, map(len, runs)))
    return len(pattern.findall(text))


def _bag(pattern: re.Pattern[str], pieces: list[str]) -> Counter[str]:
    return Counter(found[found.lastindex or 0].casefold() for piece in pieces for found in pattern.finditer(piece))
