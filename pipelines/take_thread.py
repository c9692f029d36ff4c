"""A thread's part of taking an article in: its look, its comments and their versions, and what watches are to hear of them."""
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crawler.items import ArticleRead, CommentRead
from pipelines.compare.fold import text_key
from pipelines.compare.identity import Known
from pipelines.compare.thread import ThreadChange, compare
from pipelines.intake import Intake
from pipelines.known_thread import KnownThread
from pipelines.match import watch as watching
from pipelines.names import Names
from storage import looks, threads
from storage.insert import put, put_all, put_many
from storage.looks import LightRow
from storage.models import Article, Comment, CommentVersion, Edition, Thread, ThreadCapture, ThreadEvent, ThreadRead
from storage.passage import Passage
from storage.watches import WatchRow

# What becomes of a thread's state by an event of it; `shown` leaves it as open or closed as it is then.
STATES = {"hidden": "hidden", "closed": "closed", "opened": "open"}


@dataclass(frozen=True, slots=True)
class Told:
    """One event that one watch is to hear of; subject names the event once and for all. recipients are those of the watch who
    are to hear of it, None for all."""

    event: str
    subject: str
    watch: WatchRow
    passage: Passage
    comment_version_id: int | None = None
    recipients: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a watch is to hear of one event: of the comment at a place of the look, or of a known one, or of the thread."""

    event: str
    of: int | None
    watch: WatchRow
    passage: Passage


@dataclass(frozen=True, slots=True)
class ThreadTaken:
    """A thread that was looked at, what the look changes, what the rows of posted comments say by their place in the look, and
    what the watches are to hear of it."""

    known: KnownThread
    change: ThreadChange
    posted: Mapping[int, dict[str, Any]]
    said: tuple[Said, ...]


def compared(intake: Intake, known: KnownThread, read: ArticleRead, url: str, standing: Sequence[WatchRow],
             now: datetime, *, another_reader: bool) -> ThreadTaken:
    """What a look at a thread changes. url is the article's own; another_reader: its page was read by another one so far."""
    authors = [intake.names(intake.outlet.id, comment.author) for comment in known.look.comments]
    change = compare(known.past, known.look, authors, now)
    # Of a long thread that takes as long as writing it, and nobody else may write then.
    posted = {place: comment_values(known.look.comments[place], intake.names, intake.outlet.id) for place in change.posted}
    article = watching.Text(read.title or url, tuple((read.text or "").split("\n")))
    return ThreadTaken(known, change, posted,
                       tuple(_said(known, change, article, authors, standing,
                                   backlog=_was_before(intake, known, another_reader))))


def _was_before(intake: Intake, known: KnownThread, another_reader: bool) -> bool:
    """Whether what a look shows was there before, as far as anybody can tell: the outlet is new, or the comments of a page that
    was read before are only now understood."""
    return (intake.backlog and known.last_read_id is None) or (another_reader and not known.past.comments)


def overtaken(session: Session, intake: Intake, known: KnownThread) -> bool:
    """Whether a thread was looked at since this is known of it."""
    if known.thread_id is None:
        return threads.get(session, intake.outlet.id, known.look.system or "", known.native_key) is not None
    last = threads.last_read(session, known.thread_id)
    return (last.id if last is not None else None) != known.last_read_id


def _said(known: KnownThread, change: ThreadChange, article: watching.Text, authors: Sequence[str | None],
          standing: Iterable[WatchRow], *, backlog: bool) -> Iterator[Said]:
    """What the watches are to hear of a look. backlog: what it shows was there before."""
    comments = known.look.comments
    posted = () if backlog else change.posted
    for watch in standing:
        for event, places in (("posted", posted), ("edited", change.edited), ("restored", change.restored)):
            for place in places:
                old = change.matched[place] if event == "edited" else None
                passage = watching.said(watch, article.title, authors[place], old.text if old else None, comments[place].text)
                if passage is not None:
                    yield Said(f"comment_{event}", place, watch, passage)
        for gone in change.removed:
            passage = watching.said(watch, article.title, gone.author, gone.text, None)
            if passage is not None:
                yield Said("comment_removed", gone.id, watch, passage)
        if "hidden" in change.events:
            texts = [old.text for old in known.past.comments if not old.removed and old.text is not None]
            if (passage := watching.hidden(watch, article.title, texts)) is not None:
                yield Said("thread_hidden", None, watch, passage)
        if "closed" in change.events and not backlog and watch.asks_for("thread_closed"):
            passage = watching.closed(watch, article, [comment.text for comment in comments])
            if passage is not None:
                yield Said("thread_closed", None, watch, passage)


def write_thread(session: Session, intake: Intake, article: Article, read: ArticleRead, taken: ThreadTaken,
                 captures: Mapping[int, int], now: datetime) -> list[Told]:
    """Writes a look at a thread and what it changed; what the watches are to hear of it. captures are its answers by their
    place, 0 the article's own."""
    writer = _Writer(session, intake, article, read, taken.known, captures, now)
    versions = writer.write(taken.change, taken.posted)
    event_id = writer.events(taken.change.events)
    return [Told(one.event, f"thread:{event_id}" if one.of is None else f"comment:{versions[one.event, one.of]}", one.watch,
                 one.passage, None if one.of is None else versions[one.event, one.of]) for one in taken.said]


def comment_values(comment: CommentRead, names: Names, outlet: str) -> dict[str, Any]:
    """What a comment's row says of it as it is read, but for its thread, its id and whom it answers."""
    return {"parent_source": comment.parent_source, "author": names(outlet, comment.author), "posted_at": comment.posted,
            "posted_raw": comment.posted_raw, "certainty": comment.certainty,
            "text": None if comment.forgotten else comment.text, "text_key": text_key(comment.text),
            "depth": comment.depth, "position": comment.position, "likes": comment.likes, "dislikes": comment.dislikes}


def put_comments(session: Session, rows: Mapping[int, dict[str, Any]], read: Sequence[CommentRead],
                 ids: dict[int, int]) -> None:
    """Puts in the comments at these places of a look, and adds their ids to ids, which has those that are known: first what
    answers nothing or a known one, then what answers these, and so on."""
    waiting = defaultdict[int | None, list[int]](list)
    for place in rows:
        above = read[place].parent
        waiting[above if above in rows else None].append(place)
    level = waiting[None]
    while level:
        new = [rows[place] | {"parent_id": ids.get(above) if (above := read[place].parent) is not None else None}
               for place in level]
        ids.update(zip(level, put_many(session, Comment, new), strict=True))
        level = [below for place in level for below in waiting[place]]


class _Writer:
    """Writes one look."""

    def __init__(self, session: Session, intake: Intake, article: Article, read: ArticleRead, known: KnownThread,
                 captures: Mapping[int, int], now: datetime) -> None:
        self.session, self.intake, self.read, self.known, self.captures, self.now = session, intake, read, known, captures, now
        look = known.look
        self.thread_id = self._thread(article)
        self.look_id = put(session, ThreadRead, thread_id=self.thread_id, run_id=intake.run_id, capture_id=captures[0],
                           reader=read.reader, at=now, declared=look.declared, seen=len(look.comments), state=look.state,
                           reason=look.reason, off=look.off)
        put_all(session, ThreadCapture, [{"thread_read_id": self.look_id, "seq": place, "capture_id": capture_id}
                                         for place, capture_id in sorted(captures.items()) if place > 0])
        self.ids = dict[int, int]()

    def _thread(self, article: Article) -> int:
        known, system = self.known, self.known.look.system or ""
        if known.thread_id is None:
            return put(self.session, Thread, outlet=self.intake.outlet.id, system=system, native_key=known.native_key,
                       article_id=article.id)
        if known.how == "renamed":
            thread = self.session.get_one(Thread, known.thread_id)
            thread.system, thread.native_key = system, known.native_key
            self.session.flush()
        elif known.again:
            threads.put_back(self.session, known.thread_id, known.native_key)
        elif known.how == "edition":
            put(self.session, Edition, thread_id=known.thread_id, article_id=article.id)
        return known.thread_id

    def write(self, change: ThreadChange, posted: Mapping[int, dict[str, Any]]) -> dict[tuple[str, int | None], int]:
        """The ids of the new comment versions: by the event that is told of each, and the place of the comment in the look, or
        the id of one that was removed."""
        for place, old in enumerate(change.matched):
            if old is not None:
                self.ids[place] = old.id
        self._post(posted)
        versions = dict[tuple[str, int | None], dict[str, Any]]()
        for place in change.posted:
            versions["comment_posted", place] = self._version(place, "posted", 1, self.known.last_complete,
                                                              guess=place in change.guesses)
        seqs = looks.last_seqs(self.session, [self.ids[place] for place in (*change.edited, *change.restored)]
                                 + [old.id for old in change.removed])
        for event, places in (("edited", change.edited), ("restored", change.restored)):
            for place in places:
                own = self.ids[place]
                after = self.known.rows[own].last_read_id if event == "edited" else self.known.last_complete
                versions[f"comment_{event}", place] = self._version(place, event, seqs[own] + 1, after)
        self._seen(change)
        looks.change(self.session, [old.id for old in change.missing if old.missed_read is None],
                       {"missed_read_id": self.look_id})
        looks.change(self.session, [old.id for old in change.removed], {"state": "removed"})
        guessed = self._guessed(change.removed)
        for old in change.removed:
            versions["comment_removed", old.id] = {
                "comment_id": old.id, "seq": seqs[old.id] + 1, "event": "removed", "text": None, "capture_id": self.captures[0],
                "after_read_id": old.last_read, "before_read_id": old.missed_read or self.look_id, "guess": old.id in guessed}
        every = {"reader": self.read.reader, "run_id": self.intake.run_id, "seen_at": self.now}
        made = put_many(self.session, CommentVersion, [version | every for version in versions.values()])
        return dict(zip(versions, made, strict=True))

    def _post(self, posted: Mapping[int, dict[str, Any]]) -> None:
        # A page that gives one id to two comments says nothing by it.
        taken = {row.native_id for row in self.known.rows.values()}
        rows = dict[int, dict[str, Any]]()
        for place, values in posted.items():
            comment = self.known.look.comments[place]
            native_id = comment.native_id if comment.native_id not in taken else None
            taken.add(native_id)
            rows[place] = {"thread_id": self.thread_id, "native_id": native_id, "reader": self.read.reader, "state": "standing",
                           "first_seen_at": self.now, "last_seen_at": self.now, "last_read_id": self.look_id,
                           "forgotten_at": self.now if comment.forgotten else None, **values}
        put_comments(self.session, rows, self.known.look.comments, self.ids)

    def _version(self, place: int, event: str, seq: int, after: int | None, *, guess: bool = False) -> dict[str, Any]:
        comment = self.known.look.comments[place]
        return {"comment_id": self.ids[place], "seq": seq, "event": event, "guess": guess,
                "text": None if comment.forgotten else comment.text,
                "capture_id": self.captures[comment.page], "after_read_id": after, "before_read_id": self.look_id}

    def _seen(self, change: ThreadChange) -> None:
        """Brings up to date what is shown of known comments. At another page than that which showed a comment last it is only
        noted that it stands: each page is compared with itself."""
        comments, main = self.known.look.comments, self.known.past.main
        here = [(self.known.rows[old.id], comments[place], place, old) for place, old in enumerate(change.matched)
                if old is not None and not comments[place].deleted]
        restored = {change.matched[place] for place in change.restored}
        own = [each for each in here if main or each[3].comparable or each[3] in restored]
        same = {"last_seen_at": self.now, "last_read_id": self.look_id, "state": "standing",
                "reader": self.read.reader}
        looks.change(self.session, [row.id for row, *_ in here if row.missed_read_id is not None], {"missed_read_id": None})
        taken = {row.native_id for row in self.known.rows.values()}
        changed = defaultdict[tuple[str, ...], list[dict[str, Any]]](list)
        moved = defaultdict[int, list[int]](list)
        for row, comment, place, old in own:
            values = self._differences(row, comment, place, old)
            if "native_id" in values and values["native_id"] in taken:
                del values["native_id"]
            taken.add(values.get("native_id"))
            if values:
                changed[tuple(values)].append({"own": row.id, **values})
            moved[comment.position - row.position].append(row.id)
        for rows in changed.values():
            looks.change_each(self.session, rows)
        for by, ids in moved.items():
            looks.move(self.session, ids, by, same)

    def _differences(self, row: LightRow, comment: CommentRead, place: int, old: Known) -> dict[str, Any]:
        """What a known comment's row does not say yet, but for its place on the page."""
        complete = self.known.look.state == "complete"
        parent = self.ids.get(comment.parent) if comment.parent is not None else None
        now: dict[str, Any] = {"likes": comment.likes, "dislikes": comment.dislikes}
        if parent is not None or (complete and comment.parent is None):
            now |= {"parent_id": parent, "parent_source": comment.parent_source, "depth": comment.depth}
        if old.forgotten:
            now = {name: value for name, value in now.items() if name in ("parent_id", "parent_source", "depth")}
        else:
            if comment.native_id is not None:
                now["native_id"] = comment.native_id
            if comment.text != row.text:
                now |= {"text": comment.text, "text_key": text_key(comment.text)}
            if row.posted_at is None and comment.posted is not None:
                now |= {"posted_at": comment.posted, "posted_raw": comment.posted_raw, "certainty": comment.certainty}
            if row.author is None and comment.author is not None:
                now["author"] = self.intake.names(self.intake.outlet.id, comment.author)
        return {name: value for name, value in now.items() if value != getattr(row, name, None)}

    def _guessed(self, removed: Sequence[Known]) -> set[int]:
        """The removed comments in whose stead others appeared that may be edits of them."""
        doubtful = [old for old in removed if not old.told_apart and old.missed_read is not None]
        if not doubtful:
            return set()
        guessed = looks.guessed_in(self.session, {old.missed_read for old in doubtful if old.missed_read is not None})
        return {old.id for old in doubtful if (old.missed_read, old.parent_id) in guessed}

    def events(self, names: Sequence[str]) -> int | None:
        """Writes what became of the whole thread; the id of its last event now."""
        every = ("renamed", *names) if self.known.how == "renamed" else tuple(names)
        if not every:
            return None
        seq = len(looks.events(self.session, self.thread_id))
        state, last = None, None
        for number, event in enumerate(every, seq + 1):
            blank = self.known.past.blank_read if event == "hidden" else None
            after = self.known.last_shown if event == "hidden" else self.known.last_read_id
            last = put(self.session, ThreadEvent, thread_id=self.thread_id, seq=number, event=event, run_id=self.intake.run_id,
                       seen_at=self.now, after_read_id=after, before_read_id=blank or self.look_id)
            if event == "shown":
                state = "closed" if self.known.past.closed else "open"
            state = STATES.get(event, state)
        if state is not None:
            self.session.get_one(Thread, self.thread_id).state = state
            self.session.flush()
        if "hidden" in every:
            # What was missed before all was hidden is to be missed anew.
            looks.change(self.session, [row.id for row in self.known.rows.values() if row.missed_read_id is not None
                                          and row.state == "standing"], {"missed_read_id": None})
        return last
