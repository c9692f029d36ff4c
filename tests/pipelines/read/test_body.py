"""Where the text stands on pages of all shapes; what is read is compared with what was written into the page."""
import pytest

from crawler.items import ArticleRead
from pipelines.read.door import read
from tests.pipelines.read.pages_to_read import LINES, page

TEASERS = "".join(f"<div class='box{n}'><h3><a href='/{n}'>Elsewhere {n}</a></h3><p>Some {n} other things have happened in the "
                  f"valley, and this is told on a page of its own.</p></div>" for n in range(1, 9))
DECK = "Two countries that never trained together have begun to, and nobody asks what the third one thinks."


@pytest.fixture
def lines(fetched):
    """Reads a page and gives the lines of its text."""
    def read_lines(markup: str) -> list[str]:
        value = read(fetched(markup), None)
        assert isinstance(value, ArticleRead), value
        return value.text.splitlines()
    return read_lines


def around(start: str, end: str) -> str:
    return page().replace("<main>", f"{start}<main>").replace("</main>", f"</main>{end}")


@pytest.mark.parametrize("wrapper", ["form", "aside", "footer", "nav", "figure", "fieldset", "label"])
def test_an_element_around_the_whole_page_hides_nothing(wrapper, lines):
    assert lines(around(f"<{wrapper}>", f"</{wrapper}>")) == list(LINES["en"])


def test_an_aside_that_is_never_closed_hides_nothing(lines):
    assert lines(around("<aside class='promo'><p>Read us</p>", "")) == list(LINES["en"])


@pytest.mark.parametrize("wrapper", ["form", "aside", "footer", "nav"])
def test_a_box_of_its_own_is_no_text(wrapper, lines):
    box = f"<{wrapper}><p>Every Friday, the five stories of the week in one letter, and nothing else.</p></{wrapper}>"
    assert lines(page(inside=box, after=box)) == list(LINES["en"])


@pytest.mark.parametrize("name", ["story", "x7f3", "elementor-widget", "fig-main"])
def test_the_container_needs_no_telling_name(name, lines):
    inside = "<h2>What comes next</h2><p>The next exercise is planned for the autumn of this year.</p><ul><li>by day</li></ul>"
    expected = [*LINES["en"], "What comes next", "The next exercise is planned for the autumn of this year.", "by day"]
    assert lines(page(inside=inside, after=f"<div>{TEASERS}</div>").replace("'story'", f"'{name}'")) == expected


def test_a_body_in_several_pieces_is_read_whole(lines):
    pieces = "".join(f"<div class='row'><div class='article__body'>{''.join(f'<p>{line}</p>' for line in part)}</div></div>"
                     "<div class='ad-slot'></div>" for part in LINES.values())
    markup = page(()).replace("<div class='story'></div>", f"<div class='grid'>{pieces}</div>")
    assert lines(markup) == [line for part in LINES.values() for line in part]


def test_of_several_articles_the_first_is_the_page_s_own(lines):
    own = "<article class='post'>" + "".join(f"<p>{line}</p>" for line in LINES["en"]) + "</article>"
    others = "".join(f"<article class='post'><p>{line * 4}</p></article>" for line in LINES["ru"])
    assert lines(page(()).replace("<div class='story'></div>", f"<div>{own}{others}</div>")) == list(LINES["en"])


def test_a_line_that_stands_all_over_the_page_is_the_site_s(lines):
    notice = "<div><p>To see this post agree to what the network does with what it learns about you there.</p></div>"
    assert lines(page(inside=notice, before=notice, after=notice)) == list(LINES["en"])
    assert len(lines(page(inside="<p>No comment.</p>" * 3))) == len(LINES["en"]) + 3


# --- the standfirst

def headed(deck: str, head: str = "") -> str:
    """A page with something between the headline and the container of the text."""
    return page(head=head, after=f"<div>{TEASERS}</div>").replace("<main><h1>", "<main><div class='top'><h1>").replace(
        "</h1>", f"</h1>{deck}</div>")


@pytest.mark.parametrize("name", ["article__lead", "standfirst", "dek", "story-summary", "Subtitle"])
def test_a_standfirst_by_its_name_is_the_first_line(name, lines):
    assert lines(headed(f"<p class='{name}'>{DECK}</p>")) == [DECK, *LINES["en"]]


def test_a_standfirst_that_repeats_the_description_is_the_first_line(lines):
    description = f"<meta name='description' content='{DECK}'>"
    assert lines(headed(f"<div class='q1'><p>{DECK}</p></div>", description)) == [DECK, *LINES["en"]]


@pytest.mark.parametrize("box", [
    "<p>{}</p>", "<div class='lead share-bar'><p>{}</p></div>", "<div class='newsletter-intro'><p>{}</p></div>",
    "<p class='lead'><a href='/other'>{}</a></p>"])
def test_other_things_below_the_headline_are_no_standfirst(box, lines):
    assert lines(headed(box.replace("{}", DECK))) == list(LINES["en"])


def test_a_standfirst_that_the_text_repeats_is_read_once(lines):
    assert lines(headed(f"<p class='lead'>{LINES['en'][0]}</p>")) == list(LINES["en"])


def test_more_than_a_thousand_characters_are_no_standfirst(lines):
    long = [f"{number}. {line}" for number in range(1, 13) for line in LINES["en"]]
    markup = headed(f"<p class='lead'>{DECK * 11}</p>").replace("".join(f"<p>{line}</p>" for line in LINES["en"]),
                                                               "".join(f"<p>{line}</p>" for line in long))
    assert lines(markup) == long


# --- what announces other articles

HEADING = ("<div><h3><a href='/{0}'>Elsewhere {0}</a></h3><p>{{}} things have happened in valley {0}, of which there is more "
           "to be told.</p></div>")
CARD = ("<li class='card'><a href='/{0}'>Elsewhere, in valley {0}</a><p>{{}} things have happened there, and there is more to "
        "be told.</p></li>")
BOXES = {"headings": f"<div class='more'>{''.join(map(HEADING.format, range(6)))}</div>",
         "cards": f"<ul>{''.join(map(CARD.format, range(6)))}</ul>"}


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("where", ["before", "inside", "after"])
def test_a_box_of_other_articles_changes_nothing_wherever_it_stands(box, where, lines):
    for word in ("Some", "Many wonderful and many terrible", "No"):
        assert lines(page(**{where: BOXES[box].replace("{}", word)})) == list(LINES["en"])


def test_a_short_article_under_a_heading_that_leads_to_itself_is_no_announcement(lines):
    own = f"<div class='post'><h2><a href='/self'>Guards at the pass</a></h2><p>{LINES['en'][0]}</p></div>"
    markup = page(()).replace("<h1>Guards at the pass</h1><div class='story'></div>", own + BOXES["headings"])
    assert lines(markup)[-1] == LINES["en"][0] and "Elsewhere" not in "".join(lines(markup))


def test_what_holds_most_of_the_page_is_no_announcement(lines):
    body = f"<h2><a href='/a'>Guards</a></h2><p>{LINES['en'][0]}</p>"
    markup = f"<html><head><title>Steppe Post</title></head><body>{body}</body></html>"
    assert lines(markup)[-1] == LINES["en"][0]


def test_a_list_of_links_with_their_texts_is_text(lines):
    told = "tells of the stations on the way, of those who wait there for days, and of what they have to pay for it"
    items = "".join(f"<li><a href='/{number}'>Report {number}</a> {told}.</li>" for number in range(4))
    assert lines(page(inside=f"<ul>{items}</ul>")) == [*LINES["en"], *(f"Report {number} {told}." for number in range(4))]
