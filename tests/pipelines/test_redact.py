"""What of a page's source is a comment's, and what stays of it byte for byte."""
import json

import pytest

from pipelines.redact import Source, cut, letters, may_hold, opened, telling

TEXT = "Не дорога, а беда & стыд"


@pytest.mark.parametrize("source", [
    f"<p class=said>{TEXT.replace('&', '&amp;')}</p>", "<p><i>Н</i>е <b>до</b>рога<b>,</b>\n а беда &#38; стыд</p>",
    json.dumps({"text": f"<p>{TEXT}</p>"}), json.dumps({"text": TEXT}, ensure_ascii=False),
    f"<div data-text='{TEXT.replace('&', '&amp;')}'>", f"<script>var a = {json.dumps({'text': TEXT})}</script>",
    f'<div data-all="{json.dumps({"t": TEXT}).replace("&", "&amp;").replace(chr(34), "&quot;")}">',
], ids=["markup", "tags and references", "json with markup", "plain json", "an attribute", "a script", "json in an attribute"])
def test_a_text_is_found_however_a_source_writes_it(source: str) -> None:
    place, = Source(source).whole(TEXT)
    left = Source(source).without([place])
    assert "[withdrawn]" in left and not any(word in left + json.dumps(left) for word in ("беда", r"\u0431\u0435\u0434\u0430"))
    assert may_hold(source, [telling(TEXT)])
    assert left.startswith(source[:place[0][0]]) and left.endswith(source[place[-1][1]:])


def test_a_text_that_is_a_part_of_another_stays_and_a_name_within_a_word_too() -> None:
    source = Source("<p>He wrote: yes, and left.</p><p>yes</p><b>Bek</b><i>Bektemir said</i>")
    assert [source.text[place[0][0]:place[0][1]] for place in source.whole("Yes")] == ["yes"]
    assert [place[0] for place in source.words("bek")] == [(source.text.index("Bek<"), source.text.index("Bek<") + 3)]


def test_the_author_is_looked_for_beside_the_text_and_not_where_the_headline_stands() -> None:
    source = Source("<body><h1>Bek</h1><div><b>Bek</b><p>It is so</p></div><p>It is so</p></body>")
    first, second = source.whole("It is so")
    names = source.words("Bek")
    assert source.beside(first, names) == [names[1]] and source.beside(second, names) == []


@pytest.mark.parametrize("charset", ["utf-8", "cp1251", "koi8-r", "gb18030", "utf-16"])
def test_a_body_that_was_not_changed_is_the_same_bytes(charset: str) -> None:
    body = f'<html><meta charset="{charset}"><p>{TEXT}, сказал он, и это не первый раз.</p>'.encode(charset)
    text, back = opened(body, f"text/html; charset={charset}")
    assert TEXT in text and back(text) == body


def test_broken_bytes_stay_as_they_are() -> None:
    body = b"<p>" + "Не дорога, а беда. ".encode() * 30 + b"\xff\xd1</p>"
    text, back = opened(body, "text/html; charset=utf-8")
    assert back(text) == body


def test_lines_of_a_comment_go_from_a_text_and_its_author_beside_them() -> None:
    text = "The road is open.\nBek Omarov\nIt is\nso\nBek Omarov was there, the ministry said in a long answer."
    assert cut(text, ["It is\nso"], ["Bek Omarov"]) == (
        "The road is open.\nBek Omarov was there, the ministry said in a long answer.")
    assert cut(text, ["It is not so"], ["Bek Omarov"]) is None


def test_letters_know_neither_case_nor_space_nor_what_cannot_be_seen() -> None:
    assert letters("Не\u00ad ДОРОГА\n") == letters("не дорога")
