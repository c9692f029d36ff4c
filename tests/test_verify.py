"""The files of the archive gone through: damage outside the answers is found, what a kill leaves is none."""
import gzip
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from command import document, steppewire
from desk import Desk

from storage.models import Capture
from storage.store import Store
from tests.test_replay import LINES, Past, page, verify


@pytest.fixture
def past(store: Store, tmp_path: Path, now: datetime) -> Iterator[Past]:
    """Three answers in one file, and one in a file of the month after."""
    past = Past(Desk(store, now), tmp_path)
    past.desk.begin()
    past.desk.next_run()
    for number in range(4):
        if number == 3:
            past.desk.now += timedelta(days=40)
        past.see(f"/a/{number}", page(*LINES, os.urandom(600).hex()))
    yield past
    past.archive.close()


def first_file(past: Past) -> Path:
    return past.settings.archive / past.desk.rows(Capture)[0].file


def starts(content: bytes) -> list[int]:
    """Where the records begin, found by taking off one member of gzip after the other, the slow way."""
    found = [at for at in range(len(content)) if content.startswith(b"\x1f\x8b\x08", at)]
    return [at for at, after in zip(found, [*found[1:], len(content)], strict=True) if gzip.decompress(content[at:after])]


def test_a_byte_flipped_in_any_record_is_found_where_the_record_begins(past: Past) -> None:
    file = first_file(past)
    whole = file.read_bytes()
    every = starts(whole)
    answers = {row.offset: str(row.id) for row in past.desk.rows(Capture)[:3]}
    assert len(every) == 7 and set(answers) < set(every)  # a note on the file, and three times a request with its answer
    for start, end in zip(every, [*every[1:], len(whole)], strict=True):
        harmed = bytearray(whole)
        harmed[(start + end) // 2] ^= 0x10
        file.write_bytes(harmed)
        found = verify(past)
        where = [(fault.file, fault.offset) for fault in found.faults]
        where += [(damage.capture.file, damage.capture.offset) for damage in found.damaged]
        assert where == [(str(file.relative_to(past.settings.archive)), start)], start
        assert bool(found.damaged) == (start in answers)
        assert (found.captures, found.files) == (4, 2)


def test_two_faults_of_a_file_are_both_told_in_the_document_and_the_table(past: Past) -> None:
    file = first_file(past)
    harmed = bytearray(file.read_bytes())
    every = starts(bytes(harmed))
    for start in (every[1], every[5]):
        harmed[start + 60] ^= 0x10
    file.write_bytes(harmed)
    name = str(file.relative_to(past.settings.archive))
    said = document("--config", past.config, "verify", code=1)["damaged"]
    assert [(each["capture"], each["url"], each["file"], each["offset"], each["wrong"]) for each in said] == [
        (None, None, name, every[1], "unreadable"), (None, None, name, every[5], "unreadable")]
    ended = steppewire("--config", past.config, "verify")
    shown = " ".join(ended.stdout.split())
    assert ended.returncode == 1 and "damaged: 2." in shown and f"the record at {every[5]}" in shown
    assert "None" not in shown and f"restore these files of the archive folder from a backup: {name}" in ended.stderr


@pytest.mark.parametrize("junk", [b"junk", b"\0" * 70_000 + b"junk", b"\x1f\x8b\x08junk that is no gzip at all" * 9])
def test_what_was_put_behind_the_records_is_found(junk: bytes, past: Past) -> None:
    file = first_file(past)
    size = file.stat().st_size
    file.write_bytes(file.read_bytes() + junk)
    assert [fault.offset for fault in verify(past).faults] == [size]


def test_what_stands_between_two_records_is_found_and_told_once(past: Past) -> None:
    file = first_file(past)
    whole = file.read_bytes()
    last = past.desk.rows(Capture)[2].offset
    file.write_bytes(whole[:last] + b"junk" + whole[last:])
    found = verify(past)
    assert ([damage.capture.id for damage in found.damaged], found.faults) == ([3], [])  # told once
    request = starts(whole)[5]
    file.write_bytes(whole[:request] + b"junk" + whole[request + 4:])
    assert [fault.note.partition(": ")[2] for fault in verify(past).faults] == [f"what stands at {request} is no record"]


def test_what_a_kill_leaves_is_no_damage(past: Past) -> None:
    file = first_file(past)
    whole = file.read_bytes()
    more = gzip.compress(b"WARC/1.1\r\nContent-Length: 0\r\n\r\n\r\n\r\n")
    for left in (more, more[:1], more[:12], more[:-3], more + more[:-1], b"\0" * 200_000):
        file.write_bytes(whole + left)
        found = verify(past)
        assert (found.faults, found.damaged) == ([], []), left[:20]


def test_a_record_is_not_taken_for_cut_where_an_answer_follows_it(past: Past) -> None:
    file = first_file(past)
    harmed = bytearray(file.read_bytes())
    # A stored block of deflate that says that it is longer than the file: the file ends before it does.
    harmed[10:15] = b"\x00\xff\xff\x00\x00"
    file.write_bytes(harmed)
    assert [fault.offset for fault in verify(past).faults] == [0]


def test_a_file_that_is_gone_is_told_by_its_answers_alone(past: Past) -> None:
    first_file(past).unlink()
    found = verify(past)
    assert (found.faults, {damage.harm for damage in found.damaged}, found.files) == ([], {"no_file"}, 2)
