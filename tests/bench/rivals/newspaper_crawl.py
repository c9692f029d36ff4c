"""newspaper4k's own crawl of a site: a Source is built from its front page, and its articles are fetched and parsed in two
threads, as its fetch_news does it, in each of two processes; prints what it read as JSON: `URL PROCESSES MARKS`."""
import json
import logging
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import newspaper

BATCH = 20


def one(url: str) -> tuple[str, str]:
    """What is read at an address; nothing where the library fails, for which its fetch_news would drop the whole batch."""
    article = newspaper.Article(url, fetch_images=False)
    try:
        article.download()
        article.parse()
    except Exception:  # noqa: BLE001  # a page that it cannot read is told by the number of texts
        return url, ""
    return url, f"{article.title}\n{article.text}" if article.text else ""


def read(urls: list[str]) -> dict[str, str]:
    with ThreadPoolExecutor(2) as threads:
        return dict(threads.map(one, urls))


def main() -> None:
    url, processes, marks = sys.argv[1], int(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text())
    logging.disable(logging.CRITICAL)
    source = newspaper.build(url, memorize_articles=False, fetch_images=False, disable_category_cache=True, number_threads=2)
    urls = source.article_urls()
    with ProcessPoolExecutor(processes, get_context("fork")) as pool:
        found: dict[str, str] = {}
        for read_now in pool.map(read, [urls[at:at + BATCH] for at in range(0, len(urls), BATCH)]):
            found |= read_now
    print(json.dumps({"texts": sum(bool(found.get(url)) for url in marks),
                      "marks": sum(mark in found.get(url, "") for url, mark in marks.items())}))


if __name__ == "__main__":
    main()
