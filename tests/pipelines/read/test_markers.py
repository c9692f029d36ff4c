"""Systems whose comments are fetched by a script: said by name where the place for them is on the page, and only there."""
import pytest

from pipelines.read.comments.systems import MARKERS
from pipelines.read.door import read
from tests.pipelines.read.pages_to_read import comment, page, thread

# How pages hold each of them, one at least for every system that is told.
PAGES = {
    "disqus": ('<div id="disqus_thread"></div>', '<aside class="box disqus_thread"></aside>',
               '<a href="#disqus_thread">Comments</a>', "<script>s.src = '//steppe.disqus.com/embed.js';</script>",
               '<script src="https://steppe.disqus.com/embed.js"></script>',
               '<news-disqus-thread shortname="steppe"></news-disqus-thread>'),
    "facebook": ('<div class="fb-comments" data-href="https://steppe.example/1"></div>',
                 '<fb:comments href="/1"></fb:comments>'),
    "vk": ('<div id="vk_comments"></div>', '<script>VK.Widgets.Comments("talk", {limit: 10});</script>'),
    "hypercomments": ('<div id="hypercomments_widget"></div>',
                      '<script src="//w.hypercomments.com/widget/hc/7/ru/widget.js"></script>'),
    "cackle": ("<p id='mc-container'></p><script>cackle_widget.push({widget: 'Comment', id: 7});</script>",
               '<script src="//cackle.me/widget.js"></script>'),
    "coral": ('<div id="coral_thread"></div>', "<script>Coral.createStreamEmbed({id: 'talk'});</script>"),
    "isso": ('<section id="isso-thread"></section>', '<script data-isso="//talk.example/" src="/embed.js"></script>'),
    "remark42": ('<div id="remark42"></div>', "<script>var remark_config = {site_id: 'steppe'};</script>"),
    "spot_im": ('<script async src="https://launcher.spot.im/spot/sp_1" data-spotim-module="spotim-launcher"></script>',
                '<div class="spot-im-comments comments-area"></div>'),
    "viafoura": ('<div class="comments__section-viafoura-container"></div>', "<vf-conversations></vf-conversations>",
                 '<div class="wrap viafoura-comments"></div>'),
    "vuukle": ('<div id="vuukle-comments"></div>', '<a href="#vuukleBlock">Comments</a>'),
    "comentario": ("<comentario-comments></comentario-comments>",),
    "jetpack": ('<iframe class="jetpack_remote_comment" src="https://jetpack.wordpress.com/jetpack-comment/"></iframe>',),
}
# What speaks of a system on pages that have nothing of its place: counters, blockers, themes, styles, other modules.
NO_PLACE = (
    "<script>countVars = {disqusShortname: 'steppe'};</script><script src='https://steppe.disqus.com/count.js'></script>",
    "<script>if (document.getElementById('disqus_thread')) loadDisqus();</script>",
    "<style>#disqus_thread, .fb-comments {}</style>",
    "<link rel='dns-prefetch' href='//disqus.com'>", "<span class='disqus-comment-count' data-disqus-identifier='1'>0</span>",
    "<a href='/other#disqus_thread'>3 comments</a>", "<script>window.fbAsyncInit = function () { FB.init({}); };</script>",
    "<script>VK.Widgets.Like('vk_like');</script>", "<script>block('https?://[^/]*publisher-assets.spot.im')</script>",
    "<script src='https://recirculation.spot.im/spot/sp_1'></script>", "<p>The Coral Sky Amphitheatre</p>",
    "<script>_exports = {viafoura: 1}</script><div class='viafoura'><span class='vf-counter vf-widget'></span></div>",
    "<script>frame = document.getElementById('jetpack_remote_comment');</script>",
    "<div class='remark42-note miss-isso'></div>",
    "<link rel='preconnect' href='https://cdn.viafoura.net'>")


def test_every_system_that_is_told_is_told_here() -> None:
    assert set(PAGES) == set(MARKERS)


@pytest.mark.parametrize(("name", "inside"), [(name, inside) for name, pages in PAGES.items() for inside in pages])
def test_a_system_whose_comments_are_not_in_the_page_is_said(name, inside, fetched):
    found = read(fetched(page(after=inside)), None).thread
    assert (found.system, found.state) == (name, "unsupported") and found.reason


@pytest.mark.parametrize("inside", NO_PLACE)
def test_what_only_speaks_of_a_system_is_no_mark_of_it(inside, fetched):
    found = read(fetched(page(after=inside)), None).thread
    assert (found.system, found.state) == (None, "none")


@pytest.mark.parametrize("inside", [pages[0] for pages in PAGES.values()])
def test_a_page_whose_comments_are_in_it_has_no_mark(inside, fetched, steppe):
    found = read(fetched(page(after=thread(comment(1, "Well said."), "1 Comment(s)") + inside)), steppe).thread
    assert (found.system, found.state, len(found.comments)) == ("native", "complete", 1)


@pytest.mark.parametrize(("inside", "declared"), [
    ("<div class='comments'><h2>12 comments</h2><ol></ol></div>", 12),
    ("<div id='comments'><h3>Комментарии (5)</h3><button>Загрузить</button></div>", 5),
    ("<div class='talk'><h2>Comments (1)</h2><div class='t'><b>Aigerim</b> 01.03.2026 10:15<p>Alone.</p></div></div>", 1)])
def test_a_page_that_counts_comments_and_shows_none_that_are_found_says_so(inside, declared, fetched):
    found = read(fetched(page(after=inside)), None).thread
    assert len(found.comments) == declared or (found.state, found.declared) == ("unsupported", declared)
    assert found.comments or found.reason == f"{declared} comments declared, none of them found in the page"
