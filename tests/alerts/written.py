"""Alerts, the mails that tell of them, and every template filled with one text."""
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from lxml import html

from alerts import confirmation, notice
from alerts.answering import Answering
from alerts.entry import FULL_CHARACTERS
from alerts.events import EVENTS
from alerts.message import write
from alerts.public import PublicUrl
from storage.notices import Over, Standing
from storage.outbox import DueAlert, NewMail
from storage.passage import Part, Passage
from storage.recipients import Named
from tests.alerts.filled import READER, SENDER
from tests.conftest import NOW

ANSWERING = Answering(b"k" * 32, "wire@steppewire.example", is_read=True, url="https://wire.example")
PUBLIC_URL = PublicUrl("https://wire.example/", b"k" * 32)
OLD, NEW = "China lends two billion.", "China lends three billion."
EDIT = Passage("A railway through the pass", ("China",), (Part("text", OLD, NEW, ((0, 5),), ((0, 5),)),))

def alert(passage: Passage = EDIT, *, number: int = 1, **values: Any) -> DueAlert:
    made: dict[str, Any] = {
        "id": number, "watch": "debts", "recipient": READER, "event": "article_edited", "subject": f"version:{number}",
        "article": 7, "outlet": "steppe", "url": "https://steppe.example/a/7", "seen_at": NOW - timedelta(minutes=5),
        "passage": passage.to_json()}
    return DueAlert(**{**made, **values})


def mail(*alerts: DueAlert, now: datetime = NOW, public_url: PublicUrl | None = None, name: str = "Steppe Courier") -> NewMail:
    return write(alerts or (alert(),), now, sender=SENDER, public_url=public_url, names={"steppe": name})


def headlines(number: int) -> Iterator[str]:
    """Random headlines of Cyrillic, Chinese and Latin letters, and of mixtures; the same at each call."""
    chance = random.Random(2026)
    alphabets = ["абвгдеёжзийклмнопрстуфхцчшщъыьэюяҚқҒғӨөҰұҮүІі", "中国俄罗斯哈萨克斯坦铁路债务", "abcdefghijklmnopqrs0123,.-:"]
    for _ in range(number):
        pool = "".join(chance.sample(alphabets, chance.randint(1, 3)))
        words = ["".join(chance.choices(pool, k=chance.randint(1, 14))) for _ in range(chance.randint(1, 9))]
        yield " ".join(words)[:90].strip()


def parsed(written: NewMail) -> EmailMessage:
    message = message_from_bytes(written.bytes, policy=default)
    assert message.defects == []
    return message


def plain(written: NewMail) -> str:
    part = parsed(written).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def page(written: NewMail) -> str:
    part = parsed(written).get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def every_template(text: str) -> Iterator[tuple[str, NewMail]]:
    """A mail of every template in which each text of a stranger is this one; no two texts make another shape of mail."""
    parts = (Part("title", f"{text} one", f"{text} two", ((0, 1),), ((0, 1),)), Part("text", None, text, (), ((0, 1),)),
             Part("text", text, None, ((0, 1),), ()), Part("text", text, text, ((0, 1),), ((0, 1),)),
             Part("comment", f"{text} old", f"{text} new", ((0, 1),), ((0, 1),)), Part("comment", None, text, (), ((0, 1),)))
    passage = Passage(f"{text} two", (text, text), parts, text)

    def told(number: int, **values: Any) -> DueAlert:
        return alert(passage, number=number, **{"url": text, "outlet": "other", "watch": text, "article": number, **values})

    def written(*alerts: DueAlert) -> NewMail:
        return write(alerts, NOW, sender=SENDER, public_url=None, names={"other": text, "another": f"{text}."},
                     answering=ANSWERING)

    for number, event in enumerate((*EVENTS, "unheard_of")):
        yield event, written(told(number, event=event))
        yield f"{event}, unquoted", written(told(number, event=event, quote_comments=False))
    several = [told(number, event=event, outlet="another" if number % 2 else "other", url=text[:40])
               for number, event in enumerate(EVENTS)]
    yield "digest", written(*several)
    long = replace(several[0], passage={**several[0].passage, "headline": "x" * FULL_CHARACTERS})
    yield "brief", written(long, *several[1:])
    need = Standing("a", text, NOW, told=False, due=True, detail=(text, text))
    yield "needs", notice.write([need, replace(need, key="b", told=True)], NOW, sender=SENDER, recipient=READER)
    yield "confirmation", confirmation.write(READER, [Named(text, (text, text))] * 2, NOW, sender=SENDER, answering=ANSWERING)
    yield "well", notice.write_over([Over("a", text, NOW, NOW)], [need], NOW, sender=SENDER, recipient=READER)


def said(page: str) -> str:
    """What a page says to one who reads it, with the address of each link that does not show it."""
    body = html.document_fromstring(page).find("body")
    for link in body.iter("a"):
        if link.text_content() != link.get("href"):
            link.tail = f": {link.get('href')} {link.tail or ''}"
    for block in body.iter("p", "div", "h1", "h2", "br"):
        block.tail = f"\n{block.tail or ''}"
    return str(body.text_content())


def words(text: str) -> list[str]:
    """The words of a text, without what the plain part marks them with."""
    return re.findall(r"\w+", re.sub(r"\*|\[-|-\]|\{\+|\+\}", "", text))
