"""docs/comment-systems.md against the code: every system, mapping and marker, its evidence, and every example."""
import re
from pathlib import Path

import pytest
from command import ROOT

from crawler.api import named, shipped
from crawler.outlet import JsonApi, load
from pipelines.read.comments.json_api import UNASKED
from pipelines.read.comments.systems import MARKERS, SYSTEMS

TEXT = (ROOT / "docs" / "comment-systems.md").read_text(encoding="utf-8")
EVIDENCE = ("seen live", "recorded", "from documentation")
PARTS = dict(zip((parts := re.split(r"^## (.+)\n", TEXT, flags=re.M))[1::2], parts[2::2], strict=True))
TOML = re.findall(r"```toml\n(.*?)```", TEXT, re.S)


def sections(part: str) -> dict[str, str]:
    """The sections of a part by their names."""
    pieces = re.split(r"^### (.+)\n", PARTS[part], flags=re.M)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def evidence(section: str) -> str:
    return re.search(r"^- \*\*evidence\*\*: (.+)$", section, re.M)[1]  # type: ignore[index]  # each has one, or fails here


def rows() -> dict[str, str]:
    """The evidence of the systems that are only recognised, by name."""
    found = re.findall(r"^\| (\w+) \| ([\w ]+) \| .+ \|$", PARTS["Only recognised"], re.M)
    return dict(found[1:])


def test_every_system_has_a_section_and_every_section_is_of_one() -> None:
    assert ["json_api", *sections("Read from the page")] == list(SYSTEMS)


def test_every_shipped_mapping_has_a_section_and_says_the_same_of_its_evidence() -> None:
    told = {name.partition(" ")[0]: section for name, section in sections("Asked for as JSON").items()}
    assert set(told) == {"json_api", *shipped()} and set(UNASKED) < set(shipped())
    for name in shipped():
        assert evidence(told[name]) == named(name).evidence, name


def test_every_marker_has_a_line_and_every_line_is_of_one() -> None:
    assert list(rows()) == list(MARKERS)
    assert set(rows().values()) <= set(EVIDENCE)


def test_only_what_was_recorded_is_said_to_be() -> None:
    told = {name: evidence(section) for part in list(PARTS)[:-1] for name, section in sections(part).items()}
    assert set(told.values()) <= set(EVIDENCE)
    live = {name for name, said in told.items() if said == "seen live"}
    recorded = ROOT / "tests" / "pipelines" / "read" / "recorded"
    assert live == {folder.name for folder in recorded.iterdir() if any(folder.glob("*.json"))} == {"isso"}


@pytest.mark.parametrize("block", TOML)
def test_every_example_is_an_outlet(block: str, tmp_path: Path) -> None:
    (tmp_path / "steppe.toml").write_text(block, encoding="utf-8")
    assert isinstance(load(tmp_path / "steppe.toml").comments, JsonApi)


def test_there_are_examples_and_the_page_is_linked() -> None:
    assert len(TOML) == 2
    for page, link in (("README.md", "docs/comment-systems.md"), ("docs/operate.md", "comment-systems.md"),
                       ("CONTRIBUTING.md", "docs/comment-systems.md")):
        assert f"]({link})" in (ROOT / page).read_text(encoding="utf-8"), page
