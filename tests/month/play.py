"""The days of a script, looked at every few hours by the wire itself, and what the mails that arrived say beside what they are
to say. Mails are read from their HTML by a parser of its own."""
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from lxml import html
from newspaper import Line

from tests.month.script import PAPERS, Script, Told
from tests.month.site import Site

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a mail tells: text is all that it says of it, marked the words that it marks as the watch's."""

    told: Told
    text: str
    marked: tuple[str, ...]


@dataclass
class Month:
    """What came of some days."""

    mails: int = 0
    expected: int = 0
    faults: list[str] = field(default_factory=list)


def play(site: Site, line: Line, script: Script, days: float, look: timedelta) -> Month:
    """Lives the days, then looks on without anything happening until all digests have come."""
    line.crawl()
    line.crawl(later=look)
    end, quiet_end = line.now + timedelta(days=days), line.now + timedelta(days=days + 10)
    while line.now < end:
        script.step(line.now)
        _pass(line, look)
    while line.now < quiet_end:
        _pass(line, look if line.now < end + 6 * look else 12 * HOUR)
    return judged(site.mails(), script)


def _pass(line: Line, look: timedelta) -> None:
    """The outlets are looked at one after the other within an hour, then the mail's rounds turn hour by hour until the next
    look, as the daemon's would."""
    for paper in PAPERS:
        line.crawl(paper, later=HOUR / len(PAPERS))
    until = line.now + look - HOUR
    while line.now < until:
        line.now += HOUR
        for step in (line.wire.compose, line.wire.deliver):
            line.runner.run(step(line.now))


def judged(mails: list[EmailMessage], script: Script) -> Month:
    """What the mails say beside what the script expects."""
    said = [one for mail in mails for one in read(mail)]
    marks = {(one.event, one.path, one.mark) for one in script.expected}
    found = Counter(_named(one, marks) for one in said)
    expected = Counter(script.expected)
    faults = [f"missing: {one}" for one in (expected - found).elements()]
    faults += [f"too much: {one}" for one in (found - expected).elements()]
    faults += [f"nothing of what matched is in it: {one.told}" for one in said if one.told.event != "Article back"
               and not one.marked]
    faults += [f"empty: {mail['Subject']}" for mail in mails if not list(read(mail))]
    faults += list(_out_of_time(mails))
    return Month(len(mails), len(script.expected), faults)


def _named(one: Said, marks: set[tuple[str, str, str]]) -> Told:
    """What is told, by the newest mark in it: marks are numbered as they are made, and older ones may stand beside it."""
    told = one.told
    inside = (mark for event, path, mark in marks if (event, path) == (told.event, told.path) and mark in one.text)
    mark = max(inside, default="")
    return Told(told.watch, told.recipient, told.event, told.path, mark)


def read(mail: EmailMessage) -> Iterator[Said]:
    """All that a mail tells, from its HTML."""
    body = mail.get_body(("html",))
    assert body is not None
    watch = str(mail["List-Id"]).strip("<>").partition(".")[0]
    for entry in html.fromstring(body.get_content()).find_class("entry"):
        path = "/" + entry.find_class("url")[0].text_content().strip().split("/", 3)[3]
        for happening in entry.find_class("happening"):
            marked = tuple(mark.text_content() for mark in (*entry.find("h1").iter("mark"), *happening.iter("mark")))
            heading = happening.find("h2").text_content().strip()
            yield Said(Told(watch, str(mail["To"]), heading, path, ""),
                       happening.text_content(), marked)


def _out_of_time(mails: list[EmailMessage]) -> Iterator[str]:
    """Mails at times at which their watch is to send none."""
    times: dict[tuple[str, str], list[datetime]] = {}
    for mail in mails:
        watch = str(mail["List-Id"]).strip("<>").partition(".")[0]
        times.setdefault((watch, str(mail["To"])), []).append(parsedate_to_datetime(str(mail["Date"])))
    for (watch, recipient), each in times.items():
        local = [at.astimezone(ZoneInfo("Europe/Berlin" if watch == "water" else "Asia/Almaty")) for at in sorted(each)]
        if watch == "water" and len({at.date() for at in local}) < len(local):
            yield f"two digests of water on one day for {recipient}"
        if watch == "border" and any((after - before).days < 6 for before, after in pairwise(local)):
            yield f"two digests of border in one week for {recipient}"
        if watch == "talk" and any(at.hour >= 22 or at.hour < 6 for at in local):
            yield f"a mail of talk in the quiet hours for {recipient}"
        if watch == "talk" and any(after - before < HOUR for before, after in pairwise(local)):
            yield f"two mails of talk within an hour for {recipient}"
