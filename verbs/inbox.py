"""The mailbox as the settings have it, and the daemon's reading of it."""
import logging
from collections.abc import Callable
from datetime import datetime
from threading import Event

from alerts.inbox import reading
from alerts.inbox.errors import Unreadable
from alerts.inbox.imap import Imap
from alerts.inbox.letter import Box
from alerts.inbox.maildir import Maildir
from settings import MailboxSettings, Settings, SettingsError
from storage.notices import Need
from storage.store import Store
from verbs.needs import MAILBOX

logger = logging.getLogger("steppewire.inbox")


def box(settings: MailboxSettings) -> Box | None:
    """Where mail to the mailbox is read; None where it is not. SettingsError where that is not clear."""
    if settings.maildir is not None and settings.imap_host is not None:
        raise SettingsError("the mailbox is read from a maildir or by IMAP, not both", file="the settings",
                            key="mailbox.maildir", value=str(settings.maildir), remedy="take maildir out, or imap_host")
    if settings.imap_host is not None and settings.imap_username is None:
        raise SettingsError("this key is missing", file="the settings", key="mailbox.imap_username",
                            remedy="write the name by which the IMAP server knows the mailbox")
    if settings.maildir is not None:
        return Maildir(settings.maildir)
    if settings.imap_host is None:
        return None
    password = settings.imap_password.get_secret_value() if settings.imap_password else ""
    return Imap(settings.imap_host, settings.imap_port, settings.imap_security, settings.imap_username or "", password,
                settings.imap_folder, reading.SECONDS)


class Inbox:
    """The mailbox of a daemon. That it could not be read is remembered for whoever asks what needs a person."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.box = box(settings.mailbox)
        self._settings, self._store = settings, store
        self._need: Need | None = None

    def read(self, now: datetime, stop: Event, progress: Callable[[str], None]) -> None:
        """Reads what nobody has seen in it; progress is called after each message with what came of it."""
        if self.box is None:
            return
        try:
            reading.read(self._store, self.box, now, self._settings.answer_key(), stop=stop, progress=progress)
        except Unreadable as error:
            if not stop.is_set():  # else it was cut off
                self._failed(str(error), now)
        else:
            if self._need is not None:
                logger.info("the mailbox can be read again")
            self._need = None

    def needs(self) -> tuple[Need, ...]:
        """That the mailbox cannot be read, where that is so."""
        need = self._need
        return () if need is None else (need,)

    def _failed(self, why: str, now: datetime) -> None:
        said = (f"The mailbox cannot be read: {why.rstrip('.')}: answers to mails and mails that come back are not seen. Mend "
                "that; `steppewire check --smtp` tries it.")
        if self._need is None or self._need.said != said:
            logger.warning("the mailbox cannot be read: %s", why)
        since = now if self._need is None else self._need.since
        self._need = Need(MAILBOX, said, since, self._settings.operator.after)


def look(settings: Settings, *, ask: bool) -> str:
    """Whether the mailbox can be read; Unreadable where it cannot. A server is asked only where ask says so."""
    own = box(settings.mailbox)
    if own is None:
        return f"nobody reads {settings.mailbox.address or 'it'}: set maildir or imap_host, or read it yourself"
    if isinstance(own, Imap) and not ask:
        return f"{own.host}:{own.port} (with --smtp it is asked)"
    return own.look()
