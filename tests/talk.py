"""Threads put into a store by hand, row by row, for what is asked of them."""
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from storage.models import (
    Article,
    Base,
    Capture,
    Comment,
    CommentVersion,
    Page,
    Run,
    Thread,
    ThreadEvent,
    ThreadRead,
)

READER = "reader/1"


@dataclass
class Talk:
    """The thread of an article of its own, at an outlet."""

    session: Session
    url: str
    now: datetime
    outlet: str = "paper"
    system: str = "native"
    state: str = "open"
    looks: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.article = self._put(Article, outlet=self.outlet, url=self.url, state="standing", first_seen_at=self.now)
        self.run = self._put(Run, outlet=self.outlet, kind="crawl", state="done", judgement="passed", backlog=False,
                             started_at=self.now, requests=1, not_modified=0, errors=[])
        page = self._put(Page, outlet=self.outlet, url=self.url, kind="article", article_id=self.article, state="known",
                         found_at=self.now, next_due_at=self.now)
        self.capture = self._put(Capture, page_id=page, run_id=self.run, at=self.now, status=200, final_url=self.url,
                                 file="paper.warc.gz", offset=0, sha256="0" * 64)
        self.thread = self._put(Thread, outlet=self.outlet, system=self.system, native_key=self.url, article_id=self.article,
                                state=self.state)

    def _put(self, model: type[Base], **values: Any) -> int:
        row: Any = model(**values)
        self.session.add(row)
        self.session.flush()
        return int(row.id)

    def look(self, at: datetime, state: str = "complete", reason: str | None = None, declared: int | None = None,
             seen: int = 0) -> int:
        """A look at the thread; its id."""
        self.looks.append(self._put(ThreadRead, thread_id=self.thread, run_id=self.run, capture_id=self.capture, reader=READER,
                                    at=at, declared=declared, seen=seen, state=state, reason=reason))
        return self.looks[-1]

    def happened(self, event: str, after: int | None, before: int) -> None:
        """An event of the thread as a whole."""
        self._put(ThreadEvent, thread_id=self.thread, seq=before, event=event, run_id=self.run, seen_at=self.now,
                  after_read_id=after, before_read_id=before)

    def comment(self, text: str | None, history: Sequence[tuple[str, str | None, int | None, int]] = (), **values: Any) -> int:
        """A comment with its last text and its events, each with its text and the looks around it; without any it was posted
        before the first look. Its id."""
        first = self.looks[0]
        made = self._put(Comment, **{
            "thread_id": self.thread, "text": text, "reader": READER, "position": 0, "first_seen_at": self.now,
            "last_seen_at": self.now, "last_read_id": first,
            "state": "removed" if history and history[-1][0] == "removed" else "standing"} | values)
        for seq, (event, said, after, before) in enumerate(history or [("posted", text, None, first)], 1):
            self._put(CommentVersion, comment_id=made, seq=seq, event=event, text=said, reader=READER,
                      capture_id=self.capture, run_id=self.run, seen_at=self.now, after_read_id=after, before_read_id=before)
        return made
