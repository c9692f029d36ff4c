"""Pages of what mails tell of: an article, a change, a thread. Each is for those who were given its address."""
import base64
import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from alerts.public import is_signed
from alerts.text import line
from web.page import HEADERS, page

log = logging.getLogger("steppewire.web")

_PATH = re.compile(r"article/([1-9][0-9]{0,17})(/thread|/diff/([1-9][0-9]{0,8})-([1-9][0-9]{0,8}))?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page: the thread of an article, what changed between two of its versions, by their numbers, else the article itself."""

    article: int
    thread: bool = False
    versions: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole page, every text in it escaped, and the one style that it has."""

    html: str
    style: str


# What makes a page; None where there is nothing to be shown.
Pages = Callable[[Wanted], Shown | None]


@dataclass(frozen=True, slots=True)
class Articles:
    """Answers GET of /article/…/SIGNATURE. What is not signed is told nothing, not even whether there is such an article."""

    key: bytes
    pages: Pages
    threads: CapacityLimiter

    async def __call__(self, request: Request) -> Response:
        path, _, signature = f"article/{request.path_params['path']}".rpartition("/")
        found = _PATH.fullmatch(path)
        if found is None or not is_signed(self.key, path, signature):
            return _nothing()
        wanted = Wanted(int(found[1]), found[2] == "/thread", (int(found[3]), int(found[4])) if found[3] else None)
        try:
            shown = await to_thread.run_sync(self.pages, wanted, abandon_on_cancel=True, limiter=self.threads)
        except SQLAlchemyError as error:
            log.error("a page could not be made: %s", line(str(getattr(error, "orig", None) or error)))
            return page(503, "This does not work just now", ("Please try again in a few minutes.",),
                        headers={"Retry-After": "300"})
        if shown is None:
            return _nothing()
        own = base64.b64encode(hashlib.sha256(shown.style.encode()).digest()).decode()
        return HTMLResponse(shown.html, headers={**HEADERS, "Cache-Control": "private", "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{own}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")})


def _nothing() -> Response:
    return page(404, "There is no such page", ("Its address is another, or was not copied whole.",))
