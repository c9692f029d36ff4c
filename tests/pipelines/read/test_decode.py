"""Bytes to text."""
import codecs

import pytest

from crawler.items import ArticleRead
from pipelines.read.decode import decode, utf8
from pipelines.read.door import read
from tests.pipelines.read.pages_to_read import LINES, page

RUSSIAN = page(LINES["ru"], charset="", lang=' lang="ru"')


@pytest.mark.parametrize("content_type", [
    "text/html; charset=iso-8859-1", "text/html; charset=windows-1251", "text/html; charset=x-evil", "text/html", "x", None])
def test_what_is_utf_8_is_read_as_utf_8_whatever_the_header_says(content_type):
    assert decode(RUSSIAN.encode(), content_type) == RUSSIAN


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r", "cp866"])
@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=x-evil", "text/html; charset=utf-8"])
def test_cyrillic_without_a_true_label_is_told_from_its_letters(encoding, content_type):
    assert decode(RUSSIAN.encode(encoding), content_type) == RUSSIAN


@pytest.mark.parametrize(("encoding", "line"), [
    ("koi8_r", "Погода в Алматы на завтра"), ("cp1251", "Да, это так."), ("gb18030", "北京和莫斯科在中亚的竞争日益激烈")])
def test_a_line_is_enough_to_tell_its_encoding(encoding, line):
    assert decode(f"<html><body><p>{line}</p></body></html>".encode(encoding)) == f"<html><body><p>{line}</p></body></html>"


def test_the_header_goes_before_the_document_and_the_document_before_a_guess():
    german = '<meta charset="windows-1251"><p>Grüße aus Köln, schöne Füße</p>'
    assert decode(german.encode("cp1252"), "text/html; charset=windows-1252") == german
    russian = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>Да</p>'
    assert decode(russian.encode("cp1251"), "text/html") == russian


@pytest.mark.parametrize(("mark", "encoding"), [
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")])
def test_a_byte_order_mark_decides(mark, encoding):
    assert decode(mark + RUSSIAN.encode(encoding), "text/html; charset=windows-1251") == RUSSIAN


def test_a_page_in_utf_16_is_an_article(fetched):
    value = read(fetched(RUSSIAN.encode("utf-16")), None)
    assert isinstance(value, ArticleRead) and value.text.splitlines() == list(LINES["ru"])


def test_lone_surrogates_and_broken_letters_are_replaced_and_nothing_else_is_lost():
    assert decode("<p>по\ud800ле</p>".encode("utf-8", "surrogatepass")) == "<p>по\ufffdле</p>"
    assert decode(b"<p>plain ascii \xed\xa0\x80 text</p>") == "<p>plain ascii \ufffd text</p>"
    cut = RUSSIAN[:-200].encode()
    assert decode(cut + "ё".encode()[:1]) == cut.decode() + "\ufffd"


def test_references_to_forbidden_characters_go_and_others_stay():
    assert utf8("a&#0;b&#x1;c&#xD800;d&#55296;e&#x110000;f&#99999999999;g&#150;h&#1084;&#x43c;&amp;").decode() \
        == "abc\ufffdd\ufffde\ufffdf\ufffdg–h&#1084;&#x43c;&amp;"


@pytest.mark.parametrize(("instead", "expected"), [("", "абв г\tд\r\nе"), (" ", "а б  в г\tд\r\nе ")])
def test_forbidden_characters_go_from_the_bytes_that_are_parsed(instead, expected):
    assert utf8("<?xml version='1.0' encoding='cp1251'?>а\x00б\x1f\ufffeв г\tд\r\nе\uffff", instead).decode() == expected


@pytest.mark.parametrize("label", ["rot13", "idna", "base64", "zlib", "hex", "undefined", "unicode_escape", "punycode", "utf-7",
                                   "../x", "x" * 5000])
def test_a_codec_that_no_page_is_written_in_is_no_charset(label):
    text = "<html><body><p>Пограничники двух стран провели в понедельник первые совместные учения.</p>"
    assert decode(text.encode("cp1251"), f"text/html; charset={label}") == text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_letters_need_no_mark_and_no_label(codec):
    text = "<html><body><p>Пограничники двух стран</p>"
    assert decode(text.encode(codec)) == text
