"""A mail's subject and plain text, handed to whatever service Apprise reaches: an extra, `pip install steppewire[apprise]`."""
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alerts.channels.deadline import GRACE_SECONDS, LOOK_SECONDS
from alerts.channels.errors import Later, Paused
from alerts.message import message_id, plain
from alerts.public import PublicUrl
from storage.outbox import DueAlert, NewMail

# Apprise runs in a process of its own, isolated from our environment, its files and our memory: what hangs in it can be ended,
# and what it logs, addresses with their secrets, is read by nobody.
CHILD = Path(__file__).with_name("apprise_child.py")
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/nonexistent"}
# Longer than the longest text that any of its services takes.
CHARACTERS = 100_000
# What a chat would take for a call to everybody who reads it.
_MENTIONS = re.compile(r"(?<=@)(?=\w)|(?<=<)(?=[!@#])")
WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Apprise:
    """A service by its address as Apprise writes it. timeout is in seconds, for the whole conversation. ValueError where
    Apprise is not installed or makes nothing of the address; no error quotes it."""

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    agent: str = "Steppewire"
    timeout: float = 60.0

    def __post_init__(self) -> None:
        if find_spec("apprise") is None:
            raise ValueError("Apprise is not installed: pip install 'steppewire[apprise]'")
        if self.secret:
            raise ValueError("an Apprise channel has no secret of its own: what its service needs stands in its address")
        try:
            service = self._asked({}, None).get("service")
        except Later as error:
            raise ValueError(str(error)) from error
        if service is None:
            raise ValueError("Apprise makes nothing of this address: its documentation shows how each service's is written")

    @staticmethod
    def write(alerts: Sequence[DueAlert], now: datetime, *, sender: str, public_url: PublicUrl | None,
              names: Mapping[str, str]) -> NewMail:
        """The subject, an empty line, and the text that tells of alerts of one watch; nothing in it calls anybody by name."""
        title, text = plain(alerts, public_url=public_url, names=names)
        said = _MENTIONS.sub(WORD_JOINER, f"{title}\n\n{text[:CHARACTERS]}")
        return NewMail(alerts[0].watch, alerts[0].recipient, message_id(alerts, sender), title, said.encode(), now,
                       channel=alerts[0].recipient)

    def greet(self, _sender: str) -> str:
        """Says which service the address is of; nobody is asked."""
        return f"Apprise knows the service: {self._asked({}, None)['service']}; nothing was sent"

    def send(self, _sender: str, _recipient: str, message: bytes, stop: threading.Event | None = None) -> str:
        """Has Apprise hand a message over and says which service took it, or raises a ChannelError. Whatever is under way is
        ended when its time is over, and 5 s after stop is set; whether the service had it by then is not known."""
        title, _, body = message.decode().partition("\n\n")
        answer = self._asked({"title": title, "body": body}, stop)
        service = answer.get("service")
        if service is None:
            raise Paused("Apprise makes nothing of the address")
        if not answer.get("sent"):
            status = f", error {answer['status']}" if answer.get("status") else ""
            raise Later(f"{service} did not take it{status}")
        return f"{service} took it"

    def _asked(self, what: dict[str, Any], stop: threading.Event | None) -> dict[str, Any]:
        """What the child answers; Later where it does not."""
        command = [sys.executable, "-I", str(CHILD)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,  # noqa: S603  # both names are ours
                              stderr=subprocess.DEVNULL, env=ENVIRONMENT) as child:
            try:
                assert child.stdin is not None and child.stdout is not None
                with suppress(BrokenPipeError):
                    child.stdin.write(json.dumps({"url": self.url, "name": self.agent.split("/")[0], **what}).encode() + b"\n")
                    child.stdin.flush()  # and stays open: the child ends with us
                self._wait(child, stop)
                answer = child.stdout.read()
            finally:
                child.kill()
        try:
            found: dict[str, Any] = json.loads(answer)
        except ValueError as error:
            raise Later(f"Apprise ended with {child.returncode} and said nothing") from error
        return found

    def _wait(self, child: "subprocess.Popen[bytes]", stop: threading.Event | None) -> None:
        end, reason = time.monotonic() + self.timeout, f"no answer within {self.timeout:g} s"
        while (left := end - time.monotonic()) > 0:
            with suppress(subprocess.TimeoutExpired):
                child.wait(min(left, LOOK_SECONDS))
                return
            if stop is not None and stop.is_set() and time.monotonic() + GRACE_SECONDS < end:
                end, reason = time.monotonic() + GRACE_SECONDS, "cut off at the program's end"
        raise Later(reason)
