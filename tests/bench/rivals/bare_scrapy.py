"""A bare Scrapy spider that asks for pages with the validators it is given, and does nothing else; prints how many answered
304: `URL_TO_ETAG CONCURRENCY`."""
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response


class Again(Spider):
    name = "again"
    handle_httpstatus_list = (304,)
    unchanged = 0

    async def start(self) -> AsyncIterator[Request]:
        for url, etag in self.etags.items():
            yield Request(url, headers={"If-None-Match": etag}, dont_filter=True)

    def parse(self, response: Response) -> None:
        Again.unchanged += response.status == 304


def main() -> None:
    concurrency = int(sys.argv[2])
    process = CrawlerProcess({"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS": concurrency, "ROBOTSTXT_OBEY": False,
                              "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency, "LOG_LEVEL": "CRITICAL",
                              "TELNETCONSOLE_ENABLED": False})
    process.crawl(Again, etags=json.loads(Path(sys.argv[1]).read_text()))
    process.start()
    print(json.dumps({"unchanged": Again.unchanged}))


if __name__ == "__main__":
    main()
