"""How a site shows its articles: the layout it had, and redesigns of it. Each changes what a reader sees of every article, and
none changes what an article's authors wrote."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape

from tests.redesign.words import WATCHED, Article

PROMISE = f"Subscribers of {WATCHED} read this newspaper without any advertising for less than the price of a melon a week."
APPEAL = f"If you have found a mistake in our reports on {WATCHED}, select it with the mouse and press Ctrl and Enter together."


@dataclass(frozen=True)
class Layout:
    """What a layout shows. markup: of which of two kinds it is; lead: the lines above an article's text, tail: those below it;
    after: those that follow a paragraph, by its number."""

    markup: str = "old"
    suffix: str = ""
    standfirst: bool = True
    lead: tuple[Callable[[Article], str], ...] = ()
    after: dict[int, Callable[[Article], str]] = field(default_factory=dict)
    tail: tuple[Callable[[Article], str], ...] = ()
    most: int | None = None

    def lines(self, article: Article) -> list[str]:
        """The lines of an article's text as the layout shows them."""
        shown = [" ".join(each) for each in article.paragraphs[:self.most]]
        found = [each(article) for each in self.lead] + ([article.standfirst] if self.standfirst else [])
        for number, line in enumerate(shown):
            found += [line, *([self.after[number](article)] if number in self.after else [])]
        return [*found, *(each(article) for each in self.tail)]

    def page(self, article: Article, others: Sequence[Article]) -> bytes:
        """The page of an article."""
        return MARKUPS[self.markup](article, article.headline + self.suffix, self.lines(article), others).encode()


def _comments(article: Article) -> str:
    if not article.comments:
        return ""
    said = "".join(f'<div class="comment" id="{own}"><p class="said">{escape(text)}</p></div>'
                   for own, text in article.comments)
    return f'<div class="comments">{said}<p>{len(article.comments)} comments</p></div>'


def _old(article: Article, headline: str, lines: Sequence[str], others: Sequence[Article]) -> str:
    text = "".join(f"<p>{escape(line)}</p>" for line in lines)
    links = "".join(f'<li><a href="{other.path}">{escape(other.headline)}</a></li>' for other in others)
    return f"""<!DOCTYPE html><html lang="{article.language}"><head><meta charset="utf-8"><title>{escape(headline)}</title>
<meta property="og:title" content="{escape(headline)}"></head><body><nav><a href="/">Paper</a></nav>
<article><h1>{escape(headline)}</h1>{text}</article>
<aside><ul>{links}</ul></aside>
{_comments(article)}<footer><p>© Paper</p></footer></body></html>"""


def _new(article: Article, headline: str, lines: Sequence[str], others: Sequence[Article]) -> str:
    text = "\n  ".join(f'<p class="b-text__par">{escape(line)}</p>' for line in lines)
    links = "".join(f'<div class="b-card"><a class="b-card__link" href="{other.path}">{escape(other.headline)}</a></div>'
                    for other in others)
    return f"""<!DOCTYPE html><html lang="{article.language}" class="v2"><head><meta charset="utf-8">
<title>{escape(headline)}</title><meta property="og:title" content="{escape(headline)}"><link rel="stylesheet" href="/v2.css">
</head><body class="b-page"><header class="b-head"><a href="/">Paper</a><a href="/about">About</a></header>
<main class="b-main"><div class="b-story"><div class="b-story__top"><h1 class="b-title">{escape(headline)}</h1></div>
<div class="b-text">
  {text}
</div></div>
{_comments(article)}
<section class="b-more">{links}</section></main><footer class="b-foot"><p>All rights reserved.</p></footer></body></html>"""


MARKUPS: dict[str, Callable[[Article, str, Sequence[str], Sequence[Article]], str]] = {"old": _old, "new": _new}
BEFORE = Layout()


def _by(article: Article) -> str:
    return f"By {article.author}, correspondent of the paper for {WATCHED} and other railways"


def _tags(article: Article) -> str:
    return f"Tags: {WATCHED}, {', '.join(article.tags)}"


def _read_also(article: Article) -> str:
    return f"Read also: {article.headline[::-1].capitalize()}"


REDESIGNS: dict[str, Layout] = {
    "markup alone": Layout("new"),
    "new lines": Layout("new", after={0: lambda _: PROMISE}, tail=(lambda _: APPEAL,)),
    "no standfirst": Layout("new", standfirst=False),
    "a byline": Layout("new", lead=(_by,)),
    "tags": Layout("new", tail=(_tags,)),
    "a suffix": Layout("new", suffix=" | Paper of the Steppe"),
    "links among": Layout("new", after={1: _read_also}),
    "half the text": Layout("new", most=3)}
REDESIGNS["all together"] = replace(REDESIGNS["new lines"], standfirst=False, lead=(_by,), suffix=" | Paper of the Steppe",
                                    after={0: lambda _: PROMISE, 1: _read_also}, tail=(_tags, lambda _: APPEAL))
