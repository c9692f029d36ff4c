"""When a watch tells in a trial, on the machine's own clock: what waits for a minute is due within it, or is anew at the next
start."""
import time
from datetime import datetime, timedelta, timezone

MINUTE = timedelta(minutes=1)
CAP = 2
# What waits for a minute came, or came too late for it and is due at another one.
OVER_SECONDS = 75.0


class When:
    """What the watch says each time the daemon starts. `at once` says nothing. `quiet`: nothing is mailed until the next full
    minute. `digest`: all of it a day, at the next full minute. `cap`: two mails an hour; once it drains, none, and what waited
    for its hour is due."""

    def __init__(self, name: str) -> None:
        self.name, self.drains, self._since = name, False, time.monotonic()

    @property
    def patience(self) -> int:
        """How many times as long as else is waited for what is to be told."""
        return 1 if self.name == "at once" else 4

    @property
    def over(self) -> bool:
        """Whether a start sees to what still waits."""
        return self.name == "digest" and time.monotonic() - self._since > OVER_SECONDS

    def settings(self) -> str:
        """The watch's own keys, from now on."""
        self._since, now = time.monotonic(), datetime.now(timezone.utc)
        this, following = (f"{at:%H:%M}" for at in (now, now + MINUTE))
        past = ", ".join(f'"{now - timedelta(hours=ago):%H:%M}"' for ago in (6, 5))
        return {"quiet": f'quiet = ["{this}", "{following}"]\n', "digest": f'digest = "day"\nat = "{following}"\n',
                "cap": f"quiet = [{past}]\n" if self.drains else f"cap = {CAP}\n"}[self.name]
