"""What pages say of their threads: how many comments, and whether more are taken."""
import pytest

from pipelines.read.comments import signs
from tests.pipelines.read.pages_to_read import URL

LABELS = [
    ("32 comments", 32), ("32 Comments", 32), ("Comments: 32", 32), ("Comments (32)", 32), ("Comments 32", 32),
    ("1 Comment", 1), ("32 thoughts on “Two neighbours, one steppe”", 32), ("32 Responses to „Two neighbours“", 32),
    ("32 Comment(s)", 32), ("Discussion (32)", 32), ("There are 32 comments", 32), ("One thought on “Two neighbours”", 1),
    ("No comments yet", 0), ("1,204 comments", 1204), ("1 204 комментария", 1204), ("View all 12 comments", 12),
    ("Comments 1–20 of 45", 45), ("Showing 20 of 45 comments", 45), ("32 Kommentare", 32),
    ("12 Antworten auf „Zwei Nachbarn“", 12), ("Ein Kommentar zu “Wir”", 1), ("Ein Gedanke zu „Wir“", 1), ("Kommentare (7)", 7),
    ("Keine Kommentare", 0), ("Leserkommentare: 7", 7), ("32 комментария", 32), ("Комментарии (32)", 32),
    ("Комментариев: 32", 32), ("Всего комментариев: 32", 32), ("Обсуждение (32)", 32), ("Один комментарий", 1),
    ("32 отзыва на «Две державы»", 32), ("Комментариев нет", 0), ("5 мнений", 5), ("Нет комментариев", 0),
    ("Пікірлер (32)", 32), ("32 пікір", 32), ("Барлығы 32 пікір", 32), ("Пікірлер: 32", 32), ("Пикирлер (32)", 32),
    ("32 пикир", 32), ("32 ta izoh", 32), ("Izohlar (32)", 32), ("Fikrlar: 32", 32), ("32 та изоҳ", 32), ("Изоҳлар (32)", 32),
    ("Шарҳҳо (32)", 32), ("32 шарҳ", 32), ("32 назар", 32), ("Teswirler (4)", 4), ("4 yorum", 4), ("Yorumlar (4)", 4),
    ("评论 32", 32), ("评论(32)", 32), ("评论（32）", 32), ("32条评论", 32), ("共32条评论", 32), ("32 則留言", 32),
    ("暂无评论", 0), ("11 comentarios", 11),
]
PROSE = [
    "32 soldiers", "Comments", "Leave a comment", "2026", "12 comments are awaiting moderation", "In 2019 comments were closed",
    "1.2K comments", "Comment 5 of the treaty says", "32 replied", "5 minutes ago", "3 answers the court wants to hear",
    "Комментарии", "10 комментариями недовольны", "Ответить", "Reply to 32", "32%", "Пікір қалдыру", "评论",
]


@pytest.mark.parametrize(("label", "number"), LABELS)
def test_a_label_counts_comments_in_the_languages_of_the_region(label, number):
    assert signs.number_in(label) == number


@pytest.mark.parametrize("line", PROSE)
def test_what_only_speaks_of_comments_is_no_label(line):
    assert signs.number_in(line) is None


@pytest.fixture
def counted(view):
    """The counts of a page whose comments are its list items."""
    def counted_in(body: str, head: str = "") -> set[int]:
        seen = view(body, head)
        return set(signs.counts(seen, set(seen.tree.iter("li"))))
    return counted_in


TALK = "<ul><li>I saw 5 comments.<p>5 comments</p><li>And I 6.<ul><li>7 comments</ul></ul>"
LD = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Guards at the pass", %s}</script>'


@pytest.mark.parametrize("body", [
    f"<h3>3 comments</h3>{TALK}", f"<section><h2>Comments <span>3</span></h2>{TALK}</section>",
    f"<div>3 comments<br>{TALK}</div>",
    f"<div><div><b>Discussion</b> <b>(3)</b></div><div><div>{TALK}</div></div></div>",
    f"<h3>3 Responses to <a href='{URL}'>Guards at the pass</a></h3><p>Be kind.</p>{TALK}",
    f"{TALK}<p>Showing 2 of 3 comments</p>", f'<div data-total="3">{TALK}</div>',
    f'<div data-comments-count="3"><div>{TALK}</div></div>',
    f'{TALK}<meta itemprop="interactionCount" content="UserComments:3">', f'<b itemprop="commentCount">3</b>{TALK}',
    '<div itemscope><link itemprop="interactionType" href="https://schema.org/CommentAction">'
    f'<meta itemprop="userInteractionCount" content="3"></div>{TALK}',
    f"<a href='#comments'>3 comments</a>{'<p>x</p>' * 40}{TALK}"])
def test_the_pages_own_count_is_found(body, counted):
    assert counted(body) == {3}


@pytest.mark.parametrize("said", [
    '"commentCount": 3', '"commentCount": "3"', '"interactionStatistic": [{"@type": "InteractionCounter", "interactionType": '
    '"https://schema.org/CommentAction", "userInteractionCount": 3}, {"interactionType": "https://schema.org/LikeAction", '
    '"userInteractionCount": 40}]', '"interactionStatistic": {"interactionType": {"@type": "http://schema.org/CommentAction"}, '
    '"userInteractionCount": "3"}'])
def test_the_count_of_the_articles_node_is_found(said, counted):
    assert counted(TALK, LD % said) == {3}


@pytest.mark.parametrize("body", [
    TALK, f"<h3>Comments</h3>{TALK}", f"<h3>0 comments</h3>{TALK}", f"<h3>40 guards</h3>{TALK}",
    f"<p>Read on: <a href='/en/articles/other'>40 comments</a></p>{TALK}", f'<div data-total="0">{TALK}</div>',
    f'{TALK}<div class="widget_recent_comments"><h3>40 comments</h3></div>',
    f'<div class="recent-comments"><p>4 comments</p></div>{TALK}',
    f'<meta itemprop="interactionCount" content="UserPageVisits:400">{TALK}',
    f"<a href='/en/articles/other#comments'>4 comments</a>{TALK}"])
def test_without_a_count_there_is_none(body, counted):
    assert counted(body) == set()


def test_the_count_at_the_thread_goes_before_what_is_said_elsewhere(counted):
    far = '<a href="#comments">9 comments</a><p>x</p><b itemprop="commentCount">8</b>' + "<p>x</p>" * 40
    assert counted(f"{far}<h3>3 comments</h3>{TALK}", LD % '"commentCount": 7') == {3}
    assert counted(far + TALK, LD % '"commentCount": 7') == {8}
    assert counted(f'<a href="#comments">9 comments</a>{"<p>x</p>" * 40}{TALK}', LD % '"commentCount": 7') == {7}


def test_equal_counts_that_contradict_each_other_are_told_both(counted):
    assert counted(f'<b itemprop="commentCount">8</b><b itemprop="commentCount">9</b>{"<p>x</p>" * 9}{TALK}') == {8, 9}


def test_a_page_without_comments_may_declare_some(counted):
    assert counted("", LD % '"commentCount": 12') == {12}
    assert counted("", LD % '"commentCount": 0') == {0}
    assert counted("<a href='#comments'>12 комментариев</a>") == {12}


CLOSED = ["Comments are closed.", "Comments for this thread are now closed.", "Commenting is closed",
          "Kommentare sind geschlossen.", "Die Kommentarfunktion ist geschlossen.", "Комментарии закрыты.",
          "Возможность комментировать отключена", "Пікірлер жабық", "Пікір қалдыру жабылған", "Пикирлер жабылган",
          "Izohlar yopilgan", "Изоҳлар ёпилган", "Шарҳҳо баста шудаанд", "Teswirler ýapyk", "Yorumlar kapalı", "评论已关闭",
          "評論功能已關閉", "Les commentaires sont fermés."]


@pytest.mark.parametrize("line", CLOSED)
def test_a_thread_that_is_closed_says_so(line, view):
    for body in (f"<section>{TALK}<p>{line}</p></section>", f"<section>{TALK}</section><p class='x'>{line}</p>"):
        seen = view(body)
        assert signs.closed(seen, seen.tree.find(".//section"), set(seen.tree.iter("li")))


def test_the_name_of_the_notice_is_enough_without_a_thread(view):
    assert signs.closed(view('<p class="nocomments">Comments are closed.</p>'), None)
    assert not signs.closed(view('<p class="nocomments">No comments yet.</p>'), None)


@pytest.mark.parametrize("line", ["Leave a comment", "The border crossing is closed.", "Комментировать", "No comments yet", ""])
def test_a_thread_that_is_open_is_not_closed(line, view):
    seen = view(f"<section><ul><li>Why? Comments are closed.</li></ul><p>{line}</p></section>")
    assert not signs.closed(seen, seen.tree.find(".//section"), set(seen.tree.iter("li")))
