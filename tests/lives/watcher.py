"""A life of a thread, looked at as the store does, and where what the store says differs from what the script knows."""
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from desk import Desk, article, outlet, thread
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pipelines.thread_again import Again
from storage.models import Comment, CommentVersion, Thread, ThreadEvent, ThreadRead
from storage.store import Store
from tests.lives.life import Event, Life, Step

READERS = ("reader-1", "reader-2")


def faults(store: Store, now: datetime, seed: int) -> list[str]:
    """What is wrong after the first look at which anything is; nothing where all is well to the end. An outlet of its own lives
    each life, so that many may be lived in one store, each once."""
    watcher = Watcher(store, now, seed)
    for number, step in enumerate(watcher.life.steps()):
        watcher.take(step)
        with store.reading() as session:
            found = list(watcher.wrong(session, step))
        if found:
            return [f"seed {seed}, look {number}, {step.what}, {watcher.life.kind}: {each}" for each in found]
    return []


class Watcher:
    """Looks at a life as the store does, and says what the store holds of it that is new."""

    def __init__(self, store: Store, now: datetime, seed: int) -> None:
        self.life, self.own = Life(seed, now), f"steppe-{seed}"
        self.desk = Desk(store, now, outlet(self.own))
        self.desk.begin()
        self.looks, self.versions, self.events = list[int](), 0, 0
        for other in range(3) if self.life.off else ():
            for _ in range(2):
                look = replace(thread((f"o{other}", "Always one less than the label says.")), system="life",
                               native_key=f"other-{other}", declared=2, off=1, state="partial")
                self.desk.see(article(f"Another text, number {other}.", thread=look), f"/a/other-{other}")
        with store.reading() as session:
            self.begun = session.scalar(select(func.max(Thread.id))) or 0

    def take(self, step: Step) -> None:
        self.desk.now = step.at
        if step.what == "gone":
            self.desk.miss()
        elif step.look is not None:
            again = [Again(self.looks[look - 1], READERS[step.reader], read)
                     for look, read in sorted(step.again.items(), reverse=True)]
            self.desk.see(article("A text.", thread=step.look, reader=READERS[step.reader]), threads_again=again)

    def wrong(self, session: Session, step: Step) -> list[str]:
        """What differs after a look from what is to be known and told."""
        if step.look is not None:
            # Its own thread is the first; of a hidden one under which another is shown no look is noted.
            own = self.of_life(select(ThreadRead.thread_id, func.max(ThreadRead.id)), ThreadRead)
            self.looks.append(min(session.execute(own.group_by(ThreadRead.thread_id)).all())[1])
        told, happened = self.told(session), self.happened(session)
        if step.again:  # what only the new reader finds in the old answers is no news
            told = Counter({event: count for event, count in told.items() if event.event != "posted"}) | (told & step.events)
        pairs: list[tuple[str, Any, Any]] = [("told", told, step.events), ("happened", happened, step.thread_events)]
        if step.shown and step.look is not None:
            read = step.look.comments
            shown = [(one.text, read[one.parent].text if one.parent is not None else None) for one in read]
            found = self.tree(session)
            if step.what != "complete" and len(found) == len(shown):  # whom one answers may be known from before
                found = [(text, kept if above is not None else None)
                         for (text, kept), (_, above) in zip(found, shown, strict=True)]
            pairs.append(("tree", found, shown))
        return [f"{name} {is_so}, not {should}" for name, is_so, should in pairs if is_so != should]

    def of_life(self, query: Select[Any], of: Any) -> Select[Any]:
        """The rows of the threads under the life's article."""
        return query.join(Thread, Thread.id == of.thread_id).where(Thread.outlet == self.own, Thread.id > self.begun)

    def told(self, session: Session) -> Counter[Event]:
        new = session.execute(self.of_life(
            select(CommentVersion.id, CommentVersion.event, CommentVersion.text, CommentVersion.after_read_id,
                   CommentVersion.before_read_id, Comment.native_id, Comment.posted_at, Comment.text)
            .join(Comment, Comment.id == CommentVersion.comment_id), Comment)
            .where(CommentVersion.id > self.versions).order_by(CommentVersion.id)).all()
        self.versions = new[-1][0] if new else self.versions
        return Counter(self.event(*row[1:]) for row in new)

    def event(self, event: str, text: str | None, after: int | None, before: int, native_id: str | None,
              posted: datetime | None, now: str | None) -> Event:
        key: object
        if self.life.kind == "ids":
            key = int((native_id or "").removeprefix("comment-"))
        else:
            key = posted if self.life.kind == "sure" else (text or now or "").removesuffix(" Reply")
        if event != "removed" or key == "Agreed!":
            return Event(event, key)
        assert after is not None
        return Event("removed", key, self.looks.index(after) + 1, self.looks.index(before) + 1)

    def happened(self, session: Session) -> list[str]:
        rows = session.execute(self.of_life(select(ThreadEvent.id, ThreadEvent.event), ThreadEvent)
                               .where(ThreadEvent.id > self.events).order_by(ThreadEvent.id)).all()
        self.events = rows[-1][0] if rows else self.events
        return [event for _, event in rows]

    def tree(self, session: Session) -> list[tuple[str | None, str | None]]:
        """The texts that the newest look showed, in page order, each with that of the comment that it answers."""
        columns = select(Comment.id, Comment.parent_id, Comment.text, Comment.last_read_id)
        rows = session.execute(self.of_life(columns, Comment).order_by(Comment.position)).all()
        texts = {own: text for own, _, text, _ in rows}
        return [(text, texts.get(above)) for _, above, text, seen in rows if seen == self.looks[-1]]
