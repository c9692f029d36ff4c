"""The founding capture as pages, where the shared folder has it."""
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.items import ArticleRead, Fetched, ReadValue
from crawler.outlet import SHIPPED, load
from pipelines.read.door import read
from tests.pipelines.read import misreadings

MAKER = Path(__file__).resolve().parents[4] / "shared" / "measure" / "seed_pages.py"


SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def pages(tmp_path_factory, request) -> Path:
    if not MAKER.exists():
        # The founding capture is no part of the project, whose tests must pass without it.
        pytest.skip("the shared folder with seed_pages.py is not there")
    folder = tmp_path_factory.mktemp("seed")
    subprocess.run([sys.executable, MAKER, folder, "--seed", str(request.param)], check=True)
    return folder


def wrong(reader: Callable[[Fetched, None], ReadValue], pages: Path, fetched: Callable[..., Fetched]) -> list[str]:
    """The pages whose body a reader does not read exactly, without an outlet."""
    found = []
    for file in sorted(pages.glob("*.json")):
        truth = json.loads(file.read_text())
        value = reader(fetched(file.with_suffix(".html").read_bytes(), url=truth["url"]), None)
        if not isinstance(value, ArticleRead) or value.text.splitlines() != truth["body"]:
            found.append(file.stem)
    return found


@pytest.mark.parametrize("place", ["inside", "after"])
def test_caravanserais_page_is_read_as_it_is(place, pages, fetched):
    truth = json.loads((pages / f"caravanserai-{place}.json").read_text())
    body = (pages / f"caravanserai-{place}.html").read_bytes()
    value = read(fetched(body, url=truth["url"]), load(SHIPPED / "caravanserai.toml"))
    assert isinstance(value, ArticleRead)
    assert value.text.splitlines() == truth["body"] and len(truth["body"]) == 27
    assert (value.title, value.thread.state, value.thread.declared) == (truth["title"], "complete", 32)
    assert [(one.author, one.text, one.parent) for one in value.thread.comments] \
        == [(one["author"], one["text"], one["parent_index"]) for one in truth["comments"]]


def test_the_body_is_exact_in_every_markup_without_an_outlet(pages, fetched):
    assert len(list(pages.glob("*.json"))) == 16
    assert wrong(read, pages, fetched) == []


@pytest.mark.parametrize("pages", SEEDS[:1], indirect=True)
def test_without_the_cut_of_comments_half_of_the_bodies_are_wrong(pages, fetched):
    assert len(wrong(misreadings.uncut, pages, fetched)) >= 8
