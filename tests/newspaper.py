"""A newspaper of the tests' own: a few plain pages whose articles and comments a test changes as it goes."""
import asyncio
import email
import email.policy
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import select

import settings
from demo.server import Answer, Request, Server
from demo.sink import MailSink
from scheduler import Wire
from storage import articles
from storage.models import Attempt
from verbs import documents
from verbs.checking import settle
from worker_process import WorkerProcess

WATCHED = "railway"
PASS_SECONDS = 120  # a pass that hangs fails its test instead of holding it


@dataclass
class Story:
    """An article as it stands: a headline, paragraphs, and comments as (id, text)."""

    title: str
    paragraphs: list[str]
    comments: list[tuple[str, str]] = field(default_factory=list)
    gone: bool = False


def story(number: int) -> Story:
    return Story(f"Report {number} from the steppe", [
        f"The {WATCHED} to village number {number} was opened on Monday by two ministers and a brass band of eleven people.",
        f"Its {number + 3} bridges cost more than the plan had said, and nobody at the opening wanted to say by how much.",
        "Passengers will have to wait until autumn, because the carriages that were ordered have not been painted yet."])


class Newspaper:
    """A site and a mail sink in a folder with the settings that fit them; `hosts` are answered alike, an outlet each."""

    def __init__(self, folder: Path, *, articles: int = 5, hosts: tuple[str, ...] = ("paper.example",), delay: float = 0.0,
                 database: str | None = None, outlet: str = "", watch: bool = True, recheck: str = "10m",
                 settings: str = "", looks_a_day: int = 100_000_000,
                 recipients: tuple[str, ...] = ("a@example.org",), data: str = ".") -> None:
        self.folder, self.hosts, self.outlet, self.watch = folder, hosts, outlet, watch
        self.recheck, self.settings, self.recipients, self.data = recheck, settings, recipients, data
        self.when = ""  # what the watch says of when it tells
        self.looks_a_day = looks_a_day  # by default as many as `recheck` asks for, be it each second
        self.database = database or f"sqlite:///{folder / 'store.db'}"
        self.stories = {f"/news/{number}": story(number) for number in range(articles)}
        self.hold: Callable[[Request], object] = lambda _request: None
        self._over = threading.Event()
        self.server = Server(self.answer, delay=delay)
        self.sink, self.mail_host = MailSink(folder / "mails"), "127.0.0.1"
        self.config = folder / "steppewire.toml"

    def __enter__(self) -> Self:
        self.server.__enter__()
        self.sink.__enter__()
        self.write()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self.sink.__exit__(kind, error, trace)
        self.server.__exit__(kind, error, trace)

    def write(self) -> None:
        """The settings and an outlet for each path of `outlets`."""
        (self.folder / "outlets").mkdir(exist_ok=True)
        for place, host in enumerate(self.hosts):
            (self.folder / "outlets" / f"paper{place}.toml").write_text(f"""
name = "Paper {place}"
home = "https://{host}/"
articles = "^/news/"
delay = 0.01
concurrency = 3
recheck = ["{self.recheck}"]
connect = "{self.server.url}"
{self.outlet}
[[source]]
kind = "section"
url = "https://{host}/front{place}"
[comments]
thread = "div.comments"
item = "div.comment"
text = "p.said"
label = '(\\d+) comments'
[threads]
looks = {self.looks_a_day}
""", encoding="utf-8")
        recipients = ", ".join(f'"{recipient}"' for recipient in self.recipients)
        watch = (f'[[watch]]\nid = "rails"\nwords = ["{WATCHED}"]\nrecipients = [{recipients}]\nquote_comments = true\n'
                 f"{self.when}" if self.watch else "")
        self.config.write_text(f"""
contact = "mailto:tests@example.org"
outlets = [{", ".join(f'"paper{place}"' for place in range(len(self.hosts)))}]
data = "{self.data}"
database = "{self.database}"
[mail]
host = "{self.mail_host}"
port = {self.sink.port}
group_wait = "0s"
{self.settings}
{watch}""", encoding="utf-8")

    def answer(self, request: Request) -> Answer:
        self.hold(request)
        if request.path == "/robots.txt":
            return Answer(b"User-agent: *\nAllow: /\n", type="text/plain")
        if request.path.startswith("/front"):
            links = "".join(f'<li><a href="{path}">{escape(found.title)}</a></li>' for path, found in self.stories.items())
            return Answer(f"<html><body><h1>Front page</h1><ul>{links}</ul></body></html>".encode())
        found = self.stories.get(request.path)
        if found is None or found.gone:
            return Answer(b"<html><body><h1>Not here</h1></body></html>", 404)
        text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in found.paragraphs)
        said = "".join(f'<div class="comment" id="{own}"><p class="said">{escape(text)}</p></div>'
                       for own, text in found.comments)
        return Answer(f"""<html lang="en"><head><title>{escape(found.title)}</title>
<meta property="og:title" content="{escape(found.title)}"></head><body><nav><a href="/">Paper</a></nav>
<article><h1>{escape(found.title)}</h1>{text}</article>
<div class="comments">{said}<p>{len(found.comments)} comments</p></div></body></html>""".encode())

    def hang_at(self, path: str) -> None:
        """Answers no request for a path any more, until the newspaper itself is over."""
        self.hold = lambda request: request.path == path and self._over.wait(PASS_SECONDS)

    def mails(self) -> list[EmailMessage]:
        """What the sink got, in order."""
        found = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                 for file in sorted((self.folder / "mails").glob("*.eml"))]
        assert all(isinstance(mail, EmailMessage) for mail in found)
        return found  # type: ignore[return-value]  # as asserted

    def told(self) -> Counter[str]:
        """How often the mails that arrived tell of each article, by the address in their plain part."""
        bodies = [body.get_content() for mail in self.mails() if (body := mail.get_body(("plain",)))]
        return Counter(line.removeprefix("https://paper.example") for body in bodies for line in body.splitlines()
                       if line.startswith("https://paper.example/news/"))

    def asked(self, prefix: str, status: int | None = None) -> int:
        """How many requests for a path were answered, with a status where one is given."""
        return sum(hit.path.startswith(prefix) and status in (None, hit.status) for hit in self.server.hits)


class Line:
    """The wire of the newspaper's settings in this process, its worker a process of its own; the clock moves when told."""

    def __init__(self, paper: Newspaper, now: datetime = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)) -> None:
        self.paper, self.now = paper, now

    def __enter__(self) -> Self:
        self.settings = settings.load(self.paper.config)
        self.store = settle(self.settings, str(self.paper.config))
        self.store.upgrade()
        self.runner = self._runner()
        self.wire = self.runner.run(self._wire())
        return self

    def _runner(self) -> Any:
        return asyncio.Runner()

    def _worker(self) -> WorkerProcess:
        return WorkerProcess(self.paper.config)

    async def _wire(self) -> Wire:
        wire = Wire(self.settings, self._worker(), self.store, lambda: self.now)
        wire.begin(self.now)
        return wire

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.runner.run(self.wire.close())
        if isinstance(self.runner, asyncio.Runner):
            self.runner.close()
        self.store.engine.dispose()

    def crawl(self, *outlets: str, later: timedelta = timedelta(0)) -> list[dict[str, Any]]:
        """One pass over all of the outlets named, or over what is due; what each run brought."""
        self.now += later
        one_pass = asyncio.wait_for(self.wire.one_pass(self.now, outlets or None), PASS_SECONDS)
        made = self.runner.run(one_pass)
        with self.store.reading() as session:
            runs: list[dict[str, Any]] = documents.crawled(session, made)["runs"]
        return runs

    def attempts(self) -> list[str | None]:
        """The outcomes of all attempts to send a mail."""
        with self.store.reading() as session:
            return list(session.scalars(select(Attempt.outcome).order_by(Attempt.id)))

    def articles(self) -> dict[str, tuple[int, int]]:
        """Of each article's path, how many versions it has and how many comments stand."""
        with self.store.reading() as session:
            return {row.url.removeprefix("https://paper.example"): (row.versions, row.comments)
                    for row in articles.listing(session)}
