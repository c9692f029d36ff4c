"""Blocks from what Trafilatura found."""
import pytest
from lxml import etree

from crawler.items import ArticleRead, Block
from pipelines.read.clean import blocks_of
from pipelines.read.door import read
from tests.pipelines.read.pages_to_read import LINES, page


def test_blocks_have_kinds_and_stand_in_page_order():
    body = etree.fromstring(
        "<body>Before<p>One <hi>two</hi>,\n three<lb/>four</p><head rend='h2'>Head</head><quote><p>Said</p>tail</quote>"
        "<list><item>First<list><item>Inner</item></list></item><item><p>Second</p></item></list>"
        "<table><row><cell>a</cell><cell>b <p>c</p></cell></row><row><cell> </cell><cell/></row></table>after</body>")
    assert blocks_of(body) == (
        Block("paragraph", "Before"), Block("paragraph", "One two, three"), Block("paragraph", "four"),
        Block("heading", "Head"), Block("quote", "Said"), Block("quote", "tail"), Block("item", "First"),
        Block("item", "Inner"), Block("item", "Second"),
        Block("paragraph", "a | b"), Block("paragraph", "c"), Block("paragraph", "after"))


def test_headings_lists_and_quotes_of_a_page_are_told_apart(fetched):
    value = read(fetched(page(inside="<h2>What comes next</h2><p>The next exercise is planned for the autumn of this year.</p>"
                                     "<ul><li>in the mountains, near the lake</li><li>on the railway, by night</li></ul>"
                                     "<blockquote><p>Nobody has asked the people who live there.</p></blockquote>")), None)
    assert isinstance(value, ArticleRead)
    assert [block.kind for block in value.blocks] == ["paragraph"] * 3 + ["heading", "paragraph", "item", "item", "quote"]
    assert value.text == "\n".join(block.text for block in value.blocks)


def test_a_text_read_many_times_does_not_vanish(fetched):
    values = [read(fetched(page()), None) for _ in range(6)]
    assert all(value == values[0] for value in values) and isinstance(values[0], ArticleRead)


def test_the_headline_and_the_date_line_are_not_part_of_the_text(fetched):
    body = page(before="").replace("<div class='story'>", "<p>01.03.2026 10:12</p><div class='story'>")
    value = read(fetched(body), None)
    assert isinstance(value, ArticleRead) and value.text.splitlines() == list(LINES["en"])


@pytest.mark.parametrize("line", ["Guards at the pass", "1 March 2026"])
def test_a_text_that_is_only_a_headline_or_a_date_stays(line, fetched):
    value = read(fetched(f"<html><head><title>Guards at the pass</title></head><body><p>{line}</p></body></html>"), None)
    assert isinstance(value, ArticleRead) and value.text == line


def test_captions_are_apart(fetched):
    figure = "<figure><img src='/a.jpg'><figcaption>Recruits in the morning. [File]</figcaption></figure>"
    value = read(fetched(page(inside=figure * 2, after=f"<aside>{figure.replace('Recruits', 'Others')}</aside>")), None)
    assert isinstance(value, ArticleRead)
    assert value.captions == ("Recruits in the morning. [File]",) and "Recruits" not in value.text
