"""How well everybody reads: the shared folder's scorer over what each makes of the pages."""
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from command import COMMAND, environment

from bench.parts import RIVALS, SECONDS, THEIRS, caches

# A proxy that is not there: nobody is to fetch anything.
NOWHERE = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
READERS = {"newspaper4k": "read_with_newspaper.py", "news-please": "read_with_news_please.py"}


def quality(pages: Path) -> dict[str, Any]:
    """The scorer's table of each, as it prints it; nothing where there is no scorer."""
    scorer = pages.parent / "measure" / "score.py"
    if not scorer.exists():
        return {}
    asked = _piped([sys.executable, scorer, "inputs", pages], "", environment())
    tables = {"trafilatura": _piped([sys.executable, scorer, "--baseline", pages, "--json"], "", environment())}
    with tempfile.TemporaryDirectory(prefix="steppewire-bench-") as folder:
        alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | caches(Path(folder)) | NOWHERE
        read = {"steppewire": _piped([*COMMAND, "read", "--jsonl", "-"], asked, environment(), cwd=folder, may_fail=True),
                **{who: _piped([THEIRS, RIVALS / script], asked, alone) for who, script in READERS.items()}}
    tables |= {who: _piped([sys.executable, scorer, pages, "--json"], lines, environment()) for who, lines in read.items()}
    return {who: json.loads(table) for who, table in tables.items()}


def _piped(arguments: list[str | Path], given: str, under: Mapping[str, str], *, cwd: str | None = None,
           may_fail: bool = False) -> str:
    ended = subprocess.run(list(map(str, arguments)), input=given, capture_output=True, text=True, check=False, timeout=SECONDS,
                           env=dict(under), cwd=cwd)
    assert may_fail or ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout
