"""Comments that a server hands out as JSON: what is asked of an article's page, and what is made of the answers."""
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from crawler.api import named, shipped
from crawler.items import ArticleRead, Fetched, Nothing, ThreadRead
from crawler.outlet import Outlet
from pipelines.read.door import read
from tests.pipelines.read.pages_to_read import LINES, URL, page
from tests.pipelines.read.talks import TALKS

HOSTS = ["steppe.example", "talk.example", "disqus.com", "c.tn.kz"]
WORDPRESS = "https://blog.example/wp-json/wp/v2/comments?post=9&per_page=100&order=asc&orderby=date_gmt&page={}"
ISSO = "https://talk.example/?uri=%2Fnews%2F1"


def outlet_with(api: str | dict[str, Any], **more: Any) -> Outlet:
    """An outlet in Almaty whose comments are asked for at an API."""
    return Outlet.model_validate({
        "id": "steppe", "name": "Steppe Post", "home": "https://steppe.example/", "timezone": "Asia/Almaty", "hosts": HOSTS,
        "source": [{"kind": "rss", "url": "https://steppe.example/rss"}],
        "comments": {"system": "json_api", "api": api, **more}})


@pytest.fixture
def on_the_page(fetched):
    """The thread that an article's page shows an outlet with an API."""
    def thread_of(outlet: Outlet, *, url: str = URL, **places: str) -> ThreadRead:
        value = read(fetched(page(LINES["en"], **places), url=url), outlet)
        assert isinstance(value, ArticleRead), value
        return value.thread
    return thread_of


@pytest.fixture
def answer(fetched):
    """What is read of an answer from an address."""
    def read_of(url: str, body: Any, outlet: Outlet | None = None, headers: tuple[tuple[str, str], ...] = ()) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body, ensure_ascii=False)
        one: Fetched = fetched(text, url=url, content_type="application/json")
        return read(Fetched(one.url, 200, (*one.headers, *headers), one.body, one.at), outlet)
    return read_of


def wp(number: int, parent: int = 0, text: str = "<p>Well said.</p>", **more: Any) -> dict[str, Any]:
    return {"id": number, "post": 9, "parent": parent, "author_name": "Aigerim", "date": "2026-03-01T10:00:00",
            "date_gmt": "2026-03-01T05:00:00", "content": {"rendered": text}, "status": "approved", "type": "comment", **more}


# --- what is asked

ISSO_PAGE = ('<script data-isso="//talk.example/" src="//talk.example/js/embed.min.js"></script>'
             '<section id="isso-thread"{}></section>')
REMARK = "<script>var remark_config = {{host: 'https://talk.example/r', site_id: 'steppe'{}}}</script><div id='remark42'></div>"
DISQUS = "<div id='disqus_thread'></div><script>{}</script>"
LIST = "https://disqus.com/api/3.0/threads/listPosts.json?forum=steppe&thread={}&limit=100&order=asc"


@pytest.mark.parametrize(("api", "inside", "url", "key"), [
    ("isso", ISSO_PAGE.format(""), "https://talk.example/?uri=%2Fen%2Farticles%2Fsx%2Ffeatures%2F2026%2F03%2F01%2Ffeature-01",
     "/en/articles/sx/features/2026/03/01/feature-01"),
    ("isso", ISSO_PAGE.format(' data-isso-id="/news/1"'), ISSO, "/news/1"),
    ("isso", '<script src="https://talk.example/isso/js/embed.min.js"></script>'
     '<p id="isso-thread" data-isso-id="я &amp; b"></p>',
     "https://talk.example/isso/?uri=%D1%8F%20%26%20b", "я & b"),
    ("remark42", REMARK.format(""), "https://talk.example/r/api/v1/find?site=steppe&url=https%3A%2F%2Fsteppe.example%2Fen%2F"
     "articles%2Fsx%2Ffeatures%2F2026%2F03%2F01%2Ffeature-01&format=plain&sort=%2Btime", f"steppe {URL}"),
    ("remark42", REMARK.format(', url: "https://steppe.example/1"'),
     "https://talk.example/r/api/v1/find?site=steppe&url=https%3A%2F%2Fsteppe.example%2F1&format=plain&sort=%2Btime",
     "steppe https://steppe.example/1"),
    ("disqus", DISQUS.format("var disqus_shortname = 'steppe'; var disqus_identifier = 'n 1';"), LIST.format("ident%3An%201"),
     "steppe ident:n 1"),
    ("disqus", DISQUS.format("this.page.url = 'https://steppe.example/1'; s.src = '//steppe.disqus.com/embed.js';"),
     LIST.format("link%3Ahttps%3A%2F%2Fsteppe.example%2F1"), "steppe link:https://steppe.example/1"),
    ("disqus", DISQUS.format("s.src = '//steppe.disqus.com/embed.js'; this.page.identifier = PAGE;"),
     LIST.format("link%3Ahttps%3A%2F%2Fsteppe.example%2Fen%2Farticles%2Fsx%2Ffeatures%2F2026%2F03%2F01%2Ffeature-01"),
     f"steppe link:{URL}"),
    ("tengrinews", "", "https://c.tn.kz/comments/get/list/?id=01&type=news&lang=ru&sort=best", "news 01")])
def test_a_page_says_which_answer_is_wanted(api, inside, url, key, on_the_page):
    thread = on_the_page(outlet_with(api, **({"api_key_file": "key"} if api == "disqus" else {})), after=inside)
    assert (thread.system, thread.state, thread.reason) == (api, "partial", "the thread is asked for")
    assert ([one.url for one in thread.wanted], thread.native_key, thread.comments) == ([url], key, ())


@pytest.mark.parametrize(("api", "inside", "reason"), [
    ("isso", "", "the page does not say host of its thread"),
    ("remark42", "<div id='remark42'></div>", "the page does not say host and site of its thread"),
    ("isso", ISSO_PAGE.replace("talk.example", "elsewhere.example").format(""),
     "its comments are at elsewhere.example, which is none of the outlet's hosts"),
    ("isso", '<script data-isso="javascript:alert(1)"></script>',
     "its comments are at no host, which is none of the outlet's hosts"),
    ("isso", '<script data-isso="https://user:pw@talk.example/"></script>',
     "its comments are at no host, which is none of the outlet's hosts")])
def test_a_page_without_its_thread_s_key_is_an_error_and_no_silent_zero(api, inside, reason, on_the_page):
    thread = on_the_page(outlet_with(api), after=inside)
    assert (thread.system, thread.state, thread.reason, thread.wanted) == (api, "error", reason, ())


def test_an_outlet_that_names_an_api_is_not_read_in_other_ways(on_the_page, fetched):
    talk = "".join(f'<div class="comment" id="comment-{number}"><b class="author">Aigerim</b><time datetime="2026-03-01">'
                   f"1 March</time><p>A word of the readers, number {number}.</p></div>" for number in range(4))
    assert len(read(fetched(page(LINES["en"], after=f'<div class="comments">{talk}</div>')), None).thread.comments) == 4
    thread = on_the_page(outlet_with("isso"), after=f'<div class="comments">{talk}</div>')
    assert (thread.state, thread.comments) == ("error", ())


def test_what_the_page_does_not_say_the_outlet_says(on_the_page):
    thread = on_the_page(outlet_with("isso", values={"host": "https://talk.example/isso/"}))
    assert thread.wanted[0].url.startswith("https://talk.example/isso/?uri=%2Fen%2F")


def test_the_address_that_is_asked_is_known_again(on_the_page):
    for api in shipped():
        mapping = named(api)
        values = {name: "https://talk.example/x" if name == mapping.base else "a b/c?d&e=я" for name in mapping.needs}
        assert mapping.told(mapping.first(values)) == values, api
        assert mapping.told("https://talk.example/other?id=1") is None


# --- what an answer says

def test_wordpress_comments_have_their_true_parents_and_need_no_outlet(answer):
    text = "<p>Один<br>два &amp; три</p><script>alert(1)</script>\n<p onclick='x()'>четыре &#8230;</p>"
    thread = answer(WORDPRESS.format(1), [wp(1), wp(2, 1, text), wp(3, 2, author_name="Tom &amp; <b>Co</b>"), wp(5, 4),
                                          wp(6, type="pingback")])
    assert isinstance(thread, ThreadRead)
    assert (thread.system, thread.state, thread.native_key, thread.wanted) == ("wordpress", "complete", "9", ())
    assert [(one.native_id, one.parent, one.parent_id, one.depth) for one in thread.comments] == [
        ("1", None, None, 0), ("2", 0, "1", 1), ("3", 1, "2", 2), ("5", None, "4", 0)]
    assert [one.parent_source for one in thread.comments] == [None, "api", "api", None]
    first, second, third, _ = thread.comments
    assert (first.posted, first.posted_raw, first.certainty) == (
        datetime(2026, 3, 1, 5, tzinfo=timezone.utc), "2026-03-01T05:00:00", "exact")
    assert (second.text, third.author) == ("Один\nдва & три\nчетыре …", "Tom & Co")


@pytest.mark.parametrize(("entries", "page_number", "pages", "wanted"), [
    (100, 1, None, 2), (100, 7, "7", 8), (99, 1, None, None), (0, 3, "9", None), (99, 1, "2", 2), (99, 2, "2", None),
    (99, 1, "many", None), (99, 1, "9" * 30, None)])
def test_counted_answers_end_with_an_empty_or_a_short_one(entries, page_number, pages, wanted, answer):
    headers = (("x-wp-totalpages", pages),) if pages else ()
    thread = answer(WORDPRESS.format(page_number), [wp(number) for number in range(1, entries + 1)], headers=headers)
    assert [one.url for one in thread.wanted] == ([WORDPRESS.format(wanted)] if wanted else [])


def post(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "parent": None, "author": {"name": "Marat"}, "createdAt": "2026-03-01T05:00:00",
            "message": "<p>No.</p>", "likes": 3, "dislikes": 1, "isDeleted": False, **more}


def test_a_cursor_is_followed_until_the_answer_says_it_is_the_last(answer):
    outlet, url = outlet_with("disqus", api_key_file="key"), LIST.format("ident%3A1")
    thread = answer(url, {"cursor": {"hasNext": True, "next": "17:0:0"}, "response": [post(1), post(2, parent=1)]}, outlet)
    assert [one.url for one in thread.wanted] == [f"{url}&cursor=17%3A0%3A0"]
    assert [(one.parent, one.likes, one.dislikes) for one in thread.comments] == [(None, 3, 1), (0, 3, 1)]
    assert not any(one.deleted for one in thread.comments)
    last = answer(thread.wanted[0].url, {"cursor": {"hasNext": False, "next": "17:0:0"}, "response": [
        post(3, parent=2, isDeleted=True, message="")]}, outlet)
    assert (last.wanted, last.native_key, last.state) == ((), thread.native_key, "complete")
    assert [(one.parent, one.parent_id, one.deleted) for one in last.comments] == [(None, "2", True)]
    for cursor in ({}, {"hasNext": True}, {"hasNext": True, "next": ["x"]}, {"hasNext": True, "next": True}, None):
        lost = answer(url, {"cursor": cursor, "response": [post(1)]}, outlet)
        assert (lost.state, lost.reason) == ("partial", "the answer does not say whether it is the last one")
    again = answer(thread.wanted[0].url, {"cursor": {"hasNext": True, "next": "17:0:0"}, "response": [post(4)]}, outlet)
    assert (again.wanted, again.state, again.reason) == ((), "partial", "the answer names itself as the next one")


def test_answers_that_stand_inside_one_another_keep_their_order_and_parents(answer):
    def said(number: int, *answers: Any) -> dict[str, Any]:
        return {"id": number, "name": "Ерлан", "text": f"№{number} &quot;да&quot;", "date": "2026-03-01 10:00:00",
                "child": list(answers)}
    url = "https://c.tn.kz/comments/get/list/?id=7&type=news&lang=ru&sort=best"
    thread = answer(url, {"list": [said(1, said(2, said(3)), said(4)), said(5)]}, outlet_with("tengrinews"))
    assert [(one.text, one.parent, one.depth) for one in thread.comments] == [
        ('№1 "да"', None, 0), ('№2 "да"', 0, 1), ('№3 "да"', 1, 2), ('№4 "да"', 0, 1), ('№5 "да"', None, 0)]
    one = thread.comments[0]
    assert (one.posted, one.posted_raw, one.certainty) == (
        datetime(2026, 3, 1, 5, tzinfo=timezone.utc), "2026-03-01 10:00:00", "local")
    assert (thread.state, thread.native_key) == ("complete", "news 7")


FIND = "https://talk.example/api/v1/find?site=s&url=u&format=plain&sort=%2Btime"


def remark(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"c{number}", "pid": "", "text": "<p>Да.</p>", "user": {"name": "Dana"}, "score": 1,
            "time": "2026-03-01T10:00:00.123456789+05:00", **more}


@pytest.mark.parametrize(("count", "state", "reason", "off"), [
    (2, "complete", None, None), (5, "partial", "6 comments declared, 3 read", 3), ("2", "complete", None, None)])
def test_the_api_s_own_count_is_checked(count, state, reason, off, answer):
    body = {"comments": [remark(1), remark(2, pid="c1"), remark(3, delete=True, text="")], "info": {"count": count}}
    thread = answer(FIND, body, outlet_with("remark42"))
    assert (thread.state, thread.reason, thread.off, len(thread.comments)) == (state, reason, off, 3)
    assert thread.comments[0].posted == datetime(2026, 3, 1, 5, 0, 0, 123456, tzinfo=timezone.utc)
    assert [one.deleted for one in thread.comments] == [False, False, True]
    assert thread.comments[1].parent == 0 and thread.closed is False


def test_a_thread_that_takes_no_more_comments_says_so(answer):
    body = {"comments": [remark(1)], "info": {"count": 1, "read_only": True}}
    assert answer(FIND, body, outlet_with("remark42")).closed is True


@pytest.mark.parametrize("text", ["{", "", "[", '{"a":', '{"comments": NaN}', "[1,2", '"text"', '{"replies": [}', "[" * 100_000,
                                  "[" * 100_000 + "]" * 100_000, '{"replies":' * 100_000 + "1" + "}" * 100_000,
                                  "1" * 5000, "[" + "1" * 5000 + "]", "[1e999]", '["\\ud800"]', "\x00", "null", "3", "{}", "[]",
                                  '{"replies": {}}', '{"replies": null}', '{"replies": "none"}', '{"error": "no such thread"}',
                                  '{"replies": [1, null, "x", []]}', b"\xff\xfe{", b'{"replies": [\xff]}',
                                  '{"replies": [{"id": 1}]}'])
def test_no_answer_raises_and_none_is_a_silent_zero(text, answer):
    value = answer(ISSO, text, outlet_with("isso"))
    if isinstance(value, Nothing):
        assert value.reason and value.note and not value.note.endswith("the reader failed on this page")
    else:
        assert (value.state, value.comments, bool(value.reason)) == ("error", (), True)


GOOD = {"id": 1, "parent": None, "author": "A", "text": "<p>x</p>", "created": 1772341200.5, "likes": 0, "dislikes": 0,
        "mode": 1}


@pytest.mark.parametrize("wrong", [{"id": None}, {"id": True}, {"id": {}}, {"id": 1.5}, {"id": ""}, {"text": None}, {"text": 3},
                                   {"text": ["x"]}, {"parent": {}}, {"parent": True}, {"parent": 0.5}])
def test_an_entry_that_is_no_comment_makes_the_thread_partial(wrong, answer):
    body = {"hidden_replies": 0, "replies": [GOOD, {**GOOD, "id": 2, **wrong}]}
    thread = answer(ISSO, body, outlet_with("isso"))
    assert (thread.state, thread.reason, len(thread.comments)) == ("partial", "1 of 2 entries are no comments", 1)


@pytest.mark.parametrize("odd", [{"likes": "x"}, {"likes": -1}, {"likes": 10**30}, {"likes": True}, {"author": None},
                                 {"author": 7}, {"created": None}, {"created": "x"}, {"created": 1e300}, {"created": -5},
                                 {"created": 10**400}, {"created": True}, {"mode": "4"}, {"mode": None}, {"parent": 1}])
def test_an_odd_field_costs_no_comment(odd, answer):
    one, = answer(ISSO, {"hidden_replies": 0, "replies": [{**GOOD, **odd}]}, outlet_with("isso")).comments
    assert (one.text, one.deleted, one.parent) == ("x", False, None)
    assert (one.likes is None) == ("likes" in odd) and (one.author is None) == ("author" in odd)
    assert (one.posted is None) == ("created" in odd)


def test_comments_that_answer_each_other_in_a_circle_are_all_read(answer):
    replies = [{**GOOD, "id": number, "parent": number % 3 + 1} for number in (1, 2, 3)]
    thread = answer(ISSO, {"hidden_replies": 0, "replies": replies}, outlet_with("isso"))
    assert sorted(one.depth for one in thread.comments) == [0, 1, 2]


def test_an_id_that_was_another_comment_s_before_is_a_new_comment(answer):
    replies = [GOOD, {**GOOD, "id": 2, "parent": 1}]
    before = answer(ISSO, {"hidden_replies": 0, "replies": replies}, outlet_with("isso")).comments
    replies[1] = {**replies[1], "created": 1772341999.25, "modified": 1}
    after = answer(ISSO, {"hidden_replies": 0, "replies": replies}, outlet_with("isso")).comments
    assert before[0] == after[0] and before[1].native_id == "2@1772341200.5" and after[1].native_id == "2@1772341999.25"
    assert [one.parent for one in after] == [None, 0] and after[1].parent_id == after[0].native_id


def test_hostile_texts_are_read_in_a_moment_and_hide_no_other_comment(answer):
    texts = ["<a " + "x " * 64_000 + ">deep</a>", "<b>" * 50_000 + "bold", "<!-- -->",
             "&#0;&#xD800;<p>\x07bell</p>", "<style>p{}</style>z"]
    replies = [{**GOOD, "id": number, "text": text} for number, text in enumerate(texts, 1)]
    thread = answer(ISSO, {"hidden_replies": 0, "replies": replies}, outlet_with("isso"))
    assert [one.text[-4:] for one in thread.comments] == ["deep", "bold", "", "bell", "z"]
    assert thread.state == "complete"


def test_ten_thousand_comments_of_one_answer_are_read(answer):
    replies = [{**GOOD, "id": number, "parent": number - 1 or None} for number in range(1, 10_001)]
    thread = answer(ISSO, {"hidden_replies": 0, "replies": replies}, outlet_with("isso"))
    assert (len(thread.comments), thread.comments[-1].depth, thread.state) == (10_000, 9_999, "complete")


def test_two_comments_of_one_id_are_in_doubt(answer):
    thread = answer(ISSO, {"hidden_replies": 0, "replies": [GOOD, GOOD]}, outlet_with("isso"))
    assert (thread.state, thread.reason) == ("partial", "two comments have one id")


def test_json_that_is_no_thread_is_nothing_as_before(answer, steppe):
    for outlet in (None, steppe, outlet_with("isso")):
        value = answer("https://steppe.example/data.json", {"replies": [GOOD]}, outlet)
        assert isinstance(value, Nothing) and value.reason == "not_article"


def test_the_first_answer_s_address_counts_and_not_where_it_was_redirected_to(fetched):
    body = json.dumps([wp(1)])
    one = fetched(body, url="https://blog.example/elsewhere", asked=WORDPRESS.format(1), content_type="text/plain")
    assert isinstance(read(one, None), ThreadRead)


def test_a_page_whose_outlet_names_an_api_is_not_unsupported(on_the_page):
    assert on_the_page(outlet_with("isso"), after="<div id='disqus_thread'></div>").system == "isso"


def test_another_mapping_is_another_reader(now):
    from pipelines.read.door import reader_name
    names = {reader_name(outlet_with(api), now) for api in ("isso", "remark42", "tengrinews")}
    keys = {reader_name(outlet_with("disqus", api_key_file=file), now) for file in ("a", "b")}
    assert (len(names), len(keys)) == (3, 1)
    assert reader_name(outlet_with("isso", values={"host": "https://talk.example"}), now) not in names


def test_a_table_of_the_outlet_s_own_is_a_mapping(answer, on_the_page):
    own = {"address": "https://talk.example/list?topic={topic}&from=0", "thread": "{topic}", "items": "data.rows",
           "html": False, "time": "local", "values": {"topic": {"css": "article[data-topic]", "attribute": "data-topic"}},
           "fields": {"id": "n", "text": "body", "parent": "to"}}
    outlet = outlet_with(own)
    thread = on_the_page(outlet, inside="<article data-topic='7'></article>")
    assert [one.url for one in thread.wanted] == ["https://talk.example/list?topic=7&from=0"]
    found = answer(thread.wanted[0].url, {"data": {"rows": [{"n": "x", "body": "a <b> c", "to": 0}]}}, outlet)
    assert (found.system, found.native_key, [one.text for one in found.comments]) == ("json_api", "7", ["a <b> c"])


def test_a_time_in_the_future_is_no_time(answer, now):
    late = {**GOOD, "created": (now + timedelta(days=9)).timestamp()}
    one, = answer(ISSO, {"hidden_replies": 0, "replies": [late]}, outlet_with("isso")).comments
    assert one.posted is None and one.posted_raw


@pytest.mark.parametrize("language", TALKS)
def test_a_thread_is_read_in_every_language_from_either_shape(language, answer):
    said = TALKS[language].said
    flat = [wp(place + 1, 0 if parent is None else parent + 1, f"<p>{text}</p>", author_name=author)
            for place, (author, text, parent) in enumerate(said)]

    def nested(above: int | None) -> list[dict[str, Any]]:
        return [{"id": place + 1, "parent": None if parent is None else parent + 1, "author": author, "text": f"<p>{text}</p>",
                 "created": 1772344800.0 + place, "mode": 1, "replies": nested(place)}
                for place, (author, text, parent) in enumerate(said) if parent == above]
    from_wordpress = answer(WORDPRESS.format(1), flat)
    from_isso = answer(ISSO, {"total_replies": 2, "hidden_replies": 0, "replies": nested(None)}, outlet_with("isso"))
    for found in (from_wordpress, from_isso):
        assert sorted((one.author, one.text) for one in found.comments) == sorted((author, text) for author, text, _ in said)
        assert {one.text: found.comments[one.parent].text for one in found.comments if one.parent is not None} == {
            text: said[parent][1] for _, text, parent in said if parent is not None}
