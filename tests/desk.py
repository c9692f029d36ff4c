"""A desk for the stages: an outlet, an open run, and pages seen without a crawler."""
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select

from crawler.items import (
    ArticleRead,
    Block,
    CommentRead,
    Fetched,
    Found,
    Kept,
    Link,
    Nothing,
    Page,
    Seen,
    SourceSeen,
    ThreadRead,
)
from crawler.outlet import Outlet
from pipelines import holds
from pipelines.intake import Intake, Standing
from pipelines.judgement import judge
from pipelines.names import names
from pipelines.noise import known
from pipelines.plan import plan
from pipelines.take_in import take_in
from pipelines.thread_again import Again
from storage import models, runs, watches
from storage.store import Store
from storage.watches import WatchRow

HOME = "https://steppe.example"
READER = "reader-1"
M = TypeVar("M", bound=models.Base)


def article(*lines: str, title: str = "A headline", thread: ThreadRead | None = None, reader: str = READER) -> ArticleRead:
    text = "\n".join(lines)
    return ArticleRead(title=title, text=text, blocks=tuple(Block("paragraph", line) for line in lines),
                       text_sha256=hashlib.sha256(text.encode()).hexdigest(), reader=reader,
                       thread=thread or ThreadRead(None, "none"))


def thread(*comments: tuple[str, str] | tuple[str, str, str], state: str = "complete", key: str = "/a") -> ThreadRead:
    """Comments as (id, text) or (id, text, id of the comment answered)."""
    ids = [comment[0] for comment in comments]
    read = tuple(CommentRead(comment[0], ids.index(comment[2]) if len(comment) == 3 else None, "dom", place, len(comment) - 2,
                             "Aigul", None, None, comment[1]) for place, comment in enumerate(comments))
    return ThreadRead("native", state, declared=len(comments), comments=read, native_key=key)  # type: ignore[arg-type]  # a literal


def outlet(own: str) -> Outlet:
    return Outlet.model_validate({"id": own, "name": "Steppe", "home": f"{HOME}/", "recheck": ["6h"], "articles": "^/a",
                                  "source": [{"kind": "rss", "url": f"{HOME}/rss"}]})


@dataclass
class Desk:
    """Takes pages in as a run would; each call is a look of its own, a day's looks apart as far as told."""

    store: Store
    now: datetime
    outlet: Outlet = field(default_factory=lambda: outlet("steppe"))
    run: int = 0
    backlog: bool = False
    captures: int = 0
    standing: Standing = field(default_factory=Standing)

    def begin(self) -> None:
        with self.store.writing() as session:
            run = runs.begin(session, self.outlet.id, self.now)
            assert run is not None
            self.run, self.backlog = run.id, run.backlog

    def end(self, state: str = "done") -> None:
        with self.store.writing() as session:
            runs.end(session, self.run, self.now, state=state, requests=0, not_modified=0, errors=[])

    def judge(self) -> None:
        judge(self.store, self.now, timedelta(seconds=60))

    def next_run(self, hours: float = 24) -> None:
        self.end()
        self.judge()
        self.now += timedelta(hours=hours)
        self.begin()

    @property
    def intake(self) -> Intake:
        with self.store.reading() as session:
            newest, noise = runs.backlog_to(session, self.outlet.id), known(session, self.outlet.id)
            redesign = holds.redesign(session, self.outlet.id)
        return Intake(self.store, self.outlet, self.run, self.backlog, names("pseudonym", b"key"), newest,
                      standing=self.standing, noise=noise, redesign=redesign)

    def watch(self, *words: str, recipients: tuple[str, ...] = ("a@example.org",), own: str = "w") -> None:
        with self.store.writing() as session:
            watches.sync(session, [WatchRow(own, words, recipients, ())], self.now)

    def fetched(self, url: str, status: int = 200, **headers: str) -> Fetched:
        self.captures += 1
        kept = Kept(f"steppe/2026/03/{self.run}.warc.gz", self.captures * 1000, f"{self.captures:064x}")
        return Fetched(url, status, tuple((key.replace("_", "-"), value) for key, value in headers.items()), b"", self.now,
                       asked=url, kept=kept)

    def announce(self, *paths: str) -> tuple[Page, ...]:
        """A look at the feed that shows these paths; the pages to fetch."""
        source = next(page for page in plan(self.intake, None, self.now) if page.kind == "source")
        found = Found(tuple(Link(f"{HOME}{path}") for path in paths))
        return plan(self.intake, SourceSeen(source, found, self.fetched(source.url, ETag='"f"')), self.now)

    def page(self, path: str) -> Page:
        with self.store.writing() as session:
            row = session.scalar(select(models.Page).where(models.Page.outlet == self.outlet.id,
                                                           models.Page.url == f"{HOME}{path}"))
            if row is None:
                row = models.Page(outlet=self.outlet.id, url=f"{HOME}{path}", kind="article", found_at=self.now,
                                  next_due_at=self.now)
                session.add(row)
                session.flush()
            return Page(row.id, row.url, "article", fresh=row.state == "new")

    def see(self, value: ArticleRead | Nothing, path: str = "/a/1", *, again: ArticleRead | None = None,
            threads_again: Sequence[Again] = (), **headers: str) -> None:
        page = self.page(path)
        take_in(self.intake, Seen(page, "read", self.fetched(page.url, **headers), value), self.now, head_again=again,
                threads_again=threads_again)

    def miss(self, path: str = "/a/1", status: int = 404) -> None:
        page = self.page(path)
        take_in(self.intake, Seen(page, "missing", self.fetched(page.url, status), reason=f"status {status}"), self.now)

    def rows(self, model: type[M], by: str = "id") -> list[M]:
        with self.store.reading() as session:
            return list(session.scalars(select(model).order_by(by)))

    def alerts(self) -> list[tuple[str, str]]:
        return [(alert.event, alert.recipient) for alert in self.rows(models.Alert)]
