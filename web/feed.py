"""The address of a watch's feed, which only those know to whom it was given."""
import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime, parsedate_to_datetime

from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from alerts import token
from alerts.feed import atom
from alerts.public import PublicUrl
from alerts.text import line
from storage import feed
from storage.store import Store
from web.page import HEADERS, page

log = logging.getLogger("steppewire.web")


@dataclass(frozen=True, slots=True)
class Feeds:
    """Answers GET of /feed/WATCH/SIGNATURE.atom, and 304 where nothing was added since it was last asked for."""

    store: Store
    key: bytes
    names: Mapping[str, str]
    clock: Callable[[], datetime]
    threads: CapacityLimiter
    sender: str
    public_url: str

    async def __call__(self, request: Request) -> Response:
        watch, signature = request.path_params["watch"], request.path_params["signature"]
        if not hmac.compare_digest(token.feed(self.key, watch).encode(), signature.encode("utf-8", "replace")):
            return page(404, "There is no such feed", ("Its address is another, or was not copied whole.",))
        try:
            found = await to_thread.run_sync(self._made, watch, abandon_on_cancel=True, limiter=self.threads)
        except SQLAlchemyError as error:
            log.error("a feed could not be made: %s", line(str(getattr(error, "orig", None) or error)))
            return page(503, "This does not work just now", ("Please try again in a few minutes.",),
                        headers={"Retry-After": "300"})
        if found is None:
            return page(404, "There is no such feed", ("There is no such watch.",))
        body, changed = found
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {name: HEADERS[name] for name in ("Referrer-Policy", "X-Content-Type-Options", "X-Robots-Tag")} | {
            "ETag": etag, "Last-Modified": format_datetime(changed.astimezone(timezone.utc), usegmt=True),
            "Cache-Control": "private, no-cache"}
        if _known(request, etag, changed):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/atom+xml")

    def _made(self, watch: str) -> tuple[bytes, datetime] | None:
        with self.store.reading() as session:
            since = feed.since(session, watch)
            told = feed.told(session, watch, self.clock()) if since is not None else []
        if since is None:
            return None
        address = token.feed_address(self.key, self.public_url, watch)
        body = atom(watch, since, told, sender=self.sender, public_url=PublicUrl(self.public_url, self.key), names=self.names,
                    address=address)
        return body, max((each.at for each in told), default=since)


def _known(request: Request, etag: str, changed: datetime) -> bool:
    """Whether the asker has it already; If-None-Match decides alone where it is sent (RFC 9110, 13.2.2)."""
    if (tags := request.headers.get("If-None-Match")) is not None:
        known = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return "*" in known or etag in known
    try:
        had = parsedate_to_datetime(request.headers.get("If-Modified-Since", ""))
    except ValueError:
        return False
    return changed.replace(microsecond=0) <= (had if had.tzinfo else had.replace(tzinfo=timezone.utc))
