"""Threads that say by schema.org's words what they are."""
from datetime import datetime, timezone

import pytest

from crawler.items import ArticleRead, ThreadRead
from pipelines.read.door import read
from tests.pipelines.read.markups import NESTED, SCHEMA_ORG, Voice, in_page_order
from tests.pipelines.read.pages_to_read import LINES, page

VOICES = [Voice(41, "Aigerim", "The pass was closed for two days, and nobody told the drivers why it was so."),
          Voice(42, "Марат К.", "Я стоял там с вечера.", answers=41), Voice(43, "Ўткир", "Rostdanmi?", answers=42),
          Voice(44, "王芳", "That's right!"), Voice(45, "Old Rider", "That's right!", answers=44),
          Voice(46, "Aigerim", "So it is, & so it was.", answers=42)]


def shown(found: ThreadRead) -> list[tuple]:
    return [(one.author, one.text, one.parent) for one in found.comments]


@pytest.mark.parametrize("place", ["inside", "after"])
@pytest.mark.parametrize("markup", SCHEMA_ORG)
def test_every_markup_is_read_with_its_parents_and_leaves_the_article_clean(markup, place, generally):
    value = generally(**{place: SCHEMA_ORG[markup](VOICES)})
    order = in_page_order(VOICES) if markup in NESTED else VOICES
    at = {one.number: number for number, one in enumerate(order)}
    assert shown(value.thread) == [(one.author, one.text, at.get(one.answers)) for one in order]
    assert {one.posted for one in value.thread.comments} == {datetime(2026, 3, 1, 10, 15, tzinfo=timezone.utc)}
    assert len({one.native_id for one in value.thread.comments}) == 6
    assert (value.thread.system, value.thread.state, value.thread.declared) == ("schema_org", "complete", 6)
    assert value.text.splitlines() == list(LINES["en"])


def test_the_comment_that_is_answered_may_be_described_in_the_answer(thread):
    markup = SCHEMA_ORG["microdata, flat"](VOICES).replace(
        '<link itemprop="parentItem" href="#a41">',
        '<div itemprop="parentItem" itemscope itemtype="https://schema.org/Comment">'
        '<a itemprop="url" href="#a41">The first</a></div>')
    found = thread(markup)
    assert [one.parent for one in found.comments] == [None, 0, 1, None, 3, 1]
    assert found.comments[1].parent_source == "attribute"


def test_comments_on_other_articles_are_not_of_this_thread(generally):
    box = f'<div class="recent-comments">{SCHEMA_ORG["microdata"](VOICES)}</div>'
    value = generally(after=box)
    assert value.thread.comments == ()
    assert value.text.splitlines() == list(LINES["en"])


def test_some_comments_as_data_are_not_the_whole_thread(thread):
    found = thread(SCHEMA_ORG["JSON-LD"](VOICES).replace('"commentCount": 6', '"commentCount": 60'))
    assert (found.state, found.declared, len(found.comments)) == ("partial", 60, 6)


def test_a_comment_that_quotes_a_paragraph_takes_none_out_of_the_article(generally):
    quoted = [Voice(1, "Aigerim", LINES["en"][1]), *VOICES]
    value = generally(inside=SCHEMA_ORG["JSON-LD, flat"](quoted))
    assert value.thread.comments[0].text == LINES["en"][1]
    assert value.text.splitlines() == list(LINES["en"])


def test_text_as_data_may_hold_tags(thread):
    found = thread(SCHEMA_ORG["JSON-LD"]([Voice(1, "A", "<p>One &amp; two</p><p>3 < 4<br>five</p>")]))
    assert found.comments[0].text == "One & two\n3 < 4\nfive"


def test_nodes_at_the_top_are_comments_too(thread):
    nodes = '[{"@type": "Comment", "text": "So it is.", "author": {"name": "A"}}, {"@type": "Comment", "text": "It is not."}]'
    found = thread(f'<script type="application/ld+json">{nodes}</script>')
    assert [(one.author, one.text) for one in found.comments] == [("A", "So it is."), (None, "It is not.")]
    assert found.system == "schema_org"


@pytest.mark.parametrize("nodes", ['{"@type": "NewsArticle", "headline": "x", "commentCount": 4}', '{"@type": "Comment"',
                                   '{"@type": "NewsArticle", "headline": "x", "comment": "https://steppe.example/#comments"}'])
def test_data_without_comments_is_no_thread(nodes, thread):
    assert thread(f'<script type="application/ld+json">{nodes}</script>').comments == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_marks_are_found_in_every_encoding(encoding, fetched):
    body = page(inside=SCHEMA_ORG["microdata"](VOICES), charset="").encode(encoding)
    content_type = f"text/html; charset={encoding.removesuffix('-sig')}"
    value = read(fetched(body, content_type=content_type), None)
    assert isinstance(value, ArticleRead)
    assert (value.thread.system, len(value.thread.comments)) == ("schema_org", 6)


def test_a_paragraph_without_the_readers_name_beside_it_is_the_articles(generally):
    said = "The drivers at the pass wait for two days, and some of them for three, as they told us on Monday."
    talk = SCHEMA_ORG["JSON-LD, flat"]([*VOICES, Voice(50, "Dana", said)])
    value = generally(inside=f"<blockquote><p>{said}</p></blockquote>{talk}")
    assert value.text.splitlines() == [*LINES["en"], said]
