"""The bench's own instruments: its bodies and its site."""
import gzip
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from command import ROOT, environment

from bench.local import LocalSite
from bench.pages import COPIES, originals, site_pages

PAGE = """<!DOCTYPE html><html><head><title>Old</title><meta property="og:title" content="Old"></head><body>
<script>var teaser = "<p>A teaser longer than any paragraph of the article, which nobody ever sees on the page.</p>";</script>
<h1>Old</h1><article><p>The first paragraph of the article is not short.</p><p>Nor is the second one of them.</p></article>
<footer><p>All rights reserved.</p></footer></body></html>"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "one" / "b.html.gz").write_bytes(gzip.compress(PAGE.replace("second", "zweite").encode()))
    (tmp_path / "one" / "without-an-ending").write_text(PAGE.replace("first", "erste"), encoding="utf-8")
    (tmp_path / "gold.json").write_text("{}", encoding="utf-8")
    return tmp_path


def test_every_file_but_the_gold_is_a_page_with_four_bodies_of_its_own(pages: Path) -> None:
    made = site_pages(pages)
    assert len(originals(pages)) == 3
    assert len({page.body for page in made}) == len({page.path for page in made}) == 3 * COPIES


def test_the_generated_headline_and_paragraph_stand_where_a_reader_looks(pages: Path) -> None:
    for page in site_pages(pages):
        text = page.body.decode()
        assert "Old" not in text
        inside = text.partition("<article>")[2].partition("</article>")[0]
        assert inside.count(page.mark) == 1
        assert text.count(page.mark) == 4  # with title, og:title and h1


def test_the_site_answers_once_in_full_and_then_that_nothing_changed_and_counts_both(pages: Path) -> None:
    opener = build_opener(ProxyHandler({}))
    with LocalSite(pages, None) as site:
        for page in site.pages:
            with opener.open(site.address + page.path) as answer:
                assert answer.read() == page.body
                etag = answer.headers["ETag"]
            with pytest.raises(HTTPError, match="304") as again:
                opener.open(Request(site.address + page.path, headers={"If-None-Match": etag}))
            again.value.close()
        counts = site.counts()
    assert counts["200"] == counts["304"] == {"answers": 12, "pages": 12}


def test_the_site_lists_its_pages_only_while_it_is_open(pages: Path) -> None:
    opener = build_opener(ProxyHandler({}))

    def listed(site: LocalSite) -> int:
        with opener.open(site.address + "/sitemap-0.xml") as answer:
            return int(answer.read().count(b"council-report"))

    with LocalSite(pages, None) as site:
        before = listed(site)
        site.open()
        assert (before, listed(site)) == (0, 12)


def test_without_pages_the_bench_says_so_and_stops(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-m", "bench", "--pages", str(tmp_path / "none")], capture_output=True, text=True,
                           check=False, cwd=ROOT, env=environment() | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"})
    assert ended.returncode == 2
    assert "there are no pages" in ended.stderr
