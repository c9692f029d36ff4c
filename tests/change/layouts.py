"""Two page templates, and redesigns: what a reader sees of every story is changed, and nothing that its authors wrote."""
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape

from bench.pages import _place

from tests.change.stories import Story, real_page

Said = Callable[[Story], str]


def _said(text: str) -> Said:
    return lambda story: text


@dataclass(frozen=True)
class Layout:
    """What a layout shows: lines above the text and below it, lines behind some paragraphs, by their number. template: of which
    markup it is; split: paragraphs are cut in two; merged: two are made one; most: so many paragraphs alone."""

    template: str = "old"
    above: tuple[Said, ...] = ()
    below: tuple[Said, ...] = ()
    behind: dict[int, Said] = field(default_factory=dict)
    anywhere: Said | None = None
    before_headline: str = ""
    behind_headline: str = ""
    shouted: bool = False
    split: bool = False
    merged: bool = False
    most: int | None = None
    end_of_first: str = ""
    begin_of_first: str = ""

    def headline(self, story: Story) -> str:
        said = f"{self.before_headline}{story.headline}{self.behind_headline}"
        return said.upper() if self.shouted else said

    def lines(self, story: Story) -> tuple[str, ...]:
        """The lines of a story's text as this layout shows them."""
        shown = list(story.paragraphs[:self.most])
        if self.most is not None and len(story.paragraphs) > self.most:
            shown[-1] = " ".join(shown[-1].split(" ")[:12]) + "…"
        if shown:
            shown[0] = f"{self.begin_of_first}{shown[0]}{self.end_of_first}"
        if self.split:
            shown = [half for line in shown for half in _halves(line)]
        if self.merged:
            shown = [" ".join(shown[place:place + 2]) for place in range(0, len(shown), 2)]
        behind = dict(self.behind)
        if self.anywhere is not None:
            behind[1 + story.number % 4] = self.anywhere
        text = []
        for number, line in enumerate(shown):
            text += [line, *([behind[number](story)] if number in behind else [])]
        return (*(line(story) for line in self.above), *text, *(line(story) for line in self.below))

    def page(self, story: Story) -> bytes:
        """The page of a story."""
        return TEMPLATES[self.template](self.headline(story), self.lines(story)).encode()

    def real_page(self, story: Story) -> bytes | None:
        """The real page a story was read from, with this layout's lines put into its markup; None of a made up one."""
        body = real_page(story.number)
        if body is None:
            return None
        more = [line(story) for line in (*self.above, *self.behind.values(), *self.below)]
        if self.anywhere is not None:
            more.append(self.anywhere(story))
        at = _place(body)
        return body[:at] + "".join(f"<p>{escape(line)}</p>" for line in more).encode("ascii", "xmlcharrefreplace") + body[at:]


def _halves(line: str) -> list[str]:
    ends = [found.end() for found in re.finditer(r"[.!?] |。", line)][:-1]
    if not ends:
        return [line]
    at = ends[len(ends) // 2]
    return [line[:at].strip(), line[at:].strip()]


def _old(headline: str, lines: Sequence[str]) -> str:
    text = "".join(f"<p>{escape(line)}</p>\n" for line in lines)
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{escape(headline)}</title>
<meta property="og:title" content="{escape(headline)}"><meta property="og:type" content="article"></head>
<body><div id="top"><a href="/">Home</a> <a href="/news">News</a></div>
<article><h1>{escape(headline)}</h1>
{text}</article>
<div id="foot">© The Paper</div></body></html>"""


def _modern(headline: str, lines: Sequence[str]) -> str:
    text = "".join(f'<div class="rich-text__block"><p class="rich-text__p">{escape(line)}</p></div>' for line in lines)
    return f"""<!DOCTYPE html><html class="no-js"><head><meta charset="utf-8"><title>{escape(headline)}</title>
<meta property="og:title" content="{escape(headline)}"><meta property="og:type" content="article"></head><body class="page">
<header class="page__head"><nav><ul><li><a href="/">Paper</a></li><li><a href="/world">World</a></li></ul></nav></header>
<main class="page__main"><section class="story"><header class="story__head"><h1 class="story__title">{escape(headline)}</h1>
</header><div class="story__body rich-text">{text}</div></section></main>
<footer class="page__foot"><p>All rights reserved</p></footer></body></html>"""


TEMPLATES: dict[str, Callable[[str, Sequence[str]], str]] = {"old": _old, "modern": _modern}


def _standfirst(story: Story) -> str:
    return story.standfirst


def _byline(story: Story) -> str:
    return f"{story.author} reports from the capital for the paper and its readers abroad"


def _tags(story: Story) -> str:
    return f"Tags: {', '.join(sorted({word for word in story.headline.split() if len(word) > 4})[:4]) or 'news'}, the region"


def _read_also(story: Story) -> str:
    return f"Read also: {story.related}"


def _caption(story: Story) -> str:
    return f"{story.caption} (picture from the archive)"


APPEAL = "Select a mistake with the mouse and press Ctrl and Enter, we thank you for reading us attentively."
CHANNEL = "Subscribe to our channel in Telegram and be the first to know what happens in the region."
BEFORE = Layout(above=(_standfirst,))
BARE = Layout()
# Each redesign: the layout before it and behind it.
CHANGES: dict[str, tuple[Layout, Layout]] = {
    "markup alone": (BARE, Layout("modern")),
    "new lines": (BARE, Layout("modern", behind={1: _said(CHANNEL)}, below=(_said(APPEAL),))),
    "lines lost": (Layout(behind={1: _said(CHANNEL)}, below=(_said(APPEAL),)), Layout("modern")),
    "standfirst lost": (BEFORE, Layout("modern")),
    "standfirst new": (BARE, replace(BEFORE, template="modern")),
    "byline": (BARE, Layout("modern", above=(_byline,))),
    "tags": (BARE, Layout("modern", below=(_tags,))),
    "read also": (BARE, Layout("modern", anywhere=_read_also)),
    "captions": (BARE, Layout("modern", anywhere=_caption)),
    "headline suffix": (BARE, Layout("modern", behind_headline=" | The Steppe Paper")),
    "headline suffix changed": (Layout(behind_headline=" - Steppe Paper"), Layout("modern", behind_headline=" | SP News")),
    "headline prefix": (BARE, Layout("modern", before_headline="The Steppe Paper: ")),
    "headline shouted": (BARE, Layout("modern", shouted=True)),
    "paywall": (BARE, Layout("modern", most=3, below=(_said("Read on with a subscription for less than a melon a week."),))),
    "teaser": (BARE, Layout("modern", most=2)),
    "dateline": (BARE, Layout("modern", begin_of_first="ALMATY, The Steppe Paper — ")),
    "share in a line": (BARE, Layout("modern", end_of_first=" Share this with your friends")),
    "split": (BARE, Layout("modern", split=True, below=(_said(APPEAL),))),
    "merged": (BARE, Layout("modern", merged=True, below=(_said(CHANNEL),))),
    "standfirst for byline": (BEFORE, Layout("modern", above=(_byline,), below=(_tags,))),
    "all together": (BEFORE, Layout("modern", above=(_byline,), behind={2: _said(CHANNEL)}, below=(_tags, _said(APPEAL)),
                                    behind_headline=" | The Steppe Paper", anywhere=_read_also, split=True)),
}
