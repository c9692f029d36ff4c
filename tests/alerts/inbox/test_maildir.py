"""A real maildir on disk."""
import os
import threading
from pathlib import Path

import pytest

from alerts.inbox import maildir
from alerts.inbox.errors import Unreadable
from alerts.inbox.letter import MOST_BYTES
from tests.alerts.inbox.post import Maildir


def taken(box: maildir.Maildir, most: int = 100) -> list[bytes]:
    """The contents of the letters, each marked."""
    found = []
    with box.open(most) as letters:
        for letter in letters:
            found.append(letter.content)
            letter.mark()
    return found


def test_what_is_new_comes_once_the_oldest_first_and_stays_there_as_seen(on_disk: Maildir) -> None:
    box = maildir.Maildir(on_disk.folder)
    on_disk.arrives(b"second", "1772431300.M1P1.mx.example")
    on_disk.arrives(b"first", "972431200.M1P1.mx.example")
    on_disk.arrives(b"third", "1772431300.M2P1.mx.example,S=5")
    assert taken(box) == [b"first", b"second", b"third"]
    assert on_disk.new() == [] and taken(box) == []
    assert sorted(each.name for each in (on_disk.folder / "cur").iterdir()) == [
        "1772431300.M1P1.mx.example:2,S", "1772431300.M2P1.mx.example,S=5:2,S", "972431200.M1P1.mx.example:2,S"]
    assert {each.read_bytes() for each in (on_disk.folder / "cur").iterdir()} == {b"first", b"second", b"third"}


def test_what_another_program_has_looked_at_is_new_until_somebody_saw_it(on_disk: Maildir) -> None:
    (on_disk.folder / "cur" / "1.a.example:2,").write_bytes(b"listed by a mail program")
    (on_disk.folder / "cur" / "2.a.example:2,FR").write_bytes(b"flagged")
    (on_disk.folder / "cur" / "3.a.example:2,RS").write_bytes(b"read by a person")
    (on_disk.folder / "cur" / ".hidden").write_bytes(b"no message")
    (on_disk.folder / "tmp" / "4.a.example").write_bytes(b"half of a mess")
    assert taken(maildir.Maildir(on_disk.folder)) == [b"listed by a mail program", b"flagged"]
    assert (on_disk.folder / "cur" / "2.a.example:2,FRS").exists()


def test_what_is_not_marked_comes_again(on_disk: Maildir) -> None:
    name = on_disk.arrives(b"one")
    box = maildir.Maildir(on_disk.folder)
    for _ in range(2):
        with box.open(100) as letters:
            assert [each.name for each in letters] == [name]
    assert on_disk.new() == [name] and box.look() == f"{on_disk.folder}, unseen: 1"


def test_no_more_than_so_many_come_at_once_and_of_a_long_one_only_the_beginning(on_disk: Maildir) -> None:
    for _ in range(3):
        on_disk.arrives(b"x" * (MOST_BYTES + 1))
    assert [len(each) for each in taken(maildir.Maildir(on_disk.folder), most=2)] == [MOST_BYTES] * 2
    assert len(on_disk.new()) == 1


def test_a_message_that_another_program_moves_meanwhile_comes_later(on_disk: Maildir) -> None:
    first, second = on_disk.arrives(b"one"), on_disk.arrives(b"two")
    box = maildir.Maildir(on_disk.folder)
    with box.open(100) as letters:
        one = next(letters)
        for name in (first, second):
            (on_disk.folder / "new" / name).rename(on_disk.folder / "cur" / f"{name}:2,")
        one.mark()
        assert list(letters) == []
    assert taken(box) == [b"one", b"two"]


def test_a_file_that_cannot_be_read_is_told_after_the_others_were_taken(on_disk: Maildir) -> None:
    (on_disk.folder / "new" / "1.a.example").symlink_to("/proc/self/mem")
    on_disk.arrives(b"two")
    found = []
    with pytest.raises(Unreadable, match=r"1\.a\.example"), maildir.Maildir(on_disk.folder).open(100) as letters:
        for letter in letters:
            found.append(letter.content)
            letter.mark()
    assert found == [b"two"]


def test_a_folder_that_is_none_is_told(on_disk: Maildir, tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        box = maildir.Maildir(folder)
        with pytest.raises(Unreadable, match="No such file"):
            box.look()
        with pytest.raises(Unreadable, match="No such file"), box.open(100) as letters:
            next(letters)


@pytest.mark.skipif(os.geteuid() == 0, reason="whoever may do everything may write everywhere")
def test_a_folder_that_may_not_be_written_is_told_before_anything_is_read(on_disk: Maildir) -> None:
    (on_disk.folder / "cur").chmod(0o500)
    with pytest.raises(Unreadable, match="may not read and write"):
        maildir.Maildir(on_disk.folder).look()


def test_no_letter_is_begun_after_the_programs_end_was_called(on_disk: Maildir) -> None:
    on_disk.arrives(b"one")
    on_disk.arrives(b"two")
    stop = threading.Event()
    with maildir.Maildir(on_disk.folder).open(100, stop) as letters:
        next(letters)
        stop.set()
        assert list(letters) == []
