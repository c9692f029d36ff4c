"""A feed whose middle article is dead in a way of its own: all the others are stored, and it is looked at again."""
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from newspaper import Line, Newspaper, Story, story

from demo.server import Answer, Request
from prove.trial import Outcome, Trial

ARTICLES = 9
HOURS = 6
# What the middle article answers as long as it is dead.
WAYS = ("404", "500", "304", "time-out")
SOURCES = ("rss", "section")
LIMITS = """[limits]
answer = "1s"
"""


class FeedPaper(Newspaper):
    """A newspaper that announces its articles in a feed or on a section page; the middle one of the new ones is dead."""

    def __init__(self, folder: Path, source: str, way: str, database: str | None) -> None:
        super().__init__(folder, articles=2, database=database, settings=LIMITS)
        self.source, self.way, self.dead, self.looks, self.over = source, way, "", 0, threading.Event()

    def write(self) -> None:
        super().write()
        if self.source == "rss":
            file = self.folder / "outlets" / "paper0.toml"
            text = file.read_text(encoding="utf-8")
            file.write_text(text.replace('kind = "section"', 'kind = "rss"'), encoding="utf-8")

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/front") and self.source == "rss":
            items = "".join(f"<item><title>{found.title}</title><link>https://paper.example{path}</link></item>"
                            for path, found in self.stories.items())
            return Answer(f'<rss version="2.0"><channel><title>Paper</title>{items}</channel></rss>'.encode(),
                          type="application/rss+xml")
        if request.path == self.dead:
            self.looks += 1
            if self.way == "time-out":
                self.over.wait(5.0)
            if self.way in ("404", "500", "304"):
                return Answer(b"" if self.way == "304" else b"<html><body>Not now</body></html>", int(self.way))
        return super().answer(request)


def run(folder: Path, trial: Trial, database: str | None, line_of: Callable[[Newspaper], Line] = Line) -> Outcome:
    """Announces nine articles, the middle one dead for hours, and looks what is stored, asked for again and mailed."""
    source, way = trial.kind.split()[:2]
    with FeedPaper(folder, source, way, database) as paper, line_of(paper) as line:
        line.crawl()
        new = [f"/news/{number}" for number in range(10, 10 + ARTICLES)]
        paper.stories |= {path: _story(number) for number, path in enumerate(new)}
        paper.dead = new[ARTICLES // 2]
        others = set(new) - {paper.dead}
        line.crawl("paper0", later=timedelta(hours=1))
        faults = []
        stored = set(line.articles())
        faults += [f"{path} was not stored" for path in sorted(others - stored)]
        looks = [paper.looks]
        for _ in range(HOURS):
            line.crawl(later=timedelta(hours=1))
            looks.append(paper.looks)
        later = sum(after > before for before, after in pairwise(looks))
        if not looks[0] or not later:  # one that is not there is asked for soon, and then when a day is over
            faults.append(f"the dead one was asked for {looks} times")
        if paper.dead in line.articles() or paper.dead in paper.told():
            faults.append("the dead one is stored or was told")
        dead, paper.dead = paper.dead, ""
        paper.over.set()
        looked = 0
        while dead not in line.articles() and looked < 30:
            looked += 1
            line.crawl(later=timedelta(hours=1))
        told, articles = paper.told(), line.articles()
        if articles.get(dead, (0, 0))[0] != 1:
            faults.append(f"the dead one was not stored {looked} hours after it was well")
        if told != Counter(new):
            faults.append(f"told were {dict(told)}")
        return Outcome({"articles": len(others), "stored": len(others & set(articles)), "looks at the dead one": looks[-1],
                        "stored once well": int(dead in articles), "mailed": len(told)}, faults)


def _story(number: int) -> Story:
    late = story(number + ARTICLES)  # a text of its own: one that stood at two addresses would be no article
    return Story(f"Late {late.title}", late.paragraphs)
