"""One timer for a whole conversation: when it is over, the sockets are shut, whatever step they hang in."""
import contextlib
import socket
import threading
import time
from types import TracebackType

# At the program's end a conversation may go on for so long (it has 7 s in all).
GRACE_SECONDS = 5.0
# A host's first address may be a dead one; its others must still get a turn.
CONNECT_SECONDS = 15.0
# How often the program's end is looked for.
LOOK_SECONDS = 0.1


class Deadline:
    """Used as a context: sockets made by `connect` inside it are shut `seconds` after its start, or 5 s after stop was set.

    reason says in one line why they were shut, None as long as they were not.
    """

    def __init__(self, seconds: float, stop: threading.Event | None = None) -> None:
        self.reason: str | None = None
        self._seconds, self._stop, self._done = seconds, stop, threading.Event()
        self._end = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._thread = threading.Thread(target=self._wait, name="deadline", daemon=True)

    def __enter__(self) -> "Deadline":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()
        for each in self._sockets:
            each.close()

    def connect(self, host: str, port: int) -> socket.socket:
        """A connected socket under this deadline; OSError says why there is none."""
        trouble: OSError = OSError(f"{host} has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            connection = socket.socket(family, kind, protocol)
            try:
                self._watch(connection)
                connection.settimeout(min(CONNECT_SECONDS, self._seconds))
                connection.connect(address)
                connection.settimeout(self._seconds + GRACE_SECONDS)  # the timer is first
                return connection
            except OSError as error:
                connection.close()
                trouble = error
        raise trouble

    def _watch(self, connection: socket.socket) -> None:
        # A duplicate, since TLS takes the descriptor away from the socket it wraps; shutting it shuts the connection itself.
        self._sockets.append(connection.dup())
        if self.reason is not None:
            raise TimeoutError(self.reason)

    def _wait(self) -> None:
        reason = f"no answer within {self._seconds:g} s"
        while (left := self._end - time.monotonic()) > 0:
            if self._done.wait(min(left, LOOK_SECONDS)):
                return
            if self._stop is not None and self._stop.is_set() and time.monotonic() + GRACE_SECONDS < self._end:
                self._end, reason = time.monotonic() + GRACE_SECONDS, "cut off at the program's end"
        self.reason = reason
        for each in tuple(self._sockets):
            with contextlib.suppress(OSError):  # not connected yet, or the server was faster
                each.shutdown(socket.SHUT_RDWR)
