"""Lines of `read --jsonl -` answered by a competitor: a document a line, with the fields that it has."""
import gzip
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Document = dict[str, Any]


def answer(read: Callable[[bytes, str], Document]) -> None:
    """Answers the lines of the standard input; read makes the fields of a page's bytes and its address."""
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        asked = json.loads(line)
        raw = Path(asked["file"]).read_bytes()
        try:
            found = read(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw, asked["url"])
            found["outcome"] = "clean" if found["text"] else "no_text"
        except Exception as error:  # noqa: BLE001  a page that it cannot read counts as read with nothing found
            found = {"outcome": "no_text", "reason": f"{type(error).__name__}: {error}"}
        print(json.dumps({"file": asked["file"], **found}))
