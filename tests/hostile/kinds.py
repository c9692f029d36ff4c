"""Hostile documents: what a site may answer with where an article should be, each with the outcome that is owed to it.

KINDS has what makes them, one at a time, since some are megabytes long. Every document that holds an article holds one of its
own, so that no two of them have one text.
"""
from collections.abc import Callable, Iterator

from hostile import encoding, meaning, parsers
from hostile.document import Document

KINDS: dict[str, Callable[[], Iterator[Document]]] = {
    "encoding": encoding.documents, "parsers": parsers.documents, "meaning": meaning.documents}
