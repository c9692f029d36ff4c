"""Pages without comments: of other outlets, where the shared folder has them, and made up ones that are very like threads."""
import gzip
from pathlib import Path

import pytest

from crawler.items import ArticleRead, Nothing
from pipelines.read.door import read
from tests.pipelines.read.pages_to_read import LINES, page
from tests.pipelines.read.talks import TALKS

OUTLETS = Path(__file__).resolve().parents[4] / "shared" / "pages" / "outlets"
# Those of the outlets' pages that do show comments, as looking at them says.
TALKED = ("GlobalNews_2026_05_24", "Taz_2024_10_23", "LeFigaro_2024_11_22", "DailyMaverick_2025_05_22")
SAID = TALKS["en"].said
FORM = '<form action="/say"><textarea name="comment"></textarea><button>Post Comment</button></form>'


def each(draw: str) -> str:
    """One piece of markup for each of five people, times and texts."""
    return "".join(draw.format(n=place, who=who, text=text, day=f"0{place + 1}.03.2026 1{place}:05",
                               iso=f"2026-03-0{place + 1}T1{place}:05:00+05:00") for place, (who, text, _) in enumerate(SAID))


TRAPS = {
    "pingbacks alone": '<div id="comments"><h2>5 thoughts on “Guards at the pass”</h2><ol class="comment-list">' + each(
        '<li id="comment-{n}" class="pingback even"><div class="comment-body">Pingback: <a href="https://b{n}.example/">'
        "{who} writes of it</a></div></li>") + "</ol></div>",
    "trackbacks alone": '<h3>Trackbacks</h3><ol class="commentlist">' + each(
        '<li id="comment-{n}" class="trackback"><cite>{who}</cite> <p>[...] {text} [...]</p></li>') + "</ol>",
    "a box of recent comments": '<section class="widget widget_recent_comments"><h3>Recent Comments</h3><ul>' + each(
        '<li class="recentcomments"><span class="comment-author-link">{who}</span> on '
        '<a href="/a/{n}#comment-{n}">A road</a></li>')
    + "</ul></section>",
    "recent comments with their texts": "<aside><h4>What readers say elsewhere</h4>" + each(
        '<div class="item"><b>{who}</b> <time datetime="{iso}">{day}</time><p>{text}</p>'
        '<a href="/en/articles/sx/features/2026/02/0{n}/feature-0{n}#comments">To it</a></div>') + "</aside>",
    "TYPO3's elements": each('<div id="c{n}" class="csc-default"><h2>{who} rides</h2><p class="bodytext">{text}</p></div>'),
    "TYPO3's frames": each('<div id="c12{n}" class="frame frame-default frame-type-text"><header><h3>Part {n}</h3></header>'
                           "<p>{text}</p></div>"),
    "PIXNET's blocks": '<div id="PChoc">' + each(
        '<div class="PChoc-item"><a href="https://{n}.pixnet.example/">{who}</a><span>{day}</span>'
        "<p>{text}</p></div>") + "</div>",
    "related articles": '<div class="related"><h3>More on this</h3>' + each(
        '<article><h4><a href="/en/articles/{n}">{text}</a></h4><span class="author">{who}</span> '
        '<time datetime="{iso}">{day}</time></article>') + "</div>",
    "columns with faces": "<div class='opinion'><h3>Comment</h3>" + each(
        '<div class="teaser"><img alt="" src="/f/{n}.jpg"><span class="author">{who}</span><time>{day}</time>'
        '<p><a href="/en/opinion/{n}">{text}</a></p></div>') + "</div>",
    "a live ticker": '<div class="live"><h2>As it happened</h2>' + each(
        '<div class="entry" id="entry-{n}"><time datetime="{iso}">{day}</time><p>{text}</p></div>') + "</div>",
    "a signed ticker": '<section class="liveblog"><h2>Live</h2>' + each(
        '<article class="post" id="post-{n}"><header><b>{who}</b> <time datetime="{iso}">{day}</time></header>'
        "<p>{text}</p><a href='#post-{n}'>Share</a></article>") + "</section>",
    "Comments (0)": f'<div id="comments"><h3>Comments (0)</h3><p>Be the first to write one.</p>{FORM}</div>',
    "a form alone": f'<div id="respond"><h3>Leave a Reply</h3>{FORM}</div>',
    "closed from the beginning":
        '<div id="comments" class="comments-area"><p class="no-comments">Comments are closed.</p></div>',
    "a poll": '<div class="poll"><h3>What do you think?</h3><form>' + each(
        '<label><input type="radio" name="p" value="{n}">{text}</label> <span>1{n} %</span><br>')
    + "<p>412 votes</p></form></div>",
    "letters to the editor": '<div class="letters"><h2>Letters to the editor</h2>' + each(
        "<p>{text}</p><p><em>{who}, Almaty</em></p>") + "</div>",
    "quotations": "<h2>What they say</h2>" + each("<blockquote><p>{text}</p><cite>{who}</cite></blockquote>"),
    "an interview": each("<p><b>{who}:</b> {text}</p>"),
    "a timetable": "<table><tr><th>When</th><th>Who</th><th>What</th></tr>" + each(
        "<tr><td>{day}</td><td>{who}</td><td>{text}</td></tr>") + "</table>",
    "a list of changes": "<h3>History of this article</h3><ul>" + each(
        '<li><time datetime="{iso}">{day}</time> {who}: {text}</li>') + "</ul>",
    "posts of a network": "<div class='embeds'>" + each(
        '<blockquote class="twitter-tweet"><p>{text}</p>&mdash; {who} (@{n}) <a href="https://twitter.com/x/status/{n}">{day}</a>'
        "</blockquote>") + "</div>",
    "ratings of products": '<div class="shop"><h3>Maps and guides</h3>' + each(
        '<div class="product"><h4><a href="/shop/{n}">Map {n}</a></h4><p>{text}</p><span>{n} reviews</span></div>') + "</div>",
    "people": '<div class="team"><h3>Who worked on this</h3>' + each(
        '<div class="person"><img alt="" src="/{n}.jpg"><b>{who}</b><p>{text}</p></div>') + "</div>",
}


def test_counts_of_readers_beside_links_below_a_count_of_comments_are_none_and_cut_nothing(fetched):
    cards = each('<div class="card"><h4><a href="/news/{n}">{who} writes</a></h4><span>12.03.2026</span>'
                 "<span>9{n} 458 просмотров</span></div>")
    value = read(fetched(page(inside=f"<p>Комментарии: 39</p><section><div>Самое читаемое</div>{cards}</section>")), None)
    assert isinstance(value, ArticleRead), value
    assert (value.thread.comments, value.thread.declared, value.thread.state) == ((), 39, "unsupported")
    assert set(LINES["en"]) <= set(value.text.splitlines())


@pytest.mark.parametrize("place", ["inside", "after"])
@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
def test_what_is_like_a_thread_has_no_comments(trap, place, fetched):
    value = read(fetched(page(**{place: trap})), None)
    assert isinstance(value, ArticleRead), value
    assert value.thread.comments == ()
    assert value.thread.declared in (None, 0)
    assert set(LINES["en"]) <= set(value.text.splitlines())


@pytest.mark.parametrize("file", sorted(OUTLETS.glob("*/*.html.gz")) or [None],
                         ids=lambda file: file and file.name.removesuffix(".html.gz"))
def test_a_page_of_another_outlet_has_comments_only_where_it_shows_some(file, fetched):
    if file is None:
        pytest.skip("the shared folder with pages of other outlets is not there")
    value = read(fetched(gzip.decompress(file.read_bytes()), url="https://news.example/2026/an-article"), None)
    found = 0 if isinstance(value, Nothing) else len(value.thread.comments)
    assert (found > 0) == (file.name.removesuffix(".html.gz") in TALKED)
