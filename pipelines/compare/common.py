"""What many edits have in common: the blame is found in them, and news that several articles share is not blamed."""
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from pipelines.compare.blame import NO_BLAME, Blame, Edit, Shape, label, masked
from pipelines.compare.correction import is_notice
from pipelines.compare.motion import WORD, Piece, Side, motion, title_ends
from pipelines.compare.version import plain, same

# A line put into so many articles is no chance; into two it counts only where nothing else changed in either.
SEVERAL = 3
# So many telling words of a line, two pairs of ideographs for one, stand elsewhere in nearly every article that shares it,
# where it is news of a matter they have in common: what happened and where. Of boilerplate hardly one does.
SHARED, NEARLY = 2, 0.75
# Of the changed articles so many must have lines at the same place, where an outlet is known to be in motion; of lines that
# may stand anywhere more, since a paragraph put in is what an editor does too.
MANY, MOST = 1 / 3, 1 / 2
# A beginning, an end or a form of lines is less certain than a line: of many articles a share must have it.
SOME = 0.1
# The longest of such lines, one in ten left out as an editor's, and a quarter more for those not met yet.
LONGEST, LONGER = 0.9, 1.25
# As many lines came or went in so many of the articles; in the others an editor put in one more.
USUAL_RUN = 0.75
# More lines than a layout adds at one edge: byline, standfirst, tags.
ADDED = 3
NO_LIMIT = 10**9
# A blame that explains a smaller share of the edits is not what the outlet did: then the whole change is blamed on it.
ENOUGH = 0.4
# What editors say of a story that goes on, beside notices of correction; a redesign says neither.
GOES_ON = re.compile(r"clarif|updat|amend|editor'?s? note|develop|breaking|обновл|дополн|подробност|срочно|жаңарт|жаңырт|"
                     r"янгиланди|yangilandi|навсозӣ|täzelen|aktualis|actualiz|mise à jour|更新|滚动|快讯", re.IGNORECASE)
# Words are compared by their beginnings: the languages of the region inflect. Shorter ones tell nothing unless they are names.
STEM = 5
NAME = 3
# Of lines that only begin alike so many: a digest of three days has its label of weather in each.
LABELLED = 5


def stems(text: str) -> set[str]:
    """The words of a text that tell what it is about: longer ones and names by their beginnings, pairs of ideographs."""
    words = WORD.findall(text)
    pairs = {one + other for one, other in pairwise(words) if len(one) == len(other) == 1}
    return {word.casefold()[:STEM] for word in words
            if not word.isdigit() and (len(word) >= STEM or (len(word) >= NAME and word[0].isupper()))} | pairs


@lru_cache(maxsize=4096)
def _stayed(edit: Edit) -> frozenset[str]:
    """The stems of what both sides of an edit have: its headline and the lines that did not come or go."""
    gone = {piece.line for piece in motion(edit).pieces if piece.part == "line" and piece.side == "old"}
    return frozenset(stems("\n".join([edit.old_title, *(line for number, line in enumerate(edit.old) if number not in gone)])))


def is_news(text: str, edits: Sequence[Edit]) -> bool:
    """Whether a line that several edits share is their news: a notice of an editor, or a sentence about what they have in
    common."""
    if is_notice(text) or GOES_ON.search(text):
        return True
    having = Counter(stem for edit in edits for stem in stems(text) & _stayed(edit))
    common = [stem for stem, count in having.items() if count >= NEARLY * len(edits)]
    return sum(1 if len(stem) > 2 else 0.5 for stem in common) >= SHARED


def certain(edits: Sequence[Edit]) -> Blame:
    """The blame that needs no other evidence: lines that came or went in several articles, with the same words or the same
    beginning, that have nothing to do with what those are about, and in most of them alone."""
    blame = _by_words(edits, lambda text, having: not is_news(text, having), 2, LABELLED)
    blame |= _titles(edits, lambda having: having >= LABELLED).by_words
    touching = [edit for edit in edits if blame and blame.touches(edit)]
    whole = {edit.article for edit in touching if blame.explains(edit)}
    touched = {edit.article for edit in touching}
    if len(touched) < 2 or len(whole) < (2 if len(touched) == 2 else len(touched) * 2 / 3):
        return NO_BLAME
    return blame


def in_motion(edits: Sequence[Edit]) -> Blame:
    """The blame where an outlet is known to be in motion: what came or went in several articles by its words, then by its place
    in most; none where it leaves most of the edits unexplained."""
    count = len({edit.article for edit in edits})
    several = min(SEVERAL, max(2, count))

    def usual(text: str, having: Sequence[Edit]) -> bool:
        return len({edit.article for edit in having}) * 2 >= count or not is_news(text, having)

    # What many have comes first: the bylines of three authors are exact lines too, and say nothing of the others'.
    blame = _by_words(edits, usual, max(several, count * MANY), max(several, count * MANY))
    blame |= _titles(edits, lambda having: having >= max(several, count * MANY))
    blame |= _moved(edits, blame, max(several, count * MOST))
    blame |= _by_place(edits, blame, max(several, count * MANY))
    blame |= _by_words([blame.leaves(edit) for edit in edits], usual, several, max(several, count * SOME))
    blame |= _anywhere(edits, blame, max(several, count * MOST))
    explained = {edit.article for edit in edits if blame.explains(edit)}
    return blame if len(explained) >= ENOUGH * count else NO_BLAME


def _by_words(edits: Sequence[Edit], usual: Callable[[str, Sequence[Edit]], bool], lines_from: float,
              forms_from: float) -> Blame:
    """The lines that so many articles share, and the forms of lines that so many do."""
    having: dict[Shape, dict[int, Edit]] = defaultdict(dict)
    for edit in edits:
        for piece in motion(edit).pieces:
            for shape in _shapes(piece):
                having[shape].setdefault(edit.article, edit)
    moved = {edit: {piece.text for piece in motion(edit).moved} for edit in edits}
    exact: dict[Side, list[str]] = {"old": [], "new": []}
    shapes: list[Shape] = []
    for shape, found in having.items():
        if len(found) < (lines_from if shape.kind == "any" else forms_from) or not usual(shape.text, list(found.values())):
            continue
        if shape.kind == "any":
            if not all(shape.text in moved[edit] for edit in found.values()):
                exact[shape.side].append(shape.text)
        else:
            shapes.append(shape)
    blame = Blame(tuple(exact["new"]), tuple(exact["old"]))
    # A form counts only where it takes out more than the exact lines do.
    needed = tuple(shape for shape in shapes if not _covered(shape, blame, having[shape].values()))
    return blame | Blame(shapes=needed)


def _shapes(piece: Piece) -> Iterable[Shape]:
    """The forms a piece may be known by; an exact line is said as `any` with its text."""
    if piece.part != "line":
        yield Shape(piece.part, piece.side, masked(piece.text) or piece.text)
        return
    yield Shape("any", piece.side, piece.text)
    if text := label(piece.text):
        yield Shape("label", piece.side, text)
    if text := masked(piece.text):
        yield Shape("mask", piece.side, text)


def _covered(shape: Shape, exact: Blame, edits: Iterable[Edit]) -> bool:
    texts = set(exact.dropped if shape.side == "old" else exact.added)
    return all(piece.text in texts for edit in edits for piece in motion(edit).pieces if shape.fits(piece))


def _titles(edits: Sequence[Edit], enough: Callable[[int], bool]) -> Blame:
    ends: dict[Shape, set[int]] = defaultdict(set)
    case, changed = set(), set()
    for edit in edits:
        if same(edit.old_title, edit.new_title):
            continue
        if plain(edit.old_title).casefold() == plain(edit.new_title).casefold():
            case.add(edit.article)
            continue
        changed.add(edit.article)
        (old_begin, new_begin), (old_end, new_end) = title_ends(edit.old_title, edit.new_title)
        for kind, side, text in (("begin", "old", old_begin), ("begin", "new", new_begin), ("end", "old", old_end),
                                 ("end", "new", new_end)):
            if WORD.search(text):
                ends[Shape("title begin" if kind == "begin" else "title end", "old" if side == "old" else "new",
                           text.strip())].add(edit.article)
    shapes = [shape for shape, articles in ends.items() if enough(len(articles))]
    if enough(len(case)):
        shapes.append(Shape("title case", "new"))
    blame = Blame(shapes=tuple(shapes))
    left = {edit.article for edit in edits if not same((now := blame.leaves(edit)).old_title, now.new_title)}
    if enough(len(left)) and len(left) * 2 > len({edit.article for edit in edits}):
        return Blame(shapes=(Shape("title", "new"),))
    return blame


def _moved(edits: Sequence[Edit], blame: Blame, enough: float) -> Blame:
    articles = {edit.article for edit in edits if motion(blame.leaves(edit)).moved}
    return Blame(shapes=(Shape("moved", "new"),)) if len(articles) >= enough else NO_BLAME


def _rest(edits: Sequence[Edit], blame: Blame) -> list[tuple[int, list[Piece]]]:
    """What is left of each edit, as pieces, with its article."""
    return [(edit.article, [piece for piece in motion(blame.leaves(edit)).pieces if piece.part == "line"])
            for edit in edits]


def _by_place(edits: Sequence[Edit], blame: Blame, enough: float) -> Blame:
    runs: dict[tuple[str, Side], dict[int, list[Piece]]] = defaultdict(lambda: defaultdict(list))
    for article, pieces in _rest(edits, blame):
        for piece in pieces:
            if piece.place != "inside":
                runs[(piece.place, piece.side)][article].append(piece)
    shapes = []
    for (place, side), found in runs.items():
        if len(found) >= enough:
            counts = [max(piece.nth for piece in pieces) for pieces in found.values()]
            most, share = Counter(counts).most_common(1)[0]
            chars = (_longest(found.values()) if most == 1
                     else int(LONGER * max(len(piece.text) for pieces in found.values() for piece in pieces)))
            if most > ADDED or share < USUAL_RUN * len(counts):  # the rest of a text, of whatever length, behind a wall
                most = chars = NO_LIMIT
            shapes.append(Shape("first" if place == "first" else "last", side, most=most, chars=chars))
    return Blame(shapes=tuple(shapes))


def _longest(found: Iterable[Sequence[Piece]]) -> int:
    """How long lines are that come one an article, each article's shortest taken for it."""
    lengths = sorted(min(len(piece.text) for piece in pieces) for pieces in found)
    return int(lengths[int((len(lengths) - 1) * LONGEST)] * LONGER)


def _anywhere(edits: Sequence[Edit], blame: Blame, enough: float) -> Blame:
    shapes = []
    sides: tuple[Side, Side] = ("old", "new")
    rest = _rest(edits, blame)
    for side in sides:
        found = {article: own for article, pieces in rest
                 if (own := [piece for piece in pieces if piece.side == side and piece.alone])}
        if len(found) >= enough:
            shapes.append(Shape("any", side, chars=_longest(found.values())))
    return Blame(shapes=tuple(shapes))
