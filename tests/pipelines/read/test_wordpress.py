"""Threads as WordPress prints them."""
from datetime import datetime, timezone

import pytest

from crawler.items import ThreadRead, Wanted
from tests.pipelines.read.markups import NESTED, PARENTLESS, WORDPRESS, Voice, in_page_order, wordpress_html5, wordpress_xhtml
from tests.pipelines.read.pages_to_read import LINES, URL

VOICES = [Voice(41, "Aigerim", "The pass was closed for two days, and nobody told the drivers why it was so."),
          Voice(42, "Марат К.", "Я стоял там с вечера.", answers=41), Voice(43, "Ўткир", "Rostdanmi?", answers=42),
          Voice(44, "王芳", "That's right!"), Voice(45, "Old <Rider>", "That's right!", answers=44),
          Voice(46, "Aigerim", "So it is, & so it was.", answers=42)]
REST = '<link rel="https://api.w.org/" href="https://steppe.example/wp-json/">'
DATA = "https://steppe.example/wp-json/wp/v2/comments?post=190&per_page=100&order=asc&orderby=date_gmt&page=1"
SHORT = '<link rel="shortlink" href="https://steppe.example/?p=190">'


def shown(found: ThreadRead) -> list[tuple]:
    return [(one.native_id, one.author, one.text, one.parent) for one in found.comments]


@pytest.mark.parametrize("place", ["inside", "after"])
@pytest.mark.parametrize("markup", WORDPRESS)
def test_every_markup_is_read_with_its_parents_and_leaves_the_article_clean(markup, place, generally):
    value = generally(**{place: WORDPRESS[markup](VOICES)})
    order = in_page_order(VOICES) if markup in NESTED else VOICES
    at = {one.number: number for number, one in enumerate(order)}
    parents = [None if markup in PARENTLESS or one.answers is None else at[one.answers] for one in order]
    assert shown(value.thread) == [(str(one.number), one.author, one.text, parent)
                                   for one, parent in zip(order, parents, strict=True)]
    assert {one.posted for one in value.thread.comments} == {datetime(2026, 3, 1, 10, 15, tzinfo=timezone.utc)}
    assert (value.thread.system, value.thread.state, value.thread.declared) == ("wordpress", "complete", 6)
    assert value.text.splitlines() == list(LINES["en"])


def test_votes_are_read_where_they_are_shown(thread):
    assert [one.likes for one in thread(WORDPRESS["wpdiscuz 5"](VOICES[:2])).comments] == [6, 0]
    seven = thread(WORDPRESS["wpdiscuz 7"](VOICES[:2])).comments
    assert [(one.likes, one.dislikes) for one in seven] == [(6, 2), (0, 0)]
    assert [one.likes for one in thread(wordpress_html5(VOICES[:2])).comments] == [None, None]


PINGBACK = """<li id="comment-99" class="pingback odd alt depth-1"><div class="comment-body">Pingback:
<a href="https://other.example/">Guards, as others see them</a></div></li>"""


@pytest.mark.parametrize("counted", [2, 3])
def test_pingbacks_are_no_comments_whether_they_are_counted_or_not(counted, generally):
    markup = wordpress_html5(VOICES[:2]).replace("</ol><div id=", f"{PINGBACK}</ol><div id=").replace("2 thoughts",
    f"{counted} thoughts")
    value = generally(inside=markup)
    assert [one.native_id for one in value.thread.comments] == ["41", "42"]
    assert (value.thread.state, value.thread.declared) == ("complete", 2)
    assert value.text.splitlines() == list(LINES["en"])


def test_trackbacks_in_a_list_of_their_own_are_no_comments(thread):
    pings = '<h3>Trackbacks</h3><ol class="pinglist"><li id="comment-77"><p>A blog that links here.</p></li></ol>'
    assert [one.native_id for one in thread(wordpress_xhtml(VOICES[:2]) + pings).comments] == ["41", "42"]


def test_a_box_of_recent_comments_is_not_of_this_thread(generally):
    box = """<section class="widget widget_recent_comments"><h3>Recent comments</h3><ul>
<li id="comment-7" class="recentcomments">
<b class="fn">Лола</b> on <a href="/en/other#comment-7">Herders</a><p>It was never mended.</p></li></ul></section>"""
    value = generally(inside=wordpress_html5(VOICES), after=box)
    assert (len(value.thread.comments), value.thread.state) == (6, "complete")
    assert generally(after=box).thread.state == "none"


def test_a_flat_list_is_nested_by_what_its_classes_say(thread):
    flat = "".join(f'<li id="comment-{number}" class="comment depth-{depth}"><cite>A</cite><p>So it is, {number}.</p></li>'
                   for number, depth in ((1, 1), (2, 2), (3, 3), (4, 2), (5, 1)))
    found = thread(f'<ol class="commentlist">{flat}</ol>')
    assert [one.parent for one in found.comments] == [None, 0, 1, 0, None]
    assert {one.parent_source for one in found.comments if one.parent is not None} == {"attribute"}


def test_answers_behind_what_they_answer_are_its_answers(thread):
    """As where a list of answers stands in no item of the list."""
    item = '<div id="comment-{0}"><b class="fn">A</b><div class="comment-text"><p>So it is, {0}.</p></div></div>'
    found = thread(f'<div>{item.format(1)}<ul class="children">{item.format(2)}{item.format(3)}</ul>{item.format(4)}</div>')
    assert [one.parent for one in found.comments] == [None, 0, 0, None]


def test_an_indented_list_behind_a_comment_that_an_anchor_numbers_answers_it(thread):
    def one(number: int, answers: str = "") -> str:
        return (f"<a id='comment-{number}'></a><article class='comment'><h3>Re</h3><p class='author-datetime'>"
                f"<span class='username'>Serik</span> on 01.03.2026</p><div><p>So it is.</p></div></article>"
                + (f"<div class='indented'>{answers}</div>" if answers else ""))
    found = thread(f"<section id='comments'><h2>Comments (4)</h2>{one(7, one(9, one(12)))}{one(14)}</section>")
    assert [(each.native_id, each.parent) for each in found.comments] == [("7", None), ("9", 0), ("12", 1), ("14", None)]


def test_an_answer_that_names_what_it_answers_is_believed(thread):
    markup = wordpress_html5([*VOICES[:4], Voice(50, "Dana", "No.")]).replace(
        "<p>No.</p>", '<p><a href="#comment-43">@Ўткир</a>: No.</p>')
    found = thread(markup)
    last = found.comments[4]
    assert (last.text, last.parent, last.parent_source) == ("@Ўткир: No.", 2, "attribute")


def test_an_answer_to_a_comment_of_another_page_keeps_its_number(thread):
    one = thread(WORDPRESS["wpdiscuz 7"](VOICES[:1]).replace("wpd-comm-41_0", "wpd-comm-41_12")).comments[0]
    assert (one.parent, one.parent_id) == (None, "12")


@pytest.mark.parametrize("notice", ["This comment was removed by a moderator.", "Комментарий удалён.", "Пікір жойылды",
"评论已删除"])
def test_what_is_left_of_a_removed_comment_is_no_text(notice, thread):
    found = thread(wordpress_html5([VOICES[0], Voice(42, "Marat", notice, answers=41)]))
    assert [(one.deleted, bool(one.text)) for one in found.comments] == [(False, True), (True, False)]
    assert found.state == "complete"


def test_a_comment_that_only_speaks_of_removal_stays(thread):
    said = "My comment was removed by a moderator, and nobody told me why that was, though I had only asked about the " \
           "drivers who had stood at the pass for two days without a word from anyone at all, and who stand there now."
    assert not thread(wordpress_html5([Voice(1, "A", said), Voice(2, "B", "Removed? Why?")])).comments[0].deleted


def test_a_closed_thread_is_told(thread):
    closed = wordpress_html5(VOICES).replace('<div id="respond"', '<p class="no-comments">Comments are closed.</p><div id="x"')
    assert thread(closed).closed and not thread(wordpress_html5(VOICES)).closed


def test_a_count_that_does_not_agree_is_told(thread):
    found = thread(wordpress_html5(VOICES).replace("6 thoughts", "9 thoughts"))
    assert (found.state, found.declared, found.off, found.wanted) == ("partial", 9, 3, ())
    assert thread(wordpress_html5(VOICES).replace("6 thoughts on", "Thoughts about")).state == "complete"


class TestTheKey:
    @pytest.mark.parametrize(("head", "before"), [
        (SHORT, ""), ('<link rel="alternate" type="application/json" href="https://steppe.example/wp-json/wp/v2/posts/190">',
        ""), ("", '<form><input type="hidden" name="comment_post_ID" value="190"></form>'), ("",
        '<div id="post-190" class="post-190"></div>')])
    def test_is_the_articles_number_where_the_page_tells_it(self, head, before, generally):
        assert generally(inside=wordpress_html5(VOICES), head=head, before=before).thread.native_key == "190"

    def test_is_the_articles_address_elsewhere(self, generally):
        others = '<div class="post-7"></div><div class="post-8"></div>'
        assert generally(inside=wordpress_html5(VOICES), before=others).thread.native_key == URL.partition("://")[2]


class TestAPlaceWithoutComments:
    FORM = '<div id="comments"><div id="respond"><form id="commentform"><textarea name="comment"></textarea></form></div></div>'

    def test_is_a_whole_thread(self, thread):
        found = thread(self.FORM)
        assert (found.system, found.state, found.declared, found.comments) == ("wordpress", "complete", 0, ())

    def test_is_in_doubt_where_the_page_declares_some(self, thread):
        found = thread(f'{self.FORM}<meta itemprop="interactionCount" content="UserComments:4">')
        assert (found.state, found.declared) == ("partial", 4)

    def test_says_nothing_where_scripts_put_comments(self, thread):
        found = thread(f'{self.FORM}<div id="disqus_thread"></div>')
        assert (found.system, found.state) == ("disqus", "unsupported")


def nav(*links: str) -> str:
    return f'<nav class="comment-navigation">{"".join(links)}</nav>'


def to(number: int, css: str = "page-numbers", end: str = "#comments") -> str:
    return f'<a class="{css}" href="{URL}/comment-page-{number}/{end}">{number}</a>'


class TestPaging:
    def urls(self, found: ThreadRead) -> list[str]:
        return [one.url.removeprefix(URL) for one in found.wanted]

    @pytest.mark.parametrize(("links", "wanted"), [
        ([to(2), to(3), to(4)], [2, 3, 4]), ([to(2), to(9)], [2, 3, 4, 5, 6, 7, 8, 9]), ([to(2, "next page-numbers")], [2]),
        ([to(3, "prev page-numbers")], [1, 2, 3]), ([to(1), to(2)], [1, 2]), ([to(1), to(3)], [1, 3])])
    def test_all_other_pages_are_wanted_by_their_numbers(self, links, wanted, thread):
        found = thread(wordpress_html5(VOICES) + nav(*links))
        assert self.urls(found) == [f"/comment-page-{number}/" for number in wanted]
        assert (found.state, found.reason) == ("partial", "further pages of the thread are not read yet")

    def test_pages_in_the_query_are_pages_too(self, thread):
        found = thread(wordpress_html5(VOICES) + nav(f'<a class="next" href="{URL}?cpage=2#comments">Newer</a>'))
        assert self.urls(found) == ["?cpage=2"]

    def test_a_further_page_wants_only_what_it_links_to(self, thread):
        found = thread(wordpress_html5(VOICES) + nav(to(3), to(5),
        f'<a href="{URL}/#comments">1</a>'), url=f"{URL}/comment-page-2/",
                       head=REST + SHORT)
        assert self.urls(found) == ["/comment-page-3/", "/comment-page-5/"]

    def test_links_to_comments_and_to_other_articles_are_no_pages(self, thread):
        other = f'<a href="https://steppe.example/en/other/comment-page-2/#comments">2</a>{to(4, end="#comment-41")}'
        found = thread(wordpress_html5(VOICES) + nav(other))
        assert (found.wanted, found.state) == ((), "complete")

    def test_the_sites_data_are_wanted_first_where_it_offers_them(self, thread):
        found = thread(wordpress_html5(VOICES) + nav(to(2)), head=REST + SHORT)
        assert found.wanted == (Wanted(DATA, (Wanted(f"{URL}/comment-page-2/"),)),)

    def test_the_sites_data_are_wanted_where_the_count_does_not_agree(self, thread):
        found = thread(wordpress_html5(VOICES).replace("6 thoughts", "9 thoughts"), head=REST + SHORT)
        assert (found.wanted, found.state, found.off) == ((Wanted(DATA, (Wanted(URL),)),), "partial", 3)

    @pytest.mark.parametrize("head", [REST, SHORT, ""])
    def test_without_an_offer_and_a_number_nothing_is_wanted(self, head, thread):
        assert thread(wordpress_html5(VOICES).replace("6 thoughts", "9 thoughts"), head=head).wanted == ()

    def test_a_whole_thread_wants_nothing(self, thread):
        assert thread(wordpress_html5(VOICES), head=REST + SHORT).wanted == ()

    def test_where_answers_are_nested_no_deeper_the_sites_data_tell_their_parents(self, thread):
        deepest = [Voice(1, "A", "One."), Voice(2, "B", "Two.", answers=1), Voice(3, "C", "Three.", answers=1)]
        markup = wordpress_html5(deepest)
        for number in (2, 3):
            link = f'<a class="comment-reply-link"\nhref="?replytocom={number}#respond" data-commentid="{number}">Reply</a>'
            assert link in markup
            markup = markup.replace(link, "")
        found = thread(markup, head=REST + SHORT)
        assert (found.state, [one.url for one in found.wanted]) == ("partial", [DATA])
        assert thread(wordpress_html5(deepest), head=REST + SHORT).wanted == ()


@pytest.mark.parametrize(("head", "author"), [
    ("<p class='comment-author'>Jamie Cassidy on November 15, 2025 at 10:12 am</p>", "Jamie Cassidy"),
    ("<div class='comment-author'>Ben 15. November 2025 um 10:12 Uhr - <a class='reply'>Antworten</a></div>", "Ben"),
    ("<h5>Meerim says:</h5><small class='comment-meta'>15.11.2025, 10:12 <a href='#comment-1'>#</a></small>", "Meerim"),
    ("<cite><strong>Ramón</strong> dijo:</cite><div class='commentmetadata'> 15 November 2025 at 10:12 </div>", "Ramón")])
def test_a_name_and_a_time_in_one_line_are_told_apart(head, author, thread):
    one = thread(f'<ol class="commentlist"><li id="comment-1">{head}<p>So it is.</p></li></ol>').comments[0]
    assert (one.author, one.posted, one.text) == (author, datetime(2025, 11, 15, 10, 12, tzinfo=timezone.utc), "So it is.")


@pytest.mark.parametrize("place", ["before", "behind"])
def test_a_name_and_a_time_behind_the_text_are_no_part_of_it(place, thread):
    sign = '<p><cite>Comment by <a rel="external nofollow">Daniel</a> — 15.11.2025 @ <a href="#comment-1">10:12</a></cite></p>'
    text = "<p>So it is.</p>"
    one = thread(f'<ol><li id="comment-1">{sign + text if place == "before" else text + sign}</li></ol>').comments[0]
    assert (one.author, one.text) == ("Daniel", "So it is.")
