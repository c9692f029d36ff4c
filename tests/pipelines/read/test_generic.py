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


@pytest.mark.parametrize("place", ["inside", "after"])
@pytest.mark.parametrize("markup", MARKUPS.values(), ids=MARKUPS)
def test_a_thread_is_read_by_what_repeats_itself_in_it(markup, place, generally):
    value = generally(**{place: markup(TALK, ENGLISH)})
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
def test_the_words_around_comments_are_known_in_the_languages_of_the_region(phrases, generally):
    found = generally(inside=MARKUPS["hashed"](TALK, phrases)).thread
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
def test_what_is_like_a_thread_and_none_has_no_comments(trap, place, generally):
    assert generally(**{place: trap}).thread.comments == ()


def flat(one: str) -> str:
    return "<div class='talk'><h3>7 comments</h3>" + "".join(
        one.format(number=number, day=number + 1, author=author, text=text, other=SAID[-1 - number][0],
                   answer=SAID[-1 - number][1],
                   link=f"<a href='/u/{number}'>{author}</a>" if number % 2 else author)
        for number, (author, text, _) in enumerate(SAID)) + "</div>"


def test_names_may_be_links_in_some_comments_only(generally):
    found = generally(inside=flat("<div class='m'><cite>{link}</cite> <i>0{day}.02.2026</i><p>{text}</p></div>")).thread
    assert [(one.author, one.text) for one in found.comments] == [(author, text) for author, text, _ in SAID]


@pytest.mark.parametrize("written", ["{number} days ago", "Mar {number} at 12:50 pm", "vor {number} Stunden",
                                     "{number} часа назад"])
def test_a_time_without_a_day_tells_where_a_comment_is_and_is_kept_as_it_is_written(written, generally):
    found = generally(inside=flat(f"<div class='m'><b>{{author}}</b> <i>{written}</i><p>{{text}}</p></div>")).thread
    assert [(one.author, one.text) for one in found.comments] == [(author, text) for author, text, _ in SAID]
    assert [one.posted for one in found.comments] == [None] * 7
    assert [one.posted_raw for one in found.comments] == [written.format(number=number) for number in range(7)]


def test_a_comment_in_two_kinds_of_markup_is_read_in_both(generally):
    answer = ("<div class='r'><span class='r-by'>{other}</span><span class='r-at'>02.03.2026</span>"
              "<p class='r-say'>{answer}</p></div>")
    one = "<div class='m'><b>{author}</b> <i>0{day}.02.2026</i><p>{text}</p>" + answer + "</div>"
    found = generally(inside=flat(one).replace("7 comments", "14 comments")).thread
    texts = [text for _, text, _ in SAID]
    assert [each.text for each in found.comments] == [text for both in zip(texts, texts[::-1], strict=True) for text in both]
    assert [each.parent for each in found.comments] == [parent for place in range(0, 14, 2) for parent in (None, place)]
    assert found.state == "complete"


def test_one_comment_alone_has_to_be_named_as_one(generally):
    one = "<div {name}><b>Aigerim</b> <i>01.02.2026</i><p>A comment that stands alone.</p><a>Reply</a></div>"
    for name, number in (("class='comment' id='comment_7'", 1), ("class='note'", 0)):
        thread = generally(after=f"<div class='talk'><h3>1 comment</h3>{one.format(name=name)}</div>").thread
        assert len(thread.comments) == number


def test_a_thread_that_an_outlets_own_selectors_do_not_find_is_read_all_the_same(fetched, steppe):
    value = read(fetched(page(inside=MARKUPS["hashed"](TALK, ENGLISH))), steppe)
    assert isinstance(value, ArticleRead)
    assert (value.thread.system, len(value.thread.comments)) == ("generic", 7)


def test_the_word_before_a_time_is_nobodys_name(generally):
    def one(name: str) -> str:
        return f"<li class='comment'>{name}<i>on 01.03.2026 10:15</i><p>So it is, and {name[3:9]} said it too.</p></li>"
    items = f"{one('<b>Aigerim</b>')}{one('<b>Serik</b>')}{one('')}"
    found = generally(inside=f"<div class='comments'><ul>{items}</ul></div>").thread
    assert [each.author for each in found.comments] == ["Aigerim", "Serik", None]
