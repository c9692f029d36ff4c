"""Mail by SMTP: one connection a message, one answer or one error that says what is to become of it."""
import contextlib
import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import Literal

from alerts.address import address, domain
from alerts.channels.deadline import Deadline
from alerts.channels.errors import ChannelError, Later, Paused, RefusedMessage, RefusedRecipient, Unreachable
from alerts.text import line, shortened

ANSWER_CHARACTERS = 500
# Some servers ask for a password only here (RFC 4954 §6): nothing is wrong with the message.
NOT_LET_IN = frozenset({530, 534, 535, 538})
TOO_LARGE = 552
# The message is accepted; a server that does not say goodbye is not waited for.
GOODBYE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server. security says how the connection is guarded: `none`, `starttls` (never without it) or `tls` from its
    start, the certificate checked; timeout is in seconds, for the whole conversation."""

    host: str
    port: int = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 60.0

    def send(self, sender: str, recipient: str, message: bytes, stop: threading.Event | None = None) -> str:
        """Hands a message over and returns the server's last answer, or raises a ChannelError. 5 s after stop is set the
        conversation is cut."""
        try:
            bare_sender, host = address(sender), domain(sender)
        except ValueError as error:
            raise Paused(str(error)) from error
        try:
            bare_recipient = address(recipient)
        except ValueError as error:
            raise RefusedRecipient(str(error)) from error
        with Deadline(self.timeout, stop) as deadline:
            server = self._server(deadline, host)
            try:
                answer = _hand_over(server, bare_sender, bare_recipient, message)
            except (OSError, smtplib.SMTPException) as error:
                raise Later(deadline.reason or _words(error)) from error
            finally:
                server.close()
            return answer

    def greet(self, sender: str) -> str:
        """Enters and leaves without sending anything; says where. Raises a ChannelError where we are not let in."""
        with Deadline(self.timeout, None) as deadline:
            self._server(deadline, domain(sender)).close()
        return f"{self.host}:{self.port} lets us in"

    def _server(self, deadline: Deadline, name: str) -> "_Server":
        """A server that has let us in."""
        server: _Server | None = None
        try:
            server = _Server(self, deadline, name)
            server.enter(self)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            if server is not None:
                server.close()
            kind = Unreachable if deadline.reason or not _not_let_in(error) else Paused
            raise kind(deadline.reason or _words(error)) from error
        return server


class _Server(smtplib.SMTP):
    """The library's client over a socket that a deadline watches."""

    def __init__(self, smtp: Smtp, deadline: Deadline, name: str) -> None:
        self._deadline, self._tls = deadline, smtp.security == "tls"
        # The library would ask the DNS for our own name, which can hang; the sender's domain is one that exists.
        super().__init__(smtp.host, smtp.port, local_hostname=name, timeout=smtp.timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = self._deadline.connect(host, port)
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host) if self._tls else connection

    def enter(self, smtp: Smtp) -> None:
        self.ehlo_or_helo_if_needed()
        if smtp.security == "starttls":
            try:
                self.starttls(context=ssl.create_default_context())
            except smtplib.SMTPResponseException as error:
                raise smtplib.SMTPNotSupportedError(f"STARTTLS: {_words(error)}") from error
            self.ehlo_or_helo_if_needed()
        if smtp.username is not None:
            if not (smtp.username + (smtp.password or "")).isascii():  # the library's own error would quote from it
                raise smtplib.SMTPNotSupportedError("a name or password with other than ASCII characters cannot be sent")
            self.login(smtp.username, smtp.password or "")


def _not_let_in(error: Exception) -> bool:
    """Whether it is for a person to mend why no conversation came about."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return error.smtp_code >= 500  # 454: the server cannot check passwords just now (RFC 4954 §4.7.0)
    if isinstance(error, smtplib.SMTPServerDisconnected | smtplib.SMTPResponseException | ssl.SSLEOFError):
        return False
    return isinstance(error, ssl.SSLError | smtplib.SMTPException | UnicodeError)


def _hand_over(server: smtplib.SMTP, sender: str, recipient: str, message: bytes) -> str:
    code, answer = server.mail(sender, [f"size={len(message)}"] if server.has_extn("size") else [])
    # A sender that is refused is the channel's trouble: it would be so for every mail.
    _expect(code, answer, RefusedMessage if code == TOO_LARGE else Paused)
    _expect(*server.rcpt(recipient), RefusedRecipient)
    try:
        code, answer = server.data(message)
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, error.smtp_error, RefusedMessage) from error
    _expect(code, answer, RefusedMessage)
    with contextlib.suppress(OSError, smtplib.SMTPException):  # the message is theirs, whatever happens to the goodbye
        if server.sock is not None:
            server.sock.settimeout(GOODBYE_SECONDS)
        server.quit()
    return _answer(code, answer)


def _expect(code: int, answer: bytes, refused: type[ChannelError]) -> None:
    if not 200 <= code < 300:
        raise _refusal(code, answer, refused)


def _refusal(code: int, answer: bytes | str, refused: type[ChannelError]) -> ChannelError:
    words = _answer(code, answer)
    if code in NOT_LET_IN:
        return Paused(words)
    return refused(words) if 500 <= code < 600 else Later(words)


def _answer(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return shortened(line(f"{code} {text}"), ANSWER_CHARACTERS)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return shortened(line(str(error)) or type(error).__name__, ANSWER_CHARACTERS)
