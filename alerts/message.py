"""A mail as bytes: alerts of one watch for one recipient, an entry an article, plain and HTML with equal content."""
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.mime.multipart import MIMEMultipart
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.address import domain
from alerts.answering import Answering
from alerts.entry import BRIEF_CHARACTERS, Entry, More, entries
from alerts.mime import POLICY, header, mailbox, part
from alerts.opening import contents, lead, subject
from alerts.public import PublicUrl
from alerts.stretch import Piece, Stretch
from alerts.text import line
from storage.outbox import DueAlert, NewMail

# Servers take 10 MB as a rule. Where thousands of alerts make more, each of those that are told briefly is told with less.
BYTES = 9_500_000
LESS = (BRIEF_CHARACTERS, 100, 50)

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True, keep_trailing_newline=True, autoescape=select_autoescape(("html.j2",), default=False))
# Loaded here, so that a file that cannot be opened is never taken for the fault of an alert.
_PLAIN, _HTML = (_ENVIRONMENT.get_template(f"mail.{kind}.j2") for kind in ("txt", "html"))

WATCHED = Stretch("same", (Piece("watched words", watched=True),))
CHANGED = (Stretch("same", (Piece(", "),)), Stretch("out", (Piece("taken out"),)), Stretch("same", (Piece(", "),)),
           Stretch("in", (Piece("put in"),)))
COMMANDS = "Only whoever runs this wire can run the steppewire commands above."


def unanswered(article: int | None) -> tuple[More, ...]:
    """What can be said to a mail that nobody can answer: nothing."""
    return ()


def write(alerts: Sequence[DueAlert], now: datetime, *, sender: str, public_url: PublicUrl | None, names: Mapping[str, str],
          answering: Answering | None = None) -> NewMail:
    """The mail that tells of alerts of one watch and recipient, up to 2,000 of them in less than 10 MB; names gives an outlet's
    name by its id. answering says how it is answered; without it nothing is offered."""
    for brief in LESS:
        mail = _written(alerts, now, sender, public_url, names, answering, brief)
        if len(mail.bytes) <= BYTES:
            break
    return mail


def _written(alerts: Sequence[DueAlert], now: datetime, sender: str, public_url: PublicUrl | None, names: Mapping[str, str],
             answering: Answering | None, brief: int) -> NewMail:
    watch, recipient = alerts[0].watch, alerts[0].recipient
    digest = _digest(alerts)
    answers = partial(answering.answers, digest) if answering else unanswered
    articles = entries(alerts, names, public_url, answers=answers, brief=brief)
    values = _values(articles, watch, answers(None))
    title: str = values["subject"]
    host, label = domain(sender), _label(watch)
    mail = MIMEMultipart("alternative", boundary=f"=_{digest[:32]}", policy=POLICY)
    mail["From"] = mailbox(sender)
    mail["To"] = mailbox(recipient)
    mail["Subject"] = header(title)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = own = message_id(alerts, sender)
    if len(articles) == 1:
        # No mail has this id: it is what all mails of a watch about one article have in common, so that readers thread them.
        mail["References"] = f"<article-{alerts[0].article}.{label}@{host}>"
    mail["List-Id"] = f"<{label}.watch.{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in (answering.headers(digest) if answering else {}).items():
        mail[name] = value
    mail.attach(part(_PLAIN.render(values), "plain"))
    mail.attach(part(_HTML.render(values), "html"))
    return NewMail(watch, recipient, own, title, mail.as_bytes(), now)


def message_id(alerts: Sequence[DueAlert], sender: str) -> str:
    """What a message that tells of these alerts is known by, whatever channel it goes by: the same for the same alerts."""
    return f"<{_digest(alerts)}@{domain(sender)}>"


def plain(alerts: Sequence[DueAlert], *, public_url: PublicUrl | None, names: Mapping[str, str]) -> tuple[str, str]:
    """The subject and the plain text of a mail that tells of these alerts."""
    articles = entries(alerts, names, public_url)
    values = _values(articles, alerts[0].watch, ())
    return values["subject"], _PLAIN.render(values)


def _values(articles: Sequence[Entry], watch: str, foot: tuple[More, ...]) -> dict[str, Any]:
    """What the templates are filled with."""
    commands = any(not way.is_link for entry in articles for way in entry.more)
    changed = any(happening.shows_changes for entry in articles for happening in entry.happenings)
    return {"entries": articles, "watch": line(watch), "subject": subject(articles), "lead": lead(articles),
            "contents": contents(articles), "answers": foot, "commands": COMMANDS if commands else None,
            "legend": (WATCHED, *CHANGED) if changed else (WATCHED,)}


def _digest(alerts: Sequence[DueAlert]) -> str:
    """The same for the same alerts, whenever and in whatever order they are rendered."""
    keys = sorted((alert.watch, alert.recipient, alert.event, alert.subject) for alert in alerts)
    # Half of sha256: still no two alike, and the header stays on one line.
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:32]


def _label(watch: str) -> str:
    """A watch's id as it may stand in a List-Id."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", watch):
        return watch
    return hashlib.sha256(watch.encode("utf-8", "replace")).hexdigest()[:16]
