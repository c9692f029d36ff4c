"""An upgrade of our own reader: a tree whose reader sees more of the same pages goes on with the store of the one before it."""
from pathlib import Path

import pytest
from command import ROOT, steppewire, told
from sqlalchemy import select

from storage.models import Reading, Version
from storage.store import Store
from tests.redesign.site import Site

DOOR = Path("pipelines/read/door.py")
LINE = "<p>A line of every page that only the reader of a later day can see, and no author ever wrote.</p></article>"


def later(folder: Path) -> None:
    """A tree like ours, but for a reader of the next number, that finds one line more in each article."""
    for entry in ROOT.iterdir():
        if not entry.name.startswith(".") and entry.name not in ("pipelines", "tests"):
            (folder / entry.name).symlink_to(entry)
    for part in (ROOT / "pipelines").rglob("*.*"):
        if "__pycache__" in part.parts or part.is_dir():
            continue
        own = folder / part.relative_to(ROOT)
        own.parent.mkdir(parents=True, exist_ok=True)
        own.symlink_to(part)
    text = (ROOT / DOOR).read_text(encoding="utf-8")
    number = next(line for line in text.splitlines() if line.startswith("READER = "))
    upgraded = text.replace(number, f"{number}1").replace(
        'fetched.header("content-type"))\n', f'fetched.header("content-type")).replace("</article>", {LINE!r})\n', 1)
    assert upgraded.count(LINE) == 1
    (folder / DOOR).unlink()
    (folder / DOOR).write_text(upgraded, encoding="utf-8")


@pytest.mark.long
def test_an_upgrade_of_our_reader_is_no_edit_and_leaves_the_old_readings(tmp_path: Path) -> None:
    (tree := tmp_path / "tree").mkdir()
    later(tree)
    (folder := tmp_path / "site").mkdir()
    with Site(folder, f"sqlite:///{folder / 'store.db'}", articles=4) as site:
        told("--config", site.config, "crawl", "paper0")
        store = Store(site.database)
        with store.reading() as session:
            before = {(row.capture_id, row.reader, row.text) for row in session.scalars(select(Reading))}
        for path in site.articles:  # so that all are asked for whole: what the reader does not see has changed
            site.articles[path].comments += [("later", f"A comment below {path} of a later day.")]
        for _ in range(2):
            ended = steppewire("--config", site.config, "crawl", "paper0", more={"PYTHONPATH": str(tree)})
            assert ended.returncode == 0, ended.stderr
        with store.reading() as session:
            now = {(row.capture_id, row.reader, row.text) for row in session.scalars(select(Reading))}
            assert len(session.scalars(select(Version)).all()) == 4
        assert before < now and any("only the reader of a later day" in (text or "") for _, _, text in now)
        assert [alert for alert in told("--config", site.config, "alert", "list")["alerts"]
                if not alert["event"].startswith("comment")] == []
        store.engine.dispose()
