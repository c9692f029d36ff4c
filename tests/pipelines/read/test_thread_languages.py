"""A thread in each markup that we read and in each language: its structure, and the article beside it."""
import re
from datetime import datetime, timedelta, timezone

import pytest

from crawler.items import ArticleRead
from pipelines.read.door import read
from tests.pipelines.read import pages_to_read as pages
from tests.pipelines.read import unknown_markups as unknown
from tests.pipelines.read.markups import PARENTLESS, SCHEMA_ORG, WORDPRESS, Voice
from tests.pipelines.read.talks import TALKS, Talk

BEGAN = datetime(2026, 3, 1, 6, 20, tzinfo=timezone.utc)
TIMES = [BEGAN + timedelta(minutes=47 * place) for place in range(5)]
# How the markups of known systems count their comments, and what they call answering.
COUNTS = re.compile(r"\d+ (?:thoughts on|Responses to) “[^”]*”|Comments \(\d+\)|Comments: \d+|\b\d+ Comments")
WORDS = re.compile(r"(?<=</span>)\s+[Cc]omments")


def _local(html: str, talk: Talk) -> str:
    html = COUNTS.sub(talk.label.format(len(talk.said)), html)
    return re.sub(r"\b[Rr]eply(?=</(?:a|span)>)", talk.reply, WORDS.sub(talk.label.format(""), html))


def _native(talk: Talk) -> str:
    def below(above: int | None) -> str:
        return "".join(pages.comment(place, text, below(place), author, f"{TIMES[place] + timedelta(hours=5):%Y-%m-%d %H:%M}")
                       for place, (author, text, parent) in enumerate(talk.said) if parent == above)
    return pages.thread(below(None), f"{len(talk.said)} Comment(s)")


def _markup(family: str, talk: Talk) -> str:
    if family == "native":
        return _native(talk)
    if family in unknown.MARKUPS:
        said = [unknown.Talk(300 + place, author, TIMES[place], text, parent)
                for place, (author, text, parent) in enumerate(talk.said)]
        return unknown.MARKUPS[family](said, unknown.Phrases(talk.label, talk.reply))
    voices = [Voice(300 + place, author, text, None if parent is None else 300 + parent, TIMES[place])
              for place, (author, text, parent) in enumerate(talk.said)]
    return _local((WORDPRESS | SCHEMA_ORG)[family](voices), talk)


@pytest.mark.parametrize("language", TALKS)
@pytest.mark.parametrize("family", ["native", *WORDPRESS, *SCHEMA_ORG, *unknown.MARKUPS])
def test_a_thread_is_read_in_every_language_and_leaves_the_article_whole(family, language, fetched, steppe):
    talk = TALKS[language]
    body = pages.page(talk.lines, lang=f' lang="{talk.lang}"', inside=_markup(family, talk))
    value = read(fetched(body), steppe if family == "native" else None)
    assert isinstance(value, ArticleRead), value
    parents = [None if family in PARENTLESS else parent for _, _, parent in talk.said]
    assert [(one.author, one.text, one.parent) for one in value.thread.comments] == [
        (author, text, parent) for (author, text, _), parent in zip(talk.said, parents, strict=True)]
    assert [one.posted for one in value.thread.comments] == TIMES
    assert (value.thread.state, value.thread.declared) == ("complete", len(talk.said))
    assert value.text.splitlines() == list(talk.lines)
