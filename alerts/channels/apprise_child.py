"""One message by Apprise, as a process of its own: a line of JSON comes in, one goes out. It ends when its parent does."""
import json
import logging
import os
import re
import sys
import threading
from typing import Any

# The message's end says that something is missing.
CUT = "…"


class Statuses(logging.Handler):
    """Of what Apprise logs only the numbers of errors are kept: the rest may hold addresses and their secrets."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last: int | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """logging's call for each record."""
        if found := re.search(r"error=(\d{3})\b", record.getMessage()):
            self.last = int(found[1])


def main() -> None:
    """Reads what is to be done and answers it."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries print
    asked = json.loads(sys.stdin.readline())
    threading.Thread(target=_with_parent, daemon=True).start()
    print(json.dumps(answer(asked)), file=out, flush=True)
    os._exit(0)


def _with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """{service, sent, status}: service is None where the address is none."""
    import apprise

    # No configuration, attachment or plugin of a folder is looked for, and nothing is kept on the disk.
    asset = apprise.AppriseAsset(app_id=asked["name"], app_desc=asked["name"], storage_mode="memory", interpret_emojis=False,
                                 pgp_autogen=False, pem_autogen=False)
    statuses = Statuses()
    logging.getLogger("apprise").handlers[:] = [statuses]
    service = apprise.Apprise.instantiate(asked["url"], asset=asset)
    if service is None:
        return {"service": None}
    found: dict[str, Any] = {"service": str(service.service_name), "sent": False, "status": None}
    if "body" in asked:
        title, body = asked["title"], asked["body"]
        room = max(service.body_maxlen - len(title) - 10, 100)
        body = body if len(body) <= room else body[:room - 1].rstrip() + CUT
        try:
            found["sent"] = bool(service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT,
                                                overflow=apprise.OverflowMode.TRUNCATE))
        except Exception as error:  # noqa: BLE001  # the edge of the process: whatever a service's code raises, it is not sent
            found["status"] = type(error).__name__
        found["status"] = found["status"] or statuses.last
    return found


if __name__ == "__main__":
    main()
