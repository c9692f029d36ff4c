"""A thousand crawls in one daemon: how much its processes grow, and whether they leave files open."""
import time
from pathlib import Path
from statistics import median

from newspaper import Newspaper, Story, story

from demo.server import Answer, Request
from prove.life import Life
from prove.processes import descendants
from prove.trial import Outcome, Trial

CRAWLS = 1000
WARM = 150
EACH = 25
MEGABYTES = 20.0
# One connection of SQLite more, of three files, when two rounds coincide for the first time; sockets come and go with what is
# under way, so that of them only a growth with the number of crawls would tell.
MORE_FILES = 3
MORE_SOCKETS = 12
SECONDS = 700.0
OUTLETS = 4
KINDS = {0: "daemon", 1: "worker", 2: "readers"}
LIMITS = """[limits]
tick = "50ms"
mail_tick = "500ms"
"""


class Changing(Newspaper):
    """A newspaper, one of whose articles gains a few words at every look at its front page."""

    looks = 0

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/front"):
            self.looks += 1
            changed = list(self.stories.values())[self.looks % len(self.stories)]
            changed.paragraphs[-1] = f"{changed.paragraphs[-1].partition(' As of look')[0]} As of look {self.looks}."
        return super().answer(request)

    def write(self) -> None:
        super().write()
        for file in (self.folder / "outlets").glob("*.toml"):
            file.write_text(file.read_text(encoding="utf-8").replace("delay = 0.01", "delay = 0"), encoding="utf-8")


class Long(Life):
    """A life of several outlets that begins with the daemon."""

    def __init__(self, folder: Path, seed: int, database: str | None) -> None:
        super().__init__(folder, seed, database, articles=0)
        self.paper = Changing(folder, articles=0, database=database, hosts=("paper.example",) * OUTLETS,
                              outlet='every = "1s"\n', recheck="1s", settings=LIMITS)
        self.paper.stories = {f"/news/{number}": Story(story(number).title, story(number).paragraphs) for number in range(6)}

    def crawl(self) -> None:
        """Nothing is crawled before the daemon does it."""


def run(folder: Path, trial: Trial, database: str | None, crawls: int = CRAWLS, warm: int = WARM) -> Outcome:
    """Has a daemon crawl so often and compares its processes' memory and open files, soon after its start and at the end."""
    with Long(folder, trial.seed, database) as one:
        one.start()
        samples: list[tuple[int, dict[str, float], int, int]] = []
        end = time.monotonic() + SECONDS
        while (done := _crawls(one)) < crawls and time.monotonic() < end and not one.ended():
            if done >= (samples[-1][0] + EACH if samples else warm):
                assert one.daemon is not None
                samples.append((done, *_look(one.daemon.pid)))
            time.sleep(0.5)
        faults = ["the daemon ended"] if one.ended() else []
        if not one.ended():
            one.kill_daemon()
    if len(samples) < 2:
        return Outcome({"crawls": done}, [*faults, f"{done} crawls were too few to tell"])
    early = [each for each in samples if each[0] < warm + 100] or samples[:1]
    late = [each for each in samples if each[0] > samples[-1][0] - 100]
    grown = {kind: median(each[1][kind] for each in late) - median(each[1][kind] for each in early) for kind in KINDS.values()}
    files = median(each[2] for each in late) - median(each[2] for each in early)
    sockets = median(each[3] for each in late) - median(each[3] for each in early)
    total = sum(grown.values())
    if total >= MEGABYTES:
        faults.append(f"the processes grew by {total:.1f} MB: {grown}")
    if files > MORE_FILES:
        faults.append(f"{files:g} more files are open than at first")
    if sockets > MORE_SOCKETS:
        faults.append(f"{sockets:g} more sockets are open than at first")
    if done < crawls:
        faults.append(f"{done} crawls were made in {SECONDS:g} s")
    kilobytes = {f"kB grown, {kind}": round(1000 * grown[kind]) for kind in KINDS.values()}
    return Outcome({"crawls": done, **kilobytes, "MB at last": round(sum(late[-1][1].values())),
                    "more files open": round(files), "more sockets open": round(sockets)}, faults)


def _crawls(one: Life) -> int:
    """How many crawls are over, by the store; each made the site answer for its front page."""
    try:
        (count,), = one.sql("SELECT count(*) FROM run WHERE state <> 'open'")
    except Exception:  # noqa: BLE001  # the tables are not there yet
        return 0
    return int(count)


def _look(pid: int) -> tuple[dict[str, float], int, int]:
    """The memory of a daemon's processes in MB by their kind, each page counted once, and how many files and how many sockets
    they have open."""
    memory, files, sockets = dict.fromkeys(KINDS.values(), 0.0), 0, 0
    for process, depth in ((pid, 0), *((each.pid, each.depth) for each in descendants(pid))):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
            are = [str(each.readlink()).startswith("socket:") for each in Path(f"/proc/{process}/fd").iterdir()]
            files, sockets = files + are.count(False), sockets + are.count(True)
        except OSError:  # it has just ended
            continue
        memory[KINDS[min(depth, 2)]] += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000
    return memory, files, sockets
