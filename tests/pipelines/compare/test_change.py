"""What a change is made of and of what kind it is, told from edits of known kinds."""
import random
from collections import Counter

import pytest

from pipelines.compare.change import measure
from storage.kinds import kind
from tests.pipelines.compare.edits import MAKERS, made

EDITS = 2000


def test_edits_are_of_the_kind_that_was_made() -> None:
    rng = random.Random(20260504)
    told: dict[str, Counter[str]] = {each: Counter() for each in MAKERS}
    for number in range(EDITS):
        edit = made([*MAKERS][number % len(MAKERS)], rng)
        told[edit.kind][kind(measure(edit.before.title, edit.before.text, edit.after.title, edit.after.text))] += 1
    right = {each: found[each] / found.total() for each, found in told.items()}
    assert min(right.values()) >= 0.95, told


@pytest.mark.parametrize("notice", [
    "Correction: the bridge is open.", "CORRECTION (May 3): the bridge is open.", "Исправлено: мост открыт.",
    "An earlier version of this article gave another name.", "В предыдущей версии материала было другое имя.",
    "Уточнение. Мост открыт.", "Түзету: көпір ашық.", "Оңдоо: көпүрө ачык.", "Tuzatish: ko'prik ochiq.",
    "Тузатиш: кўприк очиқ.",
    "Ислоҳ: пул кушода аст.", "Düzediş: köpri açyk.", "更正：桥已开放。", "* Correction, 3 May: it is open.",
])
def test_a_notice_of_correction_is_known_and_one_that_was_there_is_no_news(notice: str) -> None:
    text = "The bridge was closed on Monday.\nNobody knows why."
    assert measure("T", text, "T", f"{text}\n{notice}").correction
    assert not measure("T", f"{text}\n{notice}", "T", f"{text} Some do.\n{notice}").correction
    assert not measure("T", f"{text}\n{notice}", "T", text).correction


@pytest.mark.parametrize("line", ["Correctional officers met.", "Уточнение закона прошло первое чтение.",
                                  "Ислоҳоти нав оғоз шуд.", "The correction of the course took a year."])
def test_a_sentence_about_a_correction_is_no_notice(line: str) -> None:
    assert not measure("T", "The bridge was closed.", "T", f"The bridge was closed.\n{line}").correction


@pytest.mark.parametrize(("old", "new", "figures"), [
    ("It cost 5 million.", "It cost 7 million.", 1), ("It cost 1,200 tenge.", "It cost 1 200 tenge, they say.", 0),
    ("It grew by 7,5 %.", "It grew by 7.5 per cent.", 0), ("It grew by 7.5%.", "It grew by 7.6%.", 1),
    ("On May 3 and in 2019.", "On May 4 and in 2020.", 2), ("The G20 met.", "The G7 met.", 0), ("增长5%。", "增长6%。", 1),
    ("It cost five.", "It cost seven.", 0),
])
def test_figures_that_differ_are_counted(old: str, new: str, figures: int) -> None:
    assert measure("", old, "", new).figures == figures


@pytest.mark.parametrize(("old", "new", "names"), [
    ("Then Marat Bek left for Astana.", "Then Marat Bek left for Almaty.", 1), ("Old men left.", "Young men left.", 0),
    ("Вчера приехал Иван Петров.", "Вчера приехал Олег Петров.", 1), ("他去了北京。", "他去了上海。", 0),
])
def test_names_that_differ_are_counted(old: str, new: str, names: int) -> None:
    assert measure("", old, "", new).names == names


@pytest.mark.parametrize(("old", "new", "quotes"), [
    ("“We are very glad,” he said.", "“We are very sad,” he said.", 1),
    ("“We are very glad,” he said.", "«We are very glad», he told us.", 0),
    ('He said "we will all go".', "He said that they will all go.", 1),
    ("Банк «Алтын Орда» закрыт.", "Банк «Алтын» закрыт.", 0),
    ("他说：「我们明天就会开放道路。」", "他说：「我们今天就会开放道路。」", 1),
    ("„Wir fahren morgen los“, sagte er.", "„Wir gehen morgen los“, sagte er.", 1),
])
def test_quotations_whose_words_differ_are_counted(old: str, new: str, quotes: int) -> None:
    assert measure("", old, "", new).quotes == quotes


def test_what_moved_is_neither_added_nor_removed() -> None:
    blocks = [f"Block {number} tells of camel {number} at length." for number in range(6)]
    found = measure("", "\n".join(blocks), "", "\n".join([*blocks[2:], *blocks[:2]]))
    assert (found.blocks_moved, found.words_added, found.words_removed, found.similarity) == (2, 0, 0, 1.0)
    assert kind(found) == "moved"


def test_sentences_are_counted_by_what_became_of_them() -> None:
    old = "The road is long. It rained all day. Nobody came. The end is near."
    new = "The road is long. It rained all night. The end is near. A last sentence came."
    found = measure("", old, "", new)
    assert (found.sentences_old, found.sentences_new, found.sentences_changed, found.sentences_removed,
            found.sentences_added) == (4, 4, 1, 1, 1)
