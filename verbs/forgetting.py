"""Comments forgotten for good, and what cannot be reached."""
import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from alerts.deliver import writer
from crawler import outlet as outlets
from crawler.outlet import Outlet, OutletError
from forget.outlet import Asked, Done, forget
from forget.tables import Composer
from pipelines.forgetting import Forgotten
from pipelines.names import folded, names
from pipelines.read.children import Readers, at_once
from scheduler import utcnow
from settings import Settings
from storage import articles, captures
from storage import forgotten as stored
from storage.store import Store
from verbs import documents
from verbs.answering import answering
from verbs.progress import Progress
from verbs.shared import tell


class NotNamed(ValueError):
    """There is no such comment or outlet."""

    kind = "usage"
    file = None

    def __init__(self, message: str, key: str, value: str, remedy: str) -> None:
        super().__init__(message)
        self.key, self.value, self.remedy = key, value, remedy


REACH = ("out of reach are the mails that were sent, backups, copies of the archive and, of PostgreSQL, the server's own "
         "log until it has gone round: see to them yourself")


def run(settings: Settings, store: Store, author: str | None, comments: Sequence[str], outlet: str | None, *,
        only_look: bool) -> tuple[dict[str, Any], bool]:
    """Forgets a reader, or comments, or brings to its end what was begun; the document, and whether nothing was left."""
    now, keep = utcnow(), names(settings.comments.names, settings.pseudonym_key())
    key, readers = settings.forget_key(), Readers(at_once(), wall=settings.limits.reading.total_seconds())
    asked = _asked(settings, store, author, comments, outlet)
    known = {name: _outlet(settings, name) for name in {each.outlet for each in asked} | set(settings.outlets)}
    kinds = {own: how.kind for own, how in settings.channel.items()}
    answered = answering(settings)
    composer = Composer(answered.public_url, {name: of.name if of else name for name, of in known.items()},
                        lambda own, message: writer(kinds.get(own), message), answered)

    async def each() -> list[tuple[Asked, Done]]:
        found = []
        with Progress() as progress:
            for one in asked:
                with store.reading() as session:
                    marks = stored.marks(session, one.outlet)
                found.append((one, await forget(
                    settings.archive, store, known[one.outlet], one, Forgotten(one.outlet, key, keep, marks), readers.read,
                    composer, now, progress.say, only_look=only_look)))
        return found

    found = asyncio.run(each())
    if not only_look:
        stored.wipe(store)
    document = documents.forgotten(found, only_look=only_look)
    if author is not None and settings.comments.names == "drop":
        tell("readers' names are dropped: of what is stored nothing is known to be this reader's; new comments are refused. "
             "Name what is stored with --comment")
    elif author is not None and not document["comments"]:
        where = f"in {outlet}" if outlet is not None else "in any outlet"
        tell(f"no comment that is stored is known to be by {author!r} {where}: is the name as the page shows it? "
             + ("With it nothing new would be taken out" if only_look else "What comes under this name is refused from now on"))
    for left in document["left"]:
        tell(f"left: the record at {left['offset']} of {left['file']}: {left['note']}")
    tell(REACH)
    return document, not document["left"]


def _outlet(settings: Settings, name: str) -> Outlet | None:
    try:
        return outlets.load(outlets.find(name, settings.outlets_dirs))
    except OutletError:
        return None  # its pages are read as nobody's


def _asked(settings: Settings, store: Store, author: str | None, comments: Sequence[str], outlet: str | None) -> list[Asked]:
    """What is to be done of each outlet."""
    with store.reading() as session:
        every = sorted({*captures.outlets(session), *settings.outlets, *stored.outlets(session)})
        if outlet is not None and outlet not in every:
            raise NotNamed("there is no such outlet in the settings or the store", "--outlet", outlet,
                           f"name one of {', '.join(every) or 'none'}")
        wanted = every if outlet is None else [outlet]
        if author is not None:
            pseudonym = names("pseudonym", settings.pseudonym_key()) if settings.key_file.exists() else None

            def is_author(of: str, kept: str) -> bool:
                return folded(kept) == folded(author) or (pseudonym is not None and kept == pseudonym(of, author))

            return [Asked(name, author, tuple(stored.of_authors(session, name, partial(is_author, name)))) for name in wanted]
        if not comments:
            begun = stored.outlets(session)
            return [Asked(name) for name in wanted if name in begun]
        ids = [own for each in comments for own in _ids(session, each)]
        found = stored.stored(session, ids)
        by_outlet: dict[str, list[int]] = {}
        for each in found:
            by_outlet.setdefault(each.thread.outlet, []).append(each.comment.id)
        for of in by_outlet:
            if of not in wanted:
                raise NotNamed(f"a comment that is named with --comment is of {of}", "--outlet", outlet or "",
                               f"leave it out, or name {of}")
        return [Asked(name, None, tuple(own)) for name, own in by_outlet.items()]


def _ids(session: Any, which: str) -> list[int]:
    """The comments that are meant: by the store's id, or ARTICLE#ID by an article and the page's own id."""
    article, sharp, native = which.partition("#")
    if sharp:
        of = articles.by_id_or_url(session, article)
        found = stored.by_native(session, of.id, native) if of is not None else []
    else:
        found = [each.comment.id for each in stored.stored(session, [int(which)])] if _is_id(which) else []
    if not found:
        raise NotNamed("there is no such comment", "--comment", which, "name its `comment` in `steppewire article thread "
                       "ARTICLE --json`, or ARTICLE#ID by its `native_id` there")
    return found


def _is_id(which: str) -> bool:
    return which.isascii() and which.isdigit() and int(which) < 2**31
