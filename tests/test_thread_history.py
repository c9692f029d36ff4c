"""A thread's history from the site to the mail: another reader, two language editions, a thread that is hidden. On both
databases."""
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command import document
from here import Here
from newspaper import Line, Newspaper
from sqlalchemy import select
from talkative import TalkingPaper

from demo.server import Answer, Request
from storage.models import Comment, CommentVersion, Edition, Thread, ThreadEvent, ThreadRead
from tests.crawler.scripted import Reactor

LATER = timedelta(minutes=11)
FIRST, SECOND, THIRD = (("c1", "The railway is late."), ("c2", "Nobody asked us about the railway."), ("c3", "Camels."))


class Translated(Newspaper):
    """A newspaper whose pages each say by hreflang that the other is the same story in another language."""

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        links = "".join(f'<link rel="alternate" hreflang="{code}" href="https://paper.example/news/{number}">'
                        for number, code in enumerate(("en", "ru")))
        return replace(answer, body=answer.body.replace(b"<title>", f"{links}<title>".encode()))


class Buttoned(Newspaper):
    """A newspaper whose comments each have a button, and an outlet that at first takes it for the comment's last word."""

    mended = False

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        return replace(answer, body=answer.body.replace(b'<p class="said">', b'<p class="said"><i>').replace(
            b"</p></div>", b'</i> <a href="#">Reply</a></p></div>'))

    def write(self) -> None:
        super().write()
        if self.mended:
            file = self.folder / "outlets" / "paper0.toml"
            file.write_text(file.read_text(encoding="utf-8").replace('"p.said"', '"p.said i"'), encoding="utf-8")


def told(line: Line) -> Counter[str]:
    with line.store.reading() as session:
        return Counter(session.scalars(select(CommentVersion.event)))


def texts(line: Line) -> list[str | None]:
    with line.store.reading() as session:
        return list(session.scalars(select(Comment.text).order_by(Comment.id)))


def shown(paper: Newspaper, article: str) -> list[tuple[Any, Any]]:
    return [(one["text"], one["state"]) for one in document("--config", paper.config, "article", "thread", article)["comments"]]


def mailed(paper: Newspaper) -> list[str]:
    """The plain parts of the mails that arrived, without their line ends and the stars around watched words."""
    bodies = [body.get_content() for mail in paper.mails() if (body := mail.get_body(("plain",)))]
    return [" ".join(body.replace("*", "").split()) for body in bodies]


def test_another_reader_s_view_of_a_thread_is_no_news_and_the_next_removal_is(
        tmp_path: Path, store_url: str, reactor: Reactor) -> None:
    with Buttoned(tmp_path, articles=1, database=store_url) as paper:
        story = paper.stories["/news/0"]
        story.comments = [FIRST, SECOND, THIRD]
        with Here(paper, reactor) as line:
            line.crawl()
            assert texts(line) == [f"{text} Reply" for _, text in story.comments]
            paper.mended = True
            paper.write()
            story.comments.remove(SECOND)  # it was missed by nobody yet who reads as this reader does
            line.crawl("paper0", later=LATER)
            assert (texts(line), told(line)) == ([text for _, text in (FIRST, SECOND, THIRD)], {"posted": 3})
            assert paper.mails() == []
            line.crawl("paper0", later=LATER)
            assert told(line) == {"posted": 3, "removed": 1}
            assert [SECOND[1] in body and "Reply" not in body for body in mailed(paper)] == [True]


def test_a_removal_is_told_also_where_the_outlet_s_file_was_changed_and_changed_back(
        tmp_path: Path, store_url: str, reactor: Reactor) -> None:
    with Buttoned(tmp_path, articles=1, database=store_url) as paper:
        story = paper.stories["/news/0"]
        story.comments = [FIRST, SECOND, THIRD]
        with Here(paper, reactor) as line:
            line.crawl()
            story.comments.remove(SECOND)
            for mended in (True, False):
                paper.mended = mended
                paper.write()
                assert told(line) == {"posted": 3}
                line.crawl("paper0", later=LATER)
            assert told(line) == {"posted": 3, "removed": 1}
            assert texts(line) == [f"{text} Reply" for _, text in (FIRST, SECOND, THIRD)]


@pytest.mark.long_on_postgresql
def test_all_pages_of_a_thread_are_read_again_by_another_reader(tmp_path: Path, store_url: str, reactor: Reactor) -> None:
    with TalkingPaper(tmp_path, database=store_url, watch=False) as paper, Here(paper, reactor) as line:
        paper.talk.say(*range(1, 13))
        line.crawl()
        file = paper.folder / "outlets" / "paper0.toml"
        file.write_text(file.read_text(encoding="utf-8").replace("(\\d+) comments", "(\\d+) remarks"), encoding="utf-8")
        paper.talk.drop(7)
        line.crawl("paper0", later=LATER)
        with line.store.reading() as session:
            readers = list(session.scalars(select(ThreadRead.reader)))
            assert len(set(readers)) == len(readers) == 2
            assert set(session.scalars(select(Comment.reader))) == {readers[-1]}
        assert told(line) == {"posted": 12}
        line.crawl("paper0", later=LATER)
        assert told(line) == {"posted": 12, "removed": 1}


@pytest.mark.long_on_postgresql
def test_two_language_editions_show_one_thread_and_what_becomes_of_it_is_told_once(
        tmp_path: Path, store_url: str, reactor: Reactor) -> None:
    with Translated(tmp_path, articles=2, database=store_url) as paper, Here(paper, reactor) as line:
        comments = [THIRD, FIRST]
        for story in paper.stories.values():
            story.comments = comments
        line.crawl()
        comments.append(SECOND)
        line.crawl("paper0", later=LATER)
        comments.remove(FIRST)
        for _ in range(2):
            line.crawl("paper0", later=LATER)
        with line.store.reading() as session:
            assert (len(list(session.scalars(select(Thread)))), len(list(session.scalars(select(Edition))))) == (1, 1)
        assert told(line) == {"posted": 3, "removed": 1}
        assert [[text in body for text in (FIRST[1], SECOND[1])] for body in mailed(paper)] == [[False, True], [True, False]]
        assert shown(paper, "1") == shown(paper, "2")
        assert sorted(shown(paper, "2")) == sorted([(THIRD[1], "standing"), (FIRST[1], "removed"), (SECOND[1], "standing")])


@pytest.mark.long_on_postgresql
def test_a_mail_says_that_a_thread_is_hidden_and_what_it_said(tmp_path: Path, store_url: str, reactor: Reactor) -> None:
    with Newspaper(tmp_path, articles=1, database=store_url) as paper, Here(paper, reactor) as line:
        story = paper.stories["/news/0"]
        story.comments = [FIRST, SECOND, THIRD]
        line.crawl()
        story.comments = []
        for _ in range(3):
            line.crawl("paper0", later=LATER)
        with line.store.reading() as session:
            assert list(session.scalars(select(ThreadEvent.event))) == ["hidden"]
        assert told(line) == {"posted": 3}
        body, = mailed(paper)
        assert "No comment is shown any more" in body and "https://paper.example/news/0" in body
        assert FIRST[1] in body and SECOND[1] in body and THIRD[1] not in body
        story.comments = [FIRST, SECOND, THIRD]
        line.crawl("paper0", later=LATER)
        assert (told(line), len(paper.mails())) == ({"posted": 3}, 1)
