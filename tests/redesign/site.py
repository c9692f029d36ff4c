"""A site whose script knows what was changed in it, when and by whom: its authors or its designers."""
import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from newspaper import Newspaper

from demo.server import Answer, Request
from tests.redesign.layouts import BEFORE, Layout
from tests.redesign.words import NAME, WATCHED, Article, article, sentence

Kind = Literal["figure", "added", "cut", "headline"]
KINDS: tuple[Kind, ...] = ("figure", "added", "cut", "headline")
OPERATOR = "desk@example.org"


@dataclass(frozen=True, slots=True)
class Edit:
    """What an author did to an article: mark is in the passage that tells of it, and in none that tells of another."""

    at: datetime
    path: str
    kind: Kind
    mark: str


class Site(Newspaper):
    """A newspaper of articles by a seed, in the layout that it has; published are those that its front page names."""

    def __init__(self, folder: Path, database: str, *, articles: int = 60, seed: int = 1, published: int | None = None,
                 recheck: str = "10m\", \"1h\", \"3h\", \"1d\", \"3d\", \"30d", every: str = "15m", outlet: str = "") -> None:
        super().__init__(folder, database=database, articles=0, recheck=recheck, looks_a_day=2000,
                         outlet=f'every = "{every}"\n{outlet}', settings=f'[operator]\nmail = "{OPERATOR}"\nafter = "30m"\n')
        self.chance = random.Random(seed)
        self.articles = {found.path: found for found in (article(number, self.chance) for number in range(articles))}
        self.published = list(self.articles)[:articles if published is None else published]
        self.layout: Layout = BEFORE
        self.edits: list[Edit] = []
        self.wall: Answer | None = None  # what every page answers with, while there is one
    def publish(self, number: int) -> None:
        """Names so many more articles on the front page."""
        left = [path for path in self.articles if path not in self.published]
        self.published += left[:number]

    def write(self) -> None:
        super().write()
        self.config.write_text(self.config.read_text(encoding="utf-8").replace('words = ["railway"]', f'words = ["{WATCHED}"]'),
                               encoding="utf-8")

    def answer(self, request: Request) -> Answer:
        if self.wall is not None and request.path != "/robots.txt":
            return self.wall
        if request.path.startswith("/front"):
            links = "".join(f'<li><a href="{path}">{path}</a></li>' for path in self.published)
            return Answer(f"<html><body><h1>Front page</h1><ul>{links}</ul></body></html>".encode())
        found = self.articles.get(request.path)
        if found is None or found.gone or found.path not in self.published:
            return super().answer(request)
        return Answer(self.layout.page(found, list(self.articles.values())[:4]))

    # --- the authors

    def edit(self, now: datetime, path: str, kind: Kind | None = None) -> Edit:
        """Has an author change an article in one place, which no other edit touches."""
        found = self.articles[path]
        free = [place for place in self._places(found) if not self._marked(found.paragraphs[place[0]][place[1]], path)]
        own = [each.kind for each in self.edits if each.path == path]
        kind = kind or self.chance.choice(KINDS[:3] if own else KINDS)
        mark = f"Qyz{len(self.edits) + 1:04d}x"
        paragraph, at = self.chance.choice(free)
        if kind == "headline":
            found.headline = f"{mark}: {found.headline}"
        elif kind == "added":
            found.paragraphs[paragraph].insert(at + 1, f"{sentence(found.language, self.chance)[:-1]} {mark}.")
        elif kind == "cut":
            mark = self._figure(found.paragraphs[paragraph].pop(at))
            if not found.paragraphs[paragraph]:
                found.paragraphs.pop(paragraph)
        else:
            was = found.paragraphs[paragraph][at]
            found.paragraphs[paragraph][at] = was.replace(self._figure(was), mark, 1)
        self.edits.append(made := Edit(now, path, kind, mark))
        return made

    def _places(self, found: Article) -> list[tuple[int, int]]:
        """Sentences that may be changed: not the first ones of a text, and none beside which nothing is left."""
        return [(paragraph, at) for paragraph, each in enumerate(found.paragraphs[:3]) for at in range(len(each))
                if (paragraph, at) != (0, 0) and len(each) > 1]

    def _marked(self, text: str, path: str) -> bool:
        return any(each.mark in text for each in self.edits if each.path == path)

    @staticmethod
    def _figure(text: str) -> str:
        """A word of a sentence that no other one has: one of its made-up names."""
        return NAME.findall(text)[0]
