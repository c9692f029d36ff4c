"""What moves on a page from look to look is no text, and what only looks like it is."""
import pytest

from crawler.items import ArticleRead, Block
from pipelines.read.door import read
from pipelines.read.moving import moves
from tests.pipelines.read import shells

LOOKS = 20


# Where else a box may stand is tried with fewer looks.
@pytest.mark.parametrize(("place", "looks"), [("among", LOOKS), ("before", 3), ("inside", 3), ("after", 3)])
@pytest.mark.parametrize("shell", shells.SHELLS)
def test_twenty_looks_at_a_page_whose_boxes_rotate_give_one_text(shell, place, looks, fetched):
    for look in range(looks):
        value = read(fetched(shells.page(shell, **{place: "".join(shells.rotating(look).values())})), None)
        assert isinstance(value, ArticleRead), value
        assert (value.text.splitlines(), value.title) == (list(shells.LINES), shells.TITLE)


@pytest.mark.parametrize("kind", shells.rotating(0))
def test_a_box_of_each_kind_alone_is_no_text(kind, fetched):
    for look, place in enumerate(("before", "among", "inside", "after")):
        value = read(fetched(shells.page("built", **{place: shells.rotating(look)[kind]})), None)
        assert isinstance(value, ArticleRead), value
        assert value.text.splitlines() == list(shells.LINES)


@pytest.mark.parametrize("text", [
    "3 minutes ago", "5 минут назад", "5 minut oldin", "2 сағат бұрын", "2 саат мурун", "2 soat avval", "3 соат олдин",
    "час назад",
    "an hour ago", "2 days ago", "только что", "Сегодня, 12:40", "3 рӯз пеш", "2 gün öň", "5分钟前", "Updated 2 hours ago",
    "12 comments", "1 comment", "12 комментариев", "Комментарии (3)", "Пікірлер: 4", "3 ta izoh", "Просмотров: 1 245",
    "1.2K views",
    "Көрүүлөр: 12", "Ko'rishlar: 15", "Share", "Поделиться 12", "12 shares", "👁 1245", "1 245", "10:12:31",
    "Monday, 2 March 2026, 10:12", "4 min read", "Читайте также:", "Реклама"])
def test_a_line_of_nothing_else_moves(text):
    assert moves(Block("paragraph", text))


@pytest.mark.parametrize("text", [
    "The train left three hours ago.", "12 soldiers were killed.", "5 минут назад поезд ушёл.", "Комментарии экспертов",
    "1991", "12:30",
    "Читайте также книги", "He shared 12 views on roads.", "3:2", "12 | 14 | 15", "No comment from the ministry.", "***",
    "«Вчера»-то он"])
def test_a_line_that_says_anything_is_text(text):
    assert not moves(Block("paragraph", text))


@pytest.mark.parametrize("text", ["2", "2026 views of a road", "12 comments"])
def test_a_heading_may_be_a_number(text):
    assert not moves(Block("heading", text))


@pytest.mark.parametrize("box", ["<div class='views'>{}</div>", "<div class='related'>{}</div>",
    "<div id='share-text'>{}</div>"])
def test_a_box_that_holds_the_article_is_kept_whatever_its_name(box, fetched):
    text = box.format("".join(f"<p>{line}</p>" for line in shells.LINES))
    value = read(fetched(shells.SHELLS["columns"](text, "", "", "")), None)
    assert isinstance(value, ArticleRead) and value.text.splitlines() == list(shells.LINES)


def test_a_link_in_a_sentence_is_text(fetched):
    line = "The ministry <a href='/plan'>published a plan</a> of the bridge, which nobody has seen."
    value = read(fetched(shells.page("weblog", among=f"<p>{line}</p>")), None)
    assert isinstance(value, ArticleRead)
    assert "The ministry published a plan of the bridge, which nobody has seen." in value.text


@pytest.mark.parametrize("box", [
    "<p>Whatever it is called: <a href='/1'>A village waits for its water</a></p>",
    "<p><b>Из жизни</b><br><a href='/1'>Село ждёт воды третий год</a></p>",
    "<p>[大家都在看：<a href='/1'>谁来为新地铁线买单</a>]</p>",
    "<div><h3>Whatever</h3><ul><li><a href='/1'>A village waits for water</a> <i>yesterday</i></li>"
    "<li><a href='/2'>Snow closes a mountain road</a> <i>on Monday</i></li></ul></div>",
])
def test_links_below_a_label_of_any_wording_are_no_text(box, fetched):
    alone, with_box = (read(fetched(shells.page("weblog", among=each)), None) for each in ("", box))
    assert isinstance(alone, ArticleRead) and isinstance(with_box, ArticleRead) and with_box.text == alone.text


@pytest.mark.parametrize(("line", "text"), [
    ("<p>The report says: <a href='/1'>nobody was asked</a>, and more.</p>", "The report says: nobody was asked, and more."),
    ("<p>Photo: <a href='/1'>Reuters</a></p>", "Photo: Reuters"),
    ("<p>He said it. Twice: <a href='/1'>once on the radio, once at home</a></p>",
     "He said it. Twice: once on the radio, once at home"),
])
def test_a_line_with_more_than_a_label_and_a_link_is_text(line, text, fetched):
    value = read(fetched(shells.page("weblog", among=line)), None)
    assert isinstance(value, ArticleRead) and text in value.text.splitlines()


def test_links_that_are_the_article_are_text(fetched):
    stories = "".join(f"<li><b>The paper of {town}</b> writes of its roads, bridges and fields: <a href='/{number}'>A long way "
                      f"to {town} and back again</a></li>" for number, town in enumerate(("Osh", "Naryn", "Talas", "Batken")))
    value = read(fetched(shells.page("weblog", among=f"<div><h3>The week in papers</h3><ul>{stories}</ul></div>")), None)
    assert isinstance(value, ArticleRead)
    assert all(f"of {town} writes" in value.text for town in ("Osh", "Naryn", "Talas", "Batken"))
