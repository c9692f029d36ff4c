"""The thread that a look is at, and what is known of it before that."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from crawler.items import ArticleRead
from crawler.items import ThreadRead as Look
from pipelines.compare.identity import Known
from pipelines.compare.thread import NO_PAST, Past, is_blank
from storage import looks, threads
from storage.looks import LightRow
from storage.models import Article, Page, Thread, ThreadEvent

# A page's count that is off by as much as at the outlet's newest looks at so many of its threads, and at so many looks in all,
# is off for a reason of the outlet's own: it counts the article, or a comment that nobody is shown.
ALWAYS_THREADS = 3
ALWAYS_LOOKS = 5
# Of so many looks the newest at each thread counts, and of so many threads.
WINDOW = 50
NEWEST = 5
# Two threads are one that two editions show where they share half of their comments, and not a single one by chance.
SHARED = 2

How = Literal["known", "new", "renamed", "edition"]


@dataclass(frozen=True, slots=True)
class KnownThread:
    """A thread that a look is at. look is the look as it counts; how: it is known under this name, is new, has had another
    name, or was another article's alone. thread_id is None where it is new. last_read_id is the newest look at it, looked_at
    its time; last_complete is the look after which what is posted now was posted, last_shown the one before whatever became of
    the whole of it. again: another story stood at the article's address meanwhile."""

    look: Look
    how: How = "new"
    thread_id: int | None = None
    native_key: str = ""
    past: Past = NO_PAST
    rows: Mapping[int, LightRow] = field(default_factory=dict)
    last_read_id: int | None = None
    looked_at: datetime | None = None
    last_complete: int | None = None
    last_shown: int | None = None
    again: bool = False


def looked_at(session: Session, outlet: str, article: Article | None, page: Page, read: ArticleRead, *,
              other: bool = False) -> tuple[KnownThread, ...]:
    """The threads that a look at an article's page is at: the one that it shows, and one that is known and that it shows no
    more. other: the page is one more of an article that has another of its own."""
    look, url = read.thread, article.url if article is not None else page.url
    every = looks.owned(session, article.id) if article is not None else []
    own = [(thread, has_comments) for thread, has_comments in every if thread.state != "replaced"]
    commented = next((thread for thread, has_comments in own if has_comments), None)
    key = look.native_key or url
    main = not other
    exact = threads.get(session, outlet, look.system, key) if look.system is not None else None
    if look.system is not None and (look.comments or look.state in ("complete", "partial", "closed")):
        for once, _ in every:
            if once.state == "replaced" and once.system == look.system and shows(look, looks.light(session, once.id)):
                before = _known(session, outlet, once, "known", look, key, page, read.reader, article, main=main)
                return (replace(before, native_key=key, again=True),)
        thread, how = _shown(session, outlet, article, own, exact, read)
        return (_known(session, outlet, thread, how, look, key, page, read.reader, article, main=main),)
    found = list[KnownThread]()
    if look.system is not None and (exact is not None or commented is None or look.state != "none"):
        found.append(_known(session, outlet, exact, "known", look, key, page, read.reader, article, main=main))
    if commented is not None and (exact is None or exact.id != commented.id) and main and article is not None \
            and commented.article_id == article.id and (look.system is None or commented.state != "hidden"):
        why = "the page shows no thread" if look.system is None else f"the page shows no thread but one of {look.system}"
        gone = Look(commented.system, "error" if look.state == "error" else "none", why, native_key=commented.native_key)
        found.append(_known(session, outlet, commented, "known", gone, "", page, read.reader, article, main=main))
    return tuple(found)


def shows(look: Look, rows: Iterable[LightRow]) -> bool:
    """Whether a look shows any of these comments: by its id, or by its text where it has none."""
    ids = {comment.native_id for comment in look.comments} - {None}
    texts = {comment.text for comment in look.comments if comment.native_id is None and comment.text}
    return any(row.native_id in ids or (row.native_id is None and row.text in texts) for row in rows)


def of_another_story(known: Sequence[KnownThread], read: ArticleRead, url: str) -> tuple[KnownThread, ...]:
    """The threads that a look is at where another story has taken the article's address: those that are known, as far as one of
    their comments is shown still, since they go on then; else one that is new."""
    commented = [one for one in known if one.rows]
    if not commented or any(one.again or shows(one.look, one.rows.values()) for one in commented):
        return tuple(known)
    look = read.thread
    if look.system is None or not (look.comments or look.state in ("complete", "partial", "closed")):
        return ()
    return (KnownThread(look, "new", native_key=look.native_key or url),)


def _shown(session: Session, outlet: str, article: Article | None, own: list[tuple[Thread, bool]], exact: Thread | None,
           read: ArticleRead) -> tuple[Thread | None, How]:
    """The thread that a page shows."""
    look = read.thread
    assert look.system is not None
    if exact is not None:
        is_own = article is not None and any(thread.id == exact.id for thread, _ in own)
        return exact, "known" if is_own else "edition"
    for thread, has_comments in own:
        same_system = thread.system == look.system
        if article is not None and thread.article_id != article.id:
            if same_system:
                return thread, "known"
        elif has_comments or same_system:
            return thread, "renamed"
    shown = {comment.native_id for comment in look.comments if comment.native_id is not None}
    if len(shown) >= SHARED and read.twins:
        for thread in looks.of_twins(session, outlet, look.system, [twin.url for twin in read.twins]):
            shared = len(shown & looks.native_ids(session, thread.id))
            if shared >= SHARED and 2 * shared >= len(shown):
                return thread, "edition"
    return None, "new"


def _closed(happened: Sequence[ThreadEvent]) -> bool:
    last = next((one.event for one in reversed(happened) if one.event in ("closed", "opened")), None)
    return last == "closed"


def _counted(session: Session, outlet: str, thread_id: int | None, look: Look) -> Look:
    """A look with its state as it counts: one whose only fault is that its page's count is off as always at its outlet is
    complete.

    As always: at the newest of the outlet's looks at each of at least three of the system's threads, this one among them, and
    at five looks in all. Of a comment that such a look does not show, the count has to have been off by as much when it was
    last shown, as far as it could be checked then (`comparable`): else a label that still counts a comment after its removal,
    or a page that shows one less than it did, would look the same. So where an outlet's label counts hidden comments too no
    removal is told: there the count is off by more with each, and what is shown no more cannot be told from what is not shown
    at first.
    """
    if look.off is None or look.system is None or look.state != "partial":
        return look
    window = looks.last_checked(session, outlet, look.system, WINDOW)
    newest = dict[int, int]()
    for one in window:
        newest.setdefault(one.thread_id, one.off or 0)
    latest = list(newest.values())[:NEWEST]
    if thread_id is not None and newest.get(thread_id, look.off) != look.off:
        return look
    if len(latest) < ALWAYS_THREADS or set(latest) != {look.off} or sum(one.off == look.off for one in window) < ALWAYS_LOOKS:
        return look
    return replace(look, state="complete", reason=f"as always: {look.reason}")


def _known(session: Session, outlet: str, thread: Thread | None, how: How, look: Look, key: str, page: Page, reader: str,
           article: Article | None, *, main: bool) -> KnownThread:
    if thread is None:
        return KnownThread(look, "new", native_key=key)
    last = threads.last_read(session, thread.id)
    rows = {row.id: row for row in looks.light(session, thread.id)}
    happened = looks.events(session, thread.id)
    main = main and article is not None and thread.article_id == article.id
    look = _counted(session, outlet, thread.id, look)
    lookup = looks.by_id(session, {read for row in rows.values() if row.state == "standing"
                                     for read in (row.last_read_id, row.missed_read_id) if read is not None})
    rules_since = max((one.before_read_id for one in happened if one.event == "renamed"), default=0)
    first_missed = min((row.missed_read_id for row in rows.values()
                        if row.missed_read_id is not None and row.state == "standing"), default=None)
    complete = looks.complete_since(session, thread.id, page.id, first_missed) if first_missed is not None else []

    def comparable(row: LightRow) -> bool:
        seen = lookup.get(row.last_read_id)
        return (row.reader == reader and how != "renamed" and row.last_read_id >= rules_since and seen is not None
                and seen.page_id == page.id)

    def counted(row: LightRow) -> bool:
        seen = lookup.get(row.last_read_id)
        return look.off is None or seen is None or seen.read.off == look.off or (
            seen.read.off is None and seen.read.state != "complete")

    known = tuple(Known(
        row.id, row.native_id, row.parent_id, row.author, row.posted_at, row.text, row.state == "removed",
        lookup[row.missed_read_id].read.at if row.missed_read_id in lookup else None, row.first_seen_at, row.missed_read_id,
        sum(read >= row.missed_read_id for read in complete) if row.missed_read_id is not None else 0,
        comparable(row), counted(row), row.forgotten_at is not None, row.last_read_id) for row in rows.values())
    last_shown = max((row.last_read_id for row in rows.values()), default=None)
    # A count of none that takes the only comment away is that comment's removal, and no look at an empty place.
    standing = sum(not old.removed and not old.forgotten for old in known)
    states = ("none", "closed") if standing == 1 else ("none", "closed", "complete")
    blank = looks.first_blank(session, thread.id, page.id, last_shown or 0, states) if is_blank(look) else None
    before = looks.last_look(session, thread.id, page.id) if look.off is not None else None
    as_before = before is not None and before.state == "partial" and (before.off, before.seen) == (look.off, len(look.comments))
    past = Past(known, thread.state == "hidden", _closed(happened), blank.at if blank is not None else None,
                blank.id if blank is not None else None, how == "renamed", main, as_before)
    return KnownThread(look, how, thread.id, key if how == "renamed" else thread.native_key, past, rows,
                       last.id if last is not None else None, last.at if last is not None else None,
                       looks.last_complete(session, thread.id, shown=standing > 0), last_shown)
