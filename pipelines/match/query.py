"""A query as people write it: its text becomes words and phrases, or an error that says where it is wrong.

A query is one word or phrase, or several with OR between them, of which any is enough; a phrase may stand in quotation marks.
"""
import re
from dataclasses import dataclass

from pipelines.match.words import tokens

QUOTES = {'"': '"', "“": "”", "«": "»", "„": "“”"}
PIECE = re.compile(r"\S+")
OR = "OR"


class QueryError(ValueError):
    """A text is no query: position is where in it, in code points; hint is what would be right."""

    def __init__(self, message: str, position: int, hint: str) -> None:
        super().__init__(message)
        self.message, self.position, self.hint = message, position, hint


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    start: int
    quoted: bool = False


def parse(text: str) -> tuple[str, ...]:
    """The words and phrases of a query, each once; QueryError."""
    found: list[str] = []
    term: list[_Piece] = []
    last = 0
    for piece in (*_pieces(text), _Piece(OR, len(text))):
        if piece.text != OR or piece.quoted:
            term.append(piece)
            continue
        if not term:
            raise _nothing(text, piece, after_or=bool(found))
        found.append(_term(text, term))
        term, last = [], piece.start
    assert last == len(text)
    return tuple(dict.fromkeys(found))


def _pieces(text: str) -> list[_Piece]:
    found: list[_Piece] = []
    place = 0
    while (piece := PIECE.search(text, place)) is not None:
        start, mark = piece.start(), piece[0][0]
        if mark not in QUOTES:
            found.append(_Piece(piece[0], start))
            place = piece.end()
            continue
        end = next((at for at in range(start + 1, len(text)) if text[at] in QUOTES[mark]), None)
        if end is None:
            raise QueryError(f"the quotation mark {mark} is never closed", start, f"write {QUOTES[mark][0]} at its end")
        found.append(_Piece(text[start + 1:end], start, quoted=True))
        place = end + 1
    return found


def _nothing(text: str, at: _Piece, *, after_or: bool) -> QueryError:
    if not text.strip():
        return QueryError("the query is empty", 0, 'write a word, a phrase, or several as: railway OR "Belt and Road"')
    if at.start == len(text) or after_or:
        before = text.rfind(OR, 0, at.start)
        return QueryError("nothing stands after OR", max(before, 0), "write a word or phrase there, or leave out OR")
    return QueryError("nothing stands before OR", at.start, 'write a word or phrase there, or "OR" to look for it')


def _term(text: str, term: list[_Piece]) -> str:
    for one in term[1:]:
        if one.quoted or term[0].quoted:
            raise QueryError("two phrases stand side by side", one.start, "write OR between them, or quote them as one phrase")
    said = term[0].text if term[0].quoted else text[term[0].start:term[-1].start + len(term[-1].text)]
    if not tokens(said):
        raise QueryError(f"{said!r} has no letter and no figure", term[0].start, "write a word that a text can have")
    return said
