"""The key of a comment API is on the wire and nowhere else. The site's log is the witness."""
import gzip
import logging
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from crawler.items import Nothing
from tests.crawler.proxy import Proxy
from tests.crawler.scripted import HOME, HOST, Answer, World, article, listing, outlet_of

SECRET = "k3y/of+the=operator"
SENT = "k3y%2Fof%2Bthe%3Doperator"
LIST = "/list?id=7&limit=100"
API = {"address": HOME + "/list?id={id}&limit=100", "thread": "{id}", "key": "api_key", "values": {"id": {"within": "path"}},
       "paging": {"parameter": "from", "cursor": "next"}, "fields": {"id": "id", "text": "text"}}


@pytest.fixture
def keyed(world: World, tmp_path: Path) -> World:
    """An outlet whose comments are asked for with a key; its feed announces an answer of theirs, and an article."""
    (tmp_path / "key").write_text(f"{SECRET}\n", encoding="utf-8")
    return with_key(world, tmp_path / "key")


def with_key(world: World, file: Path, **keys: Any) -> World:
    comments = {"system": "json_api", "api": API, "api_key_file": file}
    world.outlet = world.memory.outlet = outlet_of(world.site, comments=comments, **keys)
    world.site.answers["/rss"] = listing(LIST, "/a")
    world.site.answers["/a"] = article()
    world.memory.values = {HOME + LIST: Nothing("empty", "test/1")}
    return world


def all_that_is_kept(world: World) -> str:
    """The archive, unpacked, what the desk was told, and what the run says of itself."""
    files = [gzip.decompress(file.read_bytes()).decode("latin-1") for file in world.memory.archive.folder.rglob("*.gz")]
    assert files
    return "\n".join([*files, *(repr(each) for each in (world.memory.kept, world.memory.seen, world.memory.events,
                                                        world.memory.sources, world.memory.fetched))])


def test_the_key_is_sent_to_the_api_and_to_nobody_else(keyed: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    keyed.site.answers[f"{LIST}&api_key={SENT}"] = Answer(b'["it is there"]')
    report = keyed.crawl()
    assert report.state == "done" and sorted(keyed.site.paths(status=200)) == ["/a", f"{LIST}&api_key={SENT}", "/rss"]
    assert keyed.memory.outcome(LIST).page.url == HOME + LIST
    for said in (all_that_is_kept(keyed), caplog.text, repr(report)):
        assert SENT not in said and SECRET not in said and "k3y" not in said
    assert "it is there" in all_that_is_kept(keyed)


def test_an_answer_that_says_the_key_again_is_kept_without_it(keyed: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked = f"{LIST}&api_key={SENT}"
    keyed.site.answers[asked] = [
        Answer(status=302, headers=(("Location", f"{HOME}/list?id=7&limit=100&v=2&api_key={SENT}"),)), Answer(b"")]
    keyed.site.answers["/list"] = Answer(f'["{SECRET} and {SENT}"]'.encode())
    keyed.crawl()
    assert any("&v=2&" in path for path in keyed.site.paths())
    for said in (all_that_is_kept(keyed), caplog.text):
        assert SENT not in said and "k3y" not in said


@pytest.mark.parametrize("answer", [Answer(b"[", cut=0, reset=True), Answer(status=500), Answer(status=403), Answer(raw=b"\0")])
def test_no_failure_tells_the_key(answer: Answer, keyed: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    keyed.site.answers[f"{LIST}&api_key={SENT}"] = answer
    report = keyed.crawl()
    assert keyed.memory.outcome(LIST).outcome == "failed"
    for said in (all_that_is_kept(keyed), caplog.text, repr(report)):
        assert "k3y" not in said


def test_the_key_goes_through_a_proxy_as_well(world: World, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET, encoding="utf-8")
    plain = {**API, "address": f"http://{HOST}/list?id={{id}}&limit=100"}
    with Proxy({f"{HOST}:80": world.site.port}) as proxy:
        with_key(world, tmp_path / "key")
        world.outlet = world.memory.outlet = outlet_of(
            world.site, home=f"http://{HOST}/", source=[{"kind": "rss", "url": f"http://{HOST}/rss"}], connect=None,
            egress=proxy.url, comments={"system": "json_api", "api": plain, "api_key_file": tmp_path / "key"})
        world.site.answers["/rss"] = listing(LIST, home=f"http://{HOST}")
        world.crawl()
    assert [path for path in world.site.paths() if "list" in path] == [f"{LIST}&api_key={SENT}"]
    assert "k3y" not in all_that_is_kept(world)


@pytest.mark.parametrize(("text", "said"), [
    (None, "cannot be read"), ("", "holds no key"), ("two words\nand lines", "holds no key"), (b"\xff\xfe", "it is no text")])
def test_a_key_that_cannot_be_had_is_a_plain_reason_and_articles_are_read(
        text: str | bytes | None, said: str, world: World, tmp_path: Path) -> None:
    file = tmp_path / "key"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with_key(world, file).crawl()
    seen = world.memory.outcome(LIST)
    assert seen.outcome == "failed" and said in (seen.reason or "") and str(file) in (seen.reason or "")
    assert LIST not in "".join(world.site.paths()) and world.memory.outcome("/a").outcome == "read"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_key_that_others_own_is_a_plain_reason(world: World, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET, encoding="utf-8")
    (tmp_path / "key").chmod(stat.S_IWUSR)
    with_key(world, tmp_path / "key").crawl()
    assert "Permission denied" in (world.memory.outcome(LIST).reason or "")
