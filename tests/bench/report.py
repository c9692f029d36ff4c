"""docs/BENCHMARKS.md, from what was measured."""
import os
import platform
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import parts
from bench.figures import Run, inner_rate, rate

HEAD = """# Benchmarks, as measured

`make bench` measures on the machine it is started on and writes this page; `make bench PART=repoll` measures one part again.
It needs the shared folder of pages beside the checkout, and stops where that is missing. All of a part are measured by turns in
one run, and a figure is the median of the repetitions. Figures of few pages, or of a machine that had other load, say little:
both are told with each part.
"""
# Who is compared with us, and how much of its rate ours is to be at least.
RIVALS = {
    "trafilatura": ("bare Trafilatura, bodies from memory, two processes", 1.1),
    "newspaper4k": ("newspaper4k's crawl, two processes of two threads", 4.0),
    "news-please": ("news-please's crawl, a process a core", 8.0)}
THROUGHPUT = """The whole pipeline — fetch, keep as WARC, read, compare, match with two watches, store, compose and send the
mails — of `steppewire crawl` alone, on a SQLite store that has seen one other page. The site is a process of its own on
127.0.0.1: every page file under {copies} addresses, each with a headline and a paragraph of its own, {pages} distinct bodies,
the same for everybody."""
UNFAIR = """What was not fair:

- Trafilatura fetches, keeps, compares and stores nothing: its bodies are in memory before it starts.
- newspaper4k's Source parses on one thread; here it finds the articles, and two processes of two threads fetch and parse
  them, so that it has both cores. Its images are switched off, and so is what it remembers of earlier runs. It keeps nothing.
- news-please is given the addresses and need not find them; its images are switched off; {batch} pages a call of `from_urls`,
  since that starts a thread a page. Its crawler for whole sites was not measured. It keeps nothing either.
- newspaper4k and news-please reach the site through `http_proxy`, we through `connect`: the site's process in both cases.
  They open a connection for each page, we and Scrapy keep theirs open.
- Our sitemap index lists all pages; we ask with a delay of 0 and 16 requests at a time, as no real site should be asked.
- The site took {site_cpu} s of processor time for each of our runs, from the same cores.
"""
REPOLL = """The same unchanged pages, all due again and all answered 304, against a bare Scrapy spider that sends the same
validators, as many requests at a time, and does nothing else."""
COMPARE = """What it costs to compare an article with what is known of it and to measure the change, beside reading its page:
processor time of one process, the best of five of each of {articles} articles of 6,500 to 9,900 characters."""
MEASURED = {"benchmark": ("body F1", "no text"), "outlets": ("body F1", "title", "day", "authors", "no text"),
            "comments": ("count", "nested", "depth")}


@cache
def machine() -> str:
    """What was measured on, without its name or paths."""
    with Path("/proc/meminfo").open(encoding="ascii") as file:
        memory = int(file.readline().split()[1]) / 1024 / 1024
    return (f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB of memory, {platform.system()} on {platform.machine()}, "
            f"{platform.python_implementation()} {platform.python_version()}")


@cache
def versions() -> str:
    """Of everybody who is compared."""
    ours = {name: version(name) for name in ("steppewire", "trafilatura", "scrapy", "lxml", "sqlalchemy")}
    asked = "import importlib.metadata as m; print(*(m.version(n) for n in ('newspaper4k', 'news-please')))"
    if parts.THEIRS.exists():
        told = subprocess.run([parts.THEIRS, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
        ours |= dict(zip(("newspaper4k", "news-please"), told, strict=True))
    return ", ".join(f"{name} {number}" for name, number in ours.items())


def page(kept: Mapping[str, Mapping[str, Any]]) -> str:
    """The whole page."""
    runs = {part: [Run.from_json(run) for run in found["runs"]] for part, found in kept.items() if "runs" in found}
    lines = [HEAD]
    for where in sorted({f"{found['machine']}; {found['versions']}" for found in kept.values()}):
        lines += [f"Measured on {where}.", ""]
    lines += ["## throughput", "", *_part("throughput", kept, runs, _throughput)]
    lines += ["## repoll", "", *_part("repoll", kept, runs, _repoll)]
    lines += ["## quality", "", *_quality(kept.get("quality", {}).get("tables", {}))]
    lines += ["## compare", "", *_compare(kept.get("compare", {}).get("tables", []))]
    return "\n".join(lines).rstrip() + "\n"


def _compare(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return ["Not run.", ""]
    lines = [COMPARE.format(articles=rows[0]["articles"]), "",
             "| the new text | reading, ms | comparing, ms | of reading | at most |", "|---|--:|--:|--:|--:|"]
    for row in rows:
        part = row["comparing"] / row["reading"]
        lines.append(f"| {row['edit']} | {row['reading']:.1f} | {row['comparing']:.2f} | {part:.1%} | 5 % |")
    return [*lines, ""]


def _part(name: str, kept: Mapping[str, Mapping[str, Any]], runs: Mapping[str, Sequence[Run]],
          told: Callable[[Sequence[Run]], list[str]]) -> list[str]:
    if not runs.get(name):
        return ["Not run.", ""]
    return [f"Distinct bodies: {runs[name][0].pages:,}; repetitions: {runs[name][-1].repetition + 1}; load average before it "
            f"began: {kept[name]['load']}.", "", *told(runs[name])]


def _of(runs: Sequence[Run], who: str) -> list[Run]:
    return [run for run in runs if run.who == who]


def _throughput(runs: Sequence[Run]) -> list[str]:
    ours = _of(runs, "steppewire")
    lines = [THROUGHPUT.format(copies=4, pages=f"{ours[0].pages:,}"), "",
             "| who | pages/s | without its start | pages with a text | with their own word | ours is | at least |",
             "|---|--:|--:|--:|--:|--:|--:|", _row("steppewire, all of it", ours, ours, None)]
    for who, (what, least) in RIVALS.items():
        if theirs := _of(runs, who):
            lines.append(_row(what, theirs, ours, least))
    last = ours[-1].notes
    return [*lines, "", f"Ours kept {last['kept_kilobytes'] / 1000:.1f} MB of evidence, raised {last['alerts']} alerts; mails "
            f"sent: {last['mails']}.", "",
            UNFAIR.format(batch=parts.BATCH, site_cpu=f"{ours[-1].site_cpu:.1f}")]


def _row(what: str, runs: Sequence[Run], ours: Sequence[Run], least: float | None) -> str:
    ratio = "" if least is None else f"{rate(ours) / rate(runs):.2f} ×"
    return (f"| {what} | {rate(runs):.1f} | {inner_rate(runs):.1f} | {_least_most(run.texts for run in runs)} | "
            f"{_least_most(run.marks for run in runs)} | {ratio} | {'' if least is None else f'{least:g} ×'} |")


def _least_most(numbers: Any) -> str:
    found = sorted(set(numbers))
    return f"{found[0]}" if len(found) == 1 else f"{found[0]}–{found[-1]}"


def _repoll(runs: Sequence[Run]) -> list[str]:
    ours, theirs = _of(runs, "steppewire"), _of(runs, "scrapy")
    lines = [REPOLL, "", "| who | pages/s | without its start | answered 304 |", "|---|--:|--:|--:|"]
    for what, each in (("steppewire crawl", ours), ("bare Scrapy", theirs)):
        lines.append(f"| {what} | {rate(each):.0f} | {inner_rate(each):.0f} | "
                     f"{_least_most(run.notes['unchanged'] for run in each)} |")
    changed = sorted({(table, more) for run in ours for table, more in run.notes["tables_changed"].items()})
    told = ", ".join(f"`{table}` (rows more: {more})" for table, more in changed)
    return [*lines, "", f"Ours is {inner_rate(ours) / inner_rate(theirs):.2f} × Scrapy's rate while both are at it (at least "
            f"0.6 ×), {rate(ours) / rate(theirs):.2f} × with the start of the processes, which a daemon makes once.", "",
            f"What a re-poll of ours changed in the store: {told}. The evidence grew by "
            f"{_least_most(run.notes['evidence_grew'] for run in ours)} bytes; "
            f"{_least_most(run.notes['full'] for run in ours)} of the pages were sent in full.", ""]


def _quality(tables: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if not tables:
        return ["Not run.", ""]
    lines = ["The shared folder's scorer on the same page files as they are; its docstring defines each figure. newspaper4k "
             "and news-please are asked for what they have of the same fields; neither reads comments.", "",
             f"| group | measure | {' | '.join(tables)} |", f"|---|---|{'--:|' * len(tables)}"]
    for group, measures in MEASURED.items():
        for measure in measures:
            cells = [table.get(group, {}).get(measure, {}).get("value") for table in tables.values()]
            told = ["–" if cell is None else f"{cell:.{0 if measure == 'no text' else 3}f}" for cell in cells]
            lines.append(f"| {group} | {measure} | {' | '.join(told)} |")
    return [*lines, ""]
