"""From the mailbox to the store: what comes back makes addresses dead, what people answer is done, the rest is a person's."""
import hashlib
import logging
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.message import Message
from threading import Event
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import failpoint
from alerts import token
from alerts.inbox import bounce, reply
from alerts.inbox.letter import Box, Letter, header, parsed, subject
from alerts.text import shortened
from storage import answers, bounces, recipients
from storage.store import Store

log = logging.getLogger(__name__)

# What one look takes at most; what is left is taken by the next.
LETTERS, SECONDS = 100, 30.0
# Where mail servers write whom a message was for, in the conversation or in the message itself.
ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
ADDRESSES = 200
SUBJECT_CHARACTERS = 80
_ADDRESS = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]{1,64}@[A-Za-z0-9.-]{1,255}")
# bounced: a mail could not be delivered. late: it is not delivered yet. answered: somebody's answer was done, or had been.
# automatic: a program answered, which is no answer. left: it is for a person to read. broken: it could not be understood for a
# fault of ours, and is for a person, too.
Outcome = Literal["bounced", "late", "answered", "automatic", "left", "broken"]
OUTCOMES: tuple[Outcome, ...] = ("bounced", "late", "answered", "automatic", "left", "broken")


def read(store: Store, box: Box, now: datetime, key: bytes, *, stop: Event | None = None,
         progress: Callable[[Outcome], None] = lambda _: None) -> Counter[Outcome]:
    """Goes through what nobody has seen in the mailbox, at most LETTERS or SECONDS, and counts what became of it; Unreadable.
    Call it holding the store's lock. progress is called after each letter.

    What a letter says is done in one transaction, and only then is the letter marked as seen: a process that dies between
    finds it again, and nothing is done twice. Nobody is ever answered, so that no program can be made to answer for ever.
    """
    began = time.monotonic()
    done: Counter[Outcome] = Counter()
    with box.open(LETTERS, stop) as letters:
        for letter in letters:
            outcome = _take(store, letter, now, key)
            failpoint.reach("letter.taken")
            letter.mark()
            failpoint.reach("letter.marked")
            done[outcome] += 1
            progress(outcome)
            if time.monotonic() - began > SECONDS:
                break
    return done


def _take(store: Store, letter: Letter, now: datetime, key: bytes) -> Outcome:
    try:
        message = parsed(letter.content)
        with store.writing() as session:
            outcome, why = act(session, message, hashlib.sha256(letter.content).hexdigest()[:32], now, key)
            failpoint.reach("letter.taking")
    except SQLAlchemyError:  # the store is away: the letter is as unseen as before
        raise
    except Exception:  # a letter that nobody foresaw must not stand in the way of the others
        log.exception("message %s is left for a person: it could not be understood", letter.name)
        return "broken"
    log.log(logging.INFO if outcome != "bounced" else logging.WARNING, "message %s (%s): %s", letter.name,
            shortened(subject(message), SUBJECT_CHARACTERS), why)
    return outcome


def act(session: Session, message: Message, letter: str, now: datetime, key: bytes) -> tuple[Outcome, str]:
    """Does what a message says, and says what that is; letter is what no other letter has."""
    addresses = _addresses(message)
    for mail in filter(None, (token.bounced(key, each) for each in addresses)):
        recipient = bounces.recipient(session, mail)
        if recipient is not None and (found := bounce.read(message, recipient)) is not None:
            return _bounced(session, mail, recipient, found, now)
    said = token.read(key, subject(message))
    if said is not None and not reply.answers_by_itself(message):
        done = answers.act(session, said.action, said.digest, said.article, "mail", now, token=said.text)
        return "answered", f"{said.action}: {done.state}"
    if reply.by_itself(message):
        return "automatic", "a program wrote it, and nothing is done"
    for digest in filter(None, (token.replied(key, each) for each in addresses)):
        if (wanted := reply.action(message)) is None:
            return "left", "it is left for a person: its first line is no answer that is understood"
        done = answers.act(session, wanted, digest, None, "mail", now, token=f"letter.{letter}")
        if done.state in ("unclear", "unknown"):
            return "left", f"it is left for a person: {wanted} says not of which article of the mail"
        return "answered", f"{wanted}: {done.state}"
    return "left", "it is left for a person: it answers no mail"


def _bounced(session: Session, mail: int, recipient: str, found: bounce.Bounce, now: datetime) -> tuple[Outcome, str]:
    if not found.failed:
        bounces.late(session, mail, found.said)
        return "late", f"mail {mail} to {recipient} is not delivered yet: {found.said}"
    # Once a mail: a letter that is read again must not undo that somebody revived the address meanwhile.
    dead = bounces.bounced(session, mail, found.said, now) and found.no_address
    if dead:
        recipients.die(session, recipient, found.said, now)
    return "bounced", f"mail {mail} to {recipient} came back{', the address is dead' if dead else ''}: {found.said}"


def _addresses(message: Message) -> list[str]:
    """Whom a message was for."""
    return [each for name in ADDRESSED for each in _ADDRESS.findall(header(message, name)[:100_000])][:ADDRESSES]
