"""The mails to the operator that something needs a person, and that it does no more: one for all that does, and never twice for
the same."""
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime

from alerts.address import domain
from alerts.mime import POLICY, header, mailbox, part
from alerts.text import line, shortened
from storage import notices, outbox
from storage.notices import Need, Over, Standing
from storage.outbox import NewMail
from storage.store import Store

SUBJECT_CHARACTERS = 150
# More than anybody mends in one go; `steppewire status` has them all.
NEEDS_A_MAIL = 50
NEW, OLD = "Steppewire needs a person:", "Told before, and still so:"
OVER, STILL = "This needs nobody any more:", "This still needs a person:"
OVER_END = "`steppewire status` says how it is now."
END = ("`steppewire status` says how it is now. Each of these is told once; the next mail comes when something else needs a "
       "person.")


def notice(store: Store, needs: Sequence[Need], now: datetime, *, sender: str, recipient: str | None,
           well_after: timedelta) -> bool:
    """Keeps the notices as the needs are, and makes a mail where one of them is to be told, and another where needs that were
    told have not stood for well_after; whether it made one. The first tells of all needs that stand, so that none of them is
    told again. Without a recipient nothing is told."""
    with store.reading() as session:
        if notices.up_to_date(session, needs, now, well_after):
            return False
    with store.writing() as session:
        standing = notices.keep(session, needs, now)
        if recipient is None:
            return False
        due = any(need.due for need in standing)
        if due:
            mail = outbox.post(session, write(standing, now, sender=sender, recipient=recipient))
            notices.told(session, [need.key for need in standing if not need.told], mail)
        over = notices.over(session, now, well_after)
        if over:
            mail = outbox.post(session, write_over(over, standing, now, sender=sender, recipient=recipient))
            notices.cleared(session, [need.key for need in over], mail)
    return due or bool(over)


def write(standing: Sequence[Standing], now: datetime, *, sender: str, recipient: str) -> NewMail:
    """The mail that tells of needs: first those that no mail has told of."""
    new, old = ([need for need in standing if need.told is told] for told in (False, True))
    return plain("Steppewire needs you: ", [need.said for need in new], (*_listed(NEW, new), *_listed(OLD, old), END),
                 [need.key for need in new], now, sender, recipient)


def write_over(over: Sequence[Over], standing: Sequence[Standing], now: datetime, *, sender: str, recipient: str) -> NewMail:
    """The mail that tells of needs that are over, and which still stand."""
    told = [f"- {line(each.said)}\n  (it was so from {each.since:%Y-%m-%d %H:%M} to {each.until:%Y-%m-%d %H:%M} UTC)"
            for each in over[:NEEDS_A_MAIL]]
    return plain("Steppewire is well again: ", [each.said for each in over],
                 (OVER, *told, *_listed(STILL, standing), OVER_END), [f"over:{each.key}" for each in over], now, sender,
                 recipient)


def plain(begin: str, said: Sequence[str], body: Sequence[str], keys: Sequence[str], now: datetime, sender: str,
          recipient: str) -> NewMail:
    """A mail of text alone: its subject says the first of what is said, its Message-ID follows from the keys and the time."""
    more = f" … and {len(said) - 1} more" if len(said) > 1 else ""
    title = begin + shortened(line(said[0]), SUBJECT_CHARACTERS - len(begin) - len(more)) + more
    mail = part("\n\n".join(body) + "\n", "plain")
    mail.policy = POLICY
    mail["From"] = mailbox(sender)
    mail["To"] = mailbox(recipient)
    mail["Subject"] = header(title)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id = f"<{_digest(recipient, keys, now)}@{domain(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"
    return NewMail(None, recipient, message_id, title, mail.as_bytes(), now)


def _listed(heading: str, needs: Sequence[Standing]) -> list[str]:
    if not needs:
        return []
    told = ["\n".join((f"- {line(need.said)}", f"  (since {need.since:%Y-%m-%d %H:%M} UTC)",
                       *(f"    {line(each)}".rstrip() for each in need.detail))) for need in needs[:NEEDS_A_MAIL]]
    return [heading, *told, *([f"… and {len(needs) - NEEDS_A_MAIL} more"] if len(needs) > NEEDS_A_MAIL else [])]


def _digest(recipient: str, needs: Sequence[str], now: datetime) -> str:
    """The same for the same needs told at the same time: what comes back later makes another mail."""
    keys = [recipient, now.isoformat(), *sorted(needs)]
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:32]
