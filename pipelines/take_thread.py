"""A thread's part of taking an article in: its look, its comments and their versions, and what watches are to hear of them."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.items import ArticleRead, CommentRead
from crawler.items import ThreadRead as Look
from pipelines.compare.thread import Known, ThreadChange
from pipelines.intake import Intake
from pipelines.match import watch as watching
from storage import threads
from storage.insert import made, put, put_all
from storage.models import Article, Comment, CommentVersion, Thread, ThreadCapture, ThreadRead
from storage.passage import Passage
from storage.watches import WatchRow


@dataclass(frozen=True, slots=True)
class Told:
    """One event that one watch is to hear of; subject names the event once and for all."""

    event: str
    subject: str
    watch: WatchRow
    passage: Passage
    comment_version_id: int | None = None


def known_thread(session: Session, outlet: str, look: Look, page_url: str) -> tuple[Known, ...]:
    """The comments that are known of the thread that was looked at, in page order."""
    thread = threads.get(session, outlet, look.system, look.native_key or page_url) if look.system is not None else None
    if thread is None:
        return ()
    times = threads.read_times(session, thread.id)
    return tuple(Known(row.comment.id, row.comment.native_id, row.comment.parent_id, row.comment.author, row.comment.posted_at,
                       row.text, row.state == "removed",
                       times[row.comment.missed_read_id] if row.comment.missed_read_id is not None else None)
                 for row in threads.comments(session, thread.id))


def last_look(session: Session, outlet: str, look: Look, page_url: str) -> datetime | None:
    """When the thread that was looked at had been looked at last; None where it never was."""
    thread = threads.get(session, outlet, look.system or "", look.native_key or page_url)
    last = threads.last_read(session, thread.id) if thread is not None else None
    return last.at if last is not None else None


def write_thread(session: Session, intake: Intake, article: Article, read: ArticleRead, change: ThreadChange,
                 captures: Mapping[int, int], standing: Iterable[WatchRow], now: datetime) -> list[Told]:
    """Writes a look at a thread and what it changed; what the watches are to hear of it. captures are its answers by their
    place, 0 the article's own."""
    writer = _Writer(session, intake, article, read, captures, now)
    return [told for version, old in writer.write(change) for told in _told(version, old, article, read, standing, writer)]


class _Writer:
    """Writes one look."""

    def __init__(self, session: Session, intake: Intake, article: Article, read: ArticleRead, captures: Mapping[int, int],
                 now: datetime) -> None:
        self.session, self.intake, self.read, self.captures, self.now = session, intake, read, captures, now
        look = read.thread
        system, native_key = look.system or "", look.native_key or article.url
        thread = threads.get(session, intake.outlet.id, system, native_key)
        if thread is None:
            thread = made(session, Thread, outlet=intake.outlet.id, system=system, native_key=native_key, article_id=article.id)
        last = threads.last_read(session, thread.id)
        self.first, self.last_id = last is None, last.id if last is not None else None
        self.thread_id = thread.id
        self.look_id = put(session, ThreadRead, thread_id=thread.id, run_id=intake.run_id, capture_id=captures[0],
                           reader=read.reader, at=now, declared=look.declared, seen=len(look.comments), state=look.state,
                           reason=look.reason, off=look.off)
        put_all(session, ThreadCapture, [{"thread_read_id": self.look_id, "seq": place, "capture_id": capture_id}
                                         for place, capture_id in sorted(captures.items()) if place > 0])
        self.rows: dict[int, Comment] = {}
        self.native_ids: set[str | None] = set()
        self.authors: dict[int, str | None] = {}

    def write(self, change: ThreadChange) -> list[tuple[CommentVersion, str | None]]:
        """The new comment versions, each with the text before it."""
        comments = self.read.thread.comments
        written: list[tuple[CommentVersion, str | None]] = []
        before = {old.id: old for old in (*change.matched, *change.missing) if old is not None}
        for place, old in enumerate(change.matched):
            if old is not None:
                self.rows[place] = self.session.get_one(Comment, old.id)
                self.native_ids.add(old.native_id)
                self.authors[old.id] = self.rows[place].author
        seen_again = dict(self.rows)
        for place in change.posted:
            self.rows[place] = self._post(comments[place])
        for place in change.posted:
            row, parent = self.rows[place], self._parent(comments[place])
            if parent != row.parent_id and parent is not None:  # it stands further down
                threads.answers(self.session, row.id, parent)
            written.append((self._version(row, 1, "posted", comments[place], self.last_id), None))
        for places, event in ((change.edited, "edited"), (change.restored, "restored")):
            for place in places:
                row = self.rows[place]
                after = row.last_read_id if event == "edited" else self.last_id
                old_text = before[row.id].text if event == "edited" else None
                written.append((self._version(row, self._next(row), event, comments[place], after), old_text))
        for place, row in seen_again.items():
            if not comments[place].deleted:
                self._seen(row, comments[place])
        removed = {old.id for old in change.removed}
        for old in change.missing:
            row = self.session.get_one(Comment, old.id)
            self.authors[row.id] = row.author
            row.missed_read_id = row.missed_read_id or self.look_id
            if old.id in removed:
                row.state = "removed"
                version = self._version(row, self._next(row), "removed", None, row.last_read_id, row.missed_read_id)
                written.append((version, old.text))
        self.session.flush()
        return written

    def _post(self, comment: CommentRead) -> Comment:
        # A page that gives one id to two comments says nothing by it.
        native_id = None if comment.native_id in self.native_ids else comment.native_id
        self.native_ids.add(native_id)
        row = made(self.session, Comment, thread_id=self.thread_id, native_id=native_id, parent_id=self._parent(comment),
                   parent_source=comment.parent_source, author=self.intake.names(self.intake.outlet.id, comment.author),
                   posted_at=comment.posted, posted_raw=comment.posted_raw, certainty=comment.certainty, text=comment.text,
                   reader=self.read.reader, depth=comment.depth, position=comment.position, likes=comment.likes,
                   dislikes=comment.dislikes, first_seen_at=self.now, last_seen_at=self.now, last_read_id=self.look_id)
        self.authors[row.id] = row.author
        return row

    def _parent(self, comment: CommentRead) -> int | None:
        """The id of the comment that one answers, where it is written already."""
        parent = self.rows.get(comment.parent) if comment.parent is not None else None
        return parent.id if parent is not None else None

    def _seen(self, row: Comment, comment: CommentRead) -> None:
        row.last_seen_at, row.last_read_id, row.missed_read_id = self.now, self.look_id, None
        row.position, row.likes, row.dislikes = comment.position, comment.likes, comment.dislikes
        row.text, row.state, row.reader = comment.text, "standing", self.read.reader

    def _next(self, row: Comment) -> int:
        return threads.last_seq(self.session, row.id) + 1

    def _version(self, row: Comment, seq: int, event: str, comment: CommentRead | None, after: int | None,
                 before: int | None = None) -> CommentVersion:
        text, page = (comment.text, comment.page) if comment is not None else (None, 0)
        return made(self.session, CommentVersion, comment_id=row.id, seq=seq, event=event, text=text, reader=self.read.reader,
                    capture_id=self.captures[page], run_id=self.intake.run_id, seen_at=self.now, after_read_id=after,
                    before_read_id=before or self.look_id)



def _told(version: CommentVersion, old: str | None, article: Article, read: ArticleRead, standing: Iterable[WatchRow],
          writer: _Writer) -> Iterable[Told]:
    if version.event == "posted" and writer.intake.backlog and writer.first:
        return
    for watch in standing:
        passage = watching.said(watch, read.title or article.url, writer.authors[version.comment_id], old, version.text)
        if passage is not None:
            yield Told(f"comment_{version.event}", f"comment:{version.id}", watch, passage, version.id)
