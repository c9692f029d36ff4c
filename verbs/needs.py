"""What needs a person: the one list that `status`, the notices to the operator and the heartbeat go by."""
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from alerts.broken import need_key
from crawler import outlet as outlets
from crawler.outlet import Outlet, OutletError
from pipelines import holds as holding
from settings import Settings
from storage import holds, pages, undelivered, watches
from storage.notices import Need, standing
from storage.store import Holder, Store
from verbs import documents
from verbs.waiting import advice

AT_ONCE = timedelta(0)
# That the mailbox cannot be read: only the daemon sees it, others go by its notice.
MAILBOX = "mailbox"
# A store or an archive that cannot grow stops everything; either leaves about a day to make room.
LEAST_BYTES = 500 * 1000 * 1000
LEAST_SHARE = 0.02
# So many ids of mails are named; `steppewire mail list` has the others.
NAMED = 5
STATES = {"failing": "fails", "blocked": "does not let us in"}
REMEDIES = {"failing": "see whether its site answers and its file still fits, then try `steppewire crawl {}`",
            "blocked": "ask its webmaster to let us in, or give it an egress that is let in, or take it out of outlets"}
DECIDE = ("if it is a redesign: `steppewire hold accept {0}`", "if it is a fault or a wall: `steppewire hold reject {0}`",
          "if it is news: `steppewire hold release {0}`")


def needs(settings: Settings, store: Store, now: datetime, mailbox: Sequence[Need] | None = None) -> tuple[Need, ...]:
    """All that needs a person, in the order in which it matters. mailbox is what does so of the mailbox, which only the daemon
    sees; None: it is what the daemon that runs has last said of it."""
    holder = store.holder()
    with store.reading() as session:
        if mailbox is None:
            mailbox = standing(session, MAILBOX) if holder is not None else ()
        return (*_disk(settings), *_outlets(settings, session, now, holder), *_holds(session),
                *_broken(session), *_undelivered(settings, session, now, holder), *mailbox)


def outlet_or_mistake(settings: Settings, name: str) -> Outlet | str:
    """An outlet of the settings, or what is wrong with its file."""
    try:
        return outlets.load(outlets.find(name, settings.outlets_dirs))
    except OutletError as error:
        return f"{error.file}: {error.key}: {error}"


def outlet_names(settings: Settings) -> dict[str, str]:
    """The names of the outlets by their ids; one whose file has a mistake is named by its id."""
    found = {name: outlet_or_mistake(settings, name) for name in settings.outlets}
    return {name: name if isinstance(outlet, str) else outlet.name for name, outlet in found.items()}


def nearly_full(total: int, free: int) -> bool:
    """Whether so little of a disk is left that somebody must make room."""
    return free < LEAST_BYTES or free < total * LEAST_SHARE


def _disk(settings: Settings) -> Iterator[Need]:
    folder = next(each for each in (settings.data, *settings.data.parents) if each.exists())
    disk = shutil.disk_usage(folder)
    if nearly_full(disk.total, disk.free):
        yield Need("disk", f"The disk of {settings.data} is nearly full, {disk.free / 1e6:.0f} MB are left: make room, or move "
                   "the data folder.", None, settings.operator.after)


def _outlets(settings: Settings, session: Session, now: datetime, holder: Holder | None) -> Iterator[Need]:
    for name in settings.outlets:
        found = outlet_or_mistake(settings, name)
        mistake = found if isinstance(found, str) else None
        state = documents.outlet_state(session, name, mistake)
        said, since = "", None
        if isinstance(found, str):
            said = f"The outlet {name} is left out: {found}: mend its file; `steppewire check` says whether it is right."
        elif state["state"] in STATES:
            said = (f"The outlet {name} {STATES[state['state']]}: {state['reason'] or 'no reason is known'}: "
                    f"{REMEDIES[state['state']].format(name)}.")
        elif holder is not None:
            limit = max(settings.operator.after, 2 * found.every)
            since = max(pages.last_announced(session, name) or holder.since, holder.since)
            if now - since > limit:
                said = (f"No source of the outlet {name} has answered as it should since {moment(since)}: see its reason in "
                        f"`steppewire status`, and try `steppewire crawl {name}`.")
        if said:
            yield Need(f"outlet:{name}", said, since, settings.operator.after)


def _holds(session: Session) -> Iterator[Need]:
    for row in holds.waiting(session):
        hold = row.hold
        articles = f"{row.articles} articles" if row.articles != 1 else "1 article"
        yield Need(holding.need_key(hold.id), f"Changes of {articles} of the outlet {hold.outlet} are held: "
                   f"{hold.reason.rstrip('.')}: see `steppewire hold show {hold.id}` and decide, with `steppewire hold accept "
                   f"{hold.id}` (a redesign), `reject` (a fault) or `release` (news).", hold.began_at, AT_ONCE,
                   (*_samples(hold.samples), "", *(each.format(hold.id) for each in DECIDE)))


def _broken(session: Session) -> Iterator[Need]:
    """Watches that find nothing any more; their owners are mailed, and the operator where one has no address."""
    for one in watches.broken(session):
        how = (f"`steppewire watch add {one.id} --replace` writes it anew" if one.origin != "config"
               else "the daemon writes it anew when it is started")
        yield Need(need_key(one.id), f"The watch {one.id} of {one.owner or 'an unknown owner'} is broken and finds nothing: "
                   f"{one.why}: mend it: {how}.", None, AT_ONCE if one.owner is None else None)


def _samples(samples: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Changes as a mail shows them: the lines that are no more, and those that are new."""
    for sample in samples:
        yield ""
        yield sample["url"]
        yield from (f"- {line}" for line in sample["old"])
        yield from (f"+ {line}" for line in sample["new"])


def _undelivered(settings: Settings, session: Session, now: datetime, holder: Holder | None) -> Iterator[Need]:
    after = settings.operator.after
    for each in undelivered.dead_recipients(session):
        wait = f"{_alerts(each.waiting)} waiting for it" if each.waiting else "its next alerts wait"
        # Of the operator's own address that is dead no notice is mailed: it would come back too.
        yield Need(f"recipient-dead:{each.address}", f"Mails to {each.address} come back: "
                   f"{(each.reason or 'no reason is known').rstrip('.')}: {wait}: `steppewire recipient revive {each.address}` "
                   "once it takes mails again, or take it out of its watches.", each.since,
                   None if each.address == settings.operator.mail else AT_ONCE)
    for dead in undelivered.dead_mails(session):
        ids = [str(mail) for mail in dead.mails[-NAMED:]]
        # Of a notice that cannot be mailed no other notice is mailed: it would fare the same, and so on for ever.
        kind, mail_after = ("notice-dead", None) if dead.notices else ("mail-dead", AT_ONCE)
        yield Need(f"{kind}:{dead.recipient}", f"{_mails(len(dead.mails), was=True)} not sent to {dead.recipient} and will "
                   f"not be tried again: {dead.reason or 'no reason is known'}: mend that, then "
                   f"`steppewire mail retry {' '.join(ids)}`{' or --all-dead' if len(dead.mails) > len(ids) else ''}.",
                   None, mail_after)
    for back in undelivered.bounced_mails(session):
        # Of the operator's own mails that come back no notice is mailed: it would come back too.
        yield Need(f"mail-bounced:{back.recipient}", f"The last mail to {back.recipient} came back, though there is such an "
                   f"address: {(back.said or 'no reason is known').rstrip('.')}: write to whoever reads it by another way; "
                   f"`steppewire mail show {back.mail}` has that mail.", back.at,
                   None if back.recipient == settings.operator.mail else after)
    for notices, kind, mail_after in ((False, "mail-waits", after), (True, "notice-waits", None)):
        if waiting := undelivered.waiting_mails(session, now - after, notices=notices):
            why = f"the last answer was: {waiting.reason}" if waiting.reason else "the mail server was not asked yet"
            yield Need(kind, f"{_mails(waiting.number)} waiting since {moment(waiting.since)}, {why}: "
                       f"{advice(settings, waiting, daemon=holder is not None)}.", waiting.since, mail_after)
    for own in settings.channel:
        if waiting := undelivered.waiting_mails(session, now - after, notices=False, channel=own):
            why = f"its last answer was: {waiting.reason}" if waiting.reason else "it was not asked yet"
            yield Need(f"channel-waits:{own}", f"{_mails(waiting.number)} waiting for the channel {own} since "
                       f"{moment(waiting.since)}, {why}: {advice(settings, waiting, own, daemon=holder is not None)}.",
                       waiting.since, after)
    gone = undelivered.waiting_for_channels(session, now - after, settings.channel)
    for own, waiting in gone.items():
        yield Need(f"channel-gone:{own}", f"There is no channel {own} in the settings, and {waiting.number} "
                   f"alert{'s wait' if waiting.number > 1 else ' waits'} for it since {moment(waiting.since)}: add a "
                   f"[channel.{own}], or take it out of the recipients of its watches.", waiting.since, after)
    if alerts := undelivered.waiting_alerts(session, now - after, gone):
        yield Need("alert-waits", f"{_alerts(alerts.number)} in no mail since "
                   f"{moment(alerts.since)}: see whether the daemon runs, and what it logs.", alerts.since, after)


def moment(at: datetime) -> str:
    """A time as people read it."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _mails(number: int, *, was: bool = False) -> str:
    return f"{number} mails {'were' if was else 'are'}" if number > 1 else f"1 mail {'was' if was else 'is'}"


def _alerts(number: int) -> str:
    return f"{number} alerts are" if number > 1 else "1 alert is"
