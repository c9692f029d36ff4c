"""The pages of a thread as one thread: what each of them showed, and whether that is all of it."""
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from crawler.items import CommentRead, ParentSource, ThreadPage, ThreadRead, Wanted
from pipelines.read.comments.parts import MAX_COMMENTS, MORE, UNCOUNTED, thread, tree

# What one page alone is partial for, and all of them together need not be.
OF_ONE_PAGE = (MORE, UNCOUNTED)
EMPTY = ("none", "unsupported")
CHANGED = "the thread changed while its pages were read"


@dataclass(frozen=True, slots=True)
class _Shown:
    """One answer that was read: its place among all of them, 0 the article's own; api: as of ThreadPage."""

    place: int
    url: str
    read: ThreadRead
    api: bool = False


def joined(first: ThreadRead, pages: Sequence[ThreadPage], own: Sequence[str]) -> ThreadRead:
    """The thread of an article: first is what the article's own page shows, pages are the further answers in the order of
    asking, own the addresses of the article's page. Its comments stand in that order, each with the place of its page; those
    that the system itself gave stand for those of the pages. A thread of one page stays as it is.

    It is complete only if nothing that is wanted is left and each answer was read, no comment stands on two of them, the first
    was the same at the end, and the count agrees; else it is partial and says why. Where nothing at all came of a thread that
    is not in the article's page, it is an error, or `unsupported` where it may not be asked for.
    """
    if not pages and not first.wanted:
        return first
    shown = [_Shown(place, page.url, page.read, page.api) for place, page in enumerate(pages, 1)
             if page.read is not None and not page.again]
    asked = _Asked(first, shown, pages, own)
    missing = next(asked.missing(), None)
    if not first.comments and not shown and pages and all(page.refused for page in pages):
        return replace(first, state="unsupported", reason=missing, wanted=())
    if first.state in EMPTY and not shown:
        return replace(first, state="error", reason=missing, wanted=())
    of_pages = [*([] if first.state in EMPTY else [_Shown(0, own[0], first)]), *(each for each in shown if not each.api)]
    answers = [each for each in shown if each.api]
    if answers and not (missing is None and asked.failed_over()):
        used, others = answers, of_pages
    else:
        used, others = of_pages, answers
    counts = {each.read.declared for each in used if each.read.declared is not None}
    if not counts and first.declared is not None:
        counts = {first.declared}
    kept, doubts = list[_Shown](), [missing, _drift(first, pages, own, len(used)), *map(_own_doubt, used)]
    for each in used:
        if not _marks(each.read) or _marks(each.read) not in map(_marks, (one.read for one in kept)):
            kept.append(each)
        elif not counts:
            doubts.append(f"{each.url} shows what another page shows, and {UNCOUNTED}")
    comments, twice = _together(kept)
    too_many = sum(len(each.read.comments) for each in kept) > MAX_COMMENTS
    doubts += [f"comment {twice} stands on two pages" if twice is not None else None, _only(others, used),
               f"it has more than {MAX_COMMENTS:,} comments" if too_many else None]
    every = [first, *(each.read for each in used)]
    whole = thread(next((read.system for read in every if read.system), ""), comments, counts,
                   next((read.native_key for read in every if read.native_key), ""), closed=any(read.closed for read in every),
                   counted=any(each.read.reason == UNCOUNTED for each in used))
    whole = replace(whole, native_key=whole.native_key or None)
    doubt = next((doubt for doubt in doubts if doubt), None)
    return replace(whole, state="partial", reason=doubt, off=None) if doubt else whole


class _Asked:
    """What was wanted for a thread, and what became of it."""

    def __init__(self, first: ThreadRead, shown: Iterable[_Shown], pages: Iterable[ThreadPage], own: Iterable[str]) -> None:
        self.wanted = [*first.wanted, *chain.from_iterable(each.read.wanted for each in shown)]
        self.pages = {_bare(page.url): page for page in pages if not page.again}
        self.had = {*map(_bare, own), *(url for url, page in self.pages.items() if page.read is not None)}
        # What does instead of an address, whoever names it.
        self.instead: dict[str, tuple[Wanted, ...]] = {}
        left = list(self.wanted)
        while left:
            one = left.pop()
            self.instead[_bare(one.url)] = (*self.instead.get(_bare(one.url), ()), *one.otherwise)
            left += one.otherwise

    def missing(self) -> Iterator[str]:
        """What is wanted and was not read, nor all that does instead: why, of each."""
        left, met = self.wanted[::-1], set(self.had)
        while left:
            one = left.pop()
            if _bare(one.url) in met:
                continue
            met.add(_bare(one.url))
            if instead := self.instead[_bare(one.url)]:
                left += reversed(instead)
            else:
                page = self.pages.get(_bare(one.url))
                yield f"{one.url}: {page.reason if page is not None else 'it was not asked for'}"

    def failed_over(self) -> bool:
        """Whether something else was asked for instead of an answer that failed."""
        return any(url in self.pages and url not in self.had and instead for url, instead in self.instead.items())


def _drift(first: ThreadRead, pages: Sequence[ThreadPage], own: Iterable[str], used: int) -> str | None:
    """Why the pages may not have been of one time: a comment that is posted or removed meanwhile moves others to pages that
    were read already, or are not yet."""
    again = next((page for page in pages if page.again), None)
    if again is None:
        return "its first page was not read once more at the end" if used > 1 else None
    if again.read is None:
        return f"its first page could not be read once more at the end: {again.reason}"
    before = {_bare(page.url): page.read for page in pages if not page.again} | dict.fromkeys(map(_bare, own), first)
    then = before.get(_bare(again.url))
    same = then is not None and (_marks(then), then.declared) == (_marks(again.read), again.read.declared)
    return None if same else CHANGED


def _own_doubt(shown: _Shown) -> str | None:
    """What is wrong with a page whatever the others show. A count that does not agree is counted anew."""
    read = shown.read
    if read.state in ("complete", "closed") or (read.state == "none" and shown.api):
        return None
    if read.state == "partial" and (read.off is not None or read.reason in OF_ONE_PAGE):
        return None
    return f"{shown.url}: {read.reason or read.state}"


def _mark(comment: CommentRead) -> tuple[object, ...]:
    """What tells a comment from the others on two readings a moment apart."""
    return (comment.native_id,) if comment.native_id is not None else (comment.author, comment.posted, comment.text)


def _marks(read: ThreadRead) -> tuple[tuple[object, ...], ...]:
    return tuple(map(_mark, read.comments))


def _only(others: Iterable[_Shown], used: Iterable[_Shown]) -> str | None:
    """What is said where a page shows a comment that the system did not give, or the other way round."""
    given = {comment.native_id for each in used for comment in each.read.comments}
    systems = {each.read.system for each in used}
    return next((f"comment {comment.native_id} stands in {each.url} only" for each in others if each.read.system in systems
                 for comment in each.read.comments if comment.native_id is not None and comment.native_id not in given), None)


def _together(shown: Sequence[_Shown]) -> tuple[list[CommentRead], str | None]:
    """The comments of all pages, each once, whom they answer told across pages; and the id of one that stands on two."""
    comments, told, sources = list[CommentRead](), list[tuple[_Shown, CommentRead]](), list[ParentSource | None]()
    at, places, twice = dict[str, tuple[int, int]](), dict[tuple[int, int], int](), None
    for each in shown:
        for number, comment in enumerate(each.read.comments):
            here, before = (len(told), each.place), at.get(comment.native_id or "")
            if before is not None and before[1] != each.place:
                twice = twice or comment.native_id
                places[each.place, number] = before[0]
                continue
            if comment.native_id:
                at.setdefault(comment.native_id, here)
            if len(told) < MAX_COMMENTS:
                places[each.place, number] = len(told)
                told.append((each, comment))
    above: list[int | None] = []
    for each, comment in told:
        parent, source = None, comment.parent_source
        if comment.parent is not None:
            parent = places.get((each.place, comment.parent))
        elif comment.parent_id is not None and comment.parent_id in at:
            parent, source = at[comment.parent_id][0], source or ("api" if each.api else "attribute")
        above.append(parent)
        sources.append(source)
    parents, depths = tree(above)
    for place, (each, comment) in enumerate(told):
        parent = parents[place]
        comments.append(replace(comment, parent=parent, parent_source=sources[place] if parent is not None else None,
                                position=place, depth=depths[place], page=each.place))
    return comments, twice


def _bare(url: str) -> str:
    return url.partition("#")[0]
