"""Threads in the markups of comment systems: a function of comments each, for HTML in or behind an article."""
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from html import escape

HERE = "https://steppe.example/en/articles/sx/features/2026/03/01/feature-01"
# Where the pages that print times without a zone are written: the zone of a reading without an outlet.
UTC = timezone.utc


@dataclass(frozen=True)
class Voice:
    """A comment to be shown; answers is the number of the one that it answers."""

    number: int
    author: str
    text: str
    answers: int | None = None
    at: datetime = datetime(2026, 3, 1, 10, 15, tzinfo=UTC)

    @property
    def iso(self) -> str:
        return self.at.astimezone(timezone(timedelta(hours=5))).isoformat()

    @property
    def shown(self) -> str:
        return f"{self.at:%B %d, %Y at %H:%M}"

    @property
    def body(self) -> str:
        return escape(self.text)

    @property
    def name(self) -> str:
        return escape(self.author)


Voices = Sequence[Voice]
Draw = Callable[[Voice, str, int], str]


def nested(voices: Voices, draw: Draw, above: int | None = None, depth: int = 1) -> str:
    """Each comment below one of them, drawn with the HTML of its answers and with its depth."""
    return "\n".join(draw(one, nested(voices, draw, one.number, depth + 1), depth) for one in voices if one.answers == above)


def in_page_order(voices: Voices, above: int | None = None) -> list[Voice]:
    """The comments as a page with nested answers shows them."""
    return [each for one in voices if one.answers == above for each in (one, *in_page_order(voices, one.number))]


def _list(tag: str, inner: str, css: str = "children") -> str:
    return f'<{tag} class="{css}">{inner}</{tag}>' if inner else ""


def wordpress_html5(voices: Voices, title: str = "Guards at the pass") -> str:
    def draw(one: Voice, answers: str, depth: int) -> str:
        return f"""<li id="comment-{one.number}" class="comment even thread-even depth-{depth}">
<article id="div-comment-{one.number}" class="comment-body"><footer class="comment-meta">
<div class="comment-author vcard"><img alt="" src="/a.png" class="avatar"> <b class="fn">{one.name}</b>
<span class="says">says:</span></div><div class="comment-metadata"><a href="{HERE}#comment-{one.number}">
<time datetime="{one.iso}">{one.shown}</time></a> <span class="edit-link"><a href="/edit">Edit</a></span></div>
<em class="comment-awaiting-moderation">Your comment is awaiting moderation.</em></footer>
<div class="comment-content"><p>{one.body}</p></div><div class="reply"><a class="comment-reply-link"
href="?replytocom={one.number}#respond" data-commentid="{one.number}">Reply</a></div></article>{_list("ol", answers)}</li>"""
    return f"""<div id="comments" class="comments-area"><h2 class="comments-title">{len(voices)} thoughts on “{title}”</h2>
<ol class="comment-list">{nested(voices, draw)}</ol><div id="respond" class="comment-respond"><form id="commentform">
<p>Your address will not be published.</p><textarea name="comment"></textarea></form></div></div>"""


def wordpress_xhtml(voices: Voices) -> str:
    def draw(one: Voice, answers: str, depth: int) -> str:
        return f"""<li class="comment odd alt depth-{depth}" id="comment-{one.number}"><div id="div-comment-{one.number}"
class="comment-body"><div class="comment-author vcard"><cite class="fn"><a href="https://x.example" rel="external nofollow"
class="url">{one.name}</a></cite> <span class="says">says:</span></div><div class="comment-meta commentmetadata">
<a href="{HERE}#comment-{one.number}">{one.shown}</a></div><p>{one.body}</p><div class="reply"><a class="comment-reply-link"
href="?replytocom={one.number}#respond">Reply</a></div></div>{_list("ul", answers)}</li>"""
    return f'<h3 id="comments">{len(voices)} Responses to “Guards”</h3><ol class="commentlist">{nested(voices, draw)}</ol>'


def wordpress_classic(voices: Voices) -> str:
    """As themes were before answers could be nested."""
    items = "".join(f"""<li class="alt" id="comment-{one.number}"><cite>{one.name}</cite> Says:<br>
<small class="commentmetadata"><a href="#comment-{one.number}">{one.shown}</a></small>
<p>{one.body}</p></li>""" for one in voices)
    return f'<h3 id="comments">{len(voices)} Responses to “Guards”</h3><ol class="commentlist">{items}</ol>'


def wordpress_amp(voices: Voices) -> str:
    def draw(one: Voice, answers: str, depth: int) -> str:
        return f"""<li class="comment depth-{depth}" id="li-comment-{one.number}"><article id="comment-{one.number}"
class="comment-body amp-wp-comment"><div class="comment-author">{one.name}</div><time class="comment-time"
datetime="{one.iso}">{one.shown}</time><div class="comment-text"><p>{one.body}</p></div></article>{_list("ul", answers)}</li>"""
    return f'<section class="amp-comments"><h3>Comments ({len(voices)})</h3><ul>{nested(voices, draw)}</ul></section>'


def wpdiscuz_5(voices: Voices) -> str:
    def draw(one: Voice, answers: str, depth: int) -> str:
        return f"""<div id="wc-comm-{one.number}_{one.answers or 0}" class="wc-comment wc_comment_level-{depth}">
<div class="wc-comment-left"><img class="avatar" alt=""></div><div id="comment-{one.number}" class="wc-comment-right">
<div class="wc-comment-header"><div class="wc-comment-author">{one.name}</div>
<div class="wc-comment-date">{one.shown}</div></div>
<div class="wc-comment-text"><p>{one.body}</p></div><div class="wc-comment-footer"><div class="wc-vote-result">{one.number % 7}
</div><span class="wc-reply-button">Reply</span></div></div><div class="wpdiscuz-form-message"></div>{answers}</div>"""
    return f"""<div id="wpcomm"><div class="wc-thread-info"><span class="wc_header-text-comments_count">{len(voices)}</span>
Comments</div><div class="wc-thread-wrapper">{nested(voices, draw)}</div></div>"""


def wpdiscuz_7(voices: Voices) -> str:
    names = {one.number: one.name for one in voices}

    def draw(one: Voice, answers: str, depth: int) -> str:
        to = f'<div class="wpd-reply-to">Reply to <a href="#comment-{one.answers}">{names[one.answers]}</a></div>' \
            if one.answers else ""
        return f"""<div id="wpd-comm-{one.number}_{one.answers or 0}" class="comment wpd-comment
wpd_comment_level-{min(depth, 2)}">
<div class="wpd-comment-wrap"><div class="wpd-comment-left"><img class="avatar" alt=""></div><div id="comment-{one.number}"
class="wpd-comment-right"><div class="wpd-comment-header"><div class="wpd-comment-author">{one.name}</div>
<div class="wpd-comment-date" title="{one.shown}">2 hours ago</div></div>{to}
<div class="wpd-comment-text"><p>{one.body}</p></div>
<div class="wpd-comment-footer"><div class="wpd-vote">
<div class="wpd-vote-result wpd-vote-result-like" title="{one.number % 7}">
{one.number % 7}</div><div class="wpd-vote-result wpd-vote-result-dislike">-{one.number % 3}</div></div>
<div class="wpd-reply-button"><span>Reply</span></div></div></div></div>{answers}</div>"""
    return f"""<div id="wpdcom"><div class="wpd-thread-head"><div class="wpd-thread-info"><span class="wpdtc"
title="{len(voices)}">{len(voices)}</span> Comments</div></div>
<div class="wpd-thread-list">{nested(voices, draw)}</div></div>"""


WORDPRESS: dict[str, Callable[[Voices], str]] = {
    "html5": wordpress_html5, "xhtml": wordpress_xhtml, "classic": wordpress_classic, "amp": wordpress_amp,
    "wpdiscuz 5": wpdiscuz_5, "wpdiscuz 7": wpdiscuz_7}


def microdata(voices: Voices) -> str:
    def draw(one: Voice, answers: str, depth: int) -> str:
        return f"""<div class="answer" itemprop="comment" itemscope itemtype="https://schema.org/Comment" id="a{one.number}">
<span itemprop="author" itemscope itemtype="https://schema.org/Person"><b itemprop="name">{one.name}</b></span>
<time itemprop="dateCreated" datetime="{one.iso}">{one.shown}</time><a itemprop="url" href="{HERE}#a{one.number}">#</a>
<div itemprop="text">{one.body}</div><meta itemprop="upvoteCount" content="{one.number % 7}"><a href="#write">Reply</a>
{answers}</div>"""
    return f"""<section class="answers"><h2><span itemprop="commentCount">{len(voices)}</span> comments</h2>
{nested(voices, draw)}</section>"""


def microdata_flat(voices: Voices) -> str:
    """As microdata, each answer naming what it answers."""
    items = "".join(f"""<div itemprop="comment" itemscope itemtype="http://schema.org/Comment" id="a{one.number}">
{f'<link itemprop="parentItem" href="#a{one.answers}">' if one.answers else ""}<p itemprop="author">{one.name}</p>
<meta itemprop="datePublished" content="{one.iso}"><p itemprop="text">{one.body}</p></div>""" for one in voices)
    return f"<section><h2>Comments: {len(voices)}</h2>{items}</section>"


def user_comments(voices: Voices) -> str:
    items = "".join(f"""<li itemprop="comment" itemscope itemtype="http://schema.org/UserComments" id="uc-{one.number}">
{f'<link itemprop="replyToUrl" href="#uc-{one.answers}">' if one.answers else ""}<span itemprop="creator" itemscope
itemtype="http://schema.org/Person"><span itemprop="name">{one.name}</span></span>, <meta itemprop="commentTime"
content="{one.iso}">{one.shown}<p itemprop="commentText">{one.body}</p></li>""" for one in voices)
    return f"""<h2>Comments: {len(voices)}</h2><meta itemprop="interactionCount" content="UserComments:{len(voices)}">
<ul class="uc">{items}</ul>"""


def drupal_7(voices: Voices) -> str:
    def draw(one: Voice, answers: str, depth: int) -> str:
        return f"""<a id="comment-{one.number}"></a><article class="comment clearfix"
about="/comment/{one.number}#comment-{one.number}"
typeof="sioc:Post sioct:Comment"><header><p class="submitted">Submitted by <span class="username" typeof="sioc:UserAccount"
property="foaf:name">{one.name}</span> on
<span property="dc:date dc:created" content="{one.iso}">{one.shown}</span></p></header>
<div class="content">
<div class="field field-name-comment-body"><div class="field-item" property="content:encoded">
<p>{one.body}</p></div></div></div><ul class="links inline"><li class="comment-reply">
<a href="/comment/reply/9/{one.number}">reply</a></li></ul></article>{_list("div", answers, "indented")}"""
    return f'<section id="comments"><h2 class="title">{len(voices)} Comments</h2>{nested(voices, draw)}</section>'


def drupal_8(voices: Voices) -> str:
    def draw(one: Voice, answers: str, depth: int) -> str:
        return f"""<article data-comment-user-id="0" id="comment-{one.number}" about="/comment/{one.number}"
typeof="schema:Comment" class="comment js-comment"><footer class="comment__meta"><p class="comment__author">
<span rel="schema:author"><span lang="" typeof="schema:Person" property="schema:name">{one.name}</span></span></p>
<p class="comment__time">{one.shown}<span property="schema:dateCreated" content="{one.iso}" class="hidden"></span></p></footer>
<div class="comment__content"><div property="schema:text"><p>{one.body}</p></div><ul class="links"><li>
<a href="/comment/reply/node/9/comment/{one.number}">Reply</a></li></ul></div></article>{_list("div", answers, "indented")}"""
    return f'<section class="comments"><h2 class="title">Comments ({len(voices)})</h2>{nested(voices, draw)}</section>'


def _node(one: Voice, **more: object) -> dict[str, object]:
    return {"@type": "Comment", "@id": f"{HERE}#r{one.number}", "author": {"@type": "Person", "name": one.author},
            "dateCreated": one.iso, "text": one.text, "upvoteCount": one.number % 7, **more}


def _script(voices: Voices, nodes: object) -> str:
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Guards at the pass", "url": HERE,
            "datePublished": "2026-03-01T08:00:00+05:00", "commentCount": len(voices), "comment": nodes}
    text = json.dumps(data, ensure_ascii=False).replace("</", r"<\/")
    return f'<script type="application/ld+json">{text}</script>'


def json_ld(voices: Voices) -> str:
    """As data, and once more in lists whose elements have no telling name."""
    def data(above: int | None) -> list[dict[str, object]]:
        return [_node(one, **({"comment": below} if (below := data(one.number)) else {}))
                for one in voices if one.answers == above]

    def draw(one: Voice, answers: str, depth: int) -> str:
        below = f"<ul>{answers}</ul>" if answers else ""
        return f'<li id="r{one.number}"><p><b>{one.name}</b> <small>{one.shown}</small></p><p>{one.body}</p>{below}</li>'
    return f"{_script(voices, data(None))}<section id='talk'><h3>What they say</h3><ul>{nested(voices, draw)}</ul></section>"


def json_ld_flat(voices: Voices) -> str:
    """As data in which each answer names what it answers, and once more in paragraphs without ids."""
    nodes = [_node(one, **({"parentItem": {"@id": f"{HERE}#r{one.answers}"}} if one.answers else {})) for one in voices]
    shown = "".join(f"<div><p>{one.name}, {one.shown}</p><p>{one.body}</p></div>" for one in voices)
    return f"{_script(voices, nodes)}<div class='voices'>{shown}</div>"


SCHEMA_ORG: dict[str, Callable[[Voices], str]] = {
    "microdata": microdata, "microdata, flat": microdata_flat, "UserComments": user_comments, "Drupal 7": drupal_7,
    "Drupal 8": drupal_8, "JSON-LD": json_ld, "JSON-LD, flat": json_ld_flat}
# Markups that show answers below what they answer, whatever the order in which they are given.
NESTED = {"html5", "xhtml", "amp", "wpdiscuz 5", "wpdiscuz 7", "microdata", "Drupal 7", "Drupal 8", "JSON-LD"}
# Markups that do not say which comment answers which.
PARENTLESS = {"classic"}
