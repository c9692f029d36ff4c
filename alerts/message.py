"""A mail as bytes: alerts of one watch for one recipient, an entry an article, plain and HTML with equal content."""
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.address import address, domain
from alerts.entry import Entry, entries
from alerts.events import told
from alerts.stretch import Piece, Stretch
from alerts.text import line, shortened
from storage.outbox import DueAlert, NewMail

SUBJECT_CHARACTERS = 150
OUTLET_CHARACTERS = 40

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True, keep_trailing_newline=True, autoescape=select_autoescape(("html.j2",), default=False))
# Loaded here, so that a file that cannot be opened is never taken for the fault of an alert.
_PLAIN, _HTML = (_ENVIRONMENT.get_template(f"mail.{kind}.j2") for kind in ("txt", "html"))
_POLICY = compat32.clone(linesep="\r\n", mangle_from_=False)

WATCHED = Stretch("same", (Piece("watched words", watched=True),))
CHANGED = (Stretch("same", (Piece(", "),)), Stretch("out", (Piece("taken out"),)), Stretch("same", (Piece(", "),)),
           Stretch("in", (Piece("put in"),)))


def write(alerts: Sequence[DueAlert], now: datetime, *, sender: str, public_url: str | None,
          names: Mapping[str, str]) -> NewMail:
    """The mail that tells of alerts of one watch and recipient; names gives an outlet's name by its id."""
    watch, recipient = alerts[0].watch, alerts[0].recipient
    articles = entries(alerts, names, public_url)
    title = subject(articles)
    changed = any(stretch.change != "same" for entry in articles for happening in entry.happenings for side in happening.sides
                  for stretch in side.stretches)
    values = {"entries": articles, "watch": line(watch), "subject": title,
              "legend": (WATCHED, *CHANGED) if changed else (WATCHED,)}
    host = domain(sender)
    digest = _digest(alerts)
    mail = MIMEMultipart("alternative", boundary=f"=_{digest[:32]}", policy=_POLICY)
    mail["From"] = _mailbox(sender)
    mail["To"] = _mailbox(recipient)
    mail["Subject"] = _header(title)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id = f"<{digest}@{host}>"
    mail["List-Id"] = f"<{_label(watch)}.watch.{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.attach(_part(_PLAIN.render(values), "plain"))
    mail.attach(_part(_HTML.render(values), "html"))
    return NewMail(watch, recipient, message_id, title, mail.as_bytes(), now)


def subject(articles: Sequence[Entry]) -> str:
    """One line of at most 150 characters: outlet, what happened, to which headline, and how many articles more."""
    first = articles[0]
    begin = f"{shortened(first.outlet, OUTLET_CHARACTERS)}, {told(first.events)}: "
    end = f" … and {len(articles) - 1} more" if len(articles) > 1 else ""
    return begin + shortened(first.headline, SUBJECT_CHARACTERS - len(begin) - len(end)).removesuffix("…" if end else "") + end


def _digest(alerts: Sequence[DueAlert]) -> str:
    """The same for the same alerts, whenever and in whatever order they are rendered."""
    keys = sorted((alert.watch, alert.recipient, alert.event, alert.subject) for alert in alerts)
    # Half of sha256: still no two alike, and the header stays on one line.
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:32]


def _header(text: str) -> str:
    # EmailMessage's own encoding loses spaces in Cyrillic subjects; "=?" in a headline must not be taken for an encoded word.
    return text if text.isascii() and "=?" not in text else Header(text, "utf-8", header_name="Subject").encode()


def _mailbox(text: str) -> str:
    return formataddr((line(parseaddr(text)[0]), address(text)), "utf-8")


def _label(watch: str) -> str:
    """A watch's id as it may stand in a List-Id."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", watch):
        return watch
    return hashlib.sha256(watch.encode("utf-8", "replace")).hexdigest()[:16]


def _part(text: str, subtype: str) -> MIMEText:
    # Both keep lines short; a text that is mostly ASCII stays readable in quoted-printable and is shorter in it.
    charset = Charset("utf-8")
    charset.body_encoding = QP if sum(map(str.isascii, text)) > len(text) * 0.8 else BASE64
    if charset.body_encoding == BASE64:
        text = text.replace("\n", "\r\n")  # RFC 2045 §6.8: line ends are canonical before they are encoded
    return MIMEText(text, subtype, charset, policy=_POLICY)  # type: ignore[arg-type]  # the library takes a Charset as well
