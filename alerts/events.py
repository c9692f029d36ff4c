"""What an alert tells of, in words."""
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """The words for an event: as a heading in the mail, and in a subject for one and for n of them. before stands over a text
    that is no more, after over one that is there now, comment over a reader's words where the event is a whole thread's; None
    where it needs no word. apart: the texts are of two stories, and neither was added to the other or taken out of it."""

    heading: str
    one: str
    many: str
    before: str | None = None
    after: str | None = None
    apart: bool = False
    comment: str | None = None


EVENTS = {
    "article_new": Event("New article", "new article", "{n} times new"),
    "article_edited": Event("Article edited", "edited", "edited {n} times", "Was", "Now"),
    "article_gone": Event("Article gone", "gone", "gone {n} times", "It read"),
    "article_back": Event("Article back", "back again", "back again {n} times"),
    "article_replaced": Event("Another story stands at this address", "replaced by another story",
                              "replaced by another story {n} times", "Was", "Now", apart=True),
    "comment_posted": Event("New comment", "new comment", "{n} new comments"),
    "comment_edited": Event("Comment edited", "comment edited", "{n} comments edited", "Was", "Now"),
    "comment_removed": Event("Comment removed", "comment removed", "{n} comments removed", "It read"),
    "comment_restored": Event("Comment put back", "comment put back", "{n} comments put back"),
    "thread_hidden": Event("No comment is shown any more", "all comments hidden", "all comments hidden {n} times",
                           comment="A comment read"),
    "thread_closed": Event("Comments are closed", "comments closed", "comments closed {n} times", after="The article reads",
                           comment="A comment reads"),
    "headline_changed": Event("Headline changed", "headline changed", "headline changed {n} times", "Was", "Now"),
    "words_appeared": Event("Watched words put in by an edit", "watched words put in", "watched words put in {n} times",
                            "Was", "Now"),
    "words_vanished": Event("Watched words taken out by an edit", "watched words taken out",
                            "watched words taken out {n} times", "Was", "Now"),
}
# What happened to the whole article, and not to a version or a comment of it: a subject names it first.
FIRST = ("article_replaced", "article_gone")


def event(name: str) -> Event:
    """The words for an event; one that has none here is told by its name rather than not at all."""
    plain = name.replace("_", " ")
    return EVENTS.get(name) or Event(plain.capitalize(), plain, f"{{n}} × {plain}", "Was", "Now")


def told(names: Iterable[str]) -> str:
    """What happened to one article, for a subject: at most two kinds of events by name, those that are FIRST before others."""
    counted = dict(sorted(Counter(names).items(), key=lambda pair: pair[0] not in FIRST))
    words = [event(name).one if n == 1 else event(name).many.format(n=n) for name, n in counted.items()]
    return ", ".join(words[:2]) + (" and more" if len(words) > 2 else "")
