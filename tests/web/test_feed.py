"""The address of a feed as a feed reader, a stranger and a guesser ask for it."""
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime

import feedparser
import pytest

from alerts import token
from storage.store import Store
from tests.alerts.filled import NAMES, SENDER, Filled
from tests.web.conftest import KEY, Room
from web.app import app
from web.listen import Listener

PUBLIC = "https://wire.example/"


@pytest.fixture
def reading(store: Store, now: datetime) -> Iterator[Room]:
    listener = Listener("127.0.0.1:0", app(store, KEY, NAMES, lambda: now, sender=SENDER, public_url=PUBLIC))
    yield Room(Filled(store, now), listener.port)
    listener.close()


def path(watch: str = "debts", key: bytes = KEY) -> str:
    return token.feed_address(key, PUBLIC, watch).removeprefix(PUBLIC.rstrip("/"))


def test_a_feed_is_had_at_its_address(reading: Room) -> None:
    reading.filled.alert()
    answer = reading.ask("GET", path())
    assert (answer.status, answer.headers["content-type"]) == (200, "application/atom+xml")
    found = feedparser.parse(answer.text)
    assert not found.bozo and len(found.entries) == 1
    assert [link.href for link in found.feed.links] == [f"{PUBLIC.rstrip('/')}{path()}"]
    assert reading.ask("HEAD", path()).status == 200 and reading.ask("POST", path()).status == 405


def test_what_has_not_changed_is_not_sent_again(reading: Room, now: datetime) -> None:
    reading.filled.alert()
    first = reading.ask("GET", path())
    etag, changed = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"If-None-Match": etag}, {"If-None-Match": f'"x", W/{etag}'}, {"If-None-Match": "*"},
                    {"If-Modified-Since": changed}, {"If-Modified-Since": format_datetime(now + timedelta(days=1))},
                    {"If-None-Match": etag, "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}):
        again = reading.ask("GET", path(), headers=headers)
        assert (again.status, again.text, again.headers["etag"]) == (304, "", etag)
    for headers in ({"If-None-Match": '"x"'}, {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
                    {"If-Modified-Since": "yesterday"}, {"If-None-Match": '"x"', "If-Modified-Since": changed}):
        assert reading.ask("GET", path(), headers=headers).status == 200
    reading.filled.alert()
    assert reading.ask("GET", path(), headers={"If-None-Match": etag}).status == 200


def test_without_its_signature_a_feed_is_nobody_s(reading: Room) -> None:
    reading.filled.alert()
    right = path()
    for wrong in (path(key=b"x" * 32), right.replace("debts", "roads"), right[:-6] + "0.atom", "/feed/debts/.atom",
                  f"/feed/debts/{token.make(KEY, 'end_watch', '0' * 32)[-32:]}.atom", right.removesuffix(".atom"),
                  "/feed/debts/%D1%8F.atom", "/feed/%00/x.atom"):
        answer = reading.ask("GET", wrong)
        assert answer.status == 404 and "railway" not in answer.text
    assert reading.ask("GET", path("nowhere")).status == 404


def test_where_nobody_can_reach_it_there_are_no_feeds(room: Room) -> None:
    room.filled.alert()
    assert room.ask("GET", path()).status == 404
