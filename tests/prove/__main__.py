"""Runs the campaign, or parts of it, and writes docs/RELIABILITY.md: python -m prove [PART …] [--kind KIND --seed N].

What was run is kept in .prove/, so that a campaign that was interrupted goes on; remove the folder to begin anew.
"""
import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from command import ROOT
from postgres import server

from prove import report
from prove.parts import PARTS, POSTGRES, one
from prove.trial import Done, Trial

KEPT = ROOT / ".prove"
AT_A_TIME = 2


def kept(part: str) -> list[Done]:
    """What was run of a part so far."""
    file = KEPT / f"{part}.jsonl"
    return [Done(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def go_on(part: str) -> None:
    """Runs what is left of a part, as many trials at a time as there are cores."""
    done = {(each.kind, each.seed) for each in kept(part)}
    left = [trial for trial in PARTS[part].trials if (trial.kind, trial.seed) not in done]
    with ProcessPoolExecutor(AT_A_TIME if PARTS[part].together else 1, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(one, part, trial) for trial in left]
        for number, future in enumerate(as_completed(running), 1):
            found = future.result()
            with (KEPT / f"{part}.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(found.to_json(), ensure_ascii=False) + "\n")
            print(f"{part} {number}/{len(left)}: {found.kind} seed {found.seed}, {found.seconds:.0f} s, "
                  f"{'; '.join(found.faults) or 'well'}", file=sys.stderr)


def main() -> int:
    asked = argparse.ArgumentParser(prog="prove", description=__doc__)
    asked.add_argument("part", nargs="*", choices=[*PARTS, []], help="the parts to run; all of them")
    asked.add_argument("--kind", help="with --seed: repeat this one trial of a part")
    asked.add_argument("--seed", type=int)
    how = asked.parse_args()
    KEPT.mkdir(exist_ok=True)
    with server() as postgres:
        os.environ[POSTGRES] = postgres.admin.url.set(drivername="postgresql").render_as_string(hide_password=False)
        if how.kind is not None:
            found = one(how.part[0], Trial(how.kind, how.seed or 0))
            print(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
            return bool(found.faults)
        for part in how.part or PARTS:
            go_on(part)
    results = {part: kept(part) for part in PARTS}
    page = report.page(results)
    Path(ROOT / "docs" / "RELIABILITY.md").write_text(page, encoding="utf-8")
    print(page)
    return any(each.faults for done in results.values() for each in done)


if __name__ == "__main__":
    sys.exit(main())
