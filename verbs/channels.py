"""The channels of the settings, as they are sent by."""
from typing import Any

from alerts.channels.smtp import Smtp
from alerts.deliver import CHANNELS, Other
from settings import Settings, SettingsError


def channel(settings: Settings) -> Smtp:
    """The channel that mails go out by."""
    mail = settings.mail
    return Smtp(host=mail.host, port=mail.port, security=mail.security, username=mail.username,
                password=mail.password.get_secret_value() if mail.password else None,
                timeout=settings.limits.conversation.total_seconds())


def other_channels(settings: Settings, only: str | None = None) -> dict[str, Other]:
    """The channels besides mail by their ids, or one of them; SettingsError where one cannot be made as it is set."""
    made: dict[str, Other] = {}
    for own, how in settings.channel.items():
        if only in (None, own):
            kind: Any = CHANNELS[how.kind]
            url, secret = (each.get_secret_value() if each is not None else "" for each in (how.url, how.secret))
            try:
                made[own] = kind(url=url, secret=secret, agent=settings.user_agent,
                                 timeout=settings.limits.conversation.total_seconds())
            except ValueError as error:
                raise SettingsError(str(error), file="the settings", key=f"channel.{own}", remedy="mend it there") from error
    return made
