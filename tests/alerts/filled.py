"""A store filled with alerts by hand, and short ways to look at what became of them."""
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage.models import Alert, Article, Attempt, Capture, Mail, Page, Run, Version, Watch
from storage.passage import Part, Passage
from storage.store import Store

SENDER = "Steppewire <wire@steppewire.example>"
READER = "reader@analysts.example"
NAMES = {"steppe": "Steppe Courier"}
PASSAGE = Passage("A railway through the pass", ("China",), (Part("text", None, "China pays for it.", (), ((0, 5),)),))


@dataclass
class Filled:
    """A store and short ways to put rows into it and to look at them."""

    store: Store
    now: datetime
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def article(self, url: str | None = None) -> int:
        with self.store.writing() as session:
            article = Article(outlet="steppe", url=url or f"https://steppe.example/a/{next(self.numbers)}",
                              first_seen_at=self.now)
            session.add(article)
            session.flush()
            return article.id

    def version(self, article: int, seen_at: datetime | None = None) -> int:
        number = next(self.numbers)
        with self.store.writing() as session:
            page = Page(outlet="steppe", url=f"https://steppe.example/p/{number}", kind="article", found_at=self.now,
                        next_due_at=self.now)
            run = Run(outlet="steppe", state="done", backlog=False, started_at=self.now)
            session.add_all((page, run))
            session.flush()
            capture = Capture(page_id=page.id, run_id=run.id, at=self.now, status=200, final_url=page.url, file="x", offset=0,
                              sha256="0" * 64)
            session.add(capture)
            session.flush()
            version = Version(article_id=article, seq=number + 1, capture_id=capture.id, run_id=run.id,
                              seen_at=seen_at or self.now)
            session.add(version)
            session.flush()
            return version.id

    def alert(self, passage: Passage | dict[str, Any] = PASSAGE, *, event: str = "article_new", article: int | None = None,
              watch: str = "debts", recipient: str = READER, due: timedelta | None = timedelta(0), version: int | None = None,
              state: str = "pending") -> int:
        """An alert that is due `due` after now, None for one that is not judged."""
        article = article or self.article()
        with self.store.writing() as session:
            if session.get(Watch, watch) is None:
                session.add(Watch(id=watch, words=["China"], recipients=[recipient], outlets=[], since=self.now))
                session.flush()
            run = session.scalar(select(Run).limit(1)) or Run(outlet="steppe", state="done", backlog=False, started_at=self.now)
            session.add(run)
            session.flush()
            alert = Alert(watch_id=watch, recipient=recipient, event=event, subject=f"version:{next(self.numbers)}",
                          article_id=article, version_id=version, run_id=run.id, made_at=self.now, state=state,
                          passage=passage.to_json() if isinstance(passage, Passage) else passage,
                          mail_at=None if due is None else self.now + due)
            session.add(alert)
            session.flush()
            return alert.id

    def mail(self, *, recipient: str = READER, state: str = "waiting", reason: str | None = None, watch: str | None = None,
             made: timedelta = timedelta(0)) -> int:
        """A mail that was made `made` before now."""
        number = next(self.numbers)
        with self.store.writing() as session:
            mail = Mail(watch_id=watch, recipient=recipient, message_id=f"<{number}@steppewire.example>", subject="A subject",
                        bytes=f"To: {recipient}\r\n\r\nA mail.\r\n".encode(), state=state, reason=reason,
                        made_at=self.now - made, due_at=self.now - made)
            session.add(mail)
            session.flush()
            return mail.id

    def alerts(self) -> list[Alert]:
        with self.store.reading() as session:
            return list(session.scalars(select(Alert).order_by(Alert.id)))

    def mails(self) -> list[Mail]:
        with self.store.reading() as session:
            return list(session.scalars(select(Mail).order_by(Mail.id)))

    def attempts(self) -> list[Attempt]:
        with self.store.reading() as session:
            return list(session.scalars(select(Attempt).order_by(Attempt.id)))
