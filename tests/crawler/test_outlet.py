"""An outlet's layouts: which one counts on a day, and what is said of wrong ones."""
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from crawler.outlet import Outlet, OutletError, load

MARCH = datetime(2026, 3, 1, tzinfo=timezone.utc)
TWO = '[[layout]]\nbody = "div.old"\nuntil = 2026-03-01\n[[layout]]\nbody = "div.new"\ndrop = ["div.ad", "body > .share"]'


def written(folder: Path, layouts: str) -> Path:
    """An outlet's file with these layouts."""
    file = folder / "steppe.toml"
    file.write_text(f'name = "S"\nhome = "https://s.example/"\n[[source]]\nkind = "rss"\nurl = "https://s.example/rss"\n{layouts}\n',
                    encoding="utf-8")
    return file


def body_at(outlet: Outlet, at: datetime) -> str | None:
    layout = outlet.layout_at(at)
    return layout.body if layout else None


def test_a_layout_counts_for_pages_fetched_before_its_last_day(tmp_path: Path) -> None:
    outlet = load(written(tmp_path, TWO))
    assert body_at(outlet, MARCH - timedelta(microseconds=1)) == body_at(outlet, MARCH - timedelta(days=900)) == "div.old"
    assert body_at(outlet, MARCH) == body_at(outlet, MARCH + timedelta(days=900)) == "div.new"
    east = timezone(timedelta(hours=5))
    assert body_at(outlet, datetime(2026, 3, 1, 4, 59, tzinfo=east)) == "div.old"


@pytest.mark.parametrize(("line", "key", "said"), [
    ('soonest = "9m"', "threads.soonest", "write 10m or more"), ('soonest = 600', "threads.soonest", "write a time as"),
    ('slowest = "9m"', "threads.slowest", "not shorter than soonest"), ('until = "23h"', "threads.until", "write 1d or more"),
    ('looks = 23', "threads.looks", "greater than or equal to 24"), ('look = 100', "threads.look", "unknown")])
def test_a_wrong_rhythm_of_threads_is_told_with_a_remedy(line: str, key: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(OutletError) as caught:
        load(written(tmp_path, f"[threads]\n{line}"))
    assert (caught.value.file, caught.value.key) == (str(tmp_path / "steppe.toml"), key)
    assert said in caught.value.message and caught.value.remedy


def test_an_outlet_without_layouts_has_none_on_any_day(tmp_path: Path) -> None:
    assert load(written(tmp_path, "")).layout_at(MARCH) is None


@pytest.mark.parametrize(("layouts", "key", "said"), [
    ('[[layout]]\nbodies = "p"', "layout.1.bodies", "unknown"),
    ('[[layout]]\nbody = "div["', "layout.1.body", "CSS selector"),
    ('[[layout]]\ndrop = ["p", "a::b::c"]', "layout.1.drop.2", "CSS selector"),
    ('[[layout]]\nuntil = "soon"\n[[layout]]', "layout.1.until", "2026-03-01"),
    ('[[layout]]\nuntil = 2026-03-01T10:00:00\n[[layout]]', "layout.1.until", "2026-03-01"),
    ('[[layout]]\nbody = "p"\n[[layout]]\nbody = "q"', "layout", "layout 1 of 2 has no until"),
    ('[[layout]]\nuntil = 2026-03-02\n[[layout]]\nuntil = 2026-03-01\n[[layout]]', "layout", "from the oldest to the newest"),
    ('[[layout]]\nuntil = 2026-03-01\n[[layout]]\nuntil = 2026-03-01\n[[layout]]', "layout", "a day of its own"),
    ('[[layout]]\nuntil = 2026-03-01', "layout", "the last layout has until"),
    ('[[layout]]\ndrop = "aside"', "layout.1.drop", 'write a list, such as drop = ["aside"]'),
    ('[[layout]]\ndrop = 3', "layout.1.drop", "write a list, such as drop = "),
    ('[layout]\nbody = "p"', "layout", "write [[layout]]"),
    ('[[layout]]\nuntil = 2026-03-01\n[[layout]]\nbody = ["a", "b"]', "layout.2.body",
     'write one selector, such as "div.story"'),
    ('[[layout]]\ndrop = [["a"]]', "layout.1.drop.1", "write one selector"),
    *((f'[[layout]]\ndrop = ["p", "{selector}"]', "layout.1.drop.2", "would drop the page")
      for selector in ("body", "html", "head", "html > BODY.front", "aside, body:not(.a)", "body[class]"))])
def test_a_wrong_layout_is_told_with_its_place_and_a_remedy(layouts: str, key: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(OutletError) as caught:
        load(written(tmp_path, layouts))
    error = caught.value
    assert (error.file, error.key) == (str(tmp_path / "steppe.toml"), key)
    assert said in error.message and error.remedy
