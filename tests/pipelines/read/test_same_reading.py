"""The same answer and outlet give the same reading: in any order, in any process, and as it is stored on both databases."""
import os
import subprocess
import sys
from dataclasses import asdict

import pytest
from command import ROOT
from desk import Desk
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.items import ArticleRead
from storage.models import Reading
from tests.pipelines.read.reads import PAGES, said, value_of

NAMES = list(PAGES)


def elsewhere(names: list[str], seed: str) -> dict[str, str]:
    """What another process reads of the pages, in this order and with this seed of its hashes."""
    ran = subprocess.run([sys.executable, "-m", "tests.pipelines.read.reads", *names], cwd=ROOT, check=True, text=True,
                         capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)})
    return dict(zip(names, ran.stdout.splitlines(), strict=True))


@pytest.fixture(scope="module")
def alone() -> dict[str, str]:
    return elsewhere(NAMES, "1")


def test_another_process_with_other_hashes_reads_the_same_in_another_order(alone: dict[str, str]) -> None:
    assert elsewhere(NAMES[::-1], "2") == alone
    assert sum('"ArticleRead"' in line for line in alone.values()) == len(PAGES) - 2


@settings(max_examples=4, deadline=None)
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=12))
def test_any_order_gives_the_same_readings(alone: dict[str, str], order: list[str]) -> None:
    assert [said(name) for name in order] == [alone[name] for name in order]


def test_what_is_stored_of_a_reading_is_what_was_read(desk: Desk) -> None:
    values = {f"/a/{place}": value for place, value in enumerate(map(value_of, NAMES)) if isinstance(value, ArticleRead)}
    for path, value in values.items():
        desk.see(value, path)
    rows = desk.rows(Reading)
    assert len(rows) == len(values)
    for row, value in zip(rows, values.values(), strict=True):
        of = asdict(value)
        for name in ("title", "text", "text_sha256", "reader", "published", "published_raw", "modified", "language", "section",
                     "image", "claimed_url", "origins"):
            assert getattr(row, name) == of[name], name
        for name in ("authors", "tags", "captions", "twins"):
            assert getattr(row, name) == list(of[name]), name
        assert [{"kind": block["kind"], "text": block["text"]} for block in row.blocks] == list(of["blocks"])
    assert {len(row.authors) for row in rows} >= {0, 2} and any(row.twins for row in rows) and any(row.modified for row in rows)
