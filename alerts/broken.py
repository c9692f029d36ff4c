"""The mail to the owner of a watch that is broken: one when it breaks, no more until it was mended and breaks anew."""
from datetime import datetime

from alerts.notice import plain
from alerts.text import line
from storage import notices, outbox, recipients, watches
from storage.outbox import NewMail
from storage.store import Store
from storage.watches import Broken

MEND = {"cli": "Mend it with `steppewire watch add {} --replace` and its words and recipients, or take it out with `steppewire "
               "watch remove {}`.",
        "config": "It is one of the settings: when the daemon is started anew it is as they have it."}
END = "It stays where it is and finds nothing until then; all other watches go on. `steppewire watch list` shows it."


def need_key(watch: str) -> str:
    """The key of the need that a broken watch is."""
    return f"watch:{watch}"


def tell_owners(store: Store, now: datetime, *, sender: str) -> int:
    """Makes a mail for the owner of each watch that needs mending and of which nobody was told; how many. An address that has
    not confirmed or is dead gets none."""
    with store.reading() as session:
        if not any(notices.untold(session, need_key(one.id), now) for one in watches.broken(session)):
            return 0
    made = 0
    with store.writing() as session:
        for one in watches.broken(session):
            if (one.owner is not None and recipients.state(session, one.owner) in (None, "confirmed")
                    and notices.untold(session, need_key(one.id), now)):
                mail = outbox.post(session, write(one, one.owner, now, sender=sender))
                notices.told_once(session, need_key(one.id), mail)
                made += 1
    return made


def write(broken: Broken, owner: str, now: datetime, *, sender: str) -> NewMail:
    """The mail that tells an owner what is wrong with a watch, and how to mend it."""
    said = f"the watch {broken.id} finds nothing any more"
    body = (f"The watch {line(broken.id)} is broken and finds nothing any more: {line(broken.why)}.",
            MEND["config" if broken.origin == "config" else "cli"].replace("{}", line(broken.id)), END)
    return plain("Steppewire: ", [said], body, [need_key(broken.id)], now, sender, owner)
