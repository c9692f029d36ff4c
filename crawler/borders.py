"""Where an outlet's requests may go by their address: its own hosts, and never from https back to http."""
from __future__ import annotations

from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.guard import Guard
from crawler.outlet import Outlet
from crawler.refusal import Offsite, Refusal


class Borders:
    """Refuses requests across the outlet's borders, also after a redirect. A downloader middleware of Scrapy."""

    def __init__(self, outlet: Outlet, guard: Guard) -> None:
        self.outlet, self.guard = outlet, guard

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider: Any = crawler.spider
        return cls(spider.outlet, spider.guard)

    def process_request(self, request: Request) -> None:
        host = urlsplit(request.url).hostname or ""
        if not self.outlet.owns(request.url):
            raise Refusal(reason) if (reason := self.guard.refusal(host)) else Offsite(f"{host} is not a host of this outlet")
        came_from = request.meta.get("redirect_urls", [""])[-1]
        if came_from.startswith("https:") and request.url.startswith("http:"):
            raise Refusal("redirects from https to http")
