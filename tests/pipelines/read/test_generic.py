"""Threads in markup that no system of ours knows."""
from datetime import datetime, timedelta, timezone

import pytest

from crawler.items import ArticleRead
from pipelines.read.door import read
from tests.pipelines.read.pages_to_read import LINES, page
from tests.pipelines.read.unknown_markups import ENGLISH, MARKUPS, Phrases, Talk

BEGAN = datetime(2026, 3, 1, 6, tzinfo=timezone.utc)
SAID = (("Aigerim", "The freight trains have waited for days since last autumn, whatever the officials say.", None),
        ("Тимур К.", "Exactly so.", 0), ("Oʻktam Rahimov", "Not at our station: there they pass within an hour.", 1),
        ("serik_76", "My cousin drives one of them, and he tells another story.", 0), ("李伟", "Agreed!", None),
        ("Виктор П.", "And what will it cost? Nobody has said a word about it, neither here nor in the capital.", None),
        ("Aigerim", "Agreed!", 5))
TALK = [Talk(100 + 7 * number, author, BEGAN + timedelta(hours=number), text, parent)
        for number, (author, text, parent) in enumerate(SAID)]


@pytest.fixture
def reading(fetched):
    def reading_of(**places: str) -> ArticleRead:
        value = read(fetched(page(**places)), None)
        assert isinstance(value, ArticleRead), value
        return value
    return reading_of


@pytest.mark.parametrize("place", ["inside", "after"])
@pytest.mark.parametrize("markup", MARKUPS.values(), ids=MARKUPS)
def test_a_thread_is_read_by_what_repeats_itself_in_it(markup, place, reading):
    value = reading(**{place: markup(TALK, ENGLISH)})
    found = value.thread
    assert [(one.author, one.text, one.parent) for one in found.comments] == list(SAID)
    assert [one.posted for one in found.comments] == [one.posted for one in TALK]
    assert (found.system, found.state, found.declared) == ("generic", "complete", 7)
    assert found.native_key == "steppe.example/en/articles/sx/features/2026/03/01/feature-01"
    assert value.text == "\n".join(LINES["en"])


@pytest.mark.parametrize("phrases", [
    Phrases("Комментарии ({})", "Ответить"), Phrases("{} пікір", "Жауап беру"), Phrases("{} ta izoh", "Javob berish"),
    Phrases("Пикирлер: {}", "Жооп берүү"), Phrases("Шарҳҳо ({})", "Ҷавоб додан"), Phrases("{} teswir", "Jogap ber"),
    Phrases("评论（{}）", "回复")], ids=lambda phrases: phrases.reply)
def test_the_words_around_comments_are_known_in_the_languages_of_the_region(phrases, reading):
    found = reading(inside=MARKUPS["hashed"](TALK, phrases)).thread
    assert [(one.author, one.text, one.parent) for one in found.comments] == list(SAID)
    assert (found.state, found.declared) == ("complete", 7)


BOX = "".join(f"<li><b>{author}</b> <time>0{number + 1}.03.2026</time> <a href='/articles/{number}#c{number}'>Another article, "
              f"number {number}, with a long headline</a><p>{text}</p></li>" for number, (author, text, _) in enumerate(SAID))
TRAPS = {
    "recent comments": f"<div class='recent-comments'><h3>Recent comments</h3><ul>{BOX}</ul></div>",
    "recent comments without a name": f"<div><h3>Comments</h3><ul>{BOX}</ul></div>",
    "last comments": f"<aside><h3>Последние комментарии</h3><ul>{BOX}</ul></aside>",
    "other articles": "<div><h3>Comment and analysis</h3>" + "".join(
        f"<div><h4><a href='/articles/{number}'>An article of its own, and a long headline too</a></h4><span>{author}</span> "
        f"<time>0{number + 1}.03.2026</time><p>{text}</p><span>{number} comments</span></div>"
        for number, (author, text, _) in enumerate(SAID)) + "</div>",
    "a live ticker": "<div class='live'><h3>Live</h3>" + "".join(
        f"<div><time>0{number + 1}.03.2026 10:00</time><h4>An entry</h4><p>{text}</p></div>"
        for number, (_, text, _) in enumerate(SAID)) + "</div>",
}


@pytest.mark.parametrize("place", ["inside", "after"])
@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
def test_what_is_like_a_thread_and_none_has_no_comments(trap, place, reading):
    assert reading(**{place: trap}).thread.comments == ()


def test_a_thread_that_an_outlets_own_selectors_do_not_find_is_read_all_the_same(fetched, steppe):
    value = read(fetched(page(inside=MARKUPS["hashed"](TALK, ENGLISH))), steppe)
    assert isinstance(value, ArticleRead)
    assert (value.thread.system, len(value.thread.comments)) == ("generic", 7)
