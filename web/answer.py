"""The page of a link in a mail: it says what the link does; a press of its button, or a mail program's own POST, does it."""
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from alerts import token
from alerts.text import line
from storage import answers
from storage.answers import Said
from storage.store import Store
from web.page import page
from web.words import unknown, words

log = logging.getLogger("steppewire.web")

# A link that is not known names nothing; one that does nothing any more is gone.
STATUS = {"open": 200, "done": 200, "used": 410, "already": 410}


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers GET and POST of /answer/TOKEN. GET changes nothing, since whatever looks through mails follows links. names gives
    an outlet's name by its id; threads are those that may be at the store at once."""

    store: Store
    key: bytes
    names: Mapping[str, str]
    clock: Callable[[], datetime]
    threads: CapacityLimiter

    async def __call__(self, request: Request) -> Response:
        found = token.read(self.key, request.path_params["token"])
        if found is None:
            said = unknown()
            return page(404, said.title, said.paragraphs)
        try:
            outcome = await to_thread.run_sync(self._act if request.method == "POST" else self._look, found,
                                               abandon_on_cancel=True, limiter=self.threads)
        except SQLAlchemyError as error:
            log.error("an answer to a mail could not be taken: %s", line(str(getattr(error, "orig", None) or error)))
            return page(503, "This does not work just now", ("Nothing was done. Please try again in a few minutes.",),
                        headers={"Retry-After": "300"})
        told = words(outcome, self.names)
        return page(STATUS.get(outcome.state, 404), told.title, told.paragraphs, told.button)

    def _look(self, found: token.Token) -> Said:
        with self.store.reading() as session:
            return _shown(answers.look(session, found.action, found.digest, found.article, token=found.text))

    def _act(self, found: token.Token) -> Said:
        with self.store.writing() as session:
            done = answers.act(session, found.action, found.digest, found.article, "link", self.clock(), token=found.text)
        if done.state == "done":
            log.info("%s by link: watch %s, %s alerts dropped", done.action, done.watch, done.dropped)
        return _shown(done)


def _shown(said: Said) -> Said:
    return said if said.headline is None else replace(said, headline=line(said.headline))
