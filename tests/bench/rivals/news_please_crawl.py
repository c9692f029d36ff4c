"""news-please's own crawl of the pages whose addresses it is given: from_urls, which fetches in a thread a page and reads in a
process a core, in batches, since a thread for each of a thousand pages would only slow it; prints what it read as JSON:
`MARKS BATCH`."""
import json
import logging
import sys
from pathlib import Path

from newsplease import NewsPlease

SECONDS = 60  # without a limit of one's own, from_urls of 1.6.16 drops all that it has read


def main() -> None:
    marks, batch = json.loads(Path(sys.argv[1]).read_text()), int(sys.argv[2])
    logging.disable(logging.CRITICAL)
    urls, found = list(marks), {}
    for at in range(0, len(urls), batch):
        found |= NewsPlease.from_urls(urls[at:at + batch], {"timeout": SECONDS}, fetch_images=False)
    texts = {url: f"{article.title}\n{article.maintext}" for url, article in found.items()
             if article and getattr(article, "maintext", None)}
    print(json.dumps({"texts": len(texts), "marks": sum(mark in texts.get(url, "") for url, mark in marks.items())}))


if __name__ == "__main__":
    main()
