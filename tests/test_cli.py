"""The command line: what it says to wrong settings and wrong usage, and what it shows of a store."""
import json
import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from command import environment, said, steppewire, told
from daemon import children
from newspaper import Newspaper

from crawler.outlet import OutletError, load
from storage.store import Store
from tests.alerts.filled import Filled


def refused(*arguments: str | Path, cwd: Path, code: int = 2) -> dict[str, Any]:
    """The error that a verb ends with; its message is also on stderr, as one plain sentence."""
    ended = said(*arguments, "--json", cwd=cwd)
    assert ended.returncode == code, ended.stderr
    document = json.loads(ended.stdout)
    assert document["schema"] == 1 and set(document["error"]) == {"kind", "message", "file", "key", "value", "remedy"}
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("steppewire: ") and document["error"]["message"].split("\n")[0] in last
    assert "Traceback" not in ended.stderr
    found: dict[str, Any] = document["error"]
    return found


@pytest.mark.parametrize(("text", "key", "value"), [
    ("outlet = 1", "outlet", 1),
    ('public_url = "wire"', "public_url", "wire"),
    ('[[watch]]\nid = "a"\nwords = ["x"]', "watch.a.recipients", None),
    ('database = "postgresql://127.0.0.1:9/none"', "database", "postgresql://127.0.0.1:9/none"),
    ('database = "mysql://localhost/x"', "database", "mysql://localhost/x"),
    ('database = "sqlite:////nowhere/store.db"', "database", "sqlite:////nowhere/store.db"),
    ('data = "steppewire.toml/below"', "data", None),
])
@pytest.mark.parametrize("verb", ["crawl", "run"])
def test_wrong_settings_are_named_and_nothing_is_half_made(verb: str, text: str, key: str, value: object,
                                                           tmp_path: Path) -> None:
    (tmp_path / "steppewire.toml").write_text(text, encoding="utf-8")
    if verb == "run":
        ended = said("run", cwd=tmp_path)
        assert ended.returncode == 2 and key in ended.stderr and "Traceback" not in ended.stderr
    else:
        error = refused("crawl", cwd=tmp_path)
        assert (error["file"], error["key"]) == ("steppewire.toml", key)
        assert error["value"] == value or (key == "data" and error["value"].endswith("steppewire.toml/below"))
        assert error["remedy"]
    assert not list(tmp_path.rglob("*.db*"))


@pytest.mark.parametrize(("arguments", "database", "outlet"), [
    (["unknown"], "sqlite:///store.db", ""),
    ([], "sqlite:////nowhere/store.db", ""),
    ([], "sqlite:///store.db", 'colour = "red"'),
], ids=["unknown outlet", "no store", "wrong outlet"])
def test_a_crawl_that_cannot_begin_says_one_sentence_and_leaves_no_worker(arguments: list[str], database: str, outlet: str,
                                                                          tmp_path: Path) -> None:
    """The worker is started before anything but the settings has been looked at."""
    (tmp_path / "steppewire.toml").write_text(f'outlets = ["paper"]\ndatabase = "{database}"', encoding="utf-8")
    (tmp_path / "outlets").mkdir()
    (tmp_path / "outlets" / "paper.toml").write_text(f'name = "P"\nhome = "https://p.example/"\nsource = []\n{outlet}',
                                                     encoding="utf-8")
    before = children(os.getpid())
    ended = said("crawl", *arguments, cwd=tmp_path)
    assert (ended.returncode, ended.stderr.count("\n"), ended.stdout) == (2, 1, "")
    assert ended.stderr.startswith("steppewire: ")
    assert children(os.getpid()) == before


@pytest.mark.parametrize(("name", "text", "key", "words"), [
    ("paper", 'name = "P"\nhome = "paper.example"\nsource = []', "home", "https://example.org/news"),
    ("paper", 'name = "P"\nhome = "https://p.example/"\nsource = []\ncolour = "red"', "colour", "known keys"),
    ("paper", 'name = "P"\nhome = "https://p.example/"\ntimezone = "Mars"\nsource = []', "timezone", "Asia/Almaty"),
    ("paper", 'name = "P"\nhome = "https://p.example/"\n[[source]]\nkind = "feed"\nurl = "https://p.example/rss"',
     "source.1.kind", "'rss'"),
    ("elsewhere", "", "outlets", "elsewhere.toml"),
])
def test_a_wrong_outlet_is_named_by_check(name: str, text: str, key: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "steppewire.toml").write_text(f'outlets = ["{name}"]', encoding="utf-8")
    (tmp_path / "outlets").mkdir()
    if text:
        (tmp_path / "outlets" / f"{name}.toml").write_text(text, encoding="utf-8")
    ended = said("check", "--json", cwd=tmp_path)
    assert ended.returncode == 2
    wrong, = (each for each in json.loads(ended.stdout)["checks"] if not each["ok"])
    assert wrong["what"] == f"outlet {name}" and key in wrong["note"] and words in wrong["note"]
    assert not (tmp_path / "var").exists()


def test_check_names_a_watch_of_an_outlet_that_is_not_crawled_and_a_mail_server_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "steppewire.toml").write_text(
        '[mail]\nhost = "127.0.0.1"\nport = 9\n[[watch]]\nid = "w"\nwords = ["x"]\nrecipients = ["a@example.org"]\n'
        'outlets = ["nowhere"]\n', encoding="utf-8")
    ended = said("check", "--smtp", "--json", cwd=tmp_path)
    assert ended.returncode == 2
    assert [each["what"] for each in json.loads(ended.stdout)["checks"] if not each["ok"]] == ["watch w", "mail at 127.0.0.1:9"]


def test_check_talks_to_a_mail_server_and_sends_nothing(tmp_path: Path) -> None:
    with Newspaper(tmp_path) as paper:
        assert said("--config", paper.config, "check", "--smtp").returncode == 0
        assert paper.mails() == []


def test_wrong_usage_is_told_with_the_usage_and_exit_code_2(tmp_path: Path) -> None:
    assert refused("nothing", cwd=tmp_path)["kind"] == "usage"
    assert steppewire("nothing", cwd=tmp_path).returncode == 2
    assert refused("article", "list", "--since", "yesterday", cwd=tmp_path)["kind"] == "usage"
    assert refused("crawl", "unknown", cwd=tmp_path)["value"] == "unknown"


def test_what_is_not_there_fails_with_a_way_on(tmp_path: Path) -> None:
    assert "steppewire crawl" in refused("article", "list", cwd=tmp_path)["remedy"]
    assert not list(tmp_path.iterdir())
    said("db", "upgrade", cwd=tmp_path)
    assert "article list" in refused("article", "show", "7", cwd=tmp_path, code=1)["message"]
    missing = said("mail", "show", "7", cwd=tmp_path)
    assert missing.returncode == 1 and "`steppewire mail list`" in missing.stderr


def test_init_makes_what_check_accepts_and_never_overwrites(tmp_path: Path) -> None:
    assert said("init", cwd=tmp_path).returncode == 0
    assert (tmp_path / "var" / "pseudonym.key").stat().st_mode & 0o777 == 0o600
    assert said("check", cwd=tmp_path).returncode == 0
    (tmp_path / "steppewire.toml").write_text("outlets = []", encoding="utf-8")
    again = said("init", cwd=tmp_path)
    assert again.returncode == 2 and "steppewire.toml: is already there" in again.stderr
    assert (tmp_path / "steppewire.toml").read_text(encoding="utf-8") == "outlets = []"


PAGE = """<html lang="en"><head><title>A road</title><meta property="og:title" content="A road"></head><body><article>
<h1>A road</h1><p>The road to the pass was opened on Monday by two ministers and a brass band of eleven people.</p>
<p>{}</p></article></body></html>"""
LONG = "Its bridges cost more than the plan had said, and nobody wanted to say by how much they did."


def test_lines_are_answered_in_their_order_and_a_bad_one_with_an_error_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE.format(LONG), encoding="utf-8")
    given = ['{"file": "a.html", "url": "https://x.example/1"}', "{", '{"url": "https://x.example/"}', '{"file": "none.html"}',
             '{"file": "a.html", "outlet": "unknown"}', '{"file": "a.html", "at": "soon"}', '{"file": "a.html"}']
    ended = said("read", "--jsonl", "-", cwd=tmp_path, given="\n".join(given))
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 1
    assert [each.get("outcome") or each["error"]["file"] for each in found] == [
        "clean", None, None, "none.html", "a.html", "a.html", "clean"]
    assert found[0]["title"] == "A road" and found[0]["url"] == "https://x.example/1"


@pytest.mark.parametrize("lines", ["none.jsonl", "."])
def test_lines_that_cannot_be_had_are_one_sentence(tmp_path: Path, lines: str) -> None:
    ended = said("read", "--jsonl", lines, cwd=tmp_path)
    assert ended.returncode == 1 and json.loads(ended.stdout)["error"]["file"] == lines
    assert len(ended.stderr.splitlines()) == 1 and "cannot be read" in ended.stderr


def test_a_line_that_is_no_utf_8_spoils_itself_only(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE.format(LONG), encoding="utf-8")
    (tmp_path / "lines").write_bytes(b'{"file": "\xff.html"}\n{"file": "a.html"}\n')
    found = [json.loads(line) for line in said("read", "--jsonl", "lines", cwd=tmp_path).stdout.splitlines()]
    assert ["error" in each for each in found] == [True, False]


def test_diff_rebuilds_both_texts(tmp_path: Path) -> None:
    for name, text in (("old", LONG), ("new", LONG.replace("more", "less"))):
        (tmp_path / f"{name}.html").write_text(PAGE.format(text), encoding="utf-8")
    found = told("diff", "old.html", "new.html", "--url", "https://x.example/1", cwd=tmp_path)
    texts = said("read", "--jsonl", "-", cwd=tmp_path, given='{"file": "old.html"}\n{"file": "new.html"}').stdout.splitlines()
    for side, read in zip(("old", "new"), texts, strict=True):
        assert "".join(step[side] for step in found["operations"]) == json.loads(read)["text"]
    assert (found["changed"], found["title_changed"], found["added_chars"], found["removed_chars"]) == (True, False, 4, 4)
    shown = said("diff", "old.html", "new.html", "--url", "https://x.example/1", cwd=tmp_path).stdout
    assert "[-more-]{+less+}" in shown


@pytest.mark.parametrize(("arguments", "heavy"), [
    (["crawl", "--help"], {"pydantic", "sqlalchemy", "scrapy", "trafilatura", "rich"}),
    (["article", "list", "--json"], {"replay", "scheduler", "worker", "scrapy", "trafilatura", "rich"}),
], ids=["help", "a list"])
def test_a_verb_loads_nothing_heavy_that_it_can_do_without(arguments: list[str], heavy: set[str], tmp_path: Path) -> None:
    said("db", "upgrade", cwd=tmp_path)
    code = f"import sys; from cli import steppewire; steppewire.main({arguments}, standalone_mode=False); " \
           f"print(sorted({heavy} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, env=environment(),
                           cwd=tmp_path)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_an_outlet_with_a_mistake_stops_crawl_and_run_at_once_and_shows_in_status(tmp_path: Path) -> None:
    with Newspaper(tmp_path) as paper:
        said("--config", paper.config, "db", "upgrade")
        file = tmp_path / "outlets" / "paper0.toml"
        file.write_text(file.read_text(encoding="utf-8").replace("delay = 0.01", 'delay = "soon"'), encoding="utf-8")
        for verb in ("crawl", "run"):
            ended = steppewire("--config", paper.config, verb)
            assert ended.returncode == 2 and f"{file}: delay:" in ended.stderr and "'soon'" in ended.stderr
        found = told("--config", paper.config, "status", code=1)["outlets"][0]
        assert found["state"] == "failing" and "delay" in found["reason"]
        assert said("--config", paper.config, "status").stdout.startswith("✗ The outlet paper0 is left out: ")
        assert paper.server.hits == []


@pytest.mark.parametrize(("text", "key", "words"), [
    ('hosts = ["https://p.example/"]', "hosts.1", "bare host"),
    ('[[source]]\nkind = "rss"\nurl = "https://other.example/rss"', None, "add the host to hosts"),
    ('source = []\n[comments]\nthread = "div"\nitem = "p"\ntext = "p"\nlabel = "comments"', "comments.label", "group"),
    ('nam = "P"', "nam", "known keys"),
])
def test_what_could_never_work_in_an_outlet_is_refused(text: str, key: str | None, words: str, tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text(f'name = "P"\nhome = "https://p.example/"\n{text}', encoding="utf-8")
    with pytest.raises(OutletError) as caught:
        load(file)
    assert caught.value.key == key and words in f"{caught.value.message} {caught.value.remedy}"


def test_what_is_no_article_has_no_diff(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE.format(LONG), encoding="utf-8")
    (tmp_path / "b.html").write_bytes(b"%PDF-1.4 nothing")
    error = refused("diff", "a.html", "b.html", "--url", "https://x.example/1", cwd=tmp_path, code=1)
    assert (error["file"], error["kind"]) == ("b.html", "file")


def test_an_outlet_that_nobody_knows_has_no_list(tmp_path: Path) -> None:
    said("db", "upgrade", cwd=tmp_path)
    assert "nowhere" in refused("article", "list", "--outlet", "nowhere", cwd=tmp_path)["message"]


def test_mails_are_tried_again_on_demand_and_what_cannot_be_is_named(tmp_path: Path) -> None:
    with Newspaper(tmp_path) as paper:
        said("--config", paper.config, "db", "upgrade")
        filled = Filled(Store(paper.database), datetime.now(timezone.utc))
        for number, state in enumerate(("sent", "dead", "dead", "waiting")):
            filled.mail(recipient=f"a{number}@example.org", state=state)

        def retry(*arguments: str, code: int = 0) -> str:
            ended = said("--config", paper.config, "mail", "retry", *arguments)
            assert ended.returncode == code, ended.stderr
            return ended.stdout + ended.stderr

        retry(code=2)
        retry("2", "--all-dead", code=2)
        assert "there is no mail 9: `steppewire mail list`" in retry("2", "9", code=1)
        assert "mail 1 is sent: nobody is mailed twice" in retry("2", "1", code=1)
        assert "waiting again: 2, 4; `steppewire crawl`" in retry("2", "4", "2")
        listed = told("--config", paper.config, "mail", "list")["mails"]
        assert [(mail["state"], mail["due_at"] is None) for mail in listed] == [
            ("waiting", False), ("dead", True), ("waiting", False), ("sent", True)]
        assert "waiting again: 3;" in retry("--all-dead")
        assert "no mail is dead" in retry("--all-dead")
        said("--config", paper.config, "crawl")
        assert sorted(mail["To"] for mail in paper.mails()) == [f"a{number}@example.org" for number in (1, 2, 3)]
        filled.store.engine.dispose()
