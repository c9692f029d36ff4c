"""A watch that is added while a daemon runs is gone by at once, by both databases, and only for what comes."""
import signal
from collections import Counter
from pathlib import Path

from command import document, steppewire
from daemon import daemon, wait
from newspaper import WATCHED, Newspaper


def test_a_running_daemon_goes_by_what_is_added_paused_and_removed_without_a_new_start(tmp_path: Path, store_url: str) -> None:
    with Newspaper(tmp_path, articles=3, watch=False, database=store_url) as paper, daemon(paper) as running:
        wait("the daemon's first run", lambda: any("the run is done" in line for line in running.lines()))

        def does(*verb: str) -> None:
            ended = steppewire("--config", paper.config, "watch", *verb)
            assert ended.returncode == 0, ended.stderr

        def change(said: str) -> None:
            paper.stories["/news/1"].paragraphs[1] = said
            document("--config", paper.config, "crawl", "paper0")

        does("add", "rails", "--word", WATCHED, "--recipient", "a@example.org")
        change("Nobody knows what it cost.")
        wait("the mail", lambda: paper.told() == Counter(["/news/1"]))
        does("pause", "rails")
        change("Everybody knows what it cost.")
        does("resume", "rails")
        change("Nobody says what it cost.")
        wait("the second mail", lambda: paper.told() == Counter({"/news/1": 2}))
        bodies = [mail.get_body(("plain",)) for mail in paper.mails()]
        assert bodies[1] is not None and "Everybody knows" in bodies[1].get_content()  # it is what the edit was of
        does("remove", "rails")
        change("All is said.")
        assert running.end(signal.SIGTERM) == 0
    assert paper.told() == Counter({"/news/1": 2})
