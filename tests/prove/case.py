"""One trial of a campaign, and how a campaign runs in a process of its own."""
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST_SECONDS = 280


@dataclass(frozen=True)
class Case:
    """What was tried, the outcome that was expected, the one that was observed, and whether they agree."""

    name: str
    expected: str
    observed: str
    ok: bool


def in_child(module: str) -> list[Case]:
    """The cases of a module that prints them, run in a child: it has the reactor, the memory and the environment to itself. A
    child that takes too long or dies leaves one more case, which is not ok."""
    try:
        ran = subprocess.run([sys.executable, "-m", module], cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_SECONDS)
        out, end, good = ran.stdout, f"ended with {ran.returncode}: {ran.stderr[-500:]}", ran.returncode == 0
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""
        out, good = said.decode() if isinstance(said, bytes) else said, False
        end = f"not done after {LONGEST_SECONDS} seconds"
    cases = [Case(**json.loads(line)) for line in out.splitlines() if line.startswith("{") and line.endswith("}")]
    return cases if good and cases else [*cases, Case(f"{module} to its end", "ends", end, False)]


def show(cases: Iterable[Case]) -> None:
    """Prints cases as in_child reads them, each as soon as it is there."""
    for case in cases:
        print(json.dumps(asdict(case)), flush=True)


def each(trials: dict[str, Callable[[], Case]]) -> Iterable[Case]:
    """The cases of all trials; one that raises is a case that is not ok."""
    for name, trial in trials.items():
        try:
            yield trial()
        except Exception as error:  # noqa: BLE001  # the campaign goes on
            yield Case(name, "an outcome", f"{type(error).__name__}: {error}", False)
