"""Whether everything can be used, and how the wire is."""
import logging
import os
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from alerts.channels.errors import ChannelError
from alerts.inbox.errors import Unreadable
from crawler import outlet as outlets
from crawler.outlet import OutletError
from health.notify import Manager
from settings import MailboxSettings, Settings, SettingsError
from storage import watches
from storage.store import Store, StoreAway, StoreError
from verbs import documents, inbox
from verbs.needs import needs, outlet_or_mistake
from verbs.starter import make_key
from verbs.watching import require_crawled

logger = logging.getLogger("steppewire.checking")

# How long a daemon waits between two looks for a database server that is away.
AWAY_SECONDS = 5
# A secret that signs has at least so many: 16 hexadecimal digits are 64 bits, which nobody tries.
SECRET_CHARACTERS = 16


def store_of(settings: Settings, file: str) -> Store:
    """The store of the settings; SettingsError where its address is none."""
    try:
        return Store(settings.database_url)
    except StoreError as error:
        raise SettingsError(str(error), file=file, key="database", value=settings.database,
                            remedy='write "sqlite:///var/store.db" or "postgresql://user@host/name"') from error


def settle(settings: Settings, file: str) -> Store:
    """Makes the folders and the keys and reaches the store; SettingsError says which setting is to be mended."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        settings.archive.mkdir(exist_ok=True)
        if not os.access(settings.data, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied", str(settings.data))
        make_key(settings.key_file)
        make_key(settings.forget_key_file)
        make_key(settings.answer_key_file)
    except OSError as error:
        raise SettingsError(f"the data folder cannot be written: {error}", file=file, key="data", value=str(settings.data),
                            remedy="name a folder that this user may write to") from error
    store = store_of(settings, file)
    try:
        store.ping()
    except StoreError as error:
        raise SettingsError(str(error), file=file, key="database", value=str(store),
                            remedy=_remedy(store)) from error
    if store.revision() is not None:
        store.refuse_newer()
    return store


def _remedy(store: Store) -> str:
    if store.file is not None:
        return "see that this user may write to its folder, also to read: SQLite keeps its log beside it"
    return "start that server, or name a store that can be reached"


def awaited(settings: Settings, file: str, manager: Manager) -> Store:
    """As settle, for a daemon: one that a service manager started waits for a database server that is away, as both may start
    with the machine."""
    told = False
    while True:
        try:
            return settle(settings, file)
        except SettingsError as error:
            if not manager.there or not isinstance(error.__cause__, StoreAway):
                raise
            manager.say(f"STATUS=waiting for the store: {error.message}", f"EXTEND_TIMEOUT_USEC={4_000_000 * AWAY_SECONDS}")
            if not told:
                logger.warning("waiting for the store: %s", error.message)
            told = True
            time.sleep(AWAY_SECONDS)


def existing(settings: Settings, file: str) -> Store:
    """The store, to be read; an error where there is none, or one of another schema."""
    store = store_of(settings, file)
    if store.file is not None and not store.file.exists():
        raise SettingsError("there is no store yet", file=file, key="database", value=str(store),
                            remedy="run `steppewire crawl`, or `steppewire db upgrade`")
    try:
        store.ping()
    except StoreError as error:
        raise SettingsError(str(error), file=file, key="database", value=str(store),
                            remedy=_remedy(store)) from error
    store.check_revision()
    return store


def check(settings: Settings, file: str, *, smtp: bool) -> dict[str, Any]:
    """What can be used and what cannot, a line each: {ok, checks: [{what, ok, note}]}. Nothing is made."""
    checks = [_one("settings", lambda: file if Path(file).exists() else "none: the defaults are used")]
    checks.append(_one("contact", lambda: settings.contact or "none is set: outlets see nobody whom they could ask"))
    for name in settings.outlets:
        checks.append(_one(f"outlet {name}", partial(_outlet, settings, name)))
    for watch in settings.watch:
        checks.append(_one(f"watch {watch.id}", partial(_watch, settings, file, watch)))
    if settings.mail.zones:
        checks.append(_one("zones", lambda: _zones(settings, file)))
    for own in settings.channel:
        checks.append(_one(f"channel {own}", partial(_channel, settings, own, greet=smtp)))
    checks.append(_one("data", lambda: _folder(settings.data)))
    checks.append(_one("database", lambda: _database(settings, file)))
    if settings.web.listen is not None:
        from verbs import listening  # no other verb but `run` needs to load a web server

        checks.append(_one("web", lambda: listening.check_web(settings, file, store_of(settings, file))))
    if settings.mailbox != MailboxSettings():
        checks.append(_one("mailbox", lambda: inbox.look(settings, ask=smtp)))
    if smtp:
        from verbs.channels import channel  # every verb that opens the store comes by here, and need not load the channels

        server = f"mail at {settings.mail.host}:{settings.mail.port}"
        checks.append(_one(server, lambda: channel(settings).greet(settings.mail.sender)))
    return documents.SCHEMA | {"ok": all(each["ok"] for each in checks), "checks": checks}


def _one(what: str, look: Any) -> dict[str, Any]:
    try:
        return {"what": what, "ok": True, "note": look()}
    except (OutletError, SettingsError) as error:
        return {"what": what, "ok": False, "note": documents.sentence(error)}
    except (StoreError, OSError, ChannelError, Unreadable) as error:
        return {"what": what, "ok": False, "note": str(error)}


def _outlet(settings: Settings, name: str) -> str:
    outlet = outlets.load(outlets.find(name, settings.outlets_dirs))
    comments, said = outlet.comments, list[str]()
    if isinstance(comments, outlets.JsonApi):
        said.append(f"its comments are asked of {comments.api.name}, at {comments.host or 'the host that each page names'}")
        if comments.api_key_file:
            comments.key()
    elif comments and not comments.verified:
        said.append("its comment markup is unverified")
    return f"{outlet.name}, {len(outlet.source)} sources{f' ({said[0]})' if said else ''}"


def _watch(settings: Settings, file: str, watch: Any) -> str:
    require_crawled(settings, file, watch)
    _require_country(settings, file, watch)
    if watch.id in _added(settings, file):
        raise SettingsError("a watch that was added by `steppewire watch add` has this id", file=file, key="watch.id",
                            value=watch.id, remedy="give this one another id, or take the other out with `steppewire watch "
                                                   f"remove {watch.id}`")
    return f"{', '.join(watch.words)} → {', '.join(watch.recipients)}"


def _require_country(settings: Settings, file: str, watch: Any) -> None:
    """SettingsError where a watch asks for countries that no outlet which it looks at has."""
    looked_at = [outlet_or_mistake(settings, name) for name in watch.outlets or settings.outlets]
    if not watch.countries or not looked_at or any(isinstance(each, str) for each in looked_at):
        return  # an outlet that cannot be read has a line of its own
    there = {each.country.upper() for each in looked_at if not isinstance(each, str) and each.country}
    if not there & set(watch.countries):
        raise SettingsError("no outlet that this watch looks at is of these countries: it can never tell",
                            file=file, key=f"watch.{watch.id}.countries", value=list(watch.countries),
                            remedy=f"the outlets' files name {', '.join(sorted(there)) or 'none'}: write one of those, or "
                                   "leave countries out")


def _zones(settings: Settings, file: str) -> str:
    """Whose zones are set, and which of them no watch tells."""
    told = {name for watch in settings.watch for name in watch.recipients}
    told |= {name for names in _added(settings, file).values() for name in names}
    nobody = sorted(set(settings.mail.zones) - told)
    return f"no watch tells {', '.join(nobody)}" if nobody else ", ".join(sorted(settings.mail.zones))


def _added(settings: Settings, file: str) -> dict[str, list[str]]:
    """The watches that were not added by the settings, by id, with their recipients; none where no store of this program's
    schema is there."""
    store = store_of(settings, file)
    if store.file is not None and not store.file.exists():
        return {}
    try:
        if store.revision() != store.newest_revision():
            return {}
        with store.reading() as session:
            return {watch.id: [str(name) for name in watch.recipients] if isinstance(watch.recipients, list) else []
                    for watch in watches.every(session) if watch.origin != "config"}
    except SQLAlchemyError:
        return {}  # that the store cannot be reached is a line of its own
    finally:
        store.engine.dispose()


def _channel(settings: Settings, own: str, *, greet: bool) -> str:
    from verbs.channels import other_channels  # every verb that opens the store comes by here, and need not load the channels

    made = other_channels(settings, only=own)[own]
    said = made.greet(settings.mail.sender) if greet else f"{settings.channel[own].kind}, set as it must be"
    secret = settings.channel[own].secret
    if secret is not None and len(secret.get_secret_value()) < SECRET_CHARACTERS:
        return f"{said}; its secret has fewer than {SECRET_CHARACTERS} characters: make a longer one"
    return said


def _folder(folder: Path) -> str:
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} cannot be written")
    return str(folder) if nearest == folder else f"{folder} will be made"


def _database(settings: Settings, file: str) -> str:
    store = store_of(settings, file)
    if store.file is not None and not store.file.exists():
        return f"{store} will be made"
    store.ping()
    found = store.revision()
    if found is not None:
        store.refuse_newer()
    return f"{store}, schema {found or 'none yet'}"


def status(settings: Settings, store: Store, now: datetime) -> dict[str, Any]:
    """How the wire is, and what of it needs a person."""
    holder = store.holder()
    with store.reading() as session:
        states = [_outlet_state(settings, session, outlet) for outlet in settings.outlets]
        waiting = documents.waiting(session)
    return documents.SCHEMA | {
        "needs": [{"need": need.key, "said": need.said} for need in needs(settings, store, now)],
        "daemon": {"pid": holder.pid, "since": documents.time(holder.since)} if holder else None, "database": str(store),
        "schema_revision": store.revision(), "outlets": states, **waiting}


def _outlet_state(settings: Settings, session: Session, name: str) -> dict[str, Any]:
    found = outlet_or_mistake(settings, name)
    return documents.outlet_state(session, name, found if isinstance(found, str) else None) | {
        "verify_tls": isinstance(found, str) or found.verify_tls}
