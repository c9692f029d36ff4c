"""An answer around any body, and an outlet that has everything."""
from collections.abc import Callable
from datetime import datetime

import pytest

from crawler.items import ArticleRead, Fetched, ThreadRead
from crawler.outlet import Outlet
from pipelines.read import decode, door
from pipelines.read.comments.parts import View
from pipelines.read.named import Named
from tests.pipelines.read.pages_to_read import URL, page

MakeFetched = Callable[..., Fetched]


@pytest.fixture
def fetched(now: datetime) -> MakeFetched:
    """Makes an answer of a body (text as UTF-8) at NOW."""
    def make(body: str | bytes, *, url: str = URL, content_type: str | None = "text/html", asked: str | None = None) -> Fetched:
        raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        headers = (("Content-Type", content_type),) if content_type else ()
        return Fetched(url=url, status=200, headers=headers, body=raw, at=now, asked=asked)
    return make


@pytest.fixture
def steppe() -> Outlet:
    """An outlet in Almaty with sources of each kind and comments in its own markup."""
    return Outlet.model_validate({
        "id": "steppe", "name": "Steppe Post", "home": "https://steppe.example/", "timezone": "Asia/Almaty",
        "articles": r"^/[a-z]{2}/articles/", "source": [
            {"kind": "rss", "url": "https://steppe.example/en/rss"},
            {"kind": "atom", "url": "https://steppe.example/en/atom"},
            {"kind": "sitemap", "url": "https://steppe.example/sitemap.xml"},
            {"kind": "section", "url": "https://steppe.example/en/archives", "links": "div.listing a", "pages": 3}],
        "comments": {"thread": "div.comments", "item": "div.comment", "text": ".comment__text", "author": ".comment__author",
                     "time": ".comment__date", "label": r"(\d+)\s+Comment\(s\)"}})


@pytest.fixture
def view(now: datetime) -> Callable[..., View]:
    """A page as the comment systems see it, by what stands behind its article and in its head."""
    def view_of(body: str, head: str = "") -> View:
        markup = decode.utf8(page(head=head, after=body))
        tree = decode.tree(markup)
        return View(tree, Named(tree), Fetched(URL, 200, (), markup, now), None)
    return view_of


@pytest.fixture
def generally(fetched: MakeFetched) -> Callable[..., ArticleRead]:
    """What is read, without an outlet, of a page with something inside or after its article."""
    def reading_of(*, url: str = URL, **places: str) -> ArticleRead:
        value = door.read(fetched(page(**places), url=url), None)
        assert isinstance(value, ArticleRead), value
        return value
    return reading_of


@pytest.fixture
def thread(generally: Callable[..., ArticleRead]) -> Callable[..., ThreadRead]:
    """The thread that is read, without an outlet, of a page with something inside its article."""
    return lambda inside, **more: generally(inside=inside, **more).thread
