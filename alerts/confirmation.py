"""The one mail that asks an address whether it wants what the watches find; until it says so, its alerts wait."""
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from email.mime.multipart import MIMEMultipart
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts import token
from alerts.address import address, domain
from alerts.answering import Answering
from alerts.mime import POLICY, header, mailbox, part
from alerts.text import line
from storage import outbox, recipients
from storage.outbox import NewMail
from storage.recipients import Named
from storage.store import Store

SUBJECT = "Do you want mails from this news wire? Please confirm"

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True, keep_trailing_newline=True, autoescape=select_autoescape(("html.j2",), default=False))
_PLAIN, _HTML = (_ENVIRONMENT.get_template(f"confirmation.{kind}.j2") for kind in ("txt", "html"))


def ask(store: Store, now: datetime, *, sender: str, answering: Answering, contact: str | None = None) -> int:
    """Asks the addresses of standing watches that were not asked yet, each once for ever, and returns how many; who had a
    watch's mail before is not asked and counts as confirmed. contact is how whoever keeps the wire is reached."""
    with store.reading() as session:
        if not recipients.unknown(session):
            return 0
    with store.writing() as session:
        recipients.know(session, now)
        new = recipients.to_ask(session)
        for recipient, watches in new.items():
            if recipients.asked(session, recipient, now):
                outbox.post(session, write(recipient, watches, now, sender=sender, answering=answering, contact=contact))
    return len(new)


def write(recipient: str, watches: Sequence[Named], now: datetime, *, sender: str, answering: Answering,
          contact: str | None = None) -> NewMail:
    """The mail that asks an address, and says which watches name it and what they look for."""
    # An address is asked once, so its mail is the same whenever it is made.
    digest = hashlib.sha256(json.dumps(["confirm", recipient]).encode()).hexdigest()[:32]
    made = token.make(answering.key, "confirm", digest)
    values = {"contact": contact and line(contact.removeprefix("mailto:")),
              "subject": SUBJECT, "recipient": recipient, "sender": address(sender), "link": answering.where(made),
              "by_mail": answering.mailto(made) if answering.url is not None else None,
              "watches": [(line(each.watch), ", ".join(map(line, each.words))) for each in watches]}
    mail = MIMEMultipart("alternative", boundary=f"=_{digest}", policy=POLICY)
    mail["From"] = mailbox(sender)
    mail["To"] = mailbox(recipient)
    mail["Subject"] = header(SUBJECT)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id = f"<{digest}@{domain(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.attach(part(_PLAIN.render(values), "plain"))
    mail.attach(part(_HTML.render(values), "html"))
    return NewMail(None, recipient, message_id, SUBJECT, mail.as_bytes(), now)
