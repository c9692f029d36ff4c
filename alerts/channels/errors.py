"""Why a message was not handed over. What a channel raises decides what becomes of the mail."""
from datetime import timedelta


class ChannelError(Exception):
    """A message was not handed over; the text is what the server said, or what happened, in one line."""


class Later(ChannelError):
    """Not now: a temporary refusal, or the connection broke before the answer. Try again; `after` is how long the other side
    asks to be left alone, None where it does not say."""

    def __init__(self, text: str, after: timedelta | None = None) -> None:
        super().__init__(text)
        self.after = after


class Unreachable(Later):
    """No conversation came about, which says nothing about this message: the others would fare the same, and none is tried
    before the channel's own wait is over."""


class Refused(ChannelError):
    """Never: this message will not be taken, however often it is sent."""


class RefusedRecipient(Refused):
    """The server does not take mail for this address."""


class RefusedMessage(Refused):
    """The server does not take this message: its size, or what is in it."""


class Paused(ChannelError):
    """The channel is not let in: password, certificate, sender's address. A person must see to it; no mail is at fault."""
