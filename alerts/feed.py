"""A watch as an Atom feed (RFC 4287): the newest events that it has told or is about to tell."""
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.address import domain
from alerts.entry import entries
from alerts.opening import subject
from alerts.public import PublicUrl
from storage.feed import Told

NAMESPACE = "http://www.w3.org/2005/Atom"
# What XML 1.0 has no way to write.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True, autoescape=select_autoescape(("html.j2",), default=False))
_ENTRY = _ENVIRONMENT.get_template("feed.html.j2")


def atom(watch: str, since: datetime, told: Sequence[Told], *, sender: str, public_url: PublicUrl | None,
         names: Mapping[str, str], address: str | None = None) -> bytes:
    """The feed, as UTF-8. It is read from the alerts themselves, the rows that mails are made of, and keeps no record of its
    own: what a kill, a retry or a second recipient does to mails can neither take an event out of it nor put one in twice. The
    same event has the same id for good; only a sender of another domain gives other ids.

    since is when an empty feed was last changed; address is where the feed itself is to be had.
    """
    host = domain(sender)
    feed = ElementTree.Element("feed", {"xmlns": NAMESPACE})
    _put(feed, "id", f"tag:{host},2026:{quote(watch, safe='')}")
    _put(feed, "title", f"Steppewire: {watch}")
    _put(feed, "updated", _time(max((each.at for each in told), default=since)))
    _put(_put(feed, "author"), "name", "Steppewire")
    if address is not None:
        _put(feed, "link", rel="self", type="application/atom+xml", href=address)
    for each in told:
        _entry(feed, each, host, names, public_url)
    made: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return made


def _entry(feed: ElementTree.Element, told: Told, host: str, names: Mapping[str, str], public_url: PublicUrl | None) -> None:
    alert = told.alert
    (article,) = entries([alert], names, public_url)
    entry = _put(feed, "entry")
    which = "/".join(quote(part, safe="") for part in (alert.watch, alert.event, alert.subject))
    _put(entry, "id", f"tag:{host},2026:{which}")
    _put(entry, "title", subject([article]), type="text")
    _put(entry, "published", _time(alert.seen_at))
    _put(entry, "updated", _time(told.at))
    if article.link is not None:
        _put(entry, "link", rel="alternate", href=quote(article.link, safe="%:/?#[]@!$&'()*+,;=~"))
    _put(entry, "content", _ENTRY.render(entry=article), type="html")


def _put(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    found = ElementTree.SubElement(parent, name, {key: _spoken(value) for key, value in attributes.items()})
    found.text = None if text is None else _spoken(text)
    return found


def _spoken(text: str) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text)


def _time(at: datetime) -> str:
    return at.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
