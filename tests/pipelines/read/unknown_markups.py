"""Markup of threads as no comment system that we know writes it: each a function (comments, phrases) -> HTML.

A comment's parent is the place of an earlier one in the list. phrases are the site's words around the comments.
"""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from html import escape


@dataclass(frozen=True)
class Talk:
    """One comment that a markup is to show."""

    id: int
    author: str
    posted: datetime
    text: str
    parent: int | None = None


@dataclass(frozen=True)
class Phrases:
    """The site's own words around comments."""

    heading: str = "{} comments"
    reply: str = "Reply"


Markup = Callable[[Sequence[Talk], Phrases], str]
ENGLISH = Phrases()


def _tree(comments: Sequence[Talk], draw: Callable[[Talk, str], str], parent: int | None = None) -> str:
    return "".join(draw(one, _tree(comments, draw, place)) for place, one in enumerate(comments) if one.parent == parent)


def _depth(comments: Sequence[Talk], one: Talk) -> int:
    return 0 if one.parent is None else 1 + _depth(comments, comments[one.parent])


def _stamp(one: Talk) -> str:
    return one.posted.astimezone(timezone.utc).isoformat()


def _shown(one: Talk) -> str:
    return f"{one.posted:%d.%m.%Y %H:%M}"


def _heading(comments: Sequence[Talk], phrases: Phrases) -> str:
    return phrases.heading.format(len(comments))


def folded(comments: Sequence[Talk], phrases: Phrases = ENGLISH) -> str:
    """A tree of details, without a class or id anywhere."""
    def draw(one: Talk, answers: str) -> str:
        return (f"<details open><summary><b>{escape(one.author)}</b>, <time datetime='{_stamp(one)}'>{_shown(one)}</time>"
                f"</summary><p>{escape(one.text)}</p><button>{phrases.reply}</button>{answers}</details>")
    return f"<section><h2>{_heading(comments, phrases)}</h2>{_tree(comments, draw)}</section>"


def defined(comments: Sequence[Talk], phrases: Phrases = ENGLISH) -> str:
    """A list of definitions: who and when, then what; an answer is a list in the definition that it answers."""
    def draw(one: Talk, answers: str) -> str:
        below = f"<dl>{answers}</dl>" if answers else ""
        return (f"<dt id='n{one.id}'><cite>{escape(one.author)}</cite> <small>{_shown(one)}</small></dt>"
                f"<dd><p>{escape(one.text)}</p><a href='#write'>{phrases.reply}</a>{below}</dd>")
    return f"<div><h3>{_heading(comments, phrases)}</h3><dl>{_tree(comments, draw)}</dl></div>"


def indented(comments: Sequence[Talk], phrases: Phrases = ENGLISH) -> str:
    """Answers in a division behind what they answer."""
    def draw(one: Talk, answers: str) -> str:
        below = f"<div class='indented'>{answers}</div>" if answers else ""
        return (f"<a id='entry-{one.id}'></a><article class='entry'><header><h3>{escape(one.author)}</h3>"
                f"<span class='submitted'>{_shown(one)}</span></header><div class='field'><p>{escape(one.text)}</p></div>"
                f"<ul class='links'><li><a href='/reply/{one.id}'>{phrases.reply}</a></li></ul></article>{below}")
    return f"<section id='talk'><h2>{_heading(comments, phrases)}</h2>{_tree(comments, draw)}</section>"


def levelled(comments: Sequence[Talk], phrases: Phrases = ENGLISH) -> str:
    """One after the other; a class tells how deep each stands."""
    items = "".join(
        f"<div class='msg level-{_depth(comments, one)}' data-id='{one.id}'><div class='top'><span class='who'>"
        f"{escape(one.author)}</span> <span class='when'>{_shown(one)}</span></div><div class='say'>{escape(one.text)}</div>"
        f"<span class='act'>{phrases.reply}</span></div>" for one in comments)
    return f"<div class='feed'><div class='title'>{_heading(comments, phrases)}</div>{items}</div>"


def pointing(comments: Sequence[Talk], phrases: Phrases = ENGLISH) -> str:
    """A flat list whose items have the id of what they answer."""
    def above(one: Talk) -> int:
        return 0 if one.parent is None else comments[one.parent].id
    items = "".join(
        f"<li data-key='{one.id}' data-reply-to='{above(one)}'><strong>{escape(one.author)}</strong> <em>{_shown(one)}</em>"
        f"<blockquote>{escape(one.text)}</blockquote><a>{phrases.reply}</a></li>" for one in comments)
    return f"<div><h4>{_heading(comments, phrases)}</h4><ul>{items}</ul></div>"


def rows(comments: Sequence[Talk], phrases: Phrases = ENGLISH) -> str:
    """A table with empty cells before each answer."""
    items = "".join(
        f"<tr>{'<td></td>' * _depth(comments, one)}<td><b>{escape(one.author)}</b><br>{_shown(one)}</td>"
        f"<td>{escape(one.text)}</td></tr>" for one in comments)
    return f"<h3>{_heading(comments, phrases)}</h3><table>{items}</table>"


def hashed(comments: Sequence[Talk], phrases: Phrases = ENGLISH) -> str:
    """Divisions in divisions with class names that a program made up."""
    def draw(one: Talk, answers: str) -> str:
        return (f"<div class='_3kXz9'><div class='_a81Qw'><div class='_Zt02e'>{escape(one.author)}</div>"
                f"<div class='_9fRr1' title='{_stamp(one)}'>{_shown(one)}</div></div>"
                f"<div class='_pQ77d'>{escape(one.text)}</div><div class='_M4m4x'><span>{phrases.reply}</span>"
                f"<span>{one.id % 5}</span></div><div class='_kids0'>{answers}</div></div>")
    return f"<div class='_root5'><div class='_hd11'>{_heading(comments, phrases)}</div>{_tree(comments, draw)}</div>"


MARKUPS: dict[str, Markup] = {"folded": folded, "defined": defined, "indented": indented, "levelled": levelled,
                              "pointing": pointing, "rows": rows, "hashed": hashed}
