"""The killable processes that pages are read in."""
import asyncio
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from crawler.items import ArticleRead, Nothing
from pipelines.read.children import Readers
from pipelines.read.door import read, reader_name
from tests.pipelines.read import misreadings
from tests.pipelines.read.pages_to_read import LINES, page


def all_read(readers: Readers, pages) -> list:
    """What the readers make of the pages, asked for at once, in the order of the pages."""
    values = [None] * len(pages)

    async def one(place, fetched):
        values[place] = await readers.read(fetched, None)

    async def everything():
        async with anyio.create_task_group() as group:
            for place, fetched in enumerate(pages):
                group.start_soon(one, place, fetched)
    anyio.run(everything)
    return values


def in_turn(readers: Readers, pages) -> list:
    async def everything():
        return [await readers.read(fetched, None) for fetched in pages]
    return anyio.run(everything)


def test_a_child_reads_what_the_door_reads(fetched):
    pages = [fetched(page(lines, lang="")) for lines in LINES.values()]
    readers = Readers(1)
    values = all_read(readers, pages)
    assert values == [read(each, None) for each in pages] and all(isinstance(value, ArticleRead) for value in values)
    assert readers.killed == 0


@pytest.mark.parametrize("ready", [True, False])
def test_every_child_loads_what_it_reads_with_before_the_first_page_where_it_is_told_to(ready, fetched):
    async def everything():
        readers, said = Readers(2, read=misreadings.loaded), []

        async def one():
            said.append((await readers.read(fetched("x"), None)).note)

        await readers.start()
        if ready:
            await readers.load()
        async with anyio.create_task_group() as group:
            group.start_soon(one)
            group.start_soon(one)
        return said
    said = anyio.run(everything)
    assert len(set(said)) == 2 and {note.split()[1] for note in said} == {str(ready)}


def test_as_many_children_read_as_are_allowed(fetched):
    values = all_read(Readers(1, read=misreadings.hang), [fetched("x") for _ in range(4)])
    assert len({value.note for value in values}) == 1 and values[0].note != str(os.getpid())


def test_a_page_that_takes_too_long_is_a_timeout_and_the_next_one_is_read(fetched, now):
    readers = Readers(1, read=misreadings.hang, wall=3)
    slow, next_one = in_turn(readers, [fetched("hang"), fetched("x")])
    assert (slow.reason, slow.reader, next_one.reason) == ("timeout", reader_name(None, now), "read")
    assert readers.killed == 1


def test_a_page_that_waits_for_its_turn_has_all_its_time(fetched):
    slow, *waiting = all_read(Readers(1, read=misreadings.hang, wall=3), [fetched("hang"), fetched("x"), fetched("x")])
    assert [slow.reason, *(value.reason for value in waiting)] == ["timeout", "read", "read"]


def test_a_page_whose_child_died_is_read_once_more(fetched, tmp_path, now):
    readers = Readers(1, read=misreadings.die)
    once, always = in_turn(readers, [fetched("once", url=str(tmp_path / "a")), fetched("always", url=str(tmp_path / "b"))])
    assert once.reason == "read"
    assert isinstance(always, Nothing) and (always.reason, always.reader) == ("killed", reader_name(None, now))
    assert readers.killed == 3


def test_a_child_that_wants_too_much_memory_dies_and_no_other(fetched):
    readers = Readers(1, read=misreadings.devour)
    assert [value.reason for value in in_turn(readers, [fetched("x")])] == ["killed"]
    assert readers.killed == 2


@pytest.fixture
def cores():
    """Core files allowed as far as the system allows them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


@pytest.mark.usefixtures("cores")
def test_a_child_that_says_much_on_its_stderr_is_not_held_up(fetched):
    assert [value.reason for value in in_turn(Readers(1, read=misreadings.shout, wall=10), [fetched("x")])] == ["read"]


def test_limits_are_set_anew_before_each_page(fetched):
    first, second = ([int(number) for number in value.note.split()]
                     for value in in_turn(Readers(1, read=misreadings.limits), [fetched("x"), fetched("x")]))
    for processor, memory, core, used in (first, second):
        assert used < processor <= used + 22 and (memory, core) == (1 << 30, 0)
    assert second[0] > first[0]


def test_children_die_with_their_parent(tmp_path):
    program = tmp_path / "parent.py"
    program.write_text(
        "import os, anyio\nfrom datetime import datetime, timezone\nfrom crawler.items import Fetched\n"
        "from pipelines.read.children import Readers\nfrom tests.pipelines.read import misreadings\n"
        "async def main():\n"
        "    page = Fetched('x', 200, (), b'x', datetime.now(timezone.utc))\n"
        "    print((await Readers(1, read=misreadings.parent).read(page, None)).note, flush=True)\n"
        f"    page = Fetched('{tmp_path}/hangs', 200, (), b'hang', page.at)\n"
        "    await Readers(1, read=misreadings.hang).read(page, None)\n"
        "if __name__ == '__main__':\n    anyio.run(main)\n")
    root = str(Path(__file__).resolve().parents[3])
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": root}) as process:
        child, parent = map(int, process.stdout.readline().split())
        assert parent == process.pid and Path(f"/proc/{child}").exists()
        while not (tmp_path / "hangs").exists():
            time.sleep(0.01)
        process.kill()
    for _ in range(500):
        if not Path(f"/proc/{child}").exists() or "\tZ" in Path(f"/proc/{child}/status").read_text():
            return
        time.sleep(0.01)
    pytest.fail("the child outlived its parent")


def test_a_child_whose_parent_died_before_it_could_ask_to_die_with_it_ends():
    root = str(Path(__file__).resolve().parents[3])
    program = "from pipelines.read.children import _confine; _confine(-1); print('goes on')"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": root})
    assert (said.returncode, said.stdout) == (1, "")


def test_the_parent_needs_no_parser():
    program = ("import sys, pipelines.read.children, pipelines.read.door as door; from datetime import datetime, timezone; "
               "door.reader_name(None, datetime.now(timezone.utc));"
               "print([name for name in ('lxml', 'trafilatura', 'feedparser', 'dateparser', 'numpy') if name in sys.modules])")
    root = str(Path(__file__).resolve().parents[3])
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": root})
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize("started", [True, False])
def test_children_outlive_the_tasks_that_read_where_they_were_started_by_one_that_stays(fetched, started):
    """As in the worker, whose loop runs for ever under another framework and whose crawls are short-lived tasks."""
    readers, loop, values = Readers(1, read=misreadings.hang), asyncio.new_event_loop(), []

    async def one():
        values.append(await readers.read(fetched("x"), None))

    async def serve():
        if started:
            await readers.start()
        for _ in range(3):
            await asyncio.create_task(one())
        loop.stop()

    serving = loop.create_task(serve())
    loop.run_forever()
    loop.run_until_complete(asyncio.sleep(0.1))
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0.1))
    loop.close()
    assert serving.done() and len(values) == 3
    assert (readers.killed == 0 and len({value.note for value in values}) == 1) == started
