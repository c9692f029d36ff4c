"""Elements by their names."""
from lxml.html import document_fromstring

from crawler.items import Nothing
from pipelines.read.door import read
from pipelines.read.named import Named, words


def test_elements_are_found_by_class_or_id_in_page_order_and_not_once_they_are_cut():
    tree = document_fromstring("<div id=a><p class='x y'>1</p><p id=x>2</p></div><p class=b><i class=a>3</i></p>")
    named = Named(tree)
    assert named.names == {"a", "x y", "x", "b"}
    assert [element.tag for element in named.having({"a", "x y"}, {"a"})] == ["div", "p", "i"]
    tree.find(".//div").drop_tree()
    assert [element.tag for element in named.having({"a", "x y"}, {"a"})] == ["i"]
    assert named.having({"2"}, {"b"}) == named.having(set(), set()) == []


def test_the_words_of_a_name_are_apart_however_it_joins_them():
    assert words("adBox top_banner site-nav:open H1") == ["ad", "box", "top", "banner", "site", "nav", "open", "h1"]


def test_a_page_that_is_named_as_a_box_itself_stays(fetched):
    value = read(fetched("<html class='ads'><body class='banner'><img src=x></body></html>"), None)
    assert isinstance(value, Nothing) and value.reason == "no_text"
