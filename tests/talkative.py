"""A newspaper whose readers talk: WordPress's pages of comments, and its REST answers where it has them."""
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs

from newspaper import Newspaper

from demo.server import Answer, Request

ARTICLE = "/news/0"
POST = 77


@dataclass
class Said:
    """A comment as it stands; answers is the number of the one that it answers."""

    number: int
    text: str
    answers: int | None = None


@dataclass
class Talk:
    """One thread, oldest first or newest first, `size` comments on a page; failing are the pages that answer 500."""

    said: list[Said] = field(default_factory=list)
    size: int = 5
    newest_first: bool = False
    rest: bool = False
    failing: set[str] = field(default_factory=set)
    label: int | None = None

    def say(self, *numbers: int) -> None:
        self.said += [Said(number, f"This is what reader number {number} has to say of it.") for number in numbers]

    def drop(self, number: int) -> None:
        self.said = [one for one in self.said if one.number != number]

    @property
    def order(self) -> list[Said]:
        return self.said[::-1] if self.newest_first else self.said

    def page(self, number: int, size: int | None = None) -> Sequence[Said]:
        size = size or self.size
        return self.order[(number - 1) * size:number * size]

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.said) // self.size))


class TalkingPaper(Newspaper):
    """A newspaper with one article, under which a thread of several pages stands."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, articles=1, **kwargs)
        self.talk = Talk()

    def answer(self, request: Request) -> Answer:
        if request.path == "/wp-json/wp/v2/comments" and self.talk.rest:
            self.hold(request)
            return self._rest(request)
        if not request.path.startswith(ARTICLE):
            return super().answer(request)
        self.hold(request)
        if request.path in self.talk.failing:
            return Answer(b"<h1>Broken</h1>", 500)
        number = int(request.path.rpartition("comment-page-")[2].strip("/")) if "comment-page-" in request.path else 1
        return Answer(self._page(number).encode())

    def _page(self, number: int) -> str:
        talk, story = self.talk, self.stories[ARTICLE]
        text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs)
        said = "".join(
            f'<li id="comment-{one.number}" class="comment depth-1">'
            f'<article id="div-comment-{one.number}" class="comment-body">'
            f'<footer class="comment-meta"><div class="comment-author vcard"><b class="fn">Reader {one.number}</b></div>'
            f'<div class="comment-metadata"><a href="{ARTICLE}/comment-page-{number}/#comment-{one.number}">'
            f'<time datetime="2026-03-01T10:{one.number % 60:02}:00+00:00">1 March</time></a></div></footer>'
            f'<div class="comment-content"><p>{escape(one.text)}</p></div></article></li>' for one in talk.page(number))
        links = "".join(f'<a class="page-numbers" href="{ARTICLE}/comment-page-{other}/#comments">{other}</a>'
                        for other in range(1, talk.pages + 1) if other != number)
        rest = '<link rel="https://api.w.org/" href="https://paper.example/wp-json/">' if talk.rest else ""
        count = talk.label if talk.label is not None else len(talk.said)
        return f"""<html lang="en"><head><title>{escape(story.title)}</title>{rest}
<meta property="og:title" content="{escape(story.title)}"></head><body class="single postid-{POST}"><article>
<h1>{escape(story.title)}</h1>{text}</article><div id="comments" class="comments-area">
<h2 class="comments-title">{count} comments</h2><ol class="comment-list">{said}</ol>
<nav class="comment-navigation">{links}</nav></div></body></html>"""

    def _rest(self, request: Request) -> Answer:
        asked = parse_qs(request.query)
        assert asked["post"] == [str(POST)]
        size = int(asked["per_page"][0])
        number = int(asked["page"][0])
        body = [{"id": one.number, "post": POST, "parent": one.answers or 0, "author_name": f"Reader {one.number}",
                 "date_gmt": f"2026-03-01T10:{one.number % 60:02}:00", "type": "comment",
                 "content": {"rendered": f"<p>{escape(one.text)}</p>\n"}} for one in self.talk.page(number, size)]
        pages = -(-len(self.talk.said) // size)
        return Answer(json.dumps(body).encode(), type="application/json; charset=UTF-8",
                      headers=(("X-WP-Total", str(len(self.talk.said))), ("X-WP-TotalPages", str(pages))))
