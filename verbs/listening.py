"""The daemon's /healthz and /metrics, as the settings have them."""
from datetime import datetime, timezone
from importlib.metadata import version

from sqlalchemy.orm import Session

from health.life import Health
from health.listen import Listener
from health.metrics import Counted, Metrics
from settings import Settings, SettingsError
from storage import figures, runs
from storage.store import Store
from verbs import documents
from verbs.needs import outlet_or_mistake


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
