"""newspaper4k as a reader of single pages: lines of `read --jsonl -` in, documents with the fields that it has out."""
import gzip
import json
import logging
import sys
from pathlib import Path
from typing import Any

import newspaper


def document(asked: dict[str, str]) -> dict[str, Any]:
    raw = Path(asked["file"]).read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    article = newspaper.Article(asked["url"], fetch_images=False)
    article.download(input_html=raw)
    article.parse()
    return {"file": asked["file"], "outcome": "clean" if article.text else "no_text", "text": article.text,
            "title": article.title, "authors": article.authors,
            "published": article.publish_date.isoformat() if article.publish_date else None}


def main() -> None:
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            found = document(asked)
        except Exception as error:  # noqa: BLE001  # a page that it cannot read counts as read with nothing found
            found = {"file": asked["file"], "outcome": "no_text", "reason": f"{type(error).__name__}: {error}"}
        print(json.dumps(found))


if __name__ == "__main__":
    main()
