"""kill -9 in the middle of an outlet's first crawl: every article is fetched, the backlog is not mailed, all after it is."""
import random
import time
from collections import Counter
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path
from typing import Any

from newspaper import Newspaper, Story, story

from demo.server import Answer, Request
from prove.life import LIMITS, Life, wait
from prove.smtp import seconds_of
from prove.trial import Outcome, Trial

ARTICLES = 4000
A_SITEMAP = 500
KILLS = 3
LATE = 3
SECONDS = 420.0
# From a run that could not take all that is due to the next one.
GAP_SECONDS = 5.0


class LargePaper(Newspaper):
    """A newspaper whose articles stand in sitemaps below an index, the newest also on its front page."""

    def write(self) -> None:
        super().write()
        file = self.folder / "outlets" / "paper0.toml"
        text = file.read_text(encoding="utf-8").replace("delay = 0.01\nconcurrency = 3", "delay = 0\nconcurrency = 8")
        sitemap = f'[[source]]\nkind = "sitemap"\nurl = "https://{self.hosts[0]}/sitemap.xml"\n'
        file.write_text(text.replace("[[source]]", f"{sitemap}[[source]]", 1), encoding="utf-8")

    def answer(self, request: Request) -> Answer:
        paths = list(self.stories)
        if request.path == "/sitemap.xml":
            places = range(0, len(paths), A_SITEMAP)
            return _xml("sitemapindex", "sitemap", [f"/maps/{place}.xml" for place in places])
        if request.path.startswith("/maps/"):
            place = int(request.path.removeprefix("/maps/").removesuffix(".xml"))
            return _xml("urlset", "url", paths[place:place + A_SITEMAP])
        if request.path.startswith("/front"):
            links = "".join(f'<li><a href="{path}">{self.stories[path].title}</a></li>' for path in paths[-50:])
            return Answer(f"<html><body><h1>Front page</h1><ul>{links}</ul></body></html>".encode())
        return super().answer(request)

    def got(self) -> Counter[str]:
        """How often each article was answered with its page."""
        return Counter(hit.path for hit in list(self.server.hits) if hit.status == 200 and hit.path in self.stories)


def _xml(root: str, entry: str, paths: list[str]) -> Answer:
    entries = "".join(f"<{entry}><loc>https://paper.example{path}</loc></{entry}>" for path in paths)
    return Answer(f'<?xml version="1.0"?><{root}>{entries}</{root}>'.encode(), type="application/xml")


class FirstCrawl(Life):
    """A life that begins with the daemon's first look at a large newspaper."""

    def __init__(self, folder: Path, seed: int, database: str | None, articles: int) -> None:
        super().__init__(folder, seed, database, articles=0)
        self.paper = LargePaper(folder, articles=0, database=database, outlet='every = "5s"\n', settings=LIMITS)
        self.paper.stories = {f"/news/{number}": story(number) for number in range(articles)}

    def crawl(self) -> None:
        """Nothing is crawled before the daemon does it."""


def run(folder: Path, trial: Trial, database: str | None, articles: int = ARTICLES) -> Outcome:
    """Kills the daemon three times in its first crawl, has it go on, and publishes three articles more."""
    moments = sorted(random.Random(trial.seed).sample(range(articles // 50, articles * 95 // 100), KILLS))
    with FirstCrawl(folder, trial.seed, database, articles) as one:
        paper = one.paper
        assert isinstance(paper, LargePaper)
        backlog = list(paper.stories)
        faults = []
        began = time.monotonic()
        for moment in moments:
            one.start()
            if not wait(lambda: one.ended() or len(paper.got()) >= moment, SECONDS):  # noqa: B023  # asked at once
                faults.append(f"{len(paper.got())} articles were fetched, and no more")
            one.kill_daemon()
        one.start()
        if not wait(lambda: _whole(one, len(backlog)), SECONDS):
            faults.append("the first crawl did not come to its end")
        seconds = time.monotonic() - began
        # Two looks more, so that what would be mailed of the backlog has its time.
        looks = len(_runs(one))
        wait(lambda: len(_runs(one)) >= looks + 2, 30.0)
        early = paper.told()
        for number in range(articles, articles + LATE):
            paper.stories[f"/news/{number}"] = Story(story(number).title, story(number).paragraphs)
        late = set(paper.stories) - set(backlog)
        wait(lambda: late <= set(paper.told()), 60.0)
        one.kill_daemon()
        got, told = paper.got(), paper.told()
        stored = Counter({url.removeprefix("https://paper.example"): count for url, count in one.sql(
            "SELECT article.url, count(*) FROM version JOIN article ON article.id = version.article_id GROUP BY article.url")})
        never = [path for path in paper.stories if not got[path]]
        faults += [f"{path} was never fetched" for path in never]
        faults += [f"{path} has {stored[path]} versions" for path in {*paper.stories, *stored} if stored[path] != 1]
        faults += [f"{path} of the backlog was mailed" for path in sorted({*early, *told} & set(backlog))]
        faults += [f"{path} was mailed {told[path]} times" for path in sorted(late) if told[path] != 1]
        gap = _longest_gap(one, set(backlog))
        if gap > GAP_SECONDS:
            faults.append(f"{gap:.1f} s lay between two runs of the first crawl")
        return Outcome({"kills": KILLS, "articles": len(backlog), "never fetched": len(never),
                        "fetched again": sum(count - 1 for path, count in got.items() if path in backlog),
                        "backlog mailed": len({*early, *told} & set(backlog)), "later ones mailed": len(set(told) & late),
                        "runs": len(_runs(one)), "seconds of the first crawl": round(seconds)}, faults[:20])


def _runs(one: Life) -> list[tuple[Any, ...]]:
    return one.sql("SELECT state, started_at, ended_at FROM run ORDER BY id")


def _whole(one: Life, articles: int) -> bool:
    time.sleep(0.5)
    (count,), = one.sql("SELECT count(*) FROM version")
    return count >= articles


def _longest_gap(one: Life, backlog: Collection[str]) -> float:
    """The most seconds between the end of a run that left something of the backlog due and the beginning of the next one."""
    reading = one.sql("SELECT article.url, version.run_id FROM version JOIN article ON article.id = version.article_id")
    last = max((run for url, run in reading if url.removeprefix("https://paper.example") in backlog), default=0)
    rows = one.sql(f"SELECT state, started_at, ended_at FROM run WHERE id <= {last} ORDER BY id")
    return max((seconds_of(after[1]) - seconds_of(before[2]) for before, after in pairwise(rows) if before[0] == "done"),
               default=0.0)
