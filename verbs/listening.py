"""Where the daemon is asked, as the settings have it: /healthz and /metrics, and the links of mails."""
from collections.abc import Callable
from datetime import datetime, timezone
from importlib.metadata import version

from sqlalchemy.orm import Session

from alerts.public import PublicUrl
from health.life import Health
from health.listen import Listener
from health.metrics import Counted, Metrics
from settings import Settings, SettingsError
from storage import figures, runs
from storage.store import Store
from verbs import documents
from verbs.article_pages import ArticlePages
from verbs.needs import outlet_names, outlet_or_mistake
from web.app import app
from web.listen import Listener as WebListener
from web.listen import bound


def listen(settings: Settings, file: str, store: Store, health: Health) -> Listener | None:
    """Answers where the settings say; None where they say nothing. SettingsError where it cannot listen there."""
    address = settings.operator.listen
    if address is None:
        return None

    def count() -> Counted:
        with store.reading() as session:
            outlets = {name: (_state(settings, session, name), runs.last_ok(session, name)) for name in settings.outlets}
            return Counted(datetime.now(timezone.utc), figures.figures(session), outlets)

    try:
        return Listener(address, health, Metrics(health, version("steppewire"), count).registry())
    except OSError as error:
        raise SettingsError(f"cannot listen there: {error.strerror or error}", file=file, key="operator.listen", value=address,
                            remedy="name an address of this machine and a free port, or leave the key out") from error


def _state(settings: Settings, session: Session, name: str) -> str:
    found = outlet_or_mistake(settings, name)
    state: str = documents.outlet_state(session, name, found if isinstance(found, str) else None)["state"]
    return state


def web(settings: Settings, file: str, store: Store, clock: Callable[[], datetime]) -> WebListener | None:
    """Answers the links of mails where the settings say; None where they say nothing. SettingsError where it cannot listen
    there."""
    if settings.web.listen is None:
        return None
    try:
        key, names = settings.answer_key(), outlet_names(settings)
        pages = ArticlePages(store, names, PublicUrl(settings.public_url, key)) if settings.public_url is not None else None
        return WebListener(settings.web.listen, app(store, key, names, clock, sender=settings.mail.sender,
                                                    public_url=settings.public_url, pages=pages))
    except OSError as error:
        raise _not_there(settings, file, error) from error


def check_web(settings: Settings, file: str, store: Store) -> str:
    """Where links of mails are answered; SettingsError where they cannot be."""
    assert settings.web.listen is not None
    if settings.public_url is None:
        raise SettingsError("no link leads to [web]", file=file, key="public_url",
                            remedy="write under which address recipients reach it, such as https://wire.example.org")
    if settings.web.listen == settings.operator.listen and not settings.web.listen.endswith(":0"):
        raise SettingsError("operator.listen is the same address, and one of them can listen there", file=file,
                            key="web.listen", value=settings.web.listen, remedy="give each a port of its own")
    try:
        if store.holder() is None:  # else it is the daemon that listens there
            bound(settings.web.listen).close()
    except OSError as error:
        raise _not_there(settings, file, error) from error
    one_click = "" if settings.public_url.startswith("https://") else "; only with https does one press end a watch"
    return f"{settings.web.listen}, as {settings.public_url}{one_click}"


def _not_there(settings: Settings, file: str, error: OSError) -> SettingsError:
    return SettingsError(f"cannot listen there: {error.strerror or error}", file=file, key="web.listen",
                         value=settings.web.listen,
                         remedy="name an address of this machine and a free port, or leave the key out")
