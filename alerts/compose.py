"""From alerts to mails: each alert is in exactly one, and its bytes are frozen with the claim."""
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from jinja2 import TemplateError

from alerts.address import address
from alerts.answering import Answering
from alerts.message import write
from alerts.public import PublicUrl
from alerts.text import line
from storage import answers, outbox
from storage.store import Store

log = logging.getLogger(__name__)

# One mail lists all that is due: so many are told in less than the 10 MB that servers take.
ALERTS_A_MAIL = 2000
# A channel's document has each passage whole.
CHARACTERS_A_DOCUMENT = 2_000_000
NO_ZONES: Mapping[str, str] = {}
# What makes a channel's mails of alerts of one watch and recipient, by the channel's id.
Writer = Callable[..., outbox.NewMail]
NO_CHANNELS: Mapping[str, Writer] = {}
# How often a mail is begun again because somebody else took one of its alerts; then the next tick sees to it.
BEGINNINGS = 5
# What broken data raises. An OSError or a MemoryError would be none of an alert's making.
BROKEN = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, TemplateError)


def compose(store: Store, now: datetime, *, sender: str, public_url: PublicUrl | None, names: Mapping[str, str],
            zones: Mapping[str, str] = NO_ZONES, channels: Mapping[str, Writer] = NO_CHANNELS,
            answering: Answering | None = None, only_confirmed: bool = False) -> int:
    """Makes mails of all alerts that are due, and returns how many it made; names gives an outlet's name by its id, zones the
    zone of a recipient's clock, where it is another than the watch's; channels has the writers of those that are not mail,
    answering says how mails are answered.

    A recipient without an @ is a channel; the alerts of one that is not there wait until it is. Where only_confirmed, so do
    those of an address that has not said that it wants them.
    What is over a watch's cap waits until the hour is over, and is then in one mail. Any number of composers at once put no
    alert into two mails. An alert that cannot be rendered is dropped with its reason and holds up no other.
    ValueError where sender is no address.
    """
    address(sender)
    with store.reading() as session:
        groups = outbox.due_groups(session, now, only_confirmed=only_confirmed)
    if groups:
        with store.writing() as session:
            answers.drop_silenced(session)
    by_mail = partial(write, answering=answering)
    return sum(_compose(store, now, watch, recipient, sender, public_url, names, zones,
                        by_mail if "@" in recipient else channels[recipient])
               for watch, recipient in groups if "@" in recipient or recipient in channels)


def _compose(store: Store, now: datetime, watch: str, recipient: str, sender: str, public_url: PublicUrl | None,
             names: Mapping[str, str], zones: Mapping[str, str], writer: Writer) -> int:
    """The mails made of one watch's alerts for one recipient."""
    def render(alerts: Sequence[outbox.DueAlert]) -> outbox.NewMail:
        alerts = [replace(alert, zone=zones.get(recipient, alert.zone)) for alert in alerts]
        return writer(alerts, now, sender=sender, public_url=public_url, names=names)

    made, left = 0, BEGINNINGS
    while left:
        with store.reading() as session:
            until = outbox.capped(session, watch, recipient, now)
        if until is not None:
            with store.writing() as session:
                outbox.put_off(session, watch, recipient, now, until)
            return made
        with store.reading() as session:
            alerts = outbox.due_alerts(session, now, watch, recipient, ALERTS_A_MAIL)
        if "@" not in recipient:
            alerts = _fitting(alerts)
        if not alerts:
            return made
        try:
            mail = render(alerts)
        except BROKEN:
            if poison := {alert.id: reason for alert in alerts if (reason := _broken(render, alert))}:
                _drop(store, poison)
                continue
            log.exception("watch %s: its alerts render one by one and not together", watch)
            alerts = alerts[:1]
            mail = render(alerts)
        if outbox.freeze(store, mail, [alert.id for alert in alerts]):
            made, left = made + 1, BEGINNINGS
        else:
            left -= 1
    log.warning("watch %s: others take its alerts for %s; left to the next tick", watch, recipient)
    return made


def _fitting(alerts: Sequence[outbox.DueAlert]) -> list[outbox.DueAlert]:
    """As many of the alerts as fit into a channel's document, at least the first."""
    room = CHARACTERS_A_DOCUMENT
    fitting: list[outbox.DueAlert] = []
    for alert in alerts:
        room -= len(str(alert.passage))
        if fitting and room < 0:
            break
        fitting.append(alert)
    return fitting


def _broken(render: Callable[[Sequence[outbox.DueAlert]], object], alert: outbox.DueAlert) -> str | None:
    """Why an alert cannot be rendered, None where it can."""
    try:
        render([alert])
    except BROKEN as error:
        log.exception("alert %s cannot be rendered and is dropped", alert.id)
        return line(f"cannot be rendered: {type(error).__name__}: {error}")
    return None


def _drop(store: Store, poison: Mapping[int, str]) -> None:
    with store.writing() as session:
        for alert, reason in poison.items():
            outbox.drop(session, alert, reason)
