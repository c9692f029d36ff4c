"""The mail to the operator that something needs a person: one for all that does, and never twice for the same."""
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from alerts.address import domain
from alerts.mime import POLICY, header, mailbox, part
from alerts.text import line, shortened
from storage import notices, outbox
from storage.notices import Need, Standing
from storage.outbox import NewMail
from storage.store import Store

SUBJECT_CHARACTERS = 150
# More than anybody mends in one go; `steppewire status` has them all.
NEEDS_A_MAIL = 50
NEW, OLD = "Steppewire needs a person:", "Told before, and still so:"
END = ("`steppewire status` says how it is now. Each of these is told once; the next mail comes when something else needs a "
       "person.")


def notice(store: Store, needs: Sequence[Need], now: datetime, *, sender: str, recipient: str | None) -> bool:
    """Keeps the notices as the needs are, and makes a mail where one of them is to be told; whether it made one. The mail tells
    of all needs that stand, so that none of them is told again. Without a recipient nothing is told."""
    with store.reading() as session:
        if notices.up_to_date(session, needs, now):
            return False
    with store.writing() as session:
        standing = notices.keep(session, needs, now)
        if recipient is None or not any(need.due for need in standing):
            return False
        mail = outbox.post(session, write(standing, now, sender=sender, recipient=recipient))
        notices.told(session, [need.key for need in standing if not need.told], mail)
    return True


def write(standing: Sequence[Standing], now: datetime, *, sender: str, recipient: str) -> NewMail:
    """The mail that tells of needs: first those that no mail has told of."""
    new, old = ([need for need in standing if need.told is told] for told in (False, True))
    more = f" … and {len(new) - 1} more" if len(new) > 1 else ""
    begin = "Steppewire needs you: "
    title = begin + shortened(line(new[0].said), SUBJECT_CHARACTERS - len(begin) - len(more)) + more
    mail = part("\n\n".join((*_listed(NEW, new), *_listed(OLD, old), END)) + "\n", "plain")
    mail.policy = POLICY
    mail["From"] = mailbox(sender)
    mail["To"] = mailbox(recipient)
    mail["Subject"] = header(title)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id = f"<{_digest(recipient, new, now)}@{domain(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"
    return NewMail(None, recipient, message_id, title, mail.as_bytes(), now)


def _listed(heading: str, needs: Sequence[Standing]) -> list[str]:
    if not needs:
        return []
    told = [f"- {line(need.said)}\n  (since {need.since:%Y-%m-%d %H:%M} UTC)" for need in needs[:NEEDS_A_MAIL]]
    return [heading, *told, *([f"… and {len(needs) - NEEDS_A_MAIL} more"] if len(needs) > NEEDS_A_MAIL else [])]


def _digest(recipient: str, needs: Sequence[Standing], now: datetime) -> str:
    """The same for the same needs told at the same time: what comes back later makes another mail."""
    keys = [recipient, now.isoformat(), *sorted(need.key for need in needs)]
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:32]
