"""One crawl of one outlet, from what is due to a report."""
from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.defaultheaders import DefaultHeadersMiddleware
from scrapy.downloadermiddlewares.downloadtimeout import DownloadTimeoutMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.useragent import UserAgentMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    ResponseDataLossError,
)
from scrapy.settings import Settings
from scrapy.spidermiddlewares.referer import RefererMiddleware
from scrapy.spidermiddlewares.start import StartSpiderMiddleware
from twisted.python.failure import Failure

from crawler.borders import Borders
from crawler.decoding import ACCEPTED, LIMIT
from crawler.desk import Desk
from crawler.download import Download
from crawler.guard import WEB_PORTS, Guard, endpoint
from crawler.items import Report
from crawler.outlet import Outlet
from crawler.politeness import ConditionalGet, Gates
from crawler.refusal import DeskFailed
from crawler.robots import Robots
from crawler.spider import OutletSpider
from crawler.tally import Tally
from crawler.watched import WatchedDesk


async def crawl(outlet: Outlet, desk: Desk, *, gates: Gates, user_agent: str, stop: asyncio.Event,
                seconds: float = 1800, timeout: float = 30, grace: float = 30, most: int | None = None) -> Report:
    """Crawls what is due of an outlet and says how it went; needs the asyncio reactor, installed and running on this loop.

    Once stop is set no request is made any more, the pages in hand are finished, and it returns; so too after `seconds`, and
    then the run is degraded. No more than `most` requests are made; that it would take more degrades the run as well. One
    answer may take `timeout` seconds in all. An exception of the desk ends the crawl and is raised; a call of the desk that
    never returns is given up `grace` seconds after the stop or the limit, and the run is degraded. So it returns, at the
    latest, the longer of `timeout` and `grace` after them. ValueError: the outlet's `connect` names no address.
    """
    tally, ending, broken = Tally(most), asyncio.Event(), list[BaseException]()

    def fail(error: BaseException) -> None:
        broken.append(error)
        ending.set()

    def spider_error(failure: Failure) -> None:
        assert failure.value is not None
        if not isinstance(failure.value, DeskFailed):  # that one follows from what was told before
            fail(failure.value)

    crawler = Crawler(OutletSpider, settings(outlet, user_agent, timeout))
    crawler.signals.connect(spider_error, signal=signals.spider_error)
    guard = Guard(ports_of(outlet), endpoint(outlet.connect) if outlet.connect else None)
    watched = WatchedDesk(desk, fail, grace)
    running = asyncio.ensure_future(crawler.crawl_async(
        outlet=outlet, desk=watched.desk, gates=gates, guard=guard, tally=tally, ending=ending))
    alarms = [asyncio.ensure_future(event.wait()) for event in (stop, ending)]
    try:
        done, _ = await asyncio.wait((running, *alarms), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            tally.trouble(outlet.home, f"the crawl was not done after {seconds:g} seconds")
        ending.set()
        watched.hurry()
        if not running.done() and crawler.engine.running:
            await crawler.stop_async()
        await running
    finally:
        ending.set()
        for alarm in alarms:
            alarm.cancel()
        await watched.close()
    for hung in watched.hung:
        tally.trouble(outlet.home, hung)
    if broken:
        raise broken[0]
    return tally.report(stopped=stop.is_set())


def ports_of(outlet: Outlet) -> frozenset[int]:
    """The ports that an outlet's requests may go to: the web's, and those its own addresses name."""
    named = {urlsplit(url).port for url in (outlet.home, *(source.url for source in outlet.source))}
    return WEB_PORTS | {port for port in named if port}


def settings(outlet: Outlet, user_agent: str, timeout: float) -> Settings:
    """Scrapy's settings for a crawl. Every list of components is ours alone: what is not named here does not run, so no
    telnet, no remote control, no cookies, no proxy of the environment, no file:, data: or ftp:, now or in a later release."""
    values: dict[str, Any] = {
        "ADDONS": {},
        "EXTENSIONS_BASE": {},
        "DOWNLOAD_HANDLERS_BASE": {},
        "DOWNLOAD_HANDLERS": {"http": Download, "https": Download},
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "DOWNLOADER_MIDDLEWARES": {
            Borders: 50, Robots: 100, DownloadTimeoutMiddleware: 350, DefaultHeadersMiddleware: 400, UserAgentMiddleware: 500,
            RetryMiddleware: 550, ConditionalGet: 580, RedirectMiddleware: 600},
        "SPIDER_MIDDLEWARES_BASE": {},
        "SPIDER_MIDDLEWARES": {StartSpiderMiddleware: 25, RefererMiddleware: 700},
        "ITEM_PIPELINES_BASE": {},
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
        "CONCURRENT_ITEMS": 1,  # Scrapy makes so many tasks for each answer, and there is no item for them
        "USER_AGENT": user_agent,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Encoding": ACCEPTED,
            **({"Accept-Language": outlet.language} if outlet.language else {})},
        "REFERRER_POLICY": "no-referrer",
        # How many go out at a time is the gate's business; more than the outlet may have would only wait there.
        "CONCURRENT_REQUESTS_PER_DOMAIN": outlet.concurrency,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_TIMEOUT": timeout,
        "DOWNLOAD_MAXSIZE": LIMIT,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": outlet.verify_tls,
        "REDIRECT_MAX_TIMES": 5,
        "RETRY_TIMES": 2,
        "RETRY_HTTP_CODES": [500, 502, 503, 504, 522, 524, 408],
        # Not a time-out: a host that hangs would hold up the run for three of them. The page is due again soon.
        "RETRY_EXCEPTIONS": [CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError,
                             ResponseDataLossError],
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
    }
    return Settings(values)
