"""The processes below another one, as the kernel lists them."""
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process and how far below the first one it is; began tells it from a later one with its number."""

    pid: int
    depth: int
    began: str


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else fields


def descendants(pid: int) -> list[Process]:
    """All processes below one, the nearest first."""
    parents = {int(each.name): int(stat[1]) for each in Path("/proc").iterdir()
               if each.name.isdigit() and (stat := _stat(int(each.name)))}
    found: list[Process] = []
    level, depth = {pid}, 1
    while level:
        level = {child for child, parent in parents.items() if parent in level}
        found += [Process(child, depth, stat[19]) for child in sorted(level) if (stat := _stat(child))]
        depth += 1
    return found


def gone(process: Process, seconds: float) -> bool:
    """Whether a process has ended within so many seconds."""
    end = time.monotonic() + seconds
    while (stat := _stat(process.pid)) is not None and stat[19] == process.began:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
