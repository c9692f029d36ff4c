"""An outlet's own layouts in reading: what they drop and find, and that they give way where they find nothing."""
from datetime import date, datetime, timezone

import pytest

from crawler.items import ArticleRead
from crawler.outlet import Layout
from pipelines.read.door import read
from tests.pipelines.read.pages_to_read import LINES, comment, page, thread

OWN = ("<div class='who'>Aigerim S. and Steppe Post</div><div class='when'>Put up on 8 March 2019, 13:05 | 4 minutes</div>"
       "<div class='top'>The pass: Guards | Steppe Post</div>")
LONG = "This paragraph stands in the text of the general reader and is long enough to be one of the article's own for it."


@pytest.fixture
def reading(fetched, steppe):
    def reading_of(body: str, *layouts: Layout) -> ArticleRead:
        value = read(fetched(body), steppe.model_copy(update={"layout": layouts}))
        assert isinstance(value, ArticleRead), value
        return value
    return reading_of


def test_its_selectors_win_over_all_other_evidence(reading):
    head = ('<meta property="og:title" content="Other"><meta name="author" content="Marat K.">'
            '<meta property="article:published_time" content="2026-03-01T10:00:00Z">')
    value = reading(page(head=head, before=OWN), Layout(title="div.top", authors="div.who", published="div.when"))
    assert (value.title, value.authors) == ("The pass: Guards | Steppe Post", ("Aigerim S.", "Steppe Post"))
    assert value.published == datetime(2019, 3, 8, 7, 5, tzinfo=timezone.utc)
    assert value.published_raw == "Put up on 8 March 2019, 13:05 | 4 minutes"
    assert [value.origins[field] for field in ("title", "authors", "published")] == ["layout"] * 3


def test_the_machines_form_of_a_value_goes_before_the_one_that_is_shown(reading):
    shown = '<time class="when" datetime="2019-03-08T07:05:00Z">9 March 2019</time><meta class="top" content="Guards">'
    value = reading(page(before=shown), Layout(title=".top", published=".when"))
    assert (value.title, value.published) == ("Guards", datetime(2019, 3, 8, 7, 5, tzinfo=timezone.utc))


def test_a_selector_that_finds_nothing_gives_way_to_the_general_reader(reading):
    body = page(head='<meta name="author" content="Marat K.">', inside="<p class='empty'> </p>")
    general = reading(body)
    for selector in ("div.no-such", "p.empty"):
        value = reading(body, Layout(body=selector, title=selector, authors=selector, published=selector, drop=(selector,)))
        assert (value.title, value.authors, value.published, value.text, value.origins) == (
            general.title, general.authors, general.published, general.text, general.origins)


def test_a_published_that_is_no_date_gives_way(reading):
    head = '<meta property="article:published_time" content="2026-03-01T10:00:00Z">'
    value = reading(page(head=head, before=OWN), Layout(published="div.who"))
    assert (value.published, value.origins["published"]) == (datetime(2026, 3, 1, 10, tzinfo=timezone.utc), "meta")


def test_a_body_is_read_alone_in_page_order_and_each_text_once(reading):
    parts = "".join(f"<section class='part'><div class='part'><p>{line}</p></div></section>" for line in LINES["ru"])
    value = reading(page(before=f"<p>{LONG}</p>", inside=parts), Layout(body=".part"))
    assert value.text.splitlines() == list(LINES["ru"])
    assert value.origins["text"] == "layout"


def test_what_a_layout_drops_is_gone_and_the_text_behind_it_stays(reading):
    inside = f"<p class='q7'>{LONG}</p><p>{LONG[:60]} <b class='q7'>Buy now</b>for us all in the end, as officials said.</p>"
    general, value = reading(page(inside=inside)), reading(page(inside=inside), Layout(drop=(".q7", ":root", ":has(main)")))
    assert LONG in general.text and "Buy now" in general.text
    assert LONG not in value.text and "Buy now" not in value.text
    assert value.text.endswith("for us all in the end, as officials said.")


def test_dropping_takes_no_comment_from_the_thread(reading):
    value = reading(page(inside=thread(comment(1, "Well said."), "1 Comment(s)")), Layout(drop=("div.comments",)))
    assert (value.thread.state, len(value.thread.comments)) == ("complete", 1)
    assert "Well said" not in value.text


def test_the_layout_is_that_of_the_day_the_page_was_fetched(reading, now):
    old = Layout(title="div.top", until=date(2026, 1, 1))
    assert reading(page(before=OWN), old, Layout(title="div.who")).title == "Aigerim S. and Steppe Post"
    assert reading(page(before=OWN), old.model_copy(update={"until": date(2099, 1, 1)}), Layout()).title.startswith("The pass")
