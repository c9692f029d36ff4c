"""What is plainly readers' comments never enters an article."""
import pytest

from crawler.items import NO_THREAD, ArticleRead
from pipelines.read.door import read
from tests.pipelines.read import shells
from tests.pipelines.read.pages_to_read import LINES, page

PROSE = "I have driven over that pass for thirty years, and nobody has ever asked me who should guard it, not even once."
COMMENTS = [
    '<div id="comments"><h3>2 comments</h3><ol class="comment-list"><li class="comment"><p>{0}</p></li></ol></div>',
    '<section class="comments-area"><p>{0}</p></section>', '<ul class="commentlist"><li><p>{0}</p></li></ul>',
    '<div class="post-comments js-x"><div>{0}</div></div>', '<div id="disqus_thread"><p>{0}</p></div>',
    '<div class="ArticleComments"><p>{0}</p></div>', '<div class="commentwrap7"><p>{0}</p></div>',
    '<div class="x1z9-comments__list"><p>{0}</p></div>',
    '<div id="respond"><p>{0}</p></div>', '<section id="discussion"><ul><li><p>{0}</p></li></ul></section>',
    '<div class="answers"><div itemprop="comment" itemscope itemtype="https://schema.org/Comment"><p>{0}</p></div></div>',
    '<ul><li itemscope itemtype="http://schema.org/UserComments"><p>{0}</p></li></ul>',
    '<aside class="widget_recent_comments"><p>{0}</p></aside>', '<div class="wpd-thread-list"><p>{0}</p></div>']


@pytest.fixture
def lines(fetched):
    def lines_of(body: str) -> list[str]:
        value = read(fetched(body), None)
        assert isinstance(value, ArticleRead), value
        return value.text.splitlines()
    return lines_of


@pytest.mark.parametrize("place", ["inside", "after"])
@pytest.mark.parametrize("markup", COMMENTS)
def test_comments_do_not_enter_the_text_and_more_of_them_change_nothing(markup, place, lines):
    for number in (1, 12):
        assert lines(page(**{place: markup.format("</p><p>".join([PROSE] * number))})) == list(LINES["en"])


@pytest.mark.parametrize("shell", shells.SHELLS)
@pytest.mark.parametrize("wrapper", shells.WRAPPERS)
def test_more_comments_inside_the_body_leave_the_text_as_it_was_written(wrapper, shell, lines):
    for number in (2, 5):
        assert lines(shells.page(shell, inside=shells.comments(wrapper, number))) == list(shells.LINES)


@pytest.mark.parametrize("markup", [
    "<h3>Comments of experts (2)</h3><ul><li>{0}</li></ul>", "<div><h3>Discussion</h3><p>{0}</p></div>",
    "<details><summary>What we know</summary><p>{0}</p></details>",
    "<section aria-label='Comments of the ministry'><p>{0}</p></section>",
    "<div class='commentary'><p>{0}</p></div>", "<x-card><p>{0}</p></x-card>", "<h3>2 comments</h3><p>{0}</p>"])
def test_what_is_called_otherwise_is_text(markup, lines):
    assert any(PROSE in line for line in lines(page(inside=markup.format(PROSE))))


@pytest.mark.parametrize(("tag", "name"), [
    ("body", "has-comments comments-open"), ("main", "comments"), ("div class='story'", "with-comments"),
    ("div class='story'", "comment"), ("div class='story'", "article-comments"), ("div class='story'", "comments-open")])
def test_an_element_that_holds_the_article_is_not_cut_whatever_its_name(tag, name, lines):
    start = f"<{tag}>"
    assert start in page()
    named = page().replace(start, f"<{tag.split()[0]} class='{name}'>")
    assert lines(named) == list(LINES["en"])


def test_text_behind_a_cut_element_stays(lines):
    after = "Behind the comments the article goes on, as it does on some pages that were made by hand."
    assert lines(page(inside=f"<div class='comments'><p>{PROSE}</p></div>{after}"))[-1] == after


@pytest.mark.parametrize("name", ["has-comments", "part no-comments", "with-comments-on"])
def test_a_name_that_tells_of_the_page_is_no_place_of_comments(name, lines):
    assert PROSE in lines(page(inside=f"<div class='{name}'><p>{PROSE}</p></div>"))


def test_a_commentary_is_no_comment(lines):
    assert PROSE in lines(page(inside=f"<section class='commentary'><p>{PROSE}</p></section>"))


@pytest.mark.parametrize(("system", "markup"), [
    ("disqus", '<div id="disqus_thread"></div>'), ("facebook", '<div class="fb-comments" data-href="x"></div>'),
    ("vk", "<script>VK.Widgets.Comments('vk')</script>"), ("hypercomments", '<div id="hypercomments_widget"></div>'),
    ("cackle", "<script>cackle_widget.push({widget: 'Comment', id: 1})</script>"),
    ("coral", "<script>Coral.createStreamEmbed({})</script>"), ("coral", '<a href="#coral_thread">Comments</a>'),
    ("facebook", "<fb:comments href='x'></fb:comments>"), ("disqus", "<script src='https://x.disqus.com/embed.js'></script>"),
    ("isso", '<section id="isso-thread"></section>'),
    ("isso", "<script data-isso='//x' src='//x/embed.js'></script>"), ("remark42", '<div id="remark42"></div>'),
    ("remark42", "<script>var remark_config = {}</script>")])
def test_a_system_whose_comments_are_not_in_the_page_is_named(system, markup, fetched, steppe):
    for outlet in (None, steppe):
        value = read(fetched(page(after=markup)), outlet)
        assert isinstance(value, ArticleRead)
        assert (value.thread.state, value.thread.system) == ("unsupported", system)


def test_a_text_that_speaks_of_a_system_is_no_sign_of_it(fetched):
    value = read(fetched(page(after="<p>How to embed disqus_thread and Coral.createStreamEmbed</p>")), None)
    assert isinstance(value, ArticleRead) and value.thread == NO_THREAD


def test_a_page_without_any_sign_of_comments_has_no_thread(fetched):
    value = read(fetched(page()), None)
    assert isinstance(value, ArticleRead) and value.thread == NO_THREAD
