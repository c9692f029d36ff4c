"""What a person can do about mails that wait, by how their last attempt ended."""
from datetime import timedelta

from settings import Settings
from storage.undelivered import Waiting


def advice(settings: Settings, waiting: Waiting, channel: str = "mail", *, daemon: bool) -> str:
    """What the last answer to mails of a channel means, and what to do; daemon: one runs."""
    if not daemon:
        return "no daemon runs: start `steppewire run`"
    if waiting.reason is None or waiting.outcome is None:
        return "see whether `steppewire check --smtp` gets through, and what the daemon logs"
    if waiting.own is not None:
        mail, recipient = waiting.own
        return (f"that is said of {recipient} alone, of mail {mail}: it is tried again by itself; if it lasts, write to "
                "whoever reads it by another way")
    if waiting.outcome == "paused":
        return paused(settings, waiting.reason, channel)
    return "it is tried again by itself; if it lasts, see whether `steppewire check --smtp` gets through"


def paused(settings: Settings, answer: str, channel: str) -> str:
    """What it means that a channel is paused, by its last answer, and what to do."""
    again = f"it is tried again at the latest after {span(settings.limits.pause)}"
    refused = answer.startswith("5") if channel == "mail" else answer[:3].isdigit()
    if not refused:  # nobody answered or was asked, or a mail server is busy
        return f"nothing gets through there: see what `steppewire check --smtp` says; {again}"
    which = ("the username and password of [mail] are right, and the sender may write" if channel == "mail"
             else f"the url and secret of [channel.{channel}] are right and have the permission")
    return f"it answers and does not let us in: see whether {which}; {again}"


def span(time: timedelta) -> str:
    """A time as the settings write it."""
    seconds = int(time.total_seconds())
    return next((f"{seconds // size}{unit}" for unit, size in (("h", 3600), ("m", 60)) if seconds % size == 0), f"{seconds}s")
