"""What the daemon tells its service manager, as sd_notify(3) has it: datagrams to the socket that NOTIFY_SOCKET names."""
import asyncio
import os
import socket
from collections.abc import Callable

from health.life import Health

# How often the manager hears how the daemon is, where its watchdog does not want to hear it more often.
SECONDS = 10.0
VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class Manager:
    """The service manager that started this process; without one nothing is said. watchdog is after how many seconds of silence
    it ends the daemon, None where it does not."""

    def __init__(self, environ: dict[str, str] | None = None, pid: int | None = None) -> None:
        given = dict(os.environ) if environ is None else environ
        self._address = given.get("NOTIFY_SOCKET", "")
        mine = given.get("WATCHDOG_PID") in (None, str(pid or os.getpid()))
        usec = given.get("WATCHDOG_USEC", "")
        self.watchdog = int(usec) / 1e6 if self._address and mine and usec.isdigit() and int(usec) else None

    @classmethod
    def taken(cls) -> "Manager":
        """The manager of this process's environment, from which it is then gone: no child speaks to it."""
        manager = cls()
        for name in VARIABLES:
            os.environ.pop(name, None)
        return manager

    @property
    def there(self) -> bool:
        """Whether there is one."""
        return bool(self._address)

    def say(self, *words: str) -> None:
        """Tells it assignments such as "READY=1", a line each. A manager that does not hear is none of our business."""
        if not self._address:
            return
        # A name that begins with @ is of the abstract kind, which has no file.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
                connection.settimeout(1.0)
                connection.sendto("\n".join(" ".join(word.split("\n")) for word in words).encode(), address)
        except OSError:
            return

    async def hears(self, health: Health, doing: Callable[[], str]) -> None:
        """Has it hear for good what the daemon is doing, and keeps its watchdog quiet as long as its rounds turn."""
        every = min(SECONDS, self.watchdog / 3) if self.watchdog else SECONDS
        while self._address:
            self.say(f"STATUS={health.wrong() or doing()}", *(["WATCHDOG=1"] if health.stuck() is None else []))
            await asyncio.sleep(every)
