"""The screen before any parser."""
import gzip
from contextlib import suppress

import pytest

from pipelines.read import screen
from pipelines.read.decode import tree, utf8
from tests.pipelines.read.pages_to_read import page


def check_markup(text):
    screen.check_markup(utf8(text))


def tree_of(text):
    return tree(utf8(text))


def refusal(check, what):
    with pytest.raises(screen.Refused) as caught:
        check(what)
    return caught.value.reason


def test_an_honest_page_passes():
    body = page(inside="<p it's=fine data-x='" + "a b " * 50_000 + "'>5 < 6 and \"so on</p>").encode()
    screen.check_bytes(body)
    screen.check_text(body.decode())
    check_markup(body.decode())


@pytest.mark.parametrize("attributes", ["a{}=1 ", "a{} ", "a{}/", 'a{}=">" ', "a{} = '>' ", 'a{}=""'])
def test_attributes_are_counted_however_they_are_written(attributes):
    tag = "<div " + "".join(attributes.format(number) for number in range(20_000)) + ">"
    assert refusal(check_markup, page(inside=tag)) == "screened"


@pytest.mark.parametrize("link", ["<a href=x>x</a>", "<A\nhref=x>x</A>", "<a\thref=x>", "<a/href=x>"])
def test_links_are_counted_however_they_are_written(link):
    assert refusal(check_markup, page(inside=link * 4_001)) == "screened"
    check_markup(page(inside="<abbr>x</abbr>" * 4_001))


def test_tags_are_counted():
    assert refusal(check_markup, page(inside="<b>x</b>" * 15_001)) == "screened"
    check_markup(page(inside="<b>x</b>" * 14_000))


@pytest.mark.parametrize("block", ["<p>", "<LI>x</LI>", "<td\n>", "<br/>", "<h3 a=b>"])
def test_blocks_are_counted(block):
    assert refusal(check_markup, page(inside=block * 5_001)) == "screened"
    check_markup(page(inside="<path>x</path>" * 5_001))


def test_the_attributes_of_many_tags_are_counted():
    tag = "<path " + "".join(f"a{number}='1 2'" for number in range(1_000)) + ">"
    assert refusal(check_markup, page(inside=tag * 201)) == "screened"
    check_markup(page(inside=tag * 180))
    check_markup(page(inside=f"<path d='{'1 2/' * 200_000}'>"))


def test_ampersands_are_counted():
    assert refusal(check_markup, page(inside="&" * 1_000_001)) == "screened"
    check_markup(page(inside="&amp;" * 300_000))


def test_elements_in_one_another_are_counted_once_they_are_deep():
    assert refusal(tree_of, page(inside="<b>" * 1_900)) == "screened"
    assert tree_of(page(before="<div>" * 1_000)) is not None and tree_of(page(inside="<b><i>x</i></b>" * 3_900)) is not None


def test_elements_in_one_are_counted():
    assert refusal(tree_of, page(inside="x<img src=x>" * 4_001)) == "screened"
    assert tree_of(page(inside=f"<div>{'x<img src=x>' * 3_000}</div>" * 2)) is not None


@pytest.mark.parametrize("text", [
    '{"html": "<p>x</p>", "more', '[ {"html": "<p>x</p>"}, ', 'callback({"html": "<p>x</p>"});', ")]}',\n[\"<p>x</p>\", 1",
    'for(;;);{"html": "<p>x</p>"}', '"use strict"; document.write("<p>x</p>")', "var x = '<p>x</p>'", "(function () {'<p>'})",
    '<?xml version="1.0"?>\n<data><p>x</p></data>', '<?xml version="1.0"?><svg xmlns="x"><a><text>x</text></a></svg>'])
def test_data_and_programs_are_no_pages_though_they_hold_markup(text):
    assert refusal(screen.check_text, text) == "not_article"

def test_a_gzip_file_is_unpacked_and_a_bomb_is_not():
    assert screen.unpacked(gzip.compress(b"<urlset/>")) == b"<urlset/>"
    assert screen.unpacked(gzip.compress(b"<urlset>" + b"x" * 9999)[:-20]).startswith(b"<urlset>")
    assert screen.unpacked(b"<urlset/>") == b"<urlset/>"
    assert refusal(screen.unpacked, gzip.compress(bytes(screen.MAX_UNPACKED + 1))) == "too_large"
    assert refusal(screen.unpacked, b"\x1f\x8bnot so") == "not_article"


@pytest.mark.parametrize("text", ["<html><body>[1]</body></html>", "[Video] <p>x</p>", "{{ title }} <p>x</p>",
                                  '["Quoted"] <p>x</p>',
                                  '<?xml version="1.0"?><div><p>x</p></div>', '<?xml version="1.0"?><!DOCTYPE html><html><p>x',
                                  '<?xml version="1.0"?>\n<html xmlns="x"><p>x', "function of the state <p>x</p>"])
def test_a_page_that_begins_like_json_is_a_page(text):
    screen.check_text(text)


@pytest.mark.parametrize("repeated", ["<a ", "<a='", '<a="', "<a ='<a =\"", "=", " ", "='", "a ", "<", "<!--", "&#"])
def test_no_markup_holds_the_screen_up(repeated):
    for check in (screen.check_text, check_markup):
        with suppress(screen.Refused):
            check("<p>" + "<a " + repeated * (4_000_000 // len(repeated)))
