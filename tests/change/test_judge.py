"""The rules of judgement on single runs: what is held, with which words, and what never is."""
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipelines.compare.blame import NO_BLAME, Blame, Edit, Shape
from pipelines.compare.judge import PASSED, Looks, judge, judge_losses, tail
from tests.change.layouts import BARE, CHANGES, CHANNEL
from tests.change.stories import EDITS, Story, edited, stories

HABIT = Looks(3000, 60)


def edit_of(story: Story, now: Story | None = None, more: Sequence[str] = (), version: int = 0) -> Edit:
    """A change of a story's text; more are lines below it."""
    shown = now or story
    return Edit(version or story.number, story.number, story.headline, shown.headline, BARE.lines(story),
                (*BARE.lines(shown), *more))


def redesigned(name: str, count: int) -> list[Edit]:
    before, after = CHANGES[name]
    return [Edit(story.number, story.number, before.headline(story), after.headline(story), before.lines(story),
                 after.lines(story)) for story in stories(count)]


def test_a_breaking_story_edited_twenty_times_is_never_held() -> None:
    chance = random.Random(4)
    told: list[Edit] = []
    story = stories(1)[0]
    for number in range(20):
        now = edited(story, chance).story
        edit = edit_of(story, now, version=number + 1)
        assert judge([edit], told, Looks(10, 1), HABIT) == PASSED
        told.append(edit)
        story = now


@pytest.mark.parametrize("seed", range(20))
def test_five_fresh_stories_of_ten_edited_in_their_first_hour_are_not_held(seed: int) -> None:
    chance = random.Random(seed)
    edits = [edit_of(story, edited(story, chance).story) for story in chance.sample(stories(60), 5)]
    assert judge(edits, [], Looks(10, 5), HABIT) == PASSED


@pytest.mark.parametrize("seed", range(20))
def test_an_outlet_whose_habit_is_to_edit_everything_is_not_held(seed: int) -> None:
    chance = random.Random(seed)
    edits = [edit_of(story, edited(story, chance).story) for story in chance.sample(stories(60), 9)]
    assert judge(edits, [], Looks(10, 9), Looks(3000, 2500)) == PASSED


@pytest.mark.parametrize("line", [
    "Correction: an earlier version of this article misspelt the name of the ministry's speaker.",
    "Исправлено: в первой версии заметки была ошибка в имени министра.",
    "This is a developing story and will be updated."])
def test_the_same_notice_of_editors_on_three_articles_is_no_redesign(line: str) -> None:
    edits = [edit_of(story, more=[line]) for story in stories(3)]
    assert judge(edits, [], Looks(10, 3), HABIT) == PASSED


def test_the_same_death_toll_in_three_articles_of_one_event_is_no_redesign() -> None:
    said = "Rescuers dug for survivors of the landslide near Karatau all night, and the landslide cut the road to Karatau."
    told = [replace(story, paragraphs=(said, *story.paragraphs)) for story in stories(3)]
    edits = [edit_of(story, more=["The death toll of the landslide in Karatau has risen to 23."]) for story in told]
    assert judge(edits, [], Looks(10, 3), HABIT) == PASSED


def test_a_digest_and_a_live_page_with_labels_of_their_own_are_not_held() -> None:
    edits = [edit_of(story, more=[f"Weather: {story.caption}", f"Rates: {story.related}"]) for story in stories(3)]
    assert judge(edits, [], Looks(10, 3), HABIT) == PASSED


def test_the_second_article_with_the_same_line_and_nothing_else_is_held() -> None:
    first, second = (edit_of(story, more=[CHANNEL]) for story in stories(2))
    assert judge([first], [], Looks(10, 1), HABIT) == PASSED
    verdict = judge([second], [first], Looks(10, 1), HABIT)
    assert verdict.held == {second.version} and verdict.blame == Blame(added=(CHANNEL,))
    assert verdict.reason == f"2 articles got the line “{CHANNEL[:57]}…”."


def test_an_edit_without_the_shared_line_passes_in_the_same_run() -> None:
    *same, other = stories(4)
    edits = [*(edit_of(story, more=[CHANNEL]) for story in same),
             edit_of(other, EDITS["rewritten"](other, random.Random(1)).story)]
    assert judge(edits, [], Looks(10, 4), HABIT).held == {edit.version for edit in edits[:3]}


def test_a_lost_standfirst_is_seen_by_the_controls_and_said_in_one_sentence() -> None:
    edits = redesigned("standfirst lost", 9)
    verdict = judge(edits, [], Looks(10, 9), HABIT)
    assert verdict.held == {edit.version for edit in edits}
    assert verdict.reason == ("9 of 10 articles looked at within the hour had changed, where 2 in 100 are usual; "
                              "9 of them lost the lines above the first one.")


def test_an_outlet_of_four_articles_is_held_when_all_of_them_change_alike() -> None:
    edits = redesigned("standfirst lost", 4)
    assert judge(edits, [], Looks(4, 4), Looks(80, 2)).held == {edit.version for edit in edits}
    assert judge(edits[:1], [], Looks(4, 1), Looks(80, 2)) == PASSED


def test_changes_with_nothing_in_common_are_held_without_a_blame_where_all_controls_changed() -> None:
    chance = random.Random(3)
    edits = [replace(edit_of(story), new=tuple(line[::-1] for line in BARE.lines(story))) for story in stories(10)]
    chance.shuffle(edits)
    verdict = judge(edits, [], Looks(10, 10), HABIT)
    assert (verdict.blame, verdict.held) == (NO_BLAME, frozenset(edit.version for edit in edits))


def test_two_articles_that_show_one_text_now_are_held() -> None:
    wall = ("Please confirm that you are a reader and no machine.",)
    edits = [replace(edit_of(story), new=wall) for story in stories(2)]
    verdict = judge(edits, [], Looks(10, 2), HABIT)
    assert verdict.held == {edit.version for edit in edits}
    assert verdict.reason == "2 articles that said different things show the same text now."


def test_two_editions_of_one_article_may_change_alike() -> None:
    story = stories(1)[0]
    now = EDITS["rewritten"](story, random.Random(1)).story
    edits = [replace(edit_of(story, now), article=1, version=1), replace(edit_of(story, now), article=2, version=2)]
    assert judge(edits, [], Looks(10, 2), HABIT) == PASSED


def test_many_losses_at_once_wait_and_one_does_not() -> None:
    assert judge_losses([1], Looks(10, 1), HABIT) is None
    assert judge_losses([1, 2], Looks(2, 2), HABIT) is None
    assert judge_losses([1, 2, 3, 4, 5], Looks(10, 8), Looks(3000, 3)) == (
        "8 of 10 articles looked at within the hour were gone, where fewer than 1 in 100 are usual.")


def test_the_chance_of_so_many_changes_is_a_binomial_tail() -> None:
    assert tail(0, 10, 0.3) == pytest.approx(1)
    assert tail(10, 10, 0.5) == pytest.approx(1 / 1024)
    assert tail(9, 10, 0.5) == pytest.approx(11 / 1024)


def test_a_blame_survives_the_row_of_its_hold() -> None:
    blame = Blame(("a",), ("b",), (Shape("first", "old", "", 2, 90), Shape("label", "new", "Read also:")))
    assert Blame.from_json(blame.to_json()) == blame
    assert Blame.from_json({}) == NO_BLAME


def test_places_are_not_taken_out_of_a_later_edit() -> None:
    blame = Blame((CHANNEL,), shapes=(Shape("last", "new", "", 1, 10**6),))
    story = stories(1)[0]
    later = edit_of(story, more=["Its driver is a poet, as everybody in the village knows."])
    assert blame.explains(later) and not blame.by_words.touches(later)
    assert blame.by_words.explains(edit_of(story, more=[CHANNEL]))


def test_a_redesign_that_is_taken_off_again_is_explained_backwards() -> None:
    story = stories(1)[0]
    there = edit_of(story, more=[CHANNEL])
    back = replace(there, old=there.new, new=there.old)
    assert Blame((CHANNEL,)).back.explains(back) and not Blame((CHANNEL,)).touches(back)
