"""Trafilatura alone, in two processes, over the bodies of a folder; prints what it read as JSON: `FOLDER PROCESSES`."""
import json
import logging
import multiprocessing
import sys
import time
from pathlib import Path

from trafilatura import bare_extraction


def read(body: bytes) -> tuple[bool, str]:
    document = bare_extraction(body, with_metadata=True, include_comments=False)
    return bool(document and document.text), (document.text or "") + (document.title or "") if document else ""


def main() -> None:
    bodies = {file.name: file.read_bytes() for file in sorted(Path(sys.argv[1]).iterdir())}
    with multiprocessing.get_context("fork").Pool(int(sys.argv[2]), logging.disable, (logging.CRITICAL,)) as pool:
        began = time.monotonic()
        found = pool.map(read, bodies.values(), chunksize=4)
        seconds = time.monotonic() - began
    print(json.dumps({"seconds": seconds, "texts": sum(text for text, _ in found),
                      "marks": sum(mark in whole for mark, (_, whole) in zip(bodies, found, strict=True))}))


if __name__ == "__main__":
    main()
