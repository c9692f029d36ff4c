"""Addresses as the crawler may ask for them."""
import pytest

from pipelines.read.address import absolute, bare, place

BASE = "https://steppe.example/en/news"


@pytest.mark.parametrize(("href", "url"), [
    ("/en/articles/1", "https://steppe.example/en/articles/1"), ("articles/1?id=5", "https://steppe.example/en/articles/1?id=5"),
    ("//m.steppe.example/1", "https://m.steppe.example/1"), (" /a\n", "https://steppe.example/a"),
    ("/a?utm_source=rss&id=5&utm_medium=x&fbclid=y#comments", "https://steppe.example/a?id=5"),
    ("?ref=5&cid=7", BASE + "?ref=5&cid=7"),
    ("HTTPS://Steppe.Example:443", "https://steppe.example/"), ("/тау", "https://steppe.example/%D1%82%D0%B0%D1%83"),
    ("/%d0%bd", "https://steppe.example/%D0%BD"), ("/a b", "https://steppe.example/a%20b")])
def test_a_link_is_whole_and_in_one_spelling(href, url):
    assert absolute(href, BASE) == url
    assert absolute(url, BASE) == url


@pytest.mark.parametrize("href", [
    "javascript:alert(1)", "data:text/html,x", "mailto:a@b.example", "ftp://steppe.example/", "file:///etc/passwd", "", None, "http://",
    "https://x\0y.example/", "http://127.0.0.1\\@ok.example/", "https://user:pass@steppe.example/", "http://[broken/",
    "http://a b.example/", "http://steppe.example\\.other.example/", "https://steppe.example/" + "x" * 3000])
def test_everything_else_is_no_link(href):
    assert absolute(href, BASE) is None


def test_a_page_is_the_same_by_either_scheme():
    assert place("http://steppe.example/a?utm_source=x#y") == place("https://steppe.example/a") == "steppe.example/a"
    assert place("https://steppe.example/a?id=1") != place("https://steppe.example/a?id=2")


@pytest.mark.parametrize("url", [
    "http://www.steppe.example/a/1", "https://m.steppe.example/a/1/", "https://amp.steppe.example/a/1", "https://steppe.example/amp/a/1",
    "https://steppe.example/a/1/print", "https://steppe.example/a/1?print", "https://steppe.example/a/1?outputType=amp",
    "https://steppe.example/a/1?utm_source=rss&amp=1"])
def test_how_a_page_is_shown_is_no_part_of_its_bare_place(url):
    assert bare(url) == "steppe.example/a/1"


@pytest.mark.parametrize(("url", "told"), [
    ("https://steppe.example/printing/1?page=2", "steppe.example/printing/1?page=2"), ("https://m.example/1", "m.example/1"),
    ("https://steppe.example/print/", "steppe.example/"), ("https://steppe.example/a/m/1", "steppe.example/a/m/1")])
def test_all_else_is(url, told):
    assert bare(url) == told
