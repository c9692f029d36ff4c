"""A newspaper's life under a real daemon that is killed, and what must have come of it: told by the site's own script and the
mail server's spool, looked up in the store by SQL of its own."""
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from command import COMMAND, environment, steppewire
from newspaper import Newspaper, Story
from warcio.archiveiterator import ArchiveIterator

from prove.desk import ID, Desk
from prove.processes import descendants, gone
from prove.when import When

ARTICLES = 24
DRAIN_SECONDS = 90
RECIPIENTS = ("a@example.org", "b@example.org", "c@example.org")
LIMITS = """[limits]
tick = "200ms"
mail_tick = "300ms"
beat = "200ms"
after_death = "100ms"
first_retry = "500ms"
longest_retry = "1s"
pause = "500ms"
"""


class Life:
    """A newspaper, the daemon that reads it, and the changes that were made: each has a mark of its own, `zz17zz`, and is to be
    told to each recipient in exactly one mail."""

    def __init__(self, folder: Path, seed: int, database: str | None = None, *, articles: int = ARTICLES,
                 settings: str = LIMITS, desk: bool = False, when: str = "at once") -> None:
        """desk: a webhook is told besides the recipients of mails; when: how the watch tells, as prove/when.py knows it."""
        self.random = random.Random(seed)
        self.desk, self.when = Desk(folder, seed) if desk else None, When(when)
        self.recipients = (*RECIPIENTS, ID) if desk else RECIPIENTS
        settings += self.desk.settings if self.desk else ""
        # A look each second needs more requests than the day of an outlet that is to be spared has.
        self.paper = Newspaper(folder, articles=0, database=database, outlet='every = "1s"\nbudget = 100000000\n',
                               recheck="1s", settings=settings, recipients=self.recipients)
        self.folder, self.errors = folder, folder / "daemon.log"
        self.marks: list[str] = []
        self.edited: Counter[str] = Counter()
        self.comments: dict[tuple[str, str], list[str]] = {}
        self.left_behind: list[int] = []
        self.daemon: subprocess.Popen[bytes] | None = None
        for number in range(articles):
            path = f"/news/{number}"
            self.paper.stories[path] = Story(f"Report {number} from the steppe", [
                f"The railway to village number {number} was opened on Monday by two ministers and a brass band.",
                f"Its {number + 3} bridges cost more than the plan had said, and nobody wanted to say by how much."])
            for place in range(2):
                self._say(path, f"c{number}-{place}", f"Reader {place} has seen report {number} and doubts it.")
        self.editable, self.answerable = list(self.paper.stories), list(self.comments)
        self.random.shuffle(self.editable)
        self.random.shuffle(self.answerable)

    def __enter__(self) -> Self:
        self.paper.__enter__()
        if not (self.folder / "store.db").exists():  # where it was copied, its backlog is read already
            self.crawl()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.daemon is not None:
            self.kill_daemon()
        if self.desk is not None:
            self.desk.end()
        self.paper.__exit__(kind, error, trace)

    # --- the site

    def _say(self, path: str, own: str, text: str) -> None:
        self.comments.setdefault((path, own), []).append(text)
        said = self.paper.stories[path].comments
        said[:] = [each for each in said if each[0] != own] + [(own, text)]

    def change(self, kind: str | None = None) -> None:
        """Something new: an article, an edit, a comment or a comment's edit. What was changed once is not changed again, so
        that each state stands until it was seen."""
        mark = f"zz{len(self.marks)}zz"
        self.marks.append(mark)
        kind = kind or self.random.choice(["article", "edit", "comment", "answer"])
        if kind == "edit" and self.editable:
            path = self.editable.pop()
            self.paper.stories[path].paragraphs.append(f"A second railway, {mark}, was promised before the band had left.")
            self.edited[path] += 1
        elif kind == "answer" and self.answerable:
            path, own = self.answerable.pop()
            self._say(path, own, f"On second thoughts this railway, {mark}, is overdue.")
        elif kind == "comment":
            path = self.random.choice(list(self.paper.stories))
            self._say(path, f"n{mark}", f"Another railway, {mark}, and nobody to ride it.")
        else:
            number = len(self.paper.stories)
            self.paper.stories[f"/news/{number}"] = Story(f"Late report {number} from the steppe", [
                f"The railway, {mark}, was closed on Friday for want of passengers, and nobody came to see it.",
                "Its bridges will be sold to a neighbour, who has rivers but no bridges of his own to cross them by."])

    # --- the daemon

    def crawl(self) -> None:
        """One pass by hand, beside the daemon or without one."""
        ended = steppewire("--config", self.paper.config, "crawl", "paper0", "--json")
        assert ended.returncode == 0, ended.stderr

    def start(self, **more: str) -> None:
        """Starts the daemon, also against a store whose server still holds the last one's lock."""
        if self.when.name != "at once":
            self.paper.when = self.when.settings()
            self.paper.write()
        with self.errors.open("ab") as errors:
            self.daemon = subprocess.Popen([*COMMAND, "--config", str(self.paper.config), "run"], stderr=errors,
                                           env=environment() | more)

    def ended(self) -> bool:
        return self.daemon is None or self.daemon.poll() is not None

    def kill_daemon(self) -> None:
        """Kills the daemon and looks what stays of its processes."""
        assert self.daemon is not None
        family = descendants(self.daemon.pid)
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()
        self.daemon = None
        self.left_behind += [process.pid for process in family if not gone(process, 5.0)]

    def kill_below(self, depth: int) -> bool:
        """Kills a process so far below the daemon, 1 for the worker, 2 for a reader; whether there was one."""
        assert self.daemon is not None
        found = [process for process in descendants(self.daemon.pid) if process.depth == depth]
        if not found:
            return False
        try:
            os.kill(self.random.choice(found).pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Lets the daemon work until every mark is told, or for so long."""
        self.when.drains = True
        if self.daemon is not None and self.when.name != "at once":
            self.kill_daemon()
        end = time.monotonic() + seconds * self.when.patience
        nudge = time.monotonic() + 15
        while time.monotonic() < end and len(self.told()) < len(self.marks) * len(self.recipients):
            if self.when.over and self.daemon is not None:
                self.kill_daemon()
            if self.ended():
                self.start()
            self.release()
            if time.monotonic() > nudge:  # a page whose reader was killed twice has minutes to wait
                nudge = time.monotonic() + 30
                steppewire("--config", self.paper.config, "crawl", "paper0", "--json")
            time.sleep(0.2)

    def release(self) -> None:
        """So many edits at once are held; the operator, who knows them to be news, releases them."""
        for hold, in self.sql("SELECT id FROM hold WHERE ended_at IS NULL"):
            steppewire("--config", self.paper.config, "hold", "release", str(hold), "--who", "operator")

    # --- what came of it

    def spool(self) -> list[tuple[str, bytes]]:
        """Every mail that the server took: Message-ID and bytes."""
        return [(mail["Message-ID"], file.read_bytes()) for mail, file in
                zip(self.paper.mails(), sorted((self.folder / "mails").glob("*.eml")), strict=True)]

    def told(self) -> dict[tuple[str, str], set[str]]:
        """Of each mark and recipient, the Message-IDs of the mails that tell of it."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for mail in self.paper.mails():
            body = mail.get_body(("plain",))
            text = body.get_content() if body is not None else ""
            for mark in self.marks:
                if mark in text:
                    found[mark, mail["To"]].add(mail["Message-ID"])
        for post in self.desk.taken() if self.desk else ():
            for mark in self.marks:
                if mark in post.body:
                    found[mark, ID].add(post.key)
        return found

    def faults(self) -> list[str]:
        """All that is not as it must be."""
        told, spool = self.told(), self.spool()
        found = [f"{mark} was not told to {recipient}" for mark in self.marks for recipient in self.recipients
                 if (mark, recipient) not in told]
        found += [f"{which} is in two mails: {ids}" for which, ids in told.items() if len(ids) > 1]
        bytes_of: dict[str, set[bytes]] = defaultdict(set)
        for message_id, content in spool:
            bytes_of[message_id].add(content)
        found += [f"{message_id} came with other bytes" for message_id, each in bytes_of.items() if len(each) > 1]
        found += [f"process {pid} was left behind" for pid in self.left_behind]
        if self.desk is not None:
            died = self.sql(f"SELECT mail.message_id FROM attempt JOIN mail ON mail.id = attempt.mail_id"
                            f" WHERE attempt.outcome = 'died' AND mail.channel = '{ID}'")
            found += self.desk.faults([own for own, in died])
        return [*found, *self._versions(), *self._comments(), *self._evidence()]

    def duplicates(self) -> int:
        """Mails that came once more than needed."""
        spool = self.spool()
        return len(spool) - len({message_id for message_id, _ in spool})

    def _versions(self) -> Iterator[str]:
        rows = self.sql("SELECT article.url, count(*) FROM version JOIN article ON article.id = version.article_id"
                        " GROUP BY article.url")
        stored = {url.removeprefix("https://paper.example"): count for url, count in rows}
        for path in self.paper.stories:
            if stored.get(path) != 1 + self.edited[path]:
                yield f"{path} has {stored.get(path, 0)} versions, not {1 + self.edited[path]}"
        texts = "\n".join(text for text, in self.sql("SELECT text FROM reading WHERE text IS NOT NULL"))
        for path, story in self.paper.stories.items():
            for paragraph in story.paragraphs:
                if paragraph not in texts:
                    yield f"{path}: not stored: {paragraph}"

    def _comments(self) -> Iterator[str]:
        rows = self.sql("SELECT article.url, comment.native_id, comment_version.text FROM comment_version"
                        " JOIN comment ON comment.id = comment_version.comment_id"
                        " JOIN thread ON thread.id = comment.thread_id JOIN article ON article.id = thread.article_id"
                        " ORDER BY comment_version.comment_id, comment_version.seq")
        stored: dict[tuple[str, str], list[str]] = defaultdict(list)
        for url, own, text in rows:
            stored[url.removeprefix("https://paper.example"), own].append(text)
        for which in {*stored, *self.comments}:
            if stored.get(which) != self.comments.get(which):
                yield f"comment {which}: {stored.get(which)}, not {self.comments.get(which)}"

    def _evidence(self) -> Iterator[str]:
        """Rows that point at bytes which are not there, and records that a torn one hides from a reader of the whole file."""
        named: dict[str, set[int]] = defaultdict(set)
        for file, offset in self.sql('SELECT file, "offset" FROM capture'):
            named[file].add(offset)
        for file, offsets in named.items():
            for missing in sorted(offsets - records(self.folder / "archive" / file)):
                yield f"{file} has no response at {missing}"

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query, asked past the program."""
        url = self.paper.database
        if url.startswith("sqlite:"):
            with closing(sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)) as connection:
                return connection.execute(query).fetchall()
        import psycopg

        with psycopg.connect(url) as postgres:
            return postgres.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]  # no user writes it


def records(file: Path) -> set[int]:
    """Where the responses of a WARC file begin, as a reader of the whole file comes by them."""
    found: set[int] = set()
    with file.open("rb") as stream:
        iterator = ArchiveIterator(stream)
        try:
            for record in iterator:
                offset = iterator.get_record_offset()
                record.content_stream().read()
                if record.rec_type == "response":
                    found.add(offset)
        except Exception:  # noqa: BLE001  # what a torn record does to a reader: it ends there
            return found
    return found


def wait(until: Callable[[], bool], seconds: float) -> bool:
    """Whether something held within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return True
        time.sleep(0.02)
    return until()
