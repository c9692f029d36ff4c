"""When a redirect has led to the same page."""
import pytest

from crawler.redirect import same_page


@pytest.mark.parametrize(("asked", "answered"), [
    ("http://s.example/a", "https://s.example/a"), ("https://s.example/a", "https://s.example/a/"),
    ("https://s.example/a/", "https://s.example/a"), ("https://s.example/a", "https://www.s.example/a"),
    ("https://www.s.example/a", "http://s.example/a/"), ("https://s.example", "https://s.example/"),
    ("https://s.example/a?id=1", "https://s.example/a?b=2&id=1"), ("https://s.example/a?utm_source=rss&id=1", "https://s.example/a?id=1"),
    ("https://s.example/новости", "https://s.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"),
    ("https://s.example/a#top", "https://s.example/a")])
def test_these_are_the_same_page(asked: str, answered: str) -> None:
    assert same_page(asked, answered)


@pytest.mark.parametrize(("asked", "answered"), [
    ("https://s.example/a", "https://s.example/b"), ("https://s.example/a", "https://s.example/"),
    ("https://s.example/?p=1", "https://s.example/"), ("https://s.example/a?id=1", "https://s.example/a?id=2"),
    ("https://s.example/a", "https://other.example/a"), ("https://ru.s.example/a", "https://kk.s.example/a"),
    ("https://s.example/a", "https://s.example/A")])
def test_these_are_not(asked: str, answered: str) -> None:
    assert not same_page(asked, answered)
