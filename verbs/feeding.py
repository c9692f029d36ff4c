"""A watch's feed, as a file or at an address."""
from datetime import datetime
from pathlib import Path

from alerts import token
from alerts.feed import atom
from settings import Settings, SettingsError
from storage import feed as events
from storage.store import Store
from verbs.answering import answering
from verbs.needs import outlet_or_mistake
from verbs.starter import make_key
from verbs.watching import Unknown


def feed(settings: Settings, store: Store, watch: str, now: datetime) -> bytes:
    """The Atom document; Unknown where there is no such watch."""
    with store.reading() as session:
        since, told = events.since(session, watch), events.told(session, watch, now)
    if since is None:
        raise _unknown(watch)
    found = {name: outlet_or_mistake(settings, name) for name in settings.outlets}
    names = {name: name if isinstance(outlet, str) else outlet.name for name, outlet in found.items()}
    where = _address(settings, watch)
    public_url = answering(settings).public_url if where is not None else None
    return atom(watch, since, told, sender=settings.mail.sender, public_url=public_url, names=names, address=where)


def address(settings: Settings, file: str, store: Store, watch: str) -> str:
    """Where the daemon has it; Unknown where there is no such watch, SettingsError where the daemon answers nowhere."""
    with store.reading() as session:
        if events.since(session, watch) is None:
            raise _unknown(watch)
    found = _address(settings, watch)
    if found is None:
        raise SettingsError("the daemon answers nobody: feeds have no address", file=file,
                            key="public_url" if settings.public_url is None else "web.listen",
                            remedy="set public_url and web.listen, or write the feed to a file with --output")
    return found


def write(file: Path, document: bytes) -> None:
    """Writes a feed over the one that is there: who reads it meanwhile has the old one or the new one."""
    part = file.with_name(f".{file.name}.part")
    part.write_bytes(document)
    part.replace(file)


def _address(settings: Settings, watch: str) -> str | None:
    if settings.public_url is None or settings.web.listen is None:
        return None
    make_key(settings.answer_key_file)
    return token.feed_address(settings.answer_key(), settings.public_url, watch)


def _unknown(watch: str) -> Unknown:
    return Unknown(f"there is no watch {watch}: `steppewire watch list` lists them")
