"""The sign of life: an address of a monitor that is asked for, so that somebody notices when that stops."""
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from alerts.text import line

SECONDS = 10.0


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: the monitor's address is the operator's word, where it leads to is not."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def beat(url: str, seconds: float = SECONDS) -> str | None:
    """Asks for a monitor's address, by no proxy of the environment and following no redirect; what went wrong in one line, None
    where it answered with 2xx. Each wait for the network ends after so many seconds."""
    opener = build_opener(ProxyHandler({}), HTTPHandler, HTTPSHandler, _Stay)
    try:
        request = Request(url, headers={"User-Agent": "Steppewire"})  # noqa: S310  # the settings take http and https only
        with opener.open(request, timeout=seconds):
            return None
    except HTTPError as error:
        error.close()
        return f"status {error.code}"
    except (OSError, HTTPException, ValueError) as error:
        return line(str(getattr(error, "reason", None) or error) or type(error).__name__)
