"""The whole line against a site that answers with hostile documents, or with pages that change at every look; on both "
    "databases."""
import os
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from here import Here
from hostile.document import Document
from hostile.kinds import KINDS
from newspaper import Line, Newspaper, story
from prove.processes import descendants
from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator

from demo.server import Answer, Request
from storage.models import Article, Capture, Page, Reading
from tests.crawler.scripted import Reactor
from tests.pipelines.read import shells

HOUR = timedelta(hours=1)
DAY = timedelta(hours=25)
GIGABYTE = 1 << 30
SMALL = 30_000
# Of each kind so many that must be refused, and of each number one that holds an article.
EACH = 3
LOOKS = 20


class HostilePaper(Newspaper):
    """A newspaper that answers with a document where it has one for a path, and with the page of a look where that is told."""

    def __init__(self, folder: Path, database: str, documents: tuple[Document, ...] = ()) -> None:
        super().__init__(folder, articles=2, database=database)
        self.documents = {f"/news/hostile{place}": document for place, document in enumerate(documents)}
        self.stories |= {path: story(100 + place) for place, path in enumerate(self.documents)}
        self.looks = 0
        self.rotates: str | None = None

    def answer(self, request: Request) -> Answer:
        document = self.documents.get(request.path)
        if document is not None:
            return Answer(document.body, document.status, document.type)
        if request.path == self.rotates:
            boxes = "".join(shells.rotating(self.looks).values())
            self.looks += 1
            return Answer(shells.page("columns", before=boxes, among=boxes, after=boxes).encode())
        return super().answer(request)


@cache
def chosen() -> tuple[Document, ...]:
    """A few small documents of every kind, none of which may end in more than one way."""
    refused: dict[tuple[int, frozenset[str]], dict[str, Document]] = {}
    stored: dict[int, Document] = {}
    for document in chain.from_iterable(make() for make in KINDS.values()):
        if len(document.body) > SMALL or document.garbled or "found" in document.refused:
            continue
        if document.lines is None:
            of_kind = refused.setdefault((document.number, document.refused), {})
            if len(of_kind) < EACH:
                of_kind.setdefault(document.name, document)
        elif not document.refused:
            stored.setdefault(document.number, document)
    return (*chain.from_iterable(each.values() for each in refused.values()), *stored.values())


@pytest.fixture
def paper(tmp_path: Path, store_url: str) -> Iterator[HostilePaper]:
    with HostilePaper(tmp_path, store_url, chosen()) as paper:
        yield paper


def pages(line: Line) -> dict[str, Page]:
    with line.store.reading() as session:
        return {page.url.removeprefix("https://paper.example"): page for page in session.scalars(select(Page))}


def kept(line: Line, page: Page) -> bytes:
    """The body in the archive of a page's last answer."""
    with line.store.reading() as session:
        capture = session.scalars(select(Capture).where(Capture.page_id == page.id).order_by(Capture.id.desc())).first()
    assert capture is not None, page.url
    with (line.settings.data / "archive" / capture.file).open("rb") as file:
        file.seek(capture.offset)
        body: bytes = next(iter(ArchiveIterator(file))).content_stream().read()
        return body


def memory() -> list[int]:
    """The most memory that each process below this one has ever had, in bytes."""
    texts = [Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8") for process in descendants(os.getpid())]
    return [int(line.split()[1]) * 1024 for text in texts for line in text.splitlines() if line.startswith("VmHWM")]


@pytest.mark.long_on_postgresql
def test_a_hostile_document_is_kept_put_aside_and_looked_at_again_until_it_is_an_article(paper: HostilePaper) -> None:
    refused = {path: document for path, document in paper.documents.items() if document.lines is None}
    assert len(refused) >= 12 and len(paper.documents) - len(refused) >= 8
    well = set(paper.stories) - set(refused)
    with Line(paper) as line:
        for later in (HOUR, HOUR, DAY):
            run, = line.crawl("paper0", later=later)
            assert (run["state"], line.articles()) == ("done", dict.fromkeys(well, (1, 0)))
            found = pages(line)
            wrong = {path: (found[path].state, found[path].reason) for path, document in refused.items()
                     if found[path].state != "quarantined" or (found[path].reason or "").split(":")[0] not in document.refused}
            assert wrong == {}
            assert all(found[path].next_due_at > line.now and found[path].article_id is None for path in refused)
        assert [path for path, document in refused.items() if kept(line, found[path]) != document.body] == []
        used = memory()
        assert len(used) >= 2 and max(used) < GIGABYTE
        for path in refused:
            del paper.documents[path]
        line.crawl("paper0", later=HOUR)
        assert line.articles() == dict.fromkeys(paper.stories, (1, 0))
        assert {page.state for page in pages(line).values() if page.kind == "article"} == {"known"}


@pytest.mark.long_on_postgresql
def test_twenty_fetches_of_a_page_whose_boxes_rotate_give_one_version(tmp_path: Path, made_url: str, reactor: Reactor) -> None:
    with HostilePaper(tmp_path, made_url) as paper, Here(paper, reactor) as line:
        paper.rotates = "/news/1"
        for _ in range(LOOKS):
            line.crawl("paper0", later=HOUR)
        assert (paper.looks, line.articles()["/news/1"]) == (LOOKS, (1, 0))
        with line.store.reading() as session:
            texts = list(session.scalars(select(Reading.text).join(Capture, Capture.id == Reading.capture_id).join(
                Page, Page.id == Capture.page_id).join(Article, Article.id == Page.article_id).where(
                Article.url == "https://paper.example/news/1")))
        assert texts == ["\n".join(shells.LINES)] * LOOKS
