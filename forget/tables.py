"""What a comment that is forgotten has left in the tables: alerts, clean readings, stored mails."""
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from functools import partial

from sqlalchemy.orm import Session

from alerts.answering import Answering
from alerts.message import write
from alerts.public import PublicUrl
from crawler.items import ArticleRead
from pipelines import redact
from pipelines.forgetting import WITHDRAWN
from pipelines.redact import LONG, letters
from storage import forgotten as stored
from storage import outbox
from storage.forgotten import Stored
from storage.models import Alert, Mail
from storage.outbox import NewMail


@dataclass(frozen=True, slots=True)
class Composer:
    """What a mail is made anew with: where people reach the pages, the outlets' names, what writes for a channel besides
    mail, by its name and a message of it, and how mails are answered."""

    public_url: PublicUrl | None
    names: Mapping[str, str]
    other: Callable[[str, bytes], Callable[..., NewMail]]
    answering: Answering | None = None


@dataclass(frozen=True, slots=True)
class Traces:
    """What may have got into tables: comments, with all their texts and their authors' names; own has, of each capture that was
    changed, what its article says itself."""

    comments: Sequence[Stored]
    texts: Collection[str]
    names: Collection[str]
    own: Mapping[int, ArticleRead]

    def take_out(self, session: Session, composer: Composer, now: datetime, *, only_look: bool) -> tuple[int, int]:
        """Takes them out; how many alerts and mails had some of it. only_look: the caller undoes what this did to alerts and
        readings, and no mail is made anew."""
        with session.no_autoflush:
            own, others = stored.alerts_of(session, [each.comment.id for each in self.comments],
                                           {each.thread.article_id for each in self.comments})
            for alert in own:
                stored.withdraw(alert, WITHDRAWN)
            changed = _scrub_alerts(others, self.own.values(), self.texts, self.names)
            _scrub_readings(session, self.own, self.texts, self.names)
            mails = stored.mails_of(session, [*own, *changed])
        if not only_look:
            session.flush()
            for mail in mails:
                mail.bytes = _without(session, mail, composer)
                mail.redacted_at = now
        return len(own) + len(changed), len(mails)


def scrub_read(session: Session, own: Mapping[int, ArticleRead], texts: Collection[str], names: Collection[str]) -> None:
    """Takes comments out of what was read of captures, and out of those alerts of it that are in no mail yet."""
    _scrub_readings(session, own, texts, names)
    _scrub_alerts(stored.unmailed_of(session, own), own.values(), texts, names)


def _scrub_readings(session: Session, own: Mapping[int, ArticleRead], texts: Collection[str], names: Collection[str]) -> None:
    known = set(map(letters, names))
    for reading in stored.readings_of(session, own):
        itself = own[reading.capture_id]
        inside = letters(itself.text)
        foreign = [text for text in texts if letters(text) not in inside]
        authors = known - set(map(letters, itself.authors))
        stored.scrub_reading(reading, partial(redact.cut, texts=foreign, names=names), partial(_is_one, authors))


def _scrub_alerts(alerts: Iterable[Alert], own: Iterable[ArticleRead], texts: Collection[str],
                  names: Collection[str]) -> list[Alert]:
    """The alerts that had some of it; what an article says itself stays. An alert of a whole thread has whole comments."""
    whole = set(map(letters, texts))
    inside = [letters(read.text) for read in own]
    leaked = [text for text in texts if len(said := letters(text)) >= LONG and not any(said in each for each in inside)]

    def cut(field: str, text: str) -> str | None:
        if field == "comment":
            return "" if letters(text) in whole else None
        return redact.cut(text, leaked, names)

    return [alert for alert in alerts if stored.scrub_alert(alert, cut, WITHDRAWN)]


def _is_one(known: Collection[str], name: str) -> bool:
    return letters(name) in known


def _without(session: Session, mail: Mail, composer: Composer) -> bytes:
    """A mail as it would have been made of what its alerts say now; Message-ID and date are those that it has."""
    if mail.channel != "mail":
        made = composer.other(mail.channel, mail.bytes)
        return made(outbox.told_by(session, mail.id), mail.made_at, sender=mail.message_id.strip("<>"),  # of the same domain
                    public_url=composer.public_url, names=composer.names).bytes
    sender = str(message_from_bytes(mail.bytes)["From"])
    return write(outbox.told_by(session, mail.id), mail.made_at, sender=sender, public_url=composer.public_url,
                 names=composer.names, answering=composer.answering).bytes
