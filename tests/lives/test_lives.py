"""Forty lives of a thread: nothing is removed that was not, nothing is missed that two complete looks could see, and the tree
is the page's at every step."""
from collections import Counter
from datetime import datetime

import pytest
from desk import Desk, article, thread

from pipelines.thread_again import Again
from storage.models import Comment, CommentVersion, ThreadEvent, ThreadRead
from storage.store import Store
from tests.lives.life import Event, Life, Step

READERS = ("reader-1", "reader-2")


class Watcher:
    """Looks at a life as the store does, and says what the store holds of it."""

    def __init__(self, store: Store, now: datetime, seed: int) -> None:
        self.desk, self.life = Desk(store, now), Life(seed, now)
        self.desk.begin()
        self.versions = self.events = 0
        if self.life.off:
            for other in range(3):
                for _ in range(2):
                    self.desk.see(article(f"Another text, number {other}.", thread=self.other(other)), f"/a/other-{other}")
        self.begun = max((row.id for row in self.desk.rows(ThreadRead)), default=0)
        self.versions = len(self.desk.rows(CommentVersion))
        self.others = {row.thread_id for row in self.desk.rows(ThreadRead)}
        self.look_ids = list[int]()

    def other(self, number: int):  # type: ignore[no-untyped-def]  # a look
        from dataclasses import replace

        look = thread((f"o{number}", "Always one less than the label says."))
        return replace(look, system="life", native_key=f"other-{number}", declared=2, off=1, state="partial")

    def take(self, step: Step) -> None:
        self.desk.end()
        self.desk.judge()
        self.desk.now = step.at
        self.desk.begin()
        if step.what == "gone":
            self.desk.miss()
        elif step.look is not None:
            again = [Again(self.look_ids[look - 1], READERS[step.reader], read)
                     for look, read in sorted(step.again.items(), reverse=True)]
            self.desk.see(article("A text.", thread=step.look, reader=READERS[step.reader]), threads_again=again)
            own = [row.id for row in self.desk.rows(ThreadRead) if row.id > self.begun and row.thread_id == self.thread_id()]
            self.look_ids = own

    def thread_id(self) -> int:
        return min(row.thread_id for row in self.desk.rows(ThreadRead) if row.thread_id not in self.others)

    def told(self) -> Counter[Event]:
        rows = {row.id: row for row in self.desk.rows(Comment)}
        new = self.desk.rows(CommentVersion)[self.versions:]
        self.versions += len(new)
        return Counter(self.event(version, rows[version.comment_id]) for version in new)

    def event(self, version: CommentVersion, row: Comment) -> Event:
        key: object
        if self.life.kind == "ids":
            key = int((row.native_id or "").removeprefix("comment-"))
        else:
            key = row.posted_at if self.life.kind == "sure" else (version.text or row.text or "").removesuffix(" Reply")
        if version.event != "removed" or key == "Agreed!":
            return Event(version.event, key)
        assert version.after_read_id is not None
        return Event("removed", key, self.look_ids.index(version.after_read_id) + 1,
                     self.look_ids.index(version.before_read_id) + 1)

    def happened(self) -> list[str]:
        rows = self.desk.rows(ThreadEvent)[self.events:]
        self.events += len(rows)
        return [row.event for row in rows]

    def tree(self) -> list[tuple[str, str | None]]:
        """The texts that the newest look showed, in page order, each with that of the comment that it answers."""
        rows = {row.id: row for row in self.desk.rows(Comment)}
        now = sorted((row for row in rows.values() if row.last_read_id == self.look_ids[-1]), key=lambda row: row.position)
        return [(row.text or "", rows[row.parent_id].text if row.parent_id is not None else None) for row in now]


@pytest.mark.parametrize("seed", range(40))
def test_a_life_is_told_as_far_as_two_complete_looks_could_see(store: Store, now: datetime, seed: int) -> None:
    watcher = Watcher(store, now, seed)
    life = watcher.life
    for number, step in enumerate(life.steps()):
        watcher.take(step)
        where = f"look {number}, {step.what}, {life.kind}"
        told = watcher.told()
        if step.again:  # what only the new reader finds in the old answers is no news
            told = Counter({event: count for event, count in told.items() if event.event != "posted"}) | (told & step.events)
        assert told == step.events, where
        assert watcher.happened() == step.thread_events, where
        if step.shown and step.look is not None:
            read = step.look.comments
            shown = [(one.text, read[one.parent].text if one.parent is not None else None) for one in read]
            found = watcher.tree()
            assert [text for text, _ in found] == [text for text, _ in shown], where
            assert all(parent in (None, kept) for (_, kept), (_, parent) in zip(found, shown, strict=True)), where
            if step.what == "complete":
                assert found == shown, where
