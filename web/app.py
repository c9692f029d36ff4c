"""The web application: all that is answered over HTTP to people, but not to monitors."""
from collections.abc import Callable, Mapping
from datetime import datetime

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from storage.store import Store
from web.answer import Answers
from web.article import Articles, Pages
from web.bounded import Bounded
from web.feed import Feeds
from web.page import page

# Of the store's connections the daemon's own rounds need most.
MOST_THREADS = 4
WRONG = {404: "There is nothing here", 405: "This cannot be done here"}


def app(store: Store, key: bytes, names: Mapping[str, str], clock: Callable[[], datetime], *, sender: str | None = None,
        public_url: str | None = None, pages: Pages | None = None) -> Starlette:
    """The application; key signs the links of mails, names gives an outlet's name by its id. Where it knows who sends mails and
    how people reach it, it has the feeds of watches too; pages makes those of articles, where it is
    given."""
    threads = CapacityLimiter(MOST_THREADS)
    routes: list[BaseRoute] = [
        Route("/answer/{token}", Answers(store, key, names, clock, threads).__call__, methods=["GET", "POST"]),
    ]
    if sender is not None and public_url is not None:
        feeds = Feeds(store, key, names, clock, threads, sender, public_url)
        routes.append(Route("/feed/{watch}/{signature}.atom", feeds.__call__, methods=["GET"]))
    if pages is not None:
        routes.append(Route("/article/{path:path}", Articles(key, pages, threads).__call__, methods=["GET"]))
    made = Starlette(routes=routes, middleware=[Middleware(Bounded)],
                     exception_handlers={HTTPException: _wrong, Exception: _fault})
    made.router.redirect_slashes = False
    return made


def _wrong(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return page(error.status_code, WRONG.get(error.status_code, "This does not work"), ("Nothing was done.",),
                headers=error.headers or {})


def _fault(_request: Request, _error: Exception) -> Response:
    return page(500, "This did not work", ("It is a fault of ours, and is in the log.",))
