"""The one way to the network: every request of a crawl, whatever it is for, passes the gate, the guard and the archive."""
from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _BindAddressAgent,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.http import Headers as ScrapyHeaders
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectionDone
from twisted.web.client import URI

import failpoint
import logs
from crawler.api_key import ApiKey, without
from crawler.egress import Egress
from crawler.guard import Guard, GuardedReactor, endpoint
from crawler.items import Exchange, Headers
from crawler.politeness import DEFAULT_PORTS
from crawler.refusal import DOWN, HeadTooLarge, ProxyFailed, UsedUp, reason_of

# It warns of bodies that are too large or cut off, from no task of the run's; the page's own outcome says that with its place.
logging.getLogger(HTTP11DownloadHandler.__module__).setLevel(logging.ERROR)

MOST_HEAD = 65_536
# So many requests in a row without any answer: it is the site and not a page.
MOST_SILENT = 10
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class Download(HTTP11DownloadHandler):
    """Scrapy's download handler for http and https.

    Leaves in request.meta the `exchange` and where it was `kept` (None for a 304).
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory
        spider: Any = crawler.spider
        self._outlet, self._desk, self._gates, self._guard = spider.outlet, spider.desk, spider.gates, spider.guard
        self._tally, self._ending = spider.tally, spider.ending
        self._egress = Egress.of(self._outlet.egress) if self._outlet.egress else None
        self._key = ApiKey.of(self._outlet)
        self._silent = 0

    def _unanswered(self, error: Exception) -> None:
        """A site that is down is not asked for page after page: what is due stays due."""
        self._silent = self._silent + 1 if reason_of(error) in DOWN else 0
        if self._silent == MOST_SILENT:
            self._tally.down(self._outlet.home)
            self._ending.set()

    def _check_for_room(self) -> None:
        if not self._tally.has_room(self._outlet.home):
            raise UsedUp("the day's budget of requests is used up")

    async def download_request(self, request: Request) -> Response:
        logs.about(page=request.url)
        for name in ("exchange", "kept"):  # those of a request that this one repeats or follows
            request.meta.pop(name, None)
        self._check_for_room()  # what finds none does not wait for its turn either
        key = self._key.parameter(request.url) if self._key else None
        gate = self._gates.at(request.url)
        gate.limit(self._outlet.id, self._outlet.concurrency, self._outlet.delay)
        agent = _Agent(self._guard, self._outlet.connect, self._egress, key, contextFactory=self._contextFactory,
                       pool=self._pool, maxsize=self._default_maxsize, fail_on_dataloss=True, crawler=self._crawler)
        async with gate.turn(self._desk, self._ending):
            if self._egress:
                await self._check_for_proxy(request.url)
            self._check_for_room()
            self._tally.requests += 1
            try:
                with wrap_twisted_exceptions():
                    response = await maybe_deferred_to_future(agent.download_request(request))
            except Exception as error:
                self._unanswered(error)
                raise
            self._silent = 0
            if key:
                response = without(key, response)
            if self._egress and response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
                # Not the site's answer: its robots.txt, for one, must not count as missing.
                raise ProxyFailed("the proxy refused: 407 Proxy Authentication Required")
            if response.status in BUSY and (told := response.headers.get("Retry-After")):
                request.meta["dont_retry"] = await gate.heed(self._desk, told.decode("latin-1"))
        exchange = Exchange(request.url, (("Host", urlsplit(request.url).netloc), *_pairs(request.headers)), response.status,
                            _pairs(response.headers), response.body, self._desk.now())
        failpoint.reach("answer.fetched")
        request.meta["kept"] = None if response.status == HTTPStatus.NOT_MODIFIED else await self._desk.keep(exchange)
        request.meta["exchange"] = exchange
        return response

    async def _check_for_proxy(self, url: str) -> None:
        from twisted.internet import reactor

        parts, resolver = urlsplit(url), cast(Any, reactor).nameResolver
        await self._guard.check_for_proxy(parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme], resolver)


def _pairs(headers: ScrapyHeaders) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values)


class _Agent(_ScrapyAgent):
    """Scrapy's agent, connecting through the guard, and to the outlet's `connect` or `egress` where it has one. key is what is
    added to the path on the wire."""

    def __init__(self, guard: Guard, connect: str | None, egress: Egress | None, key: bytes | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._guard, self._connect, self._egress, self._key = guard, connect, egress, key or b""

    def _get_agent(self, request: Request, timeout: float) -> _BindAddressAgent:
        from twisted.internet import reactor

        if self._egress:
            through = _Through(cast(Any, reactor), self._contextFactory, connectTimeout=timeout, pool=self._pool)
            through.egress, through.key = self._egress, self._key
            return through
        guarded: Any = GuardedReactor(reactor, self._guard)
        agent = _Elsewhere(guarded, self._contextFactory, connectTimeout=timeout, pool=self._pool)
        agent.connect, agent.key = self._connect, self._key
        return agent


class _Keyed(_BindAddressAgent):
    """An agent that adds something to the path on the wire, of which the request itself knows nothing."""

    key: bytes = b""

    def _requestWithEndpoint(self, key: Any, endpoint: Any, method: bytes, parsedURI: URI, headers: Any, bodyProducer: Any,
                             requestPath: bytes) -> Deferred[Any]:
        return super()._requestWithEndpoint(key, endpoint, method, parsedURI, headers, bodyProducer, requestPath + self.key)


class _Elsewhere(_Keyed):
    """An agent that may connect elsewhere than its URLs say, and changes nothing else of them."""

    connect: str | None = None

    def _getEndpoint(self, uri: URI) -> Any:
        if not self.connect:
            return super()._getEndpoint(uri)  # type: ignore[no-untyped-call]  # Twisted's is untyped
        host, port = endpoint(self.connect)
        there: Any = HostnameEndpoint(self._reactor, host, port, self._endpointFactory._connectTimeout)
        if self.connect.startswith("http:"):
            return there
        return wrapClientTLS(self._endpointFactory._policyForHTTPS.creatorForNetloc(uri.host, uri.port), there)


class _Through(_Keyed):
    """An agent that connects to a proxy only: of http it asks the proxy itself, for https it has a tunnel opened."""

    egress: Egress

    def _getEndpoint(self, uri: URI) -> Any:
        timeout = self._endpointFactory._connectTimeout
        if uri.scheme == b"http":
            return self.egress.endpoint(self._reactor, timeout)
        tunnel = self.egress.tunnel(self._reactor, timeout, uri.host, uri.port)
        return wrapClientTLS(self._endpointFactory._policyForHTTPS.creatorForNetloc(uri.host, uri.port), tunnel)

    def _requestWithEndpoint(self, key: Any, endpoint: Any, method: bytes, parsedURI: URI, headers: Any, bodyProducer: Any,
                             requestPath: bytes) -> Deferred[Any]:
        if parsedURI.scheme == b"http":
            of = b"http", parsedURI.host, parsedURI.port
            host = self._computeHostValue(*of)  # type: ignore[no-untyped-call]  # Twisted's is untyped
            requestPath = b"http://" + host + requestPath
            if self.egress.authorization:
                headers.setRawHeaders(b"Proxy-Authorization", [self.egress.authorization])
        return super()._requestWithEndpoint(key, endpoint, method, parsedURI, headers, bodyProducer, requestPath)


# --- answers

class _Parser(_LenientHTTPClientParser):
    """Reads the head of an answer up to a limit (Twisted limits each line, not their number)."""

    _head = 0

    def lineReceived(self, line: bytes) -> None:
        self._head += len(line)
        if self._head > MOST_HEAD:
            raise HeadTooLarge(f"more than {MOST_HEAD} bytes of headers")
        super().lineReceived(line)


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Deferred[Any]:
        answer = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = _Parser  # as Scrapy does it: Twisted names the class in the method
        return answer

    def connectionLost(self, reason: Any = None) -> None:
        decoder = self._parser and self._parser.bodyDecoder
        # A body that ends with its connection is whole only if the connection ended in order.
        if decoder and getattr(decoder, "contentLength", 0) is None and reason and not reason.check(ConnectionDone):
            decoder.contentLength = 1
        super().connectionLost(reason)  # type: ignore[no-untyped-call]  # Twisted's is untyped


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]  # Twisted's is untyped
