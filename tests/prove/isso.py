"""A real Isso server: its thread is posted, edited and taken down over its own API, and read by the wire through an article's
page. Run as a module it records the server's answers for the tests that have none: python -m prove.isso FOLDER."""
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import quote

from command import ROOT
from newspaper import Line, Newspaper
from sqlalchemy import text

from demo.server import Answer, Request
from prove.trial import Outcome, Trial

# Where the server is installed, apart from all of ours: its requirements need not agree with our pins.
HOME = ROOT / os.environ.get("PROVE_ISSO", ".venv-isso") / "bin"
URI = "/news/0"
LOOKS = 8
STEPS = 5
WORDS = ("Да", "нет.", "Well", "*said*!", "<b>жақсы</b>", "& so on,", "«рақмет»", "很好", "it's", "5>4")


class IssoServer:
    """A server of its own in a folder, on loopback, as long as its `with` block runs; readers are one browser."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def __enter__(self) -> "IssoServer":
        if not (HOME / "isso").exists():
            raise FileNotFoundError(f"there is no {HOME / 'isso'}: make prove PART=isso installs it")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        (self.folder / "isso.cfg").write_text(
            f"[general]\ndbpath = {self.folder / 'comments.db'}\nhost = {self.url}/\n[server]\nlisten = {self.url}\n"
            "[guard]\nenabled = false\n", encoding="utf-8")
        self.log = (self.folder / "isso.log").open("wb")
        self.process = subprocess.Popen([HOME / "isso", "-c", self.folder / "isso.cfg", "run"], stdout=self.log,
                                        stderr=subprocess.STDOUT)
        until = time.monotonic() + 30
        while True:
            try:
                self.thread("/")
                return self
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    self.__exit__()
                    raise
                time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.log.close()

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """The body of an answer; OSError where it is no good one."""
        asked = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                       headers={"Content-Type": "application/json", "Origin": self.url})
        with self.browser.open(asked, timeout=10) as answer:
            return bytes(answer.read())

    def thread(self, uri: str, more: str = "") -> bytes:
        return self.ask("GET", f"/?uri={quote(uri, safe='')}{more}")

    def post(self, uri: str, said: str, author: str | None = None, parent: int | None = None) -> tuple[int, float]:
        """A new comment's id, which may have been another one's, and when it was created."""
        body = {"text": said, "author": author, "parent": parent, "title": "Report"}
        found = json.loads(self.ask("POST", f"/new?uri={quote(uri, safe='')}", body))
        return int(found["id"]), float(found["created"])

    def edit(self, number: int, said: str) -> None:
        self.ask("PUT", f"/id/{number}", {"text": said, "author": None})

    def take_down(self, number: int) -> None:
        self.ask("DELETE", f"/id/{number}")


class IssoPaper(Newspaper):
    """A newspaper of one article, whose readers comment in Isso, behind the paper's own server."""

    def __init__(self, folder: Path, isso: IssoServer, database: str | None) -> None:
        super().__init__(folder, articles=1, hosts=("paper.example",), database=database, watch=False)
        self.isso = isso

    def write(self) -> None:
        super().write()
        file = self.folder / "outlets" / "paper0.toml"
        own = file.read_text(encoding="utf-8").partition("[comments]")[0]
        file.write_text(f'hosts = ["paper.example", "talk.example"]\n{own}[comments]\nsystem = "json_api"\napi = "isso"\n',
                        encoding="utf-8")

    def answer(self, request: Request) -> Answer:
        if request.headers["Host"] == "talk.example" and request.path != "/robots.txt":
            try:
                body = self.isso.ask("GET", f"{request.path}?{request.query}")
                return Answer(body, type="application/json", validators=False)
            except urllib.error.HTTPError as refused:
                return Answer(refused.read(), refused.code)
        found = super().answer(request)
        widget = b'<script data-isso="https://talk.example/" src="https://talk.example/js/embed.min.js"></script>'
        start, mark, _ = found.body.partition(b'<div class="comments">')
        page = start + widget + b'<section id="isso-thread"></section></body></html>' if mark else found.body
        return Answer(page, found.status, found.type)


@dataclass
class Truth:
    """A comment as it was last posted: its text as plain words, the one it answers, and whether it stands."""

    number: int
    created: float
    words: str
    parent: "Truth | None"
    stands: bool = True

    @property
    def native_id(self) -> str:
        return f"{self.number}@{self.created}"


class Readers:
    """Readers who post, answer, edit and take down at random, and what should be known of it."""

    def __init__(self, isso: IssoServer, seed: int) -> None:
        self.isso, self.random, self.truth = isso, random.Random(seed), list[Truth]()
        self.did = dict.fromkeys(("post", "answer", "edit", "take_down"), 0)

    def act(self) -> None:
        standing = [one for one in self.truth if one.stands]
        what = self.random.choice(list(self.did)) if len(standing) > 2 else "post"
        self.did[what] += 1
        said = " ".join(self.random.choices(WORDS, k=self.random.randint(2, 9))) + f" {sum(self.did.values())}"
        if what in ("post", "answer"):
            above = self.random.choice(standing) if what == "answer" else None
            author = self.random.choice([None, "Марат", "A & B", "李"])
            number, created = self.isso.post(URI, said, author, above and above.number)
            # Isso puts an answer to an answer below the comment that began it.
            self.truth.append(Truth(number, created, _plain(said), (above.parent or above) if above else None))
        elif what == "edit":
            one = self.random.choice(standing)
            self.isso.edit(one.number, said)
            one.words = _plain(said)
        else:
            one = self.random.choice(standing)
            self.isso.take_down(one.number)
            one.stands = False


def _plain(said: str) -> str:
    """How Isso shows a text of these words: Markdown's emphasis is gone, HTML is shown as it was written."""
    return said.replace("*", "")


def run(folder: Path, trial: Trial, database: str | None, line_of: Callable[..., Line] = Line) -> Outcome:
    """Readers act, the wire looks, and what it knows is what they did, look after look."""
    began = datetime.now(timezone.utc)
    with IssoServer(folder) as isso, IssoPaper(folder, isso, database) as paper, line_of(paper, now=began) as line:
        readers, faults, looks = Readers(isso, trial.seed), list[str](), 0
        for look in range(LOOKS):
            for _ in range(STEPS):
                readers.act()
            line.crawl("paper0", later=timedelta(minutes=11))
            line.crawl("paper0", later=timedelta(minutes=11))  # what is gone is told after two complete looks
            looks += 2
            faults += [f"look {look}: {fault}" for fault in _faults(line, readers)]
        return Outcome({"looks": looks, "comments": len(readers.truth), **readers.did}, faults)


def _faults(line: Line, readers: Readers) -> Iterator[str]:
    """What the store says otherwise than the readers."""
    with line.store.reading() as session:
        rows = session.execute(text(
            "SELECT comment.native_id, above.native_id, comment.text, comment.state, comment.parent_source, comment.posted_at"
            " FROM comment LEFT JOIN comment AS above ON above.id = comment.parent_id")).all()
        state, reason, key = session.execute(text(
            "SELECT thread_read.state, thread_read.reason, thread.native_key FROM thread_read JOIN thread"
            " ON thread.id = thread_read.thread_id ORDER BY thread_read.id DESC LIMIT 1")).one()
    if (state, key) != ("complete", URI):
        yield f"the thread {key} is {state}: {reason}"
    known = {own: (above, said, was) for own, above, said, was, _, _ in rows}
    for one in readers.truth:
        found = known.pop(one.native_id, None)
        if not one.stands:
            if found is not None and found[2] != "removed":
                yield f"comment {one.native_id} was taken down and is {found[2]}"
        elif found != (one.parent and one.parent.native_id, one.words, "standing"):
            yield f"comment {one.native_id} is {found}, not {one}"
    yield from (f"nobody wrote comment {own}" for own in known)
    for own, above, _, _, source, posted in rows:
        if source != ("api" if above else None) or posted is None:
            yield f"comment {own} has the parent's source {source} and was posted at {posted}"


# --- recording

def steps(isso: IssoServer) -> Iterator[tuple[str, str]]:
    """What is done to a thread, and what is asked after each: the last one leaves answers out."""
    yield "nothing was said", ""
    first, _ = isso.post(URI, "The *first* one, <script>alert(1)</script> & <b>bold</b>\n\nin two paragraphs", "A & B")
    second, _ = isso.post(URI, "Жақсы айтылды", "Марат", first)
    third, _ = isso.post(URI, "An answer to the answer", None, second)
    alone, _ = isso.post(URI, "很好的文章", "李")
    yield "two comments, and two answers to the first", ""
    isso.edit(alone, "很好的文章，谢谢")
    yield "the second comment was edited", ""
    isso.take_down(first)
    yield "the first comment was taken down and has answers", ""
    isso.take_down(alone)
    isso.take_down(third)
    yield "what nobody had answered was taken down", ""
    for number in range(3):
        isso.post(URI, f"Number {number}", None, second)
    yield "three more answers", "&limit=1&nested_limit=2"


def record(folder: Path) -> None:
    """Writes the server's answers, a file each step, with its version and the day."""
    version = subprocess.run([HOME / "python", "-c", "from importlib.metadata import version; print(version('isso'))"],
                             capture_output=True, text=True, check=True).stdout.strip()
    with tempfile.TemporaryDirectory() as own, IssoServer(Path(own)) as isso:
        for number, (after, more) in enumerate(steps(isso), 1):
            answer = {"isso": version, "recorded": f"{datetime.now(timezone.utc):%Y-%m-%d}", "after": after,
                      "address": f"/?uri={quote(URI, safe='')}{more}", "body": isso.thread(URI, more).decode()}
            file = folder / f"{number}.json"
            file.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record(Path(sys.argv[1]))
