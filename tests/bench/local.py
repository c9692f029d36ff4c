"""The bench's end of its site's process."""
import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import ProxyHandler, build_opener

from command import ROOT

from bench.pages import HOST, SitePage, site_pages


class LocalSite:
    """The site while its `with` block runs, and the pages that it has. Before `open` it lists one page that is none of them."""

    def __init__(self, folder: Path, most: int | None) -> None:
        self.folder, self.most = folder, most
        self.pages: list[SitePage] = site_pages(folder, most)

    def __enter__(self) -> Self:
        arguments = [str(self.folder), *([str(self.most)] if self.most is not None else [])]
        paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
        self.process = subprocess.Popen([sys.executable, "-m", "bench.site", *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, cwd=ROOT, env=os.environ | paths)
        assert self.process.stdout is not None
        self.address = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.communicate(timeout=10)  # it ends with its input

    def open(self) -> None:
        """Lists the pages from now on."""
        self._ask("/-/open")

    def close(self) -> None:
        """Lists them no longer."""
        self._ask("/-/close")

    def counts(self) -> dict[str, Any]:
        """What the site answered since this was last asked."""
        return self._ask("/-/counts")

    def _ask(self, path: str) -> dict[str, Any]:
        with build_opener(ProxyHandler({})).open(self.address + path, timeout=10) as answer:
            found: dict[str, Any] = json.loads(answer.read())
        return found

    def led_here(self) -> dict[str, str]:
        """The environment of a process that knows no other way to a host than this site."""
        proxied = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), self.address)
        plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return plain | proxied | {"no_proxy": "", "NO_PROXY": ""}

    @property
    def urls(self) -> list[str]:
        return [f"http://{HOST}{page.path}" for page in self.pages]
