"""A disk that is full or cannot be written, for as long as it is: clear words, nothing lost, and the wire goes on by itself."""
import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import COMMAND, environment, said, steppewire
from newspaper import WATCHED, Newspaper, Story
from prove.life import wait

QUICK = '[limits]\ntick = "100ms"\nmail_tick = "200ms"\nafter_death = "100ms"\n'
SIZE = "4m"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        # A disk that is really full needs a small one of its own, which only root may mount.
        pytest.skip("needs the right to mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def paper(tmp_path: Path, disk: Path) -> Iterator[Newspaper]:
    with Newspaper(tmp_path, database=f"sqlite:///{disk / 'store.db'}", data=str(disk), outlet='every = "1s"\n', recheck="1s",
                   settings=QUICK) as paper:
        yield paper


def thick(number: int) -> Story:
    """A report that takes some 60 kB of the archive."""
    words = random.Random(number)
    return Story(f"Thick report {number}",
                 [f"The {WATCHED} number {number}: {words.randbytes(400).hex()}." for _ in range(150)])


class Daemon:
    """The daemon, its log in a file."""

    def __init__(self, paper: Newspaper) -> None:
        self.log = paper.folder / "daemon.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([*COMMAND, "--config", str(paper.config), "run"], stderr=log, env=environment())

    def said(self, words: str) -> bool:
        return words in self.log.read_text(encoding="utf-8", errors="replace")

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=10)


@pytest.fixture
def daemon(paper: Newspaper) -> Iterator[Daemon]:
    daemon = Daemon(paper)
    try:
        yield daemon
    finally:
        if daemon.process.poll() is None:
            daemon.process.kill()
            daemon.process.wait()


def fill(disk: Path) -> Path:
    """A file that takes all that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


@pytest.mark.long
def test_a_full_disk_stops_nothing_for_good(paper: Newspaper, disk: Path, daemon: Daemon) -> None:
    """While it is full neither the archive nor the store takes anything."""
    assert wait(lambda: paper.asked("/front") >= 3, 60)
    filler = fill(disk)
    for number in range(20, 24):
        paper.stories[f"/news/{number}"] = thick(number)
    assert wait(lambda: daemon.said("No space left on device") or daemon.said("disk is full"), 30)
    time.sleep(3)
    assert daemon.process.poll() is None and paper.told() == Counter()
    filler.unlink()
    assert wait(lambda: len(paper.told()) == 4, 60)
    assert daemon.end() == 0
    assert paper.told() == Counter({f"/news/{number}": 1 for number in range(20, 24)})


def test_an_archive_that_fills_the_disk_leaves_room_for_words(paper: Newspaper, disk: Path, daemon: Daemon) -> None:
    """The archive grows until there is no room: the run says so in the store, once there is a little again."""
    assert wait(lambda: paper.asked("/front") >= 3, 60)
    for number in range(20, 100):
        paper.stories[f"/news/{number}"] = thick(number)
    assert wait(lambda: daemon.said("No space left on device") or daemon.said("disk is full"), 60)
    told = len(paper.told())
    assert told < 80
    for number in range(20, 90):
        paper.stories[f"/news/{number}"].gone = True
    subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
    assert wait(lambda: all(f"/news/{number}" in paper.told() for number in range(90, 100)), 60)
    assert daemon.end() == 0
    assert max(paper.told().values()) == 1


def test_folders_that_cannot_be_written_are_named_with_what_to_do(paper: Newspaper, disk: Path) -> None:
    assert steppewire("--config", paper.config, "crawl").returncode == 0
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    for ended in (said("--config", paper.config, "crawl"), steppewire("--config", paper.config, "run")):
        assert ended.returncode == 2, ended.stderr
        assert str(disk) in ended.stderr and "cannot be written" in ended.stderr and "Traceback" not in ended.stderr
    shown = said("--config", paper.config, "article", "list")
    assert shown.returncode == 2 and "may write to its folder" in shown.stderr, shown.stderr
