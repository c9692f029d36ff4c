"""Ten stories before and after, in two layouts: what the one door reads of them differs by what was changed alone."""
import random
import re

import pytest

from pipelines.compare.blame import Edit
from pipelines.compare.common import in_motion
from pipelines.compare.version import same
from tests.change.layouts import BARE, CHANGES, TEMPLATES, Layout
from tests.change.stories import EDITS, Edited, Story, read_page, stories

TEN = 10


def read_edit(story: Story, before: bytes, after: bytes) -> Edit:
    """A story's change as the reader sees it."""
    old, new = read_page(before), read_page(after)
    return Edit(story.number, story.number, old.title or "", new.title or "", tuple(old.text.split("\n")),
                tuple(new.text.split("\n")))


def unchanged(edit: Edit) -> bool:
    return same(edit.old_title, edit.new_title) and same("\n".join(edit.old), "\n".join(edit.new))


def shows(edit: Edit, mark: str) -> bool:
    """Whether a mark is on one side alone."""
    return (mark in "\n".join((edit.old_title, *edit.old))) != (mark in "\n".join((edit.new_title, *edit.new)))


@pytest.mark.parametrize("template", TEMPLATES)
def test_both_templates_show_the_same_story(template: str) -> None:
    for story in stories(TEN):
        said = read_page(Layout(template).page(story))
        assert same(said.text, "\n".join(story.paragraphs)) and same(said.title, story.headline)


@pytest.mark.parametrize("kind", EDITS)
def test_an_edit_shows_in_what_is_read_in_either_layout(kind: str) -> None:
    for story in stories(TEN):
        edited = EDITS[kind](story, random.Random(story.number))
        for template in TEMPLATES:
            edit = read_edit(story, Layout(template).page(story), Layout(template).page(edited.story))
            assert not unchanged(edit) and shows(edit, edited.mark)


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "markup alone"])
def test_a_redesign_of_ten_pages_is_explained_and_an_edit_of_one_is_what_is_left(name: str) -> None:
    before, after = CHANGES[name]
    told: dict[int, Edited] = {}
    edits = []
    for story in stories(TEN):
        now = story
        if story.number == 3:
            told[3] = EDITS["rewritten"](story, random.Random(1)) if after.most is None else EDITS["headline"](
                story, random.Random(1))
            now = told[3].story
        edits.append(read_edit(story, before.page(story), after.page(now)))
    blame = in_motion(edits)
    assert blame
    assert [edit.article for edit in edits if not blame.explains(edit)] == [3]
    left = blame.leaves(edits[3])
    assert shows(left, told[3].mark)
    real = read_edit(stories(TEN)[3], BARE.page(stories(TEN)[3]), BARE.page(told[3].story))
    assert changed(left) == changed(real)


def changed(edit: Edit) -> tuple[list[str], list[str]]:
    """The words of each side that the other has not."""
    old, new = (re.findall(r"\w+", " ".join((title, *lines)).casefold())
                for title, lines in ((edit.old_title, edit.old), (edit.new_title, edit.new)))
    return [word for word in old if word not in new], [word for word in new if word not in old]


@pytest.mark.parametrize("name", ["new lines", "byline", "tags", "read also"])
def test_lines_put_into_the_markup_of_real_pages_are_explained(name: str) -> None:
    before, after = CHANGES[name]
    pages = [(story, before.real_page(story), after.real_page(story)) for story in stories(TEN)]
    real = [read_edit(story, old, new) for story, old, new in pages if old is not None and new is not None]
    if not real:
        pytest.skip("the shared folder with pages of other outlets is not there")
    edits = [edit for edit in real if not unchanged(edit)]
    assert len(edits) >= TEN / 2
    blame = in_motion(edits)
    assert [edit.article for edit in edits if not blame.explains(edit)] == []
