"""What goes, comes back and moves, from the site to the mail: told by the site that a test plays and the mails that arrive."""
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from here import Here
from newspaper import Line, Newspaper, story
from sqlalchemy import text

from demo.server import Answer, Request
from tests.crawler.scripted import Reactor

HOUR = timedelta(hours=1)
# Three looks over a day, and one more for what is found by them.
DAY = (HOUR / 6, HOUR / 4, 24 * HOUR, HOUR / 4)
# An outlet's page for what it has not got, with status 200, in three of its languages.
NOT_THERE = {"en": "Page not found", "ru": "Страница не найдена", "kk": "Бет табылмады"}


@dataclass
class Manners:
    """What else a site answers: redirects by their path, pages that say in words that there is none, and all of it at once."""

    leads: dict[str, str] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    home: bool = False


class Moving(Newspaper):
    """A newspaper that redirects, and that says in words what is not there."""

    def __init__(self, folder: Path, **how: object) -> None:
        super().__init__(folder, **how)  # type: ignore[arg-type]  # as Newspaper takes them
        self.manners = Manners()

    def answer(self, request: Request) -> Answer:
        manners = self.manners
        to = manners.leads.get(request.path)
        if manners.home and request.path.startswith("/news/"):
            to = "/"
        if to is not None:
            return Answer(b"", 301, headers=(("Location", to),))
        if request.path == "/":
            return Answer(b"<html><body><h1>Paper</h1><p>Welcome to the paper of the steppe.</p></body></html>")
        if (language := manners.says.get(request.path)) is not None:
            title = NOT_THERE[language]
            return Answer(f'<html lang="{language}"><head><title>{title}</title></head><body><h1>{title}</h1></body></html>'
                          .encode())
        return super().answer(request)


@pytest.fixture
def paper(tmp_path: Path, store_url: str) -> Iterator[Moving]:
    with Moving(tmp_path, database=store_url, articles=6) as paper:
        yield paper


@pytest.fixture
def line(paper: Moving, reactor: Reactor) -> Iterator[Line]:
    with Here(paper, reactor) as line:
        line.crawl()
        yield line


def days(line: Line, *laters: timedelta) -> list[str]:
    """Passes, each so much later than the one before; the states of their runs."""
    return [run["state"] for later in laters or DAY for run in line.crawl("paper0", later=later)]


def subjects(paper: Newspaper) -> Counter[str]:
    """The headings of the plain parts of all mails that tell what became of an article."""
    bodies = [body.get_content() for mail in paper.mails() if (body := mail.get_body(("plain",)))]
    known = ("New article", "Article gone", "Article back", "Article edited", "Another story stands at this address")
    return Counter(name for body in bodies for line in body.splitlines() for name in known if line.strip().startswith(name))


def became(line: Line) -> list[tuple[str, str]]:
    with line.store.reading() as session:
        return [(row.event, row.url.removeprefix("https://paper.example"))
                for row in session.execute(text("SELECT event, url FROM article_event ORDER BY id"))]


def test_what_is_deleted_is_told_as_gone_and_what_is_put_back_as_back(paper: Moving, line: Line) -> None:
    """Each by its status, and by words in three languages."""
    paper.stories["/news/1"].gone = True
    paper.manners.says = {"/news/2": "en", "/news/3": "ru", "/news/4": "kk"}
    paper.stories |= {f"/news/{number}": story(number) for number in (10, 11, 12)}
    days(line)
    gone = {"/news/1", "/news/2", "/news/3", "/news/4"}
    assert set(became(line)) == {("gone", path) for path in gone}
    assert subjects(paper) == Counter({"New article": 3, "Article gone": 4})
    paper.stories["/news/1"].gone, paper.manners.says = False, {}
    days(line, *([24 * HOUR] * 2))
    assert set(became(line)[4:]) == {("back", path) for path in gone}
    assert subjects(paper) == Counter({"New article": 3, "Article gone": 4, "Article back": 4})
    days(line)
    assert len(became(line)) == 8 and set(line.articles().values()) == {(1, 0)}


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("redirects", [True, False])
def test_a_site_that_gives_each_article_a_new_address_is_the_same_site(paper: Moving, line: Line, redirects: bool) -> None:
    paper.stories["/news/1"].comments.append(("c1", "Well."))
    days(line, HOUR)
    old = dict(paper.stories)
    paper.stories = {f"/news/2026/{number}": found for number, found in enumerate(old.values())}
    if redirects:
        paper.manners.leads = dict(zip(old, paper.stories, strict=True))
    days(line)
    assert sorted(became(line)) == [("moved", path) for path in sorted(paper.stories)]
    assert line.articles() == {path: (1, int(path.endswith("/1"))) for path in paper.stories}
    assert paper.mails() == []
    paper.stories["/news/2026/1"].paragraphs.append("The railway was closed again on Tuesday, and the band was sent home.")
    days(line, HOUR, 24 * HOUR)
    assert paper.told() == Counter(["/news/2026/1"]) and line.articles()["/news/2026/1"] == (2, 1)
    with line.store.reading() as session:
        assert session.execute(text("SELECT count(*), count(DISTINCT thread_id) FROM comment")).one() == (1, 1)
        assert session.execute(text("SELECT count(*) FROM comment_version WHERE event = 'removed'")).scalar_one() == 0


@pytest.mark.long_on_postgresql
def test_an_outlet_all_of_whose_articles_redirect_home_is_degraded_and_loses_none(paper: Moving, line: Line) -> None:
    paper.manners.home = True
    assert set(days(line, *DAY, 24 * HOUR, 24 * HOUR)) == {"degraded"}
    paper.manners.home = False
    days(line, 24 * HOUR)
    assert became(line) == [] and paper.mails() == [] and set(line.articles().values()) == {(1, 0)}


def test_another_story_at_an_address_is_told_as_such(paper: Moving, line: Line) -> None:
    other = paper.stories["/news/1"] = story(1)
    other.title, other.paragraphs = "Floods close eleven bridges", [
        "A flood closed every crossing over the river this week, and ferries were full until late in the evening.",
        "Shops along its banks put sand into bags, while pupils were sent home early by their worried teachers."]
    days(line, HOUR)
    mail, = paper.mails()
    body = mail.get_body(("plain",))
    assert body is not None and subjects(paper) == Counter({"Another story stands at this address": 1})
    shown = body.get_content()
    assert "Report 1 from the steppe" in shown and "Floods close eleven bridges" in shown and "A flood closed" in shown
