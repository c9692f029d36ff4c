"""Hostile documents through the door in its real children: each ends as it must and takes no other with it."""
import resource
from collections.abc import Iterable, Iterator
from itertools import chain

import anyio
import pytest
from hostile.document import Document, lines_of, page
from hostile.kinds import KINDS
from hostile.parsers import pathological

from crawler.items import ArticleRead, Fetched, Nothing, ReadValue
from pipelines.read.children import Readers

GIGABYTE = 1 << 30
# Documents that are small are all read; of the larger ones, which take a second each, one in so many.
SMALL = 60_000
ONE_IN = 20


def in_order(lines: Iterable[str], text: str) -> bool:
    """Whether all lines are in the text, one behind the other."""
    place = 0
    for line in lines:
        if (found := text.find(line, place)) < 0:
            return False
        place = found + len(line)
    return True


def fault(document: Document, value: ReadValue) -> str | None:
    """What is wrong with the outcome of a document; None where it is the one expected."""
    if not isinstance(value, ArticleRead):
        reason = value.reason if isinstance(value, Nothing) else "found"
        return None if reason in document.refused else f"{document.name}: {value!r:.200}"
    right = (document.lines is not None and (document.garbled or (
        in_order(document.lines, value.text) if document.loose else value.text.split("\n") == list(document.lines))))
    if right and document.title in (None, value.title):
        return None
    return f"{document.name}: stored as {value.title!r:.60}, {value.text!r:.300}"


def read_all(documents: Iterable[Document], now, readers: Readers) -> list[str]:
    """The faults of documents, each read between two good pages that must be stored however it ends."""
    neighbour = Fetched("https://steppe.example/news/0", 200, (), page(lines_of("a neighbour")).encode(), now)

    async def everything() -> list[str]:
        faults: list[str] = []
        for document in documents:
            fetched = Fetched("https://steppe.example/news/1", document.status, (("Content-Type", document.type),),
                              document.body,
                              now)
            faults.append(fault(document, await readers.read(fetched, None)) or "")
            beside = await readers.read(neighbour, None)
            if not isinstance(beside, ArticleRead) or beside.text.split("\n") != list(lines_of("a neighbour")):
                faults.append(f"the page after {document.name}: {beside!r:.200}")
        return list(filter(None, faults))
    return anyio.run(everything)


def some(documents: Iterable[Document]) -> Iterator[Document]:
    return (document for place, document in enumerate(documents) if len(document.body) < SMALL or place % ONE_IN == 0)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_documents_end_as_they_must_and_kill_no_reader(kind, now):
    readers = Readers(1)
    assert (read_all(some(KINDS[kind]()), now, readers), readers.killed) == ([], 0)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < GIGABYTE


@pytest.mark.long
def test_every_hostile_document_ends_as_it_must_and_kills_no_reader(now):
    readers = Readers(1)
    every = chain.from_iterable(make() for make in KINDS.values())
    assert (read_all(every, now, readers), readers.killed) == ([], 0)


@pytest.mark.long
def test_no_random_markup_that_the_screen_lets_through_takes_a_reader_s_time(now):
    readers = Readers(1)
    assert (read_all(map(pathological, range(400)), now, readers), readers.killed) == ([], 0)
