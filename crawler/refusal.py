"""Why a page could not be had, in a few plain words for a person."""
from collections.abc import Iterator

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed, ConnectionRefusedError, DNSLookupError

from crawler.decoding import DamagedBody, TooLarge
from crawler.guard import BlockedAddress


class Refusal(IgnoreRequest):
    """A request that is not made; its text says why. shut says that it is the host that does not let us in."""

    def __init__(self, reason: str, *, shut: bool = False) -> None:
        super().__init__(reason)
        self.shut = shut


class StayAway(Refusal):
    """The host asked us, by Retry-After, to stay away for a while."""


class Offsite(Refusal):
    """The address is not one of the outlet's."""


class Stopped(IgnoreRequest):
    """The run is ending: the request is not made, and nothing is said of its page."""


class UsedUp(Stopped):
    """The outlet's requests of the day are used up."""


class DeskFailed(IgnoreRequest):
    """The desk raised an exception: the run is ending, and its caller is given that exception."""


class ProxyFailed(Exception):
    """The proxy that the outlet declares does not let a request through; its text says why."""


class HeadTooLarge(Exception):
    """An answer has more bytes before its body than any honest one."""


WORDS: dict[type[Exception], str] = {
    DownloadTimeoutError: "timed out",
    CannotResolveHostError: "the host is unknown",
    DownloadConnectionRefusedError: "connection refused",
    ResponseDataLossError: "the answer was cut off",
    DownloadCancelledError: "too large",
    TooLarge: "too large",
    HeadTooLarge: "its headers are too large",
    VerificationError: "the certificate is another host's",
    NotSupported: "not a web address",
    UnsupportedURLSchemeError: "not a web address",
    ConnectionRefusedError: "connection refused",
    DNSLookupError: "the host is unknown",
    ConnectError: "cannot connect",
    ConnectionClosed: "connection lost",
}


# A host that gives no answer is down for everybody, which is another thing than not to let us in.
DOWN = frozenset(WORDS[kind] for kind in (DownloadTimeoutError, CannotResolveHostError, DownloadConnectionRefusedError,
                                          ConnectError, ConnectionClosed))


def reason_of(error: BaseException) -> str:
    """The reason a request or its answer came to nothing, such as "timed out" or "status 503"."""
    said = str(error)
    if isinstance(error, IgnoreRequest):
        return "too many redirects" if said == "max redirections reached" else said
    if isinstance(error, ValueError) and said.startswith("Missing scheme in request url"):
        return "redirects to what is no web address"
    for cause in _causes(error):
        if isinstance(cause, BlockedAddress | ProxyFailed):
            return str(cause)
        if isinstance(cause, DamagedBody):
            return f"the body {cause}"
        if isinstance(cause, SSL.Error):
            return f"TLS: {_openssl(cause)}"
        for kind, words in WORDS.items():
            if isinstance(cause, kind):
                return words
    return f"{type(error).__name__}: {' '.join(said.split())[:200]}"


def _openssl(error: SSL.Error) -> str:
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else ()
    return ", ".join(reason for _, _, reason in queue if reason) or "handshake failed"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies below it: Twisted packs the failures of a connection into lists."""
    yield error
    for failure in getattr(error, "reasons", ()):
        yield from _causes(failure.value)
    if error.__cause__:
        yield from _causes(error.__cause__)
