"""Runs the bench, or parts of it, and writes docs/BENCHMARKS.md: python -m bench [PART …] [--pages FOLDER] [--most N].

What was measured is kept in .bench/, so that the page tells of parts that were run on another day; a part that is run again
replaces what was kept of it. With --most, or where repetitions are left out, the page is printed only, unless --write is given.
"""
import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from command import ROOT

from bench import parts, report
from bench.compare import compare
from bench.pages import COPIES, folder, originals
from bench.quality import quality

KEPT = ROOT / ".bench"
MEASURES = {"throughput": parts.throughput, "repoll": parts.repoll}
PARTS = (*MEASURES, "quality", "compare")


def measured(part: str, pages: Path, most: int | None, repetitions: int) -> dict[str, Any]:
    """What a part found, with the machine that it was run on."""
    found: dict[str, Any] = {"machine": report.machine(), "versions": report.versions(),
                             "load": round(os.getloadavg()[0], 1)}
    if part in ("quality", "compare"):
        found["tables"] = quality(pages) if part == "quality" else compare(pages, most)
        keep(part, found)
        return found
    found["runs"] = []
    for run in MEASURES[part](pages, most, repetitions):
        print(f"{part} {run.who} {run.repetition + 1}/{repetitions}: {run.pages} pages in {run.seconds:.1f} s "
              f"({run.inner:.1f} s without its start), {run.texts} texts", file=sys.stderr)
        found["runs"].append(run.to_json())
        keep(part, found)
    return found


def keep(part: str, found: dict[str, Any]) -> None:
    """Keeps what there is so far, so that a bench that is interrupted has not measured for nothing."""
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{part}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")


def main() -> int:
    asked = argparse.ArgumentParser(prog="bench", description=__doc__)
    asked.add_argument("part", nargs="*", choices=[*PARTS, []], help="the parts to run; all of them")
    asked.add_argument("--pages", type=Path, default=folder(), help="the folder of pages; else ../shared/pages or further up")
    asked.add_argument("--most", type=int, help="only so many page files, for a try")
    asked.add_argument("--repetitions", type=int, default=parts.REPETITIONS)
    asked.add_argument("--write", action="store_true", help="write the page also where it tells of a try")
    how = asked.parse_args()
    if how.pages is None or not how.pages.is_dir() or not originals(how.pages):
        print("bench: there are no pages: neither beside the checkout nor further up is a folder shared/pages; name one with "
              "--pages FOLDER", file=sys.stderr)
        return 2
    if how.part not in (["repoll"], ["compare"]) and not parts.THEIRS.exists():
        print("bench: the competitors are not installed: run `make bench`, which makes .venv-bench", file=sys.stderr)
        return 2
    print(f"{len(originals(how.pages))} pages, {COPIES} bodies of each", file=sys.stderr)
    whole = how.write or (how.most is None and how.repetitions >= parts.REPETITIONS)
    for part in how.part or PARTS:
        measured(part, how.pages.resolve(), how.most, how.repetitions)
    kept = {part: json.loads(file.read_text(encoding="utf-8")) for part in PARTS if (file := KEPT / f"{part}.json").exists()}
    page = report.page(kept)
    if whole:
        (ROOT / "docs" / "BENCHMARKS.md").write_text(page, encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
