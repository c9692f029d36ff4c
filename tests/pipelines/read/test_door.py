"""The door: one call and one value, for any bytes."""
import hashlib
import pickle
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from crawler.items import ArticleRead, Found, Nothing
from crawler.outlet import Layout, Outlet
from pipelines.read.door import read, reader_name
from tests.conftest import NOW
from tests.pipelines.read.pages_to_read import LINES, comment, page, thread

RSS = ('<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>x</title><item><title>One</title>'
       "<link>https://steppe.example/en/articles/1</link></item></channel></rss>")
ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("language", LINES)
def test_an_article_is_its_lines_in_order(language, fetched):
    value = read(fetched(page(LINES[language], lang=f' lang="{language}"')), None)
    assert isinstance(value, ArticleRead)
    assert value.text.splitlines() == list(LINES[language])
    assert [block.kind for block in value.blocks] == ["paragraph"] * 3
    assert (value.title, value.language) == ("Guards at the pass", language)
    assert value.text_sha256 == hashlib.sha256(value.text.encode()).hexdigest()
    assert value.reader == reader_name(None, NOW)


def test_the_values_pickle(fetched, steppe):
    value = read(fetched(page(inside=thread(comment(1, "Well said."), "1 Comment(s)"))), steppe)
    assert isinstance(value, ArticleRead) and value.thread.comments
    assert pickle.loads(pickle.dumps(value)) == value


def test_a_source_is_known_by_the_address_that_was_asked_for(fetched, steppe):
    listing = page(inside='<div class="listing"><a href="/en/articles/7">Seven</a></div>')
    value = read(fetched(listing, url="https://steppe.example/elsewhere", asked="https://steppe.example/en/archives"), steppe)
    assert isinstance(value, Found) and [link.url for link in value.links] == ["https://steppe.example/en/articles/7"]
    assert isinstance(read(fetched(listing, url="https://steppe.example/elsewhere"), steppe), ArticleRead)


def test_a_feed_is_known_by_its_outermost_element_wherever_it_is(fetched):
    assert isinstance(read(fetched(RSS), None), Found)


def test_the_same_page_reads_the_same_after_other_pages(fetched, steppe):
    first = read(fetched(page(head='<meta name="date" content="8 наурыз 2026">')), steppe)
    for language in LINES:
        read(fetched(page(LINES[language], lang="", head='<meta name="date" content="3/2/2026">')), None)
    assert read(fetched(page(head='<meta name="date" content="8 наурыз 2026">')), steppe) == first


class Failing(bytes):
    """A body that raises an exception where it is read, as a parser might."""

    def __new__(cls, error):
        self = super().__new__(cls, page().encode())
        self.error = error
        return self

    def strip(self, *_):
        raise self.error


class TestNothing:
    @pytest.mark.parametrize(("body", "reason"), [
        (b"", "empty"), (b" \r\n ", "empty"), (b"%PDF-1.7 ...", "not_article"), (b"\x89PNG\r\n\x1a\n....", "not_article"),
        (b'{"title": "<p>no page</p>"}', "not_article"), (b"[1, 2]\n", "not_article"),
        (bytes(range(256)), "not_article"), (b"Good evening, this is no page.", "not_html"),
        (b"<html><body><script>x()</script></body></html>", "no_text")])
    def test_a_body_that_is_no_article_has_a_reason(self, body, reason, fetched):
        value = read(fetched(body), None)
        assert isinstance(value, Nothing)
        assert value.reason == reason and value.note and value.reader == reader_name(None, NOW)

    @pytest.mark.parametrize(("start", "repeated", "times", "reason"), [
        (b"<p>", b"x", 5 * 1024 * 1024, "too_large"), (b"<html>", b"<div>", 3_000, "screened"),
        (b"<p>", b"<a href=/x>x</a>", 16_000, "screened"), (b"<p>", b"<b>x</b>", 100_000, "screened"),
        (b"<div ", b"a=1 ", 100_000, "screened"), (b"<div ", b'a=">" ', 100_000, "screened")])
    def test_what_would_hold_a_parser_up_is_screened(self, start, repeated, times, reason, fetched):
        body = start + repeated * times + b">" + page().encode()
        value = read(fetched(body), None)
        assert isinstance(value, Nothing)
        assert value.reason == reason and value.note and value.reader == reader_name(None, NOW)

    def test_an_exception_becomes_an_error_that_names_its_class(self, fetched):
        value = read(fetched(Failing(ZeroDivisionError)), None)
        assert isinstance(value, Nothing)
        assert value.reason == "error" and "ZeroDivisionError" in value.note

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(some.one_of(some.binary(max_size=400), some.text(max_size=400).map(lambda text: text.encode("utf-8", "replace"))))
    def test_no_bytes_make_the_door_raise(self, fetched, steppe, body):
        for path in ("en/rss", "sitemap.xml", "en/archives", "en/articles/1"):
            read(fetched(body, asked=f"https://steppe.example/{path}"), steppe)
        for start in (b"<rss>", b"<urlset>", b"<html><body><p>"):
            read(fetched(start + body), None)

    def test_running_out_of_memory_is_not_an_error_of_the_page(self, fetched):
        with pytest.raises(MemoryError):
            read(fetched(Failing(MemoryError)), None)


class TestHostilePagesThatAreArticles:
    def read(self, fetched, body, **more):
        value = read(fetched(body, **more), None)
        assert isinstance(value, ArticleRead), value
        return value

    def test_a_thousand_nested_elements_hide_no_article(self, fetched):
        body = page().replace("<div class='story'>", "<div>" * 1000 + "<div class='story'>")
        assert self.read(fetched, body).text.splitlines() == list(LINES["en"])

    @pytest.mark.parametrize("unseen", ["&#0;", "&#1;", "&#x1f;", "\x00", "\x01", "\u200b", "\u00ad", "\u202e", "\U000e0041",
                                        "\u200c", "\u2060"])
    def test_what_cannot_be_seen_changes_no_text(self, unseen, fetched):
        plain = self.read(fetched, page())
        marked = self.read(fetched, page(tuple(line.replace("Border", f"Bor{unseen}der") for line in LINES["en"])))
        assert (marked.text, marked.text_sha256) == (plain.text, plain.text_sha256)

    def test_a_hard_space_is_a_space(self, fetched):
        marked = self.read(fetched, page(tuple(line.replace(" ", "\u00a0") for line in LINES["en"])))
        assert marked.text == self.read(fetched, page()).text

    def test_joiners_stay_where_they_mean_something(self, fetched):
        line = "این می\u200cشود یک متن فارسی است که برای آزمایش نوشته شده و باید بماند و نباید از دست برود."
        assert self.read(fetched, page((line, line + " دوم"), lang=' lang="fa"')).text.splitlines()[0] == line

    @pytest.mark.parametrize("data", [
        pytest.param('{"@type":"NewsArticle","headline":' + '{"a":' * 100_000, id="deep objects"),
        pytest.param("[" * 100_000, id="deep lists"), "null", '[null, 1, "x"]', '{"@type": 5}', "}{",
        '{"@type":"NewsArticle","headline":{"x":1},"author":[1,null,{"name":[null]},[[["x"]]]],"image":[[]],"datePublished":[true]}',
        pytest.param('{"@type":"NewsArticle","headline":"","datePublished":' + "9" * 10_000 + "}", id="long number")])
    def test_no_json_ld_keeps_an_article_from_being_read(self, data, fetched):
        value = self.read(fetched, page(head=f'<script type="application/ld+json">{data}</script>'))
        assert (value.title, value.text.splitlines()) == ("Guards at the pass", list(LINES["en"]))

    def test_a_long_title_is_capped_and_a_long_text_too(self, fetched):
        value = self.read(fetched, page((*LINES["en"], "w" * 3_000_000), title="t" * 200_000))
        assert value.title == "t" * 500
        assert len(value.text) == 2_000_000

    def test_a_title_is_one_line(self, fetched):
        head = '<meta property="og:title" content="Bcc:\r\n\x0bx\u2028y\u2029z\x85&#10;end">'
        value = self.read(fetched, page(head=head, title=""))
        assert value.title == "Bcc: x y z end"

    def test_entities_of_a_page_are_not_expanded(self, fetched):
        value = self.read(fetched, ENTITIES + page((*LINES["en"], "Then &b; and &c; came.")).removeprefix("<!DOCTYPE html>"))
        assert "haha" not in value.text and value.text.splitlines()[-1] == "Then &b; and &c; came."


class TestReaderName:
    def test_it_names_the_extractor_and_the_layout(self, steppe):
        general, own = reader_name(None, NOW), reader_name(steppe, NOW)
        assert general.startswith("trafilatura/") and " general " in general
        assert " general " not in own and own != general

    def test_it_changes_with_the_comment_selectors_and_the_zone(self, steppe):
        other = steppe.comments.model_copy(update={"item": "li.comment"})
        assert reader_name(steppe.model_copy(update={"comments": other}), NOW) != reader_name(steppe, NOW)
        assert reader_name(steppe.model_copy(update={"timezone": "UTC"}), NOW) != reader_name(steppe, NOW)

    @pytest.mark.parametrize("change", [
        {"connect": "http://127.0.0.1:8000"}, {"delay": 9.0}, {"source": ()}, {"every": timedelta(days=1)}, {"name": "x"},
        {"articles": "^/x/"}])
    def test_nothing_else_changes_it(self, steppe: Outlet, change):
        assert reader_name(steppe.model_copy(update=change), NOW) == reader_name(steppe, NOW)

    def test_seeing_the_selectors_work_changes_nothing(self, steppe):
        seen = steppe.comments.model_copy(update={"verified": True})
        assert reader_name(steppe.model_copy(update={"comments": seen}), NOW) == reader_name(steppe, NOW)

    def test_it_changes_with_the_layout_of_the_day_and_with_no_other(self, steppe):
        old, new = Layout(body="div.old", until=NOW.date()), Layout(body="div.new")
        two, one = steppe.model_copy(update={"layout": (old, new)}), steppe.model_copy(update={"layout": (new,)})
        assert reader_name(two, NOW) == reader_name(one, NOW) != reader_name(steppe, NOW)
        assert reader_name(two, NOW - timedelta(days=1)) not in (reader_name(two, NOW), reader_name(steppe, NOW))
        later = steppe.model_copy(update={"layout": (old.model_copy(update={"until": NOW.date() + timedelta(days=9)}), new)})
        assert reader_name(later, NOW) == reader_name(two, NOW - timedelta(days=1))

    def test_a_layout_without_selectors_is_the_general_reader(self, steppe):
        assert reader_name(steppe.model_copy(update={"layout": (Layout(),)}), NOW) == reader_name(steppe, NOW)
