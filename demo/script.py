"""What happens in the replica outlet at each step, as values for script.json: enough to compute what a reader must have seen.

    {"outlet": "steppe", "home": "https://steppe.example", "last": 6,
     "passes": [0, 900, 90000],                      seconds after a step's beginning at which it is looked at
     "watches": [{"id", "words": [], "recipients": []}],
     "steps": [{"step": 0, "begins": "2026-03-02T06:00:00Z", "events": [...]}, ...]}

The events of a step have happened when it begins; a reader that begins at step 0 sees them in the first pass of the step:

    {"event": "article appears", "article", "url", "language", "published", "authors": [], "title", "paragraphs": []}
    {"event": "article edited", "article", "title", "paragraphs": []}            both whole, as they are from now on
    {"event": "article disappears", "article"}                                   404 from now on, for good
    {"event": "comment posted", "article", "comment", "parent", "author", "posted", "text"}
    {"event": "comment edited", "article", "comment", "text"}
    {"event": "comment removed", "article", "comment"}
    {"event": "comment restored", "article", "comment", "text"}

`article` is the path of the article's URL, `comment` and `parent` the ids of elements on its page (parent null at the top);
times are RFC 3339 UTC. The comments of an article that disappears are not removed: nobody can see any more what became of them.
"""
from typing import Any

from demo.life import Article, Comment, Life, begins, life, utc
from demo.pages import HOME, LANGUAGES

Event = dict[str, Any]


def _article_events(article: Article, step: int) -> list[Event]:
    name: Event = {"article": article.path}
    if article.gone == step:
        return [{"event": "article disappears", **name}]
    found = [text for text in article.texts if text.step == step]
    if not found:
        return []
    words = {"title": found[0].title, "paragraphs": list(found[0].paragraphs)}
    if found[0] is not article.texts[0]:
        return [{"event": "article edited", **name, **words}]
    return [{"event": "article appears", **name, "url": HOME + article.path, "language": LANGUAGES[article.locale],
             "published": utc(article.published), "authors": [article.author], **words}]


def _comment_events(life: Life, comment: Comment, step: int) -> list[Event]:
    article = next(article for article in life.every_article if article.id == comment.article)
    name: Event = {"article": article.path, "comment": comment.id}
    if comment.gone == step:
        return [{"event": "comment removed", **name}]
    if comment.back == step:
        return [{"event": "comment restored", **name, "text": comment.text(step)}]
    if step not in [at for at, _ in comment.texts]:
        return []
    if step != comment.texts[0][0]:
        return [{"event": "comment edited", **name, "text": comment.text(step)}]
    parent = f"comment_{comment.parent}" if comment.parent else None
    return [{"event": "comment posted", **name, "parent": parent, "author": comment.author, "posted": utc(comment.posted),
             "text": comment.text(step)}]


def events(step: int) -> list[Event]:
    """What has happened when a step begins and had not when the step before it ended."""
    told = life()
    return [*(event for article in told.every_article for event in _article_events(article, step)),
            *(event for comment in told.every_comment for event in _comment_events(told, comment, step))]


def script(passes: list[int], watches: list[dict[str, Any]]) -> dict[str, Any]:
    """The whole script, with what only the demo knows: when it looks, and for what."""
    last = life().last
    return {"outlet": "steppe", "home": HOME, "last": last, "passes": passes, "watches": watches,
            "steps": [{"step": step, "begins": utc(begins(step)), "events": events(step)} for step in range(last + 1)]}
