"""`watch feed` as it is typed."""
from pathlib import Path

import feedparser
import pytest
from command import said, steppewire

from storage.store import Store
from tests.alerts.filled import Filled


@pytest.fixture
def config(tmp_path: Path, now: object) -> Path:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.upgrade()
    Filled(store, now).alert()  # type: ignore[arg-type]  # the fixture's time
    store.engine.dispose()
    file = tmp_path / "steppewire.toml"
    file.write_text('data = "."\n', encoding="utf-8")
    return file


def test_a_feed_is_printed_or_written_over_the_old_one(config: Path, tmp_path: Path) -> None:
    printed = said("--config", config, "watch", "feed", "debts").stdout
    assert len(feedparser.parse(printed).entries) == 1
    file = tmp_path / "debts.atom"
    file.write_text("the old one", encoding="utf-8")
    assert said("--config", config, "watch", "feed", "debts", "--output", file).stdout == ""
    assert file.read_text(encoding="utf-8") == printed and not list(tmp_path.glob(".*.part"))


def test_its_address_is_said_where_the_daemon_answers_and_is_the_same_each_time(config: Path) -> None:
    ended = steppewire("--config", config, "watch", "feed", "debts", "--url")
    assert ended.returncode == 2 and "public_url" in ended.stderr
    config.write_text('public_url = "https://wire.example"\ndata = "."\n', encoding="utf-8")
    assert "web.listen" in steppewire("--config", config, "watch", "feed", "debts", "--url").stderr
    config.write_text('public_url = "https://wire.example"\ndata = "."\n[web]\nlisten = "127.0.0.1:8420"\n', encoding="utf-8")
    first, second = (said("--config", config, "watch", "feed", "debts", "--url").stdout for _ in range(2))
    assert first == second and first.startswith("https://wire.example/feed/debts/") and first.endswith(".atom\n")
    found = feedparser.parse(said("--config", config, "watch", "feed", "debts").stdout)
    assert found.feed.links[0].href == first.strip()


@pytest.mark.parametrize("more", [(), ("--url",)])
def test_an_unknown_watch_is_wrong_usage(config: Path, more: tuple[str, ...]) -> None:
    ended = steppewire("--config", config, "watch", "feed", "nowhere", *more)
    assert ended.returncode == 2 and "watch list" in ended.stderr
