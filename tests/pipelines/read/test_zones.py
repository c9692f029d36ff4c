"""Where a page speaks of comments: by a label in any of the region's languages, a name, buttons to answer; and where not."""
import pytest

from pipelines.read.comments.zones import zones
from tests.pipelines.read.test_signs import LABELS

BEHIND = "<div><b>Aigerim</b> <time>01.03.2026</time><p>So it is.</p></div>"
LONG = "So long a paragraph makes what stands around it and a label more than the label of a thread. " * 2


@pytest.fixture
def looked(view):
    """The texts of the places on a page that are looked through for comments."""
    def looked_through(body: str) -> list[str]:
        return [zone.text_content() for zone in zones(view(body))]
    return looked_through


@pytest.mark.parametrize("label", [label for label, number in LABELS if number])
def test_what_stands_behind_a_label_in_any_language_is_looked_through(label, looked):
    assert any("So it is." in text for text in looked(f"<section><h3>{label}</h3>{BEHIND}</section>"))


@pytest.mark.parametrize("button", ["Reply", "Antworten", "Ответить", "Жауап беру", "Жооп берүү", "Javob berish", "Жавоб бериш",
                                    "Ҷавоб додан", "Jogap ber", "Yanıtla", "回复", "Répondre", "Responder"])
def test_what_stands_around_buttons_that_answer_is_looked_through(button, looked):
    one = f"{BEHIND}<a href='#'>{button}</a>"
    assert any("So it is." in text for text in looked(f"<section>{one}{one}</section>"))


@pytest.mark.parametrize("body", [f"<div class='comments'>{BEHIND}</div>", f"<reader-comments>{BEHIND}</reader-comments>",
                                  f"<div><p class='comment-head'>1</p>{BEHIND}<p class='comment-head'>2</p></div>",
                                  f"<div><p>What <b>32</b> readers say: comments</p><div>{BEHIND}</div></div>"])
def test_what_is_named_after_comments_is_looked_through_and_what_holds_several_such(body, looked):
    assert any("So it is." in text for text in looked(body))


@pytest.mark.parametrize("body", [
    f"<section><h3>More news</h3>{BEHIND}</section>", f"<p>{LONG}</p><p>32 comments</p></div><div>{BEHIND}",
    f"<h3>Recent comments</h3>{BEHIND}", f"<a class='comments'>32</a><i></i></div><div>{BEHIND}"])
def test_a_page_that_says_nothing_of_comments_there_is_not(body, looked):
    assert not any("So it is." in text for text in looked(f"<div>{body}</div>"))
