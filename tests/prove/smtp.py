"""A mail server that is ill for a while: every mail arrives once it is well, or is dead with its reason."""
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from prove.gateway import PASSWORD, Gateway, Illness
from prove.life import RECIPIENTS, Life, wait
from prove.trial import Outcome, Trial
from tests.crawler.tls import certificate

CHANGES = 20
ILL_SECONDS = 12.0
# A wait that doubles comes to many seconds in an illness; once the server is well nobody waits for the end of it.
LIMITS = """[limits]
tick = "200ms"
mail_tick = "300ms"
first_retry = "400ms"
longest_retry = "1h"
pause = "1s"
conversation = "{conversation}"
"""
WELL_SECONDS = 30.0
SICK = "b@example.org"
# Of each kind: where the server is ill and what it does there; None for the recipient: it concerns them all.
KINDS: dict[str, tuple[Illness, ...]] = {
    "refused": (Illness("GREETING", "closed"),),
    "421": tuple(Illness(stage, "421 4.3.2 closing", only) for stage, only in (
        ("GREETING", None), ("MAIL", None), ("RCPT", None), ("DATA", SICK), ("DOT", None))),
    "450": (Illness("RCPT", "450 4.2.0 greylisted", SICK), Illness("RCPT", "450 4.2.0 greylisted")),
    "550": (Illness("RCPT", "550 5.1.1 no such user", SICK),),
    "552": (Illness("DOT", "552 5.3.4 too large", SICK),),
    "535": (Illness("AUTH", "535 5.7.8 wrong password"),),
    "stranger's certificate": (Illness("TLS", "stranger"),),
    "broken handshake": (Illness("TLS", "cut"),),
    "hang at greeting": (Illness("GREETING", "hang"),),
    "hang at EHLO": (Illness("EHLO", "hang"),),
    "hang at MAIL": (Illness("MAIL", "hang"),),
    "hang at RCPT": (Illness("RCPT", "hang", SICK), Illness("RCPT", "hang")),
    "hang at DATA": (Illness("DATA", "hang", SICK), Illness("DATA", "hang")),
    "hang after the dot": (Illness("DOT", "hang", SICK), Illness("DOT", "hang")),
    "cut after the dot": (Illness("TAKEN", "cut"), Illness("TAKEN", "cut", SICK)),
}


@contextmanager
def ill_life(folder: Path, seed: int, database: str | None, illness: Illness,
             articles: int = 6) -> Iterator[tuple[Life, Gateway]]:
    """A newspaper's life whose mails go through a gateway."""
    gateway = Gateway(folder / "mails", login=illness.stage == "AUTH")
    mail = ""
    if illness.stage == "TLS":
        (folder / "tls").mkdir()
        gateway.pems = certificate(folder / "tls", "localhost"), certificate(folder / "tls", "stranger")
        mail = 'security = "tls"\n'
    elif illness.stage == "AUTH":
        mail = f'username = "wire"\npassword = "{PASSWORD}"\n'
    limits = LIMITS.format(conversation="1s" if illness.does == "hang" else "20s")
    life = Life(folder, seed, database, articles=articles, settings=mail + limits)
    life.paper.sink = gateway  # type: ignore[assignment]  # it is one to whom mails are given
    if illness.stage == "TLS":
        life.paper.mail_host = "localhost"
    with life:
        yield life, gateway


def run(folder: Path, trial: Trial, database: str | None, changes: int = CHANGES, seconds: float = ILL_SECONDS) -> Outcome:
    """Has changes told before, during and after an illness, and looks what became of each mail."""
    kind = trial.kind.rpartition(" ")[0]
    illness = KINDS[kind][trial.seed % len(KINDS[kind])]
    chance = random.Random(trial.seed)
    with ill_life(folder, trial.seed, database, illness) as (one, gateway):
        trusted = {"SSL_CERT_FILE": str(gateway.pems[0])} if gateway.pems else {}
        one.start(**trusted)
        first, last = changes // 5, changes // 5
        for _ in range(first):
            one.change()
        faults = [] if _told(one) else ["the mails before the illness did not arrive"]
        gateway.fall_ill(illness)
        began = time.time()
        for _ in range(changes - first - last):
            one.change()
            time.sleep(chance.uniform(0.5, 1.5) * seconds / (changes - first - last) * 0.7)
        time.sleep(max(0.0, began + seconds - time.time()))
        gateway.recover()
        well = time.time()
        if not wait(lambda: _all_there(one), WELL_SECONDS):
            faults.append(f"{WELL_SECONDS:g} s after the server was well {len(_missing(one))} are not told")
        caught_up = time.time() - well
        for _ in range(last):
            one.change()
        _told(one)
        one.kill_daemon()
        met = sum(talk.ill for talk in gateway.talks)
        if not met and illness.does != "closed":
            faults.append("the illness was never met")
        return _judged(one, gateway, illness, faults, well, caught_up)


def _told(one: Life) -> bool:
    return wait(lambda: _all_there(one), 90.0)


def _all_there(one: Life) -> bool:
    """Whether nothing is missing. Its operator knows that one sentence in many articles is news, and releases what is held."""
    one.release()
    return _missing(one) == set()


def _dead(one: Life) -> list[tuple[str, str, str]]:
    """The mails that the program gave up: recipient, text, reason."""
    return [(recipient, message_from_bytes(content, policy=default).get_body(("plain",)).get_content(), reason or "")
            for recipient, content, reason in one.sql("SELECT recipient, bytes, reason FROM mail WHERE state = 'dead'")]


def _missing(one: Life) -> set[tuple[str, str]]:
    """The marks and recipients that are in no mail that arrived and in none that is dead."""
    told = one.told()
    found = {(mark, recipient) for mark in one.marks for recipient in RECIPIENTS if (mark, recipient) not in told}
    return {(mark, recipient) for mark, recipient in found
            if not any(recipient == whose and mark in text for whose, text, _ in _dead(one))} if found else found


def _judged(one: Life, gateway: Gateway, illness: Illness, faults: list[str], well: float, caught_up: float) -> Outcome:
    spool, dead = one.spool(), _dead(one)
    arrived = {message_id for message_id, _ in spool}
    faults += [f"{mark} was not told to {recipient}" for mark, recipient in sorted(_missing(one))]
    twice = [which for which, ids in one.told().items() if len(ids) > 1]
    faults += [f"{which} is in two mails" for which in twice]
    final = illness.does.startswith("55")
    refused = [talk for talk in gateway.talks if talk.ill] if final else []
    if len(dead) != len(refused) or (final and not dead):
        faults.append(f"{len(dead)} mails are dead, {len(refused)} were refused: {dead}")
    faults += [f"a mail to {whose} is dead for {reason!r}" for whose, _, reason in dead
               if whose != illness.only or reason != illness.does]
    sent = Counter(message_id for message_id, _ in spool)
    again = one.duplicates()
    if again and illness.stage != "TAKEN":
        faults.append(f"{again} mails came twice")
    if len(set(spool)) != len(sent):
        faults.append("a mail came again with other bytes")
    late = _late(one, gateway, illness, well)
    faults += [f"{message_id} was delayed by {attempts} attempts" for message_id, attempts in late.items() if attempts > 1]
    faults += [*one._versions(), *one._comments()]
    return Outcome({"changes": len(one.marks), "mails": len(arrived) + len(dead), "arrived": len(arrived),
                    "lost": len(_missing(one)), "dead": len(dead), "again": again, "in two mails": len(twice),
                    "ill talks": sum(talk.ill for talk in gateway.talks),
                    "others delayed": sum(attempts > 1 for attempts in late.values()),
                    "ms to catch up": round(1000 * caught_up)}, faults)


def seconds_of(at: datetime | str) -> float:
    """A time of the store, which SQLite has as a text, in seconds of time.time()."""
    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()


def _late(one: Life, gateway: Gateway, illness: Illness, well: float) -> dict[str, int]:
    """Of each mail that the illness did not concern, how many ill conversations lay between its making and its arrival."""
    made = {message_id: (recipient, seconds_of(at)) for message_id, recipient, at in
            one.sql("SELECT message_id, recipient, made_at FROM mail")}
    ill = [talk.ended or time.time() for talk in gateway.talks if talk.ill]
    late: dict[str, int] = {}
    for talk in gateway.talks:
        if talk.taken and not talk.ill and talk.message_id:
            recipient, at = made[talk.message_id]
            if recipient != illness.only and (illness.only or at > well):
                late[talk.message_id] = sum(at < ended <= talk.began for ended in ill)
    return late
