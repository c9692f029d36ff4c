"""The files of the archive gone through: damage outside the answers is found, what a kill leaves is none."""
import gzip
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from command import said, told
from desk import HOME, Desk
from past import EMPTY, LINES, Past, harm, page, verify
from sqlalchemy import update

from storage.models import Capture, Reading
from storage.store import Store


@pytest.fixture
def kept(store: Store, tmp_path: Path, now: datetime) -> Iterator[Past]:
    """Three answers in one file, and one in a file of the month after."""
    kept = Past(Desk(store, now), tmp_path)
    kept.desk.begin()
    kept.desk.next_run()
    for number in range(4):
        if number == 3:
            kept.desk.now += timedelta(days=40)
        kept.see(f"/a/{number}", page(*LINES, os.urandom(600).hex()))
    yield kept
    kept.archive.close()


def first_file(kept: Past) -> Path:
    return kept.settings.archive / kept.desk.rows(Capture)[0].file


def starts(content: bytes) -> list[int]:
    """Where the records begin, found by taking off one member of gzip after the other, the slow way."""
    found = [at for at in range(len(content)) if content.startswith(b"\x1f\x8b\x08", at)]
    return [at for at, after in zip(found, [*found[1:], len(content)], strict=True) if gzip.decompress(content[at:after])]


def test_a_byte_flipped_in_any_record_is_found_where_the_record_begins(kept: Past) -> None:
    file = first_file(kept)
    whole = file.read_bytes()
    every = starts(whole)
    answers = {row.offset: str(row.id) for row in kept.desk.rows(Capture)[:3]}
    assert len(every) == 7 and set(answers) < set(every)  # a note on the file, and three times a request with its answer
    for start, end in zip(every, [*every[1:], len(whole)], strict=True):
        harmed = bytearray(whole)
        harmed[(start + end) // 2] ^= 0x10
        file.write_bytes(harmed)
        found = verify(kept)
        where = [(fault.file, fault.offset) for fault in found.faults]
        where += [(damage.capture.file, damage.capture.offset) for damage in found.damaged]
        assert where == [(str(file.relative_to(kept.settings.archive)), start)], start
        assert bool(found.damaged) == (start in answers)
        assert (found.captures, found.files) == (4, 2)


def test_two_faults_of_a_file_are_both_told_in_the_document_and_the_table(kept: Past) -> None:
    file = first_file(kept)
    harmed = bytearray(file.read_bytes())
    every = starts(bytes(harmed))
    for start in (every[1], every[5]):
        harmed[start + 60] ^= 0x10
    file.write_bytes(harmed)
    name = str(file.relative_to(kept.settings.archive))
    faults = told("--config", kept.config, "verify", code=1)["damaged"]
    assert [(each["capture"], each["url"], each["file"], each["offset"], each["wrong"]) for each in faults] == [
        (None, None, name, every[1], "unreadable"), (None, None, name, every[5], "unreadable")]
    ended = said("--config", kept.config, "verify")
    shown = " ".join(ended.stdout.split())
    assert ended.returncode == 1 and "damaged: 2." in shown and f"the record at {every[5]}" in shown
    assert "None" not in shown and f"restore these files of the archive folder from a backup: {name}" in ended.stderr


@pytest.mark.parametrize("junk", [b"junk", b"\0" * 70_000 + b"junk", b"\x1f\x8b\x08junk that is no gzip at all" * 9])
def test_what_was_put_behind_the_records_is_found(junk: bytes, kept: Past) -> None:
    file = first_file(kept)
    size = file.stat().st_size
    file.write_bytes(file.read_bytes() + junk)
    assert [fault.offset for fault in verify(kept).faults] == [size]


def test_what_stands_between_two_records_is_found_and_told_once(kept: Past) -> None:
    file = first_file(kept)
    whole = file.read_bytes()
    last = kept.desk.rows(Capture)[2].offset
    file.write_bytes(whole[:last] + b"junk" + whole[last:])
    found = verify(kept)
    assert ([damage.capture.id for damage in found.damaged], found.faults) == ([3], [])  # told once
    request = starts(whole)[5]
    file.write_bytes(whole[:request] + b"junk" + whole[request + 4:])
    assert [fault.note.partition(": ")[2] for fault in verify(kept).faults] == [f"what stands at {request} is no record"]


def test_what_a_kill_leaves_is_no_damage(kept: Past) -> None:
    file = first_file(kept)
    whole = file.read_bytes()
    more = gzip.compress(b"WARC/1.1\r\nContent-Length: 0\r\n\r\n\r\n\r\n")
    for left in (more, more[:1], more[:12], more[:-3], more + more[:-1], b"\0" * 200_000):
        file.write_bytes(whole + left)
        found = verify(kept)
        assert (found.faults, found.damaged) == ([], []), left[:20]


def test_a_record_is_not_taken_for_cut_where_an_answer_follows_it(kept: Past) -> None:
    file = first_file(kept)
    harmed = bytearray(file.read_bytes())
    # A stored block of deflate that says that it is longer than the file: the file ends before it does.
    harmed[10:15] = b"\x00\xff\xff\x00\x00"
    file.write_bytes(harmed)
    assert [fault.offset for fault in verify(kept).faults] == [0]


def test_a_file_that_is_gone_is_told_by_its_answers_alone(kept: Past) -> None:
    first_file(kept).unlink()
    found = verify(kept)
    assert (found.faults, {damage.harm for damage in found.damaged}, found.files) == ([], {"no_file"}, 2)


# --- the answers and the texts

def test_what_is_as_it_was_kept_is_verified(past: Past) -> None:
    for number in range(3):
        past.see(f"/a/{number}", page(*LINES, f"This is report number {number} of a series about the road and its bridges."))
    past.see("/a/9", EMPTY, old="no_text")
    past.see("/a/8", status=503)
    found = verify(past)
    assert (found.captures, found.readings, found.files, found.damaged) == (5, 3, 1, [])
    assert past.said[-1] == ("readings", 3, 3)
    assert told("--config", past.config, "verify") == {"schema": 1, "captures": 5, "readings": 3, "files": 1, "damaged": []}


def test_each_kind_of_damage_is_told_apart_and_hides_nothing(past: Past) -> None:
    for number in range(5):
        past.see(f"/a/{number}", page(*LINES, os.urandom(600).hex()))
        if number == 2:
            past.desk.now += timedelta(days=40)  # a month of its own is a file of its own
    harm(past, no_record=0, other_body=1)
    (past.settings.archive / past.desk.rows(Capture)[4].file).unlink()
    with past.store.writing() as session:
        session.execute(update(Reading).where(Reading.id == 3).values(text="Somebody else's."))
    found = verify(past)
    assert (found.captures, found.readings, found.files) == (5, 5, 2)
    assert [(damage.capture.id, damage.harm, damage.reading) for damage in found.damaged] == [
        (1, "no_record", None), (2, "other_body", None), (4, "no_file", None), (5, "no_file", None), (3, "other_text", 3)]
    damaged = told("--config", past.config, "verify", code=1)["damaged"]
    last = past.desk.rows(Capture)[4]
    assert damaged[3] == {"capture": "5", "reading": None, "file": last.file, "offset": last.offset, "url": f"{HOME}/a/4",
                       "wrong": "no_file", "note": f"there is no file {last.file}"}


def test_a_record_that_ends_too_early_is_no_whole_record(past: Past) -> None:
    past.see(body=page(*LINES, os.urandom(20_000).hex()))
    file = past.settings.archive / past.desk.rows(Capture)[0].file
    file.write_bytes(file.read_bytes()[:-8000])
    assert [damage.harm for damage in verify(past).damaged] == ["no_record"]
