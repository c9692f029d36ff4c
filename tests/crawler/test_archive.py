"""The evidence: what was kept is there byte for byte, and what a kill cut hides nothing."""
import gzip
import hashlib
import os
import resource
import signal
import subprocess
import sys
import zlib
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from io import StringIO
from pathlib import Path
from typing import Any

import brotli
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio

from crawler.archive import Archive, DamagedRecord, TooLarge, load
from crawler.items import Exchange, Kept

AT = datetime(2026, 3, 31, 23, 59, 58, 123456, tzinfo=timezone.utc)
URL = "https://steppe.example/ru/news?q=%D0%BC&page=2"
BODY = "Китай и Россия\r\n\r\nв Средней Азии\0".encode()


def exchange(body: bytes = BODY, at: datetime = AT, **changes: Any) -> Exchange:
    made = Exchange(URL, (("Host", "steppe.example"), ("User-Agent", "Steppewire/0.1")), 200,
                    (("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"),
                     ("X-Empty", ""), ("X-Bytes", "Москва".encode().decode("latin-1"))), body, at)
    return replace(made, **changes)


def records(file: Path) -> list[Any]:
    """All records of a file, read one after the other, as (type, headers of the record, body)."""
    with file.open("rb") as stream:
        return [(record.rec_type, record.rec_headers, record.raw_stream.read()) for record in ArchiveIterator(stream)]


def check(*files: Path) -> str:
    """What `warcio check` says of files; nothing where all is well."""
    with redirect_stdout(StringIO()) as said:
        try:
            warcio(["check", *map(str, files)])
        except SystemExit as end:
            return said.getvalue() if end.code else ""
    return said.getvalue()


@pytest.fixture
def archive(tmp_path: Path) -> Any:
    archive = Archive(tmp_path, "life1")
    yield archive
    archive.close()


def test_what_was_kept_comes_back_byte_for_byte(archive: Archive) -> None:
    kept = [archive.keep("steppe", exchange(body)) for body in (BODY, b"", b"x" * 100_000)]
    for record, body in zip(kept, (BODY, b"", b"x" * 100_000), strict=True):
        fetched = load(archive.folder, record)
        assert (fetched.url, fetched.status, fetched.headers, fetched.body, fetched.at, fetched.asked, fetched.kept) == (
            URL, 200, exchange().headers, body, AT, None, record)
        assert record.sha256 == hashlib.sha256(body).hexdigest()
    assert load(archive.folder, kept[0], asked="https://steppe.example/x").asked == "https://steppe.example/x"
    assert load(archive.folder, kept[0], asked=URL).asked is None


def test_the_file_is_a_warc_that_others_can_read_and_check(archive: Archive) -> None:
    kept = [archive.keep("steppe", exchange(BODY * number, status=status)) for number, status in [(1, 200), (0, 301), (3, 799)]]
    archive.sync()
    file = archive.folder / kept[0].file
    assert {record.file for record in kept} == {"steppe/2026/03/steppe-20260331235958-life1.warc.gz"}
    assert check(file) == ""
    assert [kind for kind, _, _ in records(file)] == ["warcinfo", *["request", "response"] * 3]
    for (_, request, _), (_, response, _) in zip(records(file)[1::2], records(file)[2::2], strict=True):
        assert response.get_header("WARC-Target-URI") == request.get_header("WARC-Target-URI") == URL
        assert response.get_header("WARC-Date") == "2026-03-31T23:59:58.123456Z"
        assert request.get_header("WARC-Concurrent-To") == response.get_header("WARC-Record-ID")
        assert response.get_header("WARC-Payload-Digest")


@pytest.mark.parametrize("body", [b"", BODY, bytes(range(256)) * 900, os.urandom(300_000)],
                         ids=["none", "text", "long", "noise"])
def test_every_record_is_a_gzip_member_that_can_be_unpacked_from_where_it_lies(archive: Archive, body: bytes) -> None:
    first, second = (archive.keep("steppe", exchange(each)) for each in (body, BODY))
    left = (archive.folder / first.file).read_bytes()
    beginnings, plain, size = [], [], len(left)
    while left:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)
        beginnings.append(size - len(left))
        plain.append(unpacker.decompress(left))
        assert unpacker.eof
        left = unpacker.unused_data
    assert [each.split(b"\r\n", 1)[0] for each in plain] == [b"WARC/1.1"] * 5
    assert (beginnings[2], beginnings[4]) == (first.offset, second.offset)
    assert plain[2].endswith(b"\r\n\r\n" + body + b"\r\n\r\n")


def test_the_request_is_kept_as_it_was_sent(archive: Archive) -> None:
    kept = archive.keep("steppe", exchange())
    with (archive.folder / kept.file).open("rb") as stream:
        request = next(record for record in ArchiveIterator(stream, no_record_parse=True) if record.rec_type == "request")
        assert request.raw_stream.read() == (b"GET /ru/news?q=%D0%BC&page=2 HTTP/1.1\r\nHost: steppe.example\r\n"
                                             b"User-Agent: Steppewire/0.1\r\n\r\n")


def test_headers_of_the_wire_are_left_out_of_the_record(archive: Archive) -> None:
    headers = (("Transfer-Encoding", "chunked"), ("connection", "close"), ("ETag", '"a"'))
    assert load(archive.folder, archive.keep("steppe", exchange(headers=headers))).headers == (("ETag", '"a"'),)


def test_a_body_of_which_only_the_beginning_was_wanted_is_marked_as_truncated(archive: Archive) -> None:
    archive.keep("steppe", exchange(b"half", headers=(("Content-Length", "8"),)))
    archive.keep("steppe", exchange(b"whole", headers=(("Content-Length", "5"),)))
    file = next(archive.folder.rglob("*.warc.gz"))
    marks = [headers.get_header("WARC-Truncated") for kind, headers, _ in records(file) if kind == "response"]
    assert marks == ["length", None]


@pytest.mark.parametrize(("name", "wire"), [("gzip", gzip.compress(BODY)), ("br", brotli.compress(BODY)), ("identity", BODY)],
                         ids=["gzip", "br", "identity"])
def test_the_archive_has_the_bytes_of_the_wire_and_load_the_body(archive: Archive, name: str, wire: bytes) -> None:
    kept = archive.keep("steppe", exchange(wire, headers=(("Content-Encoding", name),)))
    assert load(archive.folder, kept).body == BODY
    assert kept.sha256 == hashlib.sha256(wire).hexdigest()
    assert records(archive.folder / kept.file)[-1][2] == wire


def test_a_body_that_is_too_large_without_its_encoding_is_told_from_a_damaged_one(archive: Archive) -> None:
    bomb = exchange(gzip.compress(b"x" * 5_000_001, 1), headers=(("Content-Encoding", "gzip"),))
    with pytest.raises(TooLarge):
        load(archive.folder, archive.keep("steppe", bomb))


# --- damage

def test_every_kind_of_damage_is_told(archive: Archive) -> None:
    kept = [archive.keep("steppe", exchange(os.urandom(2000))) for _ in range(3)]
    file = archive.folder / kept[0].file
    whole = file.read_bytes()
    assert load(archive.folder, kept[2]).body
    wrong = [replace(kept[0], file="steppe/none.warc.gz"), replace(kept[0], offset=kept[0].offset + 1),
             replace(kept[0], offset=10 ** 9), replace(kept[0], sha256="0" * 64), replace(kept[0], file="steppe"),
             Kept(kept[0].file, 0, kept[0].sha256)]
    for record in wrong:
        with pytest.raises(DamagedRecord):
            load(archive.folder, record)
    for damaged in (whole[:kept[2].offset + 700], whole[:kept[2].offset], whole[:kept[2].offset + 5], b"",
                    whole[:kept[2].offset + 300] + os.urandom(900) + whole[kept[2].offset + 1200:]):
        file.write_bytes(damaged)
        with pytest.raises(DamagedRecord):
            load(archive.folder, kept[2])


def test_a_write_that_fails_leaves_nothing_in_the_way_of_later_records(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "life1")
    first = archive.keep("steppe", exchange())
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / first.file).stat().st_size + 1000, limit[1]))
        with pytest.raises(OSError, match="too large"):
            archive.keep("steppe", exchange(os.urandom(100_000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, before)
    second = archive.keep("steppe", exchange(b"afterwards"))
    archive.close()
    assert load(tmp_path, second).body == b"afterwards"
    assert check(*{tmp_path / first.file, tmp_path / second.file}) == ""
    assert sum(kind == "response" for kept in {first.file, second.file} for kind, _, _ in records(tmp_path / kept)) == 2


WRITER = """
import sys
from pathlib import Path
from crawler.archive import Archive
from tests.crawler.test_archive import exchange
archive = Archive(Path(sys.argv[1]), "life1")
while True:
    kept = archive.keep("steppe", exchange(b"Text " * 20000))
    print(kept.file, kept.offset, kept.sha256, flush=True)
"""


def test_after_a_kill_all_that_was_kept_is_readable_and_the_next_life_begins_a_new_file(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=root)
    assert writer.stdout
    told = [writer.stdout.readline() for _ in range(20)]
    writer.send_signal(signal.SIGKILL)
    told += writer.stdout.readlines()
    writer.stdout.close()
    writer.wait()
    kept = [Kept(file, int(offset), sha256) for file, offset, sha256 in (line.split() for line in told if line.endswith("\n"))]
    assert [load(tmp_path, record).body for record in kept] == [b"Text " * 20000] * len(kept)
    torn = tmp_path / kept[0].file
    # Whether the kill fell into a record or between two is chance: here is one that was surely cut.
    torn.write_bytes(torn.read_bytes()[:kept[-1].offset + 50])
    archive = Archive(tmp_path, "life2")
    later = archive.keep("steppe", exchange())
    archive.close()
    assert later.file != kept[0].file
    assert [load(tmp_path, record).body for record in kept[:-1]] == [b"Text " * 20000] * (len(kept) - 1)
    assert load(tmp_path, later).body == BODY
    assert check(tmp_path / later.file) == ""


def test_sync_puts_the_files_on_disk_and_the_folders_that_name_them(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)  # on disk or not looks the same from here: only the call can be seen
    for _ in range(2):
        file = archive.folder / archive.keep("steppe", exchange()).file
        archive.sync()
    named = [file, *(folder for folder in file.parents if folder.is_relative_to(archive.folder))]
    inodes = {path.stat().st_ino for path in named}
    assert (set(synced), len(synced)) == (inodes, len(inodes) + 1), "the file twice, its folders once"
    synced.clear()
    archive.sync()
    assert synced == []


# --- files

def test_a_month_a_full_file_an_outlet_and_a_life_begin_a_new_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "life1", file_size=10_000)
    files = [archive.keep(outlet, exchange(os.urandom(6000), at=at)).file for outlet, at in [
        ("steppe", AT), ("steppe", AT), ("steppe", AT), ("other", AT), ("steppe", AT + timedelta(seconds=2))]]
    archive.close()
    archive = Archive(tmp_path, "life2")
    files.append(archive.keep("steppe", exchange()).file)
    archive.close()
    assert files == [
        "steppe/2026/03/steppe-20260331235958-life1.warc.gz", "steppe/2026/03/steppe-20260331235958-life1.warc.gz",
        "steppe/2026/03/steppe-20260331235958-life1-2.warc.gz", "other/2026/03/other-20260331235958-life1.warc.gz",
        "steppe/2026/04/steppe-20260401000000-life1.warc.gz", "steppe/2026/03/steppe-20260331235958-life2.warc.gz"]
    assert check(*tmp_path.rglob("*.warc.gz")) == ""


def test_an_existing_file_is_never_written_to(tmp_path: Path) -> None:
    file = tmp_path / "steppe/2026/03/steppe-20260331235958-life1.warc.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"somebody's")
    archive = Archive(tmp_path, "life1")
    assert archive.keep("steppe", exchange()).file.endswith("-life1-2.warc.gz")
    archive.close()
    assert file.read_bytes() == b"somebody's"
