"""The screen before any parser."""
import gzip
from contextlib import suppress

import pytest

from pipelines.read import screen
from tests.pipelines.read.pages_to_read import page


def refusal(check, what):
    with pytest.raises(screen.Refused) as caught:
        check(what)
    return caught.value.reason


def test_an_honest_page_passes():
    body = page(inside="<p it's=fine data-x='" + "a b " * 50_000 + "'>5 < 6 and \"so on</p>").encode()
    screen.check_bytes(body)
    screen.check_text(body.decode())
    screen.check_markup(body.decode())


@pytest.mark.parametrize("attributes", ["a{}=1 ", "a{} ", "a{}/", 'a{}=">" ', "a{} = '>' ", 'a{}=""'])
def test_attributes_are_counted_however_they_are_written(attributes):
    tag = "<div " + "".join(attributes.format(number) for number in range(20_000)) + ">"
    assert refusal(screen.check_markup, page(inside=tag)) == "screened"


@pytest.mark.parametrize("link", ["<a href=x>x</a>", "<A\nhref=x>x</A>", "<a\thref=x>", "<a/href=x>"])
def test_links_are_counted_however_they_are_written(link):
    assert refusal(screen.check_markup, page(inside=link * 8_001)) == "screened"
    screen.check_markup(page(inside="<abbr>x</abbr>" * 8_001))


def test_tags_are_counted():
    assert refusal(screen.check_markup, page(inside="<b>x</b>" * 30_001)) == "screened"
    screen.check_markup(page(inside="<b>x</b>" * 20_000))


def test_a_gzip_file_is_unpacked_and_a_bomb_is_not():
    assert screen.unpacked(gzip.compress(b"<urlset/>")) == b"<urlset/>"
    assert screen.unpacked(gzip.compress(b"<urlset>" + b"x" * 9999)[:-20]).startswith(b"<urlset>")
    assert screen.unpacked(b"<urlset/>") == b"<urlset/>"
    assert refusal(screen.unpacked, gzip.compress(bytes(screen.MAX_UNPACKED + 1))) == "too_large"
    assert refusal(screen.unpacked, b"\x1f\x8bnot so") == "not_article"


@pytest.mark.parametrize("text", ["<html><body>[1]</body></html>", "[Video] <p>x</p>", "{{ title }} <p>x</p>"])
def test_a_page_that_begins_like_json_is_a_page(text):
    screen.check_text(text)


@pytest.mark.parametrize("repeated", ["<a ", "<a='", '<a="', "<a ='<a =\"", "=", " ", "='", "a ", "<", "<!--", "&#"])
def test_no_markup_holds_the_screen_up(repeated):
    for check in (screen.check_text, screen.check_markup):
        with suppress(screen.Refused):
            check("<p>" + "<a " + repeated * (4_000_000 // len(repeated)))
