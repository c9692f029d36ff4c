"""SIGTERM: the daemon ends in time whatever hangs, and leaves nobody behind."""
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from command import COMMAND, environment, said
from daemon import daemon, wait
from newspaper import Line, Newspaper, story

from demo.server import Answer

# Nearly as many links in a paragraph as the reader's screen lets pass: reading them takes two seconds.
TIRING = (b"<html><head><title>Links</title></head><body><article><h1>Links</h1><p>"
          + b"".join(b'<a href="/%d">link %d</a> of many ' % (number, number) for number in range(3900))
          + b"</p></article></body></html>")
# Of so many a reader is still at one when all else hangs.
TIRESOME = 16


class SilentServer:
    """A mail server that lets a client in, and says no more in the middle of the conversation."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.hanging = threading.Event()
        self._ended = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.sendall(b"220 here\r\n")
            for line in client.makefile("rb"):
                if line.upper().startswith(b"MAIL"):
                    self.hanging.set()
                    self._ended.wait(60)
                    return
                client.sendall(b"250 yes\r\n")

    def close(self) -> None:
        self._ended.set()
        self._socket.close()


@contextmanager
def silent_server() -> Iterator[SilentServer]:
    server = SilentServer()
    try:
        yield server
    finally:
        server.close()


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie of somebody else's."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return False


def settings(paper: Newspaper, port: int) -> None:
    """The paper's settings with another mail server, and patience with readers."""
    paper.write()
    text = paper.config.read_text(encoding="utf-8").replace(f"port = {paper.sink.port}", f"port = {port}")
    paper.config.write_text(f'{text}\n[limits]\nreading = "60s"\n', encoding="utf-8")


def seconds(pid: int) -> float:
    """The processor time that a process has used."""
    with suppress(OSError):
        user, system = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return 0.0


def test_sigterm_ends_the_daemon_in_time_while_mail_server_reader_and_download_hang(tmp_path: Path) -> None:
    with Newspaper(tmp_path, articles=2) as paper, silent_server() as mails:
        settings(paper, 9)
        with Line(paper) as line:
            line.crawl()
            paper.stories["/news/8"] = story(8)
            line.crawl("paper0", later=timedelta(hours=1))  # its mail finds nobody at port 9 and waits
        settings(paper, mails.port)
        paper.stories |= {f"/news/{name}": story(9) for name in ("hangs", *(f"tires/{number}" for number in range(TIRESOME)))}
        paper.hang_at("/news/hangs")
        answer = paper.server.answer
        paper.server.answer = lambda request: Answer(TIRING) if request.path.startswith("/news/tires/") else answer(request)
        with daemon(paper) as running:
            wait("the worker and its readers", lambda: len(running.family()) >= 2)
            wait("the download that hangs", lambda: paper.server.in_flight == 1 and paper.asked("/news/tires/") > 1)
            assert mails.hanging.wait(60)
            family = running.family()
            readers = {pid: seconds(pid) for pid in family if pid not in running.children()}
            wait("a reader at work", lambda: any(seconds(pid) - before > 0.5 for pid, before in readers.items()))
            assert not any("quarantined" in said for said in running.lines())
            began = time.monotonic()
            assert running.end(signal.SIGTERM) == 0
            assert time.monotonic() - began < 7
            wait("the end of its children", lambda: not any(map(alive, family)))
        assert len(family) >= 2 and paper.mails() == []


# To be process 1 takes a process namespace, which only root may make, and some containers forbid even to root.
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs root and unshare")
def test_as_process_1_of_a_container_it_hears_sigterm_and_buries_the_readers_of_a_worker_that_died(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no process namespace can be made here")
    with Newspaper(tmp_path, articles=1) as paper:
        command = ["unshare", "--pid", "--fork", "--mount-proc", *COMMAND, "--config", str(paper.config), "run"]
        with subprocess.Popen(command, env=environment()) as outside:
            try:
                wait("its run", lambda: paper.asked("/news/") == 1)
                inside, = children(outside.pid)
                worker, = children(inside)
                wait("its readers", lambda: len(children(worker)) > 0)
                readers = children(worker)
                os.kill(worker, signal.SIGKILL)
                paper.stories["/news/5"] = story(5)
                wait("the end of the worker", lambda: not alive(worker))
                said("--config", paper.config, "crawl")
                wait("the next worker", lambda: bool(children(inside)) and worker not in children(inside))
                assert not set(readers) & set(children(inside))
                os.kill(inside, signal.SIGTERM)
                assert outside.wait(timeout=7) == 0
            finally:
                outside.kill()


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
    return []
