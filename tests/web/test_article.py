"""The pages that links in mails lead to, as a recipient, a guesser and a browser have them."""
import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from lxml import html
from talk import Talk

from alerts.public import PublicUrl
from storage.models import Article, Capture, Reading, Version
from storage.store import Store
from tests.alerts.filled import NAMES, Filled
from tests.web.conftest import KEY, Answer, Room
from verbs.article_pages import ArticlePages
from web.app import app
from web.listen import Listener

PUBLIC_URL = PublicUrl("https://wire.example/", KEY)
HOSTILE = "</p></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&lt;"


@pytest.fixture
def reading(store: Store, now: datetime) -> Iterator[Room]:
    pages = ArticlePages(store, NAMES, PUBLIC_URL)
    listener = Listener("127.0.0.1:0", app(store, KEY, NAMES, lambda: now, pages=pages))
    yield Room(Filled(store, now), listener.port)
    listener.close()


def path(link: str) -> str:
    return link.removeprefix("https://wire.example")


def talked(room: Room, *texts: tuple[str, str, str], comment: str = "It did not.",
           url: str = "https://steppe.example/a") -> int:
    """An article with a version of each (headline, text, judgement), and a comment that was edited and its answer."""
    now = room.filled.now
    with room.filled.store.writing() as session:
        talk = Talk(session, url, now, outlet="steppe")
        first, second = (talk.look(now + timedelta(hours=hour), seen=2) for hour in (1, 2))
        top = talk.comment(comment, [("posted", f"was {comment}", None, first), ("edited", comment, first, second)],
                           author=comment, native_id="c1")
        talk.comment("Gone.", [("posted", "Gone.", None, first), ("removed", None, first, second)], author="Bek",
                     native_id="c2", parent_id=top, position=1)
        of = session.get_one(Capture, talk.capture)
        for seq, (title, text, judgement) in enumerate(texts, 1):
            capture = Capture(page_id=of.page_id, run_id=talk.run, at=now, status=200, final_url=url, file="x", offset=seq,
                              sha256="0" * 64)
            session.add(capture)
            session.flush()
            session.add(Reading(capture_id=capture.id, reader="r", outcome="clean", title=title, text=text, authors=[], tags=[],
                                blocks=[], captions=[], origins={}, twins=[]))
            session.add(Version(article_id=talk.article, seq=seq, capture_id=capture.id, run_id=talk.run,
                                seen_at=now + timedelta(hours=seq), judgement=judgement))
        return talk.article


def elements(answer: Answer) -> html.HtmlElement:
    """The page; what holds for any is asserted."""
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    tree = html.document_fromstring(answer.text)
    (style,) = tree.xpath("//style/text()")
    own = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"default-src 'none'; style-src 'sha256-{own}';" in policy and "script" not in policy
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("private", "no-referrer")
    assert "color-scheme: light dark" in style and "url(" not in style
    assert not tree.xpath("//script | //img | //link | //form | //iframe | //@style | //@*[starts-with(name(), 'on')]")
    return tree


def test_the_article_is_its_newest_version_that_counts_and_a_list_of_them(reading: Room) -> None:
    article = talked(reading, ("A road", "It costs 5.", "passed"), ("A rail", "It costs 7.\nAnd 8.", "passed"),
                     ("Held", "Nobody's.", "held"))
    tree = elements(reading.ask("GET", path(PUBLIC_URL.article(article))))
    assert (tree.xpath("string(//h1)"), tree.xpath("//main/p/text()")) == ("A rail", ["It costs 7.", "And 8."])
    assert tree.xpath("//p[@class='facts']")[0].text_content() == "Steppe Courier, version 2, seen 2026-03-02 08:00 UTC"
    assert [each.text_content() for each in tree.xpath("//li")] == ["2, seen 2026-03-02 08:00 UTC: what changed",
                                                                    "1, seen 2026-03-02 07:00 UTC"]
    assert tree.xpath("//a/@href") == ["https://steppe.example/a", PUBLIC_URL.diff(article, 1, 2), PUBLIC_URL.thread(article)]
    assert reading.ask("HEAD", path(PUBLIC_URL.article(article))).status == 200
    assert reading.ask("POST", path(PUBLIC_URL.article(article))).status == 405


def test_a_change_is_that_of_the_versions_in_its_address(reading: Room) -> None:
    article = talked(reading, ("A road", "It costs 5.", "passed"), ("A road", "It costs 7.", "passed"),
                     ("A road", "It costs 9.", "passed"))
    tree = elements(reading.ask("GET", path(PUBLIC_URL.diff(article, 1, 2))))
    assert (tree.xpath("//del/text()"), tree.xpath("//ins/text()")) == (["5"], ["7"])
    assert reading.ask("GET", path(PUBLIC_URL.diff(article, 1, 4))).status == 404


def test_a_thread_is_a_tree_with_its_marks(reading: Room) -> None:
    article = talked(reading, ("A road", "It costs 5.", "passed"))
    tree = elements(reading.ask("GET", path(PUBLIC_URL.thread(article))))
    first, second = tree.xpath("//div")
    assert "✎ edited" in first.text_content() and "was: was It did not." in first.text_content()
    assert "d0" in first.get("class") and second.get("class") == "comment d1 removed"
    assert "✗ removed" in second.text_content() and "Gone." in second.text_content()
    assert any("Comments: 1 standing" in each for each in tree.xpath("//p/text()"))


def test_what_strangers_wrote_is_text_on_every_page(reading: Room) -> None:
    article = talked(reading, (HOSTILE, f"old {HOSTILE}", "passed"), (f"{HOSTILE} 2", f"new {HOSTILE}", "passed"),
                     comment=HOSTILE, url=f"javascript:{HOSTILE}")
    for link in (PUBLIC_URL.article(article), PUBLIC_URL.diff(article, 1, 2), PUBLIC_URL.thread(article)):
        tree = elements(reading.ask("GET", path(link)))
        assert HOSTILE in tree.find("body").text_content()
        assert not [href for href in tree.xpath("//@href") if not re.match("https://wire[.]example/", href)]


def test_without_its_signature_no_page_says_that_there_is_one(reading: Room) -> None:
    article = talked(reading, ("A railway", "It costs 5.", "passed"), ("A railway", "It costs 7.", "passed"))
    other, right = PublicUrl("https://wire.example", b"x" * 32), path(PUBLIC_URL.article(article))
    with reading.filled.store.reading() as session:
        assert session.get(Article, article + 1) is None
    said = {reading.ask("GET", wrong).text for wrong in (
        path(other.article(article)), path(other.thread(article)), path(other.diff(article, 1, 2)), right[:-1], f"{right}0",
        f"/article/{article}", f"/article/{article}/", f"/article/{article}/thread", f"/article/{article}/thread/{right[-32:]}",
        path(PUBLIC_URL.diff(article, 1, 2)).replace("1-2", "2-1"), f"/article/{article}/%D1%8F", "/article/", "/article/x/y",
        path(PUBLIC_URL.article(article + 1)))}
    assert len(said) == 1 and "railway" not in said.pop()
    assert reading.ask("GET", f"/article/{article}/{'0' * 32}").status == 404


def test_where_nobody_can_reach_it_there_are_no_pages(room: Room) -> None:
    article = talked(room, ("A railway", "It costs 5.", "passed"))
    assert room.ask("GET", path(PUBLIC_URL.article(article))).status == 404
