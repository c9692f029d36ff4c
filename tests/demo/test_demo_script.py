"""script.json against what the site shows, read by other means than either is written with."""
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree, html

from demo.play import AGAIN, LAST, STEP, Demo

Ask = Callable[..., Any]
ALMATY = ZoneInfo("Asia/Almaty")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with Demo(tmp_path) as demo:
        yield demo


@pytest.fixture
def script(demo: Demo) -> Any:
    return json.loads((demo.folder / "site" / "script.json").read_text(encoding="utf-8"))


def told(script: Any, step: int) -> tuple[dict[str, Any], dict[str, Any], set[str]]:
    """The articles and comments that stand at a step, and the articles that have disappeared, by replaying the events."""
    articles: dict[str, Any] = {}
    comments: dict[str, Any] = {}
    removed: dict[str, Any] = {}
    gone: set[str] = set()
    for event in [event for entry in script["steps"] if entry["step"] <= step for event in entry["events"]]:
        match event["event"]:
            case "article appears":
                articles[event["article"]] = event
            case "article edited":
                articles[event["article"]] = {**articles[event["article"]], **event}
            case "article disappears":
                del articles[event["article"]]
                gone.add(event["article"])
            case "comment posted":
                assert event["comment"] not in comments
                comments[event["comment"]] = event
            case "comment edited":
                comments[event["comment"]] = {**comments[event["comment"]], **event}
            case "comment removed":
                removed[event["comment"]] = comments.pop(event["comment"])
            case "comment restored":
                comments[event["comment"]] = {**removed.pop(event["comment"]), "text": event["text"]}
            case other:
                raise AssertionError(other)
    return articles, comments, gone


def shown_comments(page: Any) -> dict[str, tuple[str | None, str, str, datetime]]:
    """What the page shows of its thread: parent, author, text and time of each comment."""
    found = {}
    for item in page.xpath("//div[@class='comments']//div[@class='comment']"):
        parents = item.xpath("ancestor::div[@class='comment'][1]/@id")
        [author] = item.xpath("div[@class='comment__head']/span[@class='comment__author']/text()")
        [day] = item.xpath("div[@class='comment__head']/span[@class='comment__date']/text()")
        [text] = item.xpath("p[@class='comment__text']/text()")
        assert item.xpath("a[@class='comment__reply']/text()") == ["Reply"]
        assert item.get("id") not in found
        found[item.get("id")] = (parents[0] if parents else None, author, text,
                                 datetime.strptime(day, "%Y-%m-%d %H:%M").replace(tzinfo=ALMATY))
    return found


def test_the_site_shows_at_each_step_what_the_script_tells(demo: Demo, script: Any, ask: Ask) -> None:
    assert [entry["step"] for entry in script["steps"]] == list(range(LAST + 1))
    for step in range(LAST + 2):
        demo.site.step = step
        articles, comments, gone = told(script, step)
        namespaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
        urls = etree.fromstring(ask(demo.site, "/sitemap-articles.xml").body).xpath("//s:loc/text()", namespaces=namespaces)
        assert sorted(urls) == sorted(article["url"] for article in articles.values())
        assert {ask(demo.site, path).status for path in gone} <= {404}
        for path, article in articles.items():
            page = html.fromstring(ask(demo.site, path).body)
            assert page.xpath("//h1[@class='article__title']/text()") == [article["title"]]
            shown = page.xpath("//div[@class='article__content']/p[@class='article__p']/text()")
            assert shown == article["paragraphs"]
            assert page.get("lang") == article["language"]
            own = {name: comment for name, comment in comments.items() if comment["article"] == path}
            assert shown_comments(page) == {
                name: (comment["parent"], comment["author"], comment["text"], datetime.fromisoformat(comment["posted"]))
                for name, comment in own.items()}
            tops = [name for name, comment in own.items() if comment["parent"] is None]
            labels = page.xpath("//p[@class='comments__count']/text()")
            assert labels == [f"{len(own)} Comment(s)"] * max(1, len(tops))


def test_by_the_default_last_step_all_has_happened_that_the_demo_is_to_show(script: Any) -> None:
    events = Counter(event["event"] for entry in script["steps"][:5] for event in entry["events"])
    assert set(events) == {"article appears", "article edited", "article disappears", "comment posted", "comment edited",
                           "comment removed"}
    later = Counter(event["event"] for entry in script["steps"][1:5] for event in entry["events"])
    assert later["article appears"] >= 3
    posted = [event for entry in script["steps"] for event in entry["events"] if event["event"] == "comment posted"]
    assert len(posted) >= 25
    assert len({event["comment"] for event in posted}) == len(posted)
    assert sum(event["parent"] is not None for event in posted) >= 8


def test_an_article_is_edited_and_put_back_over_three_steps(script: Any) -> None:
    edits = [(entry["step"], event["article"]) for entry in script["steps"] for event in entry["events"]
             if event["event"] == "article edited"]
    [path] = [path for path, count in Counter(path for _, path in edits).items() if count > 1]
    texts = [told(script, step)[0][path]["paragraphs"] for step in (1, 2, 3)]
    assert texts[0] == texts[2] != texts[1]


def test_equal_comments_stand_under_one_article(script: Any) -> None:
    words = Counter((comment["article"], comment["text"]) for comment in told(script, 4)[1].values())
    assert max(words.values()) == 2


def test_no_comment_stands_below_one_that_does_not(script: Any) -> None:
    for step in range(LAST + 1):
        comments = told(script, step)[1]
        for comment in comments.values():
            assert comment["parent"] is None or comments[comment["parent"]]["article"] == comment["article"]


def test_nothing_is_dated_later_than_it_appears_nor_so_early_that_it_was_overlooked(script: Any) -> None:
    # Comments wait for an editor, so theirs may be of any time since the step before began.
    waits = {"published": AGAIN, "posted": timedelta(0)}
    for entry in script["steps"]:
        begins = datetime.fromisoformat(entry["begins"])
        for event in entry["events"]:
            for name in waits.keys() & event.keys():
                time = datetime.fromisoformat(event[name])
                assert time <= begins
                assert entry["step"] == 0 or time > begins - STEP + waits[name], event


def test_an_article_s_comments_are_younger_than_the_article(script: Any) -> None:
    articles = {event["article"]: event for entry in script["steps"] for event in entry["events"]
                if event["event"] == "article appears"}
    for comment in [event for entry in script["steps"] for event in entry["events"] if event["event"] == "comment posted"]:
        assert comment["posted"] > articles[comment["article"]]["published"]
