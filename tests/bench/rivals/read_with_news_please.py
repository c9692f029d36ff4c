"""news-please as a reader of single pages: lines of `read --jsonl -` in, documents with the fields that it has out."""
import gzip
import json
import logging
import sys
from pathlib import Path
from typing import Any

from bs4.dammit import EncodingDetector
from newsplease import NewsPlease


def document(asked: dict[str, str]) -> dict[str, Any]:
    raw = Path(asked["file"]).read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    declared = EncodingDetector.find_declared_encoding(raw, is_html=True) or "utf-8"
    article = NewsPlease.from_html(raw.decode(declared, "replace"), asked["url"], fetch_images=False)
    date = article.date_publish
    return {"file": asked["file"], "outcome": "clean" if article.maintext else "no_text", "text": article.maintext,
            "title": article.title, "authors": article.authors, "published": date.isoformat() if date else None}


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
