"""The pages that links in mails lead to: an article's newest version, what changed between two, its thread. No script, no
picture; what strangers wrote stands in them as text."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from sqlalchemy.orm import Session

from alerts.public import PublicUrl
from alerts.text import line, lines
from storage import articles
from storage.articles import VersionRow
from storage.models import Article
from storage.store import Store
from verbs import diff_page, documents, threads, tree
from web.article import Shown, Wanted

# A page that a browser shows at once; the command has the others.
MOST_COMMENTS = 2000
# Further to the right a telephone has no room.
DEEPEST = 8
STYLE = """
:root { color-scheme: light dark }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.3 }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
.facts, .title { font-size: .85rem; opacity: .8; margin: 0 }
.text, .said { white-space: pre-wrap }
.comment { margin: 1rem 0; padding-inline-start: .8rem; border-inline-start: 2px solid #8888 }
.comment p { margin: 0 }
.removed .said { color: #b00020; text-decoration: line-through }
@media (prefers-color-scheme: dark) { .removed .said { color: #ff8a8a } }
""" + "".join(f".d{depth} {{ margin-inline-start: {depth * 1.2:.1f}rem }}\n" for depth in range(1, DEEPEST + 1))


@dataclass(frozen=True, slots=True)
class ArticlePages:
    """Makes the pages of what is in the store; names gives an outlet's name by its id. Those versions are listed
    that count."""

    store: Store
    names: Mapping[str, str]
    public_url: PublicUrl

    def __call__(self, wanted: Wanted) -> Shown | None:
        with self.store.reading() as session:
            article = session.get(Article, wanted.article)
            if article is None:
                return None
            rows = articles.versions(session, article.id)
            if wanted.versions is not None:
                return _changed(session, rows, *wanted.versions)
            told = articles.shown(rows)
            if not told:
                return None
            return self._thread(session, article, told[-1]) if wanted.thread else self._article(article, told)

    def _article(self, article: Article, rows: Sequence[VersionRow]) -> Shown:
        newest = rows[-1]
        listed = "".join(f"<li>{self._version(article, row, before)}</li>\n"
                         for row, before in zip(reversed(rows), [*reversed(rows[:-1]), None], strict=True))
        paragraphs = "".join(f"<p dir=\"auto\">{escape(each)}</p>\n" for each in lines(newest.reading.text or "").split("\n")
                             if each.strip())
        thread = f"<p><a href=\"{escape(self.public_url.thread(article.id))}\">The thread</a></p>\n"
        return self._page(article, newest, f"<main>\n{paragraphs}</main>\n<h2>Versions</h2>\n<ul>\n{listed}</ul>\n{thread}")

    def _version(self, article: Article, row: VersionRow, before: VersionRow | None) -> str:
        said = f"{row.version.seq}, seen {tree.moment(documents.time(row.version.seen_at))}"
        if before is None:
            return said
        link = self.public_url.diff(article.id, before.version.seq, row.version.seq)
        return f"{said}: <a href=\"{escape(link)}\">what changed</a>"

    def _thread(self, session: Session, article: Article, newest: VersionRow) -> Shown:
        shown = threads.article_thread(session, article, limit=MOST_COMMENTS)
        facts = "".join(f"<p class=\"facts\" dir=\"auto\">{escape(each)}</p>\n" for each in tree.summary(shown.head))
        more = "" if shown.head["next"] is None else f"<p>These are the first {MOST_COMMENTS} comments.</p>\n"
        return self._page(article, newest, f"<h2>The thread</h2>\n{facts}{_comments(shown.comments)}{more}")

    def _page(self, article: Article, newest: VersionRow, body: str) -> Shown:
        title, url = line(newest.reading.title or "") or line(article.url), line(article.url)
        where = f"<a href=\"{escape(url)}\" rel=\"noreferrer\">{escape(url)}</a>" if url.lower().startswith(
            ("http://", "https://")) else escape(url)
        return Shown("<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"robots\" content=\"noindex, nofollow\">\n"
                     f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
                     f"<h1 dir=\"auto\">{escape(title)}</h1>\n"
                     f"<p class=\"facts\"><bdi>{escape(line(self.names.get(article.outlet, article.outlet)))}</bdi>, version "
                     f"{newest.version.seq}, seen {tree.moment(documents.time(newest.version.seen_at))}</p>\n"
                     f"<p class=\"facts\" dir=\"ltr\">{where}</p>\n{body}</body>\n</html>\n", STYLE)


def _changed(session: Session, rows: Sequence[VersionRow], old: int, new: int) -> Shown | None:
    found = {row.version.seq: row for row in rows}
    if old not in found or new not in found:
        return None
    before, after = found[old], found[new]
    document = documents.changes(before.reading.title, before.reading.text or "", after.reading.title, after.reading.text or "",
                                 before.version.seen_at, after.version.seen_at,
                                 articles.change(session, before.version, after.version))
    return Shown(diff_page.page(document), diff_page.STYLE)


def _comments(comments: Iterable[dict[str, Any]]) -> str:
    """Each below the one that it answers, set in by its class."""
    found = []
    for comment in comments:
        title = " · ".join((tree.author(comment), tree.posted(comment), *tree.marks(comment, DEEPEST)))
        happened = "".join(f"<p class=\"facts said\" dir=\"auto\">{escape(event.plain)}</p>\n"
                           for event in tree.happened(comment))
        removed = " removed" if comment["deleted"] else ""
        found.append(f"<div class=\"comment d{min(comment['depth'], DEEPEST)}{removed}\">\n"
                     f"<p class=\"title\" dir=\"auto\">{escape(title)}</p>\n"
                     f"<p class=\"said\" dir=\"auto\">{escape(lines(comment['text'] or ''))}</p>\n{happened}</div>\n")
    return "".join(found)
