"""Answers to mails: where they arrive, what a token does at the command line, and how the addresses are that alerts go to."""
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from alerts import token
from alerts.address import address
from alerts.answering import Answering
from settings import Settings
from storage import answers, recipients
from storage.answers import AnswerRow
from storage.recipients import RecipientRow
from storage.store import Store
from verbs.documents import SCHEMA, Document, time
from verbs.needs import outlet_names
from web.words import unknown, words


class NotDone(LookupError):
    """What was asked for cannot be done, and nothing was; the text says why."""

    kind = "failure"


def answering(settings: Settings) -> Answering:
    """How the mails of these settings are answered; SettingsError where there is no key."""
    mailbox = settings.mailbox.address
    return Answering(settings.answer_key(), mailbox or address(settings.mail.sender), mailbox is not None,
                     settings.public_url if settings.web.listen else None)


def answer(settings: Settings, store: Store, text: str, now: datetime) -> Document:
    """Does what a token says, once; what was done, or why nothing was."""
    found = token.read(settings.answer_key(), text)
    if found is None:
        told = unknown()
        return SCHEMA | dict.fromkeys(("action", "watch", "recipient", "article", "outlet", "mail", "answer")) | {
            "token": text, "state": "unknown", "dropped": 0, "said": [told.title, *told.paragraphs]}
    with store.writing() as session:
        said = answers.act(session, found.action, found.digest, found.article, "cli", now, token=found.text)
    told = words(said, outlet_names(settings))
    return SCHEMA | {
        "token": found.text, "state": said.state, "action": said.action, "watch": said.watch,
        "recipient": said.recipient or None, "article": _id(said.article), "outlet": said.outlet, "mail": _id(said.mail),
        "answer": _id(said.answer), "dropped": said.dropped, "said": [told.title, *told.paragraphs]}


def listing(session: Session) -> Document:
    """The addresses and channels that alerts go to, each with what it answered, the newest first."""
    said: dict[str, list[AnswerRow]] = {}
    for row in answers.listing(session):
        said.setdefault(row.recipient, []).append(row)
    return SCHEMA | {"recipients": [_recipient(row, said.get(row.address, ())) for row in recipients.listing(session)]}


def confirm(session: Session, name: str, now: datetime) -> None:
    """An address is confirmed by a person who knows it; NotDone where no watch names it or it is dead."""
    row = _known(session, name)
    if row.state == "dead":
        raise NotDone(f"{name} is dead: {row.reason}: `steppewire recipient revive {name}` lets it live")
    if not row.watches:
        raise NotDone(f"no watch names {name}: `steppewire recipient list` lists those that are named")
    recipients.confirm(session, name, now)


def revive(session: Session, name: str, now: datetime) -> int:
    """A dead address is mailed to again; how many alerts waited for that. NotDone where it is not dead."""
    row = _known(session, name)
    if not recipients.revive(session, name, now):
        raise NotDone(f"{name} is not dead")
    return row.waiting


def undo(session: Session, which: int, now: datetime) -> AnswerRow:
    """Takes an answer back; NotDone where there is none, or it cannot be taken back."""
    taken = answers.undo(session, which, now)
    if taken is None:
        raise NotDone(f"there is no answer {which} that can be taken back: `steppewire recipient list` lists them")
    return taken


def _known(session: Session, name: str) -> RecipientRow:
    found = next((row for row in recipients.listing(session) if row.address == name), None)
    if found is None:
        raise NotDone(f"there is no recipient {name}: `steppewire recipient list` lists them")
    return found


def _recipient(row: RecipientRow, said: Sequence[AnswerRow]) -> Document:
    return {"address": row.address, "state": row.state, "reason": row.reason, "asked_at": time(row.asked_at),
            "confirmed_at": time(row.confirmed_at), "dead_at": time(row.dead_at), "watches": list(row.watches),
            "waiting": row.waiting, "answers": [_answer(each) for each in said]}


def _answer(row: AnswerRow) -> Document:
    return {"answer": str(row.id), "at": time(row.at), "action": row.action, "via": row.via, "watch": row.watch,
            "article": _id(row.article), "url": row.url, "outlet": row.outlet, "mail": _id(row.mail),
            "undone_at": time(row.undone_at)}


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)
