"""The outlet that comes with the program, from which operators copy theirs."""
import re

import pytest

from crawler.outlet import Comments, JsonApi, Layout, Outlet, Source, Threads, find, load

FILE = find("caravanserai", [])
OUTLET = load(FILE)
ARTICLE = "https://central.asia-news.com/en_GB/articles/cnmi_ca/features/2019/03/08/feature-01"


@pytest.mark.parametrize(("url", "is_article"), [
    (ARTICLE, True), ("https://central.asia-news.com/ru/articles/cnmi_ca/features/2023/08/15/feature-01", True),
    (ARTICLE + "?utm_source=rss", True), (ARTICLE + "/comments", False), (ARTICLE.replace("central", "pakistan"), False),
    ("https://central.asia-news.com/en_GB/keywords/security", False),
    ("https://central.asia-news.com/en_GB/archives", False)])
def test_its_articles_are_told_from_its_other_pages(url: str, is_article: bool) -> None:
    assert OUTLET.is_article(url) is is_article


def test_its_comment_markup_says_that_nobody_has_seen_it() -> None:
    assert OUTLET.comments
    assert not OUTLET.comments.verified
    assert OUTLET.comments.label
    found = re.search(OUTLET.comments.label, "Reply 32 Comment(s)")
    assert found
    assert found[1] == "32"


def test_every_key_there_is_stands_in_it_below_a_comment() -> None:
    text = FILE.read_text(encoding="utf-8")
    tables = (Outlet, Source, Comments, JsonApi, Layout, Threads)
    keys = {key for table in tables for key in table.model_fields} - {"id", "source", "comments", "layout", "threads"}
    explained = [block for block in text.split("\n\n") if block.startswith("#")]
    told = {key for block in explained for key in re.findall(r"^(?:# )?([a-z_]+) = ", block, re.MULTILINE)}
    assert keys <= told
