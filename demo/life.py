"""The scripted life of the replica outlet, as a pure function of a step number; life.toml beside this file is its data.

Step 0 begins at START, each further one two days later. What happens at a step has happened when it begins, and nothing happens
within it; after the last scripted step, LAST, nothing happens any more.
"""
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

START = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
STEP = timedelta(days=2)
# Kazakhstan has one time since 1 March 2024, UTC+5 (Asia/Almaty).
ALMATY = timezone(timedelta(hours=5))
DATA = Path(__file__).with_name("life.toml")


def begins(step: int) -> datetime:
    """When a step begins."""
    return START + step * STEP


def utc(time: datetime) -> str:
    """A time as RFC 3339 in UTC."""
    return f"{time.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class Text:
    """An article's words from a step on; modified is None for the first ones."""

    step: int
    title: str
    paragraphs: tuple[str, ...]
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An article; texts are its wordings, oldest first, gone the step from which on it is not there."""

    id: str
    twin: str | None
    locale: str
    section: str
    slug: str
    published: datetime
    author: str
    keyword: str
    summary: str
    caption: str
    texts: tuple[Text, ...]
    gone: int | None

    @property
    def path(self) -> str:
        """The path of its URL."""
        return f"/{self.locale}/articles/cnmi_ca/{self.section}/{self.published.astimezone(ALMATY):%Y/%m/%d}/{self.slug}"

    def stands(self, step: int) -> bool:
        """Whether it can be read at a step."""
        return self.texts[0].step <= step and not (self.gone is not None and self.gone <= step)

    def text(self, step: int) -> Text:
        """Its wording at a step."""
        return [text for text in self.texts if text.step <= step][-1]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; texts are (step, words), oldest first, gone and back the steps at which it is removed and stands again."""

    number: int
    article: str
    parent: int | None
    posted: datetime
    author: str
    texts: tuple[tuple[int, str], ...]
    gone: int | None
    back: int | None

    @property
    def id(self) -> str:
        """The id of its element on the page."""
        return f"comment_{self.number}"

    def stands(self, step: int) -> bool:
        """Whether it can be read at a step."""
        return self.texts[0][0] <= step and not (self.gone is not None and self.gone <= step < (self.back or step + 1))

    def text(self, step: int) -> str:
        """Its words at a step."""
        return [text for at, text in self.texts if at <= step][-1]


@dataclass(frozen=True, slots=True)
class Life:
    """All articles and comments that ever are. articles and thread give what stands at a step."""

    every_article: tuple[Article, ...]
    every_comment: tuple[Comment, ...]

    def articles(self, step: int, locale: str, section: str | None = None) -> list[Article]:
        """A locale's articles, of one section or of all, newest first."""
        found = [article for article in self.every_article if article.stands(step) and article.locale == locale
                 and section in (None, article.section)]
        return sorted(found, key=lambda article: article.published, reverse=True)

    def article(self, step: int, path: str) -> Article | None:
        """The article at a path."""
        return next((article for article in self.every_article if article.path == path and article.stands(step)), None)

    def twin(self, step: int, article: Article) -> Article | None:
        """The same article in the other language."""
        return next((other for other in self.every_article if other.id == article.twin and other.stands(step)), None)

    def thread(self, step: int, article: Article) -> list[Comment]:
        """An article's comments, oldest first."""
        return [comment for comment in self.every_comment if comment.article == article.id and comment.stands(step)]

    @property
    def last(self) -> int:
        """The last step at which something happens."""
        steps = [text.step for article in self.every_article for text in article.texts]
        steps += [article.gone or 0 for article in self.every_article]
        for comment in self.every_comment:
            steps += [*(step for step, _ in comment.texts), comment.gone or 0, comment.back or 0]
        return max(steps)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))


def _article(data: dict[str, Any]) -> Article:
    texts = [Text(data["step"], data["title"], _paragraphs(data["text"]))]
    for edit in data.get("edit", ()):
        paragraphs = list(texts[-1].paragraphs)
        if "paragraph" in edit:
            paragraphs[edit["paragraph"] - 1:edit["paragraph"]] = _paragraphs(edit["text"])
        texts.append(Text(edit["step"], edit.get("title", texts[-1].title), tuple(paragraphs), edit["modified"]))
    words = {name: data[name] for name in ("id", "locale", "section", "slug", "published", "author", "keyword", "summary",
                                           "caption")}
    return Article(**words, twin=data.get("twin"), texts=tuple(texts), gone=data.get("gone"))


def _comment(data: dict[str, Any]) -> Comment:
    texts = ((data["step"], data["text"]), *((edit["step"], edit["text"]) for edit in data.get("edit", ())))
    return Comment(data["id"], data["article"], data.get("parent"), data["posted"], data["author"], texts, data.get("gone"),
                   data.get("back"))


@cache
def life() -> Life:
    """The life of the file, read once."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return Life(tuple(_article(entry) for entry in data["article"]), tuple(_comment(entry) for entry in data["comment"]))


LAST = life().last
