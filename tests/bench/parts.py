"""The parts of the bench, by name: each yields what it measured, run by run."""
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from command import ROOT, environment

from bench.figures import Run
from bench.local import LocalSite
from bench.pages import HOST, SitePage
from bench.wire import OwnCrawl

REPETITIONS = 3
PROCESSES = 2
CONCURRENCY = 16
# So many pages at once: news-please starts a thread for each.
BATCH = 60
SECONDS = 3600
RIVALS = ROOT / "tests" / "bench" / "rivals"
# When a process began and when it ended, in the machine's monotonic time.
Times = tuple[float, float]
# The competitors' own environment; ours has bare Trafilatura and bare Scrapy.
THEIRS = ROOT / ".venv-bench" / "bin" / "python"


def throughput(pages: Path, most: int | None, repetitions: int) -> Iterator[Run]:
    """Everybody over the same bodies, by turns."""
    with LocalSite(pages, most) as site:
        site.open()
        for repetition in range(repetitions):
            for one in (_own, _trafilatura, _newspaper, _news_please):
                with tempfile.TemporaryDirectory(prefix="steppewire-bench-") as folder:
                    yield one(site, Path(folder), repetition)


def repoll(pages: Path, most: int | None, repetitions: int) -> Iterator[Run]:
    """The same unchanged pages once more: ours and a bare spider's, by turns."""
    with LocalSite(pages, most) as site, tempfile.TemporaryDirectory(prefix="steppewire-bench-") as folder:
        own = OwnCrawl(Path(folder), site)
        with own.sink:
            own.begin()
            site.open()
            own.crawl()
            site.counts()
            for repetition in range(repetitions):
                yield _again(own, repetition)
                yield _bare_spider(site, Path(folder), repetition)


def _own(site: LocalSite, folder: Path, repetition: int) -> Run:
    own = OwnCrawl(folder, site)
    with own.sink:
        site.close()
        own.begin()
        site.open()
        site.counts()
        times = own.crawl()
        texts = own.texts()
        return _run("steppewire", repetition, site, times, {
            "texts": sum(bool(texts.get(page.path)) for page in site.pages),
            "marks": sum(page.mark in texts.get(page.path, "") for page in site.pages)},
            alerts=own.sql("SELECT count(*) FROM alert")[0][0], mails=len(own.sink.mails),
            kept_kilobytes=own.kept_bytes() // 1000)


def _trafilatura(site: LocalSite, folder: Path, repetition: int) -> Run:
    for page in site.pages:
        (folder / page.mark).write_bytes(page.body)
    site.counts()
    times, told = _process([sys.executable, RIVALS / "bare_trafilatura.py", folder, str(PROCESSES)], environment())
    return _run("trafilatura", repetition, site, times, told)


def _newspaper(site: LocalSite, folder: Path, repetition: int) -> Run:
    (folder / "marks.json").write_text(json.dumps(_marks(site.pages)), encoding="utf-8")
    site.counts()
    times, told = _process([THEIRS, RIVALS / "newspaper_crawl.py", f"http://{HOST}/", str(PROCESSES), folder / "marks.json"],
                             site.led_here() | caches(folder))
    return _run("newspaper4k", repetition, site, times, told)


def _news_please(site: LocalSite, folder: Path, repetition: int) -> Run:
    (folder / "marks.json").write_text(json.dumps(_marks(site.pages)), encoding="utf-8")
    site.counts()
    times, told = _process([THEIRS, RIVALS / "news_please_crawl.py", folder / "marks.json", str(BATCH)],
                             site.led_here() | caches(folder))
    return _run("news-please", repetition, site, times, told)


def _again(own: OwnCrawl, repetition: int) -> Run:
    before, kept = own.rows(), own.kept_bytes()
    times = own.crawl()
    after = own.rows()
    changed = {table: after[table][0] - rows for table, (rows, digest) in before.items() if after[table] != (rows, digest)}
    return _run("steppewire", repetition, own.site, times, {}, asking=True, tables_changed=changed,
                evidence_grew=own.kept_bytes() - kept)


def _bare_spider(site: LocalSite, folder: Path, repetition: int) -> Run:
    file = folder / "etags.json"
    file.write_text(json.dumps({site.address + page.path: page.etag for page in site.pages}), encoding="utf-8")
    times, told = _process([sys.executable, RIVALS / "bare_scrapy.py", file, str(CONCURRENCY)], environment())
    return _run("scrapy", repetition, site, times, {}, asking=True, unchanged=told["unchanged"])


def _run(who: str, repetition: int, site: LocalSite, times: Times, told: Mapping[str, Any], *, asking: bool = False,
         **notes: Any) -> Run:
    """asking: the time that counts ends with the last answer; else with the process, as what was fetched must be read."""
    (began, ended), counts = times, site.counts()
    inner = told.get("seconds", (counts["last"] if asking else ended) - counts["first"])
    return Run(who, repetition, len(site.pages), round(ended - began, 3), round(inner, 3),
               told.get("texts", 0), told.get("marks", 0),
               round(counts["cpu"], 3), notes | {"full": counts["200"]["pages"], "unchanged": counts["304"]["pages"]})


def _process(arguments: list[str | Path], under: Mapping[str, str]) -> tuple[Times, dict[str, Any]]:
    """Runs a competitor to its end: the times of its process, and what it says that it read."""
    began = time.monotonic()
    ended = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, check=False, timeout=SECONDS,
                           env=dict(under))
    assert ended.returncode == 0, ended.stderr[-3000:]
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return (began, time.monotonic()), told


def _marks(pages: list[SitePage]) -> dict[str, str]:
    return {f"http://{HOST}{page.path}": page.mark for page in pages}


def caches(folder: Path) -> dict[str, str]:
    """What a competitor keeps between runs it is to keep in the run's own folder."""
    return {"TMPDIR": str(folder), "HOME": str(folder), "XDG_CACHE_HOME": str(folder), "TLDEXTRACT_CACHE": str(folder)}
